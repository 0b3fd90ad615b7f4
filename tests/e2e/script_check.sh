#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `script check`: each broken script of tests/scripts is refused with its
# exit code, its place and its sentence (the table is broken.txt), before
# anything is written; what ships is not, for every size of a set; and of
# what ships a step that is left out is missed, or said to be no loss.
# timeout: 120
set -eu
. "$(dirname "$0")/../lib.sh"
need python3
broken=$root/tests/scripts

# site N M: N holders and N new ones, a quorum of M of either; cards that
# exist, so that they can be recognised.
site()
{
	local i

	"$root/scripts/rehearsal-site.sh" "$1" "$2" | sed '/^custody:/,$d' |
		sed 's,store: ../cards/\([a-z0-9-]*\)},serial: "SN-\1"},' >site.tmp
	sed -n "s/^quorum: .*/&\\nnew-quorum: $2/; /^cards:/q; p" site.tmp
	for i in $(seq "$1"); do
		echo "  - {id: new-holder-$i, role: new-holder, name: \"New $i\"}"
	done
	sed -n '/^cards:/,$p' site.tmp
	for i in $(seq "$1"); do
		echo "  - {id: new-holder-$i, person: new-holder-$i," \
			"module: softhsm, serial: \"SN-new-$i\"}"
	done
}
# fit SCRIPT N M: the same for a script that ships: with the custody plan that
# it wants, and, if it opens bags, with those.
fit()
{
	local of=holder

	[ "$1" != reshare ] || of=new-holder
	case $1 in
	activation | rehearsal) site "$2" "$3" ;;
	*) site "$2" "$3" |
		sed 's/serial: "SN-holder-\(.*\)"/bag: B-\1, &/' ;;
	esac
	"$root/scripts/rehearsal-site.sh" "$2" "$3" |
		sed -n "s/holder-/$of-/g; /^custody:/,\$p"
}
site 3 2 >whole.yaml
# A witness whose card nobody would recognise.
sed 's/, serial: "SN-witness-2"//' whole.yaml >plain.yaml
grep -v '^new-quorum:' plain.yaml >one-set.yaml
cp whole.yaml custody.yaml
cat >>custody.yaml <<'END'
custody:
  places:
    - {id: safe-1, opened-by: [administrator-1]}
    - {id: safe-2, opened-by: [operator-1]}
    - {id: safe-3, opened-by: [witness-1]}
  things:
    - {id: card-1, what: card, of: holder-1, place: safe-1}
    - {id: card-2, what: card, of: holder-2, place: safe-2}
    - {id: card-3, what: card, of: holder-3, place: safe-3}
    - {id: pin-1, what: pin, of: holder-1, person: holder-1}
    - {id: pin-2, what: pin, of: holder-2, person: holder-2}
    - {id: pin-3, what: pin, of: holder-3, person: holder-3}
    - {id: file-1, what: domain, place: safe-1}
    - {id: file-2, what: domain, place: safe-2}
END

# --- broken scripts -------------------------------------------------------
n=0
site=plain.yaml
while read -r name code place sentence; do
	case $name in
	'' | '#'*) continue ;;
	site)
		site=$code
		continue
		;;
	+)	# a step that led there, as it is printed under the refusal
		sed 's/^  Led there//; s/^ *//; s/  */ /g' "$tmp/out" >led.txt
		check "$last: led there by $code $place" grep -qxF \
			"$code $place $sentence" led.txt
		continue
		;;
	esac
	cp "$broken/$name.yaml" .
	expect_exit "$code" "$name.yaml:$place: $sentence" "$ceremony" script \
		check "$name.yaml" --site "$site"
	last=$name
	n=$((n + 1))
done <"$broken/broken.txt"
same "every script in tests/scripts is in the table" \
	"$(find "$broken" -name '*.yaml' | wc -l)" "$n"
