#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The stock client recovers a domain that `sd split` wrote, and its restore
# blob and ours open to the same data.
set -eu
cd "$(dirname "$0")/../.."
export LANG=C.UTF-8 TERM=dumb
BIN=${BUILD:-build}/ceremony
if ! command -v az >/dev/null; then
	echo "skip: azure-cli is not installed"
	exit 77
fi
W=$(mktemp -d)
trap 'rm -rf "$W"' EXIT
export HOME=$W TMPDIR=$W AZURE_CONFIG_DIR=$W/az
export AZURE_CORE_COLLECT_TELEMETRY=false AZURE_CORE_NO_COLOR=true
passed=0 failed=0

ok() { passed=$((passed + 1)); echo "ok   $1"; }
bad() { failed=$((failed + 1)); echo "FAIL $1"; sed 's/^/     /' "$W/err"; }
expect_exit() {
	local want=$1 name=$2 got=0
	shift 2
	"$@" >"$W/out" 2>"$W/err" || got=$?
	if [ "$got" = "$want" ]; then ok "$name"; else bad "$name: exit $got, not $want"; fi
}

for i in 0 1 2 3 4; do
	bits=2048
	if [ $i = 3 ]; then bits=3072; fi
	openssl req -x509 -newkey rsa:$bits -nodes -keyout "$W/h$i.key" \
		-out "$W/h$i.cer" -subj "/CN=holder-$i" -days 30 2>/dev/null
done
openssl req -x509 -newkey rsa:4096 -nodes -keyout "$W/ex.key" \
	-out "$W/ex.cer" -subj /CN=exchange -days 30 2>/dev/null
head -c 8516 /dev/urandom >"$W/a"
head -c 33 /dev/urandom >"$W/b"
head -c 262144 /dev/urandom >"$W/c"
for f in a:hsm_backup b:base_enclave_backup c:partition_enclave_backup; do
	echo "${f#*:} $(stat -c %s "$W/${f%%:*}")" \
		"$(sha256sum <"$W/${f%%:*}" | cut -d' ' -f1)"
done >"$W/want"
expect_exit 0 "sd split writes a domain, quorum 3 of 5" "$BIN" sd split \
	--sd-wrapping-keys "$W"/h?.cer --sd-quorum 3 \
	--datum hsm_backup="$W/a" base_enclave_backup="$W/b" \
	partition_enclave_backup="$W/c" --security-domain-file "$W/sd.json"
expect_exit 1 "a second one does not replace it" "$BIN" sd split \
	--sd-wrapping-keys "$W"/h?.cer --sd-quorum 3 \
	--datum hsm_backup="$W/a" --security-domain-file "$W/sd.json"

judged() {
	expect_exit 0 "the judge opens $1" python3 tests/e2e/judge.py "$2" \
		"$W/ex.key"
	if cmp -s "$W/out" "$W/want"; then ok "$1 holds the data that were split"
	else bad "$1 holds other data"; fi
}
for set in "0 1 2" "2 3 4" "4 0 3"; do
	keys=()
	for i in $set; do keys+=("$W/h$i.key"); done
	rm -f "$W/az.json" "$W/our.json"
	expect_exit 0 "az restores with holders $set" az keyvault \
		security-domain restore-blob --sd-file "$W/sd.json" \
		--sd-exchange-key "$W/ex.cer" --sd-wrapping-keys "${keys[@]}" \
		--sd-file-restore-blob "$W/az.json"
	judged "az's blob" "$W/az.json"
	expect_exit 0 "ours restores with holders $set" "$BIN" sd \
		restore-blob --sd-file "$W/sd.json" --sd-exchange-key \
		"$W/ex.cer" --sd-wrapping-keys "${keys[@]}" \
		--sd-file-restore-blob "$W/our.json" --without-evidence test
	judged "our blob" "$W/our.json"
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
