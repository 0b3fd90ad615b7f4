#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The provenance ceremony: what an online side exported of a pool is judged
# before witnesses, digests and verdicts are in the signed record.
# timeout: 240
set -eu
. "$(dirname "$0")/../lib.sh"
need python3 openssl pdftotext
[ -e /usr/lib/softhsm/libsofthsm2.so ] || skip_all "softhsm2 is not installed"
export PYTHONDONTWRITEBYTECODE=1

. "$root/tests/estate.sh"

# An earlier day makes the witnesses' cards and the domain.
sed 's/^sizes:.*/sizes: [2048]/' "$root/scripts/activation.yaml" >activation.yaml
sed 's/^card-retries: .*/card-retries: 0/; s/^wait-seconds: .*/wait-seconds: 20/' \
	"$root/scripts/rehearsal-answers.yaml" >answers.yaml
mkdir pool medium
"$root/scripts/rehearsal-site.sh" 3 2 >site1.yaml
sed -i 's,^  medium: .*,  medium: ../medium,; s,^  export: .*,  export: ../export1,' site1.yaml
"$pool" create --dir pool --name contoso-hsm-eu >/dev/null
background "$pool" attend --dir pool --medium medium
check "an earlier day makes cards and domain" "$ceremony" run \
	activation.yaml --site site1.yaml --dir day1 --rehearsal \
	--answers answers.yaml
kill "$last_pid"
"$ceremony" audit show day1 --json >day1.json
python3 "$root/tests/e2e/ceremony_site.py" site1.yaml day1.json ../export2 \
	witness-1 witness-2 auditor-1 holder-1 holder-2 holder-3 >site2.yaml
domain=export1/artifacts/domain.json
estate 3650 "$domain" >>site2.yaml

# What the online side brings.
python3 "$root/tests/e2e/estate_files.py" az contoso-hsm-eu "$id1" "$id2" \
	"$id3" "$sub" "$tenant" "$version"
in=medium/to-offline
cp az/show $in/pool.json
cp az/role-assignment $in/roles.json
cp az/role-definition $in/definitions.json
cp az/setting-list $in/settings.json
cp az/key-show $in/key-kek.json
cp az/key-rotation-policy $in/rotation-kek.json
cp az/backup-start $in/backup.json
cp "$domain" $in/domain.json
record() { python3 - "$sub" "$tenant" $in/[bdkprs]*.json >record.new <<'END'
import hashlib, json, os, sys
sub, tenant, *files = sys.argv[1:]
print(json.dumps({"exported": "2026-11-22T10:00:00Z", "version":
    {"azure-cli": "2.67.0"}, "account": {"id": sub, "tenantId": tenant},
    "files": {os.path.basename(f): hashlib.sha256(open(f, "rb").read())
    .hexdigest() for f in files if not f.endswith("record.json")}}))
END
	mv record.new $in/record.json; }
record

expect_exit 0 '"possible":true' "$ceremony" script check \
	"$root/scripts/provenance.yaml" --site site2.yaml --json
run=("$ceremony" run "$root/scripts/provenance.yaml" --site site2.yaml
	--dir day2 --rehearsal --answers answers.yaml)
# One person with both roles: the room stops there, and goes on with a list
# that was set right.
sed "s/$id3/$id1/" az/role-assignment >$in/roles.json
record
expect_exit 1 "separation-of-duties" "${run[@]}"
expect_exit 0 "" "$ceremony" audit verify day2
cp az/role-assignment $in/roles.json
expect_exit 1 "recorded" "${run[@]}"
record
check "with the list set right and a record of it the room comes to the end" \
	"${run[@]}"
check "the export verifies" "$ceremony" audit verify export2 \
	--require closed,signed
check "python agrees" python3 export2/verify.py export2
for f in pool roles definitions settings key-kek rotation-kek backup; do
	check "$f.json is in the export as it was brought" cmp \
		export2/artifacts/$f.json $in/$f.json
done
check "and each record that a verdict stands on" test \
	"$(find export2/artifacts -name 'record-*.json' | wc -l)" = 2
"$ceremony" audit show day2 --json >rows.json
check "each kind has its verdict, and nothing is unknown but the times of a \
backup" python3 - <<'END'
import json
rows = [json.loads(s) for s in open("rows.json")]
sums = [(e["facts"]["evidence"], e["facts"]["verdict"]) for e in rows
        if e["kind"] == "evidence.checked"]
assert [s for s in sums if s[1] != "does-not-hold"] == [
    ("pool", "unknown"), ("roles", "unknown"), ("settings", "unknown"),
    ("key", "holds"), ("rotation", "unknown"), ("backup", "unknown")], sums
assert [s[0] for s in sums if s[1] == "does-not-hold"] == [
    "roles", "roles"], sums
open_ = {e["facts"]["name"] for e in rows
         if e["kind"] == "evidence.assertion" and
         e["facts"]["state"] == "unknown"}
assert open_ == {"same-pool", "purge-both", "status", "times"}, open_
END

# The last page: each promise, what shows it, and what does not.
check "the promises are the last page of the transcript" python3 - <<'END'
import json
text = open("export2/transcript.md").read()
at = text.index("## What was promised, and what shows it")
page = text[at:]
assert "\n## " not in page[3:], page
assert text.index("## Signatures by hand") < at
promises = page.split("\n### ")[1:]
said = {p.split("\n")[0]: p for p in promises}
assert len(said) == 5, said.keys()
rows = {json.loads(s)["n"]: json.loads(s) for s in open("rows.json")}
import re
for title, p in said.items():
    verdict = p.split("\n\n")[1]
    for label, shown in re.findall(r"^\| (.*?) \| (.*?) \|$", p, re.M):
        for n in re.findall(r"\d+", shown):
            kind = rows[int(n)]["kind"]
            assert kind.startswith(("evidence.", "attestation.", "policy.",
                                    "domain.", "exchange.")), (n, kind)
perimeter = said["The perimeter is closed"]
assert "Shown." in perimeter, perimeter
# The list with one person in two roles was replaced: its last state counts.
assert "IT DOES NOT HOLD" not in page, page
where = said["Where a key was made can be verified"]
assert "Not shown" in where and "none: entry" in where, where
END
pdftotext -layout export2/transcript.pdf pdf.txt
check "and of the PDF" python3 - <<'END'
pages = open("pdf.txt").read().rstrip("\f\n").split("\f")
assert any("What was promised" in p for p in pages[-2:]), pages[-1]
assert "Where a key was made can be verified" in pages[-1] + pages[-2]
END
finish
