#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Walk a whole rehearsal in plain lines (--plain) on a terminal of our own.

Usage: plain.py CEREMONY FOLDER SCREENS
"""
import subprocess
import sys

import room
import terminal
import told
import walker

program, folder = sys.argv[1:3]
cases = told.Told("plain: ")
case = cases.case


def main():
    run = terminal.Plain(program, "run", folder + "/script.yaml",
                         "--site", folder + "/site.yaml", "--dir", folder +
                         "/ceremony", "--rehearsal", "--plain")
    people = room.Room(folder, {
        "Is Birgit Maier (holder-2)": "!e",
        "Expected > ": "on time", "Happened > ": "too late",
        "Action > ": "we waited", "Decided by > ": "Administrator",
        "PIN again: ": "83591799",              # differs, once
        "Generate the signing key of Mara": "83591788",  # wrong, once
        "[holder-1": "!s", "Initialise the card of Aldo": "!s",
        "Type the PIN again": "r"})
    code = people.walk(run)
    case("suspension is exit 5", code == 5, run.text)
    for text in ("The two are not equal", "REFUSED the card does not accept",
                 "Suspended in step 3.1", "Exception ", "NO-GO"):
        case("it says '%s'" % text, text in run.text, run.text)
    again = terminal.Plain(program, "resume", "--dir", folder +
                           "/ceremony", "--plain")
    people.head = terminal.head_words(run.text)
    people.once = {"the word RECEIVE": "receive"}
    code = people.walk(again)
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
    cases.end()


try:
    main()
except (TimeoutError, AssertionError, KeyError) as e:
    case("the walk goes on", False, str(e))
    cases.end()
