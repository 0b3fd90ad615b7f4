#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 120
#
# A ceremony on the screen that is asked for cards: it goes on by itself when
# one comes, says which was taken out and waits for it, kills a module that
# hangs, and does not take a card with another ATR for the one it knows.
# shellcheck disable=SC2317 # functions that are called by wait_for
set -eu
. "$(dirname "$0")/../cards/pcsc.sh"
. "$(dirname "$0")/../lib.sh"
pcsc_need
need tmux python3
yk=/usr/lib/$(uname -m)-linux-gnu/libykcs11.so
[ -e "$yk" ] || skip_all 'ykcs11 is not installed'

step()
{
	printf '      - {id: %s, do: %s, title: %s, by: witness-1, ' "$1" "$2" \
	    "$1"
	echo 'why: "A test.", minutes: 1}'
}

script()
{
	printf '%s\n' 'ceremony: cards' 'format: 1' 'title: Cards' \
	    'sizes: [2048]' 'acts:' '  - id: one' '    title: One' '    steps:'
}

{
	script
	step init card.initialise
	step make card.generate
} >make.yaml
{
	script
	step known card.identify
	step proof card.prove
} >prove.yaml
cat >site.yaml <<END
site: cards
format: 1
nonce: 00112233445566778899aabbccddeeff
pool: contoso
destination: contoso-neu
quorum: 2
signers: 1
places: {medium: ../medium, export: ../export}
modules:
  - {id: yk, path: $yk}
people:
  - {id: witness-1, role: witness, name: "Mara Lindqvist"}
cards:
  - {id: w1, person: witness-1, module: yk, serial: "5551"}
END
mkdir medium
pcsc_start 1
card_start one 0 --serial 5551 --pulled

t="tmux -L ceremony-insert-$$"
trap '$t kill-server 2>/dev/null || true; cleanup' EXIT

# begin COMMAND...: a ceremony on a screen of its own.
days=0
begin()
{
	$t -f /dev/null new-session -d -x 80 -y 24 -s "day$((days += 1))" \
	    "env TERM=screen-256color LANG=C.UTF-8 '$ceremony' $* --rehearsal 2>err; echo ended \$?; sleep 100"
}

on_screen()
{
	$t capture-pane -t "day$days" -p >shot && sed '2,$s/^[^│┴┬]*│//' shot |
	    tr -s ' \n' ' ' | grep -qF -- "$1"
}

# sees SENTENCE TEXT: the top line or the right pane shows it, in whatever
# lines.
sees()
{
	if wait_for "${3:-10}" on_screen "$2"; then
		pass "$1"
	else
		fail "$1: no '$2' on the screen" shot
	fi
}

keys()
{
	$t send-keys -t "day$days" "$@"
}

# typed PIN: at the question for it, twice where one is chosen.
typed()
{
	keys -l "$1"
	keys Enter
}

ends()
{
	sees 'the last step is done' "The rehearsal 'cards' is complete" 20
	keys Enter
	sees 'and the ceremony ends' 'ended 0'
}

begin run make.yaml --site site.yaml --dir day
sees 'told what production would not begin' 'Production would not begin'
keys Enter
sees 'a card is asked for' 'Put the card of Mara Lindqvist into a reader'
check 'nothing has spoken to it' test "$(card one count)" = 0
card one insert >/dev/null
sees 'it goes on by itself when the card comes' 'Type the word INITIALISE'
keys -l INITIALISE
keys Enter
sees 'a PIN is chosen' 'Choose a PIN'
typed 135792
typed 135792
sees 'whose card it is, is on the top line' 'witness-1 in 1'
sees 'and asked for when the keys are made' 'Your PIN, please.'
card one hang-at 47:1 >/dev/null
typed 135792
sees 'a card that hangs is said to be at work' 'Generating RSA 2048'
keys k
sees 'and whoever stops it is asked' 'Stop this card work?'
keys y
sees 'it is killed, and said' 'the card process was killed'
card one pull >/dev/null
sees 'the card is taken out' 'no card'
keys r
sees 'and asked for' 'Put the card of Mara Lindqvist into a reader'
card one pull-after 47:1 >/dev/null
card one insert >/dev/null
sees 'the step begins again with it' 'Your PIN, please.'
typed 135792
sees 'taken out as it makes the key, it is said' \
    'the card of witness-1 was taken out of the reader Yubico'
