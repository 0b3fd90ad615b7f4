#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 120
#
# The action evidence.check: every assertion is in the journal, a file that
# contradicts the site file is refused and may be replaced, one that does not
# is kept and stands beside the next.
set -eu
. "$(dirname "$0")/../lib.sh"
need python3
[ -e /usr/lib/softhsm/libsofthsm2.so ] || skip_all "softhsm2 is not installed"

sed 's/^card-retries: .*/card-retries: 0/; s/^wait-seconds: .*/wait-seconds: 1/' \
	"$root/scripts/rehearsal-answers.yaml" >answers.yaml
"$root/scripts/rehearsal-site.sh" 3 2 >site.yaml
sed -i 's,^  medium: .*,  medium: ../medium,' site.yaml
cat >>site.yaml <<'END'
estate:
  location: westeurope
END
step() { # ID ACTION FIELD...
	printf '      - id: %s\n        do: %s\n        title: Step\n' "$1" "$2"
	printf '        by: administrator\n        watch: [witness]\n'
	printf '        why: because\n        minutes: 1\n'
	shift 2
	printf '        %s\n' "$@"
}
script() {
	printf 'ceremony: estate\nformat: 1\ntitle: The estate\n'
	printf 'sizes: [2048]\nacts:\n  - id: one\n    title: One\n    steps:\n'
	step people roll-call 'say: "Names."'
	step pool evidence.check "$@"
	step settings evidence.check 'kind: settings' 'file: settings.json' \
		'beside: [pool=pool.json]'
}
script 'kind: pool' 'file: pool.json' >script.yaml
expect_exit 0 "3 steps" "$ceremony" script check script.yaml --site site.yaml
for case in "kind: vault|'vault' is none of pool, roles" \
	"kind: record|'record' is none of pool, roles"; do
	script "${case%%|*}" 'file: x' >bad.yaml
	expect_exit 3 "${case#*|}" "$ceremony" script check bad.yaml
done
script 'kind: pool' 'file: ../x' >bad.yaml
expect_exit 3 "'../x' is no name of a file" "$ceremony" script check bad.yaml
script 'kind: pool' 'file: x' 'beside: [vault=x]' >bad.yaml
expect_exit 3 "'vault=x' is not KIND=FILE" "$ceremony" script check bad.yaml
script 'kind: pool' >bad.yaml
expect_exit 3 "'file' is missing" "$ceremony" script check bad.yaml

run=("$ceremony" run script.yaml --site site.yaml --dir dir --rehearsal
	--answers answers.yaml)
mkdir -p medium/to-offline
cat >medium/to-offline/pool.json <<'END'
{"name": "contoso-hsm-eu", "location": "westeurope", "properties":
{"enablePurgeProtection": false, "hsmUri":
"https://contoso-hsm-eu.managedhsm.azure.net/"}}
END
printf '%s' '{"settings":[{"name":"AllowKeyManagementOperationsThroughARM",' \
	'"type":"boolean","value":"false"}]}' >medium/to-offline/settings.json
expect_exit 1 "assertions do not hold: purge-protection, purge-both" \
	"${run[@]}"
check "a file that contradicts is not kept" test ! -e dir/artifacts/pool.json
sed -i 's/false/true/' medium/to-offline/pool.json
expect_exit 0 "" "${run[@]}"
check "one that does not is" cmp dir/artifacts/pool.json \
	medium/to-offline/pool.json
check "and so is the second" cmp dir/artifacts/settings.json \
	medium/to-offline/settings.json
"$ceremony" audit show dir --json >rows.json
check "both verdicts are in the journal, and every assertion" python3 - <<'END'
import hashlib, json
rows = [json.loads(s) for s in open("rows.json")]
sums = [e["facts"] for e in rows if e["kind"] == "evidence.checked"]
assert [(f["name"], f["evidence"], f["verdict"]) for f in sums] == [
    ("pool.json", "pool", "does-not-hold"), ("pool.json", "pool", "unknown"),
    ("settings.json", "settings", "unknown")], sums
assert sums[1]["sha256"] == hashlib.sha256(
    open("medium/to-offline/pool.json", "rb").read()).hexdigest()
for f in sums:
    states = [e["facts"]["state"] for e in rows
              if e["kind"] == "evidence.assertion" and
              e["facts"]["sha256"] == f["sha256"]]
    assert (states.count("holds"), states.count("does-not-hold"),
            states.count("unknown")) == (f["holds"], f["fails"],
                                         f["unknown"]), (f, states)
END
check "the journal verifies" "$ceremony" audit verify dir
finish
