#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Cards that come and go while a ceremony waits: on the screen, in the
# journal. Over a real pcscd with two virtual readers.
# shellcheck disable=SC2317 # functions that are called by wait_for
set -eu
. "$(dirname "$0")/../cards/pcsc.sh"
. "$(dirname "$0")/../lib.sh"
pcsc_need
need tmux python3
yk=/usr/lib/x86_64-linux-gnu/libykcs11.so
[ -e "$yk" ] || skip_all 'ykcs11 is not installed'

cat >script.yaml <<'END'
ceremony: one-card
format: 1
title: One card
sizes: [2048]
acts:
  - id: card
    title: One card
    steps:
      - id: welcome
        do: read
        title: Welcome
        by: witness
        say: "Put the card in and take it out."
        why: Everybody has to see which reader is meant.
        minutes: 1
      - id: people
        do: roll-call
        title: Who is here
        by: witness
        why: A key given to a stranger is a stranger's key.
        minutes: 1
END
cat >site.yaml <<END
site: one-card
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
card_start two 1 --serial 5552 --pulled

t="tmux -L ceremony-readers-$$"
$t -f /dev/null new-session -d -x 80 -y 24 \
    "env TERM=screen-256color LANG=C.UTF-8 '$ceremony' run script.yaml --site site.yaml --dir dir --rehearsal 2>err"
trap '$t kill-server 2>/dev/null || true; cleanup' EXIT
sees()
{
	$t capture-pane -p >shot && head -n 1 shot | grep -qF -- "$1"
}
now_ms()
{
	echo $(($(date +%s%N) / 1000000))
}
# shows SENTENCE TEXT COMMAND...: after the command the top line has it.
shows()
{
	local sentence=$1 text=$2 began

	shift 2
	began=$(now_ms)
	"$@" >/dev/null
	if wait_for 10 sees "$text"; then
		pass "$sentence"
		echo $(($(now_ms) - began)) >>delays
	else
		fail "$sentence: no '$text' in the top line" shot
	fi
}

shows "two empty readers are on the screen" "no card" true
rm -f delays
shows "a card goes in" "card in 1" card one insert
shows "a second one too" "card in 1,2" card two insert
shows "the first comes out" "card in 2" card one pull
shows "the second comes out" "no card" card two pull
sleep 0.7
shows "a card goes in again" "card in 1" card one insert
shows "and out" "no card" card one pull
shows "the other one goes in" "card in 2" card two insert
shows "and out again" "no card" card two pull
sleep 0.7
shows "and a last time in" "card in 1" card one insert
echo "      median delay from the card to the screen: $(sort -n delays |
    sed -n "$((($(wc -l <delays) + 1) / 2))p") ms over $(wc -l <delays) events"

$t send-keys Enter
goes_on()
{
	$t capture-pane -p >shot && grep -q 'y yes' shot
}
check "the ceremony goes on" wait_for 5 goes_on
$t send-keys y
check "the journal verifies" "$ceremony" audit verify dir
python3 - dir/journal.db >rows <<'END'
import json, sqlite3, sys
db = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True)
for line, facts in db.execute("SELECT line, facts FROM entry ORDER BY n"):
    if json.loads(line)["k"] == "reader":
        f = json.loads(facts)
        print(" ".join(x for x in (f["event"]["value"],
              f["reader"]["value"][-5:], f["atr"]["value"][:4]) if x))
END
a='00 00' b='00 01'
cat >wanted <<END
pcscd in
reader in $a
reader in $b
card in $a 3bfd
card in $b 3bfd
card out $a
card out $b
card in $a 3bfd
card out $a
card in $b 3bfd
card out $b
card in $a 3bfd
END
check "each change is a row, in its order, with the card's ATR" \
    diff wanted rows
finish
