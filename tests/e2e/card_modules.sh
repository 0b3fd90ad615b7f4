#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 420
#
# A ceremony and a recovery with each Cryptoki module, as a table: module,
# generate, certificate, sign, decrypt, restore.  A cell is "pass", or a limit
# of the module that docs/cards.md names; a limit is provoked here, and the
# test fails when it is gone.
set -eu
. "$(dirname "$0")/../cards/pcsc.sh"
. "$(dirname "$0")/../lib.sh"
pcsc_need

arch=/usr/lib/$(uname -m)-linux-gnu
softhsm=/usr/lib/softhsm/libsofthsm2.so
ykcs11=$arch/libykcs11.so
opensc=$arch/opensc-pkcs11.so
ock=$arch/pkcs11/libopencryptoki.so
tpm2=$arch/pkcs11/libtpm2_pkcs11.so
for m in $softhsm $ykcs11 $opensc; do
	[ -r "$m" ] || skip_all "$m is not installed"
done
# OpenSC shows four readers: the holders sit in the first.
people='holder-1 holder-2 holder-3 witness-1 witness-2 auditor-1'
rows=

# row MODULE GENERATE CERTIFICATE SIGN DECRYPT RESTORE
row()
{
	rows+=$(printf '%-13s %-22s %-21s %-15s %-8s %s' "$@")$'\n'
}

# holds SENTENCE WANT GOT: counted; $cell is "pass" or "FAIL".
holds()
{
	same "$@"
	if [ "$2" = "$3" ]; then cell=pass; else cell=FAIL; fi
}

# limit NAME CODE TEXT COMMAND...: the module refuses and says why.
limit()
{
	local before=$n_failed name=$1

	shift
	expect_exit "$@"
	cell="limit: $name"
	[ "$n_failed" = "$before" ] || cell='FAIL'
}

# --- ceremonies ---

# room NAME: a folder for the days of one module, with a pool beside it.
room()
{
	module=$1
	mkdir "$tmp/$1"
	cd "$tmp/$1"
	mkdir medium pool cards
	for who in $people; do mkdir "cards/$who"; done
	: >serials
	"$pool" create --dir pool --name contoso-hsm-eu >/dev/null
	background "$pool" attend --dir pool --medium medium
}

# site DAY PATH: `serials` has lines PERSON MODULE SERIAL of cards that exist;
# all others are SoftHSM tokens, made when first used.
site()
{
	local who id serial

	"$root/scripts/rehearsal-site.sh" 3 2 |
	    sed "s,^  export: .*,  export: ../export$1,
		s/^signers: .*/signers: 2/
		s,^modules:,&\n  - {id: real\, path: $2}," >"site$1.yaml"
	while read -r who id serial; do
		sed -i "s,\(person: $who\, module:\) .*,\1 $id\, serial: \"$serial\"}," \
		    "site$1.yaml"
	done <serials
}

# walk SCRIPT DAY: with site$DAY.yaml.
walk()
{
	local journal=0

	check "$module: $1.yaml walks to its end" "$ceremony" run \
	    "$tmp/scripts/$1.yaml" --site "site$2.yaml" --dir "day$2" \
	    --rehearsal --answers "$tmp/answers.yaml"
	check "$module: its export verifies" "$ceremony" audit verify \
	    "export$2" --require closed,signed
	"$ceremony" audit show "day$2" --json >"day$2.json" || journal=$?
	same "$module: the journal is there" 0 $journal
}

# did DAY SENTENCE WANT: what the day's journal counts.
did()
{
	holds "$module: $2" "$3" \
	    "$(python3 "$root/tests/e2e/modules_cells.py" "day$1.json")"
}

# restored POOL: what the online side says.
restored()
{
	holds "$module: the domain is in the new pool" Success \
	    "$(grep -o Success medium/to-offline/*"$1".upload-result.json)"
}

# The answers of the rehearsal, and the word for cards that are not blank.
{
	cat "$root/scripts/rehearsal-answers.yaml"
	echo '  initialise: INITIALISE'
} >answers.yaml
# Each module gives what it can: SoftHSM's 4096 bits would take long.
mkdir scripts
for script in activation recovery; do
	sed 's/^sizes:.*/sizes: [2048, 3072]/' "$root/scripts/$script.yaml" \
	    >"scripts/$script.yaml"
