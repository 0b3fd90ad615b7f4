#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Whose share is wrong: a domain of five, quorum three, with one forged but
# well-formed share.  And the domain whose coefficients are all the same.
set -eu
. "$(dirname "$0")/../lib.sh"

for i in 0 1 2 3 4; do
	openssl req -x509 -newkey rsa:2048 -nodes -keyout h$i.key \
	    -out h$i.cer -subj "/CN=holder-$i" -days 30 2>/dev/null
done
openssl req -x509 -newkey rsa:3072 -nodes -keyout ex.key -out ex.cer \
    -subj /CN=exchange -days 30 2>/dev/null
python3 "$root/tests/e2e/sd_wrong_share.py" .

# keys_of HOLDERS: "012" to h0.key h1.key h2.key in $keys
keys_of()
{
	keys=()
	for ((k = 0; k < ${#1}; k++)); do keys+=("h${1:k:1}.key"); done
}

# prove CODE NAME FILE HOLDERS SENTENCE...
prove()
{
	local want=$1 name=$2 file=$3 holders=$4

	shift 4
	keys_of "$holders"
	expect_exit "$want" "" "$ceremony" sd prove --sd-file "$file" \
	    --sd-wrapping-keys "${keys[@]}"
	for sentence; do
		check "$name: $sentence" grep -qF -e "$sentence" out
	done
}

prove 0 "five sound shares" sound.json 01234 "proven: 5 of 5" \
    "one-share test held"
refute "a sound domain is not warned of" grep -q "WARNING: sound" out
prove 1 "all five, the third forged" forged.json 01234 \
    "share 3 (h2.key) is not on the polynomial of the other holders" \
    "The data open by share 1 (h0.key), share 2 (h1.key), share 4 (h3.key)" \
    "nothing was written"
prove 1 "four are enough to name it" forged.json 0214 \
    "share 3 (h2.key) is not on the polynomial"
prove 0 "three without it" forged.json 014 "proven: 3 of 5"
for set in 012 123 420 231 324 402; do
	prove 1 "holders $set" forged.json $set \
	    "the shares disagree with the data" "Used: share" \
	    "(h${set:0:1}.key)" "(h${set:1:1}.key)" "(h${set:2:1}.key)" \
	    "a further holder would tell which"
done

prove 0 "the same coefficients for every byte" constant.json 034 \
    "WARNING: constant.json FAILS THE ONE-SHARE TEST" \
    "at most 257 candidates" "reshare it now" "one-share test FAILED" \
    "proven: 3 of 5"
keys_of 012
expect_exit 0 '"one_share_test":"failed"' "$ceremony" sd prove --json \
    --sd-file constant.json --sd-wrapping-keys "${keys[@]}"
expect_exit 0 '"one_share_test":"held"' "$ceremony" sd prove --json \
    --sd-file sound.json --sd-wrapping-keys "${keys[@]}"
expect_exit 0 '"one_share_test":"failed"' "$ceremony" sd restore-blob \
    --json --sd-file constant.json --sd-exchange-key ex.cer \
    --sd-wrapping-keys "${keys[@]}" --without-evidence test \
    --sd-file-restore-blob blob
check "and the blob is written, with the warning" test -s blob
check "restore-blob warns" grep -q "FAILS THE ONE-SHARE TEST" out
finish
