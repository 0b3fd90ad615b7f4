#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The real domain: any two holders open it, and its data arrive whole.
set -eu
cd "$(dirname "$0")/../.."
export LANG=C.UTF-8 TERM=dumb
unset OPENSSL_CONF
SHARED=${CEREMONY_SHARED:-../shared}
V=$SHARED/vectors/azure
BIN=${BUILD:-build}/ceremony
if [ ! -r "$V/sd-real-2025/sd.json" ]; then
	echo "skip: no vectors in $SHARED (CEREMONY_SHARED names them)"
	exit 77
fi
W=$(mktemp -d)
trap 'rm -rf "$W"' EXIT
export HOME=$W TMPDIR=$W
passed=0 failed=0

ok() { passed=$((passed + 1)); echo "ok   $1"; }
bad() { failed=$((failed + 1)); echo "FAIL $1"; sed 's/^/     /' "$W/err"; }
expect_exit() {
	local want=$1 name=$2 got=0
	shift 2
	"$@" >"$W/out" 2>"$W/err" || got=$?
	if [ "$got" = "$want" ]; then ok "$name"; else bad "$name: exit $got, not $want"; fi
}
says() {
	if grep -qF -- "$1" "$W/out" "$W/err"; then ok "it says: $1"; else bad "it does not say: $1"; fi
}

R=$V/sd-real-2025
openssl req -x509 -newkey rsa:3072 -nodes -keyout "$W/ex.key" \
	-out "$W/ex.cer" -subj /CN=exchange -days 30 2>/dev/null
cat >"$W/want" <<'EOF'
hsm_backup 8516 6248b42cf952fc809b6b30955308eefb03140a34cec98b8a043d0d05dbfb63cd
base_enclave_backup 968 dec98472f78520c9b5136060f258d154600d6f9fec62dca2eed8498e59199955
partition_enclave_backup 3105 f8e85eb1da4f9dd99b01e35561d7fe3f1d84db0fac3d30e73273ba5c0abbe02a
EOF
for pair in "0 1" "0 2" "1 2" "2 0"; do
	# shellcheck disable=SC2086 # two words
	set -- $pair
	expect_exit 0 "holders $1 and $2 prove the real domain" \
		"$BIN" sd prove --sd-file "$R/sd.json" \
		--sd-wrapping-keys "$R/cert_$1.key" "$R/cert_$2.key"
	expect_exit 0 "holders $1 and $2 make a restore blob" \
		"$BIN" sd restore-blob --sd-file "$R/sd.json" \
		--sd-exchange-key "$W/ex.cer" \
		--sd-file-restore-blob "$W/blob$1$2" --sd-wrapping-keys \
		"$R/cert_$1.key" "$R/cert_$2.key" --without-evidence test
	expect_exit 0 "the judge opens it" python3 tests/e2e/judge.py \
		"$W/blob$1$2" "$W/ex.key"
	if cmp -s "$W/out" "$W/want"; then ok "its data are the published ones"
	else bad "its data are others"; fi
done
expect_exit 0 "all three agree" "$BIN" sd prove --sd-file "$R/sd.json" \
	--sd-wrapping-keys "$R"/cert_?.key
says "the certificate ended 2021-08-28"
says "UNENCRYPTED"
for i in 0 1 2; do
	expect_exit 1 "holder $i alone is refused" "$BIN" sd prove \
		--sd-file "$R/sd.json" --sd-wrapping-keys "$R/cert_$i.key"
	says "needs 2 holders; 1 of 2 is here"
done
expect_exit 0 "inspect names the holders" "$BIN" sd inspect "$R/sd.json" \
	--sd-wrapping-keys "$R"/cert_?.cer
says "any 2 of 3 holders open it"
expect_exit 1 "a key of another set is no holder" "$BIN" sd prove \
	--sd-file "$R/sd.json" --sd-wrapping-keys "$R/cert_0.key" \
	"$V/synthetic-sd/c0.key"
says "is no holder of"
expect_exit 1 "the real exchange certificate has ended" "$BIN" sd \
	restore-blob --sd-file "$R/sd.json" --sd-exchange-key \
	"$R/exchange.cer" --sd-file-restore-blob "$W/x" --sd-wrapping-keys \
	"$R/cert_0.key" "$R/cert_1.key" --without-evidence test
says "the certificate ended 2026-04-22"
expect_exit 0 "judged at a day within its dates it receives the domain" \
	"$BIN" sd restore-blob --sd-file "$R/sd.json" --sd-exchange-key \
	"$R/exchange.cer" --sd-file-restore-blob "$W/x" --sd-wrapping-keys \
	"$R/cert_0.key" "$R/cert_1.key" --without-evidence test \
	--at 2025-05-01T00:00:00Z

# Five holders, quorum three: every subset against the published plaintexts.
S=$V/synthetic-sd
python3 - "$S/parts.json" >"$W/want" <<'EOF'
import hashlib, json, sys
for tag, text in json.load(open(sys.argv[1])).items():
    data = bytes.fromhex(text)
    print(tag, len(data), hashlib.sha256(data).hexdigest())
EOF
for set in "0 1 2" "0 1 3" "0 1 4" "0 2 3" "0 2 4" "0 3 4" "1 2 3" "1 2 4" \
	"1 3 4" "2 3 4"; do
	keys=()
	for i in $set; do keys+=("$S/c$i.key"); done
	rm -f "$W/blob"
	expect_exit 0 "holders $set of five restore" "$BIN" sd restore-blob \
		--sd-file "$S/sd.json" --sd-exchange-key "$W/ex.cer" \
		--sd-file-restore-blob "$W/blob" --sd-wrapping-keys \
		"${keys[@]}" --without-evidence test
	python3 tests/e2e/judge.py "$W/blob" "$W/ex.key" >"$W/out" 2>"$W/err" ||
		true
	if cmp -s "$W/out" "$W/want"; then ok "its data are the published ones"
	else bad "its data are others"; fi
done
expect_exit 1 "two of five are refused" "$BIN" sd prove --sd-file \
	"$S/sd.json" --sd-wrapping-keys "$S/c0.key" "$S/c4.key"
says "needs 3 holders; 2 of 3 are here"

# The request body of the real wrapping set, member by member.
expect_exit 0 "the wrapping set of the recording is rebuilt" "$BIN" sd \
	wrapping-set --sd-wrapping-keys "$R"/cert_?.cer --sd-quorum 2 \
	-o "$W/set" --at 2021-01-01T00:00:00Z
if python3 - "$V/sd-download-request-2025.json" \
	"$W/set/download-request.json" <<'EOF'
import json, sys
a, b = (json.load(open(p)) for p in sys.argv[1:])
sys.exit(a != b)
EOF
then ok "its request body is the recorded one"
else bad "its request body is another"; fi
expect_exit 1 "its certificates have ended today" "$BIN" sd wrapping-set \
	--sd-wrapping-keys "$R"/cert_?.cer --sd-quorum 2 -o "$W/set2"
says "the certificate ended"
if [ -e "$W/set2" ]; then bad "a directory was left"; else ok "no directory is left"; fi

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
