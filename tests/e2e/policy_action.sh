#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 120
#
# The actions policy.check and attestation.check: every finding and link is in
# the journal, what does not hold is refused and may be replaced, an
# attestation that nobody brought is said to be none.
set -eu
. "$(dirname "$0")/../lib.sh"
need python3
[ -e /usr/lib/softhsm/libsofthsm2.so ] || skip_all "softhsm2 is not installed"

cat >policy.json <<'END'
{"version": "1.0.0", "anyOf": [
  {"authority": "https://sharedweu.weu.attest.azure.net", "allOf": [
    {"claim": "x-ms-isolation-tee.x-ms-sevsnpvm-is-debuggable", "equals": false},
    {"claim": "x-ms-azurevm-vmid", "equals": "2DEDC52A-6832"}]}]}
END
sed '/vmid/d; s/false},/false}]}]}/' policy.json >weak.json
python3 - <<'END'
import json
kid = "https://contoso-hsm-eu.managedhsm.azure.net/keys/skr/" + 32 * "a"
def show(name, policy, immutable=True):
    json.dump({"attributes": {"exportable": True}, "key": {"kid": kid},
               "releasePolicy": {"immutable": immutable, "encodedPolicy":
               json.dumps(json.load(open(policy)))}}, open(name, "w"))
