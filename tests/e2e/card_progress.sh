#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Long card work says how long it has lasted and how long the same card took
# before, in whichever run that was: in plain lines and on the screen.
# shellcheck disable=SC2317 # functions that are called by wait_for
set -eu
. "$(dirname "$0")/../cards/pcsc.sh"
. "$(dirname "$0")/../lib.sh"
pcsc_need
need tmux
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
      - id: initialise
        do: card.initialise
        title: Initialise
        by: witness
        why: A card prepared elsewhere may hold a key that others have.
        minutes: 1
      - id: generate
        do: card.generate
        keys: [signing]
        title: Generate
        by: witness
        why: A key made anywhere else could have a copy.
        minutes: 1
END
# A roll-call is what the answers below do not know: there the file ends.
do=roll-call
for n in 1 2 3; do
	cat >>script.yaml <<END
      - id: pause-$n
        do: $do
        title: Pause $n
        by: witness
        why: Here this test goes on in another run.
        minutes: 1
      - id: prove-$n
        do: card.prove
        keys: [signing]
        title: Prove $n
        by: witness
        why: A certificate without its key signs nothing.
        minutes: 1
END
	do="read"
done
cat >answers.yaml <<'END'
answers-for: one virtual card
format: 1
pin-file: pin-{person}
wait-seconds: 5
card-retries: 0
answers:
  initialise: INITIALISE
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
card_start one 0 --serial 5551
card_in 0
expect_exit 5 "" "$ceremony" run script.yaml --site site.yaml --dir dir \
    --rehearsal --answers answers.yaml
pin=$(cat dir/pin-witness-1)

t="tmux -L card-progress-$$"
trap '$t kill-server 2>/dev/null || true; cleanup' EXIT
# resume [OPTION...]: the next run, in a terminal.
resume()
{
	$t -f /dev/null new-session -d -x 80 -y 24 \
	    "env TERM=screen-256color LANG=C.UTF-8 '$ceremony' resume --dir dir $* 2>>err"
}
sees()
{
	$t capture-pane -p >shot && grep -qE -- "$1" shot
}
# shows SENTENCE REGEX
shows()
{
	if wait_for 15 sees "$2"; then
		pass "$1"
	else
		fail "$1: no '$2'" shot
	fi
}
# waits WHAT REGEX: for what the test needs and does not count.
waits()
{
	if ! wait_for 15 sees "$2"; then fail "$1" shot; fi
}
ended()
{
	if $t has-session 2>/dev/null; then return 1; fi
}
# prove WAIT_FOR MS [KEY]: past the pause; the card signs so much later.
prove()
{
	card one slow-at "87:1,$2" >/dev/null
	$t send-keys ${3:+"$3"} Enter
	waits "a prompt for the PIN" "$1"
	$t send-keys -l "$pin"
	$t send-keys Enter
}
work='The card proves its key \(signing\)'

# --- a first time: nothing is known of this card
resume --plain
shows "a run begins at the pause" "y or n \(!e"
prove 'PIN' 3500 y
shows "plain lines say how long the card has worked" "$work: [2-4] s\$"
refute "and no usual time, for it never did this before" \
    grep -q usually shot
waits "the card's answer" '1\.5  Pause 2'
$t kill-session
check "the run is gone with its terminal" wait_for 5 ended

# --- another run, on the screen
resume
shows "the next run is on the screen" "Pause 2"
prove 'PIN' 9000
shows "the screen knows the usual time from the run before" \
    "[0-9]:0[0-9] of ~0:0[3-9]"
shows "and says what the card is doing" "$work"
shows "and when it takes longer than that" "0:0[4-9], usually ~0:0[3-8]"
waits "the card's answer" '1\.7  Pause 3'
$t kill-session
check "the run on the screen is gone with its terminal" wait_for 5 ended

# --- and plain again: the mean of both
resume --plain
waits "a run begins" 'Enter \(!e'
prove 'PIN' 3500
shows "plain lines say the usual time" \
    "$work: [2-4] s, usually about ([6-9]|1[0-2]) s\$"
check "the ceremony ends" wait_for 15 ended
check "its journal verifies" "$ceremony" audit verify dir
finish
