#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judge what memcheck reported of a program whose secrets are undefined.

usage: consttime.py ROOT REPORT.xml [FILE...]
A report is a verdict when its innermost frame is a line of this tree that is
marked "/* verdict"; anything else is a leak.  Every mark in FILE... must have
been reported, or it stands where no secret decides.  Exit 1 for either.
"""
import os
import sys
import xml.etree.ElementTree

ROOT, REPORT, FILES = sys.argv[1], sys.argv[2], sys.argv[3:]
MARK = "/* verdict"


def lines(path):
    with open(path, encoding="utf-8") as f:
        return f.read().split("\n")


def place(frame):
    """(path in the tree, line) of a frame, or None.  By the end of its path:
    a compiler cache keeps the folder of whoever compiled first."""
    folder, name = frame.findtext("dir"), frame.findtext("file")
    if folder is None or name is None:
        return None
    names = os.path.join(folder, name).split("/")
    for at in range(1, len(names) - 1):
        path = os.path.join(*names[at:])
        if os.path.exists(os.path.join(ROOT, path)):
            return path, int(frame.findtext("line"))
    return None


def main():
    leaks, seen = [], set()
    tree = xml.etree.ElementTree.parse(REPORT)
    for error in tree.getroot().iter("error"):
        frames = error.find("stack").findall("frame")
        where = place(frames[0])
        if where and MARK in lines(os.path.join(ROOT, where[0]))[
                where[1] - 1]:
            seen.add(where)
            continue
        leaks.append((error.findtext("kind"), frames))
    for kind, frames in leaks:
        print(f"leak: {kind}")
        for f in frames[:6]:
            print("   ", f.findtext("fn"), f.findtext("file"),
                  f.findtext("line"))
    idle = [(f, i) for f in FILES
            for i, text in enumerate(lines(os.path.join(ROOT, f)), 1)
            if MARK in text and (f, i) not in seen]
    for f, i in idle:
        print(f"idle: {f}:{i} is marked, and no secret decided there")
    if tree.getroot().findtext("status[last()]/state") != "FINISHED":
        print("the program did not finish")
        return 1
    print(f"{len(leaks)} leaks, {len(seen)} verdicts, {len(idle)} idle marks")
    return 1 if leaks or idle else 0


sys.exit(main())
