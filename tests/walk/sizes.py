#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A whole ceremony by typed keys in a terminal of another size or kind.

Usage: sizes.py CEREMONY FOLDER SCRIPT WIDTHxHEIGHT MODE...
MODE is any of mono (NO_COLOR), ascii (the C locale).  FOLDER holds
SCRIPT.yaml, site.yaml, medium/, and a pool that attends to it.
Every screen is judged: the frame whole, nothing beside its pane, the words
that the size has room for, and the letters and signs that the locale has.
"""
import hashlib
import os
import re
import sys

import terminal
import told
import walker

program, folder, script, size = sys.argv[1:5]
modes = sys.argv[5:]
width, height = (int(n) for n in size.split("x"))
ascii_only = "ascii" in modes
cases = told.Told("%s, %s: " % (" ".join([script, size]),
                                " ".join(modes) or "colour and UTF-8"))
case = cases.case
DOWN, UP, BAR = ("+", "+", "|") if ascii_only else ("┬", "┴", "│")
RULE = "-" if ascii_only else "─"


def frame(lines):
    """The rows of the upper and the lower rule, and the column between the
    panes; None where a screen of its own is shown."""
    rules = [i for i, s in enumerate(lines)
             if len(s) == width and s.count(RULE) > width - 12]
    tees = [i for i in rules if DOWN in lines[i] or UP in lines[i]]
    if len(tees) < 2:
        return None
    top, end = tees[0], tees[-1]
    return top, end, lines[top].index(DOWN)


def faults(shot):
    lines = shot.rstrip("\n").split("\n")
    bad = ["too many rows"] if len(lines) > height else []
    bad += ["too wide: " + s for s in lines if len(s) > width]
    if ascii_only:
        bad += ["no ASCII: " + s for s in lines
                if not all(" " <= c <= "~" for c in s)]
    at = frame(lines)
    if at is None:
        return bad
    top, end, column = at
    if lines[end][column:column + 1] != UP:
        bad.append("the rules do not meet: " + lines[end])
    bad += ["a torn row: " + s for s in lines[top + 1:end]
            if s[column:column + 1] != BAR]
    return bad


def words_below(shot):
    """Head words in the status bar, where it is whole."""
    m = re.search(r"^ ?journal \d+ . (.*)$", shot, re.M)
    return len([t for t in m.group(1).replace("10 words: h", "").split()
                if t in terminal.WORDS]) if m else None


def look(t, w):
    """Help, the head and its words, and back to the question."""
    w.until("1.1", "Purpose and rules")
    t.type("?")
    case("help is one screen, and goes", not faults(t.see("any key back")))
    t.keys("Space")
    shot = w.until("1.1", "Purpose and rules")
    t.type("h")
    head = t.see("any key back")
    case("all thirty-two words are on the head's screen",
         len(terminal.head_words(head)) == 32, head)
    t.keys("Space")
    shot = w.until("1.1", "Purpose and rules")
    # Ten where they fit: that of a short screen depends on the words.
    case("the status bar has the head words that fit",
         words_below(shot) in ((5, 10) if width < 120 else (10,)), shot)


def resized(t, w):
    """In the middle of a question: smaller than can be, then as before."""
    before, seen = walker.still(t.settled()), len(t.shots)
    t.tmux("resize-window", "-t", "w", "-x", "60", "-y", "20")
    t.see("80x24")
    t.tmux("resize-window", "-t", "w", "-x", str(width), "-y", str(height))
    after = t.wait(lambda s: walker.still(s) == before,
                   "the same question as before\n" + before)
    case("a terminal that is too small says so, and comes back as it was",
         not faults(after), after)
    del t.shots[seen:]          # of the moments between two sizes


def states(t):
    """Without colour a check that holds and one that does not differ in
    signs and words."""
    text = "\n".join(t.shots)
    ok, no = ("+ OK", "x NO-GO") if ascii_only else ("✓ OK", "✗ NO-GO")
    case("what holds and what does not is told apart in signs and words",
         ok in text and no in text)
    case("REHEARSAL stands on every screen of a step", all(
        "REHEARSAL" in s for s in t.shots if frame(
            s.rstrip("\n").split("\n")) is not None))


def colours(t):
    """Of the screen as it stands: escape sequences that set a colour."""
    raw = t.tmux("capture-pane", "-p", "-e", "-t", "w")
    found = re.findall(r"\x1b\[[0-9;]*\b(?:3[0-7]|4[0-7]|38|48)[0-9;]*m", raw)
    case("no colour is used" if "mono" in modes else "colour is used",
         bool(found) == ("mono" not in modes), repr(found[:5]))


def main():
    env = ("NO_COLOR=1 " if "mono" in modes else "") + \
          ("LANG=C LC_ALL=C " if ascii_only else "")
    t = terminal.Terminal(folder, width, height)
    w = walker.Walker(t)
    torn = []

    def note(shot):
        torn.extend(s for s in faults(shot) if s not in torn)
    w.noted = note
    for what, name in (("the script of this ceremony", script + ".yaml"),
                       ("key exchange key", "kek.der")):
        if os.path.exists("%s/%s" % (folder, name)):
            with open("%s/%s" % (folder, name), "rb") as f:
                w.papers[what] = terminal.hash_words(
                    hashlib.sha256(f.read()).digest())
    try:
        t.start("env %s%s run %s/%s.yaml --site %s/site.yaml --dir "
                "%s/ceremony --rehearsal" % (env, program, folder, script,
                                             folder, folder))
        look(t, w)
        colours(t)
        resized(t, w)
        shot = w.until("is complete")
        case("the farewell shows the head on one screen", len(
            terminal.head_words(shot)) == 32, shot)
        t.keys("Enter")
        shot = t.see("all done")
        case("it ends with exit 0", "exit 0" in shot, shot)
        torn.extend(f for s in t.shots for f in faults(s)
                    if "all done" not in s and "exit" not in s and
                    f not in torn and f.startswith(("too", "no ")))
        case("every cell of %d screens is in its pane" % len(t.shots),
             len(t.shots) > 60 and not torn, "\n".join(torn[:20]))
        states(t)
    except (TimeoutError, AssertionError, KeyError, OSError) as e:
        case("the walk goes on", False, "%s\n%s" % (e, t.shot()))
    finally:
        t.end()
    cases.end()


main()
