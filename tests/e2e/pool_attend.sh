#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 120
#
# The stand-in pool through a medium, as a rehearsal uses it, and its
# commands.  The holders are openssl's, the request is Python's and the blob
# is az's: nothing on their side is of this project.
set -eu
. "$(dirname "$0")/../lib.sh"
need openssl python3

for i in 0 1 2; do
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=h$i" \
	    -keyout "h$i.key" -out "h$i.cer" 2>/dev/null
	openssl x509 -in "h$i.cer" -outform DER -out "h$i.der"
	openssl rsa -in "h$i.key" -noout -modulus >"h$i.modulus" 2>/dev/null
done
cat >request.py <<'END'
import base64, hashlib, json
def url(b):
    return base64.urlsafe_b64encode(b).decode().rstrip("=")
certs = []
for i in range(3):
    der = open("h%d.der" % i, "rb").read()
    n = bytes.fromhex(open("h%d.modulus" % i).read().strip()[8:])
    certs.append({"kty": "RSA", "alg": "RSA-OAEP-256", "e": "AQAB",
        "key_ops": ["verify", "encrypt", "wrapKey"], "n": url(n),
        "x5c": [base64.b64encode(der).decode()],
        "x5t": url(hashlib.sha1(der).digest()),
        "x5t#S256": url(hashlib.sha256(der).digest())})
print(json.dumps({"certificates": certs, "required": 2}), end="")
END
python3 request.py >request.json

# post FILE NAME: onto the medium as every program here writes: whole.
post()
{
	cp "$1" "medium/to-online/.$2.part"
	mv "medium/to-online/.$2.part" "medium/to-online/$2"
}

mkdir medium
expect_exit 0 'src-pool: a stand-in pool, not activated' \
    "$pool" create --dir pools --name src-pool
background "$pool" attend --dir pools --medium medium --bits 3072
attend=$last_pid
check "attend makes both directions of the medium" \
    wait_for 10 test -d medium/to-offline
post request.json src-pool.download-request.json
: >dst-pool.init
post dst-pool.init dst-pool.init-recovery
check "the security domain comes back" \
    wait_for 20 test -e medium/to-offline/src-pool-SD.json
check "the exchange certificate comes back" \
    wait_for 30 test -e medium/to-offline/dst-pool-SDE.cer
check "the domain names the three holders" python3 -c '
import json, hashlib, base64
d = json.load(open("medium/to-offline/src-pool-SD.json"))
t = [s["x5t_256"] for s in d["SharedKeys"]["enc_shares"]]
w = [base64.urlsafe_b64encode(hashlib.sha256(open("h%d.der" % i, "rb").read())
     .digest()).decode().rstrip("=") for i in range(3)]
assert t == w and d["SharedKeys"]["required"] == 2'
check "openssl verifies the exchange certificate by itself" \
    openssl verify -CAfile medium/to-offline/dst-pool-SDE.cer \
    -partial_chain medium/to-offline/dst-pool-SDE.cer
check "it is the pool's own, and says rehearsal" sh -c \
    'openssl x509 -in medium/to-offline/dst-pool-SDE.cer -noout -text |
    grep -A99 "CN = dst-pool.managedhsm.azure.net" | grep -q REHEARSAL'

if command -v az >/dev/null; then
	check "az opens the domain and makes the blob" \
	    az keyvault security-domain restore-blob \
	    --sd-file medium/to-offline/src-pool-SD.json \
	    --sd-exchange-key medium/to-offline/dst-pool-SDE.cer \
	    --sd-wrapping-keys h2.key h0.key --sd-file-restore-blob blob.json
	printf 'src-pool\n' >source
	post source dst-pool.restore-of
	post blob.json dst-pool.restore-blob.json
	result=medium/to-offline/dst-pool.upload-result.json
	check "the upload is answered" wait_for 20 test -e "$result"
	check "with Success and the hashes of the source's data" \
	    python3 - "$result" <<'END'
import hashlib, json, sys
r = json.load(open(sys.argv[1]))
assert r["status"] == "Success", r
assert len(r["data"]) == 3
for tag, want in r["data"].items():
    p = open("pools/src-pool/data-1/%s.bin" % tag, "rb").read()
    assert hashlib.sha256(p).hexdigest() == want
END
	expect_exit 0 'dst-pool                  Active' \
	    "$pool" show --dir pools
	expect_exit 0 '"status":"Success"' "$pool" upload --dir pools \
	    --name dst-pool --blob blob.json --compare src-pool
else
	skip "a blob made by az" "azure-cli is not installed"
fi

kill "$attend"
code=0
wait "$attend" || code=$?
same "attend ends with 0 on SIGTERM" 0 "$code"
cp "$tmp/background" said
check "it said a line for each answer" test "$(grep -c '^answered ' said)" -ge 2
refute "and nothing else" grep -v '^answered ' said
background "$pool" attend --dir pools --medium medium --bits 3072
attend=$last_pid
: >late.init
post late.init late-pool.init-recovery
check "started again, it answers what is new" \
    wait_for 30 test -e medium/to-offline/late-pool-SDE.cer
kill "$attend"
wait "$attend" || true
same "and nothing twice" "$(($(wc -l <said) + 1))" \
    "$(wc -l <"$tmp/background")"

# The commands by themselves.
expect_exit 0 'bytes' "$pool" download --dir pools --name src-pool \
    --request request.json -o SD.json
expect_exit 1 'SD.json exists already' "$pool" download --dir pools \
    --name src-pool --request request.json -o SD.json
expect_exit 1 'the pool src-pool is active' "$pool" init-recovery \
    --dir pools --name src-pool -o E.cer
check "a refusal writes nothing" test ! -e E.cer
expect_exit 1 'exists already' "$pool" create --dir pools --name src-pool
expect_exit 1 "'a/b' is no pool name" "$pool" create --dir pools --name a/b
expect_exit 1 'not in recovery' "$pool" upload --dir pools --name src-pool \
    --blob request.json
expect_exit 2 '--name is missing' "$pool" create --dir pools
expect_exit 2 '--dir is given twice' "$pool" show --dir a --dir b
expect_exit 2 '--dir wants a value' "$pool" show --dir
expect_exit 2 "'--jsn' is no option" "$pool" show --dir pools --jsn
expect_exit 2 "'2048' is neither 3072 nor 4096" "$pool" init-recovery \
    --dir pools --name x-pool --bits 2048 -o E.cer
expect_exit 2 "there is no command 'destroy'" "$pool" destroy
expect_exit 0 'for rehearsals only' "$pool" --help
expect_exit 6 'cannot read the directory' "$pool" show --dir none
check "show --json says rehearsal of every pool" sh -c \
    "'$pool' show --dir pools --json | python3 -c '
import json, sys
v = json.load(sys.stdin)
assert len(v) >= 3 and all(p[\"rehearsal\"] is True for p in v)'"
finish