sees 'with what is certain' 'never with half of one'
keys r
sees 'and it is asked for again' 'Put the card of Mara Lindqvist'
card one insert >/dev/null
sees 'and comes' 'Your PIN, please.'
typed 135792
ends
check 'the journal verifies' "$ceremony" audit verify day
"$ceremony" audit show day --json >day.json
python3 - >rows <<'END'
import json
for line in open("day.json"):
    e = json.loads(line)
    f = e.get("facts", {})
    if e["kind"] in ("card.done", "card.unknown", "card.failed"):
        print(" ".join(x for x in (e["kind"], f["command"], f.get("key"),
                                   f.get("code")) if x))
END
cat >wanted <<'END'
card.done initialise
card.done login
card.done so-login
card.unknown generate wrapping KC_ECANCEL
card.done login
card.done so-login
card.done sweep
card.unknown generate wrapping KC_ECARDLESS
card.done login
card.done so-login
card.done sweep
card.done generate wrapping
card.done certificate wrapping
card.done generate signing
card.done certificate signing
END
check 'each outcome is what became of it' diff wanted rows

# --- on a later day, by its ATR ---

atr()
{
	python3 - "$1" <<'END'
import json, sys
for line in open("day.json"):
    f = json.loads(line).get("facts", {})
    if f.get("command") == sys.argv[1] and "atr" in f:
        print(f["atr"])
        break
END
}
sed 's/^nonce: .*/nonce: 5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a/' site.yaml \
    >site2.yaml
same 'its ATR is in the record' 3bfd1300008131fe158073c021c057597562694b657940 \
    "$(atr initialise)"
begin run prove.yaml --site site2.yaml --dir day2
sees 'told what production would not begin' 'Production would not begin'
keys Enter
sees 'a card that is in waits for Enter' 'then Enter'
keys Enter
sees 'and its PIN is asked for' 'Your PIN, please.'
typed 135792
sees 'it is known; the next step asks again' '1.2 proof'
sees 'for the PIN' 'Your PIN, please.'
card_stop one
sees 'the card leaves' 'no card'
typed 135792
sees 'the login says so' 'was taken out of the reader'
card_start one 0 --other-atr
keys r
sees 'another make of card with its serial is not the same card' \
    'answers a reset with' 20
card_stop one
sees 'it leaves' 'no card'
keys r
sees 'the right one is asked for' 'Put the card of Mara Lindqvist'
card_start one 0
sees 'and taken' 'Your PIN, please.'
typed 135792
ends
check 'its journal verifies' "$ceremony" audit verify day2
"$ceremony" audit show day2 --json >day.json
same 'the ATR is recorded where a card is recognised' \
    3bfd1300008131fe158073c021c057597562694b657940 "$(atr identify)"

# --- a pcscd that answers late is not taken for none ---

kill -STOP "$pcsc_pid"
begin run prove.yaml --site site2.yaml --dir day3
sees 'told what production would not begin' 'Production would not begin'
keys Enter
sleep 1
refute 'what is not known yet is not said' on_screen 'Reader'
kill -CONT "$pcsc_pid"
sees 'the readers are told when pcscd has answered' 'Reader 1'
refute 'and nobody was told that it does not' grep -q 'does not answer' shot
kill -STOP "$pcsc_pid"
begin run prove.yaml --site site2.yaml --dir day4
sees 'told what production would not begin' 'Production would not begin'
keys Enter
sees 'a pcscd that answers nobody is not waited for long' \
    'pcscd does not answer'
kill -CONT "$pcsc_pid"
finish
