#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# docs/format/vectors: made again they are the same, and both verifiers give
# each the verdict that stands beside it.
set -eu
. "$(dirname "$0")/../lib.sh"

vectors=$root/docs/format/vectors
check "the third writer writes vectors" \
    python3 "$root/tests/audit/vectors.py" made
cp "$vectors/README.md" made/
same "and they are the committed ones, byte for byte" "" \
    "$(diff -r made "$vectors" 2>&1)"
mkdir laid
check "both verifiers give every vector its verdict" python3 -B \
    "$root/tests/audit/judge_vectors.py" "$root/audit/verify.py" \
    "$ceremony" "$vectors" laid

# What a transparency log reads: origin, size and root are those of the
# entries, with and without the lines behind them.
python3 - "$vectors" >checkpoints <<'END'
import json, sys
with open(sys.argv[1] + "/entries.json", encoding="utf-8") as f:
    entries = json.load(f)["entries"]
for e in entries:
    if '"k":"checkpoint.body"' in e["entry"]:
        c = json.loads(e["entry"])
        print(e["n"], entries[e["n"] - 1]["root"],
              "ceremony.invalid/rehearsal/" + c["c"])
END
same "export/ has two checkpoints" 2 "$(wc -l <checkpoints)"
number=0
while read -r size hash origin; do
	number=$((number + 1))
	check "checkpoint $number is a C2SP checkpoint of $size entries" \
	    python3 "$root/tests/audit/tlog_checkpoint.py" \
	    "$vectors/export/checkpoints/000$number.txt" "$size" "$hash" \
	    "$origin"
done <checkpoints

# The judge itself: a verdict that is not the stated one is told.
cp -r "$vectors" other
sed -i '0,/"exit": 1/s//"exit": 0/' other/vectors.json
mkdir laid2
refute "a verdict other than the stated one is told" python3 -B \
    "$root/tests/audit/judge_vectors.py" "$root/audit/verify.py" \
    "$ceremony" other laid2 export artifact value
finish
