#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The token commands on SoftHSM cards of this test's own.
set -eu
export LANG=C.UTF-8 TERM=dumb
C=${BUILD:-build}/ceremony
M=/usr/lib/softhsm/libsofthsm2.so
for need in "$C" "$M"; do
	[ -r "$need" ] || { echo "skipped: no $need"; exit 77; }
done
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
export HOME=$T TMPDIR=$T
passed=0 failed=0 skipped=0

ok() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAILED: $*"; sed 's/^/    /' "$T/err" || :; }

# expect_exit CODE NAME cmd...
expect_exit() {
	local want=$1 name=$2 got=0
	shift 2
	"$@" >"$T/out" 2>"$T/err" || got=$?
	if [ "$got" -eq "$want" ]; then ok; else
		bad "$name: exit $got, wanted $want"; fi
}
# expect_text NAME FILE TEXT
expect_text() {
	if grep -qF -- "$3" "$2"; then ok; else
		bad "$1: no '$3' in:"; cat "$2"; fi
}
has() { command -v "$1" >/dev/null; }

mkdir "$T/cards"
printf 'directories.tokendir = %s\nobjectstore.backend = file\n' \
	"$T/cards" >"$T/conf"
export SOFTHSM2_CONF=$T/conf
MOD=(--module "$M" --module-env "SOFTHSM2_CONF=$T/conf")
tok() { local verb=$1; shift; "$C" token "$verb" "$@" "${MOD[@]}"; }
with_pin() { local pin=$1; shift; "$@" --pin-fd 7 7< <(echo "$pin"); }
initialise() {
	tok init "$1" --label "$2" --so-pin-fd 8 --pin-fd 7 --json \
		7< <(echo 123456) 8< <(echo 12345678)
}

# --- a blank card becomes a card with two keys
short_pin() {
	tok init "pkcs11:" --label x --so-pin-fd 8 --pin-fd 7 \
		7< <(echo 12) 8< <(echo 12345678)
}
expect_exit 4 "a PIN too short is refused before the card is emptied" short_pin
expect_text "with the lengths that fit" "$T/err" "PINs of 4 to 255 bytes fit"
expect_text "and the card as it was" "$T/err" "the card was not initialised"
expect_exit 0 "a blank card is initialised" initialise "pkcs11:" "holder one"
serial=$(python3 -c 'import json,sys; print(json.load(sys.stdin)["serial"])' <"$T/out")
U="pkcs11:serial=$serial"
expect_exit 0 "the list shows it" tok list --json
expect_text "the list gives an RFC 7512 URI" "$T/out" \
	"pkcs11:model=SoftHSM%20v2;manufacturer=SoftHSM%20project;serial=$serial;token=holder%20one"
uri=$(python3 -c 'import json,sys; print([t["uri"] for t in json.load(sys.stdin)["tokens"] if t["initialized"]][0])' <"$T/out")
expect_exit 0 "a wrapping key is made" with_pin 123456 tok generate "$uri" \
	--id 01 --use wrapping --bits 2048 --json
expect_text "it cannot leave the card" "$T/out" '"extractable":false'
expect_exit 0 "a signing key is made" with_pin 123456 tok generate "$U" \
	--id 02 --use signing --bits 2048
expect_exit 1 "an id in use is refused" with_pin 123456 tok generate "$U" \
	--id 02 --use signing --bits 2048
expect_text "and named" "$T/err" "with this id already"
expect_text "nothing changed is said" "$T/err" "nothing on the card was changed"

if has p11tool; then
	expect_exit 0 "p11tool accepts the URI" \
		p11tool --provider "$M" --list-all "$uri"
	expect_text "and finds the keys by it" "$T/out" "serial=$serial"
else
	skipped=$((skipped + 1))
fi

# --- certificates
expect_exit 0 "a wrapping certificate" with_pin 123456 tok certificate "$U" \
	--id 01 --subject "test holder-1" -o "$T/w.cer"
expect_exit 0 "a signing certificate" with_pin 123456 tok certificate "$U" \
	--id 02 --subject "test signer-1" -o "$T/s.cer"
expect_exit 0 "openssl verifies it as its own issuer" openssl verify \
	-check_ss_sig -CAfile "$T/w.cer" -partial_chain "$T/w.cer"
openssl x509 -in "$T/w.cer" -noout -text >"$T/text"
expect_text "its use" "$T/text" "Key Encipherment"
expect_text "no CA" "$T/text" "CA:FALSE"
expect_text "its end" "$T/text" "Dec 31 23:59:59 2049 GMT"
expect_exit 1 "an existing output is refused" with_pin 123456 tok certificate \
	"$U" --id 01 --subject x -o "$T/w.cer"

