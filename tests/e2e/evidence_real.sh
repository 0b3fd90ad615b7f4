#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The files that real pools and az wrote: the verdict on each, and what is
# absent in them is unknown.
set -eu
. "$(dirname "$0")/../lib.sh"
shared_dir

V=$shared/vectors/azure
[ -f "$V/managedhsm-rest-notactivated-2025.json" ] ||
    skip_all "no files of a pool at $V"
E=("$ceremony" evidence check --at 2026-11-25T00:00:00Z)

# says STATE NAME...: in out.txt
says() {
	local state=$1 name
	shift
	for name; do
		check "$file: $name: $state" grep -qE "^  $state +$name " out.txt
	done
}
# judge KIND FILE CODE [BESIDE...]
judge() {
	local kind=$1 want=$3 code=0
	file=$2
	shift 3
	"${E[@]}" --kind "$kind" "$V/$file" "$@" >out.txt 2>err.txt || code=$?
	same "$file as $kind exits $want" "$want" $code
}

judge pool managedhsm-rest-notactivated-2025.json 1
says HOLDS resource-type provisioning soft-delete create-mode \
    no-deletion-pending ip-rules network-rules regions
says 'DOES NOT HOLD' activation purge-protection public-network \
    default-action bypass
says UNKNOWN private-endpoints retention initial-admins pool-name
check "the message of the pool is shown as it is" grep -q \
    'To activate the HSM, download the security domain' out.txt

for file in key-rest-rsa-nonexportable-2025.json \
    key-show-az245-rsa-nonexportable.json; do
	judge key $file 1
	says HOLDS kid key-type exportable enabled dates no-private-part
	says 'DOES NOT HOLD' recovery-level key-ops
	says UNKNOWN kid-host key-size time-limit activated-first
	check "$file: 2048 bits" grep -q 'RSA of 2048 bits' out.txt
done
for file in key-rest-ec-exportable-2022.json \
    key-show-az245-ec-exportable.json key-rest-ec-cvm-policy-2022.json; do
	judge key $file 1
	says HOLDS kid key-type enabled dates
	says 'DOES NOT HOLD' exportable recovery-level
	says UNKNOWN key-ops key-size
	check "$file: not immutable" grep -q 'is not immutable' out.txt
done
# One policy in two carriers: one hash.
hash_of() { "${E[@]}" --kind key "$V/$1" 2>/dev/null |
    sed -n 's/.*canonical SHA-256 //p'; }
same "az and the service carry one policy" \
    "$(hash_of key-rest-ec-exportable-2022.json)" \
    "$(hash_of key-show-az245-ec-exportable.json)"

D=(--beside "definitions=$V/role-definitions-rest-2022.json")
judge roles role-assignment-list-az245.json 1 "${D[@]}"
says HOLDS list roles-known separation-of-duties pool-wide-keys custom-roles
says 'DOES NOT HOLD' administrators
says UNKNOWN role-plan initial-admins-reduced can-purge
refute "the service's own list agrees with the table" grep -q \
    'allows other data actions' out.txt
judge roles role-assignment-rest-2022.json 0 "${D[@]}"
says UNKNOWN list separation-of-duties administrators

judge settings settings-rest-2023.json 0
says HOLDS arm-key-management
judge rotation rotation-policy-swagger.json 1
says 'DOES NOT HOLD' no-rotation actions
says HOLDS expiry
judge rotation rotation-policy-cli-input.json 1
says 'DOES NOT HOLD' no-rotation
says UNKNOWN policy-host
judge backup backup-pending-swagger.json 1
says HOLDS no-sas
says 'DOES NOT HOLD' status
says UNKNOWN times age storage

# Old az: the field is not there.
sed 's/,"securityDomainProperties":{[^}]*}//' \
    "$V/managedhsm-rest-notactivated-2025.json" >old.json
"${E[@]}" --kind pool old.json >out.txt 2>/dev/null || :
file=old.json
says UNKNOWN activation
finish
