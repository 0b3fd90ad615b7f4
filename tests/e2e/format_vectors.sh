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

# The judge itself: a verdict that is not the stated one is told.
cp -r "$vectors" other
sed -i '0,/"exit": 1/s//"exit": 0/' other/vectors.json
mkdir laid2
refute "a verdict other than the stated one is told" python3 -B \
    "$root/tests/audit/judge_vectors.py" "$root/audit/verify.py" \
    "$ceremony" other laid2
finish
