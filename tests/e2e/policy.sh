#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# policy check: grammar with its place, mistakes with a correction, the
# approved policy against what a key shows; real files where they are.
set -eu
. "$(dirname "$0")/../lib.sh"
need python3

cat >mine.json <<'END'
{"version": "1.0.0", "anyOf": [
  {"authority": "https://sharedweu.weu.attest.azure.net", "allOf": [
    {"claim": "x-ms-isolation-tee.x-ms-sevsnpvm-is-debuggable", "equals": false},
    {"claim": "secureboot", "equals": true},
    {"claim": "x-ms-azurevm-vmid", "equals": "2DEDC52A-6832-46CE-9910-E8C9980BF5A7"}]}]}
END
# What `az keyvault key show` prints, and the service.
python3 - <<'END'
import base64, json
policy = json.load(open("mine.json"))
sorted_ = json.dumps(policy, sort_keys=True, separators=(",", ":"))
kid = "https://pool-a.managedhsm.azure.net/keys/skr/" + 32 * "a"
def az(policy, immutable=True, exportable=True):
    return {"attributes": {"exportable": exportable}, "key": {"kid": kid},
            "releasePolicy": {"contentType": "application/json; charset=utf-8",
                              "encodedPolicy": json.dumps(policy),
                              "immutable": immutable}}
def dump(name, v):
    json.dump(v, open(name, "w"))
dump("az.json", az(policy))
dump("loose.json", az(policy, immutable=False))
dump("kept.json", az(policy, exportable=False))
dump("rest.json", {
    "attributes": {"exportable": True}, "key": {"kid": kid},
    "release_policy": {"immutable": True, "data": base64.urlsafe_b64encode(
        sorted_.encode()).decode().rstrip("=")}})
weak = json.loads(json.dumps(policy))
del weak["anyOf"][0]["allOf"][0]
dump("weak.json", az(weak))
open("canonical", "w").write(sorted_)
END

# --- a sound policy, alone and in a key ---
expect_exit 0 "0 error(s), 0 warning(s)" "$ceremony" policy check mine.json
check "its canonical form is what python makes of it, and so its hash" \
	grep -q "SHA-256 $(sha256sum <canonical | cut -c1-64)" "$tmp/out"
for shape in az rest; do
	expect_exit 0 "against the approved policy: the same" "$ceremony" \
		policy check "$shape.json" --approved mine.json
	check "$shape: the key is named" grep -q 'key       https://pool-a' "$tmp/out"
done
"$ceremony" policy check mine.json --json >mine.out
check "a program reads the same" python3 - <<'END'
import hashlib, json
v = json.load(open("mine.out"))
canon = open("canonical").read()
assert v["verdict"] == "holds" and v["errors"] == 0, v
assert v["canonical"] == canon
assert v["sha256"] == hashlib.sha256(canon.encode()).hexdigest()
assert {f["severity"] for f in v["findings"]} == {"note"}, v
END

# --- what a key shows is not what was approved ---
expect_exit 1 "weak.json is not the approved policy: 1 difference(s)" \
	"$ceremony" policy check weak.json --approved mine.json
check "which way, and what" grep -q 'weaker .*approved and not there: '\
'x-ms-isolation-tee.x-ms-sevsnpvm-is-debuggable equals false' "$tmp/out"
"$ceremony" policy check weak.json --approved mine.json --json >weak.out || :
check "a program reads that it is weaker" python3 -c '
import json
v = json.load(open("weak.out"))
assert v["verdict"] == "fails" and v["as_approved"] is False, v
assert [d["than"] for d in v["differences"]] == ["weaker"], v'
expect_exit 1 "the policy is not immutable" "$ceremony" policy check loose.json
expect_exit 1 "its policy releases nothing" "$ceremony" policy check kept.json

# --- mistakes: place, and a correction that is one ---
sed 's/"equals": false/"equals": "false"/' mine.json >quoted.json
expect_exit 0 "1 warning(s)" "$ceremony" policy check quoted.json
check "the place of it" grep -q 'warning   type, at 3:5 anyOf\[0\].allOf\[0\]' \
	"$tmp/out"
check "and what would be right" grep -q -e '-> Write false without quotes' "$tmp/out"
grep -v vmid mine.json | sed 's/true},/true}]}]}/' >anybody.json
expect_exit 1 "anybody.json: 1 mistake(s); the first, 2:3: nothing in it is \
its owner's" "$ceremony" policy check anybody.json
sed 's/sharedweu.weu/sharedweu.neu/' mine.json >region.json
expect_exit 1 "the instance and its region differ" "$ceremony" policy check \
	region.json

# --- grammar ---
expect_exit 3 "x.json:1:1: a policy is an object" "$ceremony" policy check \
	"$(echo '{"version":"1.0.0","anyof":[]}' >x.json && echo x.json)"
sed 's/"equals": true/"equal": true/' mine.json >operator.json
expect_exit 3 "operator.json:4:5: there is no such operator" "$ceremony" \
	policy check operator.json
sed 's/"equals": true/"equals": true, "equals": true/' mine.json >twice.json
expect_exit 3 "twice.json: line 4" "$ceremony" policy check twice.json
head -c 200 mine.json >cut.json
expect_exit 3 "cut.json" "$ceremony" policy check cut.json
expect_exit 3 "the key has no release policy" "$ceremony" policy check \
	"$(echo '{"key":{"kid":"x"}}' >none.json && echo none.json)"
expect_exit 6 "nowhere.json" "$ceremony" policy check nowhere.json
expect_exit 2 "" "$ceremony" policy check
expect_exit 3 "operator.json:4:5" "$ceremony" policy check mine.json \
	--approved operator.json

# --- what lies in wait in a file is not shown to a terminal as it is ---
printf '{"version":"1.0.0","anyOf":[{"authority":"https://a\\u001b[2J","allOf":'\
'[{"claim":"b\\u202e","equals":"c"}]}]}' >ugly.json
"$ceremony" policy check ugly.json >ugly.out 2>&1 || :
refute "no escape sequence goes through" grep -qP '\x1b|\xe2\x80\xae' ugly.out
check "they are shown as what they are" grep -qF 'https://a\u{1b}[2J' ugly.out

# --- the real ones ---
shared=${CEREMONY_SHARED:-$root/../shared}/vectors/azure
if [ -e "$shared/release-policy-cvm-datadisk.json" ]; then
	expect_exit 1 "26 mistake(s)" "$ceremony" policy check \
		"$shared/release-policy-cvm-datadisk.json"
	check "one mistake in 26 authorities is said once" grep -q \
		'anybody, at 3:3 anyOf\[0\], .* and 23 more' "$tmp/out"
	same "nothing else is an error" 1 "$(grep -c '^  ERROR' "$tmp/out")"
	expect_exit 1 "the policy is not immutable" "$ceremony" policy check \
		"$shared/key-rest-ec-cvm-policy-2022.json"
	python3 - "$shared/release-policy-canonicalisation.json" <<'END'
import base64, json, sys
v = json.load(open(sys.argv[1]))
for key in "sent_by_az", "returned_by_service":
    text = v[key] + "=" * (-len(v[key]) % 4)
    open(key, "wb").write(base64.urlsafe_b64decode(text))
END
	"$ceremony" policy check sent_by_az --approved returned_by_service \
		--json >both.out || :
	check "what az sent is what the service returned, byte by byte in \
canonical form" python3 -c '
import json
v = json.load(open("both.out"))
assert v["as_approved"] is True, v
assert v["canonical"] == open("returned_by_service").read(), v'
else
	skip "real release policies" "$shared is not there"
fi
finish
