#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# From 2 of 3 holders to 3 of 5: the old cards open the domain one last time,
# the new cards get it, and the room is told what the old file still does.
# timeout: 280
set -eu
. "$(dirname "$0")/../lib.sh"
need python3 openssl
module=/usr/lib/softhsm/libsofthsm2.so
[ -e "$module" ] || skip_all "softhsm2 is not installed"
export PYTHONDONTWRITEBYTECODE=1

for s in activation reshare; do
	sed 's/^sizes:.*/sizes: [2048]/' "$root/scripts/$s.yaml" >"$s.yaml"
done
sed 's/^card-retries: .*/card-retries: 0/; s/^wait-seconds: .*/wait-seconds: 30/' \
	"$root/scripts/rehearsal-answers.yaml" >answers.yaml
mkdir pool medium
"$root/scripts/rehearsal-site.sh" 3 2 >site1.yaml
sed -i 's,^  export: .*,  export: ../export1,' site1.yaml
"$pool" create --dir pool --name contoso-hsm-eu >/dev/null
background "$pool" attend --dir pool --medium medium
check "an earlier day makes the old cards and the domain" "$ceremony" run \
	activation.yaml --site site1.yaml --dir day1 --rehearsal \
	--answers answers.yaml
kill "$last_pid"

"$ceremony" audit show day1 --json >day1.json
python3 "$root/tests/e2e/ceremony_site.py" site1.yaml day1.json ../export2 \
	holder-1 holder-2 holder-3 | sed '/^custody:/,$d' >site2.yaml
for i in 1 2 3 4 5; do
	sed -i "/^cards:/i\\  - {id: new-holder-$i, role: new-holder, name: \"N$i\"}" site2.yaml
	echo "  - {id: new-holder-$i, person: new-holder-$i, module: softhsm, store: ../cards/new-holder-$i}" >>site2.yaml
done
sed -i 's/^quorum: 2/quorum: 2\nnew-quorum: 3/' site2.yaml
# Where the new holders' cards go.
"$root/scripts/rehearsal-site.sh" 5 3 | sed -n '/^custody:/,$p' |
	sed 's/holder-/new-holder-/g' >>site2.yaml
for card in witness-1 witness-2 auditor-1; do rm "cards/$card/pin"; done
grep -v '^new-quorum' site2.yaml >unsaid.yaml
expect_exit 1 "is about a new set; the site file has no 'new-quorum'" \
	"$ceremony" script check reshare.yaml --site unsaid.yaml
sed 's/new-quorum: 3/new-quorum: 1/' site2.yaml >low.yaml
expect_exit 3 "low.yaml" "$ceremony" script check reshare.yaml --site low.yaml
sed '/^custody:/,$d; /\(role\|person\): new-holder/d' site2.yaml >none.yaml
expect_exit 1 "'new-holder', whom the site file does not have" "$ceremony" \
	script check reshare.yaml --site none.yaml
sed '0,/set: new/s//set: old/' reshare.yaml >old.yaml
expect_exit 3 "'set' is 'old', not new" "$ceremony" script check old.yaml

rm -r medium/to-online medium/to-offline/*
cp export1/artifacts/domain.json medium/to-offline/contoso-hsm-eu-SD.json
# Only the exact word; the new file stands by then and is found again.
sed 's/^  destroy: .*/  destroy: "yes"/' answers.yaml >not-word.yaml
expect_exit 5 "is not the word DESTROY" "$ceremony" run reshare.yaml --site \
	site2.yaml --dir day2 --rehearsal --answers not-word.yaml
check "both files stand" cmp day2/artifacts/domain.json \
	export1/artifacts/domain.json
new=day2/artifacts/new-domain.json
before=$(sha256sum <$new)
expect_exit 0 "is complete" "$ceremony" resume --dir day2 --answers \
	answers.yaml
check "the room is told of the old file" grep -qF "opens for ever with any 2 \
of its 3 cards" "$tmp/out"
same "the file was not made a second time" "$before" "$(sha256sum <$new)"
check "the new file is on the medium" cmp $new \
	medium/to-online/contoso-hsm-eu-new-SD.json
check "and the new set's thumbprints" test -s \
	medium/to-online/contoso-hsm-eu.new-thumbprints.csv -a -s \
	medium/to-online/contoso-hsm-eu.new-thumbprints.json
check "no old holder is in them" python3 - <<'END'
import csv
rows = list(csv.DictReader(open(
    "medium/to-online/contoso-hsm-eu.new-thumbprints.csv")))
assert [r["file"] for r in rows] == ["contoso-hsm-eu.new-holder-%d.cer" % i
                                     for i in range(1, 6)], rows
END
check "the export verifies" "$ceremony" audit verify export2 \
	--require closed,signed
check "python agrees" python3 export2/verify.py export2
check "the record says it, drilled before and proven after" python3 - <<'END'
import hashlib, json, os, subprocess
rows = [json.loads(s) for s in subprocess.run([os.environ["ceremony"],
    "audit", "show", "day2", "--json"], check=True,
    capture_output=True).stdout.splitlines()]
kinds = [e["kind"] for e in rows]
f, = [e["facts"] for e in rows if e["kind"] == "domain.reshare"]
sha = {n: hashlib.sha256(open("day2/artifacts/" + n, "rb").read()).hexdigest()
       for n in ("domain.json", "new-domain.json")}
assert f["old.sha256"] == sha["domain.json"], f
assert f["new.sha256"] == sha["new-domain.json"], f
assert (f["old.quorum"], f["old.holders"], f["quorum"], f["holders"]) == \
    (2, 3, 3, 5), f
assert "opens for ever with any 2 of its 3 cards" in f["old-file"], f
assert f["acknowledged"] == "administrator-1", f
drill, = [e["facts"] for e in rows if e["kind"] == "set.drill"]
assert (drill["holders"], drill["quorum"], drill["subsets"]) == (5, 3, 10)
assert kinds.index("set.drill") < kinds.index("domain.reshare")
after = rows[kinds.index("domain.reshare"):]
assert len([e for e in after if e["kind"] == "domain.datum"]) == f["data"]
END
check "the transcript says it" grep -q "opens for ever" export2/transcript.md

# Outside the ceremony: the new cards open the new file, the old ones do not.
prove()
{
	local code=$1 says=$2 file=$3 card
	local -a args=()

	shift 3
	for card; do
		args+=(--token "pkcs11:serial=$(python3 - "$card" <<'END'
import json, os, subprocess, sys
for day in ("day1", "day2"):
    for s in subprocess.run([os.environ["ceremony"], "audit", "show", day,
            "--json"], check=True, capture_output=True).stdout.splitlines():
        e = json.loads(s)
        if e["kind"] == "card.done" and e["facts"]["card"] == sys.argv[1] \
           and e["facts"]["command"] == "initialise":
            print(e["facts"]["serial"])
            sys.exit()
END
)?pin-source=file:$PWD/cards/$card/pin")
	done
	expect_exit "$code" "$says" "$ceremony" sd prove --sd-file "$file" \
		--site day2/site.yaml "${args[@]}"
}
prove 0 "proven: 3 of 5" $new new-holder-5 new-holder-1 new-holder-3
prove 1 "needs 3 holders" $new new-holder-1 new-holder-2
prove 1 "is no holder of" $new holder-1 holder-2
prove 0 "proven: 2 of 3" day2/artifacts/domain.json holder-1 holder-3
finish
