# SPDX-License-Identifier: Apache-2.0
"""Answers what the screens ask, as a room would, up to a named place."""
import re

import terminal

# One PIN a person; no hash, serial or time holds so many of its digits.
PINS = {"witness-1": "83591701", "witness-2": "83591702",
        "auditor-1": "83591703", "holder-1": "83591704",
        "holder-2": "83591705", "holder-3": "83591706",
        "new-holder-1": "83591711", "new-holder-2": "83591712",
        "new-holder-3": "83591713"}
NEW_PIN = "83591777"

# What a room answers with no.
NO = ("Is a changed site file", "Did the online side bring")


def bottom(shot):
    lines = [s for s in shot.split("\n") if s.strip()]
    return lines[-1] if lines else ""


def still(shot):
    """Without what moves by itself: the clock."""
    return re.sub(r"\d\d:\d\d:\d\d", "", shot)


def flat(shot):
    """What is asked as one line: sentences wrap, in a pane or without."""
    return re.sub(r" *\n(?:[^\n│|]*[│|])? *", " ", shot)


def actor(shot):
    """Whose question it is: the id in the rule above it."""
    m = re.findall(r"(?:──|--) ([a-z-]+-[0-9]+) \(", shot)
    return m[-1] if m else ""


def question(shot):
    """From the rule above it to the line that is typed on."""
    m = re.findall(r"(?:──|--) [a-z-]+-[0-9]+ \(.*?> ", shot, re.S)
    return m[-1] if m else ""


class Walker:
    def __init__(self, terminal):
        self.t = terminal
        self.bags = 0
        self.sealed = {}        # of a suspension: whose bag, its number
        self.head = []          # words of the suspension, on paper
        self.noted = None       # told of every screen that asks
        self.papers = {}        # words by what is read back
        self.changed_pins = set()

    def asks(self, shot):
        line = bottom(shot)
        if "Ctrl-U clear" in line:
            return "pin"
        if "y yes" in line:
            return "yesno"
        if "Enter go on" in line:
            return "say"
        if "Enter done" in line and "e exception" in line and \
           "F1" not in line and "Esc" not in line:
            return "continue"
        if "Enter done" in line:
            return "line"
        if "Tab next word" in line:
            return "words"
        if "answer" in line:
            return "refusal" if "REFUSED" in shot else "choice"
        return ""               # card work, waiting, or not there yet

    def changed(self, before):
        return self.t.wait(lambda s: still(s) != still(before),
                           "another screen than\n" + before)

    def digits(self, shot):
        """The person's PIN, or the one it was changed to."""
        who = actor(shot)
        # The step's own title, not its line among the acts.
        changes = re.search(r"\d  \S[^\n]*changes the PIN", shot)
        if changes and ("New PIN" in shot or "same PIN again" in shot):
            self.changed_pins.add(who)
            return NEW_PIN
        return NEW_PIN if who in self.changed_pins and not changes else \
            PINS[who]

    def pin(self, shot, digits=None):
        self.t.type(digits or self.digits(shot))
        self.t.keys("Enter")
        return self.changed(shot)

    def line(self, shot):
        word = re.search(r"Type the word ([A-Z]{4,})", shot)
        if word:
            self.t.type(word.group(1))
        elif "unopened bag" in shot:
            self.t.type(self.sealed[actor(shot)])
        elif "witness-1:" in shot:        # whose id, as ...
            self.t.type("auditor-1")
        else:
            self.bags += 1
            self.t.type("RB-%04d" % self.bags)
            self.sealed[actor(shot)] = "RB-%04d" % self.bags
        self.t.keys("Enter")
        # The typed text itself changes the screen; the question must go.
        return self.t.wait(lambda s: self.asks(s) != "line" or
                           question(s) != question(shot), "the next question")

    def words(self, shot, spoil=False):
        """From paper, at the positions that the screen asks for."""
        named = [p for what, p in self.papers.items() if what in flat(shot)]
        paper = self.head if "Resumption" in shot else \
            named[0] if named else terminal.paper(self.t.where)
        for at in re.findall(r"word (\d+) +_", shot):
            self.t.type("adult" if spoil else paper[int(at) - 1].lower())
            self.t.keys("Tab")
        self.t.keys("BTab")
        typed = self.t.settled()
        self.t.keys("Enter")
        return self.changed(typed)

    def answer(self, shot):
        kind = self.asks(shot)
        if kind == "pin":
            return self.pin(shot)
        if kind == "line":
            return self.line(shot)
        if kind == "yesno":
            self.t.type("n" if any(s in flat(shot) for s in NO) else
                        "y")
        elif kind == "choice":          # own screen
            self.t.type("k" if "Kept, in a sealed bag" in flat(shot) else
                        "o")
        elif kind == "words":
            return self.words(shot)
        elif kind in ("continue", "say"):
            self.t.keys("Enter")
        elif kind == "refusal":
            raise AssertionError("refused:\n" + shot)
        else:
            return self.changed(shot)
        return self.changed(shot)

    def until(self, *wanted):
        """Answer everything until a question shows all the texts."""
        for _ in range(2000):
            shot = self.t.settled()
            if self.noted and self.asks(shot):
                self.noted(shot)
            if all(w in shot for w in wanted) and \
               (self.asks(shot) or "all done" in shot):
                return shot
            if "all done" in shot:
                raise AssertionError("it ended before %s:\n%s" %
                                     (wanted, shot))
            self.answer(shot)
        raise AssertionError("too many questions before %s" % (wanted,))
