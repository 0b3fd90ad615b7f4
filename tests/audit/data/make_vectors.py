#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes vectors.jsonl: one journal line, its leaf and the tree root after
it, a line.  From docs/format/journal.md alone; shares no code."""
import hashlib
import json


def h(b):
    return hashlib.sha256(b).digest()


def c(v):
    return json.dumps(v, ensure_ascii=False, sort_keys=True,
                      separators=(",", ":"))


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return h(b"\x01" + root(leaves[:k]) + root(leaves[k:]))


ident = "000102030405060708090a0b0c0d0e0f"
rows = [("genesis", "", {"mode": "rehearsal", "script": "00" * 32}),
        ("run.begin", "", {}),
        ("person", "roll-call/holder-1",
         {"name": "Zo\u00eb \u20ac \U0001f511 \"q\" \\ \x7f",
          "present": True, "absent": False}),
        ("count", "", {"big": 2 ** 53 - 1, "neg": -(2 ** 53 - 1),
                       "zero": 0}),
        ("odd", "x", {"a.b-c_d": "", "p": "f", "facts": "},\"facts\":{"}),
        ("close", "end", {})]
prev = h(b"ceremony-journal-v1\nrehearsal\n" + ident.encode() + b"\n")
leaves = []
for n, (kind, step, facts) in enumerate(rows):
    commits, salted = {}, {}
    for i, (name, value) in enumerate(sorted(facts.items())):
        salt = h(b"salt %d %d" % (n, i))[:16]
        commits[name] = h(b"\x02" + salt + c(
            [ident, n, name, value]).encode()).hex()
        salted[name] = {"salt": salt.hex(), "value": value}
    entry = c({"c": ident, "f": commits, "k": kind, "m": 10 * n, "n": n,
               "p": prev.hex(), "r": 1 + n // 4, "s": step,
               "t": "2026-11-23T18:40:%02d.123Z" % n, "v": 1})
    prev = h(b"\x00" + entry.encode())
    leaves.append(prev)
    print(json.dumps([entry, c(salted), prev.hex(), root(leaves).hex()]))
