#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A ceremony is killed, goes on in a copy of its directory elsewhere, is
# suspended with bags, and refuses to go on with the words of another paper
# or another bag's number; with the right ones it goes on, again and again.
# timeout: 200
set -eu
. "$(dirname "$0")/../lib.sh"
need python3
[ -e /usr/lib/softhsm/libsofthsm2.so ] || skip_all "softhsm2 is not installed"
export PYTHONDONTWRITEBYTECODE=1

mkdir room room/medium room/cards
sed 's/^sizes: .*/sizes: [2048]/' "$root/scripts/activation.yaml" >script.yaml
{
	"$root/scripts/rehearsal-site.sh" 3 2
	echo 'spares:'
	echo '  - {id: spare-1, module: softhsm, store: ../cards/spare-1}'
} >room/site.yaml
answers=$root/scripts/rehearsal-answers.yaml
{
	cat "$answers"
	echo '  drill/holder-2: suspend'
	echo '  suspend-seal: "yes"'
	echo '  suspend-bag: SB-{person}'
} >until.yaml
# rows DIR KIND: how many of the kind its journal has
rows()
{
	"$ceremony" audit show "$1" --json | python3 -c '
import json, sys
print(sum(json.loads(s).get("kind") == sys.argv[1] for s in sys.stdin))' "$2"
}

# --- killed -----------------------------------------------------------------
background "$ceremony" run script.yaml --site room/site.yaml \
	--dir room/ceremony --rehearsal --answers "$answers"
# shellcheck disable=SC2317	# called by check
begun()
{
	"$ceremony" audit show room/ceremony |
		grep -q 'keys.initialise.holder-1'
}
check "a rehearsal comes to the first holder's card" wait_for 60 begun
kill -KILL "$last_pid"
wait "$last_pid" 2>/dev/null || true

# --- on another station: a copy of everything, the old one is gone ----------
cp -a room moved && rm -r room
expect_exit 5 "suspended in step 3.10" "$ceremony" resume \
	--dir moved/ceremony --answers until.yaml
cp out first.txt
check "each of the six cards is in a bag" \
	grep -q '6 card(s) in bags, 0 without' first.txt
same "six rows say so" 6 "$(rows moved/ceremony custody)"
same "the cards signed a second checkpoint first" 2 \
	"$(rows moved/ceremony checkpoint.end)"

# --- resumed: words by hand, bags by hand -----------------------------------
# shellcheck disable=SC2317	# called by check
resume()
{
	python3 "$root/tests/walk/resume.py" "$ceremony" moved/ceremony "$@"
}
other="words that are not those of the head of the suspension"
check "words of another head are refused three times, exit 1" \
	resume --words wrong --exit 1 --text "$other"
# shellcheck disable=SC2317	# called by check
stands()
{
	# shellcheck disable=SC2317	# called by check
	"$ceremony" status --dir moved/ceremony | grep -q "state  *$1"
}
check "it is suspended still" stands suspended
sed '/^  readback:/d' "$answers" >silent.yaml
expect_exit 5 "no answer 'readback'" "$ceremony" resume \
	--dir moved/ceremony --answers silent.yaml
check "another bag's number is refused, exit 1" \
	resume --words first.txt --bags RB-other --exit 1 \
	--text "says RB-other; the journal sealed the card into another"
check "and it is suspended still" stands suspended
check "the right words and bags go on, and to the next suspension" \
	resume --words first.txt --bags 'SB-{person}' --then suspend \
	--exit 5 --text "Suspended in step 3.10" --out second.txt
same "every bag was opened once, one more was tried" 7 \
	"$(rows moved/ceremony custody.open)"
check "the words of the suspension before are refused now" \
	resume --words first.txt --exit 1 --text "$other"
check "those of the last one are not" \
	resume --words second.txt --then suspend --exit 5 \
	--text "Suspended in step 3.10" --out third.txt

