#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# byok wrap --token: a key that may leave its card is wrapped by the card, and
# the blob opens with openssl alone to the very key; one that may not is
# refused with the reason.
# timeout: 180
set -eu
. "$(dirname "$0")/../lib.sh"
. "$root/tests/byok.sh"
need pkcs11-tool softhsm2-util openssl python3
soft=/usr/lib/softhsm/libsofthsm2.so
[ -e "$soft" ] || skip_all 'softhsm2 is not installed'

kid=https://hsm1.managedhsm.azure.net/keys/KEKforBYOK/0123456789abcdef0123456789abcdef
mkdir store
printf 'directories.tokendir = %s/store\nlog.level = ERROR\n' "$tmp" >soft.conf
export SOFTHSM2_CONF=$tmp/soft.conf
softhsm2-util --init-token --free --label origin --so-pin 12345678 \
	--pin 123456 >/dev/null
p11() { pkcs11-tool --module "$soft" --token-label origin --login \
	--pin 123456 "$@" >p11.log 2>&1 || { cat p11.log; return 1; }; }

openssl genrsa -out kek.key 3072 2>/dev/null
openssl pkey -in kek.key -pubout -out kek.pem
# Keys that were imported, so that we know them.
n=0
put() { # LABEL TYPE FILE [OPTION...]
	n=$((n + 1))
	p11 --write-object "$3" --type "$2" --id "$(printf %02x $((n + 16)))" \
		--label "$1" "${@:4}"
}
for bits in 2048 3072 4096; do
	openssl genrsa -out rsa$bits.pem $bits 2>/dev/null
	put rsa$bits privkey rsa$bits.pem --extractable --sensitive
done
for curve in 256 384 521; do
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-$curve \
		-out ec$curve.pem
	put ec$curve privkey ec$curve.pem --extractable
done
for key in rsa2048 rsa3072 rsa4096 ec256 ec384 ec521; do
	openssl pkcs8 -topk8 -nocrypt -in $key.pem -outform DER -out $key.want
done
for bits in 128 192 256; do
	openssl rand -out oct$bits.want $((bits / 8))
	put oct$bits secrkey oct$bits.want --key-type AES:$((bits / 8)) \
		--extractable --sensitive
done
put kept privkey ec256.pem --sensitive
put kekself privkey kek.key --extractable
p11 --keypairgen --key-type EC:secp256k1 --id 31 --label odd --extractable
p11 --keypairgen --key-type rsa:2048 --id 32 --label local --extractable
check "the card has them all" test "$(grep -c 'Key Object' <(pkcs11-tool \
	--module "$soft" --token-label origin --login --pin 123456 -O))" -ge 13

echo 123456 >pin
# wrap URI-PART [OPTION...]: from the card into x.byok.
wrap()
{
	rm -f x.byok
	"$ceremony" byok wrap --kek kek.pem --kid "$kid" --token \
		"pkcs11:token=origin;$1" --module "$soft" --module-env \
		"SOFTHSM2_CONF=$SOFTHSM2_CONF" --pin-fd 5 -o x.byok "${@:2}" \
		5<pin
}
for key in rsa2048 rsa3072 rsa4096 ec256 ec384 ec521 oct128 oct192 oct256; do
	check "$key is wrapped from the card" wrap "object=$key"
	check "openssl alone opens it" unwrap x.byok kek.key 3072
	check "to the very key" cmp got $key.want
done
expect_exit 0 "the key on card 'origin' (serial" wrap object=ec256
expect_exit 0 "Key:  EC, 256 bits, P-256; SHA-256 of its public key" \
	wrap id=%14
wrap object=rsa2048 --json >out.json 2>err
same "its JSON has the source and what the import must show" "card RSA 2048" \
	"$(python3 -c 'import json
v = json.load(open("out.json"))
print(v["source"], v["type"], v["bits"])')"
python3 -c 'import base64, json
open("spki", "wb").write(base64.b64decode(json.load(open("out.json"))
    ["public_key"]))'
openssl pkey -in rsa2048.pem -pubout -outform DER -out spki.want
check "and the public key" cmp spki spki.want
refute "but not the private one" grep -q "$(base64 -w0 rsa2048.want |
	cut -c100-160)" out.json err
check "a key made on the card is wrapped too" wrap object=local
check "and opens" unwrap x.byok kek.key 3072
check "to a sound key" openssl pkey -inform DER -in got -check -noout

# What is refused, and leaves nothing.
expect_exit 1 "may not leave its card (CKA_EXTRACTABLE is false)" \
	wrap object=kept
check "no blob was written" test ! -e x.byok
expect_exit 4 "0 private or secret keys on the card fit the URI" \
	wrap object=none
expect_exit 4 "13 private or secret keys on the card fit the URI: say which" \
	wrap model=SoftHSM%20v2
expect_exit 4 "0 private or secret keys" wrap 'object=ec256;type=secret-key'
expect_exit 1 "neither RSA nor EC on P-256" wrap object=odd
expect_exit 1 "the private half of the KEK itself" wrap object=kekself
echo 111111 >pin
expect_exit 4 "wrong PIN" wrap object=ec256
echo 123456 >pin
expect_exit 2 "--pin-fd belongs to --token" "$ceremony" byok wrap --kek \
	kek.pem --kid "$kid" --key ec256.pem --pin-fd 5 -o x.byok
expect_exit 2 "--site belongs to --token" "$ceremony" byok wrap --kek \
	kek.pem --kid "$kid" --key ec256.pem --site s.yaml -o x.byok
expect_exit 2 "pin-value" "$ceremony" byok wrap --kek kek.pem --kid "$kid" \
	--token 'pkcs11:token=origin?pin-value=123456' --module "$soft" \
	-o x.byok
check "no blob was written on any refusal" test ! -e x.byok
check "the card still has every key" test "$(grep -c 'Private Key Object' <(
	pkcs11-tool --module "$soft" --token-label origin --login --pin \
	123456 -O))" = 10
finish
