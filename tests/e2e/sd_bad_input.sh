#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every broken domain is refused with its own sentence and exit code, and
# nothing is written.  What it prints is the table: case, exit, sentence.
set -eu
cd "$(dirname "$0")/../.."
export LANG=C.UTF-8 TERM=dumb
BIN=$(realpath "${BUILD:-build}/ceremony")
W=$(mktemp -d)
trap 'rm -rf "$W"' EXIT
export HOME=$W TMPDIR=$W
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
	else ok "$(printf '%-38s exit %s  %s' "$name" "$want" "$says")"; fi
}

for i in 0 1 2 3; do
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$W/h$i.key" \
		-out "$W/h$i.cer" -subj "/CN=holder-$i" -days 30 2>/dev/null
done
openssl req -x509 -newkey rsa:3072 -nodes -keyout "$W/ex.key" \
	-out "$W/ex.cer" -subj /CN=exchange -days 30 2>/dev/null
python3 tests/e2e/sd_make.py "$W"
cd "$W"

expect 0 "proven: 2 of 3" "the independent writer's domain is proven" \
	"$BIN" sd prove --sd-file good.json --sd-wrapping-keys h0.key h2.key
expect 0 "proven: 3 of 3" "all its holders agree" \
	"$BIN" sd prove --sd-file good.json --sd-wrapping-keys h[012].key
