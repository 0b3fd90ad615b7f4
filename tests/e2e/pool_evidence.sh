#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 120
#
# The evidence of the stand-in pool's exchange keys, judged by a program that
# shares nothing with this project; the same judge on a real one.
set -eu
. "$(dirname "$0")/../lib.sh"
need openssl python3
judge=$root/tests/e2e/quote_judge.py
signer=$(printf 'REHEARSAL enclave signer of ceremony-pool' |
    openssl dgst -sha256 -r | cut -c1-64)

expect_exit 0 'not activated' "$pool" create --dir pools --name src-pool
check "create leaves the rehearsal's root for the room" \
    openssl x509 -in pools/rehearsal-root.cer -noout -checkend 86400
cp pools/rehearsal-root.cer root.cer
expect_exit 0 "MRSIGNER of their evidence: $signer, product 1, SVN 1" \
    "$pool" show --dir pools
check "show --json has the MRSIGNER too" sh -c \
    "'$pool' show --dir pools --json | grep -q '\"mrsigner\":\"$signer\"'"
check "ceremony-pool(1) has it" \
    grep -qx "  $signer" "$root/docs/man/ceremony-pool.1"
mkdir medium
background "$pool" attend --dir pools --medium medium --bits 3072
attend=$last_pid
check "attend is there" wait_for 10 test -d medium/to-online
: >medium/to-online/.init
mv medium/to-online/.init medium/to-online/dst-pool.init-recovery
check "attend answers with an exchange certificate" \
    wait_for 30 test -e medium/to-offline/dst-pool-SDE.cer
kill "$attend"
check "ceremony-pool writes collateral" \
    "$pool" collateral --dir pools -o collateral
check "the judge finds every link of its evidence, and the collateral" \
    python3 "$judge" medium/to-offline/dst-pool-SDE.cer root.cer collateral
cp checked judged
check "with the MRSIGNER that show prints" grep -qx "mrsigner $signer" judged
check "product and SVN" grep -qx "product 1 svn 1" judged
check "openssl shows the extension" sh -c \
    'openssl x509 -in medium/to-offline/dst-pool-SDE.cer -noout -text |
    grep -q "1.2.840.113556.10.1.1:"'
same "the root stays the same" "$(cat root.cer)" \
    "$(cat pools/rehearsal-root.cer)"

# The three carriers.
expect_exit 0 'bytes' "$pool" init-recovery --dir pools --name dst-pool \
    --as jwk -o key.jwk
expect_exit 0 'bytes' "$pool" init-recovery --dir pools --name dst-pool \
    --as body -o key.body
cat >carrier.py <<'END'
import base64, hashlib, json, subprocess, sys
v = json.load(open(sys.argv[1]))
if "transfer_key" in v:
    assert v["key_format"] == "jwk" and sorted(v) == ["key_format",
                                                      "transfer_key"]
    v = json.loads(v["transfer_key"])
der = base64.b64decode(v["x5c"][0], validate=True)
def url(b):
    return base64.urlsafe_b64encode(b).decode().rstrip("=")
assert v["x5t"] == url(hashlib.sha1(der).digest())
assert v["x5t#S256"] == url(hashlib.sha256(der).digest())
n = subprocess.run(["openssl", "x509", "-inform", "DER", "-noout",
    "-modulus"], input=der, stdout=subprocess.PIPE, check=True).stdout
assert v["n"] == url(bytes.fromhex(n.decode().strip()[8:]))
assert (v["e"], v["kty"], v["kid"]) == ("AQAB", "RSA", "not used")
sys.stdout.buffer.write(subprocess.run(["openssl", "x509", "-inform", "DER"],
    input=der, stdout=subprocess.PIPE, check=True).stdout)
END
for as in jwk body; do
	check "the $as agrees with its certificate" \
	    python3 carrier.py "key.$as"
	cp checked "$as.cer"
	check "whose evidence holds" python3 "$judge" "$as.cer" root.cer
done
expect_exit 0 'bytes' "$pool" init-recovery --dir pools --name dst-pool \
    --bare -o bare.cer
refute "--bare: no evidence" python3 "$judge" bare.cer root.cer
cp checked said
check "for that reason" grep -q "carries the extension" said
openssl x509 -in bare.cer -noout -text >said
check "the name of 2020" grep -qx "        Subject: CN = transfer-key" said
refute "and no extension" grep -q -e X509v3 -e REHEARSAL said

# The station's own judgement of the same files.
# shellcheck disable=SC2317 # expect_exit runs it
judged()
{
	"$ceremony" sd exchange-key "$@" --pool dst-pool \
	    --pin-mrsigner "$signer"
}
expect_exit 0 'REHEARSAL, PROVEN' judged medium/to-offline/dst-pool-SDE.cer \
    --rehearsal-root root.cer --collateral collateral
refute "nothing fails, and nothing is left out" grep -qE '  (FAILS|NOT REACHED)' out
for link in tcb-status qe-status revocation key-binding; do
	check "$link holds" grep -q "HOLDS *$link" out
