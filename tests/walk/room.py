# SPDX-License-Identifier: Apache-2.0
"""What people answer to plain lines."""
import os
import re
import time

import terminal
import walker

PATIENCE = terminal.PATIENCE
PINS = dict(zip(("Mara Lindqvist", "Tomas Novak", "Grace Adeyemi",
                 "Aldo Rossi", "Birgit Maier", "Chen Wei"),
                walker.PINS.values()))


class Room:
    """People in a folder; what goes wrong once goes wrong at `once`."""
    def __init__(self, folder, once=()):
        self.folder = folder
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
            path = os.path.join(self.folder, "medium", awaited.group(1))
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
            paper = self.head or terminal.paper(self.folder)
            return paper[int(at.group(1)) - 1]
        if last.strip().startswith("text"):
            self.head = []      # the words came before the bags
            if "unopened bag" in q:
                return self.sealed[self.who]
            if "Who takes" in q:
                return "auditor-1"
            self.bags += 1
            self.sealed[self.who] = "RB-%04d" % self.bags
            return "RB-%04d" % self.bags
        return "" if people or "Enter" in last else "?"

    def walk(self, plain):
        """Until a question nobody has an answer for, or the end."""
        for _ in range(3000):
            q = plain.prompt()
            if q is None:
                return plain.end()
            answer = self.answer(q)
            if answer == "?":
                raise AssertionError("no answer to:\n" + plain.text[-3000:])
            plain.say(answer)
        raise AssertionError("too many questions:\n" + plain.text[-3000:])
