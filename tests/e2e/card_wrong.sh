#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Cards that are not what the ceremony wants, one cause at a time: each has a
# sentence of its own, and no PIN is sent to a card that should not see one.
# PIV cards over a pcscd of the test's own, through ykcs11.
# timeout: 120
set -eu
. "$(dirname "$0")/../cards/pcsc.sh"
. "$(dirname "$0")/../lib.sh"
. "$root/tests/cards/room.sh"
pcsc_need
need yubico-piv-tool openssl
yk=$(find /usr/lib -name libykcs11.so | head -n 1)
[ -n "$yk" ] || skip_all 'ykcs11 is not installed'
reader='Yubico YubiKey CCID A 00 00'
bound1='id: c1, person: holder-1, serial: "5551"'
bound2='id: c2, person: holder-2, serial: "5552"'

# verifies CARD: how many PINs the card was given so far.
verifies()
{
	grep -c '^.*00200080 \[redacted' "cards/$1.log" || true
}
# swap OUT IN [OPTION]...: another card into the first reader
swap()
{
	card_stop "$1"
	card_out 0
	card_start "$2" 0 "${@:3}"
	card_in 0
}
# of NAME PIN: a walk's folder where holder-1 and holder-2 have this PIN.
of()
{
	mkdir "$1"
	printf '%s' "$2" >"$1/holder-1.pin"
	printf '%s' "$2" >"$1/holder-2.pin"
}
# unasked NAME SENTENCE EXIT CARD: the walk is refused so; the card got no PIN
unasked()
{
	local before

	before=$(verifies "$4")
	expect_exit "$3" "$2" walk "$1" identify.yaml bound.yaml
	check "$1: no PIN was asked for" grep -qE \
	    'no PIN was asked for|try counter is unchanged' out
	same "$1: and none was sent" "$before" "$(verifies "$4")"
}

# --- holder-1's card, made here; then given again for holder-2 ---

walk_site free.yaml "$yk" 'id: c1, person: holder-1' 'id: c2, person: holder-2'
walk_site bound.yaml "$yk" "$bound1" "$bound2"
walk_script make.yaml 'card.initialise holder-1' 'card.generate holder-1' \
    'card.initialise holder-2' 'card.prove holder-1'
walk_script identify.yaml 'card.identify holder-1'
walk_script two.yaml 'card.identify holder-1' 'read administrator' \
    'card.prove holder-1'
pcsc_start 1
card_start one 0 --serial 5551
card_in 0
card_start extra 1 --serial 5559
card_in 1
expect_exit 4 "2 cards are present that could be holder-1's: leave only that \
one in the readers" walk both make.yaml free.yaml
card_stop extra
card_out 1
expect_exit 1 "the card with serial 5551 was made holder-1's in this \
ceremony: it is given a second time, for holder-2" walk made make.yaml free.yaml
pin=$(cat made/holder-1.pin)
of once "$pin"
check 'the right card is identified' walk once identify.yaml bound.yaml
check 'and got its PIN' test "$(verifies one)" -gt 0
check 'its counters are in the journal' said once '"pin.last.before":false,'\
'"pin.locked.after":false,"pin.locked.before":false,"pin.low.after":false'
check 'of the security officer too, where the factory'"'"'s key is tried' \
    said once 'factory-key.*"so.last.after":false'
walk_site twice.yaml "$yk" "$bound1" 'id: c2, person: holder-2, serial: "5551"'
expect_exit 3 "two cards have the serial '5551'" walk twice identify.yaml \
    twice.yaml

# --- low, last, locked ---

swap one one --pin-tries 2
of low "$pin"
check 'a card with two tries left is used' walk low identify.yaml bound.yaml
check 'and that one was wrong before is in the journal' said low \
    '"pin.low.after":false,"pin.low.before":true'
swap one one --pin-tries 1
of last "$pin"
unasked last 'card 5551: one PIN try is left; the PIN was not sent' 4 one
printf '%s' "$pin" >pin
expect_exit 4 'one PIN try is left; the PIN was not sent' "$ceremony" token \
    probe pkcs11:serial=5551 --module "$yk" --pin-fd 7 7<pin
swap one one --pin-tries 0
of locked "$pin"
unasked locked 'card 5551: its PIN is locked: too many wrong ones' 4 one
swap one one --pin-tries 3
of wrong 975310
expect_exit 4 'wrong PIN' walk wrong identify.yaml bound.yaml
check 'a wrong PIN is in the journal with what it cost' said wrong \
    'card.failed.*"pin.low.after":true,"pin.low.before":false'

# --- cannot be read: an error, never blank ---

card one unreadable 5FC10B >out
of unread "$pin"
expect_exit 4 'has a wrapping key, but its certificate cannot be read: the '\
'card is not blank' walk unread identify.yaml bound.yaml

# The ceremony that stands between identifying and using the card.
card one unreadable none >out
of stands "$pin"
expect_exit 5 'suspended in step 1.2' walk stands two.yaml bound.yaml \
    'read: suspend'
