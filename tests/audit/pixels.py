#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Do two pictures have the same pixels?  pixels.py A.png B.png (8 bits, RGB)"""
import struct
import sys
import zlib


def read(path):
    with open(path, "rb") as f:
        raw = f.read()
    at, data = 8, b""
    while at < len(raw):
        n, kind = struct.unpack(">I4s", raw[at:at + 8])
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(
                ">IIBB", raw[at + 8:at + 18])
        if kind == b"IDAT":
            data += raw[at + 8:at + 8 + n]
        at += 12 + n
    assert (depth, colour) == (8, 2), "not 8-bit RGB: %s" % path
    data, line_bytes, rows = zlib.decompress(data), 3 * width, []
    before = bytes(line_bytes)
    for y in range(height):
        at = y * (line_bytes + 1)
        how, line = data[at], bytearray(data[at + 1:at + 1 + line_bytes])
        for x in range(line_bytes):
            a, b = line[x - 3] if x > 2 else 0, before[x]
            c = before[x - 3] if x > 2 else 0
            p = a + b - c
            near = min((abs(p - a), 0, a), (abs(p - b), 1, b),
                       (abs(p - c), 2, c))[2]
            line[x] = (line[x] + (0, a, b, (a + b) // 2, near)[how]) & 255
        before = bytes(line)
        rows.append(before)
    return width, height, rows


one, two = read(sys.argv[1]), read(sys.argv[2])
if one[:2] != two[:2]:
    sys.exit("%dx%d and %dx%d" % (one[:2] + two[:2]))
differ = [(x, y) for y in range(one[1]) if one[2][y] != two[2][y]
          for x in range(one[0])
          if one[2][y][3 * x:3 * x + 3] != two[2][y][3 * x:3 * x + 3]]
print("%d pixels differ%s" % (len(differ), ", the first at %d,%d" % differ[0]
                              if differ else ""))
sys.exit(1 if differ else 0)
