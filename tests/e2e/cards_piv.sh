#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The virtual PIV card, judged by clients that know nothing of it: OpenSC's
# tools and module, ykcs11, yubico-piv-tool, openssl; over a pcscd of the
# test's own.
set -eu
. "$(dirname "$0")/../cards/pcsc.sh"
. "$(dirname "$0")/../lib.sh"
pcsc_need
need pkcs11-tool piv-tool yubico-piv-tool openssl

a='Yubico YubiKey CCID A 00 00'
b='Yubico YubiKey CCID A 00 01'
mgm=010203040506070801020304050607080102030405060708

yk()
{
	yubico-piv-tool -r "$@"
}

opensc()
{
	pkcs11-tool --module opensc-pkcs11.so "$@"
}

ykcs11()
{
	pkcs11-tool --module libykcs11.so --slot 0 "$@"
}

as_so='--login --login-type so --so-pin'

# certificate PUBLIC-KEY FILE: one for a key whose private half is on a card.
certificate()
{
	[ -e helper.key ] || openssl req -x509 -newkey rsa:2048 -nodes \
	    -keyout helper.key -out helper.pem -subj /CN=helper 2>/dev/null
	openssl x509 -in helper.pem -force_pubkey "$1" -signkey helper.key \
	    -out "$2" 2>/dev/null
}

# encrypted PUBLIC-KEY FILE: the message for the holder of a key.
encrypted()
{
	openssl pkeyutl -encrypt -pubin -inkey "$1" -in message -out "$2" \
	    -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256
}

oaep='--decrypt -m RSA-PKCS-OAEP --hash-algorithm SHA256 --mgf MGF1-SHA256'

echo 'thirty-two bytes of some secret.' >message
mkdir root

# --- two cards at once ---

pcsc_start 1
card_start one 0 --serial 5551 --attestation-root root
card_start two 1 --serial 5552 --attestation-root root
card_in 0
card_in 1
expect_exit 0 'Personal Identity Verification Card' opensc-tool -r 0 -n
expect_exit 0 'Personal Identity Verification Card' opensc-tool -r 1 -n
yk "$a" -a status >told 2>&1
check 'the first card tells its serial number' grep -q 5551 told
check 'and its firmware' grep -q '5\.7\.1' told
check 'and its counter' grep -q 'PIN tries left:.*3' told
yk "$b" -a status >told 2>&1
check 'the second is another card' grep -q 5552 told
opensc -L >slots
same 'OpenSC takes the GUIDs for serial numbers' \
    '50495620000015af 50495620000015b0' \
    "$(sed -n 's/.*serial num *: //p' slots | tr '\n' ' ' | sed 's/ $//')"

# --- ykcs11: generate as SO, certificate, sign, decrypt ---

for id in 02 03; do
	# shellcheck disable=SC2086 # words of a command line
	expect_exit 0 'Key pair generated' ykcs11 $as_so $mgm --keypairgen \
	    --key-type rsa:2048 --id $id
	ykcs11 --read-object --type pubkey --id $id -o $id.der >out 2>&1
	openssl pkey -pubin -inform DER -in $id.der -out $id.pub
	certificate $id.pub $id.pem
	openssl x509 -in $id.pem -outform DER -out $id.crt
	# shellcheck disable=SC2086
	expect_exit 0 'Created certificate' ykcs11 $as_so $mgm \
	    --write-object $id.crt --type cert --id $id
done
encrypted 03.pub encrypted
ykcs11 --login --pin 123456 --list-objects --type privkey >out 2>&1
check 'ykcs11 says the key was made on the card' grep -q 'local' out
for module in libykcs11.so opensc-pkcs11.so; do
	use="pkcs11-tool --module $module --slot 0 --login --pin 123456"
	# shellcheck disable=SC2086
	$use $oaep --id 03 -i encrypted -o plain >out 2>&1 || true
	check "$module decrypts OAEP with SHA-256" cmp message plain
	rm -f plain
	# shellcheck disable=SC2086
	$use --sign -m SHA256-RSA-PKCS --id 02 -i message -o signature \
	    >out 2>&1 || true
	check "$module signs, the PIN given before the use" \
	    openssl dgst -sha256 -verify 02.pub -signature signature message
	rm -f signature
