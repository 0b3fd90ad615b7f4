#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A reader with a PIN pad: no PIN is asked on the screen, none is passed to
# the module.  And no module is told to write a log, whatever the environment
# says, nor can it chatter on the terminal.
set -eu
. "$(dirname "$0")/../lib.sh"
. "$root/tests/cards/room.sh"
need pkcs11-tool
${CC:-cc} -shared -fPIC -I/usr/include/p11-kit-1 -o odd.so \
    "$root/tests/tokens/data/odd_module.c"
odd=$tmp/odd.so
pad=(--module "$odd" --module-env TPM2_PKCS11_STORE=pad)
debug=(YKCS11_DBG=9 OPENSC_DEBUG=9 PKCS11SPY=/nowhere PKCS11SPY_OUTPUT="$tmp/spy"
    LIBPCSCLITE_DEBUG=1 SOFTHSM2_DEBUG=1 OPENCRYPTOKI_TRACE_LEVEL=4
    TPM2_PKCS11_LOG_LEVEL=2 TSS2_LOG=all+trace)

# --- nothing reaches the module that would make it write ---

for one in "${debug[@]}"; do
	env "$one" pkcs11-tool --module "$odd" -L >out 2>&1 || true
	check "the module tells of ${one%%=*} when it has it" \
	    grep -q "token label *: ${one%%=*}\$" out
	expect_exit 0 'odd' env "$one" "$ceremony" token list --module "$odd"
	refute "no card process of ours has it" grep -q "${one%%=*}" out
done
check 'the module chatters elsewhere' grep -q odd-chatter <(pkcs11-tool \
    --module "$odd" -L 2>&1)
expect_exit 0 'odd' "$ceremony" token list --module "$odd"
refute 'but not on our terminal' grep -q odd-chatter out

# --- the commands ---

expect_exit 4 'holds no RSA private key' "$ceremony" token probe pkcs11: \
    "${pad[@]}"
check 'the person is told where to type' grep -q "on the reader's pad" out
expect_exit 4 'wrong PIN' "$ceremony" token probe pkcs11: "${pad[@]}" \
    --pin-fd 7 7<<<135790

# --- a ceremony: no PIN file, for no PIN is asked for ---

${CC:-cc} -shared -fPIC -DODD_PAD -I/usr/include/p11-kit-1 -o pad.so \
    "$root/tests/tokens/data/odd_module.c"
walk_site site.yaml "$tmp/pad.so" 'id: c1, person: holder-1, serial: odd'
walk_script identify.yaml 'card.identify holder-1'
expect_exit 4 'is blank where its wrapping key should be' walk identify \
    identify.yaml site.yaml
check 'the login by the pad is in the journal' said identify \
    'card.done.*"command":"login"'
expect_exit 5 'suspended' walk asked identify.yaml site.yaml 'pad: suspend'
refute 'nothing is sent before the person is ready' said asked \
    '"command":"login"'
walk_script pin.yaml 'card.pin holder-1'
check 'a PIN is changed on the pad' walk changed pin.yaml site.yaml
check 'which the journal knows' said changed 'card.done.*"command":"pin"'
walk_script retire.yaml 'card.retire holder-1'
check 'a card is emptied by who types on the pad' walk retired retire.yaml \
    site.yaml
${CC:-cc} -shared -fPIC -DODD_PAD -DODD_BLANK -I/usr/include/p11-kit-1 \
    -o blank.so "$root/tests/tokens/data/odd_module.c"
walk_site blank.yaml "$tmp/blank.so" 'id: c1, person: holder-1'
walk_script init.yaml 'card.initialise holder-1'
check 'a card is initialised on the pad' walk initialised init.yaml blank.yaml
check 'its SO PIN was typed there too' said initialised \
    '"so-pin":"typed on the reader.s pad"'
same 'no PIN file was ever there' '' "$(ls -- */*.pin* 2>/dev/null || true)"
finish
