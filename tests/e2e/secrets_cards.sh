#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# PINs and management keys of PIV cards lie where docs/secrets.md says: the
# program and its children are searched while ykcs11 and OpenSC use a virtual
# card over a pcscd of the test's own.
# timeout: 300
set -eu
. "$(dirname "$0")/../cards/pcsc.sh"
. "$(dirname "$0")/../lib.sh"
. "$root/tests/secrets/lib.sh"
secrets_need
pcsc_need
need pkcs11-tool
yk=$(find /usr/lib -name libykcs11.so | head -n 1)
sc=$(find /usr/lib -name opensc-pkcs11.so | head -n 1)
[ -n "$yk" ] || skip_all 'ykcs11 is not installed'
[ -n "$sc" ] || skip_all 'the module of OpenSC is not installed'
mgm=$(openssl rand -hex 24)
pin=70935162
puk=38104629

for i in 0 1; do
	openssl req -x509 -newkey rsa:2048 -nodes -keyout h$i.key \
	    -out h$i.cer -subj "/CN=holder-$i" -days 30 2>/dev/null
done
head -c 3000 /dev/urandom >datum

pcsc_start 1
card_start one 0 --serial 7771
card_in 0
yk_version=$(module_version "$yk")
sc_version=$(module_version "$sc")

# --- ykcs11: from the factory to a key with its certificate ---

# with_yk NAME KEEP VERB...: PIN, PUK and management key come on 5, 6 and 7.
with_yk()
{
	look "$1" "$2" token "${@:3}" --module "$yk" 5<<<$pin 6<<<$puk \
	    7<<<"$mgm"
}
init=(init pkcs11: --label one --so-pin-fd 7 --pin-fd 5 --puk-fd 6)
with_yk init - "${init[@]}"
with_yk key - generate pkcs11: --id 03 --use wrapping --bits 2048 \
	--pin-fd 5 --so-pin-fd 7
with_yk cert - certificate pkcs11: --id 03 --subject one --pin-fd 5 \
	--so-pin-fd 7 -o card.cer
judged token-piv init.found key.found cert.found --module libykcs11.so \
	"$yk_version"

# --- a share on the card opens a domain ---

check "a domain for two files and the card" "$ceremony" sd split \
	--sd-wrapping-keys h0.cer h1.cer card.cer --sd-quorum 2 \
	--datum hsm_backup=datum --security-domain-file sd.json
# prove NAME KEEP MODULE
prove()
{
	look "$1" "$2" sd prove --sd-file sd.json --sd-wrapping-keys h0.key \
	    --module "$3" --token pkcs11: --pin-fd 5 5<<<$pin
}
prove with-yk - "$yk" &&
    judged prove-card with-yk.found --module libykcs11.so "$yk_version"
prove with-sc - "$sc" &&
    judged prove-card with-sc.found --module opensc-pkcs11.so "$sc_version"

# --- each wipe switched off: a factory's card for each ---

card_stop one
card_out 0
for kind in puk so-pin pin; do
	card_start "$kind" 0 --serial 7772
	card_in 0
	with_yk "init-$kind" $kind "${init[@]}" &&
	    judged token-piv "init-$kind.found" --kept $kind
	card_stop "$kind"
	card_out 0
done
finish
