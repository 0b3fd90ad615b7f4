#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The shipped rehearsal, run as shipped: what it prints, what its export is
# worth to a stranger, and what happens when anything in it is changed.
# timeout: 280
set -eu
. "$(dirname "$0")/../lib.sh"
need python3 openssl
export PYTHONDONTWRITEBYTECODE=1
[ -e /usr/lib/softhsm/libsofthsm2.so ] || skip_all "softhsm2 is not installed"

# Its own working copy: scripts as shipped, programs as built.
mkdir "$tmp/tree" "$tmp/tree/build"
cp -r "$root/scripts" "$tmp/tree/scripts"
ln -s "$ceremony" "$pool" "$tmp/tree/build"
code=0
began=$SECONDS
(cd "$tmp/tree" && env -u BUILD -u TERM scripts/rehearsal </dev/null \
	>"$tmp/stdout" 2>"$tmp/stderr") || code=$?
took=$((SECONDS - began))
same "the rehearsal exits 0" 0 "$code"
[ "$code" = 0 ] || { tail -n 40 "$tmp/stdout" "$tmp/stderr"; finish; }
check "it took less than two minutes" test "$took" -lt 120
last=$(tail -n 1 "$tmp/stdout")
check "its last line names the export and nothing else" \
	grep -qxE 'export: build/rehearsal/[0-9]{8}T[0-9]{6}Z/export' <<<"$last"
e=$tmp/tree/${last#export: }
top=$(dirname "$e")
for d in cards pool medium ceremony export; do
	check "the directory holds $d/" test -d "$top/$d"
done
check "no PIN is on the screen, in the journal or in the export" \
	python3 - "$top" "$tmp/stdout" "$tmp/stderr" <<'END'
import glob, os, sys
pins = [open(p, "rb").read().strip()
        for p in glob.glob(sys.argv[1] + "/cards/*/pin")]
assert len(pins) == 8 and all(len(p) == 8 for p in pins), pins
files = sys.argv[2:] + [os.path.join(d, n)
                        for top in ("ceremony", "export", "medium")
                        for d, _, ns in os.walk(sys.argv[1] + "/" + top)
                        for n in ns]
for name in files:
    raw = open(name, "rb").read()
    for pin in pins:
        assert pin not in raw, name
END
refute "no private key is in the export" \
	grep -rq "PRIVATE KEY" "$e"

# Two rows that no program can fill; of every other a rehearsal speaks.
same "the auditor's form has entries for all that a program can see" \
    "$(printf '%s\n' "BR 6.1.1.1, root (3)" "BR 6.1.1.1, all (1)")" \
    "$(grep 'not covered, because' "$e/transcript.md" | cut -d'|' -f2 |
	sed 's/^ *//; s/ *$//')"

# A SoftHSM card attests nothing; its keys are witnessed, and so is said.
check "each key that was made has its ladder in the transcript" \
	python3 - "$e/transcript.md" <<'END'
import re, sys
text = open(sys.argv[1], encoding="utf-8").read()
part = text.split("## Provenance of keys\n")[1].split("\n## ")[0]
keys = {}
for card, key, rungs in re.findall(
        r"- (\S+), (\w+) \(entry \d+\)\n((?:  - .*\n){3})", part):
    keys[card, key] = re.findall(r"- (\w+): \*\*(\w+)\*\*, (.*)", rungs)
made = set(re.findall(r"\| \d+ \| (\S+) \| (\w+) \| \d+ \|", text.split(
    "## Keys made on cards\n")[1].split("\n## ")[0]))
assert made and made == set(keys), (made, keys)
for (card, key), rungs in keys.items():
    state = {name: (what, found) for name, what, found in rungs}
    assert state["attested"][0] == "none", state
    assert "the module has no attestation" in state["attested"][1], state
    assert state["reported"][0] == "held", state
    assert all(" It does not show " in found for _, found in state.values())
proven = {(re.search(r"[:;] card ([^;\s]+)", line).group(1),
           re.search(r"[:;] key (\w+)", line).group(1))
          for line in text.splitlines()
          if "**card.done**" in line and "; command prove;" in line}