check "they are 25 or more" test "$n" -ge 25
check "every sentence of the model is in it" python3 - "$broken/broken.txt" \
	"$root/ceremony/facts.def" <<'END'
import re, sys
table, facts = (open(f, encoding="utf-8").read() for f in sys.argv[1:])
found = 0
for fact in re.findall(r"(?ms)^X\((.*?)\)$", facts):
    # A sentence is several texts in a row; a comma ends it.
    for part in re.findall(r'((?:"(?:[^"])*"\s*)+)', fact):
        sentence = "".join(re.findall(r'"([^"]*)"', part))
        found += 1
        if not re.search(r"[\w-]+".join(map(re.escape,
                                            sentence.split("%s"))), table):
            sys.exit("no broken script for: " + sentence)
print(found, "sentences")
assert found > 30, found
END

# --- what each action needs, one thing at a time --------------------------
# step ACTION PERSON [FIELD...]: a line of a script
step()
{
	local fields=''

	n=$((n + 1))
	[ $# -lt 3 ] || fields=$(printf ', %s' "${@:3}")
	echo "      - {id: s$n, do: $1, title: A step, by: $2$fields," \
		"why: T, minutes: 1}"
}
# walked CODE SENTENCE [SITE]: the script of the steps in $tmp/lines
walked()
{
	{
		printf '%s\n' 'ceremony: steps' 'format: 1' 'title: Steps' \
			'acts:' '  - id: one' '    title: One' '    steps:'
		cat lines
	} >steps.yaml
	expect_exit "$1" "$2" "$ceremony" script check steps.yaml --site \
		"${3:-custody.yaml}"
}
refused() { walked 1 "$@"; }
calls() { step roll-call administrator && step environment operator; }
# any ACTION PERSON: a step of it, with the fields it must have
any()
{
	case $1 in
	readback) step "$1" "$2" 'subject: script' ;;
	exchange.ratify | custody.open) step "$1" "$2" 'watch: witness' ;;
	byok.wrap) step "$1" "$2" 'kek: k' 'show: s' 'blob: b' 'key: x' \
		'watch: witness' ;;
	evidence.check) step "$1" "$2" 'kind: pool' 'file: pool.json' ;;
	*) step "$1" "$2" ;;
	esac
}
card_actions="card.identify card.initialise card.pin card.retire
card.generate card.prove"
for action in $card_actions site.amend set.build set.drill domain.import \
	domain.check domain.prove domain.reshare exchange.ratify \
	recovery.unlock recovery.blob readback evidence.check byok.wrap \
	custody.seal custody.open custody.place checkpoint export close; do
	{ step environment operator && any "$action" holder; } >lines
	refused "($action): nobody is signed in"
done
for action in card.initialise card.retire exchange.ratify recovery.unlock \
	byok.wrap domain.reshare set.drill domain.prove; do
	{ step roll-call administrator && any "$action" holder; } >lines
	refused "($action): the station was not judged"
done
for action in $card_actions custody.seal set.drill; do
	{
		calls
		step card.initialise holder-1
		step custody.seal holder-1
		any "$action" holder-1
	} >lines
	refused "($action): the card of holder-1 is in a sealed bag"
done
for action in card.identify card.pin card.retire; do
	{ calls && any "$action" witness-2; } >lines
	refused "($action): the card of witness-2 is not known" plain.yaml
	{ calls && step card.initialise witness-2 && any "$action" witness-2
	} >lines
	walked 0 "steps: 1 acts, 4 steps" plain.yaml
done
for action in $card_actions set.drill; do
	{
		calls
		step card.initialise holder-1
		[[ $action != @(card.prove|set.drill) ]] ||
			step card.generate holder-1
		step card.identify holder-3 'card: stays'
		case $action in
		card.initialise) any "$action" holder-2 ;;
		*) any "$action" holder-1 ;;
		esac
	} >lines
	refused "($action): the reader is occupied: the card of holder-3 stays"
