#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What az wrote of a pool: the plan of a site file is run with an az that
# answers for a pool, and what it exported is judged, kind by kind.
set -eu
. "$(dirname "$0")/../lib.sh"

. "$root/tests/estate.sh"
echo domain >sd.json
cat >site.yaml <<END
site: small
format: 1
nonce: 00112233445566778899aabbccddeeff
pool: pool-a
destination: pool-b
quorum: 2
signers: 1
places: {medium: m, export: e}
modules: []
people:
  - {id: ada, role: administrator, name: Ada}
cards: []
END
estate 30 sd.json >>site.yaml

# An az that answers for the pool, in the shapes of az.
python3 "$root/tests/e2e/estate_files.py" answers pool-a "$id1" "$id2" \
    "$id3" "$sub" "$tenant" "$version"
mkdir bin
cat >bin/az <<END
#!/bin/sh
echo "\$*" >>"$tmp/typed"
case "\$1 \$2 \$3" in
"keyvault role "*" "*) f=\$2-\$3 ;;
"keyvault role "*) f=role-\$3 ;;
"keyvault show "*) f=show ;;
"keyvault key "* | "keyvault setting "* | "keyvault backup "*) f=\$2-\$3 ;;
"version "*) f=version ;;
"account "*) f=account ;;
*) exit 0 ;;
esac
[ ! -f "$tmp/answers/\$f" ] || cat "$tmp/answers/\$f"
END
chmod +x bin/az

# The plan is a script that runs, and its exports are what is judged.
E=("$ceremony" evidence)
expect_exit 0 "az keyvault show --hsm-name pool-a" "${E[@]}" plan \
    --site site.yaml
cp out plan.sh
check "the plan is a script" sh -n plan.sh
mkdir exported
check "the plan runs" env -C exported SAS=token PATH="$tmp/bin:$PATH" \
    sh "$tmp/plan.sh"
check "a name with a quote arrives whole" grep -q \
    "role assignment create .*--role Sign'er --scope /keys/kek" typed
check "and in JSON" grep -qF '{"roleName":"Sign'"'"'er","description"' typed
check "the record is JSON" python3 -m json.tool exported/record.json
expect_exit 0 '"part":"record"' "${E[@]}" plan --site site.yaml --json

at=(--at "$(date -u -d '+1 hour' +%FT%TZ)")
S=(--site site.yaml)
cd exported
R=record=record.json
in_files() { # KIND FILE BESIDE...: judged with the site and the record
	local kind=$1 file=$2
	shift 2
	expect_exit 0 "" "${E[@]}" check "$file" --kind "$kind" \
	    --site ../site.yaml "${at[@]}" --beside "$R" "$@"
	refute "$kind: nothing does not hold" grep -q '^  DOES NOT' ../out
}
in_files pool pool.json key=key-kek.json
check "a pool whose every assertion holds" grep -q \
    '^HOLDS: [0-9]* hold, 0 do not hold, 0 are unknown' ../out
in_files roles roles.json definitions=definitions.json pool=pool.json
in_files key key-kek.json pool=pool.json
check "a key whose every assertion holds" grep -q \
    '^HOLDS: [0-9]* hold' ../out
in_files rotation rotation-kek.json pool=pool.json key=key-kek.json
check "a rotation policy whose every assertion holds" grep -q \
    '^HOLDS: [0-9]* hold' ../out
in_files settings settings.json
sed 's/2026112210203055/'"$(date -u +%Y%m%d%H%M%S)"'55/' backup.json >b.json
expect_exit 1 "recorded" "${E[@]}" check b.json --kind backup "${at[@]}" \
    --site ../site.yaml --beside domain=../sd.json "$R"
expect_exit 0 "NOTHING CONTRADICTS" "${E[@]}" check b.json --kind backup \
    "${at[@]}" --site ../site.yaml --beside domain=../sd.json
cd ..

# The order of the contract: the kind first, then the file.
expect_exit 0 "NOTHING CONTRADICTS" "${E[@]}" check --kind pool \
    exported/pool.json "${S[@]}"
