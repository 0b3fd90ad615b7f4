#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A rehearsal walked by typed keys in terminals of other sizes and kinds:
# larger ones, without colour, without UTF-8.  Every screen is judged.
# timeout: 300
set -eu
. "$(dirname "$0")/../lib.sh"
need tmux python3
[ -e /usr/lib/softhsm/libsofthsm2.so ] || skip_all "softhsm2 is not installed"
export PYTHONDONTWRITEBYTECODE=1

# walk NAME SIZE MODE...: a prepared folder, its pool, the driver
walk()
{
	local where=$tmp/$1

	mkdir "$where" "$where/medium" "$where/cards" "$where/pool"
	sed 's/^sizes: .*/sizes: [2048]/' "$root/scripts/rehearsal.yaml" \
		>"$where/rehearsal.yaml"
	"$root/scripts/rehearsal-site.sh" 3 2 >"$where/site.yaml"
	"$pool" create --dir "$where/pool" --name contoso-hsm-eu >/dev/null
	background "$pool" attend --dir "$where/pool" --medium "$where/medium"
	python3 "$root/tests/walk/sizes.py" "$ceremony" "$where" rehearsal \
		"${@:2}" >"$tmp/$1.out" 2>&1 &
	children="$children $!"
	walks="$walks $1:$!"
}

walks=
walk large 100x30
walk wide 200x60 mono
walk bare 80x24 ascii mono
for walk in $walks; do
	wait "${walk#*:}" || :
	out=$tmp/${walk%:*}.out
	cat "$out"
	n_passed=$((n_passed + $(grep -c '^ok ' "$out" || :)))
	n_failed=$((n_failed + $(grep -c '^FAIL ' "$out" || :)))
	grep -qE '^[0-9]+ passed, [0-9]+ failed$' "$out" ||
		fail "the walk ${walk%:*} came to its count"
done
finish
