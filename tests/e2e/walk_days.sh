#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Activation, then recovery with the same holders' cards, both walked by typed
# keys without an answers file: on the screens (tmux, 80x24) and in plain
# lines.  WALK_UPDATE=1 writes tests/screens/day_*.txt instead of comparing.
# timeout: 240
set -eu
. "$(dirname "$0")/../lib.sh"
need tmux python3
[ -e /usr/lib/softhsm/libsofthsm2.so ] || skip_all "softhsm2 is not installed"
export PYTHONDONTWRITEBYTECODE=1

# walk HOW: a prepared folder, its pool, the driver
walk()
{
	local where=$tmp/$1 name

	mkdir "$where" "$where/medium" "$where/cards" "$where/pool"
	for name in activation recovery; do
		sed 's/^sizes: .*/sizes: [2048]/' "$root/scripts/$name.yaml" \
			>"$where/$name.yaml"
	done
	"$root/scripts/rehearsal-site.sh" 3 2 |
		sed 's,^  export: .*,  export: ../export1,' >"$where/site.yaml"
	"$pool" create --dir "$where/pool" --name contoso-hsm-eu >/dev/null
	background "$pool" attend --dir "$where/pool" --medium "$where/medium"
	python3 "$root/tests/walk/days.py" "$ceremony" "$where" \
		"$root/tests/screens" "$1" >"$tmp/$1.out" 2>&1 &
	children="$children $!"
}

walk screens
screens=$!
walk plain
plain=$!
wait $screens || :
wait $plain || :
for how in screens plain; do
	out=$tmp/$how.out
	cat "$out"
	n_passed=$((n_passed + $(grep -c '^ok ' "$out" || :)))
	n_failed=$((n_failed + $(grep -c '^FAIL ' "$out" || :)))
	grep -qE '^[0-9]+ passed, [0-9]+ failed$' "$out" ||
		fail "the walk $how came to its count"
done
finish