done

room SoftHSM2
site 1 $softhsm
walk activation 1
did 1 'nine keys of the largest size, certificates, signatures, shares' \
    'SoftHSM2 generate=9:3072 certificate=9 sign=6 decrypt=5 identify=0'
c=$cell
python3 "$root/tests/e2e/ceremony_site.py" site1.yaml day1.json ../export2 \
    holder-1 holder-2 holder-3 >site2.yaml
walk recovery 2
restored neu
row SoftHSM2 "$c" "$c" "$c" "$c" "$cell"

# --- PIV cards ---

pcsc_start 3
room ykcs11
i=0
for who in $people; do
	card_start "$who" $i --serial $((11000001 + i))
	echo "$who real $((11000001 + i))" >>serials
	i=$((i + 1))
done
for i in 0 1 2 3 4 5; do card_in $i; done
site 1 "$ykcs11"
walk activation 1
did 1 'nine keys of the size that it can, certificates, signatures, shares' \
    'ykcs11 generate=9:2048 certificate=9 sign=6 decrypt=5 identify=0'
c=$cell
limit 'over 2048' 4 'the card makes RSA keys of 1024 to 2048 bits, not 3072' \
    "$ceremony" token generate pkcs11:serial=11000001 --module "$ykcs11" \
    --id 01 --use signing --bits 3072 --pin-fd 7 --so-pin-fd 8 \
    7<cards/holder-1/pin 8< <(printf '0%.0s' {1..48})
generate="$c; $cell"
# The second day: the witnesses and the auditor bring other cards.
i=3
for who in witness-1 witness-2 auditor-1; do
	card_stop $who
	rm "$tmp/cards/$who.json" cards/$who/pin
	card_out $i
	card_start $who $i --serial $((12000001 + i))
	sed -i "s/^$who .*/$who real $((12000001 + i))/" serials
	card_in $i
	i=$((i + 1))
done
site 2 "$ykcs11"
walk recovery 2
did 2 'the witnesses new keys; the holders, known by theirs, open twice' \
    'ykcs11 generate=3:2048 certificate=3 sign=6 decrypt=4 identify=6'
restored neu
row ykcs11 "$generate" "$c" "$c" "$c" "$cell"

# The same holders' cards through OpenSC, for a third pool.
module=OpenSC
mkdir "$tmp/OpenSC"
cd "$tmp/OpenSC"
ln -s ../ykcs11/medium ../ykcs11/pool .
mkdir cards
for who in $people; do mkdir "cards/$who"; done
"$ceremony" token list --module "$opensc" --json >list.json
# serial READER: as OpenSC says it.
serial()
{
	python3 -c 'import json, sys
print([t["serial"] for t in json.load(open("list.json"))["tokens"]
       if t["reader"].endswith(sys.argv[1])][0])' "$1"
}
h1=$(serial 'A 00 00') h2=$(serial 'A 00 01') h3=$(serial 'B 00 00')
printf '%s\n' "holder-1 real $h1" "holder-2 real $h2" "holder-3 real $h3" \
    >serials
for who in holder-1 holder-2 holder-3; do
	cp ../ykcs11/cards/$who/pin cards/$who/pin
done
card="pkcs11:serial=$h1"
limit 'makes no keys' 4 'no RSA key is made through OpenSC: on PIV cards' \
    "$ceremony" token generate "$card" --module "$opensc" --id 01 --use \
    signing --bits 2048 --pin-fd 7 7<cards/holder-1/pin
generate=$cell
limit '9d signs not' 4 'CKR_KEY_TYPE_INCONSISTENT' "$ceremony" token \
    certificate "$card" --module "$opensc" --id 03 --subject x -o x.cer \
    --pin-fd 7 7<cards/holder-1/pin
certificate=$cell
echo 'ceremony-test-v1 through OpenSC' >text
expect_exit 0 '' "$ceremony" token sign "$card" --module "$opensc" --id 02 \
    text -o text.sig --pin-fd 7 7<cards/holder-1/pin
openssl x509 -in ../ykcs11/day1/artifacts/holder-1-signing.cer -noout \
    -pubkey >signer.pub
