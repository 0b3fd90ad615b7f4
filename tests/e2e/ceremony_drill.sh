#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The drill of a new set: every quorum of the cards restores a synthetic
# domain; a card that cannot is named before a real domain exists.  And no
# set is built for a key whose card has not answered for it.
# timeout: 240
set -eu
. "$(dirname "$0")/../lib.sh"
need pkcs11-tool python3 openssl
module=/usr/lib/softhsm/libsofthsm2.so
[ -e "$module" ] || skip_all "softhsm2 is not installed"

# Of the shipped rehearsal: the holders' cards, the drill, the set.
python3 - "$root/scripts/rehearsal.yaml" <<'END'
import re, sys
head, *acts = re.split(r"(?m)^(?=  - id: )", open(sys.argv[1]).read())
head = re.sub(r"sizes: .*", "sizes: [2048]", head)
keys = next(a for a in acts if a.startswith("  - id: keys"))
build = next(a for a in acts if a.startswith("  - id: set"))
build = build[:build.index("      - id: seal")]
noted = build
for was in "all", "design":
    noted += "      - {id: note-%s, do: read, title: Noted, by: witness, " \
        "why: T, minutes: 1, if: {step: keys.drill, was: %s}}\n" % (was, was)
open("script.yaml", "w").write(head + keys + noted)
unproven = re.sub(r"      - id: (prove|drill)\n(        .*\n)+", "", keys)
open("unproven.yaml", "w").write(head + unproven + build)
signing = keys.replace("do: card.prove\n", "do: card.prove\n        keys: [signing]\n")
open("signing.yaml", "w").write(head + signing + build)
END
sed 's/^card-retries: .*/card-retries: 0/' \
	"$root/scripts/rehearsal-answers.yaml" >answers.yaml
# at PERSON: answers that suspend when it is this one's turn in the drill
at()
{
	{ cat answers.yaml; echo "  drill/$1: suspend"; } >"at-$1.yaml"
	echo "at-$1.yaml"
}
new()
{
	mkdir "$1" "$1/medium" "$1/cards"
	"$root/scripts/rehearsal-site.sh" "$2" "$3" >"$1/site.yaml"
}
run()
{
	expect_exit "$1" "$2" "$ceremony" run "${5:-script.yaml}" --site \
		"$3/site.yaml" --dir "$3/ceremony" --rehearsal --answers "$4"
}
resume()
{
	expect_exit "$1" "$2" "$ceremony" resume --dir "$3/ceremony" \
		--answers "${4:-answers.yaml}"
}
# rows NAME CODE: python over the journal; rows is a list of dicts
# shellcheck disable=SC2317	# called by check
rows()
{
	"$ceremony" audit show "$1/ceremony" --json >"$1/rows.json"
	python3 - "$1" "$2" <<'END'
import json, os, sys
rows = [json.loads(line) for line in open(sys.argv[1] + "/rows.json")]
drills = [e["facts"] for e in rows if e["kind"] == "set.drill"]
gave = [e["facts"]["card"] for e in rows if e["step"] == "keys.drill" and
        e["kind"] == "card.done" and e["facts"]["command"] == "unwrap"]
exec(sys.argv[2], globals())
END
}

# --- 3 of 5 -----------------------------------------------------------------
new five 5 3
at holder-3 >/dev/null
run 5 "suspended in step 1.17" five at-holder-3.yaml
check "two holders gave their share, and no drill has passed" \
	rows five 'assert gave == ["holder-1", "holder-2"] and not drills, gave'
resume 0 "10 quorums of 3 open all 3 data" five
check "an interrupted drill begins again with the first holder" rows five \
	'assert gave[2:] == ["holder-%d" % i for i in range(1, 6)], gave'
check "the row says what was opened and that nothing is left of it" rows five '
f, = drills
assert (f["holders"], f["quorum"], f["subsets"], f["covering"]) == \
    (5, 3, 10, "all"), f
