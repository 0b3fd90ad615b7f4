#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Photographs of six screens of a rehearsal, for docs/pictures.

Usage: photos.py CEREMONY FOLDER OUT
FOLDER is that of a walk (tests/e2e/walk_screens.sh).  tmux's capture with its
colours becomes Pango markup, pango-view (pango1.0-tools) draws it.
"""
import html
import os
import re
import subprocess
import sys

import terminal
import walker

program, folder, out = sys.argv[1:4]
COLOURS = ["#1c1c1c", "#d75f5f", "#5faf5f", "#d7af5f", "#5f87d7", "#af5faf",
           "#5fafaf", "#d0d0d0", "#767676", "#ff8787", "#87d787", "#ffd787",
           "#87afff", "#d787d7", "#87d7d7", "#ffffff"]
PAPER, INK = COLOURS[0], COLOURS[7]


def of_256(n):
    if n < 16:
        return COLOURS[n]
    if n > 231:
        return "#" + "%02x" % (8 + 10 * (n - 232)) * 3
    steps = (0, 95, 135, 175, 215, 255)
    n -= 16
    return "#%02x%02x%02x" % (steps[n // 36], steps[n // 6 % 6], steps[n % 6])


class Style:
    """What SGR sequences have set so far."""
    def __init__(self):
        self.reset()

    def reset(self):
        self.bold = self.dim = self.under = self.reverse = False
        self.front, self.back = INK, PAPER

    def take(self, codes):
        left = [int(c or 0) for c in codes.split(";")]
        while left:
            code = left.pop(0)
            if code in (38, 48) and left[:1] == [5]:
                setattr(self, "front" if code == 38 else "back",
                        of_256(left[1]))
                del left[:2]
            elif code == 0:
                self.reset()
            elif code in (1, 2, 4, 7):
                setattr(self, {1: "bold", 2: "dim", 4: "under",
                               7: "reverse"}[code], True)
            elif code == 22:
                self.bold = self.dim = False
            elif code in (24, 27):
                setattr(self, {24: "under", 27: "reverse"}[code], False)
            elif 30 <= code <= 37 or 90 <= code <= 97:
                self.front = COLOURS[code - 30 if code < 40 else code - 82]
            elif 40 <= code <= 47 or 100 <= code <= 107:
                self.back = COLOURS[code - 40 if code < 50 else code - 92]
            elif code == 39:
                self.front = INK
            elif code == 49:
                self.back = PAPER
            else:
                raise ValueError("SGR %d has no colour here" % code)

    def span(self, text):
        front, back = self.front, self.back
        if self.dim and front == INK:
            front = COLOURS[8]
        if self.reverse:
            front, back = back, front
        return '<span foreground="%s" background="%s"%s%s>%s</span>' % (
            front, back, ' weight="bold"' if self.bold else "",
            ' underline="single"' if self.under else "", html.escape(text))


def markup(capture, width=80):
    style, lines = Style(), []
    for line in capture.rstrip("\n").split("\n"):
        made, cells = "", 0
        for text, codes in re.findall(r"([^\x1b\x0e\x0f]+)|\x1b\[([0-9;]*)m",
                                      line):
            if text:
                made += style.span(text)
                cells += len(text)
            else:
                style.take(codes)
        lines.append(made + style.span(" " * (width - cells)))
    return "\n".join(lines)


def photograph(t, name):
    t.settled()
    source = os.path.join(folder, name + ".markup")
    with open(source, "w", encoding="utf-8") as f:
        f.write(markup(t.tmux("capture-pane", "-e", "-p", "-t", "w")))
    subprocess.run(["pango-view", "--markup", "--no-display",
                    "--font=DejaVu Sans Mono 9", "--margin=8",
                    "--background=" + PAPER, "--output=%s/screen-%s.png" %
                    (out, name), source], check=True)
    print("screen-%s.png" % name)


def main():
    t = terminal.Terminal(folder)
    w = walker.Walker(t)
    try:
        t.start("%s run %s/script.yaml --site %s/site.yaml --dir "
                "%s/ceremony --rehearsal" % (program, folder, folder,
                                             folder))
        w.until("Is Birgit Maier (holder-2)")
        t.type("e")
        t.see("Expected")
        for text in ("holder-2 at 09:00", "she came at 09:10, stopped by the"
                     " guard", "we waited; nobody touched the station"):
            t.type(text)
            t.see(text[:20])
            t.keys("Tab")
        t.type("Ines Okafor")
        t.see("Ines Okafor")
        photograph(t, "exception")
        t.keys("Enter")
        t.wait(lambda s: "Expected" not in s, "the question again")
        w.until("1.3", "NO-GO in production")
        photograph(t, "gonogo")
        w.until("1.5", "Compare this hash", "Program")
        photograph(t, "step")
        t.type("h")
        t.see("any key back")
        photograph(t, "head")
        t.keys("Space")
        w.until("2.3", "Your PIN, please")
        t.type("8359")
        photograph(t, "pin")
        for _ in range(4):
            t.keys("BSpace")
        w.until("7.1", "Bag number")
        photograph(t, "custody")
    finally:
        t.end()


main()
