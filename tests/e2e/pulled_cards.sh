#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 240
#
# A PIV card pulled at many moments of `token generate`: an honest sentence
# each time, and afterwards a card that is as it was or has a whole key.
set -eu
. "$(dirname "$0")/../cards/pcsc.sh"
. "$(dirname "$0")/../lib.sh"
pcsc_need
yk=/usr/lib/x86_64-linux-gnu/libykcs11.so
[ -e "$yk" ] || skip_all 'ykcs11 is not installed'

pcsc_start 1
card_start one 0 --serial 5551
card_in 0
echo 135792 >pin
od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >so
echo >>so
u=pkcs11:serial=5551
token()
{
	local verb=$1

	shift
	"$ceremony" token "$verb" "$u" "$@" --module "$yk" --pin-fd 7 \
	    7<pin 8<so
}
generate()
{
	token generate --id 03 --use wrapping --bits 2048 --so-pin-fd 8
}
# has_key: 1 when a wrapping key answers its known answer, else 0.
has_key()
{
	if "$ceremony" token probe "$u;id=%03" --module "$yk" --pin-fd 7 \
	    7<pin >probed 2>&1; then
		echo 1
	else
		echo 0
	fi
}

"$ceremony" token init pkcs11: --label one --so-pin-fd 8 --pin-fd 7 \
    --module "$yk" 7<pin 8<so >made
cp "$tmp/cards/one.json" empty.json
before=$(card one count)
expect_exit 0 "made on the card yes" generate
all=$(($(card one count) - before))
check "a generation takes more than 30 commands ($all)" test "$all" -gt 30

# Some of the commands and the last eight, among them the making itself; with
# PULL_STEP=1 each of them.
step=${PULL_STEP:-$((all / 8))}
whole=0 none=0
for n in $(seq 1 "$step" $((all - 8))) $(seq $((all - 7)) "$all"); do
	card_stop one
	card_out 0
	cp empty.json "$tmp/cards/one.json"
	card_start one 0 --serial 5551
	card_in 0
	card one pull-at "$n" >/dev/null
	code=0
	generate >out 2>&1 || code=$?
	if grep -q PIN_INCORRECT out; then
		fail "pulled at $n: the management key is called wrong" out
	fi
	where=$(card one where)
	if [ "$where" = in ]; then
		continue	# this run needed fewer commands
	fi
	sleep 0.7
	card one insert >/dev/null
	card_in 0
	have=$(has_key)
	if [ $code = 0 ]; then
		same "pulled at $n, after the work: the key is there" 1 "$have"
	elif [ $code = 4 ]; then
		pass "pulled at $n: exit 4"
	else
		fail "pulled at $n: exit $code" out
	fi
	if [ "$have" = 1 ]; then whole=$((whole + 1)); else
		none=$((none + 1))
		expect_exit 0 "made on the card yes" generate
	fi
done
echo "      $whole whole keys, $none cards without one, of $all commands"
check "some pulls came before the key and some after" \
    test $((whole > 0 && none > 0)) = 1
finish
