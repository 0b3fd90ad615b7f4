#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# policy eval: a token against a policy.  Tokens are signed by jose and by
# openssl here; keys are pinned; what is refused is explained.
set -eu
. "$(dirname "$0")/../lib.sh"
need python3 openssl jose

at='2026-11-25T12:00:00Z'
jose jwk gen -i '{"alg":"RS256","kid":"maa-1"}' -o maa.jwk
jose jwk gen -i '{"alg":"RS256","kid":"maa-1"}' -o other.jwk
jose jwk pub -i maa.jwk -o maa.pub
jose jwk pub -i other.jwk -o other.pub
openssl genrsa -out small.pem 1024 2>rsa.log
python3 - <<'END'
import json, subprocess, base64
host = 64 * "0"
tee = {"x-ms-attestation-type": "sevsnpvm",
       "x-ms-compliance-status": "azure-compliant-cvm",
       "x-ms-runtime": {"vm-configuration": {"vmUniqueId": "2DEDC52A-1"}},
       "x-ms-sevsnpvm-hostdata": host,
       "x-ms-sevsnpvm-is-debuggable": False,
       "x-ms-sevsnpvm-launchmeasurement": 48 * "fe",
       "x-ms-sevsnpvm-reportdata": 32 * "ab" + 64 * "0",
       "x-ms-sevsnpvm-tee-svn": 3}
n = json.load(open("maa.pub"))["n"]
claims = {"iss": "https://sharedweu.weu.attest.azure.net",
          "iat": 1795600800, "nbf": 1795600800, "exp": 1795629600,
          "secureboot": True, "x-ms-attestation-type": "azurevm",
          "x-ms-isolation-tee": tee, "x-ms-runtime": {"keys": [
              {"kid": "Tpm", "kty": "RSA", "key_ops": ["encrypt"], "e": "AQAB",
               "n": n}]}}
def dump(name, v):
    json.dump(v, open(name, "w"))
dump("claims.json", claims)
dump("no-key.json", dict(claims, **{"x-ms-runtime": {"keys": []}}))
dump("no-iss.json", {k: v for k, v in claims.items() if k != "iss"})
dump("no-exp.json", {k: v for k, v in claims.items() if k != "exp"})
pub = json.load(open("maa.pub"))
dump("jwks.json", {"keys": [{"kty": "EC", "kid": "x"}, pub]})
dump("others.json", {"keys": [json.load(open("other.pub"))]})
dump("twice.json", {"keys": [pub, pub]})
dump("none.json", {"keys": [{"kty": "EC"}]})
dump("renamed.json", {"keys": [dict(pub, kid="maa-2")]})
m = subprocess.run(["openssl", "rsa", "-in", "small.pem", "-noout",
                    "-modulus"], capture_output=True, text=True).stdout
small = bytes.fromhex(m.strip().split("=")[1])
b64 = lambda b: base64.urlsafe_b64encode(b).decode().rstrip("=")
dump("small.json", {"keys": [{"kty": "RSA", "kid": "s", "e": "AQAB",
                              "n": b64(small)}]})
def policy(name, *conds, url="https://sharedweu.weu.attest.azure.net"):
    dump(name, {"version": "1.0.0", "anyOf": [{"authority": url, "allOf": [
        {"claim": c, op: v} for c, op, v in conds]}]})
T = "x-ms-isolation-tee."
S = T + "x-ms-sevsnpvm-"
mine = (T + "x-ms-runtime.vm-configuration.vmUniqueId", "equals", "2DEDC52A-1")
debug = (S + "is-debuggable", "equals", False)
policy("good.json", mine, debug, ("secureboot", "equals", True))
policy("slash.json", mine, debug, url="https://SHAREDweu.weu.attest.azure.net/")
policy("region.json", mine, debug, url="https://sharedneu.neu.attest.azure.net")
policy("quoted.json", mine, (S + "is-debuggable", "equals", "false"))
policy("image.json", mine, (S + "hostdata", "equals", 32 * "ab"))
policy("top.json", mine, ("x-ms-sevsnpvm-is-debuggable", "equals", False))
policy("case.json", (T + "x-ms-runtime.vm-configuration.vmUniqueId", "equals",
                     "2dedc52a-1"))
policy("list.json", ("x-ms-runtime.keys[0].kid", "equals", "Tpm"))
policy("absent.json", ("x-ms-azurevm-vmid", "equals", "nobody-has-it"))
policy("order.json", (S + "tee-svn", "greaterOrEquals", 3),
       (S + "tee-svn", "less", 4), (S + "tee-svn", "notEquals", 5),
       ("secureboot", "exists", True), ("no-such", "exists", False))
policy("order-no.json", (S + "tee-svn", "greater", 3))
policy("order-text.json", (S + "tee-svn", "greater", "2"))
END
jose jws sig -I claims.json -k maa.jwk -s '{"protected":{"alg":"RS256","kid":"maa-1"}}' \
	-c -o jose.jwt
