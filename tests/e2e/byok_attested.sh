#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# byok wrap --kek-attestation: with a real attestation the report says what is
# proven of the KEK; of another key, kid or pool it is refused.
set -eu
. "$(dirname "$0")/../lib.sh"
shared_dir
real=$shared/vectors/azure/attestation-rsa-restored.json
[ -r "$real" ] || skip_all "no real attestation among the vectors"
need openssl python3

# Its key as az downloads it, and its kid.
python3 - "$real" >kid <<'END2'
import base64, json, sys
key = json.load(open(sys.argv[1]))["key"]
def num(s):
    b = base64.urlsafe_b64decode(s + "=" * (-len(s) % 4)).lstrip(b"\0")
    return tlv(2, (b"\0" if b[0] & 128 else b"") + b)
def tlv(tag, b):
    n = len(b)
    head = bytes([n]) if n < 128 else bytes([0x82, n >> 8, n & 255])
    return bytes([tag]) + head + b
rsa = tlv(0x30, num(key["n"]) + num(key["e"]))
alg = bytes.fromhex("300d06092a864886f70d0101010500")
open("kek.der", "wb").write(tlv(0x30, alg + tlv(3, b"\0" + rsa)))
print(key["kid"])
END2
kid=$(cat kid)
openssl pkey -pubin -inform DER -in kek.der -out kek.pem
openssl rand -out oct 32
root=$("$ceremony" attestation verify "$real" --at 2026-01-01T00:00:00Z --json |
	python3 -c 'import json, sys
print(json.load(sys.stdin)["owner_root_sha256"])')
wrap()
{
	rm -f x.byok
	"$ceremony" byok wrap --kek kek.pem --kid "$kid" --oct oct -o x.byok \
		--at 2026-01-01T00:00:00Z "$@"
}
expect_exit 0 "WARNING: the KEK's origin is not proven" wrap
expect_exit 0 "attested: an HSM made it, and it was never extractable; that \
it is the pool's is not proven" wrap --kek-attestation "$real"
expect_exit 0 "attested: an HSM of the pool whose owner root was recorded" \
	wrap --kek-attestation "$real" --owner-root "$root"
refute "then no warning speaks of its origin" grep -q "WARNING: attested" \
	"$tmp/out"
for case in 'attested-recorded|--owner-root '"$root" 'attested|'; do
	# shellcheck disable=SC2086 # words
	wrap --kek-attestation "$real" ${case#*|} --json >out.json 2>err
	same "its JSON says ${case%%|*}" "${case%%|*}" "$(python3 -c 'import json
print(json.load(open("out.json"))["kek_origin"])')"
done
expect_exit 1 "link owner-root" wrap --kek-attestation "$real" \
	--owner-root "$(printf x | sha256sum | cut -d' ' -f1)"
expect_exit 2 "is not a SHA-256" wrap --kek-attestation "$real" \
	--owner-root 00
expect_exit 2 "--owner-root belongs to --kek-attestation" wrap --owner-root \
	"$root"
expect_exit 3 "kek.pem" wrap --kek-attestation kek.pem
kid=${kid/keys\/key1/keys\/key2}
expect_exit 1 "link key-id: the KEK: the kid names" wrap \
	--kek-attestation "$real"
kid=$(cat kid)
openssl genrsa 2048 2>/dev/null | openssl pkey -pubout -out kek.pem
expect_exit 1 "link key: the KEK" wrap --kek-attestation "$real"
check "no blob was written on a refusal" test ! -e x.byok
finish
