#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Are all words of a PDF inside its margins, and none over another?

boxes.py PDF [LEAST]: by `pdftotext -bbox`; LEAST words are expected.  The
stamp that lies under the text is told by its height.  Exit 1 with the place.
"""
import re
import subprocess
import sys

STAMP = 40      # points; no other word is so high
SLACK = 0.6     # of a box around its letters

xml = subprocess.run(["pdftotext", "-bbox", sys.argv[1], "-"], check=True,
                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                     text=True).stdout
wrong, count = [], 0
for number, page in enumerate(xml.split("<page ")[1:], 1):
    width, height = [float(x) for x in re.findall(
        r'(?:width|height)="([0-9.]+)"', page)[:2]]
    words = []
    for x0, y0, x1, y1, text in re.findall(
            r'<word xMin="([-0-9.]+)" yMin="([-0-9.]+)" xMax="([-0-9.]+)" '
            r'yMax="([-0-9.]+)">(.*)</word>', page):
        box = [float(x) for x in (x0, y0, x1, y1)]
        if box[3] - box[1] > STAMP:
            continue
        words.append((box, text))
        if box[0] < 53 or box[2] > width - 53 or box[1] < 30 or \
                box[3] > height - 25:
            wrong.append("page %d: '%s' is outside the margins: %s" % (
                number, text, box))
    count += len(words)
    words.sort(key=lambda w: w[0][1])
    for i, (a, text) in enumerate(words):
        for b, other in words[i + 1:]:
            if b[1] >= a[3]:
                break
            if min(a[2], b[2]) - max(a[0], b[0]) > SLACK and \
                    min(a[3], b[3]) - max(a[1], b[1]) > SLACK:
                wrong.append("page %d: '%s' %s and '%s' %s lie over each "
                             "other" % (number, text, a, other, b))
if count < int(sys.argv[2] if len(sys.argv) > 2 else 1):
    wrong.append("only %d words were found" % count)
print("\n".join(wrong[:20]) or "%d words, each at its place" % count)
sys.exit(1 if wrong else 0)
