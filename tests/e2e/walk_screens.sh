#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A rehearsal of three holders walked by typed keys: on the screens (tmux,
# 80x24) and in plain lines on a terminal.  WALK_UPDATE=1 writes
# tests/screens/walk_*.txt instead of comparing.
# timeout: 240
set -eu
. "$(dirname "$0")/../lib.sh"
need tmux python3
[ -e /usr/lib/softhsm/libsofthsm2.so ] || skip_all "softhsm2 is not installed"
export PYTHONDONTWRITEBYTECODE=1

# walk DRIVER: a prepared folder, its pool, the driver; its cases are ours.
walk()
{
	local where=$tmp/$1 attend

	mkdir "$where" "$where/medium" "$where/cards" "$where/pool"
	sed 's/^sizes: .*/sizes: [2048]/' "$root/scripts/rehearsal.yaml" \
		>"$where/script.yaml"
	"$root/scripts/rehearsal-site.sh" 3 2 >"$where/site.yaml"
	"$pool" create --dir "$where/pool" --name contoso-hsm-eu >/dev/null
	"$pool" attend --dir "$where/pool" --medium "$where/medium" \
		>/dev/null 2>&1 &
	attend=$!
	children="$children $attend"
	python3 "$root/tests/walk/$1.py" "$ceremony" "$where" \
		"$root/tests/screens" >"$tmp/$1.out" 2>&1 || :
	kill "$attend"
	wait "$attend" || :
	cat "$tmp/$1.out"
	n_passed=$((n_passed + $(grep -c '^ok ' "$tmp/$1.out" || :)))
	n_failed=$((n_failed + $(grep -c '^FAIL ' "$tmp/$1.out" || :)))
	grep -qE '^[0-9]+ passed, [0-9]+ failed$' "$tmp/$1.out" ||
		fail "the walk $1 came to its count"
}

walk screens
walk plain
finish