done

# A key on a card: that of who acts, and only then.
on_card()
{
	step byok.wrap "$1" 'kek: k' 'show: s' 'blob: b' 'object: x' \
		'watch: auditor' "${@:2}"
}
{ calls && on_card witness-2; } >lines
refused "(byok.wrap): the card of witness-2 is not known" plain.yaml
{ calls && on_card witness-2 'key: k'; } >lines
walked 0 "steps: 1 acts, 3 steps" plain.yaml
{
	calls
	step card.initialise holder-1
	step custody.seal holder-1
	on_card holder-1
} >lines
refused "(byok.wrap): the card of holder-1 is in a sealed bag"

# --- what each action needs of what went before ----------------------------
signers()
{
	step card.identify witness 'for_each: witness' 'keys: signing'
	step card.identify auditor 'for_each: auditor' 'keys: signing'
}
known() { step card.identify holder 'for_each: holder'; }
proven() { step card.prove holder 'for_each: holder'; }
new_keys()
{
	local action

	for action in card.initialise card.generate card.prove; do
		step $action new-holder 'for_each: new-holder'
	done
}
received()
{
	calls
	signers
	known
	step domain.import operator
	step exchange.ratify administrator 'watch: witness'
	step checkpoint administrator
}

{ calls && any card.initialise holder-1 && any card.generate holder-1; } >lines
refused "(card.generate): the keys of the holders were in use"
{ calls && step domain.import operator; } >lines
refused "(domain.import): the keys of the holders were in use"
{ calls && known && proven && step domain.import operator &&
	any set.build holder; } >lines
refused "(set.build): the domain of the holders is there already"
{ calls && known && proven && any set.build holder &&
	step domain.import operator; } >lines
refused "(domain.import): no checkpoint has signed the keys of the holders"
for action in set.build set.drill custody.seal; do
	{ calls && any $action holder-1; } >lines
	refused "($action): the card of holder-1 is not in the room"
done
{ calls && known && any domain.check holder; } >lines
refused "(domain.check): the domain of the holders is not in the room"
{ calls && step domain.import operator && any domain.check holder; } >lines
refused "(domain.check): the card of holder-1 is not in the room"
{ calls && known && step domain.import operator && any domain.reshare holder
} >lines
refused "(domain.reshare): the card of new-holder-1 is not in the room"
{ received && new_keys && step checkpoint administrator &&
	any domain.reshare holder && any domain.reshare holder; } >lines
refused "(domain.reshare): the domain of the new-holders is there already"
{ received && new_keys && step checkpoint administrator &&
	any custody.seal holder-1 && any custody.seal holder-2 &&
	any domain.reshare holder; } >lines
refused "(domain.reshare): 1 of the 2 cards that open the domain are there"
{ received && any custody.seal holder-1 && any custody.seal holder-2 &&
	any recovery.unlock holder; } >lines
refused "(recovery.unlock): 1 of the 2 cards that open the domain are there"
{ received && any recovery.unlock holder; } >lines
refused "after the last step one.s$n (recovery.unlock): the domain stands open"
{ calls && known && step domain.import operator &&
	step custody.seal holder 'for_each: holder' &&
	any custody.place holder && any custody.open holder-1; } >lines
refused "(custody.open): the card of holder-1 has left the room"
# What takes a card out of a reader, and what puts a head on paper.
{ calls && step card.identify holder-3 'card: stays' &&
	any custody.seal holder-3 && any card.identify holder-1; } >lines
refused "after the last step one.s$n (card.identify)"
{ calls && step card.identify witness-1 'keys: signing' 'card: stays' &&
	step suspend operator && calls &&
	step readback witness 'subject: head' &&
	step card.identify witness-2 'keys: signing'; } >lines
walked 0 "steps: 1 acts, 8 steps"

