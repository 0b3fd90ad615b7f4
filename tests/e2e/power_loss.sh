#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The power is cut under a recorded rehearsal, and the disk fails under a
# small ceremony: no acknowledged entry is lost, none is invented, and the
# ceremony goes on.  POWER=all: at every point (tests/long/power_loss.sh).
# shellcheck disable=SC2317 # functions that are called by check
# timeout: 7200
set -eu
. "$(dirname "$0")/../lib.sh"
need python3
[ -e /usr/lib/softhsm/libsofthsm2.so ] || skip_all "softhsm2 is not installed"
recorded=$BUILD/tests/power/ceremony
if [ "${POWER:-}" = all ]; then
	step=1 every=1
else
	step=97 every=23
fi

# --- power ---

mkdir medium cards pool
"$root/scripts/rehearsal-site.sh" 3 2 >site.yaml
sed 's/^sizes:.*/sizes: [2048]/' "$root/scripts/rehearsal.yaml" >script.yaml
"$pool" create --dir pool --name contoso-hsm-eu >pool.log 2>&1
background "$pool" attend --dir pool --medium medium
rehearse()
{
	"$recorded" run script.yaml --site site.yaml --dir ceremony \
	    --rehearsal --answers "$root/scripts/rehearsal-answers.yaml" 8>log
}
check 'a rehearsal is recorded' rehearse
mkdir images
check 'at each cut every acknowledged entry is there, and no other' \
    "$BUILD/tests/power/replay" log ceremony/journal.db images "$step" 1
sed 's/^/      /' checked
# The test itself: a disk that keeps nothing, a journal of somebody else.
python3 - <<'END'
import struct
raw, at, out, kept = open("log", "rb").read(), 0, b"", 0
while at < len(raw):
    what, which, n, offset = struct.unpack_from("<cB2xIq", raw, at)
    whole = raw[at:at + 16 + n]
    at += 16 + n
    kept += what == b"S"
    if what == b"W" and which == 0 and kept > 60:
        continue
    out += whole
open("lossy", "wb").write(out)
END
expect_exit 1 'acknowledged entry is lost' "$BUILD/tests/power/replay" lossy \
    ceremony/journal.db images 11 1

# --- a disk that is full, that fails, that may only be read ---

sed -n '1,/^acts:/p' script.yaml >small.yaml
cat >>small.yaml <<'END'
  - id: one
    title: One
    steps:
      - {id: a, do: read, title: A, by: witness, why: T, minutes: 1}
      - {id: b, do: roll-call, title: B, by: witness, why: T, minutes: 1}
      - {id: c, do: clock, title: C, by: witness, why: T, minutes: 1}
END
# small NAME [ORDER]: in NAME/day
small()
{
	mkdir -p "$1/medium" "$1/cards"
	if [ -d "$1/day" ]; then
		set -- "$1" "${2:-}" resume --dir "$1/day"
	else
		set -- "$1" "${2:-}" run small.yaml --site site.yaml \
		    --dir "$1/day" --rehearsal
	fi
	"$recorded" "${@:3}" --answers "$root/scripts/rehearsal-answers.yaml" \
	    8>"$1.log" 9< <(echo "$2")
}
check 'a small ceremony' small good
asked=$(python3 -c 'import struct
print(struct.unpack("<cB2xIq", open("good.log", "rb").read()[-16:])[3])')
check 'asks much of its disk' test "$asked" -gt 100
runs=0 bad=0
for ((k = 1; k <= asked; k += every)); do
	for how in full io readonly; do
		[ "$every" = 1 ] || [ $((k / every % 3)) = \
		    $(($(printf '%d' "'$how") % 3)) ] || continue
		name=f$k-$how
		code=0
		small $name "$k $how" >"$name.said" 2>&1 || code=$?
		runs=$((runs + 1))
		why=
		[ $code = 6 ] || why="exit $code, not 6"
		grep -q 'journal.db' "$name.said" || why="$why; no name of the file"
		grep -qE 'Certain|certain' "$name.said" || why="$why; not what is certain"
		if [ -e $name/day/journal.db ]; then
			"$ceremony" audit verify $name/day >>"$name.said" 2>&1 ||
			    why="$why; the journal does not verify"
			small $name >>"$name.said" 2>&1 ||
			    why="$why; it does not go on"
		fi
		if [ -n "$why" ]; then
			fail "request $k fails ($how): $why" "$name.said"
			bad=$((bad + 1))
		fi
		rm -rf "$name" "$name.log"
		[ $bad -lt 8 ] || break 2
	done
done
check 'each failed request is told, and the ceremony goes on afterwards' \
    test $runs -gt 5 -a $bad = 0
echo "      $runs runs with a disk that fails from one of $asked requests on"
finish
