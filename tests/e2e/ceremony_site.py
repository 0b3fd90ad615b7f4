# SPDX-License-Identifier: Apache-2.0
"""The site file of a later day, from an earlier day's site and journal.

usage: ceremony_site.py SITE JOURNAL EXPORT CARDS... >NEW
SITE     the earlier site file, JOURNAL its `audit show --json`
EXPORT   where the later day exports to
CARDS    ids of cards that come again, known by their serial and, if they
         went into one, their bag; every other card of SITE is a new one, in a store of its own
"""
import json
import re
import sys

site, journal, export, *again = sys.argv[1:]
serial, bag = {}, {}
for line in open(journal, encoding="utf-8"):
    e = json.loads(line)
    f = e.get("facts", {})
    if e["kind"] == "card.done" and f.get("command") == "initialise":
        serial[f["card"]] = f["serial"]
    if e["kind"] == "custody":
        bag[f["card"]] = f["bag"]
text = open(site, encoding="utf-8").read()
for card in re.findall(r"store: \.\./cards/([a-z0-9-]+)}", text):
    old = "store: ../cards/%s}" % card
    known = 'serial: "%s", %s' % (serial.get(card), old)
    if card in bag:
        known = 'bag: "%s", %s' % (bag[card], known)
    text = text.replace(old, known if card in again else
                        "store: ../cards/later-%s}" % card)
text = re.sub(r"(?m)^nonce: .*", "nonce: " + "5a" * 16, text)
text = re.sub(r"(?m)^  export: .*", "  export: " + export, text)
sys.stdout.write(text)