# --- as JSON ----------------------------------------------------------------
"$ceremony" script check bag-sealed.yaml --site plain.yaml --json \
	>sealed.json 2>/dev/null || :
"$ceremony" script check never-exported.yaml --site plain.yaml --json \
	>never.json 2>/dev/null || :
check "a program can read which step, where, and what led there" python3 - <<'END'
import json
v = json.load(open("sealed.json"))
assert v["possible"] is False and v["after"] is False, v
assert (v["step"], v["do"], v["line"], v["column"]) == \
    ("one.prove", "card.prove", 14, 9), v
assert v["found"].endswith("the card of holder-2 is in a sealed bag"), v
assert v["led"][1] == {"number": "1.7", "step": "one.bags.holder-2",
                       "do": "custody.seal", "line": 13}, v
v = json.load(open("never.json"))
assert v["after"] is True and v["step"] == "one.last", v
END
expect_exit 1 '"possible":false' "$ceremony" script check bag-sealed.yaml \
	--site plain.yaml --json
fit proof 3 2 >proof.site.yaml
expect_exit 0 '"possible":true' "$ceremony" script check \
	"$root/scripts/proof.yaml" --site proof.site.yaml --json
expect_exit 3 "anchors are not allowed" "$ceremony" script check anchor.yaml \
	--site plain.yaml --json
refute "what cannot be read has no step" grep -q possible "$tmp/out"

# --- the same check when a ceremony begins --------------------------------
grep -v rehearsal-root plain.yaml >production.yaml
mkdir day
for name in anchor nobody bag-sealed; do
	read -r _ code place sentence < <(grep "^$name " "$broken/broken.txt")
	expect_exit "$code" "$name.yaml:$place: $sentence" "$ceremony" run \
		"$name.yaml" --site production.yaml --dir day/one
done
check "production says where the steps that led there are told" grep -q \
	"no ceremony was begun; ceremony script check says" "$tmp/out"
same "and makes no directory" "" "$(ls -A day)"
# A rehearsal says it and goes on, to where the step itself refuses.
expect_exit 1 "nothing to read back yet" "$ceremony" run exchange-not-yet.yaml \
	--site plain.yaml --dir day/one --rehearsal --answers \
	"$root/scripts/rehearsal-answers.yaml"
check "a rehearsal tells the room" grep -q "Production would not begin this \
script. Line 12:9: step one.back (readback): nobody is ratified" "$tmp/out"
"$ceremony" audit show day/one >shown.txt
check "and it is exception 1" grep -q 'exception.open.*rehearsal-script' \
	shown.txt
refute "the journal names no path for it" grep -q 'exchange-not-yet.yaml' \
	shown.txt
expect_exit 1 "nothing to read back yet" "$ceremony" resume --dir day/one \
	--answers "$root/scripts/rehearsal-answers.yaml"
refute "a resumption does not say it again" grep -q "would not begin" "$tmp/out"

# --- without a site file --------------------------------------------------
expect_exit 1 "step one.prove (card.prove): the card of holder-2 is in a \
sealed bag" "$ceremony" script check bag-sealed.yaml
sed 's/by: holder-2/by: ines/' bag-sealed.yaml >named.yaml
expect_exit 1 "the card of ines is not in the room" "$ceremony" script check \
	named.yaml

# --- parameters: the script's words, and the site file's -------------------
sed 's/^title: Broken/&\nparameters: {region: "the new region", room: here}/
	s/say: .*persn} goes/say: "{person} goes to {region}, {person}/' \
	mark-unknown.yaml >marks.yaml
sed 's/^title: Broken/&/; $s/$/\nparameters: {region: "Norway East"}/' \
	plain.yaml >norway.yaml
expect_exit 0 "" "$ceremony" script print marks.yaml --site plain.yaml \
	-o said.md
check "what the site file does not say the script says" grep -q \
	'Ines Okafor goes to the new region, Ines Okafor' said.md