assert f["data"] == 3 and f["bytes"] == 8516 + 968 + 3105, f
assert f["restore-blob"] == "opened", f
assert f["destroyed"] == "in memory, never written", f
assert len(f["domain.sha256"]) == 64, f'
check "no file that the drill wrote is in the directory or on the medium" \
	python3 - five <<'END'
import os, sys
for top in ("ceremony", "medium"):
    for d, _, names in os.walk(sys.argv[1] + "/" + top):
        for n in names:
            raw = open(os.path.join(d, n), "rb").read()
            assert b"enc_shares" not in raw and b"WrappedKey" not in raw, n
END
# What a condition makes of it: the step for the other outcome is skipped.
skipped()
{
	same "after this drill the step for another one is skipped" "$2" \
		"$("$ceremony" audit show "$1/ceremony" --json | python3 -c '
import json, sys
rows = [json.loads(line) for line in sys.stdin]
print(*["%s: %s" % (e["step"], ", ".join(sorted(e["facts"].values())))
        for e in rows if e["kind"] == "step.skipped"] + [e["step"]
        for e in rows if e["kind"] == "step.done" and "note" in e["step"]],
      sep="; ")')"
}
skipped five "set.note-design: all, keys.drill was design; set.note-all"
check "the journal verifies" "$ceremony" audit verify five/ceremony

# --- 4 of 9: 126 quorums are too many -----------------------------------------
new nine 9 4
run 0 "9 quorums of 4 open all 3 data; every two holders met" nine answers.yaml
check "the row says that a design was opened, with every holder's share" \
	rows nine '
f, = drills
assert (f["holders"], f["quorum"], f["subsets"], f["covering"]) == \
    (9, 4, 9, "design"), f
assert len(gave) == len(set(gave)) == 9, gave'

skipped nine "set.note-all: design, keys.drill was all; set.note-design"
expect_exit 0 "is complete" "$ceremony" resume --dir nine/ceremony \
	--answers answers.yaml

# --- a card whose wrapping key (id 03) is not its certificate's -------------
new swapped 3 2
at holder-1 >/dev/null
run 5 "suspended in step 1.11" swapped at-holder-1.yaml
cp -a swapped/cards/holder-2 kept
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -outform DER \
	-out other.der 2>/dev/null
# shellcheck disable=SC2317	# called by check
tool()
{
	SOFTHSM2_CONF=$PWD/swapped/cards/holder-2/softhsm2.conf pkcs11-tool \
		--module "$module" --slot-index 0 --login --pin \
		"$(cat swapped/cards/holder-2/pin)" "$@"
}
check "the wrapping key of holder-2 is taken away" \
	tool --delete-object --type privkey --id 03
check "and another one put in its place" \
	tool --write-object other.der --type privkey --id 03 --usage-decrypt
resume 1 "the card of holder-2 does not open what is encrypted" swapped
check "the drill is red, and says what is certain" \
	grep -q "no file was written, no key was changed" "$tmp/out"
check "no drill has passed and no set is built" rows swapped '
assert not drills and not [e for e in rows if e["kind"] == "set"]
assert [e for e in rows if e["kind"] == "step.failed" and
        "holder-2" in e["facts"]["found"]]'
same "nothing is on the medium" "" "$(find swapped/medium -type f)"
check "its journal verifies" "$ceremony" audit verify swapped/ceremony
rm -r swapped/cards/holder-2
mv kept swapped/cards/holder-2
resume 0 "3 quorums of 2 open all 3 data" swapped

# --- no set without proofs --------------------------------------------------
for script in unproven signing; do
	new $script 3 2
	run 1 "holder-1 has not proven possession of the wrapping key" \
		$script answers.yaml $script.yaml
	same "$script: nothing is on the medium" "" \
		"$(find $script/medium -type f)"
	check "$script: the journal verifies" "$ceremony" audit verify \
		$script/ceremony
done
finish
