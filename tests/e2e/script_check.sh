#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `script check`: each broken script of tests/scripts is refused with its
# exit code, its place and its sentence (the table is broken.txt), before
# anything is written; what ships is not.
set -eu
. "$(dirname "$0")/../lib.sh"

# A site file whose cards exist: each has a serial.
site()
{
	"$root/scripts/rehearsal-site.sh" "$1" "$2" |
		sed 's,store: ../cards/\([a-z0-9-]*\)},serial: "SN-\1"},'
}
site 3 2 >site.yaml

# --- broken scripts -------------------------------------------------------
n=0
while read -r name code place sentence; do
	case $name in
	'' | '#'*) continue ;;
	esac
	cp "$root/tests/scripts/$name.yaml" .
	expect_exit "$code" "$name.yaml:$place: $sentence" "$ceremony" script \
		check "$name.yaml" --site site.yaml
	n=$((n + 1))
done <"$root/tests/scripts/broken.txt"
same "every script in tests/scripts is in the table" \
	"$(find "$root/tests/scripts" -name '*.yaml' | wc -l)" "$n"
check "they are 25 or more" test "$n" -ge 25
check "a refusal says what is certain" grep -q "no file was written" \
	"$tmp/out"
refute "run refuses the same" "$ceremony" run anchor.yaml --site site.yaml \
	--dir day --rehearsal
check "and begins no ceremony" test ! -e day

# --- the shipped ones -----------------------------------------------------
for name in activation recovery proof rehearsal; do
	expect_exit 0 "fits the site" "$ceremony" script check \
		"$root/scripts/$name.yaml" --site site.yaml
done
finish
