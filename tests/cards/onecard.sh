#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: onecard.sh DIR MODULE [NAME=VALUE]...
#
# What a module can do with a single token, by the commands of ceremony: from
# a blank token to a restore blob that is opened again, the other shares being
# those of holders on files.  DIR is new.  It gets STEP.log for each step and
# `steps`, a line "STEP EXIT" for each.  $SO is the SO PIN, $PIN the user's;
# $BETWEEN, if it is set, is run after each step.
set -u
dir=$1 module=$2
shift 2
options=(--module "$module")
for v; do options+=(--module-env "$v"); done
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
ceremony=${BUILD:-$root/build}/ceremony
mkdir -p "$dir"
cd "$dir" || exit 1

# step NAME COMMAND...: with the PIN on 7 and the SO PIN on 8.
step()
{
	local name=$1 code=0

	shift
	"$@" >"$name.log" 2>&1 </dev/null 7< <(printf '%s\n' "$PIN") \
	    8< <(printf '%s\n' "$SO") || code=$?
	echo "$name $code" >>steps
	[ -z "${BETWEEN:-}" ] || $BETWEEN >>between.log 2>&1 || true
}

token()
{
	local verb=$1

	shift
	"$ceremony" token "$verb" "$@" "${options[@]}"
}

# Blank tokens have no name yet; afterwards this one has ours.
card='pkcs11:token=one'
printf '%s' "$PIN" >pin
for i in 1 2; do
	openssl req -x509 -newkey rsa:2048 -nodes -keyout h$i.key \
	    -out h$i.cer -subj /CN=holder-$i -days 30 2>/dev/null
done
openssl req -x509 -newkey rsa:3072 -nodes -keyout ex.key -out ex.cer \
    -subj /CN=exchange -days 30 2>/dev/null
head -c 3000 /dev/urandom >data
echo 'ceremony-test-v1 one card' >text

step list token list --json
step init token init pkcs11: --label one --so-pin-fd 8 --pin-fd 7 --json
step generate token generate "$card" --id 03 --use wrapping --bits 2048 \
    --pin-fd 7 --json
step generate-signing token generate "$card" --id 02 --use signing \
    --bits 2048 --pin-fd 7 --json
step certificate token certificate "$card" --id 03 --subject holder-0 \
    -o h0.cer --pin-fd 7
step certificate-signing token certificate "$card" --id 02 \
    --subject signer-0 -o s0.cer --pin-fd 7
step sign token sign "$card" --id 02 text -o text.sig --pin-fd 7
openssl x509 -in s0.cer -noout -pubkey >s0.pub 2>sign-check.log
step sign-check openssl dgst -sha256 -verify s0.pub -signature text.sig text
step split "$ceremony" sd split --sd-wrapping-keys h0.cer h1.cer h2.cer \
    --sd-quorum 2 --datum hsm_backup=data --security-domain-file sd.json
step decrypt "$ceremony" sd prove --sd-file sd.json "${options[@]}" \
    --token "$card;id=%03?pin-source=file:$dir/pin" --sd-wrapping-keys h1.key
step restore "$ceremony" sd restore-blob --sd-file sd.json \
    --sd-exchange-key ex.cer --sd-file-restore-blob blob "${options[@]}" \
    --token "$card;id=%03?pin-source=file:$dir/pin" \
    --sd-wrapping-keys h2.key --without-evidence test
step restore-check python3 "$root/tests/e2e/judge.py" blob ex.key
step too-large token generate "$card" --id 04 --use wrapping --bits 4096 \
    --pin-fd 7 --json
step again token init "$card" --label one --so-pin-fd 8 --pin-fd 7 --json
