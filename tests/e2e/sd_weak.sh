#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A weak key: no new set and no exchange takes it; a domain that exists with
# it is opened, with a warning.
set -eu
. "$(dirname "$0")/../lib.sh"

need openssl python3
cert()
{
	openssl req -x509 "${@:2}" -out "$1.cer" -days 30 -subj "/CN=$1" \
	    2>/dev/null
}
weak()
{
	python3 "$root/tests/e2e/weak_key.py" "$2" |
	    openssl rsa -inform DER -out "$1.key" 2>/dev/null
	cert "$1" -key "$1.key"
}
weak h0 2048
weak ex 3072
for i in 1 2 3; do
	cert h$i -newkey rsa:2048 -nodes -keyout h$i.key
done
cert good -newkey rsa:3072 -nodes -keyout good.key
says="the two primes of its RSA key are neighbours"
echo data >datum

expect_exit 1 "h0.cer: $says" "$ceremony" sd wrapping-set --sd-quorum 2 \
    -o set --sd-wrapping-keys h0.cer h1.cer h2.cer
refute "no directory of that set is there" test -e set
expect_exit 1 "h0.cer: $says" "$ceremony" sd split --sd-quorum 2 \
    --sd-wrapping-keys h0.cer h1.cer h2.cer --datum hsm_backup=datum \
    --security-domain-file none.json
refute "no domain of that set is there" test -e none.json

# A domain of those holders, by the other writer.
python3 "$root/tests/e2e/sd_make.py" .
expect_exit 1 "h0.cer: $says" "$ceremony" sd reshare --sd-file good.json \
    --sd-wrapping-keys h1.key h2.key --new-wrapping-keys h0.cer h1.cer \
    h3.cer --sd-quorum 2 --security-domain-file none.json
refute "no reshared domain is there" test -e none.json
expect_exit 1 "ex.cer: $says" "$ceremony" sd restore-blob \
    --sd-file good.json --sd-exchange-key ex.cer --sd-file-restore-blob \
    none.json --sd-wrapping-keys h1.key h2.key --without-evidence test
refute "no blob for a weak exchange key is there" test -e none.json

expect_exit 0 "WARNING: h0.key: $says" "$ceremony" sd prove --sd-file \
    good.json --sd-wrapping-keys h0.key h1.key
check "prove opens the domain all the same" grep -q "proven: 2 of 3" out
check "and says what to do" grep -q "a holder's weak key does not stop" out
expect_exit 0 "WARNING: h0.cer: $says" "$ceremony" sd inspect good.json \
    --sd-wrapping-keys h0.cer h1.cer
expect_exit 0 "" "$ceremony" sd prove --sd-file good.json \
    --sd-wrapping-keys h1.key h2.key
refute "sound keys are not warned of" grep -q "weak key" out
expect_exit 0 "restore blob" "$ceremony" sd restore-blob --sd-file \
    good.json --sd-exchange-key good.cer --sd-file-restore-blob blob \
    --sd-wrapping-keys h0.key h1.key --without-evidence test
finish