# --- a dead card, and a spare that the site file names ----------------------
rm -r moved/cards/holder-1
mkdir -p moved/medium/to-offline moved/cards/holder-1
# The person of the card that died has the spare now.
amended()
{
	sed -e 's,{id: holder-1\, person,{id: spare-1\, person,' \
		-e 's,/holder-1},/spare-1},' -e '/^spares:/d' \
		-e '/id: spare-1, module/d' moved/site.yaml
}
# shellcheck disable=SC2317	# called by check
swap()
{
	resume --words third.txt --answer "the drill.=" "$@" \
		--answer "REFUSED=m" --answer "AMEND=AMEND" \
		--answer "to be destroyed=DEAD-1"
}
site=moved/medium/to-offline/site.yaml
amended | sed 's/^signers: 3/signers: 2/' >$site
check "a site file that changes more than a card is refused" \
	swap --answer "another 'signers'=a" --exit 1 \
	--text "has another 'signers': an amendment gives cards to spares"
check "it stays refused, and is none" test -z \
	"$(find moved/ceremony -name 'site-*.yaml')"
amended >$site
check "a spare takes the dead card's place when two people say so" \
	swap --then leave --exit 0 --text "Initialise the card of Aldo"
same "the dead card is in a bag" 7 "$(rows moved/ceremony custody)"
same "the exception is closed" \
	"$(rows moved/ceremony exception.open)" \
	"$(rows moved/ceremony exception.close)"
sed 's/^wait-seconds:.*/wait-seconds: 1/' "$answers" >short.yaml
expect_exit 5 "nothing came within 1 s" "$ceremony" resume \
	--dir moved/ceremony --answers short.yaml
check "its person's steps were done again, with keys of the spare" \
	test -s moved/ceremony/artifacts/spare-1-wrapping.cer
check "and the set is built of them" \
	test -s moved/medium/to-online/contoso-hsm-eu.holder-1.cer
same "which is the spare's certificate" \
	"$(cat moved/ceremony/artifacts/spare-1-wrapping.cer)" \
	"$(cat moved/medium/to-online/contoso-hsm-eu.holder-1.cer)"
expect_exit 5 "nothing came within 1 s" "$ceremony" run script.yaml \
	--site moved/site.yaml --dir moved/ceremony --rehearsal \
	--answers short.yaml
# A directory that an earlier version of the program began.
python3 - moved/ceremony/journal.db <<'END'
import os, sqlite3, sys
new, old = sqlite3.connect(sys.argv[1]), sqlite3.connect("old.db")
added = (" CHECK (length(id) = 32)", " CHECK (n >= 0)",
         " CHECK (length(leaf) = 32)",
         " CHECK (mode IN ('production', 'rehearsal'))")
for text, in new.execute("SELECT sql FROM sqlite_schema ORDER BY type"):
    for check in added:
        text = text.replace(check, "")
    old.execute(text)
for table in "meta", "entry":
    rows = new.execute("SELECT * FROM %s ORDER BY 1" % table).fetchall()
    old.executemany("INSERT INTO %s VALUES (%s)" % (
        table, ",".join("?" * len(rows[0]))), rows)
old.commit()
old.execute("PRAGMA application_id=%d" % 0x6b636a31)
old.execute("PRAGMA user_version=1")
old.close()
os.replace("old.db", sys.argv[1])
END
check "a journal of the schema before this one can be read" "$ceremony" \
	audit verify moved/ceremony
expect_exit 5 "nothing came within 1 s" "$ceremony" resume \
	--dir moved/ceremony --answers short.yaml
same "going on with it makes a copy, and says so" \
	"1 $(printf 'SQLite format 3')" "$(rows moved/ceremony \
	journal.upgrade) $(head -c 15 moved/ceremony/journal.db.v1)"
check "each process was a run of its own, numbered over both stations" \
	python3 - "$ceremony" moved/ceremony <<'END'
import json, subprocess, sys
rows = [json.loads(s) for s in subprocess.run([sys.argv[1], "audit", "show",
    sys.argv[2], "--json"], stdout=subprocess.PIPE, check=True,
    text=True).stdout.splitlines()]
runs = [e["run"] for e in rows]
began = [e["run"] for e in rows if e["kind"] == "run.begin"]
assert runs == sorted(runs) and began == list(range(1, len(began) + 1)), began
assert set(runs) == set(began) and len(began) > 8, began
assert all(a["boot_ms"] <= b["boot_ms"] for a, b in zip(rows, rows[1:])
           if a["run"] == b["run"])
END
check "the journal verifies, in every line" "$ceremony" audit verify \
	moved/ceremony
finish
