#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The URI of openCryptoki's blank token, whose label "IBM OS PKCS#11" has
# characters that a URI must escape, is the one that p11tool gives and takes.
# Other modules' URIs: token_commands.sh, card_provenance.sh.
# shellcheck disable=SC2016 # the inner shell's variables
set -eu
. "$(dirname "$0")/../lib.sh"
need p11tool python3 unshare
ock=/usr/lib/$(uname -m)-linux-gnu/pkcs11/libopencryptoki.so
need pkcsslotd
[ -r "$ock" ] || skip_all 'openCryptoki is not installed'

cat >inside.sh <<'END'
"$1" token list --module "$2" --json >list.json
python3 -c 'import json
print(json.load(open("list.json"))["tokens"][0]["uri"])' >uri
uri=$(cat uri)
p11tool --provider "$2" --list-tokens >tokens
p11tool --provider "$2" --list-mechanisms "$uri" >right
p11tool --provider "$2" --list-mechanisms "${uri/PKCS%23/PKCS%24}" >wrong
END
code=0
unshare -mip --fork --mount-proc --propagation unchanged \
    "$root/tests/cards/ock.sh" bash -e inside.sh "$ceremony" "$ock" \
    >log 2>&1 || code=$?
[ $code != 77 ] || skip_all 'openCryptoki cannot have a room of its own'
[ -s uri ] || { fail "the blank token is in the list" log; finish; }
same "its label is escaped" \
    'pkcs11:model=IBM%20SoftTok;manufacturer=IBM%20Corp.;serial=123;token=IBM%20OS%20PKCS%2311' \
    "$(cat uri)"
same "p11tool gives the same URI" "$(cat uri)" \
    "$(sed -n 's/^.*URL: //p' tokens)"
check "p11tool finds the token by it" grep -q CKM_RSA_PKCS_KEY_PAIR_GEN right
refute "and no other by another label" grep -q CKM_ wrong
finish
