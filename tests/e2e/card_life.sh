#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A card's life: PUK and PIN by its holder, a PIN changed, the card retired;
# and what happens when an answer that nobody can ask for again is lost: a
# person decides, and the journal says who.  PIV through ykcs11, and SoftHSM.
# timeout: 120
set -eu
. "$(dirname "$0")/../cards/pcsc.sh"
. "$(dirname "$0")/../lib.sh"
. "$root/tests/cards/room.sh"
pcsc_need
need yubico-piv-tool pkcs11-tool
yk=$(find /usr/lib -name libykcs11.so | head -n 1)
soft=/usr/lib/softhsm/libsofthsm2.so
[ -n "$yk" ] || skip_all 'ykcs11 is not installed'
[ -r "$soft" ] || skip_all 'softhsm2 is not installed'
reader='Yubico YubiKey CCID A 00 00'

yk()
{
	yubico-piv-tool -r "$reader" "$@"
}
# reinsert: what pull-after and hang-at took out is in again
reinsert()
{
	card one pull >out 2>&1 || true
	card_out 0
	card one insert >out
	card_in 0
}
# interrupted NAME SCRIPT COMMAND: the program is killed while COMMAND is
# under way: its intent is in the journal, its outcome is not
interrupted()
{
	WALK="exec" walk "$1" "$2" site.yaml >killed 2>&1 &
	walking=$!
	children="$children $walking"
	check "$1: the intent is in the journal" wait_for 20 said "$1" \
	    "card.intent.*\"command\":\"$3\""
	check "$1: the card is at it" wait_for 20 grep -q 0024008 cards/one.log
	kill -KILL "$walking"
	wait "$walking" 2>/dev/null || true
	refute "$1: its outcome is not" said "$1" "card.done.*\"command\":\"$3\""
}

pcsc_start 1
card_start one 0 --serial 5551
card_in 0
walk_site site.yaml "$yk" 'id: c1, person: holder-1'

# --- PUK by the holder; the PIN changed; the old one is of no use ---

walk_script life.yaml 'card.initialise holder-1 puk: holder' \
    'card.generate holder-1' 'card.pin holder-1' 'card.prove holder-1'
check 'initialised with a PUK, keys made, PIN changed, used' walk life \
    life.yaml site.yaml
check 'the journal says whose the PUK is' said life '"puk":"the holder.s"'
check 'that the PIN was changed' said life \
    'card.done.*"command":"pin".*"pin.locked.before":false'
old=$(cat life/holder-1.pin) new=$(cat life/holder-1.pin.changed)
puk=$(cat life/holder-1.pin.puk)
for secret in "$old" "$new" "$puk"; do
	refute 'and none of the three' grep -qF "$secret" shown
done
expect_exit 0 'verified PIN' yk -a verify-pin -P "$new"
expect_exit 1 'Pin verification failed' yk -a verify-pin -P "$old"
expect_exit 0 'unblocked the pin' yk -a unblock-pin -P "$puk" -N "$new"
sed 's/puk: holder/puk: somebody/' life.yaml >somebody.yaml
expect_exit 1 "the PUK is 'holder'" walk somebody somebody.yaml site.yaml

# --- a PIN that is no change, or that anybody would guess ---

walk_script change.yaml 'card.identify holder-1' 'card.pin holder-1'
walk_site bound.yaml "$yk" 'id: c1, person: holder-1, serial: "5551"'
# pins NAME OLD NEW
pins()
{
	mkdir "$1"
	printf '%s' "$2" >"$1/holder-1.pin"
	printf '%s' "$3" >"$1/holder-1.pin.changed"
}
pins same "$new" "$new"
expect_exit 4 'the new PIN is the old one again' walk same change.yaml \
    bound.yaml
check 'the card keeps its PIN' grep -q 'the card keeps its old PIN' out
check 'and nothing is open' said same 'card.failed.*"command":"pin"'
pins weak "$new" 12345678
expect_exit 4 'that anybody would guess; no card has seen one' walk weak \
    change.yaml bound.yaml
refute 'so no change was begun' said weak '"command":"pin"'

# --- the answer to a change is lost: pulled after it was carried out ---

