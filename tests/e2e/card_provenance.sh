#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The provenance ladder of keys on virtual PIV cards: what the device attests
# against a pinned root, and each way in which it does not.
# shellcheck disable=SC2317 # functions that are called by expect_exit
set -eu
. "$(dirname "$0")/../cards/pcsc.sh"
. "$(dirname "$0")/../lib.sh"
pcsc_need
need yubico-piv-tool openssl python3
yk=/usr/lib/x86_64-linux-gnu/libykcs11.so
[ -e "$yk" ] || skip_all 'ykcs11 is not installed'
mgm=010203040506070801020304050607080102030405060708

# A ceremony of two steps: the witness's card is emptied and makes a key.
cat >script.yaml <<'END'
ceremony: one-card
format: 1
title: One card
sizes: [2048]
acts:
  - id: card
    title: One card
    steps:
      - id: initialise
        do: card.initialise
        title: Initialise
        by: witness
        why: A card prepared elsewhere may hold a key that others have.
        minutes: 1
      - id: generate
        do: card.generate
        keys: [signing]
        title: Generate
        by: witness
        why: A key made anywhere else could have a copy.
        minutes: 1
      - id: prove
        do: card.prove
        keys: [signing]
        title: Prove
        by: witness
        why: A certificate without its key signs nothing.
        minutes: 1
END
sed -e 's/do: card.initialise/do: roll-call/' -e 's/id: initialise/id: people/' \
    -e 's/do: card.generate/do: card.identify/' \
    -e '/id: prove/,$d' script.yaml >identify.yaml
cat >answers.yaml <<'END'
answers-for: one virtual card
format: 1
pin-file: pin-{person}
wait-seconds: 5
card-retries: 0
answers:
  initialise: INITIALISE
  present: "yes"
END

# site SERIAL [LINE...]: with these lines as `attestation:`.
site()
{
	local serial=$1

	shift
	cat <<END
site: one-card
format: 1
nonce: 00112233445566778899aabbccddeeff
pool: contoso-hsm-eu
destination: contoso-hsm-neu
quorum: 2
signers: 1
places: {medium: ../medium, export: ../export}
modules:
  - {id: yk, path: $yk}
people:
  - {id: witness-1, role: witness, name: "Mara Lindqvist"}
cards:
  - {id: w1, person: witness-1, module: yk, serial: "$serial"}
END
	[ $# = 0 ] || printf 'attestation:\n'
	for line; do printf '  %s\n' "$line"; done
}

run()
{
	"$ceremony" run "$1" --site site.yaml --dir "$2" --rehearsal \
	    --answers answers.yaml
}

# rung DIR FACT [N]: of the N-th provenance row, else of the last.
rung()
{
	python3 - "$1/journal.db" "$2" "${3:-0}" <<'END'
import json, sqlite3, sys
db = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True)
rows = [json.loads(facts)[sys.argv[2]]["value"] for line, facts in
        db.execute("SELECT line, facts FROM entry ORDER BY n")
        if json.loads(line)["k"] == "provenance"]
print(rows[int(sys.argv[3]) - 1])
END
}

fingerprint()
{
	openssl x509 -in "$1" -outform DER | sha256sum | cut -d' ' -f1
}

# fresh SERIAL [OPTION...]: a factory card in the reader instead of the one
# before; only such a card is reset through ykcs11.
card_now=
fresh()
{
	[ -z "$card_now" ] || { card_stop "$card_now"; card_out 0; }
	card_now=c$1
	card_start "$card_now" 0 --serial "$1" --attestation-root root "${@:2}"
	card_in 0
}

mkdir root other medium
pcsc_start 1
fresh 5551
openssl req -x509 -newkey rsa:2048 -nodes -keyout other/root.key -days 9 \
    -out other/root.pem -subj "/CN=Another root" 2>/dev/null
pin="sha256: $(fingerprint root/root.pem)"

# --- a key made here is attested, witnessed, reported
site 5551 "root: ../root/root.pem" "$pin" 'firmware: "5.7.0"' >site.yaml
expect_exit 0 "It does not show that nobody used the device before" \
    run script.yaml good
check "a rung and what it does not show are on the screen" grep -q \
    "ok .*held signing key, rung 1, device attestation: made on device 5551" \
    "$tmp/out"
same "a key that was made and not yet proven has an open rung" open \
    "$(rung good witnessed 1)"
same "the device attests the key" held "$(rung good attested)"
same "its firmware is in the journal" 5.7.1 "$(rung good firmware)"
same "its serial, as the device says it" 5551 "$(rung good device)"
same "the key's PIN policy" always "$(rung good pin-policy)"
same "the key's touch policy" never "$(rung good touch-policy)"
same "the generation was witnessed and the key proven" held "$(rung good witnessed)"
same "the attributes are as wanted" held "$(rung good reported)"
check "and said to be constants of the module" \
    grep -q "constants of this module" <(rung good reported.found)
check "each rung says what it does not show" \
    grep -q "used the device before" <(rung good attested.not)
check "the journal verifies" "$ceremony" audit verify good
expect_exit 4 "the card's management key is not the factory's" \
    run script.yaml again

# --- refusals, each naming the rung
fresh 5561
site 5561 "root: ../root/root.pem" "$pin" 'firmware: "5.7.2"' >site.yaml
expect_exit 1 "rung 1, device attestation: the card's firmware is 5.7.1; the site file wants 5.7.2 or later" \
    run script.yaml old
same "the refusal is a row" refused "$(rung old attested)"
same "and shows no firmware" "" "$(rung old firmware)"
fresh 5567
site 5567 "root: ../root/root.pem" "$pin" "touch-policy: cached" >site.yaml
expect_exit 1 "rung 1, device attestation: the key's touch policy is never; the site file wants cached or stricter" \
    run script.yaml untouched