: >seen
while IFS='|' read -r file code keys says; do
	list=()
	for ((k = 0; k < ${#keys}; k++)); do list+=("h${keys:k:1}.key"); done
	expect "$code" "$says" "$file" "$BIN" sd restore-blob --sd-file "$file" \
		--sd-exchange-key ex.cer --sd-file-restore-blob blob \
		--sd-wrapping-keys "${list[@]}" --without-evidence test
	if [ -e blob ]; then bad "$file: a blob was written"; rm -f blob; fi
	if ! grep -q '^  Certain' err; then bad "$file: does not say what is certain"; fi
done <cases

# What the receiver, the output and the files must be.
R=("$BIN" sd restore-blob --sd-file good.json --sd-wrapping-keys h0.key h1.key
	--sd-file-restore-blob blob)
X=(--sd-exchange-key ex.cer)
expect 2 "who receives the domain must always be said" "no receiver" \
	"${R[@]}" "${X[@]}"
expect 2 "--pool is missing beside the other pins" "half the pins" \
	"${R[@]}" "${X[@]}" --exchange-sha256 00 --pin-mrsigner 00
H=$(printf '0%.0s' {1..64})
expect 2 "is not 64 hex digits" "a short pin" \
	"${R[@]}" "${X[@]}" --exchange-sha256 00 --pool p --pin-mrsigner "$H"
expect 2 "--pin-mrsigner: '00' is not 64" "a short MRSIGNER" \
	"${R[@]}" "${X[@]}" --exchange-sha256 "$H" --pool p --pin-mrsigner 00
expect 1 "is not the certificate that was read back" "another hash" \
	"${R[@]}" "${X[@]}" --exchange-sha256 "$H" --pool p --pin-mrsigner "$H"
E=$(openssl x509 -in ex.cer -outform DER | sha256sum | cut -d' ' -f1)
expect 1 "link certificate-use: the certificate is a CA" "pins and a CA" \
	"${R[@]}" "${X[@]}" --exchange-sha256 "$E" --pool exchange. \
	--pin-mrsigner "$H"
expect 2 "given together" "pins and a reason" \
	"${R[@]}" "${X[@]}" --pool p --without-evidence test
expect 2 "given together" "a lesser pin and a reason" \
	"${R[@]}" "${X[@]}" --pin-svn 2 --without-evidence test
expect 2 "wants a reason in words" "an empty reason" \
	"${R[@]}" "${X[@]}" --without-evidence " "
echo mine >taken
expect 1 "taken exists already" "an output that exists" "$BIN" sd \
	restore-blob --sd-file good.json --sd-exchange-key ex.cer \
	--sd-wrapping-keys h0.key h1.key --sd-file-restore-blob taken \
	--without-evidence test
if [ "$(cat taken)" = mine ]; then ok "it is left as it was"; else bad "it was changed"; fi
if grep -q WARNING err; then bad "a key was loaded before that was known"; fi
expect 1 "the exchange key has 2048 bits" "a small exchange key" \
	"${R[@]}" --sd-exchange-key h3.cer --without-evidence test
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	-keyout ec.key -out ec.cer -subj /CN=ec -days 30 2>/dev/null
expect 1 "its key is not RSA" "an exchange key that is not RSA" \
	"${R[@]}" --sd-exchange-key ec.cer --without-evidence test
expect 1 "the certificate ended" "an expired exchange certificate" \
	"${R[@]}" "${X[@]}" --without-evidence test --at 2100-01-01T00:00:00Z
expect 3 "no exchange key" "an empty exchange certificate" \
	"${R[@]}" --sd-exchange-key case-cut-0.json \
	--without-evidence test
head -c 67108865 /dev/zero >huge.json
expect 3 "the limit is 67108864" "an oversized domain" "$BIN" sd inspect \
	huge.json
expect 2 "passwords on a command line" "az's --passwords" \
	"${R[@]}" "${X[@]}" --without-evidence test --passwords x
expect 2 "no holder is named" "no keys" "$BIN" sd prove --sd-file good.json

# Keys.
openssl pkcs8 -topk8 -in h0.key -out e0.key -passout pass:right \
	-v2 aes-256-cbc
cp h0.cer e0.cer
openssl rsa -in h1.key -traditional -aes256 -passout pass:right -out e1.key \
	2>/dev/null
cp h1.cer e1.cer
cat h2.key h2.cer >both.pem
K=("$BIN" sd prove --sd-file good.json --sd-wrapping-keys)
expect 1 "encrypted and no password was given" "a password is missing" \
	"${K[@]}" e0.key h1.key
printf 'right\nright\n' >pw
expect 0 "proven: 2 of 3" "passwords come line by line" bash -c \
	'exec 5<pw; exec "$@" --password-fd 5 5 </dev/null' - \
	"${K[@]}" e0.key e1.key
for e in e0 e1; do
	printf 'wrong\n' >pw
	expect 1 "the password does not open the private key" \
		"a wrong password for $e" bash -c \
		'exec 5<pw; exec "$@" --password-fd 5 5 </dev/null' - \
		"${K[@]}" $e.key h2.key
done
expect 2 "1 descriptors for 2 keys" "one password for two keys" \
	"${K[@]}" e0.key e1.key --password-fd 5
expect 0 "both.pem is a private key in a file, UNENCRYPTED" \
	"key and certificate in one file" "${K[@]}" h0.key both.pem
cp h0.key stray.key
cp h1.cer stray.cer
expect 1 "do not belong together" "a certificate of another key" \
	"${K[@]}" stray.key h2.key
cp h0.key alone.key
expect 6 "alone.key holds no certificate" "no certificate beside the key" \
	"${K[@]}" alone.key h2.key
cp h0.key again.key
cp h0.cer again.cer
expect 1 "h0.key and again.key are the same holder" \
	"the same holder under two names" "${K[@]}" h0.key again.key

# Sets.
S=("$BIN" sd split --datum "a=good.json" --security-domain-file new.json)
expect 2 "not a number from 2 to 10" "quorum 1" \
	"${S[@]}" --sd-quorum 1 --sd-wrapping-keys h0.cer h1.cer h2.cer
expect 1 "the quorum is 4 but there are only 3" "quorum above the holders" \
	"${S[@]}" --sd-quorum 4 --sd-wrapping-keys h0.cer h1.cer h2.cer
expect 1 "2 certificates are given" "two holders" \
	"${S[@]}" --sd-quorum 2 --sd-wrapping-keys h0.cer h1.cer
expect 1 "are the same certificate" "a certificate twice" \
	"${S[@]}" --sd-quorum 2 --sd-wrapping-keys h0.cer h1.cer again.cer
openssl req -x509 -key h0.key -out renewed.cer -subj /CN=r -days 3 2>/dev/null
expect 1 "have the same key" "a key under two certificates" \
	"${S[@]}" --sd-quorum 2 --sd-wrapping-keys h0.cer h1.cer renewed.cer
expect 1 "the certificate ended" "an expired holder in a new set" \
	"${S[@]}" --sd-quorum 2 --sd-wrapping-keys h0.cer h1.cer h2.cer \
	--at 2100-01-01T00:00:00Z
openssl req -x509 -newkey rsa:1024 -nodes -keyout s.key -out s.cer \
	-subj /CN=s -days 3 2>/dev/null
expect 1 "has 1024 bits" "a 1024-bit holder" \
	"${S[@]}" --sd-quorum 2 --sd-wrapping-keys h0.cer h1.cer s.cer
if [ -e new.json ]; then bad "a domain was written"; else ok "no domain was written"; fi
cat h0.key h0.cer >leak.pem
expect 0 "any 2 of 3" "a set whose certificate stands beside a key" \
	"$BIN" sd wrapping-set --sd-quorum 2 -o set --sd-wrapping-keys \
	leak.pem h1.cer h2.cer
if grep -rq PRIVATE set; then bad "a private key was copied"; else ok "the key is not copied"; fi
expect 1 "exists already" "a directory that exists" "$BIN" sd wrapping-set \
	--sd-quorum 2 -o set --sd-wrapping-keys h0.cer h1.cer h2.cer

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
