# SPDX-License-Identifier: Apache-2.0
"""What a ceremony's journals say was done with cards, counted.

usage: modules_cells.py JOURNAL... (each an `audit show --json`)
prints a line: modules, generate=N:BITS certificate=N sign=N decrypt=N
identify=N; sign counts the signatures of checkpoints.
"""
import json
import sys

modules, bits = set(), set()
count = dict.fromkeys(("generate", "certificate", "sign", "decrypt",
                       "identify"), 0)
for path in sys.argv[1:]:
    for line in open(path, encoding="utf-8"):
        e = json.loads(line)
        f = e.get("facts", {})
        if e["kind"] == "checkpoint.signature":
            count["sign"] += 1
        if e["kind"] != "card.done":
            continue
        what = {"unwrap": "decrypt"}.get(f["command"], f["command"])
        if what in count:
            count[what] += 1
        if what == "initialise":
            modules.add(f["module"])
        if what == "generate":
            bits.add(str(f["bits"]))
print(",".join(sorted(modules)),
      "generate=%d:%s" % (count["generate"], ",".join(sorted(bits))),
      *("%s=%d" % (k, count[k]) for k in ("certificate", "sign", "decrypt",
                                          "identify")))
