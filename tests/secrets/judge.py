#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds what the memory scan found against docs/secrets.md.

judge.py COMMAND FOUND... [--module NAME VERSION] [--kept KIND]

FOUND are files of tests/secrets/scan.c, of runs of one COMMAND as the
document's tables name it.  A secret may lie in the main process in the
phases of its row, in locked memory, as bytes; the first other phase ends its
life, until it is told again.  A card child holds what the rows of its module
and version say, and no more copies.  A row that no run confirms fails too.
With --kept the wipe of that kind was off: then it must be found too late.
Prints a line for each case, then the counts; exit 1 if one failed.
"""
import argparse
import collections
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
FORMS = {"bytes", "u16le", "u16be", "u32le", "u32be", "w32le", "w32be"}

Hit = collections.namedtuple(
    "Hit", "role module kind secret form where count")


def table(name):
    """Rows of the table after the line `<!-- scan: NAME -->`."""
    with open(os.path.join(ROOT, "docs/secrets.md"), encoding="utf-8") as f:
        text = f.read()
    part = text.split("<!-- scan: %s -->\n" % name)[1]
    rows = []
    for line in part.split("\n"):
        if not line.startswith("|"):
            if rows:
                break
            continue
        rows.append([c.strip() for c in line.strip("|").split("|")])
    return rows[2:]


def words(cell):
    return re.findall(r"`([^`]+)`", cell)


class Run:
    """One file: phases in order, each with what was told before it."""

    def __init__(self, path):
        self.phases, self.told = [], []
        self.hits = collections.defaultdict(list)
        self.roles = collections.defaultdict(list)
        self.left = None
        with open(path, encoding="utf-8") as f:
            for line in f:
                word, *rest = line.rstrip("\n").split("\t")
                if word == "left":
                    self.left = int(rest[0])
                    continue
                n = int(rest[0])
                if word == "phase":
                    self.phases.append(rest[1])
                elif word == "told":
                    self.told.append((n, rest[1], rest[2]))
                elif word == "process":
                    self.roles[n].append((rest[1], rest[3]))
                elif word == "hit":
                    self.hits[n].append(Hit(*rest[1:]))


class Judge:
    def __init__(self, args):
        self.main = {}
        for secret, command, phases, *_ in table("main"):
            if args.command in words(command):
                self.main[words(secret)[0]] = set(words(phases))
        self.child = {}
        self.measured = False   # is the module's version in the document?
        for module, version, secret, where, copies, commands, *_ in \
                table("child"):
            self.measured |= words(module) + words(version) == args.module
            if args.command in words(commands) and args.module and \
                    words(module) + words(version) == args.module:
                key = words(secret)[0], words(where)[0]
                self.child[key] = int(copies)
        self.problems = []
        self.late = collections.Counter()   # by kind
        self.seen = set()
        self.seen_child = set()
        self.looks = 0

    def problem(self, run, n, h, text):
        line = "%s, phase %d (%s): %s" % (h.role, n, run.phases[n], text)
        if h.role == "main":
            self.late[h.kind] += 1
        if line not in self.problems:
            self.problems.append(line)

    def planted(self, run, n):
        forms = {h.form for h in run.hits[n] if h.role == "main" and
                 h.kind == "planted-open" and h.where == "heap"}
        locked = any(h.kind == "planted-locked" and h.where == "locked" and
                     h.form == "bytes" for h in run.hits[n])
        if forms != FORMS or not locked:
            self.problems.append("phase %d: what was planted was not found "
                                 "(%s)" % (n, " ".join(sorted(forms))))

    def in_main(self, run, n, h, alive):
        phase = run.phases[n]
        if h.form != "bytes" or h.where != "locked":
            self.problem(run, n, h, "%s as %s in %s memory"
                         % (h.kind, h.form, h.where))
        elif phase not in self.main.get(h.kind, ()) or \
                h.secret not in alive:
            self.problem(run, n, h, "%s is still there" % h.kind)
        else:
            self.seen.add((h.kind, phase))

    def in_child(self, run, n, h):
        if h.role == "child" and not self.measured:
            return
        most = self.child.get((h.kind, h.where), 0) \
            if h.role == "child" and h.form == "bytes" else 0
        self.seen_child.add((h.kind, h.where))
        if int(h.count) > most:
            self.problem(run, n, h, "%s holds %s of %s as %s in %s memory; "
                         "the document says %d"
                         % (h.module, h.count, h.kind, h.form, h.where, most))

    def children(self, run, n):
        now = [p for p in run.roles[n] if p[0] == "child"]
        before = [p for p in run.roles[n - 1] if p[0] == "child"]
        if run.phases[n] == "end" and now or \
                run.phases[n] == "close" and before and \
                len(now) >= len(before):
            self.problems.append("phase %d (%s): a child outlives its session"
                                 % (n, run.phases[n]))

    def judge(self, run):
        alive = {}              # secret: kind
        told = iter(run.told + [(len(run.phases), "", "")])
        n_told, kind, secret = next(told)
        for n, phase in enumerate(run.phases):
            while n_told <= n:
                alive[secret] = kind
                n_told, kind, secret = next(told)
            self.looks += len(run.roles[n])
            self.planted(run, n)
            self.children(run, n)
            for h in run.hits[n]:
                if h.kind.startswith("planted") and h.role == "main":
                    continue
                if h.role == "main":
                    self.in_main(run, n, h, alive)
                else:
                    self.in_child(run, n, h)
            alive = {s: k for s, k in alive.items()
                     if phase in self.main.get(k, ())}
        if run.phases[-1:] != ["end"] or run.left != 0:
            self.problems.append("the run did not end, or left %s processes"
                                 % run.left)

    def unconfirmed(self):
        return ["the document says that %s may lie in memory at %s; it was "
                "never seen there" % (kind, phase)
                for kind, phases in self.main.items() for phase in phases
                if (kind, phase) not in self.seen] + \
            ["the document says that a child holds %s in %s memory; it was "
             "never seen there" % key for key in self.child
             if key not in self.seen_child]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("command")
    ap.add_argument("found", nargs="+")
    ap.add_argument("--module", nargs=2)
    ap.add_argument("--kept")
    args = ap.parse_args()
    judge = Judge(args)
    for path in args.found:
        judge.judge(Run(path))
    unmeasured = bool(args.module) and not judge.measured
    what = args.command + (" through %s %s" % tuple(args.module)
                           if args.module else "")
    if args.kept:
        checks = [("%s: %s is found too late when its wipe is off" %
                   (what, args.kept), judge.late[args.kept] > 0)]
        problems = [] if checks[0][1] else judge.problems
    else:
        rows = judge.unconfirmed()
        checks = [("%s: nothing in %d looks is where or when docs/secrets.md "
                   "does not say" % (what, judge.looks), not judge.problems),
                  ("%s: every row of docs/secrets.md was seen" % what,
                   not rows)]
        problems = judge.problems + rows
    for sentence, good in checks:
        print("%-4s  %s" % ("ok" if good else "FAIL", sentence))
    for line in problems[:40]:
        print("      | " + line)
    if unmeasured:
        print("skip  what is in a child of %s: docs/secrets.md does not know "
              "this version" % what)
    bad = sum(not good for _, good in checks)
    print("%d passed, %d failed, %d skipped" % (len(checks) - bad, bad,
                                                unmeasured))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