holds 'OpenSC: it signs with the key made through ykcs11' 'Verified OK' \
    "$(openssl dgst -sha256 -verify signer.pub -signature text.sig text)"
sign=$cell
site 1 "$opensc"
sed -i 's/^destination: .*/destination: contoso-hsm-third/' site1.yaml
walk recovery 1
did 1 'the holders, known by their certificates, open twice' \
    'SoftHSM2 generate=3:3072 certificate=3 sign=6 decrypt=4 identify=6'
c=$cell
restored third
row OpenSC "$generate" "$certificate" "$sign" "$c" "$cell"

# --- modules with one token: no ceremony, each command ---

# one NAME DIR: a row of what onecard.sh found in DIR.
exit_of()
{
	sed -n "s/^$1 //p" steps
}

one_cell()
{
	holds "$module: $1" 0 "$(exit_of "$1")"
}

one_row()
{
	local generate certificate sign decrypt

	one_cell generate
	generate=$cell
	one_cell certificate
	certificate=$cell
	if [ "$1" = pair ]; then
		one_cell generate-signing
		one_cell sign-check
	else
		holds "$module: a second key, $1" 4 \
		    "$(exit_of generate-signing)"
		[ "$cell" != pass ] || cell="limit: $1"
	fi
	sign=$cell
	one_cell decrypt
	decrypt=$cell
	one_cell restore-check
	row "$module" "$generate" "$certificate" "$sign" "$decrypt" "$cell"
}

# openCryptoki's PINs have 8 bytes at most; its state is the system's, so it
# has namespaces of its own.  Its serial number is always the same: two cards
# of it are one, and a site file cannot name two holders by it.
module=openCryptoki
cd "$tmp"
if [ -r "$ock" ] && command -v pkcsslotd >/dev/null; then
	code=0
	SO=76543210 PIN=482615 unshare -mip --fork --mount-proc --propagation \
	    unchanged "$root/tests/cards/ock.sh" "$root/tests/cards/onecard.sh" \
	    "$tmp/$module" "$ock" || code=$?
	same 'openCryptoki: its daemon runs' 0 $code
	cd "$module"
	one_row pair
	printf '%s\n' 'holder-1 real 123' 'holder-2 real 123' >serials
	site 1 "$ock"
	limit 'one token' 3 "two cards have the serial '123'" "$ceremony" \
	    script check "$root/scripts/activation.yaml" --site site1.yaml
	same 'openCryptoki: a second initialisation, once its SO PIN is ours' \
	    4 "$(exit_of again)"
	row '  ceremony' "$cell" - - - -
else
	skip openCryptoki 'it is not installed'
fi

# A TPM of this test's own, by swtpm; keys that a process leaves loaded are
# flushed after each.
module='tpm2-pkcs11'
cd "$tmp"
if [ -r "$tpm2" ] && command -v swtpm tpm2_flushcontext >/dev/null; then
	mkdir tpm store
	export TPM2TOOLS_TCTI=swtpm:path=$tmp/tpm.s
	setpriv --pdeathsig KILL swtpm socket --tpm2 --tpmstate "dir=$tmp/tpm" \
	    --server "type=unixio,path=$tmp/tpm.s" \
	    --ctrl "type=unixio,path=$tmp/tpm.s.ctrl" \
	    --flags not-need-init,startup-clear >/dev/null 2>&1 &
	children="$children $!"
	if ! wait_for 10 test -S tpm.s; then fail 'swtpm did not start'; fi
	SO=0123456789abcdef PIN=482615 BETWEEN='tpm2_flushcontext -t' \
	    "$root/tests/cards/onecard.sh" "$tmp/$module" "$tpm2" \
	    "TPM2_PKCS11_STORE=$tmp/store" "TPM2_PKCS11_TCTI=$TPM2TOOLS_TCTI"
	cd "$module"
	one_row 'one key'
else
	skip tpm2-pkcs11 'it or swtpm is not installed'
fi

echo
printf '%-13s %-22s %-21s %-15s %-8s %s\n' module generate certificate sign \
    decrypt restore
printf '%s\n' "$rows"
refute 'no cell of the table failed' grep -q FAIL <<<"$rows"
finish