card one unreadable 5FC10B >out
cp -a stands hidden
unasked hidden 'shows no wrapping certificate, and the journal knows one of '\
'holder-1: it cannot be read, or is gone' 4 one
card one unreadable none >out

# --- another's, none, a clone, a blank one ---

swap one two --serial 5552
of other "$pin"
unasked other "the card with serial 5552 is holder-2's: holder-1's card, "\
'serial 5551, is wanted' 4 two
# The room is shown that: card.wrong wants another's card, and a refusal.
walk_script wrong.yaml 'card.wrong holder-1 instead: holder-2'
before=$(verifies two)
check 'a wrong card is shown to be refused' walk seen wrong.yaml bound.yaml
check 'the refusal is in the journal' said seen 'card.refused.*"card":"c1",'\
'"found":"the card with serial 5552 is holder-2'
same 'and the wrong card got no PIN' "$before" "$(verifies two)"
card_start one 1 --serial 5551
card_in 1
expect_exit 1 'the card of holder-1, serial 5551, is in a reader too, so '\
'nothing would be refused' walk right wrong.yaml bound.yaml
card two pull >out
card_out 0
expect_exit 4 'the card of holder-2, serial 5552, is not there: it is the '\
'wrong card of this step' walk absent wrong.yaml bound.yaml
card two insert >out
card_in 0
card_stop one
card_out 1
of third "$pin"
walk_site alone.yaml "$yk" "$bound1"
expect_exit 4 'none of the 1 cards present has the serial 5551' walk third \
    identify.yaml alone.yaml
walk_script empty.yaml 'card.initialise holder-1'
expect_exit 1 "the card with serial 5552 is holder-2's, not holder-1's" \
    walk empty empty.yaml bound.yaml
expect_exit 4 "none of the 1 cards present has the serial 5551 of holder-1's "\
'card' walk elsewhere empty.yaml alone.yaml
walk_site second-site.yaml "$yk" "$bound2"
walk_script second.yaml 'card.initialise holder-2' 'card.identify holder-2'
expect_exit 4 'the card of holder-2, serial 5552, is blank where its '\
'wrapping key should be' walk blank second.yaml second-site.yaml
card two pull >out
card_out 0
of none "$pin"
expect_exit 4 "no card is present; put holder-1's card, serial 5551" walk \
    none identify.yaml bound.yaml
card two insert >out
card_in 0
# The same serial and the same certificates in a card of another make.
swap two one --other-atr
cp -a stands made-elsewhere
unasked made-elsewhere "the card has holder-1's serial 5551, but answers a "\
'reset with 3bfc' 4 one
swap one two --serial 5552
# A card of the same serial with keys of its own.
swap two clone --serial 5551
walk_script keys.yaml 'card.initialise holder-1' 'card.generate holder-1'
check 'a clone has keys of its own' walk cloned keys.yaml alone.yaml
cp -a stands clone-comes
unasked clone-comes "the card has holder-1's serial 5551, but another "\
'wrapping certificate than the journal knows: it is not the same card' 4 clone
# And one that is blank.
card_stop clone
rm cards/clone.json
card_out 0
card_start clone 0 --serial 5551
card_in 0
cp -a stands blank-comes
unasked blank-comes 'shows no wrapping certificate, and the journal' 4 clone

# --- what the factory set ---

echo 112233445566778899aabbccddeeff001122334455667788 >other-key
printf 123456 >factory-pin
expect_exit 4 'the card does not accept this SO PIN (of a PIV card, this '\
'management key)' "$ceremony" token generate pkcs11:serial=5551 --id 03 \
    --use wrapping --bits 2048 --module "$yk" --pin-fd 7 --so-pin-fd 8 \
    7<factory-pin 8<other-key
yubico-piv-tool -r "$reader" -a generate -s 9d -A RSA2048 -o 9d.pub \
    >out 2>&1
openssl req -x509 -newkey rsa:2048 -nodes -keyout any.key -out any.pem \
    -subj /CN=prepared 2>out
openssl x509 -in any.pem -force_pubkey 9d.pub -signkey any.key -out 9d.pem \
    2>out
yubico-piv-tool -r "$reader" -a import-certificate -s 9d -i 9d.pem >out 2>&1
walk_script one-key.yaml 'card.identify holder-1 keys: [wrapping]'
of factory 123456
expect_exit 1 "accepted the factory's PIN: whoever finds the card can use it" \
    walk factory one-key.yaml alone.yaml
yubico-piv-tool -r "$reader" -a change-pin -P 123456 -N 864297 >out 2>&1
of prepared 864297
expect_exit 1 "still has the factory's management key: anybody can put other "\
'keys on it' walk prepared one-key.yaml alone.yaml
check 'that it was tried is in the journal' said prepared \
    'card.failed.*"command":"factory-key"'
yubico-piv-tool -r "$reader" -a set-mgm-key -n "$(cat other-key)" >out 2>&1
cp -a prepared replaced
check 'with another one the card is taken' walk replaced one-key.yaml \
    alone.yaml

for d in once low last locked wrong unread stands other clone-comes factory; do
	check "the journal of $d verifies" "$ceremony" audit verify "$d/d"
done
finish