fresh 5568 --firmware 5.4.3
site 5568 "root: ../root/root.pem" "$pin" 'firmware: "5.7.0"' >site.yaml
expect_exit 1 "the card's firmware is 5.4.3; the site file wants 5.7.0 or later" \
    run script.yaml below
fresh 5566 --attested-serial 5551
site 5566 "root: ../root/root.pem" "$pin" >site.yaml
expect_exit 1 "rung 1, device attestation: the attestation is by the device with serial 5551; the card says 5566" \
    run script.yaml clone
fresh 5562
site 5562 "root: ../other/root.pem" \
    "sha256: $(fingerprint other/root.pem)" >site.yaml
expect_exit 1 "rung 1, device attestation: the device's certificate (slot f9) is not signed by the pinned root" \
    run script.yaml foreign
fresh 5563
site 5563 "root: ../other/root.pem" "$pin" >site.yaml
expect_exit 1 "is not the certificate whose SHA-256 the site file pins" \
    run script.yaml swapped
fresh 5564
site 5564 "root: ../root/none.pem" "$pin" >site.yaml
expect_exit 6 "none.pem" run script.yaml absent
fresh 5565
site 5565 >site.yaml
expect_exit 0 "" run script.yaml unpinned
same "without a pin nothing is judged" none "$(rung unpinned attested)"
check "and that is said" grep -q "pins no attestation root" \
    <(rung unpinned attested.found)
site 5551 "root: ../root/root.pem" "sha256: 00" >site.yaml
expect_exit 3 "must be 64 hex digits" run script.yaml short
site 5551 "root: ../root/root.pem" "$pin" "firmware: new" >site.yaml
expect_exit 3 "no firmware version" run script.yaml words
site 5551 "root: ../root/root.pem" "$pin" "pin-policy: cached" >site.yaml
expect_exit 3 "'cached' is no PIN policy: it is never, once or always" \
    run script.yaml policies

# --- a key that was imported
fresh 5552
openssl genrsa -out imported.key 2048 2>/dev/null
printf '[req]\ndistinguished_name=d\nx509_extensions=e\n[d]\n[e]\n%s\n%s\n' \
    basicConstraints=critical,CA:FALSE keyUsage=critical,digitalSignature \
    >req.conf
openssl req -x509 -key imported.key -days 9 -out imported.pem \
    -subj "/CN=imported" -config req.conf
reader='Yubico YubiKey CCID A 00 00'
for slot in 9c 9d; do
	yubico-piv-tool -r "$reader" -k$mgm -a import-key -s $slot \
	    -i imported.key >/dev/null 2>&1
	yubico-piv-tool -r "$reader" -k$mgm -a import-certificate -s $slot \
	    -i imported.pem >/dev/null 2>&1
done
# probe SERIAL ROOT [OPTION...]
probe()
{
	echo 123456 | "$ceremony" token probe "pkcs11:serial=$1;id=%02" \
	    --module "$yk" --pin-fd 0 --attestation-root "${@:2}"
}
expect_exit 1 "key 02: rung 1, device attestation: ykcs11 shows no attestation of this key: the card did not make it" \
    probe 5552 root/root.pem
site 5552 "root: ../root/root.pem" "$pin" >site.yaml
# What the factory set is refused before anything else is looked at.
yubico-piv-tool -r "$reader" -a change-pin -P 123456 -N 864297 >out 2>&1
yubico-piv-tool -r "$reader" -k$mgm -a set-mgm-key -n "${mgm//0/A}" >out 2>&1
printf 864297 >pin-known
mkdir imported
sed 's/pin-file: .*/pin-file: ..\/pin-known/' answers.yaml >known.yaml
code=0
"$ceremony" run identify.yaml --site site.yaml --dir identified --rehearsal \
    --answers known.yaml >out 2>&1 || code=$?
if [ $code = 0 ]; then
	same "a card that is recognised is only spoken of" refused \
	    "$(rung identified attested)"
	same "its key was made before" none "$(rung identified witnessed)"
else
	fail "a card that is recognised is only spoken of" out
fi
yubico-piv-tool -r "$reader" -a change-pin -P 864297 -N 123456 >out 2>&1
yubico-piv-tool -r "$reader" -k"${mgm//0/A}" -a set-mgm-key -n $mgm >out 2>&1

# --- a generated key at the command line
yubico-piv-tool -r "$reader" -k$mgm -a generate -s 9c -A RSA2048 \
    >/dev/null 2>&1
expect_exit 0 "rung 1, device attestation: held; made on device 5552, firmware 5.7.1" \
    probe 5552 root/root.pem
expect_exit 0 '"attestation":{"attested":"held","device":5552,"firmware":"5.7.1","pin-policy":"always","touch-policy":"never"}' \
    probe 5552 root/root.pem --json
expect_exit 1 "is not signed by the pinned root" probe 5552 other/root.pem
expect_exit 3 "it is no certificate" probe 5552 answers.yaml

# --- the URIs of the list are ones that p11tool takes
if command -v p11tool >/dev/null; then
	for module in "$yk" "${yk%/*}/opensc-pkcs11.so"; do
		uri=$("$ceremony" token list --module "$module" --json |
		    python3 -c 'import json, sys
print(json.load(sys.stdin)["tokens"][0]["uri"])')
		expect_exit 0 "URL: pkcs11:" p11tool --provider "$module" \
		    --list-all "$uri"
		expect_exit 2 "No matching objects found" p11tool \
		    --provider "$module" --list-all "${uri/serial=/serial=9}"
	done
else
	skip "p11tool takes the URIs of the list" "p11tool is not installed"
fi
finish