# sign NAME HEADER CLAIMS: the same by openssl
sign()
{
	local b64='base64 -w 0'

	{
		printf '%s' "$2" | $b64 | tr '+/' '-_' | tr -d '='
		printf .
		$b64 <"$3" | tr '+/' '-_' | tr -d '='
	} >covered
	openssl dgst -sha256 -sign maa.pem -out sig covered
	{
		cat covered
		printf .
		$b64 <sig | tr '+/' '-_' | tr -d '='
		echo
	} >"$1"
}
python3 - <<'END'
import json, subprocess, base64
# The private key as PEM, by openssl's own ASN.1 generator.
k = json.load(open("maa.jwk"))
num = lambda s: "0x" + base64.urlsafe_b64decode(s + "==").hex()
names = ["n", "e", "d", "p", "q", "dp", "dq", "qi"]
with open("asn1", "w") as f:
    f.write("asn1=SEQUENCE:k\n[k]\nv=INTEGER:0\n")
    for name in names:
        f.write("%s=INTEGER:%s\n" % (name, num(k[name])))
subprocess.run(["openssl", "asn1parse", "-genconf", "asn1", "-noout", "-out",
                "maa.der"], check=True)
subprocess.run(["openssl", "rsa", "-inform", "DER", "-in", "maa.der", "-out",
                "maa.pem"], check=True, stderr=subprocess.DEVNULL)
END
sign openssl.jwt '{"alg":"RS256","kid":"maa-1","typ":"JWT"}' claims.json

eval() { "$ceremony" policy eval "$@" --at "$at"; }

# --- granted ---
for token in jose.jwt openssl.jwt; do
	expect_exit 0 "verdict   GRANTED" eval good.json --token $token --keys \
		jwks.json
	check "$token: and its signature was judged" grep -q \
		'signature signed, by a pinned key' "$tmp/out"
done
expect_exit 0 "GRANTED, if the token were signed so" eval good.json --token \
	claims.json
check "claims alone are marked" grep -q 'signature UNSIGNED' "$tmp/out"
expect_exit 0 "but for a last '/' or capital letters" eval slash.json --token \
	jose.jwt --keys jwks.json
check "a grant is short" test "$(wc -l <"$tmp/out")" -lt 10
expect_exit 0 'wants   true' eval good.json --token jose.jwt --keys jwks.json \
	--explain
expect_exit 0 "verdict   GRANTED" eval order.json --token claims.json

# --- whose token, and when ---
expect_exit 1 "no authority of the policy is the token's issuer" eval \
	region.json --token jose.jwt --keys jwks.json
check "and what would have been is shown" grep -q \
	'another one: what follows does not count' "$tmp/out"
expect_exit 1 "it expired at 2026-11-25T18:00:00.000Z" "$ceremony" policy eval \
	good.json --token claims.json --at 2026-11-25T18:01:00Z
expect_exit 0 "GRANTED" "$ceremony" policy eval good.json --token claims.json \
	--at 2026-11-25T18:00:59Z
expect_exit 1 "it is not valid before 2026-11-25T10:00:00.000Z" "$ceremony" \
	policy eval good.json --token claims.json --at 2026-11-25T09:58:59Z
expect_exit 1 "the token names no issuer" eval good.json --token no-iss.json
expect_exit 1 "nbf or exp is missing" eval good.json --token no-exp.json
expect_exit 1 "the token has no key that encrypts" eval good.json --token \
	no-key.json

# --- why not: the host data mistake, in one reading ---
expect_exit 1 "does not meet what the policy asks of its issuer" eval \
	image.json --token jose.jwt --keys jwks.json
grep -A4 'NO .*hostdata' "$tmp/out" >table || :
check "what the policy wants" grep -qE "wants +\"(ab){32}\"" table
check "what the token says, under it" grep -qE "token +\"0{64}\"" table
check "where the wanted value stands" grep -q \
	'see  *x-ms-isolation-tee.x-ms-sevsnpvm-reportdata' table
check "and what that is" grep -q 'reports no host data (zeros)' table
expect_exit 1 "with the wanted value" eval top.json --token claims.json
check "the claim one level down is named" grep -q \
	'see  *x-ms-isolation-tee.x-ms-sevsnpvm-is-debuggable' "$tmp/out"
expect_exit 1 "differ in capital letters only" eval case.json --token claims.json
expect_exit 1 "in a list, which no policy can ask for" eval list.json --token \
	claims.json
expect_exit 1 "the token has no such claim" eval absent.json --token claims.json
expect_exit 1 "verdict   REFUSED" eval order-no.json --token claims.json

# --- a string for a boolean is told apart ---
expect_exit 1 "only if the service takes" eval quoted.json --token claims.json
check "it is neither granted nor refused" grep -q 'verdict   UNCERTAIN' \
	"$tmp/out"