done
# shellcheck disable=SC2086
expect_exit 1 'CKR_PIN_INCORRECT' opensc --slot 0 --login --pin 999999 $oaep \
    --id 03 -i encrypted -o plain
yk "$a" -a status >told 2>&1
check 'a wrong PIN was counted' grep -q 'PIN tries left:.*2' told

# --- attestation ---

yk "$a" -a attest -s 9d >leaf.pem
yk "$a" -a read-certificate -s f9 >f9.pem
check 'the attestation chains to the root' openssl verify -CAfile \
    root/root.pem -untrusted f9.pem leaf.pem
openssl x509 -in leaf.pem -noout -pubkey >attested.pub
check 'it is about the key in the slot' cmp attested.pub 03.pub
openssl x509 -in leaf.pem -outform DER -out leaf.der
openssl asn1parse -inform DER -in leaf.der >asn1
same 'it names the firmware' 050701 "$(grep -A1 '41482\.3\.3$' asn1 |
    sed -n 's/.*\[HEX DUMP\]://p')"
same 'and the serial number' 020215AF "$(grep -A1 '41482\.3\.7$' asn1 |
    sed -n 's/.*\[HEX DUMP\]://p')"
yk "$b" -a read-certificate -s f9 >f9-two.pem
refute 'another card does not vouch for it' openssl verify -CAfile \
    root/root.pem -untrusted f9-two.pem leaf.pem
check 'though it has the same root' openssl verify -CAfile root/root.pem \
    f9-two.pem
openssl genrsa -traditional -out import.key 2048 2>/dev/null
expect_exit 0 'imported a new private key' yk "$b" -a import-key -s 9d \
    -i import.key
expect_exit 1 'Failed to attest' yk "$b" -a attest -s 9d
expect_exit 0 'SW1=0x69, SW2=0x85' opensc-tool -r 1 -s 00:F9:9D:00:00

# --- 3072 bits, which the packaged modules cannot make ---

echo $mgm | sed 's/../&:/g; s/:$//' >mgm.key
# OpenSC 0.23 makes the key and then fails to print it.
PIV_EXT_AUTH_KEY=mgm.key piv-tool -r "$b" -A M:9B:03 -G 9D:05 >out 2>&1 ||
    true
yk "$b" -a attest -s 9d >leaf3.pem
check 'a key of 3072 bits is attested' openssl verify -CAfile root/root.pem \
    -untrusted f9-two.pem leaf3.pem
openssl x509 -in leaf3.pem -noout -pubkey >big.pub
certificate big.pub big.pem
expect_exit 0 'imported a new certificate' yk "$b" -a import-certificate \
    -s 9d -i big.pem
encrypted big.pub encrypted3
same 'and it has them' 384 "$(stat -c %s encrypted3)"
# shellcheck disable=SC2086
opensc --slot 4 --login --pin 123456 $oaep --id 03 -i encrypted3 -o plain \
    >out 2>&1 || true
check 'OpenSC decrypts with it' cmp message plain

# --- PIN, PUK, management key, reset ---

expect_exit 0 'changed the pin' yk "$b" -a change-pin -P 123456 -N 654321
expect_exit 1 'Failed verifying pin' yk "$b" -a change-pin -P 123456 \
    -N 111111
expect_exit 0 'changed the puk' yk "$b" -a change-puk -P 12345678 -N 87654321
for _ in 1 2 3; do
	yk "$b" -a verify-pin -P 000000 >out 2>&1 || true
done
expect_exit 1 'blocked' yk "$b" -a verify-pin -P 654321
expect_exit 0 'unblocked the pin' yk "$b" -a unblock-pin -P 87654321 \
    -N 222222
