#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Custody: cards go into bags and to places that a plan names; on a later day
# the bags are opened, and another number, a broken seal or a plan that puts a
# quorum into one hand is refused.
# timeout: 240
set -eu
. "$(dirname "$0")/../lib.sh"
need python3
[ -e /usr/lib/softhsm/libsofthsm2.so ] || skip_all "softhsm2 is not installed"
export PYTHONDONTWRITEBYTECODE=1

for name in activation proof; do
	sed 's/^sizes:.*/sizes: [2048]/' "$root/scripts/$name.yaml" >$name.yaml
done
answers=$root/scripts/rehearsal-answers.yaml
mkdir pool medium
"$root/scripts/rehearsal-site.sh" 3 2 |
	sed 's,^  export: .*,  export: ../export1,' >site1.yaml
"$pool" create --dir pool --name contoso-hsm-eu >/dev/null
background "$pool" attend --dir pool --medium medium
# facts DIR KIND NAME...: of each row of the kind
facts()
{
	"$ceremony" audit show "$1" --json | python3 -c '
import json, sys
for e in map(json.loads, sys.stdin):
    if e["kind"] == sys.argv[1]:
        print(*[v if v != "" else "-" for v in map(e["facts"].get,
                                                 sys.argv[2:])])' "${@:2}"
}

# --- plans ------------------------------------------------------------------
# shellcheck disable=SC2016 # nothing to expand
plan_off='/^custody:/,$d'
# plan EXIT TEXT SED: the site file changed so, before anything begins
plan()
{
	sed "$3" site1.yaml >plan.yaml
	expect_exit "$1" "$2" "$ceremony" script check activation.yaml \
		--site plan.yaml
}
plan 1 "safe-1" 's/place: safe-2}/place: safe-1}/; s/pin, of: holder-\([12]\), person: holder-.}/pin, of: holder-\1, place: safe-1}/'
plan 1 "holder-1" 's/opened-by: \[holder-2\]/opened-by: [holder-1]/; s/pin, of: holder-2, person: holder-2}/pin, of: holder-2, person: holder-1}/'
plan 1 "no copy of the domain" '/copy-2/d'
plan 1 "has no custody plan" "$plan_off"
plan 1 "holder-3" '/card-3, what/d'

# --- the first day ----------------------------------------------------------
sed 's/^  hand-over: .*/  hand-over: nobody-1/' "$answers" >nobody.yaml
expect_exit 1 "'nobody-1' is no person of the site file" "$ceremony" run \
	activation.yaml --site site1.yaml --dir day1 --rehearsal \
	--answers nobody.yaml
expect_exit 0 "is complete" "$ceremony" resume --dir day1 --answers "$answers"
same "each card and copy has its place, taker and bag" "\
card-1 safe-1 auditor-1 RB-holder-1
pin-1 holder-1 holder-1 -
card-2 safe-2 auditor-1 RB-holder-2
pin-2 holder-2 holder-2 -
card-3 safe-3 auditor-1 RB-holder-3
pin-3 holder-3 holder-3 -
copy-1 archive-1 auditor-1 MB-1
copy-2 archive-2 auditor-1 MB-1" \
	"$(facts day1 custody.place item to taken.by bag)"
same "the close-out lists every card" 6 \
	"$(facts day1 custody.item item | wc -l)"
check "the transcript has both" test "$(grep -cE \
	'\| (card-1|copy-2) \|' export1/transcript.md)" = 2

# --- a later day ------------------------------------------------------------
"$ceremony" audit show day1 --json >day1.json
python3 "$root/tests/e2e/ceremony_site.py" site1.yaml day1.json ../export2 \
	witness-1 witness-2 auditor-1 holder-1 holder-2 holder-3 >site2.yaml
same "its site file has the bags' numbers" 3 "$(grep -c 'bag: "RB-' site2.yaml)"
# site TEXT SED: malformed
site()
{
	sed "$2" site2.yaml >bad.yaml
	expect_exit 3 "$1" "$ceremony" script check proof.yaml --site bad.yaml
}
site "is in the bag RB-holder-1" 's/bag: "RB-holder-2"/bag: "RB-holder-1"/'
site "a card that comes in a bag is known" \
	's/\(bag: "RB-holder-2", \)serial: "[^"]*", /\1/'
site "the number of a bag has 1 to 40" 's/bag: "RB-holder-2"/bag: ""/'
sed 's/bag: "RB-holder-2", //' site2.yaml >nobag.yaml
expect_exit 1 "holder-2 is in no bag" "$ceremony" script check proof.yaml \
	--site nobag.yaml
sed '/id: open$/,/minutes/d' proof.yaml >unopened.yaml
expect_exit 1 "holder-1 is in a sealed bag" "$ceremony" script check \
	unopened.yaml --site site2.yaml

mkdir -p medium/to-offline
cp export1/artifacts/domain.json medium/to-offline/contoso-hsm-eu-SD.json
sed 's/^  open-bag: .*/  open-bag: RB-other/; s/^card-retries: .*/card-retries: 0/' \
	"$answers" >other.yaml
expect_exit 1 "says RB-other; the ceremony of which the site file tells sealed" \
	"$ceremony" run proof.yaml --site site2.yaml --dir day2 --rehearsal \
	--answers other.yaml
check "what is certain is said" grep -q "no card was used" out
sed 's/^  open-seen: .*/  open-seen: "no"/; s/^card-retries: .*/card-retries: 0/' \
	"$answers" >unseen.yaml
expect_exit 1 "witness-1 does not find the number RB-holder-1 and a whole seal" \
	"$ceremony" resume --dir day2 --answers unseen.yaml
# People answer for it: an exception, and then the second person says yes.
check "an exception alone opens nothing, the second person's word does" \
	python3 "$root/tests/walk/resume.py" "$ceremony" day2 \
	--answer "unopened bag=RB-third" --answer "seal whole=y" --answer "REFUSED=x" \
	--answer "Expected > =RB-holder-1" --answer "Happened > =RB-third" \
	--answer "Action > =the courier's list names it" \
	--answer "Decided by > =Grace Adeyemi" --answer "answer for=y" \
	--exit 0 --then leave --text "Recognise"
expect_exit 0 "is complete" "$ceremony" resume --dir day2 --answers "$answers"
same "every look at a bag is in the journal" "\
holder-1 False RB-other witness-1 True
holder-1 False RB-holder-1 witness-1 False
holder-1 False RB-third witness-1 True
holder-1 False None None None
holder-2 False RB-third witness-1 True
holder-2 False None None None
holder-3 False RB-third witness-1 True
holder-3 False None None None" \
	"$(facts day2 custody.open card right said seen.by whole)"
check "the record verifies" "$ceremony" audit verify day2
finish
