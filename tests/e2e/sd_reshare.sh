#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# sd reshare from two of three to three of five: the stock client restores
# the new file, the old quorum does not open it, and what stays is said.
set -eu
. "$(dirname "$0")/../lib.sh"
export AZURE_CONFIG_DIR=$tmp/az AZURE_CORE_NO_COLOR=true
export AZURE_CORE_COLLECT_TELEMETRY=false

holder()
{
	openssl req -x509 -newkey "rsa:$2" -nodes -keyout "$1.key" \
	    -out "$1.cer" -subj "/CN=$1" -days 30 2>/dev/null
}
for i in 0 1 2; do holder old$i 2048; done
for i in 0 1 2 3; do holder new$i 2048; done
holder new4 3072
holder ex 4096
head -c 8516 /dev/urandom >a
head -c 33 /dev/urandom >b
for f in a:hsm_backup b:base_enclave_backup; do
	echo "${f#*:} $(stat -c %s "${f%%:*}")" \
	    "$(sha256sum <"${f%%:*}" | cut -d' ' -f1)"
done >want
expect_exit 0 "any 2 of 3" "$ceremony" sd split --sd-wrapping-keys old?.cer \
    --sd-quorum 2 --datum hsm_backup=a base_enclave_backup=b \
    --security-domain-file old.json

R=("$ceremony" sd reshare --sd-file old.json --new-wrapping-keys new?.cer)
O=(--sd-wrapping-keys old2.key old0.key)

# What is refused, and leaves nothing.
expect_exit 2 "--sd-quorum" "${R[@]}" "${O[@]}" --sd-quorum 1 \
    --security-domain-file new.json
expect_exit 1 "the quorum is 6 but there are only 5" "${R[@]}" "${O[@]}" \
    --sd-quorum 6 --security-domain-file new.json
expect_exit 2 "no holder is named" "${R[@]}" --sd-quorum 3 \
    --security-domain-file new.json
expect_exit 1 "needs 2 holders" "${R[@]}" --sd-wrapping-keys old1.key \
    --sd-quorum 3 --security-domain-file new.json
expect_exit 1 "is no holder of" "${R[@]}" --sd-wrapping-keys old1.key \
    new1.key --sd-quorum 3 --security-domain-file new.json
expect_exit 1 "new0.cer: the certificate ended" "${R[@]}" "${O[@]}" \
    --sd-quorum 3 --security-domain-file new.json --at 2100-01-01T00:00:00Z
refute "no key was loaded for it" grep -q "private key in a file" out
expect_exit 1 "are the same certificate" "$ceremony" sd reshare --sd-file \
    old.json --new-wrapping-keys new0.cer new1.cer new0.cer "${O[@]}" \
    --sd-quorum 2 --security-domain-file new.json
refute "nothing was written" test -e new.json
echo mine >taken
expect_exit 1 "taken exists already" "${R[@]}" "${O[@]}" --sd-quorum 3 \
    --security-domain-file taken
same "an output that exists stays as it was" mine "$(cat taken)"

expect_exit 0 "any 3 of 5 holders open it" "${R[@]}" "${O[@]}" --sd-quorum 3 \
    --security-domain-file new.json
for sentence in "WARNING: old2.key is a private key in a file" \
    "NOT PROVEN: that each new holder has the private key" \
    "old.json STILL OPENS with 2 of its 3 old cards" \
    "destroy every copy of it (SHA-256 $(sha256sum <old.json | cut -c1-64))" \
    "destroy the old holders' keys" \
    "fails the tag of every datum"; do
	check "it says: $sentence" grep -qF -e "$sentence" out
done
expect_exit 0 '"old_key_fails_every_tag":true' "${R[@]}" "${O[@]}" \
    --sd-quorum 3 --security-domain-file two.json --json
check "the report: the old file still opens" \
    grep -q '"old_file_still_opens":true' out
check "the report: possession is not proven" \
    grep -q '"possession_proven":false' out
refute "two resharings share no master key, hence no bytes" cmp -s new.json \
    two.json

# Who opens what.
expect_exit 0 "proven: 5 of 5" "$ceremony" sd prove --sd-file new.json \
    --sd-wrapping-keys new?.key
expect_exit 1 "is no holder of new.json" "$ceremony" sd prove --sd-file \
    new.json --sd-wrapping-keys old0.key old1.key old2.key
expect_exit 0 "proven: 2 of 3" "$ceremony" sd prove --sd-file old.json \
    "${O[@]}"

judged()
{
	expect_exit 0 "" python3 "$root/tests/e2e/judge.py" "$2" ex.key
	check "$1 holds the old domain's data" cmp out want
}
expect_exit 0 "" "$ceremony" sd restore-blob --sd-file new.json \
    --sd-exchange-key ex.cer --sd-wrapping-keys new0.key new2.key new4.key \
    --sd-file-restore-blob our.json --without-evidence test
judged "our blob" our.json
if command -v az >/dev/null; then
	for set in "0 1 2" "4 2 3"; do
		keys=()
		for i in $set; do keys+=("new$i.key"); done
		rm -f az.json
		expect_exit 0 "" az keyvault security-domain restore-blob \
		    --sd-file new.json --sd-exchange-key ex.cer \
		    --sd-wrapping-keys "${keys[@]}" \
		    --sd-file-restore-blob az.json
		judged "az's blob of new holders $set" az.json
	done
else
	skip "az restores the new file" "azure-cli is not installed"
fi
finish