expect_exit 0 "" "$ceremony" script print marks.yaml --site norway.yaml \
	-o norway.md
check "the site file's word is read aloud" grep -q \
	'goes to Norway East,' norway.md
sed 's/region: "Norway/regoin: "Norway/' norway.yaml >misspelt.yaml
expect_exit 1 "the script has no parameter 'regoin'" "$ceremony" script \
	check marks.yaml --site misspelt.yaml

# --- readers --------------------------------------------------------------
sed 's/^signers: .*/&\nreaders: 2/' plain.yaml >two.yaml
expect_exit 1 "after the last step one.other" "$ceremony" script check \
	reader-occupied.yaml --site two.yaml
sed 's/card: stays, //' reader-occupied.yaml >taken-out.yaml
expect_exit 1 "after the last step one.other" "$ceremony" script check \
	taken-out.yaml --site plain.yaml
sed 's/^signers: .*/&\nreaders: 17/' plain.yaml >many.yaml
expect_exit 3 "many.yaml:10:10: 'readers' is '17', not a number from 1 to 16" \
	"$ceremony" script check reader-occupied.yaml --site many.yaml

# --- the shipped ones, for every size -------------------------------------
shipped="activation recovery proof reshare rehearsal byok"
for n in 3 4 5 6 7 8 9 10; do
	for name in $shipped; do
		fit "$name" "$n" $((n / 2 + 1)) >site.yaml
		expect_exit 0 "$name: " "$ceremony" script check \
			"$root/scripts/$name.yaml" --site site.yaml
	done
done
for name in $shipped; do
	expect_exit 0 "$name: " "$ceremony" script check \
		"$root/scripts/$name.yaml"
done
for name in activation recovery; do
	python3 "$broken/without.py" "$root/scripts/$name.yaml" "$([ $name = \
		recovery ] && echo cards.open || echo custody.places)" >$name.yaml
done
site 10 6 >site.yaml
sed 's/role: holder/role: witness/' site.yaml | sed '0,/role: witness/b' \
	>few.yaml
sed -i '/id: holder-[3-9]/d; /id: holder-10/d; s/role: witness, name: "\(Aldo\|Birgit\)/role: holder, name: "\1/' few.yaml
expect_exit 1 "the site file has 2 cards of holders, and a set is of 3 to 10" \
	"$ceremony" script check activation.yaml --site few.yaml
sed 's/^quorum: .*/quorum: 3/' few.yaml >quorum.yaml
expect_exit 1 "the site file has 2 cards of holders, and the quorum is 3" \
	"$ceremony" script check recovery.yaml --site quorum.yaml
sed 's/^signers: .*/signers: 9/' few.yaml >signers.yaml
expect_exit 1 "3 of the 9 cards that sign are there" "$ceremony" script \
	check activation.yaml --site signers.yaml

# --- the example of the documentation -------------------------------------
sed -n '/^## An example/,/^Without/s/^    //p' "$root/docs/format/script.md" \
	>example.yaml
site 3 2 >site.yaml
expect_exit 0 "short-proof: 4 acts, 12 steps" "$ceremony" script check \
	example.yaml --site site.yaml
python3 "$broken/without.py" example.yaml domain.bags >bagless.yaml
expect_exit 1 "step closing.close (close): the card of holder-1, with a \
wrapping key, is in no bag (where domain.prove was held)" "$ceremony" script check bagless.yaml \
	--site site.yaml
check "it led there as the documentation says" grep -q \
	"Led there 2.4   cards.holders.holder-1 (card.identify), line 43" \
	"$tmp/out"

# --- a night in the middle ------------------------------------------------
python3 - "$root/scripts/activation.yaml" >night.yaml <<'END'
import re, sys
text = open(sys.argv[1]).read()
call = re.search(r"      - id: people\n(        .*\n)+", text).group(0)
night = """  - id: night
    title: The night
    steps:
      - id: suspend
        do: suspend
        title: Until tomorrow
        by: administrator
        why: Nobody keeps a room awake.
        minutes: 5
"""
print(text.replace("  - id: domain\n", night + call + "  - id: domain\n"),
      end="")
