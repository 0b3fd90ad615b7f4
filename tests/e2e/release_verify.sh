#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# release verify: each link of a key release response fails alone, with its
# name.  The response is made and signed here, by openssl.
set -eu
. "$(dirname "$0")/../lib.sh"
need python3 openssl

kid=https://pool-a.managedhsm.azure.net/keys/skr/0123456789abcdef0123456789abcdef
# ca NAME ISSUER EXTENSIONS: a certificate of its own key
ca()
{
	openssl req -new -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" \
		-subj "/CN=$1" 2>ca.log
	if [ "$2" = self ]; then
		openssl x509 -req -in "$1.csr" -signkey "$1.key" -days 3650 \
			-extfile <(printf '%b' "$3") -out "$1.pem" 2>ca.log
	else
		openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" \
			-CAcreateserial -days 3650 -extfile \
			<(printf '%b' "$3") -out "$1.pem" 2>ca.log
	fi
}
authority='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash'
leaf='basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\nsubjectAltName=DNS:'
ca root self "$authority"
ca middle root "$authority\nauthorityKeyIdentifier=keyid"
ca hsm middle "${leaf}pool-a.managedhsm.azure.net"
ca wild middle "${leaf}*.managedhsm.azure.net"
ca foreign middle "${leaf}pool-b.managedhsm.azure.net"
ca stranger self "$authority"
cat >policy.json <<'END'
{"version": "1.0.0", "anyOf": [
  {"authority": "https://sharedweu.weu.attest.azure.net", "allOf": [
    {"claim": "secureboot", "equals": true}]}]}
END
cat >make.py <<'END'
"""make.py OUT [PATH=JSON]... [header.X=JSON] [signer=NAME] [chain=A,B,C] [raw=1]"""
import base64, json, subprocess, sys
kid = "https://pool-a.managedhsm.azure.net/keys/skr/0123456789abcdef0123456789abcdef"
b64u = lambda b: base64.urlsafe_b64encode(b).decode().rstrip("=")
def der(name):
    return subprocess.run(["openssl", "x509", "-in", name + ".pem", "-outform",
                           "DER"], check=True, capture_output=True).stdout
set_ = {"signer": "hsm", "chain": "hsm,middle,root", "size": "296"}
args = [a.split("=", 1) for a in sys.argv[2:]]
for k, v in args:
    if k in set_:
        set_[k] = v
enc = "RSA_AES_KEY_WRAP_256"
envelope = {"schema_version": "1.0.0", "header": {"kid": "Tpm", "alg": "dir",
            "enc": enc}, "ciphertext": b64u(b"\1" * int(set_["size"]))}
policy = json.load(open("policy.json"))
payload = {
    "request": {"api-version": "7.4", "enc": enc, "kid": kid, "nonce": "n-1"},
    "response": {"key": {
        "attributes": {"exportable": True},
        "key": {"kid": kid, "kty": "RSA-HSM", "key_ops": ["sign"]},
        "release_policy": {"contentType": "application/json", "data": None}}}}
doc = {"payload": payload, "envelope": envelope, "policy": policy,
       "header": {"alg": "RS256", "kid": "x"}}
def put(path, value):
    o = doc
    *most, last = path.split(".")
    for p in most:
        o = o[int(p)] if isinstance(o, list) else o[p]
    if value is None and isinstance(o, dict):
        o.pop(last, None)
    else:
        o[int(last) if isinstance(o, list) else last] = value
# What is derived from the rest is changed after it was derived.
derived = ("payload.response.key.key.key_hsm",
           "payload.response.key.release_policy")
for k, v in args:
    if k not in set_ and k != "raw" and k not in derived:
        put(k, json.loads(v))
bundle = payload["response"]["key"]
if "release_policy" in bundle:
    bundle["release_policy"]["data"] = b64u(json.dumps(policy).encode())
if "key" in bundle:
    bundle["key"]["key_hsm"] = b64u(json.dumps(envelope).encode())
for k, v in args:
    if k in derived:
        put(k, json.loads(v))
doc["header"].setdefault("x5c", [base64.b64encode(der(n)).decode()
                                 for n in set_["chain"].split(",") if n])
covered = (b64u(json.dumps(doc["header"]).encode()) + "." +
           b64u(json.dumps(payload).encode()))
sig = subprocess.run(["openssl", "dgst", "-sha256", "-sign",
                      set_["signer"] + ".key"], input=covered.encode(),
                     check=True, capture_output=True).stdout
token = covered + "." + b64u(sig)
with open(sys.argv[1], "w") as f:
    f.write(token if any(k == "raw" for k, v in args)
            else json.dumps({"value": token}))
END
make() { python3 make.py "$@"; }
verify()
{
	"$ceremony" release verify "$1" --policy policy.json --kid "$kid" \
		"${@:2}"
}
with() { verify "$1" --roots root.pem --nonce n-1 "${@:2}"; }

# --- one that holds ---
make good.json
expect_exit 0 "HOLDS" with good.json
same "every link holds" 11 "$(grep -cE '^  holds ' "$tmp/out")"
make bare.jwt raw=1
expect_exit 0 "HOLDS" with bare.jwt
make wild.json signer=wild chain=wild,middle,root
expect_exit 0 "of pool-a.managedhsm.azure.net" with wild.json
cat middle.pem root.pem stranger.pem | sed '1i # roots of the day' >bundle.pem
expect_exit 0 "HOLDS" verify good.json --roots bundle.pem
make short.json chain=hsm,middle
expect_exit 0 "HOLDS" with short.json