witnessed = {k for k, rungs in keys.items()
             if ("witnessed", "held") in [r[:2] for r in rungs]}
assert proven and proven == witnessed, (proven, witnessed)
END

stock=(openssl cms -verify -binary -inform DER -in "$e/manifest.json.p7s"
	-content "$e/manifest.json" -no-CApath -no-CAstore -no_check_time
	-purpose any -out /dev/null)
cp "$e/certs/signers.pem" "$tmp/outside.pem"
expect_exit 0 "successful" "${stock[@]}" -CAfile "$e/certs/signers.pem"
expect_exit 0 "successful" "${stock[@]}" -CAfile "$tmp/outside.pem"
expect_exit 0 "Verification successful" openssl cms -verify -binary \
	-inform DER -in "$e/checkpoints/0001.txt.p7s" -content \
	"$e/checkpoints/0001.txt" -CAfile "$tmp/outside.pem" -no-CApath \
	-no-CAstore -no_check_time -purpose any -out /dev/null

both()
{
	expect_exit "$1" "$2" python3 "$e/verify.py" "${@:3}"
	expect_exit "$1" "$2" "$ceremony" audit verify "${@:3}"
}
both 0 "consistent; anyone could have made this" "$e"
check "the verify.py in the export is the one of the source" \
	cmp "$e/verify.py" "$root/audit/verify.py"
both 0 "signers: anchored" "$e" --signers "$tmp/outside.pem"
refute "an anchored export no longer says that anyone could have made it" \
	grep -q "anyone could" "$tmp/out"
head=$("$ceremony" audit verify "$e" --json |
	grep -o '"head":"[0-9a-f]*"' | cut -d'"' -f4)
same "the head is 32 bytes" 64 ${#head}
both 0 "head: anchored" "$e" --head "$head"
words=$(grep -A1 "^Head words" "$tmp/stdout" | tail -n 1)
same "the farewell shows 32 head words" 32 "$(wc -w <<<"$words")"
both 0 "head: anchored" "$e" --head "$words"
both 0 "anchored" "$e" --require closed,signed,anchored \
	--signers "$tmp/outside.pem"
both 1 "require anchored" "$e" --require anchored
both 1 "no entry of this journal" "$e" --head "$(printf '0%.0s' {1..64})"
both 0 "against: " "$e" --against "$e"
expect_exit 0 "anyone could have made this" "$ceremony" audit verify \
	"$top/ceremony"
expect_exit 0 "steps done" "$ceremony" status --dir "$top/ceremony"
check "the ceremony is closed" grep -q "state       closed" "$tmp/out"
"$ceremony" audit verify "$e" >"$tmp/verdict"
check "each exception is closed" \
	grep -qE "exceptions [1-9][0-9]*, open 0" "$tmp/verdict"
check "keys were made on cards" grep -q '"reported.local":{' "$e/journal.jsonl"
same "each of them passed hygiene" \
	"$(grep -c '"reported.local":{' "$e/journal.jsonl")" \
	"$(grep -c '"hygiene":{"salt":"[0-9a-f]*","value":"passed"}' \
		"$e/journal.jsonl")"
want=$(for cer in "$e"/artifacts/holder-*-wrapping.cer; do
	openssl x509 -in "$cer" -outform DER | sha256sum | cut -d' ' -f1
done)
same "the thumbprints are those of the holders' certificates" "$want" \
	"$(cut -d, -f7 "$e/artifacts/thumbprints.csv" | tail -n +2)"
check "the pool in the new region holds the keys of the old one" \
	grep -q '"status" *: *"Success"' "$e/artifacts/upload-result.json"
code=0
"$ceremony" resume --dir "$top/ceremony" --answers \
	"$root/scripts/rehearsal-answers.yaml" >"$tmp/out" 2>&1 || code=$?
same "a complete rehearsal has nothing to resume" 0 "$code"
both 0 "anyone could have made this" "$e"

seed=${SEED:-$RANDOM}
check "each changed byte, entry, file and signer is refused by its place" \
	python3 "$root/tests/e2e/rehearsal_mutate.py" "$root/audit/verify.py" \
	"$ceremony" "$e" "$tmp" "$seed"
cat "$tmp/checked"
finish