done
for as in jwk body; do
	expect_exit 0 'REHEARSAL, PROVEN' judged "key.$as" \
	    --rehearsal-root root.cer
	check "without collateral the $as leaves revocation open" \
	    grep -q "UNPROVED *revocation" out
done
expect_exit 1 "link pck-root: the chain's root is not Intel's SGX root" \
    judged key.jwk
expect_exit 1 'carries no evidence' judged bare.cer --rehearsal-root root.cer
expect_exit 1 'link pool-name: the certificate is for dst-pool' \
    "$ceremony" sd exchange-key key.jwk --pool src-pool \
    --pin-mrsigner "$signer" --rehearsal-root root.cer

# A domain of one stand-in pool restored into the other, on that judgement.
for i in 0 1 2; do
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=h$i" \
	    -keyout "h$i.key" -out "h$i.cer" 2>/dev/null
done
expect_exit 0 '' "$ceremony" sd wrapping-set --sd-wrapping-keys h0.cer \
    h1.cer h2.cer --sd-quorum 2 -o set
expect_exit 0 'bytes' "$pool" download --dir pools --name src-pool \
    --request set/download-request.json -o SD.json
expect_exit 0 'bytes' "$pool" init-recovery --dir pools --name dst-pool \
    -o last.cer
sha=$(openssl x509 -in last.cer -outform DER | openssl dgst -sha256 -r |
    cut -c1-64)
# restore BLOB OPTION...
# shellcheck disable=SC2317 # expect_exit runs it
restore()
{
	"$ceremony" sd restore-blob --sd-file SD.json \
	    --sd-exchange-key last.cer --sd-file-restore-blob "$1" \
	    --sd-wrapping-keys h2.key h0.key --exchange-sha256 "$sha" \
	    --pool dst-pool "${@:2}"
}
expect_exit 1 'link pck-root' restore no.json --pin-mrsigner "$signer"
expect_exit 1 'link enclave-signer' restore no.json \
    --pin-mrsigner "$sha" --rehearsal-root root.cer
check "a receiver that is not proven gets nothing" test ! -e no.json
expect_exit 0 'without evidence' "$ceremony" sd restore-blob \
    --sd-file SD.json --sd-exchange-key bare.cer \
    --sd-file-restore-blob bare.json --sd-wrapping-keys h2.key h0.key \
    --without-evidence 'the service of 2020 sends none'
expect_exit 0 '' restore blob.json --pin-mrsigner "$signer" \
    --rehearsal-root root.cer
expect_exit 0 'restored 3 data, equal to those of src-pool' "$pool" upload \
    --dir pools --name dst-pool --blob blob.json --compare src-pool

# The judge can say no.
"$pool" create --dir others --name other >/dev/null
refute "the judge refuses another rehearsal's root" \
    python3 "$judge" jwk.cer others/rehearsal-root.cer
cp checked said
check "and says so" grep -q "does not hold: the chain ends" said
openssl x509 -in jwk.cer -outform DER -out jwk.der
python3 - <<'END'
der = bytearray(open("jwk.der", "rb").read())
der[der.index(b"REHEARSAL\0\0")] ^= 1       # of the quote's header
open("bent.der", "wb").write(der)
END
openssl x509 -inform DER -in bent.der -out bent.cer
refute "and a quote with a changed bit" python3 "$judge" bent.cer root.cer
cp checked said
check "and names the signature" \
    grep -q "does not hold: it signed header and report" said

# What is refused.
expect_exit 0 '' "$pool" create --dir pools --name new-pool
expect_exit 2 "'der' is none of pem, jwk, body" "$pool" init-recovery \
    --dir pools --name dst-pool --as der -o x
expect_exit 1 'collateral' "$pool" collateral --dir pools -o collateral
cp pools/rehearsal-pki.pem keep
head -c 1000 keep >pools/rehearsal-pki.pem
expect_exit 3 'rehearsal-pki.pem: it is not what ceremony-pool wrote' \
    "$pool" init-recovery --dir pools --name new-pool -o x
check "and nothing is written" test ! -e x
cp keep pools/rehearsal-pki.pem
rm pools/rehearsal-root.cer
expect_exit 0 'bytes' "$pool" init-recovery --dir pools --name new-pool -o x
same "a root that an interrupted run did not write comes back" \
    "$(cat root.cer)" "$(cat pools/rehearsal-root.cer)"

real=${CEREMONY_SHARED:-$root/../shared}/vectors/azure/sd-real-2025
if [ -e "$real/exchange.cer" ]; then
	python3 - "$real/exchange.cer" <<'END'
import re, subprocess, sys
der = subprocess.run(["openssl", "x509", "-in", sys.argv[1], "-outform",
    "DER"], stdout=subprocess.PIPE, check=True).stdout
pem = re.findall(rb"-----BEGIN.*?-----END CERTIFICATE-----\n", der, re.S)
open("intel.cer", "wb").write(pem[2])
END
	check "the judge finds every link of a real pool's evidence" \
	    env AT=1746057600 python3 "$judge" "$real/exchange.cer" intel.cer
else
	skip "the judge on a real pool's evidence" "no vectors beside the tree"
fi
finish
