#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 180
#
# A card is taken out at some APDU of card.generate, or of a share decryption,
# and put back.  Whatever it was, the journal verifies, the row says what is
# known, the ceremony goes on, and in the end the keys are whole and proven.
# PULLED=all: at every APDU, before and after the card did it
# (tests/long/pulled_ceremony.sh).
# shellcheck disable=SC2317 # functions that are called by check
set -eu
. "$(dirname "$0")/../cards/pcsc.sh"
. "$(dirname "$0")/../lib.sh"
pcsc_need
need python3 openssl
yk=/usr/lib/$(uname -m)-linux-gnu/libykcs11.so
softhsm=/usr/lib/softhsm/libsofthsm2.so
for m in $yk $softhsm; do
	[ -r "$m" ] || skip_all "$m is not installed"
done

# card_new [FAULT...]: a factory card; card_again: the one kept in $tmp/kept.
card_leave()
{
	[ ! -e cards/one.pid ] || card_stop one
	rm -f cards/one.pid
	card_out 0
}

card_new()
{
	card_leave
	rm -f cards/one.json cards/one.log
	card_start one 0 --serial 5551 "$@"
	card_in 0
}

card_again()
{
	card_leave
	cp kept/one.json cards/one.json
	rm -f cards/one.log
	card_start one 0 --serial 5551 "$@"
	card_in 0
}

