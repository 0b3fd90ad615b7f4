#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A key that byok wrap encrypts, and what it travels under from a card, lie in
# memory where and as long as docs/secrets.md says, and nowhere else.
# timeout: 200
set -eu
. "$(dirname "$0")/../lib.sh"
. "$root/tests/secrets/lib.sh"
secrets_need
need pkcs11-tool softhsm2-util
soft=/usr/lib/softhsm/libsofthsm2.so
[ -e "$soft" ] || skip_all 'softhsm2 is not installed'

kid=https://hsm1.managedhsm.azure.net/keys/KEK/0123456789abcdef0123456789abcdef
openssl genrsa 3072 2>/dev/null | openssl pkey -pubout -out kek.pem
openssl genrsa -out rsa.pem 2048 2>/dev/null
openssl rand -out oct 32
wrap=(byok wrap --kek kek.pem --kid "$kid")
for kind in - target; do
	kept=()
	[ $kind = - ] || kept=(--kept "$kind")
	look "file$kind" $kind "${wrap[@]}" --key rsa.pem -o "f$kind.byok" &&
		judged byok "file$kind.found" "${kept[@]}"
	look "oct$kind" $kind "${wrap[@]}" --oct oct -o "o$kind.byok" &&
		judged byok-oct "oct$kind.found" "${kept[@]}"
done

mkdir tokens
export SOFTHSM2_CONF=$tmp/softhsm2.conf
echo "directories.tokendir = $tmp/tokens" >"$SOFTHSM2_CONF"
softhsm2-util --init-token --free --label origin --so-pin 12345678 \
	--pin 70935162 >/dev/null
pkcs11-tool --module "$soft" --token-label origin --login --pin 70935162 \
	--write-object rsa.pem --type privkey --id 01 --label it \
	--extractable --sensitive >log 2>&1
echo 70935162 >pin
card=("${wrap[@]}" --token "pkcs11:token=origin;object=it?pin-source=file:$tmp/pin"
	--module "$soft" --module-env "SOFTHSM2_CONF=$SOFTHSM2_CONF")
look card - "${card[@]}" -o c.byok
judged byok-card card.found --module libsofthsm2.so \
	"$(module_version $soft)"
for kind in target card-aes pin; do
	look "card-$kind" $kind "${card[@]}" -o "c-$kind.byok" &&
		judged byok-card "card-$kind.found" --kept $kind
done
finish
