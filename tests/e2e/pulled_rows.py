# SPDX-License-Identifier: Apache-2.0
"""Is a journal honest about cards that were taken out?

usage: pulled_rows.py COMMAND... <JOURNAL (`audit show --json`)
Each card.intent has one outcome.  One that is not done is unknown, and says
that the card was taken out; a reader row said so before it.  Each COMMAND
("generate/wrapping") is done once.  Prints what was not done, else "nothing";
or what is wrong, and exits 1.
"""
import json
import sys

opened, wrong, lost, done, out = None, [], [], [], False
for line in sys.stdin:
    e = json.loads(line)
    kind, f = e["kind"], e.get("facts", {})
    if kind == "reader":
        out = out or f["event"] == "card out"
    elif kind == "card.intent":
        if opened is not None:
            wrong.append("%s has no outcome" % opened)
        opened = f["command.id"]
    elif kind in ("card.done", "card.unknown", "card.failed"):
        what = "/".join(x for x in (f["command"], f["key"]) if x)
        if f["command.id"] != opened:
            wrong.append("an outcome of %s, not of %s" %
                         (f["command.id"], opened))
        opened = None
        if kind == "card.done":
            done.append(what)
            continue
        lost.append(what)
        if kind != "card.unknown" or f["code"] != "KC_ECARDLESS" or \
                "was taken out of the reader" not in f["found"]:
            wrong.append("%s: %s %s %s" % (what, kind, f["code"],
                                           f["found"]))
        elif not out:
            wrong.append("%s: no reader row before it" % what)
if opened is not None:
    wrong.append("%s has no outcome" % opened)
for what in sys.argv[1:]:
    if done.count(what) != 1:
        wrong.append("%s is done %d times" % (what, done.count(what)))
if wrong:
    print("; ".join(wrong))
    sys.exit(1)
print(" ".join(lost) or "nothing")
