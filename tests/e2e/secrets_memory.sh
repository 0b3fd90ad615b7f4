#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Secrets lie where and as long as docs/secrets.md says: all memory of the
# program and of its card children is searched at each phase.
# timeout: 300
set -eu
. "$(dirname "$0")/../lib.sh"
. "$root/tests/secrets/lib.sh"
secrets_need
need pkcs11-tool softhsm2-util
soft=/usr/lib/softhsm/libsofthsm2.so

for i in 0 1 2; do
	openssl req -x509 -newkey rsa:2048 -nodes -keyout h$i.key \
	    -out h$i.cer -subj "/CN=holder-$i" -days 30 2>/dev/null
done
openssl req -x509 -newkey rsa:3072 -nodes -keyout ex.key -out ex.cer \
	-subj /CN=exchange -days 30 2>/dev/null
head -c 3000 /dev/urandom >datum
split=(sd split --sd-wrapping-keys h0.cer h1.cer h2.cer --sd-quorum 2
	--datum hsm_backup=datum --security-domain-file)
prove=(sd prove --sd-file sd.json --sd-wrapping-keys h0.key h1.key h2.key)
restore=(sd restore-blob --sd-file sd.json --sd-exchange-key ex.cer
	--without-evidence test --sd-wrapping-keys h0.key h2.key
	--sd-file-restore-blob)

# --- keys in files ---

look split - "${split[@]}" sd.json
judged split split.found
look prove - "${prove[@]}"
judged prove prove.found
look restore - "${restore[@]}" blob
judged restore-blob restore.found
for kind in new-share drawn; do
	look "split-$kind" $kind "${split[@]}" "$kind.json" &&
	    judged split "split-$kind.found" --kept $kind
done
for kind in cek share master; do
	look "prove-$kind" $kind "${prove[@]}" &&
	    judged prove "prove-$kind.found" --kept $kind
done
for kind in new-master drawn master; do
	look "restore-$kind" $kind "${restore[@]}" "blob-$kind" &&
	    judged restore-blob "restore-$kind.found" --kept $kind
done

# --- SoftHSM cards ---

mkdir tokens
export SOFTHSM2_CONF=$tmp/softhsm2.conf
echo "directories.tokendir = $tmp/tokens" >"$SOFTHSM2_CONF"
version=$(module_version $soft)
module=(--module "$soft" --module-env "SOFTHSM2_CONF=$SOFTHSM2_CONF")
cards=()
for i in 0 1 2; do
	pin=7093516$i
	softhsm2-util --init-token --free --label "holder-$i" \
	    --so-pin 12345678 --pin $pin >/dev/null
	softhsm2-util --import h$i.key --token "holder-$i" --label wrap \
	    --id 01 --pin $pin >/dev/null
	echo $pin >pin$i
	cards+=("pkcs11:token=holder-$i?pin-source=file:$tmp/pin$i")
done
by_card=(sd prove --sd-file sd.json "${module[@]}" --token "${cards[@]}")
look cards - "${by_card[@]}"
judged prove-card cards.found --module libsofthsm2.so "$version"
for kind in pin cek share master; do
	look "cards-$kind" $kind "${by_card[@]}" &&
	    judged prove-card "cards-$kind.found" --kept $kind
done

# init NAME KEEP: the one card of a new store; its PINs come on descriptors.
init()
{
	mkdir "$1"
	echo "directories.tokendir = $tmp/$1" >"$1.conf"
	SOFTHSM2_CONF=$tmp/$1.conf look "$1" "$2" token init pkcs11: \
	    --label "$1" --so-pin-fd 6 --pin-fd 5 --module "$soft" \
	    --module-env "SOFTHSM2_CONF=$tmp/$1.conf" \
	    5<<<46019283 6<<<59302817
}
init fresh -
judged token fresh.found --module libsofthsm2.so "$version"
for kind in pin so-pin; do
	init "fresh-$kind" $kind &&
	    judged token "fresh-$kind.found" --kept $kind
done

# --- a card's PIN changed, the card retired ---

cat >life.yaml <<'END'
ceremony: life
format: 1
title: The life of a card
sizes: [2048]
acts:
  - id: card
    title: A card
    steps:
      - {id: init, do: card.initialise, title: Init, by: witness, why: T, minutes: 1}
      - {id: make, do: card.generate, title: Make, by: witness, keys: [signing], why: T, minutes: 1}
      - {id: pin, do: card.pin, title: Pin, by: witness, why: T, minutes: 1}
      - {id: use, do: card.prove, title: Use, by: witness, keys: [signing], why: T, minutes: 1}
      - {id: end, do: card.retire, title: End, by: witness, why: T, minutes: 1}
END
{
	cat "$root/scripts/rehearsal-answers.yaml"
	echo '  retire: RETIRE'
} >life-answers.yaml
# live NAME KEEP: into NAME.found
live()
{
	mkdir "$1" "$1/medium" "$1/cards"
	"$root/scripts/rehearsal-site.sh" 3 2 >"$1/site.yaml"
	look "$1" "$2" run life.yaml --site "$1/site.yaml" \
	    --dir "$1/ceremony" --rehearsal --answers life-answers.yaml
}
live life - &&
    judged ceremony-pin life.found --module libsofthsm2.so "$version"
for kind in pin so-pin; do
	live "life-$kind" $kind &&
	    judged ceremony-pin "life-$kind.found" --kept $kind
done

# --- a rehearsal, suspended once ---

sed 's/^sizes:.*/sizes: [2048]/' "$root/scripts/rehearsal.yaml" >script.yaml
answers=$root/scripts/rehearsal-answers.yaml

# rehearse NAME KEEP: into NAME.found until it is suspended, then into
# NAME-resumed.found.
rehearse()
{
	local room=$tmp/$1 code=0

	mkdir "$room" "$room/medium" "$room/cards" "$room/pool"
	"$root/scripts/rehearsal-site.sh" 3 2 >"$room/site.yaml"
	{
		sed "/^  close: CLOSE/d; s|\.\./cards|$room/cards|" "$answers"
		echo '  close: suspend'
	} >"$room/until-close.yaml"
	"$pool" create --dir "$room/pool" --name contoso-hsm-eu >pool.log 2>&1
	background "$pool" attend --dir "$room/pool" --medium "$room/medium"
	"$scan" "$1.found" "$2" "$scanned" run script.yaml \
	    --site "$room/site.yaml" --dir "$room/ceremony" --rehearsal \
	    --answers "$room/until-close.yaml" >"$1.log" 2>&1 || code=$?
	if [ $code != 5 ]; then
		fail "exit $code, not suspended: the rehearsal $1" "$1.log"
		return 1
	fi
	look "$1-resumed" "$2" resume --dir "$room/ceremony" \
	    --answers "$answers"
}
rehearse room - &&
    judged ceremony room.found room-resumed.found \
	--module libsofthsm2.so "$version"
if [ -n "${SECRETS_ALL:-}" ]; then
	for kind in pin so-pin cek share master new-share new-master drawn; do
		rehearse "room-$kind" $kind &&
		    judged ceremony "room-$kind.found" --kept $kind
	done
fi
finish
