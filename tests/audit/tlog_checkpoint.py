#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The text of a checkpoint as a transparency log reads it.

C2SP signed-note and tlog-checkpoint: UTF-8 without control characters but
line feeds, ended by one; no empty line; an origin, a tree size in decimal
without a zero in front, a root in base64; then opaque extension lines.
Usage: tlog_checkpoint.py FILE SIZE ROOT-HEX ORIGIN   exit 1 when it is none
"""
import base64
import re
import sys


class NotOne(Exception):
    """No text of a C2SP checkpoint."""


def need(truth, what):
    if not truth:
        raise NotOne(what)


def parse(raw):
    """(origin, size, root, extension lines)"""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as e:
        raise NotOne(str(e))
    need(text.endswith("\n"), "no line feed at the end")
    need(not any(ord(c) < 0x20 and c != "\n" or c == "\x7f" for c in text),
         "a control character")
    lines = text[:-1].split("\n")
    need(len(lines) >= 3 and all(lines), "an empty line, or fewer than three")
    origin, size, root = lines[:3]
    need(not re.search(r"[\s+]", origin), "an origin that is no key name")
    need(re.fullmatch(r"0|[1-9][0-9]*", size, re.ASCII), "size " + size)
    try:
        hashed = base64.b64decode(root, validate=True)
    except ValueError as e:
        raise NotOne("root: %s" % e)
    need(base64.b64encode(hashed).decode() == root and len(hashed) == 32,
         "root: not one SHA-256 in padded base64")
    return origin, int(size), hashed, lines[3:]


def red(raw):
    """Each of these is no checkpoint; the parser must say so."""
    line = raw.split(b"\n")
    for bad in (raw[:-1], b"\n" + raw, raw.replace(b"\n", b"\n\n", 1),
                b"\n".join(line[:2]) + b"\n",
                b"\n".join([line[0], b"0" + line[1]] + line[2:]),
                b"\n".join([line[0], b"-1"] + line[2:]),
                b"\n".join(line[:2] + [line[2][:-1]] + line[3:]),
                b"\n".join(line[:2] + [line[2][4:]] + line[3:]),
                b"a " + raw, raw.replace(b"\n", b"\r\n"), b"\xff" + raw):
        try:
            parse(bad)
        except NotOne:
            continue
        raise NotOne("the parser takes %r" % bad[:60])


def main(path, size, root, origin):
    with open(path, "rb") as f:
        raw = f.read()
    want = (origin, int(size), bytes.fromhex(root))
    three = b"".join(x + b"\n" for x in raw.split(b"\n")[:3])
    need(parse(raw)[:3] == want, "%s says another thing" % path)
    need(parse(three) == want + ([],), "its first three lines do not")
    red(raw)
    red(three)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except NotOne as why:
        sys.exit("%s: %s" % (sys.argv[1], why))
