#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# byok wrap: every blob opens with the openssl command line alone, to the very
# key; what must not be wrapped, or wrapped to, is refused.
set -eu
. "$(dirname "$0")/../lib.sh"
. "$root/tests/byok.sh"

kid=https://hsm1.managedhsm.azure.net/keys/KEKforBYOK/0123456789abcdef0123456789abcdef

for bits in 2048 3072 4096; do
	openssl genrsa -out kek$bits.key $bits 2>/dev/null
	openssl pkey -in kek$bits.key -pubout -out kek$bits.pem
	openssl genrsa -out rsa$bits.pem $bits 2>/dev/null
done
for curve in 256 384 521; do
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-$curve \
	    -out ec$curve.pem
done
for key in rsa2048 rsa3072 rsa4096 ec256 ec384 ec521; do
	openssl pkcs8 -topk8 -nocrypt -in $key.pem -outform DER -out $key.want
done
for bits in 128 192 256; do
	openssl rand -out oct$bits.want $((bits / 8))
done

W=("$ceremony" byok wrap --kid "$kid")
for bits in 2048 3072 4096; do
	for key in rsa2048 rsa3072 rsa4096 ec256 ec384 ec521; do
		check "$key is wrapped under RSA-$bits" "${W[@]}" \
		    --kek kek$bits.pem --key $key.pem -o $key-$bits.byok
	done
	for key in oct128 oct192 oct256; do
		check "$key is wrapped under RSA-$bits" "${W[@]}" \
		    --kek kek$bits.pem --oct $key.want -o $key-$bits.byok
	done
	for key in rsa2048 rsa3072 rsa4096 ec256 ec384 ec521 oct128 oct192 \
	    oct256; do
		check "openssl alone opens $key under RSA-$bits" \
		    unwrap "$key-$bits.byok" "kek$bits.key" $bits
		check "it is the very key" cmp got "$key.want"
	done
done
# docs/format/byok.md: KEK 3072.  RSA keys vary by some bytes.
for line in ec256:138:536 ec521:241:640 oct256:32:424; do
	IFS=: read -r key plain size <<<"$line"
	cut_blob "$key-3072.byok" 384
	same "$key has $plain bytes" "$plain" "$(stat -c %s "$key.want")"
	same "$key makes $size bytes" "$size" "$(cat size)"
done
cut_blob rsa2048-3072.byok 384
same "RSA-2048 makes 384 + 8 + its length to the next 8" \
    $((384 + 8 + ($(stat -c %s rsa2048.want) + 7) / 8 * 8)) "$(cat size)"

# Other shapes of the same key: encrypted, traditional, with parameters first.
openssl pkcs8 -topk8 -in rsa2048.pem -passout pass:sesame -out secret.pem
echo sesame >word
expect_exit 0 "Wrote s1.byok" bash -c '"$@" 5<word' - "${W[@]}" \
    --kek kek2048.pem --key secret.pem --password-fd 5 -o s1.byok
check "an encrypted key opens to the same" unwrap s1.byok kek2048.key 2048
check "and is the very key" cmp got rsa2048.want
expect_exit 1 "secret.pem: the private key is encrypted and no password" \
    "${W[@]}" --kek kek2048.pem --key secret.pem -o s2.byok
echo other >word
expect_exit 1 "does not open" bash -c '"$@" 5<word' - "${W[@]}" \
    --kek kek2048.pem --key secret.pem --password-fd 5 -o s2.byok
{
	openssl ecparam -name secp384r1
	openssl ec -in ec384.pem 2>/dev/null
} >old.pem
expect_exit 0 "Key:  EC, 384 bits, P-384" "${W[@]}" --kek kek2048.pem \
    --key old.pem -o old.byok
check "a traditional EC key opens" unwrap old.byok kek2048.key 2048
check "as PKCS #8" cmp got ec384.want

# The KEK is checked.
show_kek kek3072.pem "$kid" import >show.json
show_kek kek2048.pem "$kid" import >other.json
show_kek kek3072.pem "$kid" "import decrypt" >ops.json
hash=$(openssl pkey -pubin -in kek3072.pem -outform DER | sha256sum |
    cut -d' ' -f1)
X=("${W[@]}" --kek kek3072.pem --key ec256.pem -o x.byok)
expect_exit 1 "other.json: its \"n\" is not that of the KEK's public key" \
    "${X[@]}" --kek-show other.json
expect_exit 1 "ops.json: its key operations are not exactly \"import\"" \
    "${X[@]}" --kek-show ops.json
expect_exit 3 "kek3072.pem" "${X[@]}" --kek-show kek3072.pem
expect_exit 1 "its fingerprint is another" "${X[@]}" \
    --kek-sha256 "$(printf x | sha256sum | cut -d' ' -f1)"