pins lost "$new" 75319842
card one pull-after 24:1 >out
expect_exit 4 '' walk lost change.yaml bound.yaml
check 'the outcome is unknown' said lost 'card.unknown.*"command":"pin"'
reinsert
expect_exit 5 "has no answer 'unanswered'" walk lost change.yaml bound.yaml
expect_exit 5 'was not decided' walk lost change.yaml bound.yaml \
    'unanswered: a'
refute 'stopping decides nothing' said lost card.decided
cp -a lost old-tried
expect_exit 4 'wrong PIN' walk old-tried change.yaml bound.yaml \
    'unanswered: o'
check 'the old PIN was decided on, and is the wrong one' said old-tried \
    'card.decided.*"decision":"Try the old PIN'
cp -a lost emptied
expect_exit 1 'the wrapping key of holder-1'"'"'s card is in use' walk emptied \
    change.yaml bound.yaml 'unanswered: i'
check 'the new PIN is tried, and the card takes it' walk lost change.yaml \
    bound.yaml 'unanswered: n'
check 'the person who decided is in the exception' said lost \
    'exception.open.*"decided.by":"Aldo Rossi".*the command .pin.'
check 'and the exception is closed' said lost exception.close

# --- retired: reset by its maker's tool, then emptied here and proven ---

printf '%s' 75319842 >pin
walk_script retire.yaml 'card.retire holder-1' 'card.identify holder-1'
expect_exit 5 "is not the word RETIRE" walk unsaid retire.yaml bound.yaml \
    'retire/holder-1: retire'
expect_exit 4 "management key is not the factory's" walk retired retire.yaml \
    bound.yaml
check 'the card was not touched' grep -q 'the card was not initialised' out
for _ in 1 2 3; do
	yk -a verify-pin -P 000000 >out 2>&1 || true
	yk -a unblock-pin -P 00000000 -N 222222 >out 2>&1 || true
done
expect_exit 0 'reset' yk -a reset
expect_exit 1 'was retired in this ceremony: it holds no key any more' walk \
    retired retire.yaml bound.yaml
check 'how, and that no key is left, is in the journal' said retired \
    'card.done.*"how":"reset; PIN, PUK and management key drawn and '
expect_exit 1 'Failed authentication' yk -a set-chuid
expect_exit 1 'Failed to attest' yk -a attest -s 9d
expect_exit 1 'Pin verification failed' yk -a verify-pin -P 123456

# --- killed while a card is initialised ---

card_stop one
rm cards/one.json cards/one.log
card_out 0
card_start one 0 --serial 5551
card_in 0
walk_script init.yaml 'card.initialise holder-1' 'card.generate holder-1'
card one hang-at 24:1 >out
interrupted again init.yaml initialise
reinsert
yk -a verify-pin -P 000000 >out 2>&1 || true
expect_exit 5 "has no answer 'unanswered'" walk again init.yaml site.yaml
check 'the program that ended is in the journal' said again \
    'card.unknown.*a person decides'
for _ in 1 2 3; do
	yk -a verify-pin -P 000000 >out 2>&1 || true
	yk -a unblock-pin -P 00000000 -N 222222 >out 2>&1 || true
done
expect_exit 0 'reset' yk -a reset
check 'initialised again because a person said so, and used' walk again \
    init.yaml site.yaml 'unanswered: i'
check 'who' said again 'card.decided.*"decided.by":"holder-1"'

# --- SoftHSM: emptied by its holder ---

walk_site soft.yaml "$soft" 'id: c1, person: holder-1, store: ../cards/one'
walk_script soft-life.yaml 'card.initialise holder-1 puk: holder' \
    'card.generate holder-1' 'card.pin holder-1' 'card.prove holder-1' \
    'card.retire holder-1'
mkdir -p softly/cards
check 'the same life in SoftHSM' walk softly soft-life.yaml soft.yaml
check 'where there is no PUK' said softly '"puk":"none"'
check 'and every object is destroyed' said softly \
    'card.done.*"how":"every object destroyed"'
export SOFTHSM2_CONF=softly/cards/one/softhsm2.conf
check 'pkcs11-tool logs in with the changed PIN' pkcs11-tool --module "$soft" \
    --login --pin "$(cat softly/holder-1.pin.changed)" -O
cp checked objects
refute 'pkcs11-tool finds none either' grep -qE 'Key Object|Certificate' \
    objects
for d in life same lost old-tried retired again softly; do
	check "the journal of $d verifies" "$ceremony" audit verify "$d/d"
done
finish
