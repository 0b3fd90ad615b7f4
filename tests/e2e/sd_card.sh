#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Holders on cards: keys imported into software tokens open a domain, with
# and without a certificate on the card, and the blob holds its data.
set -eu
cd "$(dirname "$0")/../.."
export LANG=C.UTF-8 TERM=dumb
BIN=${BUILD:-build}/ceremony
MODULE=/usr/lib/softhsm/libsofthsm2.so
if ! command -v softhsm2-util >/dev/null || [ ! -r $MODULE ]; then
	echo "skip: SoftHSM is not installed"
	exit 77
fi
W=$(mktemp -d)
trap 'rm -rf "$W"' EXIT
export HOME=$W TMPDIR=$W SOFTHSM2_CONF=$W/softhsm2.conf
passed=0 failed=0

ok() { passed=$((passed + 1)); echo "ok   $1"; }
bad() { failed=$((failed + 1)); echo "FAIL $1"; sed 's/^/     /' "$W/err"; }
# expect CODE SENTENCE NAME COMMAND...
expect() {
	local want=$1 says=$2 name=$3 got=0
	shift 3
	"$@" >"$W/out" 2>"$W/err" </dev/null || got=$?
	if [ "$got" != "$want" ]; then bad "$name: exit $got, not $want"
	elif ! grep -qF -- "$says" "$W/err" "$W/out"; then bad "$name: does not say: $says"
	else ok "$name"; fi
}

mkdir "$W/tokens"
echo "directories.tokendir = $W/tokens" >"$SOFTHSM2_CONF"
for i in 0 1 2 3; do
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$W/h$i.key" \
		-out "$W/h$i.cer" -subj "/CN=holder-$i" -days 30 2>/dev/null
	softhsm2-util --init-token --free --label "holder-$i" --so-pin 12345678 \
		--pin "1234$i" >/dev/null
	softhsm2-util --import "$W/h$i.key" --token "holder-$i" --label wrap \
		--id 01 --pin "1234$i" >/dev/null
	printf '1234%s' $i >"$W/pin$i"
done
openssl req -x509 -newkey rsa:3072 -nodes -keyout "$W/ex.key" \
	-out "$W/ex.cer" -subj /CN=exchange -days 30 2>/dev/null
head -c 5000 /dev/urandom >"$W/a"
"$BIN" sd split --sd-wrapping-keys "$W"/h[012].cer --sd-quorum 2 \
	--datum hsm_backup="$W/a" --security-domain-file "$W/sd.json" >/dev/null \
	2>&1
card() { echo "pkcs11:token=holder-$1?pin-source=file:$W/pin$1"; }
M=(--module "$MODULE" --module-env "SOFTHSM2_CONF=$SOFTHSM2_CONF")
P=("$BIN" sd prove --sd-file "$W/sd.json" "${M[@]}" --token)

expect 0 "proven: 2 of 3" "two cards without certificates" \
	"${P[@]}" "$(card 0)" "$(card 2)"
expect 0 "proven: 3 of 3" "three cards agree" \
	"${P[@]}" "$(card 0)" "$(card 1)" "$(card 2)"
expect 1 "needs 2 holders; 1 of 2 is here" "one card" "${P[@]}" "$(card 0)"
expect 1 "is given twice" "the same card twice" \
	"${P[@]}" "$(card 0)" "$(card 0)"
expect 1 "opens none of the shares" "a card of nobody" \
	"${P[@]}" "$(card 0)" "$(card 3)"
expect 1 "are the same holder" "a card and the file of its key" \
	"${P[@]}" "$(card 0)" --sd-wrapping-keys "$W/h0.key"
expect 0 "proven: 2 of 3" "a card and a holder still on a file" \
	"${P[@]}" "$(card 0)" --sd-wrapping-keys "$W/h1.key"
if command -v pkcs11-tool >/dev/null; then
	for i in 0 1; do
		openssl x509 -in "$W/h$i.cer" -outform DER -out "$W/h$i.der"
		pkcs11-tool --module $MODULE --token-label "holder-$i" --login \
			--pin "1234$i" --write-object "$W/h$i.der" --type cert \
			--id 01 >/dev/null 2>&1
	done
	expect 0 "proven: 2 of 3" "two cards with certificates" \
		"${P[@]}" "$(card 0)" "$(card 1)"
	expect 0 "card 'holder-1'" "inspect names the card of a share" "$BIN" \
		sd inspect "$W/sd.json" "${M[@]}" --token "$(card 1)"
fi
printf 99999 >"$W/pin0"
expect 4 "PIN" "a wrong PIN" "${P[@]}" "$(card 0)" "$(card 2)"
printf 12340 >"$W/pin0"
expect 2 "pin-value" "a PIN in the URI" "${P[@]}" \
	"pkcs11:token=holder-0?pin-value=12340" "$(card 2)"
printf '12340\n12342\n' >"$W/pins"
# shellcheck disable=SC2016 # the inner shell expands them
expect 0 "proven: 2 of 3" "PINs from descriptors, in order" bash -c \
	'exec 7<"$0"; exec "$@" --pin-fd 7 7 </dev/null' "$W/pins" \
	"${P[@]}" pkcs11:token=holder-0 pkcs11:token=holder-2
expect 2 "PIN of card 'holder-0'" "no PIN and no terminal" \
	"${P[@]}" pkcs11:token=holder-0 pkcs11:token=holder-2
expect 2 "module" "no module" "$BIN" sd prove --sd-file "$W/sd.json" \
	--token "$(card 0)" "$(card 2)"
expect 0 "restore blob" "cards make a restore blob" "$BIN" sd restore-blob \
	--sd-file "$W/sd.json" --sd-exchange-key "$W/ex.cer" \
	--sd-file-restore-blob "$W/blob" "${M[@]}" --token "$(card 1)" \
	"$(card 2)" --without-evidence test
expect 0 "hsm_backup 5000 $(sha256sum <"$W/a" | cut -d' ' -f1)" \
	"the judge finds its data" python3 tests/e2e/judge.py "$W/blob" \
	"$W/ex.key"
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
