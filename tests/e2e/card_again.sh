#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 120
#
# A run that ends between a PIV card's initialisation and its keys takes the
# management key with it.  Nobody can empty the card through ykcs11 then;
# reset by its maker's program it is initialised again, and the ceremony goes
# on where it was.
set -eu
. "$(dirname "$0")/../cards/pcsc.sh"
. "$(dirname "$0")/../lib.sh"
pcsc_need
need yubico-piv-tool
ykcs11=/usr/lib/$(uname -m)-linux-gnu/libykcs11.so
[ -r "$ykcs11" ] || skip_all "$ykcs11 is not installed"
reader='Yubico YubiKey CCID A 00 00'

pcsc_start 1
card_start witness-1 0 --serial 11000001
card_start witness-2 1 --serial 11000002
card_in 0
card_in 1
mkdir -p cards/witness-1 cards/witness-2
"$root/scripts/rehearsal-site.sh" 3 2 "$ykcs11" |
    sed 's/, store: [^}]*witness-\([12]\)}/, serial: "1100000\1"}/
	s/, store: [^}]*}/}/' >site.yaml
{
	sed 's/^card-retries: .*/card-retries: 0/' \
	    "$root/scripts/rehearsal-answers.yaml"
	echo '  initialise: INITIALISE'
} >answers.yaml

# --- pulled when it is to make its key: the run ends ---

card witness-1 pull-at 47:1 >out
expect_exit 4 'REFUSED in step 2.' "$ceremony" run \
    "$root/scripts/activation.yaml" --site site.yaml --dir day --rehearsal \
    --answers answers.yaml
card_out 0
card witness-1 insert >out
card_in 0
expect_exit 4 "the card's management key is not the factory's" "$ceremony" \
    resume --dir day --answers answers.yaml
check 'and the card stays as it was' grep -q 'the card was not initialised' \
    out

# --- reset, and on ---

for _ in 1 2 3; do
	yubico-piv-tool -r "$reader" -a verify-pin -P 000000 >out 2>&1 || true
	yubico-piv-tool -r "$reader" -a unblock-pin -P 00000000 -N 222222 \
	    >out 2>&1 || true
done
check 'its maker'"'"'s program resets the card' yubico-piv-tool -r "$reader" \
    -a reset
expect_exit 4 "the card's management key is not the factory's" "$ceremony" \
    resume --dir day --answers answers.yaml
check 'it is the next card now that is to be reset' \
    grep -q 'serial 11000002' out
"$ceremony" audit show day --json >day.json
same 'the key is made after a second initialisation' \
    'ykcs11 generate=1:2048 certificate=1 sign=0 decrypt=0 identify=0' \
    "$(python3 "$root/tests/e2e/modules_cells.py" day.json)"
same 'which is an exception' 1 \
    "$(grep -c 'the card was initialised again' day.json)"
check 'the journal verifies' "$ceremony" audit verify day
finish
