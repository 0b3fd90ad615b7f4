#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Exports that somebody else signed: made whole with other keys, by a
# certificate that the system's store trusts, by one that poses as an
# authority, by a wrapping key.  Both verifiers refuse them against the true
# signers, whatever the system trusts.
set -eu
. "$(dirname "$0")/../lib.sh"
need python3 openssl
export PYTHONDONTWRITEBYTECODE=1
vectors=$root/docs/format/vectors

mkdir laid
check 'the vectors are laid out' python3 "$root/tests/audit/judge_vectors.py" \
    "$root/audit/verify.py" "$ceremony" "$vectors" laid \
    export forged ca plain-ca wrapping-signer self-signature
true=laid/export/certs/signers.pem

# The system's store is the forger's: both variables that OpenSSL reads.
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem \
    -subj /CN=trusted-by-all -days 30 2>/dev/null
openssl req -newkey rsa:2048 -nodes -keyout leaf.key -out leaf.csr \
    -subj /CN=leaf 2>/dev/null
printf '%s\n' 'basicConstraints=critical,CA:FALSE' \
    'keyUsage=critical,digitalSignature' >leaf.ext
openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial \
    -days 30 -extfile leaf.ext -out leaf.pem 2>/dev/null
mkdir store
cp ca.pem leaf.pem store/
cat laid/*/certs/signers.pem ca.pem leaf.pem >all.pem
openssl rehash store
export SSL_CERT_FILE=$tmp/all.pem SSL_CERT_DIR=$tmp/store

# by EXIT TEXT EXPORT
by()
{
	expect_exit "$1" "$2" "$ceremony" audit verify "$3" --signers "$true"
	expect_exit "$1" "$2" python3 "$root/audit/verify.py" "$3" --signers \
	    "$true"
}
by 0 'anchored' laid/export
by 1 'are required' laid/forged
by 1 'journal.jsonl' laid/ca
by 1 'journal.jsonl' laid/plain-ca
by 1 'journal.jsonl' laid/wrapping-signer
by 1 'journal.jsonl' laid/self-signature

# A manifest signed by a certificate that the system's store vouches for.
cp -a laid/export sold
openssl cms -sign -binary -md sha256 -in sold/manifest.json -outform DER \
    -signer leaf.pem -inkey leaf.key -out sold/manifest.json.p7s \
    -noattr 2>/dev/null
by 1 'manifest.json.p7s' sold
openssl cms -sign -binary -md sha256 -in sold/manifest.json -outform DER \
    -signer leaf.pem -inkey leaf.key -out sold/manifest.json.p7s 2>/dev/null
check 'openssl, asked without care, takes it' openssl cms -verify -binary \
    -inform DER -in sold/manifest.json.p7s -content sold/manifest.json \
    -purpose any -out /dev/null
by 1 'manifest.json.p7s' sold
finish