# Each kind, contradicted.
bad() { # KIND FILE SED ASSERTION: the change does not hold, by name
	sed "$3" "exported/$2" >changed.json
	cmp -s changed.json "exported/$2" && fail "no change: $3"
	expect_exit 1 "$4" "${E[@]}" check --kind "$1" changed.json "${S[@]}" \
	    "${at[@]}"
}
bad pool pool.json 's/"Active"/"NotActivated"/' \
    "1 of 27 assertions do not hold: activation"
bad pool pool.json 's/Protection": true/Protection": false/' \
    "2 of 27 assertions do not hold: purge-protection, purge-both"
bad roles roles.json "s/$id3/$id1/" "separation-of-duties"
bad roles roles.json "s/$id2/$id3/" "role-plan"
bad key key-kek.json 's/"exportable": false/"exportable": true/' exportable
bad key key-kek.json 's/pool-a/pool-b/' kid-host
bad rotation rotation-kek.json \
    's/\[\]/[{"action":"Rotate","timeAfterCreate":"P30D"}]/' no-rotation
bad settings settings.json 's/"false"/"true"/' arm-key-management
bad backup backup.json 's/safe/other/' storage

# JSON, usage, what is none.
sed 's/"Active"/null/' exported/pool.json >changed.json
code=0
"${E[@]}" check --kind pool changed.json "${S[@]}" --json >o.json || code=$?
same "unknown is no contradiction" 0 $code
same "JSON has verdict, counts and each state" "unknown 0 unknown" \
    "$(python3 -c 'import json
v = json.load(open("o.json"))
print(v["verdict"], v["fails"], *[a["state"] for a in v["assertions"]
      if a["name"] == "activation"])')"
expect_exit 2 "--kind is missing" "${E[@]}" check changed.json
expect_exit 2 "'vault' is none of pool" "${E[@]}" check --kind vault x
expect_exit 2 "'record' is none of pool" "${E[@]}" check --kind record x
expect_exit 2 "'vault=x' is not KIND=FILE" "${E[@]}" check --kind pool \
    exported/pool.json --beside vault=x
mapfile -t many < <(yes key=exported/key-kek.json | head -17)
expect_exit 2 "more than 16 files stand beside" "${E[@]}" check --kind pool \
    exported/pool.json --beside "${many[@]}"
expect_exit 6 "nowhere.json" "${E[@]}" check --kind pool nowhere.json
expect_exit 3 "truncated.json: line" bash -c 'head -c 100 exported/pool.json \
    >truncated.json; exec "$@"' - "${E[@]}" check --kind pool truncated.json
expect_exit 3 "no properties" bash -c 'sed s/properties/props/ \
    exported/pool.json >"no properties"; exec "$@"' - "${E[@]}" check \
    --kind pool "no properties"
sed '/^estate/,$d' site.yaml >bare.yaml
expect_exit 1 "the site file small has no 'estate'" "${E[@]}" plan \
    --site bare.yaml
expect_exit 0 "NOTHING CONTRADICTS" "${E[@]}" check --kind pool \
    exported/pool.json --site bare.yaml

# Stock az takes every command of the plan: past its options it stops for
# want of a login (1), not for an option it does not know (2).
if command -v az >/dev/null; then
	export AZURE_CONFIG_DIR=$tmp/azure AZURE_CORE_COLLECT_TELEMETRY=no
	sed -n 's/ >[>a-z-]*\.json$//; /^az keyvault setting/d; /^az /p' \
	    plan.sh >lines
	check "the plan has commands of az" test "$(wc -l <lines)" -ge 9
	while read -r line; do
		code=0
		SAS=token sh -c "$line" >out 2>&1 </dev/null || code=$?
		if grep -q "No module named" out; then
			skip "az takes: ${line%% --*}" "this az is broken"
		elif [ $code = 2 ] || grep -q unrecognized out; then
			fail "az takes: $line" out
		else
			pass "az takes: ${line%% --*}"
		fi
	done <lines
else
	skip "az takes every command of the plan" "no azure-cli"
fi
finish