END
fit activation 5 3 >site.yaml
expect_exit 0 "activation: 8 acts, 27 steps" "$ceremony" script check \
	night.yaml --site site.yaml
python3 "$broken/without.py" night.yaml night.people >unseen.yaml
expect_exit 1 "step domain.import (domain.import): nobody is signed in" \
	"$ceremony" script check unseen.yaml --site site.yaml
check "the night led there" grep -q "night.suspend (suspend), line" "$tmp/out"

# --- a step left out ------------------------------------------------------
# What no later step stands on: SCRIPT/ACT.STEP and the reason.
cat >harmless.txt <<'END'
*/opening.welcome     words: they leave nothing behind
*/opening.clock       the go/no-go asks two people for the time too
*/opening.software    paper is compared; the hashes are in entry 0 all the same
*/witnesses.seal      a later checkpoint signs the same entries, and before it nothing leaves the room and nothing is opened for another
*/domain.weak         words, for what was found
*/keys.wrong-card     a card is refused where it would be refused all the same
*/keys.drill          each key is proven, and the file itself is opened; only that every quorum opens is not tried
*/new-cards.drill     each key is proven, and the new file is opened; only that every quorum opens is not tried
proof/domain.check    a file that opens with these cards is theirs
reshare/domain.check  a file that opens with these cards is theirs
recovery/domain.prove recovery.unlock opens the same file
rehearsal/domain.prove recovery.unlock opens the same file
byok/key.seal         the last checkpoint signs the same rows, before anybody leaves
*/custody.places      each card is in a bag; only where it goes is not said
END
# harmless NAME: and $reason
harmless()
{
	local pattern

	while read -r pattern reason; do
		# shellcheck disable=SC2053 # a pattern
		[[ $1 != $pattern ]] || return 0
	done <harmless.txt
	return 1
}
# Where what is left out is missed, and why.
missed()
{
	case $1 in
	*/opening.people) echo "nobody is signed in" ;;
	*/opening.station) echo "the station was not judged" ;;
	*/domain.import) echo "the domain of the holders is not in the room" ;;
	*/recovery.exchange) echo "nobody is ratified to receive the domain" ;;
	*/recovery.unlock) echo "the domain is not open" ;;
	*/recovery.blob) echo "the domain stands open and no blob was made" ;;
	*/domain.reshare) echo "domain of the new-holders is not in the room" ;;
	*/domain.prove) echo "was never opened" ;;
	*/domain.check) echo "nobody looked whether the domain" ;;
	*/set.build) echo "the wrapping set of the holders was not built" ;;
	*/key.wrap) echo "no step uses" ;;
	*/keys.prove | */new-cards.prove) echo "has not proven possession" ;;
	*.seal) echo "no checkpoint has signed" ;;
	*/cards.open) echo "in a sealed bag" ;;
	*bags) echo "is in no bag" ;;
	*/closing.close) echo "the ceremony is not closed" ;;
	*/closing.export) echo "its record never leaves the room" ;;
	*.generate | *.auditor-key) echo "key yet" ;;
	*) echo "neither initialised nor identified" ;;
	esac
}
for name in $shipped; do
	fit "$name" 5 3 >site.yaml
	for step in $(python3 "$broken/without.py" "$root/scripts/$name.yaml"); do
		python3 "$broken/without.py" "$root/scripts/$name.yaml" "$step" \
			>"$name-without-$step.yaml"
		set -- "$ceremony" script check \
			"$name-without-$step.yaml" --site site.yaml
		if harmless "$name/$step"; then
			check "$name without $step: $reason" "$@"
		else
			expect_exit 1 "$(missed "$name/$step")" "$@"
		fi
	done
done
finish