# --- what is not given is not proven, and said ---
expect_exit 0 "HOLDS, but anyone could have signed it" verify good.json
check "the root and the nonce" test "$(grep -c '^  not proven' "$tmp/out")" = 2
make unsaid.json payload.response.key.attributes=null
expect_exit 0 "not proven  exportable    the response does not say" with unsaid.json

# --- each link alone ---
# fails LINK SENTENCE NAME [CHANGE...]
fails()
{
	make "$3.json" "${@:4}"
	expect_exit 1 "link $1: " with "$3.json"
	check "$3: $2" grep -qF "$2" "$tmp/out"
	same "$3: and no other link" 1 "$(grep -c '^  FAILS' "$tmp/out")"
}
fails certificates "the chain cannot be read" no-chain header.x5c=[]
fails certificates "the chain cannot be read" bad-chain 'header.x5c=["AAAA"]'
fails certificates "certificate 0 was not issued by the next one" jumbled \
	chain=hsm,root,middle
fails root "the chain does not lead to one of the roots" strange \
	signer=stranger chain=stranger
fails root "the chain does not lead" headless chain=hsm
fails host "the signer's certificate is not of pool-a" other-pool \
	signer=foreign chain=foreign,middle,root
fails signature "its signature is not this key's" forged signer=middle
for alg in none HS256 PS256 RS512; do
	fails signature "its alg is \"$alg\"" "alg-$alg" "header.alg=\"$alg\""
done
fails kid "it answers a request for 'x'" other-request payload.request.kid='"x"'
fails kid "the released key is 'y'" other-key \
	payload.response.key.key.kid='"y"'
fails nonce "an old response" old payload.request.nonce='"n-0"'
fails nonce "the response has none" nonceless payload.request.nonce=null
fails enc "is RSA-OAEP with SHA-1" sha1 \
	payload.request.enc='"CKM_RSA_AES_KEY_WRAP"' \
	envelope.header.enc='"CKM_RSA_AES_KEY_WRAP"'
fails enc "no wrapping that is documented" rot13 payload.request.enc='"ROT13"' \
	envelope.header.enc='"ROT13"'
fails exportable "not exportable" kept \
	payload.response.key.attributes.exportable=false
fails policy "it is not the approved one: 2 difference(s)" weaker \
	policy.anyOf.0.allOf.0.claim='"secure-boot"'
fails policy "the key has no release policy" policyless \
	payload.response.key.release_policy=null
fails envelope "the response carries no key" empty \
	payload.response.key.key.key_hsm=null
fails envelope "no base64url of JSON" plain \
	payload.response.key.key.key_hsm='"AAAA"'
fails envelope "no envelope of schema 1.0.0" schema \
	envelope.schema_version='"2"'
fails envelope "it is wrapped with 'CKM_RSA_AES_KEY_WRAP'" downgraded \
	envelope.header.enc='"CKM_RSA_AES_KEY_WRAP"'
for size in 0 256 272 279 281 297; do
	fails envelope "its ciphertext is of no length" "size-$size" "size=$size"
done
expect_exit 0 "HOLDS" with sha1.json --enc CKM_RSA_AES_KEY_WRAP
expect_exit 1 "RSA_AES_KEY_WRAP_256, and RSA_AES_KEY_WRAP_384 was asked for" \
	with good.json --enc RSA_AES_KEY_WRAP_384
expect_exit 1 "certificate has expired" with good.json --at \
	2090-01-01T00:00:00Z
expect_exit 1 "not yet valid" with good.json --at 2001-01-01T00:00:00Z
expect_exit 1 "does not lead to one of the roots" verify good.json --roots \
	stranger.pem

# --- what is no response ---
for case in '{"key":{}}|JSON without a signature' \
	'{"value":{"key":{}}}|JSON without a signature' \
	'{}|"value" is missing' '{"value":"a.b"}|three parts' '[]|odd.json'; do
	printf '%s' "${case%%|*}" >odd.json
	expect_exit 3 "${case#*|}" with odd.json
done
make requestless.json payload.request=null
expect_exit 3 '"request" is missing' with requestless.json
make keyless.json payload.response.key.key=null
expect_exit 3 '"key" is missing' with keyless.json
expect_exit 3 "no certificate is in it" verify good.json --roots policy.json
expect_exit 2 "is not https://HOST/keys/NAME/VERSION" "$ceremony" release \
	verify good.json --policy policy.json --kid https://pool-a/keys/x

# --- any changed letter of what is signed ---
make signed.jwt raw=1
python3 - <<'END'
import random
random.seed(11)
t = open("signed.jwt").read()
letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
for i in range(60):
    at = random.randrange(len(t))
    while t[at] == ".":
        at = random.randrange(len(t))
    open("changed-%d.jwt" % i, "w").write(
        t[:at] + random.choice(letters.replace(t[at], "")) + t[at + 1:])
END
bad=0
for f in changed-*.jwt; do
	code=0
	with "$f" >/dev/null 2>&1 || code=$?
	[ $code = 1 ] || [ $code = 3 ] || bad=$((bad + 1))
done
same "none of 60 changed letters is taken" 0 "$bad"

# --- as JSON, and nothing of the key in either ---
with good.json --json >good.out
check "a program reads each link" python3 - <<'END'
import json
v = json.load(open("good.out"))
assert v["verdict"] == "holds" and len(v["links"]) == 11, v
assert {l["state"] for l in v["links"]} == {"holds"}, v
END
with weaker.json --json >weaker.out 2>weaker.log || :
check "and which fails" python3 - <<'END'
import json
v = json.load(open("weaker.out"))
assert v["verdict"] == "fails", v
assert [l["name"] for l in v["links"] if l["state"] == "fails"] == ["policy"], v
END
refute "the ciphertext is never printed" grep -q AQEBAQEB good.out
finish
