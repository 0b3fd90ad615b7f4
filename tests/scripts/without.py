# SPDX-License-Identifier: Apache-2.0
"""A script without one of its steps; an act that has no other goes with it,
and so do steps that are for what it found.

usage: without.py SCRIPT           prints ACT.STEP of every step
       without.py SCRIPT ACT.STEP  prints the script without it
"""
import re
import sys


def parts(text):
    """The head, and each act as (id, its lines, its steps (id, lines))."""
    head, *acts = re.split(r"(?m)^(?=  - id: )", text)
    found = []
    for act in acts:
        top, *steps = re.split(r"(?m)^(?=      - id: )", act)
        name = re.match(r"  - id: (\S+)", top).group(1)
        found.append((name, top, [
            (re.match(r"      - id: (\S+)", s).group(1), s) for s in steps]))
    return head, found


head, acts = parts(open(sys.argv[1], encoding="utf-8").read())
if len(sys.argv) == 2:
    for act, _, steps in acts:
        for step, _ in steps:
            print(act + "." + step)
    sys.exit()
out = head
for act, top, steps in acts:
    kept = [s for step, s in steps if act + "." + step != sys.argv[2]
            and "if: {step: " + sys.argv[2] + "," not in s]
    out += top + "".join(kept) if kept else ""
sys.stdout.write(out)