expect_exit 2 "is not 64 hex digits" "${X[@]}" --kek-sha256 00
expect_exit 1 "is not that of the pool hsm2" "${X[@]}" --pool hsm2
expect_exit 1 "is no managed HSM's" "$ceremony" byok wrap --kek kek3072.pem \
    --kid https://v.vault.azure.net/keys/K/0123456789abcdef0123456789abcdef \
    --key ec256.pem -o x.byok
expect_exit 1 "is not https://HOST/keys/NAME/VERSION" "$ceremony" byok wrap \
    --kek kek3072.pem --kid https://hsm1.managedhsm.azure.net/keys/K \
    --key ec256.pem -o x.byok
expect_exit 1 "a KEK is an RSA key of 2048, 3072 or 4096 bits" bash -c '
	openssl pkey -in ec256.pem -pubout -out ec.pub; exec "$@"' - \
    "${W[@]}" --kek ec.pub --key ec256.pem -o x.byok
expect_exit 3 "it is no public key" bash -c 'echo no >no.pem; exec "$@"' - \
    "${W[@]}" --kek no.pem --key ec256.pem -o x.byok

# And the key.
expect_exit 2 "--key PEM or --oct FILE or --token URI" "${W[@]}" --kek kek3072.pem -o x.byok
expect_exit 2 "--key PEM or --oct FILE or --token URI" "${X[@]}" --oct oct128.want
expect_exit 2 "--password-fd belongs to --key" "${W[@]}" --kek kek3072.pem \
    --oct oct128.want --password-fd 5 -o x.byok
expect_exit 3 "kek3072.pem: it holds no readable private key" "${W[@]}" \
    --kek kek3072.pem --key kek3072.pem -o x.byok
expect_exit 1 "an oct key has 16, 24 or 32" "${W[@]}" --kek kek3072.pem \
    --oct rsa2048.want -o x.byok
openssl genrsa -primes 3 -out three.pem 2048 2>/dev/null
expect_exit 1 "three.pem: an RSA key of more than two primes" "${W[@]}" \
    --kek kek3072.pem --key three.pem -o x.byok
expect_exit 1 "the private half of the KEK itself" "${W[@]}" --kek kek2048.pem \
    --key kek2048.key -o x.byok
openssl genpkey -algorithm ED25519 -out ed.pem
expect_exit 1 "neither RSA nor EC on P-256" "${W[@]}" --kek kek3072.pem \
    --key ed.pem -o x.byok
expect_exit 1 "oct128-2048.byok exists already" "${W[@]}" --kek kek3072.pem \
    --oct oct128.want -o oct128-2048.byok
check "no blob was written on any refusal" test ! -e x.byok

# All of it said, for people and for machines.
expect_exit 0 "${hash:0:4} ${hash:4:4} ${hash:8:4}" "${X[@]}" \
    --kek-show show.json --kek-sha256 "$hash" --pool hsm1
check "only the key in a file and the KEK's origin are warned of" test \
	"$(grep -c WARNING out)" = 2
check "the origin as not proven" grep -q "origin is not proven" out
check "a key in a file is warned of" grep -q 'ec256.pem is a key in a file' out
expect_exit 0 "without --kek-show nothing says" "${W[@]}" --kek kek3072.pem \
    --oct oct128.want -o y.byok
check "and of the fingerprint too" grep -q 'without --kek-sha256' out
"${W[@]}" --kek kek3072.pem --key ec256.pem -o z.byok --json >out.json 2>err
same "its JSON has fingerprint, type, curve and the blob's hash" \
    "$hash EC P-256 False $(sha256sum z.byok | cut -d' ' -f1)" \
    "$(python3 -c 'import json
v = json.load(open("out.json"))
print(v["kek_sha256"], v["type"], v["curve"], v["kek_ratified"],
      v["sha256"])')"
python3 -c 'import base64, json
v = json.load(open("out.json"))
open("spki", "wb").write(base64.b64decode(v["public_key"]))'
openssl pkey -in ec256.pem -pubout -outform DER -out spki.want
check "and the public key that the import must show" cmp spki spki.want
printf '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' >block
"${W[@]}" --kek kek3072.pem --oct oct256.want -o k.byok --json \
    >out.json 2>err
same "an oct key's check value is AES of a zero block" \
    "$(openssl enc -aes-256-ecb -nopad -K "$(hex oct256.want)" \
    -in block | od -An -tx1 -N3 | tr -d ' ')" \
    "$(python3 -c 'import json
print(json.load(open("out.json"))["check_value"])')"
finish
