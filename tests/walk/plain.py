#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Walk a whole rehearsal in plain lines (--plain) on a terminal of our own.

Usage: plain.py CEREMONY FOLDER SCREENS
"""
import os
import re
import subprocess
import sys
import time

import terminal
import walker

program, folder = sys.argv[1:3]
PATIENCE = terminal.PATIENCE
passed = failed = 0


def case(sentence, truth, why=""):
    global passed, failed
    passed += bool(truth)
    failed += not truth
    print("%s  plain: %s" % ("ok  " if truth else "FAIL", sentence))
    if not truth and why:
        print("\n".join("      " + s for s in why.split("\n")[-40:]))


class Room:
    """What people answer; what goes wrong once goes wrong at `once`."""
    def __init__(self, once):
        self.once = dict(once)
        self.who = ""
        self.bags = 0
        self.sealed = {}        # of a suspension: whose bag, its number
        self.head = []          # its words, on paper

    def answer(self, q):
        people = re.findall(r"^  -> .*?\(?([a-z]+-[0-9]+)?\)?: ", q, re.M)
        named = re.findall(r"^  -> ([^:]+): ", q, re.M)
        if named:
            self.who = named[-1]
        for text in list(self.once):
            if text in q:
                return self.once.pop(text)
        last = q.split("\n")[-1]
        awaited = re.search(r"Waiting for (\S+) on the medium", q)
        if awaited:
            until = time.monotonic() + PATIENCE
            path = os.path.join(folder, "medium", awaited.group(1))
            while not os.path.exists(path) and time.monotonic() < until:
                time.sleep(0.05)
        if "PIN" in last:
            return PINS[self.who]
        word = re.search(r"the word ([A-Z]+)", last)
        if word:
            return word.group(1)
        if "y or n" in last:
            return "y"
        if "one letter" in last:
            return "o"                  # own screen
        at = re.search(r"word (\d+) \(", last)
        if at:
            paper = self.head or terminal.paper(folder)
            return paper[int(at.group(1)) - 1]
        if last.strip().startswith("text"):
            self.head = []      # the words came before the bags
            if "unopened bag" in q:
                return self.sealed[self.who]
            self.bags += 1
            self.sealed[self.who] = "RB-%04d" % self.bags
            return "RB-%04d" % self.bags
        return "" if people or "Enter" in last else "?"


PINS = dict(zip(("Mara Lindqvist", "Tomas Novak", "Grace Adeyemi",
                 "Aldo Rossi", "Birgit Maier", "Chen Wei"),
                walker.PINS.values()))


def walk(plain, room):
    """Until a question nobody has an answer for, or the end."""
    for _ in range(3000):
        q = plain.prompt()
        if q is None:
            return plain.end()
        answer = room.answer(q)
        if answer == "?":
            raise AssertionError("no answer to:\n" + plain.text[-3000:])
        plain.say(answer)
    raise AssertionError("too many questions:\n" + plain.text[-3000:])


def main():
    run = terminal.Plain(program, "run", folder + "/script.yaml",
                         "--site", folder + "/site.yaml", "--dir", folder +
                         "/ceremony", "--rehearsal", "--plain")
    room = Room({
        "Is Birgit Maier (holder-2)": "!e",
        "Expected > ": "on time", "Happened > ": "too late",
        "Action > ": "we waited", "Decided by > ": "Administrator",
        "PIN again: ": "83591799",              # differs, once
        "Generate the signing key of Mara": "83591788",  # wrong, once
        "[holder-1": "!s", "Initialise the card of Aldo": "!s",
        "Type the PIN again": "r"})
    code = walk(run, room)
    case("suspension is exit 5", code == 5, run.text)
    for text in ("The two are not equal", "REFUSED the card does not accept",
                 "Suspended in step 3.1", "Exception ", "NO-GO"):
        case("it says '%s'" % text, text in run.text, run.text)
    again = terminal.Plain(program, "resume", "--dir", folder +
                           "/ceremony", "--plain")
    room.head = terminal.head_words(run.text)
    room.once = {"the word RECEIVE": "receive"}
    code = walk(again, room)
    case("the walk ends with exit 0", code == 0, again.text)
    case("and with the head words", "is complete" in again.text, again.text)
    seen = run.text + again.text
    for digits in list(walker.PINS.values()) + ["83591799", "83591788"]:
        case("PIN ...%s is on no line" % digits[-2:], digits not in seen)
    case("no cursor is moved and nothing redrawn", "\x1b" not in seen)
    for where in ("ceremony", "export"):
        r = subprocess.run([program, "audit", "verify", "%s/%s" %
                            (folder, where)], stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, check=False)
        case("%s verifies" % where, r.returncode == 0, r.stdout)
    r = subprocess.run([program, "audit", "show", folder + "/ceremony"],
                       stdout=subprocess.PIPE, text=True, check=False)
    for text in ("too late", "card.failed", "RB-0001"):
        case("'%s' is in the journal" % text, text in r.stdout)
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


try:
    main()
except (TimeoutError, AssertionError, KeyError) as e:
    case("the walk goes on", False, str(e))
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1)