# --- signing
printf 'ceremony-test-v1 hello\n' >"$T/t"
expect_exit 0 "a test text is signed" with_pin 123456 tok sign "$U" --id 02 \
	"$T/t" -o "$T/t.sig"
openssl x509 -in "$T/s.cer" -noout -pubkey >"$T/s.pub"
expect_exit 0 "openssl verifies the signature" openssl dgst -sha256 \
	-verify "$T/s.pub" -signature "$T/t.sig" "$T/t"
printf 'pay 100\n' >"$T/u"
expect_exit 1 "any other text is refused" with_pin 123456 tok sign "$U" \
	--id 02 "$T/u" -o "$T/u.sig"
expect_text "with its reason" "$T/err" "does not begin with ceremony-test-v1"
expect_exit 1 "and no file is made" test -e "$T/u.sig"

# --- probing and PINs
expect_exit 0 "the keys are probed" with_pin 123456 tok probe "$U" --json
expect_text "OAEP goes the raw way on SoftHSM" "$T/out" '"oaep":"raw"'
echo 123456 >"$T/pin"
expect_exit 0 "a pin-source file serves" tok probe "$U;id=%01?pin-source=file:$T/pin"
expect_exit 4 "a wrong PIN" with_pin 999999 tok probe "$U"
expect_text "is called so" "$T/err" "wrong PIN"
expect_exit 2 "an empty PIN" with_pin "" tok probe "$U"
expect_exit 2 "no PIN and no terminal" setsid "$C" token probe "$U" "${MOD[@]}"
expect_text "says what to give" "$T/err" "--pin-fd N"
expect_exit 2 "a PIN on the command line" tok probe "$U" --pin 123456
expect_exit 2 "a PIN in the URI" tok probe "$U?pin-value=123456"
expect_exit 1 "which is not echoed" grep -q 123456 "$T/err"

# --- cards and modules that are not there
expect_exit 4 "an absent card" tok show "pkcs11:serial=0000000000000000"
expect_text "is named" "$T/err" "serial '0000000000000000'"
expect_exit 2 "no module" "$C" token list
expect_text "lists those found" "$T/err" "$M"
expect_exit 4 "a module that is none" "$C" token list --module /etc/passwd
expect_exit 2 "a foreign variable" "$C" token list --module "$M" \
	--module-env LD_PRELOAD=/x
expect_exit 6 "a site file that is not there" tok list --site x.yaml
expect_exit 0 "module-path in the URI" "$C" token list \
	"pkcs11:?module-path=$M" --module-env "SOFTHSM2_CONF=$T/conf"

# --- keys made elsewhere
if has softhsm2-util && has pkcs11-tool; then
	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 \
		-outform PEM -out "$T/k.pem" 2>/dev/null
	openssl pkcs8 -topk8 -nocrypt -in "$T/k.pem" -out "$T/k.p8"
	expect_exit 0 "softhsm2-util imports" softhsm2-util --import "$T/k.p8" \
		--serial "$serial" --label imported --id 0a --pin 123456
	openssl rsa -in "$T/k.pem" -outform DER -out "$T/k.der" 2>/dev/null
	expect_exit 0 "pkcs11-tool imports a lone private key" pkcs11-tool \
		--module "$M" --token-label "holder one" --login --pin 123456 \
		--write-object "$T/k.der" --type privkey --id 0b \
		--usage-decrypt --usage-sign
	expect_exit 0 "an imported key works" with_pin 123456 tok probe "$U;id=%0a"
	expect_exit 0 "a lone private key works" with_pin 123456 tok probe "$U;id=%0b"
	expect_exit 0 "and gets its certificate" with_pin 123456 tok certificate \
		"$U" --id 0b --subject "lone key" -o "$T/lone.cer"
else
	skipped=$((skipped + 5))
fi

# --- wiping
expect_exit 1 "a wrong serial wipes nothing" with_pin 123456 tok wipe "$U" \
	--yes-wipe 1234
expect_text "both are named" "$T/err" "the card's is '$serial'"
expect_exit 0 "the keys are still there" with_pin 123456 tok probe "$U;id=%01"
expect_exit 0 "the right serial wipes" with_pin 123456 tok wipe "$U" \
	--yes-wipe "$serial"
expect_exit 4 "no key is left" with_pin 123456 tok probe "$U"

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