# points FIRST LAST HOW:INS...: sets cuts to "pull-at N" and "pull-after N" for
# all APDUs from FIRST to LAST of the card's log; or only to HOW and the last
# of them with the instruction INS.
points()
{
	local first=$1 last=$2 what n

	shift 2
	cuts=()
	if [ "${PULLED:-}" = all ]; then
		for ((n = first; n <= last; n++)); do
			cuts+=("pull-at $n" "pull-after $n")
		done
		return
	fi
	for what; do
		n=$(awk -v f="$first" -v l="$last" -v i="${what#*:}" '
			$1 >= f && $1 <= l && substr($2, 3, 2) == i { n = $1 }
			END { print n }' cards/one.log)
		if [ -z "$n" ]; then
			fail "no APDU fits $what" cards/one.log
		fi
		cuts+=("${what%:*} $n")
	done
}

# put_back PID: once it is out, the card comes back, or PID ends before.
put_back()
{
	while [ "$(card one where)" = in ] && kill -0 "$1" 2>/dev/null; do
		sleep 0.05
	done
	# pcscd has to see it go (docs/cards.md).
	sleep 0.7
	[ "$(card one where)" = in ] || card one insert >/dev/null
}

pcsc_start 1
mkdir kept

# --- card.generate ---

step()
{
	printf '      - {id: %s, do: %s, title: %s, by: %s, ' \
	    "$(tr . - <<<"$1-$2")" "$1" "$1" "$2"
	echo 'why: "A test.", minutes: 1}'
}

script()
{
	printf '%s\n' "ceremony: $1" 'format: 1' 'title: Pulled' \
	    'sizes: [2048]' 'acts:' '  - id: one' '    title: One' '    steps:'
}

site()
{
	cat <<-END
	site: pulled
	format: 1
	nonce: 00112233445566778899aabbccddeeff
	pool: contoso
	destination: contoso-neu
	quorum: 2
	signers: 1
	places: {medium: ../medium, export: ../export}
	modules:
	  - {id: yk, path: $yk}
	  - {id: soft, path: $softhsm}
	people:
	  - {id: holder-1, role: holder, name: "Aldo Rossi"}
	  - {id: holder-2, role: holder, name: "Birgit Maier"}
	cards:
	  - {id: h1, person: holder-1, module: yk, serial: "5551"}
	  - {id: h2, person: holder-2, module: soft, store: ../cards/h2$1}
	END
}

walk()
{
	"$ceremony" run "$1.yaml" --site site.yaml --dir day --rehearsal \
	    --answers answers.yaml
}

rows()
{
	"$ceremony" audit show day --json | python3 \
	    "$root/tests/e2e/pulled_rows.py" "$@"
}

{
	sed 's,^pin-file: .*,pin-file: ../{person}.pin,
		s/^wait-seconds: .*/wait-seconds: 30/' \
	    "$root/scripts/rehearsal-answers.yaml"
	echo '  initialise: INITIALISE'
} >answers.yaml
mkdir medium
site '' >site.yaml
{ script init; step card.initialise holder-1; } >init.yaml
{
	cat init.yaml
	step card.generate holder-1
	step card.prove holder-1
} >make.yaml
{
	cat init.yaml
	step card.generate holder-1
} >keys.yaml
card_new
check 'a card is initialised' walk init
first=$(($(card one count) + 1))
rm -rf day
card_new
rm holder-1.pin
check 'and makes its keys' walk keys
last=$(card one count)
points "$first" "$last" pull-at:f8 pull-after:87 pull-after:47 pull-at:f9 \
    pull-after:db
for cut in "${cuts[@]}"; do
	how=${cut% *} at=${cut#* }
	rm -rf day holder-1.pin
	card_new --"$how" "$at"
	walk make >said 2>&1 &
	put_back $!
	code=0
	wait $! || code=$?
	if [ $code != 0 ]; then
		fail "$how $at: the ceremony ends with $code" said
	fi
	same "$how $at: the ceremony goes on when the card is back" 0 $code
	check "$how $at: the journal verifies" "$ceremony" audit verify day
	check "$how $at of $first to $last: each row says what is known" rows \
	    generate/wrapping generate/signing certificate/wrapping \
	    certificate/signing prove/wrapping prove/signing
	echo "      cut: $(cat checked)"
done

# --- a share is decrypted ---

rm -rf day ./*.pin
{
	cat keys.yaml
	step card.initialise holder-2
	step card.generate holder-2
} >both.yaml
card_new
check 'two holders have keys' walk both
cp day/artifacts/holder-?-wrapping.cer .
"$ceremony" audit show day --json >both.json
echo 'something to keep' >datum
openssl req -x509 -newkey rsa:2048 -nodes -keyout third.key -out third.cer \
    -subj /CN=third -days 30 2>/dev/null
check 'and a domain' "$ceremony" sd split --sd-wrapping-keys \
    holder-1-wrapping.cer holder-2-wrapping.cer third.cer --sd-quorum 2 \
    --datum hsm_backup=datum --security-domain-file domain.json
mkdir -p medium/to-offline
cp domain.json medium/to-offline/contoso-SD.json
serial=$(python3 -c 'import json
for line in open("both.json"):
    e = json.loads(line)
    f = e.get("facts", {})
    if e["kind"] == "card.done" and f["command"] == "initialise" and \
            f["card"] == "h2":
        print(f["serial"])')
site ", serial: \"$serial\"" >site.yaml
{
	script share
	step card.identify holder-1
	step card.identify holder-2
	step domain.import holder-1
	step domain.prove holder-1
} >share.yaml
rm -rf day
sed 's/^  give: .*/  give: suspend/' answers.yaml >until.yaml
expect_exit 5 'suspended' "$ceremony" run share.yaml --site site.yaml \
    --dir day --rehearsal --answers until.yaml
mv day before
card_leave
cp cards/one.json kept/
card_again
cp -a before day
go_on()
{
	"$ceremony" resume --dir day --answers answers.yaml
}
check 'the domain opens' go_on
last=$(card one count)
check 'with two shares' test "$("$ceremony" audit show day --json |
    grep -c '"unwrap"')" = 4
points 1 "$last" pull-at:20 pull-at:87 pull-after:87
for cut in "${cuts[@]}"; do
	how=${cut% *} at=${cut#* }
	rm -rf day
	cp -a before day
	card_again --"$how" "$at"
	go_on >said 2>&1 &
	put_back $!
	code=0
	wait $! || code=$?
	if [ $code != 0 ]; then
		fail "$how $at: the ceremony ends with $code" said
	fi
	same "$how $at: the domain opens when the card is back" 0 $code
	check "$how $at: the journal verifies" "$ceremony" audit verify day
	check "$how $at of $last: each row says what is known" rows
	echo "      cut: $(cat checked)"
done
finish