show("good.json", "policy.json")
show("weaker.json", "weak.json")
show("loose.json", "policy.json", False)
END
sha() { "$ceremony" policy check "$1" --json 2>/dev/null | python3 -c '
import json, sys
print(json.load(sys.stdin)["sha256"])'; }
sed 's/^card-retries: .*/card-retries: 0/; s/^wait-seconds: .*/wait-seconds: 1/' \
	"$root/scripts/rehearsal-answers.yaml" >answers.yaml
# site POLICY: a site file whose key skr is under it
site()
{
	"$root/scripts/rehearsal-site.sh" 3 2 |
		sed 's,^  medium: .*,  medium: ../medium,'
	printf 'estate:\n  keys:\n    - {name: kek}\n    - {name: skr, policy: %s}\n' \
		"$(sha "$1")"
}
site policy.json >site.yaml
step() { # ID ACTION FIELD...
	printf '      - id: %s\n        do: %s\n        title: Step\n' "$1" "$2"
	printf '        by: administrator\n        watch: [witness]\n'
	printf '        why: because\n        minutes: 1\n'
	shift 2
	[ $# = 0 ] || printf '        %s\n' "$@"
}
script() { # ACTION FIELD...
	printf 'ceremony: estate\nformat: 1\ntitle: The estate\n'
	printf 'acts:\n  - id: one\n    title: One\n    steps:\n'
	step people roll-call 'say: "Names."'
	step judged "$@"
}

# --- the form of the steps ---
while IFS='|' read -r sentence fields; do
	IFS=';' read -ra field <<<"$fields"
	script "${field[@]}" >bad.yaml
	expect_exit 3 "$sentence" "$ceremony" script check bad.yaml
done <<'END'
'../x' is no name of a file|policy.check;file: ../x;approved: y
'.x' is no name of a file|policy.check;file: x;approved: .x
'file' and 'approved' stand together|policy.check;file: x
'file' and 'approved' stand together|policy.check;approved: x
'-x' is no name of a file|attestation.check;file: -x
'key' stands beside a 'file'|attestation.check;key: x
'kind' does not belong here|attestation.check;kind: key
END

# --- a policy ---
mkdir -p medium/to-offline
in=medium/to-offline
# bring KEYSHOW [APPROVED]
bring()
{
	cp "$1" $in/key-skr.json
	cp "${2:-policy.json}" $in/policy-skr.json
}
# walk DIR SCRIPT [SITE]
# shellcheck disable=SC2317 # check and expect_exit call it
walk()
{
	"$ceremony" run "$2" --site "${3:-site.yaml}" --dir "$1" --rehearsal \
		--answers answers.yaml
}
script policy.check >policy.yaml
bring weaker.json
expect_exit 1 "key-skr.json is not the approved policy: 1 difference(s)" \
	walk one policy.yaml
check "what is not approved is not kept" test ! -e one/artifacts/key-skr.json
bring loose.json
expect_exit 1 "key-skr.json: immutable" walk one policy.yaml
bring good.json weak.json
expect_exit 1 "policy-skr.json is not the policy that the site file approves \
for the key skr" walk one policy.yaml
printf '{"version":"1.0.0"}' >$in/policy-skr.json
expect_exit 3 "policy-skr.json:1:1: a policy is an object" walk one policy.yaml
bring good.json
check "the approved one is taken" walk one policy.yaml
check "and kept as it was brought" cmp one/artifacts/key-skr.json good.json
check "beside what it was held against" cmp one/artifacts/policy-skr.json \
	policy.json
"$ceremony" audit show one --json >one.json
check "each time it was judged is in the journal" python3 - "$(sha \
	policy.json)" <<'END'
import json, sys
rows = [json.loads(s) for s in open("one.json")]
f = [e["facts"] for e in rows if e["kind"] == "policy.checked"]
assert [x["verdict"] for x in f] == ["does-not-hold"] * 2 + ["holds"], f
assert [x["differences"] for x in f] == [1, 0, 0], f
assert f[2]["sha256"] == sys.argv[1], f
d = [e["facts"] for e in rows if e["kind"] == "policy.difference"]
assert [x["than"] for x in d] == ["weaker"], d
bad = [(e["facts"]["code"], e["facts"]["state"]) for e in rows
       if e["kind"] == "policy.finding"]
assert ("immutable", "error") in bad and ("anybody", "error") in bad, bad
END
# A mistake that the reviewed script takes into account.
site weak.json >weak.yaml
bring weaker.json weak.json
expect_exit 1 "key-skr.json: anybody (anyOf[0])" walk two policy.yaml weak.yaml
script policy.check 'accept: [anybody]' >accept.yaml
check "a mistake that the script accepts is no refusal" walk three accept.yaml \
	weak.yaml
"$ceremony" audit show three >three.txt
check "and stands in the journal as accepted" grep -q \
	'policy.finding.*"state":"accepted"' three.txt
script policy.check 'file: key-skr.json' 'approved: policy-skr.json' \
	'accept: [anybody]' >named.yaml
check "files may be named" walk four named.yaml weak.yaml
sed '/skr/d' site.yaml >none.yaml
check "where no key may leave there is nothing to judge" walk five policy.yaml \
	none.yaml
"$ceremony" audit show five >five.txt
check "and that is the record" grep -q 'policy.none' five.txt

# --- an attestation ---
script attestation.check >attest.yaml
check "an attestation that nobody brought is none" walk six attest.yaml
"$ceremony" audit show six >six.txt
same "for each key" 2 "$(grep -c 'attestation.checked.*"verdict":"none"' six.txt)"
sed -i 's/attested: .*/attested: "yes"/' answers.yaml
expect_exit 5 "attestation-kek.json" walk seven attest.yaml
printf '{}' >$in/attestation-kek.json
printf '{}' >$in/key-kek.json
expect_exit 3 "attestation-kek.json" walk seven attest.yaml
script attestation.check 'file: real.json' >real.yaml
shared=${CEREMONY_SHARED:-$root/../shared}/vectors/azure
if [ -e "$shared/attestation-rsa-restored.json" ]; then
	cp "$shared/attestation-rsa-restored.json" $in/real.json
	check "the HSM's own statement holds" walk eight real.yaml
	check "and is kept" cmp eight/artifacts/real.json $in/real.json
	"$ceremony" audit show eight --json >eight.json
	rootsha=$(python3 - <<'END'
import json
rows = [json.loads(s) for s in open("eight.json")]
c = [e["facts"] for e in rows if e["kind"] == "attestation.checked"]
assert len(c) == 1 and c[0]["verdict"] == "holds", c
links = {e["facts"]["name"]: e["facts"]["state"] for e in rows
         if e["kind"] == "attestation.link"}
assert links["non-exportable"] == "holds" and links["owner"] == "holds", links
print(c[0]["owner-root.sha256"])
END
)
	sed "s/^estate:/&\\n  owner-root: $rootsha/" site.yaml >owner.yaml
	check "also of the pool that was recorded" walk nine real.yaml owner.yaml
	sed "s/^estate:/&\\n  owner-root: ${rootsha//[0-9]/0}/" site.yaml >other.yaml
	expect_exit 1 "owner-root" walk ten real.yaml other.yaml
	python3 - "$in/real.json" <<'END'
import json, sys
v = json.load(open(sys.argv[1]))
v["key"]["n"] = v["key"]["n"][:40] + "AAAA" + v["key"]["n"][44:]
json.dump(v, open(sys.argv[1], "w"))
END
	expect_exit 1 "its modulus is not the attested one" walk eleven real.yaml
	check "what fails is not kept" test ! -e eleven/artifacts/real.json
	"$ceremony" audit show eleven >eleven.txt
	check "the failed link is in the journal" grep -q \
		'attestation.link.*"name":"key","sha256".*does-not-hold' eleven.txt
else
	skip "a real attestation as a step" "$shared is not there"
fi
finish