expect_exit 1 "UNCERTAIN" eval order-text.json --token claims.json
eval quoted.json --token claims.json --json >quoted.out 2>quoted.log || :
eval image.json --token jose.jwt --keys jwks.json --json >image.out \
	2>image.log || :
check "a program reads the same" python3 - <<'END'
import json
v = json.load(open("quoted.out"))
assert v["verdict"] == "uncertain" and v["verified"] is False, v
assert [c["met"] for c in v["authorities"][0]["conditions"]] == \
    ["strict", "coerced"], v
v = json.load(open("image.out"))
assert v["verdict"] == "refused" and v["verified"] is True, v
c = v["authorities"][0]["conditions"][1]
assert c["wants"] == 32 * "ab" and c["token"] == 64 * "0", c
assert c["elsewhere"].endswith("reportdata"), c
END

# --- signatures ---
expect_exit 2 "is a signed token: give the attestation service's keys" eval \
	good.json --token jose.jwt
expect_exit 1 "its signature is not this key's" eval good.json --token \
	jose.jwt --keys others.json
expect_exit 1 "the keys have none with the kid 'maa-1'" eval good.json --token \
	jose.jwt --keys renamed.json
expect_exit 1 "two keys have the kid 'maa-1'" eval good.json --token jose.jwt \
	--keys twice.json
expect_exit 1 "no RSA key is in it" eval good.json --token jose.jwt --keys \
	none.json
expect_exit 1 "no RSA key of 2048 bits" eval good.json --token jose.jwt --keys \
	small.json
expect_exit 3 "keys.json" eval good.json --token jose.jwt --keys \
	"$(echo '{"keys":7}' >keys.json && echo keys.json)"
for alg in none HS256 RS384 RS512 PS256 ES256; do
	sign alg.jwt "{\"alg\":\"$alg\",\"kid\":\"maa-1\"}" claims.json
	expect_exit 1 "its alg is \"$alg\", and RS256 alone is taken" eval \
		good.json --token alg.jwt --keys jwks.json
done
sign crit.jwt '{"alg":"RS256","kid":"maa-1","crit":["b64"],"b64":false}' claims.json
expect_exit 3 'the header has "crit"' eval good.json --token crit.jwt --keys \
	jwks.json
sign kidless.jwt '{"alg":"RS256","jku":"https://sharedweu.weu.attest.azure.net"}' \
	claims.json
expect_exit 1 "its header names no key" eval good.json --token kidless.jwt \
	--keys jwks.json
sign twice.jwt '{"alg":"RS256","alg":"none","kid":"maa-1"}' claims.json
expect_exit 3 "the header" eval good.json --token twice.jwt --keys jwks.json
# Any changed letter of payload or signature; the last letter of a part may
# carry bits that are no part of it, which are refused too.
python3 - <<'END'
import random
random.seed(7)
t = open("jose.jwt").read().strip()
first = t.index(".")
letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
for i in range(40):
    at = random.randrange(first + 1, len(t))
    while t[at] == ".":
        at = random.randrange(first + 1, len(t))
    new = random.choice(letters.replace(t[at], ""))
    open("changed-%d.jwt" % i, "w").write(t[:at] + new + t[at + 1:])
END
bad=0
for token in changed-*.jwt; do
	code=0
	eval good.json --token "$token" --keys jwks.json >/dev/null 2>&1 || code=$?
	[ $code = 1 ] || [ $code = 3 ] || bad=$((bad + 1))
done
same "no changed letter is taken, of 40" 0 "$bad"
for cut in 1 40 600; do
	head -c "$cut" jose.jwt >cut.jwt
	expect_exit 3 "cut.jwt" eval good.json --token cut.jwt --keys jwks.json
done
expect_exit 3 "more than three parts" eval good.json --token \
	"$(sed 's/$/.x/' jose.jwt >four.jwt && echo four.jwt)" --keys jwks.json

# --- the real ones ---
shared=${CEREMONY_SHARED:-$root/../shared}/vectors/azure
if [ -e "$shared/maa-token-claims-cvm-2022.json" ]; then
	real=$shared/maa-token-claims-cvm-2022.json
	policy=$shared/release-policy-cvm-datadisk.json
	then='2022-05-19T21:00:00Z'
	expect_exit 1 "the token is of https://sharedeus.eus.test.attest.azure.net" \
		"$ceremony" policy eval "$policy" --token "$real" --at "$then"
	sed 's/sharedeus.eus.test/sharedeus.eus/' "$real" >moved.json
	expect_exit 0 "GRANTED, if the token were signed so" "$ceremony" policy \
		eval "$policy" --token moved.json --at "$then"
	expect_exit 1 "it expired at 2022-05-20T04:44:54" "$ceremony" policy \
		eval "$policy" --token moved.json --at "$at"
else
	skip "the real token's claims" "$shared is not there"
fi
finish