expect_exit 0 'verified PIN' yk "$b" -a verify-pin -P 222222
new=${mgm//0/A}
expect_exit 0 'set new management key' yk "$b" -a set-mgm-key -n "$new"
expect_exit 1 'Failed authentication' yk "$b" -a set-chuid
expect_exit 0 'set new CHUID' yk "$b" -a set-chuid --key="$new"
expect_exit 1 'Reset failed' yk "$b" -a reset
for _ in 1 2 3; do
	yk "$b" -a verify-pin -P 000000 >out 2>&1 || true
	yk "$b" -a unblock-pin -P 00000000 -N 222222 >out 2>&1 || true
done
expect_exit 0 'reset the application' yk "$b" -a reset
expect_exit 0 'verified PIN' yk "$b" -a verify-pin -P 123456
expect_exit 1 'Failed to attest' yk "$b" -a attest -s 9d
expect_exit 0 'set new CHUID' yk "$b" -a set-chuid --key=$mgm

# --- pulled, slow, hanging, lying ---

# Pulled at every APDU of a decryption, of which there are as many as a whole
# one counts.
before=$(card one count)
# shellcheck disable=SC2086
opensc --slot 0 --login --pin 123456 $oaep --id 03 -i encrypted -o plain \
    >out 2>&1
needed=$(($(card one count) - before))
check 'a decryption takes some APDUs' test "$needed" -gt 10
for at in 1 $((needed / 2)) $((needed - 1)) "$needed"; do
	card one pull-at "$at" >out
	rm -f plain
	# shellcheck disable=SC2086
	opensc --slot 0 --login --pin 123456 $oaep --id 03 -i encrypted \
	    -o plain >out 2>&1 || true
	refute "pulled at APDU $at of $needed nothing is decrypted" \
	    cmp -s message plain
	same 'and the card is out' out "$(card one where)"
	card_out 0
	card one insert >out
	card_in 0
done
# shellcheck disable=SC2086
opensc --slot 0 --login --pin 123456 $oaep --id 03 -i encrypted -o plain \
    >out 2>&1
check 'it is the same card when it is back' cmp message plain
card one pull-after 47:1 >out
# shellcheck disable=SC2086
expect_exit 1 '' ykcs11 $as_so $mgm --keypairgen --key-type rsa:2048 --id 03
card_out 0
card one insert >out
card_in 0
yk "$a" -a attest -s 9d | openssl x509 -noout -pubkey >now.pub
refute 'pulled after the command it has made the key all the same' \
    cmp -s now.pub 03.pub
card one status-at 47:1,6581 >out
# shellcheck disable=SC2086
expect_exit 1 '' ykcs11 $as_so $mgm --keypairgen --key-type rsa:2048 --id 03
yk "$a" -a attest -s 9d | openssl x509 -noout -pubkey >then.pub
check 'a false status stands for a command not carried out' \
    cmp now.pub then.pub
card one slow-at FD:1,1500 >out
begin=$(date +%s%N)
expect_exit 0 5551 yk "$a" -a status
check 'a slow card takes its time' \
    test $(($(date +%s%N) - begin)) -ge 1500000000
card one hang-at FD:1 >out
expect_exit 124 '' timeout 1 yubico-piv-tool -r "$a" -a status
card one pull >out
card_out 0
card one insert >out
card_in 0
expect_exit 0 5551 yk "$a" -a status
expect_exit 1 "takes no '0'" card one pull-at 0
expect_exit 1 "knows no 'dance'" card one dance

# --- cards with something wrong from the beginning ---

card_stop one
card_out 0
card_start low 0 --serial 5552 --pin-tries 1 --no-chuid
card_in 0
opensc -L >slots
check 'one try left is told' grep -q 'final user PIN try' slots
check 'without a CHUID the serial number is nothing' \
    grep -q 'serial num *: 00000000$' slots
yk "$a" -a status >told 2>&1
check 'two cards may have the same serial number' grep -q 5552 told
card low unreadable 5FC105 >out
expect_exit 0 'SW1=0x6F, SW2=0x00' opensc-tool -r 0 \
    -s 00:CB:3F:FF:05:5C:03:5F:C1:05:00
card_stop low
card_out 0
card_start one 0
card_in 0
expect_exit 0 5551 yk "$a" -a status
check 'a card that was stopped is the same when it starts again' \
    grep -q 'CN=helper' out
for wrong in '--port 0x' '--firmware 5.7' '--serial -1' '--pin-tries 4' \
    '--unreadable 0' '--pull-at 1,1' '--dance' 'word'; do
	# shellcheck disable=SC2086
	expect_exit 2 '' timeout 5 "$BUILD/tests/cards/piv" $wrong
done

# --- the log ---

refute 'no PIN and no PUK is in a log' grep -qiE \
    '313233343536|363534333231|3837363534333231' cards/*.log
check 'but that there was one' grep -q '00200080 \[redacted 8 bytes\]' \
    cards/one.log
finish
