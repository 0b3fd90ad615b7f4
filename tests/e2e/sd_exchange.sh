#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Who receives a domain: sd exchange-key and the RECEIVER of sd restore-blob,
# on evidence of the stand-in pool and on the exchange key a real one sent.
set -eu
. "$(dirname "$0")/../lib.sh"

sha() { sha256sum | cut -d' ' -f1; }
field() { python3 -c 'import json, sys
v = json.load(open(sys.argv[1]))
for k in sys.argv[2:]: v = v[k]
print(v)' "$@"; }
# state NAME: of a link in out.json
state() { python3 -c 'import json, sys
print([l["state"] for l in json.load(open("out.json"))["links"]
       if l["name"] == sys.argv[1]])' "$1"; }

# A domain for three holders, and a pool in recovery.
for i in 0 1 2; do
	openssl req -x509 -newkey rsa:2048 -nodes -keyout h$i.key -out h$i.cer \
	    -subj /CN=holder-$i -days 30 2>/dev/null
done
echo data >datum
"$ceremony" sd split --sd-wrapping-keys h?.cer --sd-quorum 2 --datum a=datum \
    --security-domain-file sd.json >/dev/null
"$pool" create --dir pools --name dst-pool >/dev/null
for as in pem jwk body; do
	"$pool" init-recovery --dir pools --name dst-pool --bits 3072 \
	    --as $as -o sde.$as >/dev/null
done
"$pool" create --dir pools --name bare >/dev/null
"$pool" init-recovery --dir pools --name bare --bits 3072 --bare -o bare.pem \
    >/dev/null
"$pool" collateral --dir pools -o carried >/dev/null
signer=$(printf 'REHEARSAL enclave signer of ceremony-pool' | sha)
other=$(printf other | sha)
root_file=pools/rehearsal-root.cer
P=(--pool dst-pool --pin-mrsigner "$signer")
R=(--rehearsal-root "$root_file")
X=("$ceremony" sd exchange-key)

for as in pem jwk body; do
	expect_exit 0 "REHEARSAL, PROVEN: every link" \
	    "${X[@]}" sde.$as "${P[@]}" "${R[@]}"
	check "the first line says REHEARSAL" \
	    grep -q '^REHEARSAL: judged under the root' out
	expect_exit 1 "link pck-root: the chain's root is not Intel's" \
	    "${X[@]}" sde.$as "${P[@]}"
done
expect_exit 0 "HOLDS       tcb-status" "${X[@]}" sde.pem "${P[@]}" "${R[@]}" \
    --collateral carried
check "revocation holds too" grep -q '^  HOLDS  *revocation' out
expect_exit 0 "UNPROVED    revocation" "${X[@]}" sde.pem "${P[@]}" "${R[@]}"
expect_exit 1 "link collateral: " "${X[@]}" sde.pem "${P[@]}" "${R[@]}" \
    --collateral carried --at "$(date -u -d '+40 days' +%FT%TZ)"
cp -r carried spoilt
echo junk >spoilt/zz
expect_exit 3 "it is neither JSON" "${X[@]}" sde.pem "${P[@]}" "${R[@]}" \
    --collateral spoilt
for i in 1 2 3 4 5 6 7; do echo junk >spoilt/z$i; done
expect_exit 3 "13 files of collateral, not 1 to 12" "${X[@]}" sde.pem \
    "${P[@]}" "${R[@]}" --collateral spoilt
mkdir empty
expect_exit 1 "0 files of collateral" "${X[@]}" sde.pem "${P[@]}" "${R[@]}" \
    --collateral empty
expect_exit 6 "nowhere: " "${X[@]}" sde.pem "${P[@]}" "${R[@]}" \
    --collateral nowhere

# Pins.
expect_exit 1 "link enclave-signer: " "${X[@]}" sde.pem --pool dst-pool \
    --pin-mrsigner "$other" "${R[@]}"
check "what stands on no failed link is still judged" \
    grep -q '^  HOLDS  *key-binding' out
expect_exit 1 "link pool-name: " "${X[@]}" sde.pem --pool dst-pool2 \
    --pin-mrsigner "$signer" "${R[@]}"
expect_exit 1 "link enclave-svn: " "${X[@]}" sde.pem "${P[@]}" "${R[@]}" \
    --pin-svn 2
expect_exit 1 "not proven: the MRSIGNER is not pinned" "${X[@]}" sde.pem \
    --pool dst-pool "${R[@]}"
expect_exit 1 "not proven: the pool's name is not pinned" "${X[@]}" sde.pem \
    --pin-mrsigner "$signer" "${R[@]}"
expect_exit 1 "not proven: the pool's name and MRSIGNER are not pinned" \
    "${X[@]}" sde.pem "${R[@]}"
check "every link is printed all the same" \
    grep -q '^  HOLDS  *quote-signature' out
expect_exit 1 "not proven: bare.pem carries no evidence" "${X[@]}" bare.pem \
    --pin-mrsigner "$signer" "${R[@]}"
expect_exit 1 "not proven: bare.pem carries no evidence" \
    "${X[@]}" bare.pem "${P[@]}" "${R[@]}"
expect_exit 2 "is not 64 hex digits" "${X[@]}" sde.pem --pool p \
    --pin-mrsigner 00
expect_exit 2 "not a number from 0 to 65535" "${X[@]}" sde.pem "${P[@]}" \
    --pin-svn 65536
expect_exit 3 "no.cer: it is no X.509 certificate" bash -c \
    'echo no >no.cer; exec "$@"' - "${X[@]}" no.cer "${P[@]}"
expect_exit 3 "no.cer: it is no X.509 certificate" "${X[@]}" sde.pem "${P[@]}" \
    --rehearsal-root no.cer
expect_exit 2 "an argument is missing" "${X[@]}" "${P[@]}"

# JSON.
code=0
"${X[@]}" sde.jwk "${P[@]}" "${R[@]}" --json >out.json 2>err || code=$?
same "proven in JSON exits 0" 0 $code
same "the verdict is a word" proven "$(field out.json verdict)"
same "a rehearsal is marked" True "$(field out.json rehearsal)"
same "evidence is true" True "$(field out.json evidence)"
same "a link has a state" "['holds']" "$(state key-binding)"
same "what cannot be shown is unproved" "['unproved']" "$(state read-back)"
code=0
"${X[@]}" sde.jwk "${P[@]}" --json >out.json 2>err || code=$?
same "refused in JSON exits 1" 1 $code
same "the verdict is a word again" "not proven" "$(field out.json verdict)"
same "evidence is false" False "$(field out.json evidence)"
same "one link fails" "['fails']" "$(state pck-root)"
same "what stands on it is not reached" "['not-reached']" \
    "$(state key-binding)"

# The receiver of a restore blob; the last key that init-recovery made.
B=("$ceremony" sd restore-blob --sd-file sd.json --sd-wrapping-keys h0.key
	h1.key --sd-exchange-key sde.body --sd-file-restore-blob)
hash=$(python3 -c 'import json, base64, sys
body = json.load(open("sde.body"))
sys.stdout.buffer.write(base64.b64decode(
    json.loads(body["transfer_key"])["x5c"][0]))' | sha)
expect_exit 1 "is not the certificate that was read back" "${B[@]}" blob \
    --exchange-sha256 "$other" "${P[@]}" "${R[@]}"
expect_exit 1 "link pck-root: " "${B[@]}" blob --exchange-sha256 "$hash" \
    "${P[@]}"
expect_exit 1 "link pool-name: " "${B[@]}" blob --exchange-sha256 "$hash" \
    --pool other --pin-mrsigner "$signer" "${R[@]}"
expect_exit 2 "--pool is missing beside the other pins" "${B[@]}" blob \
    --exchange-sha256 "$hash" --pin-mrsigner "$signer"
expect_exit 2 "who receives the domain must always be said" "${B[@]}" blob
check "nothing was written so far" test ! -e blob
expect_exit 0 "REHEARSAL, PROVEN" "${B[@]}" blob --exchange-sha256 "$hash" \
    "${P[@]}" "${R[@]}" --collateral carried
check "the pool is restored from that blob" "$pool" upload --dir pools \
    --name dst-pool --blob blob
"${B[@]}" blob2 --exchange-sha256 "$hash" "${P[@]}" "${R[@]}" --json \
    >out.json 2>err
same "its JSON says evidence" True "$(field out.json evidence)"
same "its JSON has the links" "['holds']" "$(state quote-signature)"
check "people read the links on stderr" grep -q 'HOLDS *key-binding' err
"${B[@]}" blob3 --without-evidence "a test" --json >out.json 2>err
same "without it, JSON says so" "False a test" \
    "$(field out.json evidence) $(field out.json without_evidence)"
expect_exit 1 "the certificate ended" "${B[@]}" blob4 --without-evidence x \
    --at 2100-01-01T00:00:00Z

# The real one.
shared=${CEREMONY_SHARED:-$root/../shared}
case $shared in
/*) ;;
*) shared=$root/$shared ;;
esac
V=$shared/vectors/azure/sd-real-2025
if [ ! -r "$V/exchange.cer" ]; then
	skip "the real exchange key" "no vectors in $shared (CEREMONY_SHARED)"
	finish
fi
P=(--pool test-mhsm-sd2q2avldvp4tl --pin-mrsigner
	db55904b231f08298eb093180562d07631c3cab9b7706b2efa53da58b42c943a)
AT=(--at 2025-05-01T00:00:00Z)
openssl x509 -in "$V/exchange.cer" -outform DER -out real.der
for f in "$V"/exchange.{cer,jwk.json,http-body.json} real.der; do
	expect_exit 0 "PROVEN: every link" "${X[@]}" "$f" "${P[@]}" "${AT[@]}"
	expect_exit 1 "link certificate-dates: " "${X[@]}" "$f" "${P[@]}"
	expect_exit 1 "not proven: " "${X[@]}" "$f" "${AT[@]}"
	expect_exit 1 "link pool-name: " "${X[@]}" "$f" --pool other \
	    "${P[@]:2}" "${AT[@]}"
	expect_exit 1 "link enclave-signer: " "${X[@]}" "$f" "${P[@]:0:2}" \
	    --pin-mrsigner "$other" "${AT[@]}"
	expect_exit 1 "link pck-root: the chain's root is not the rehearsal" \
	    "${X[@]}" "$f" "${P[@]}" "${AT[@]}" "${R[@]}"
done
check "it was said to be no rehearsal's" grep -q '^REHEARSAL' out
expect_exit 0 "PROVEN: every link" "${B[@]:0:9}" "$V/exchange.cer" \
    --sd-file-restore-blob real.blob --exchange-sha256 "$(sha <real.der)" \
    "${P[@]}" "${AT[@]}"
finish
