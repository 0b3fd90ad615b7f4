#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The ceremony byok.yaml: a key from a file, or from a card, is encrypted to a
# KEK that a second person read back, its source is accounted for, and openssl
# alone opens the blob to the very key.  What must not be wrapped, or wrapped
# to, stops the room.
# timeout: 400
set -eu
. "$(dirname "$0")/../lib.sh"
. "$root/tests/byok.sh"
need python3 openssl pkcs11-tool softhsm2-util
soft=/usr/lib/softhsm/libsofthsm2.so
[ -e "$soft" ] || skip_all "softhsm2 is not installed"
export PYTHONDONTWRITEBYTECODE=1

kid=https://contoso-hsm-eu.managedhsm.azure.net/keys/KEK/0123456789abcdef0123456789abcdef
openssl genrsa -out kek.key 3072 2>/dev/null
openssl pkey -in kek.key -pubout -out kek.pem
show_kek kek.pem "$kid" import >show.json
kek_sha=$(openssl pkey -pubin -in kek.pem -outform DER | sha256sum |
	cut -d' ' -f1)
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.pem
openssl genrsa -out rsa.pem 2048 2>/dev/null
for key in ec rsa; do
	openssl pkcs8 -topk8 -nocrypt -in $key.pem -outform DER -out $key.want
done
openssl rand -out oct.want 32

"$root/scripts/rehearsal-site.sh" 3 2 >site.yaml
sed -i 's,^  medium: .*,  medium: ../medium,; s,^  export: .*,  export: ../export,' site.yaml
{
	sed 's/^card-retries: .*/card-retries: 0/; s/^wait-seconds: .*/wait-seconds: 2/' \
		"$root/scripts/rehearsal-answers.yaml"
	printf '  %s\n' 'wrap: WRAP' 'source: k' \
		'source-fate: k' 'source-bag: KB-1' 'source-seen: "yes"'
} >answers.yaml
# answers SED...: other.yaml
answers() { sed "$@" answers.yaml >other.yaml; }
bring() { # NAME=FILE...: on the medium, and nothing else
	local one

	rm -rf medium
	mkdir -p medium/to-offline
	for one in kek.pem=kek.pem kek-show.json=show.json "$@"; do
		cp "${one#*=}" "medium/to-offline/${one%%=*}"
	done
}
in=medium/to-offline
out=medium/to-online

# --- the whole ceremony ------------------------------------------------------
expect_exit 0 '"possible":true' "$ceremony" script check \
	"$root/scripts/byok.yaml" --site site.yaml --json
bring key.pem=ec.pem
sed 's/^sizes:.*/sizes: [2048]/' "$root/scripts/byok.yaml" >byok.yaml
grep -q '^sizes:' byok.yaml || sed -i 's/^format: 1/&\nsizes: [2048]/' byok.yaml
check "a key from a file is wrapped in the room, to the end" "$ceremony" run \
	byok.yaml --site site.yaml --dir dir --rehearsal --answers answers.yaml
check "openssl alone opens the blob" unwrap $out/key.byok kek.key 3072
check "to the very key" cmp got ec.want
check "the export verifies" "$ceremony" audit verify export \
	--require closed,signed
check "python agrees" python3 export/verify.py export
check "the blob in the export is the one on the medium" cmp \
	export/artifacts/key.byok $out/key.byok
check "and the KEK and its key show are with it" cmp \
	export/artifacts/kek.pem kek.pem
"$ceremony" audit show dir --json >rows.json
check "the journal says to whom, what, and what became of it" python3 - \
	"$kek_sha" "$kid" $out/key.byok ec.pem <<'EOF'
import hashlib, json, subprocess, sys
sha, kid, blob, pem = sys.argv[1:]
rows = [json.loads(s) for s in open("rows.json")]
def one(kind):
    found = [e["facts"] for e in rows if e["kind"] == kind]
    assert len(found) == 1, (kind, found)
    return found[0]
kek = one("byok.kek")
assert (kek["kek.sha256"], kek["kid"], kek["bits"], kek["origin"]) == (
    sha, kid, 3072, "not-proven"), kek
assert "owner-root.sha256" not in kek
read = one("readback")
assert (read["subject"], read["sha256"], read["right"], read["person"]) == (
    "kek", sha, True, "witness-2"), read
w = one("byok.wrapped")
spki = subprocess.run(["openssl", "pkey", "-in", pem, "-pubout", "-outform",
    "DER"], check=True, capture_output=True).stdout
assert w["public.sha256"] == hashlib.sha256(spki).hexdigest()
assert (w["type"], w["bits"], w["curve"], w["source"], w["blob"]) == (
    "EC", 256, "P-256", "file", "key.byok"), w
assert w["blob.sha256"] == hashlib.sha256(open(blob, "rb").read()).hexdigest()
s = one("byok.source")
assert (s["source"], s["name"], s["fate"], s["bag"], s["seen.by"]) == (
    "file", "key.pem", "kept", "KB-1", "witness-2"), s
kinds = [e["kind"] for e in rows]
assert kinds.index("readback") < kinds.index("byok.wrapped") < \
    kinds.index("byok.source")
EOF
for text in '## Key exchange keys' '## Keys brought in' \
	'## What they were made from'; do
	check "the transcript has: $text" grep -qxF "$text" \
		export/transcript.md
done
check "of the key itself nothing is in the directory or the export" python3 - \
	dir export ec.want <<'EOF'
import base64, os, sys
*tops, want = sys.argv[1:]
secret = open(want, "rb").read()[36:68]
forms = [secret, secret.hex().encode(), secret.hex().upper().encode()]
for i in range(3):
    forms.append(base64.b64encode(secret[i:])[4:36])
    forms.append(base64.urlsafe_b64encode(secret[i:])[4:36])
n = 0
for top in tops:
    for d, _, files in os.walk(top):
        for f in files:
            data = open(os.path.join(d, f), "rb").read()
            n += 1
            assert not any(x in data for x in forms), f
assert n > 10, n
EOF
check "the booklet prints the step" "$ceremony" script print \
	"$root/scripts/byok.yaml" --site site.yaml -o book.md
check "with what is read aloud, the parameter in it" grep -q \
	"can read the key that we bring" book.md

# --- one step by itself ------------------------------------------------------
cat >short.yaml <<'END2'
ceremony: one-key
format: 1
title: One key
acts:
  - id: one
    title: One
    steps:
      - {id: people, do: roll-call, title: P, by: administrator, why: T, minutes: 1}
      - {id: station, do: environment, title: S, by: operator, why: T, minutes: 1}
      - {id: wrap, do: byok.wrap, title: W, by: administrator, watch: [witness], why: T, minutes: 1, FIELDS}
END2
# short FIELDS: one.yaml
n=0
short()
{
	n=$((n + 1))
	sed "s|FIELDS|$1|" short.yaml >one.yaml
}
files='kek: kek.pem, show: kek-show.json, blob: key.byok'
# room [ANSWERS [SITE]]: a new one over one.yaml
# shellcheck disable=SC2317 # expect_exit runs it
room()
{
	"$ceremony" run one.yaml --site "${2:-site.yaml}" --dir "room$n" \
		--rehearsal --answers "${1:-answers.yaml}"
}

for case in "kek: kek.pem, show: s, blob: b|names no key: 'key' or 'oct'" \
	"$files, key: ../x|'../x' is no name of a file" \
	"show: s, blob: b, key: k|'kek' is missing" \
	"kek: kek.pem, blob: b, key: k|'show' is missing" \
	"kek: kek.pem, show: s, key: k|'blob' is missing"; do
	short "${case%%|*}"
	expect_exit 3 "${case#*|}" "$ceremony" script check one.yaml
done
short "$files, key: key.pem, readback_by: administrator"
expect_exit 1 "has nobody but 'administrator' to read the key back" \
	"$ceremony" script check one.yaml --site site.yaml
short "$files, object: byok-key"
expect_exit 1 "needs a card of administrator-1; the site file has none" \
	"$ceremony" script check one.yaml --site site.yaml
sed 's/do: environment/do: read/' short.yaml |
	sed "s|FIELDS|$files, key: key.pem|" >one.yaml
expect_exit 1 "(byok.wrap): the station was not judged" "$ceremony" script \
	check one.yaml --site site.yaml
short "$files, key: key.pem"
sed -i 's/do: roll-call/do: read/' one.yaml
expect_exit 1 "(byok.wrap): nobody is signed in" "$ceremony" script check \
	one.yaml --site site.yaml

short "$files, key: key.pem"
sed 's/id: wrap/id: again/' one.yaml | tail -1 >line
cat line >>one.yaml
expect_exit 1 "makes the blob 'key.byok', which step 'wrap' has made" \
	"$ceremony" script check one.yaml --site site.yaml
short "$files, key: key.pem, for_each: witness"
expect_exit 1 "makes one blob: a step for each key" "$ceremony" script check \
	one.yaml --site site.yaml

# What is refused, and goes on when it is mended.
short "$files, oct: key.bin"
bring key.bin=oct.want
show_kek kek.pem "$kid" "import decrypt" >$in/kek-show.json
expect_exit 1 "its key operations are not exactly \"import\"" room
check "such a key show is not kept" test ! -e "room$n/artifacts/kek-show.json"
show_kek kek.pem "${kid/contoso-hsm-eu/other}" import >$in/kek-show.json
expect_exit 1 "is not that of the pool contoso-hsm-eu" room
cp show.json $in/kek-show.json
answers 's/copy: o/copy: c/'
expect_exit 1 "no second path" room other.yaml
answers 's/wrap: WRAP/wrap: NO/'
expect_exit 5 "is not the word WRAP" room other.yaml
check "until then nothing was written" test ! -e $out/key.byok
answers 's/source-fate: k/source-fate: d/'
expect_exit 1 "key.bin is still on the medium: it is not destroyed" \
	room other.yaml
cp $out/key.byok first.byok
rm $in/key.bin
answers 's/source-fate: k/source-fate: d/; s/source-seen: .*/source-seen: "no"/'
expect_exit 1 "witness-1 did not see what became of the key" room other.yaml
answers 's/source-fate: k/source-fate: d/'
expect_exit 0 "" room other.yaml
check "the blob is the first one: nothing was wrapped twice" cmp \
	$out/key.byok first.byok
check "openssl opens it" unwrap $out/key.byok kek.key 3072
check "to the very AES key" cmp got oct.want
"$ceremony" audit show "room$n" --json >rows.json
check "the journal has its check value and the end of its source" python3 - \
	"$(printf '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' | openssl enc \
	-aes-256-ecb -nopad -K "$(hex oct.want)" | od -An -tx1 -N3 |
	tr -d ' ')" <<'EOF'
import json, sys
rows = [json.loads(s) for s in open("rows.json")]
w, = [e["facts"] for e in rows if e["kind"] == "byok.wrapped"]
assert (w["type"], w["check-value"]) == ("oct", sys.argv[1]), w
s, = [e["facts"] for e in rows if e["kind"] == "byok.source"]
assert (s["fate"], s["bag"]) == ("destroyed", ""), s
EOF
check "and verifies" "$ceremony" audit verify "room$n"

short 'kek: kek.pem, show: kek-show.json, blob: kek.pem, key: key.pem'
bring key.pem=ec.pem
expect_exit 1 "kek.pem is in the journal already, and this step did not make" \
	room

# An attestation that does not hold; an encrypted key; one that is none.
short "$files, key: key.pem, attestation: att.json"
bring key.pem=ec.pem att.json=show.json
answers 's/attested: .*/attested: "yes"/'
expect_exit 3 "att.json" room other.yaml
check "what was brought as one is not kept" test ! -e "room$n/artifacts/att.json"
cp kek.key $in/key.pem
expect_exit 1 "the private half of the KEK itself" room
openssl pkcs8 -topk8 -in rsa.pem -passout pass:sesame -out $in/key.pem
mkdir -p cards/administrator-1
echo wrong >cards/administrator-1/pin.password
expect_exit 1 "the password does not open the private key" room
echo sesame >cards/administrator-1/pin.password
expect_exit 0 "" room
check "an encrypted key's blob opens" unwrap $out/key.byok kek.key 3072
check "to the very RSA key" cmp got rsa.want
rm -r cards/administrator-1

# A suspension after the blob: the same one afterwards.
short "$files, key: key.pem"
bring key.pem=ec.pem
answers 's/source-fate: k/source-fate: suspend/'
expect_exit 5 "" room other.yaml
cp $out/key.byok first.byok
expect_exit 0 "" "$ceremony" resume --dir "room$n" --answers answers.yaml
check "after a suspension the blob is the one that was there" cmp \
	$out/key.byok first.byok

# --- a key on a card ---------------------------------------------------------
store=$tmp/cards/administrator-1
mkdir -p "$store/tokens"
printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n' \
	"$store/tokens" >"$store/softhsm2.conf"
export SOFTHSM2_CONF=$store/softhsm2.conf
softhsm2-util --init-token --free --label origin --so-pin 12345678 \
	--pin 123456 >/dev/null
echo 123456 >"$store/pin"
p11() { pkcs11-tool --module "$soft" --token-label origin --login --pin \
	123456 "$@" >p11.log 2>&1; }
p11 --write-object rsa.pem --type privkey --id 11 --label byok-key \
	--extractable --sensitive
p11 --write-object ec.pem --type privkey --id 12 --label kept --sensitive
serial=$(pkcs11-tool --module "$soft" -L |
	sed -n 's/.*serial num *: //p' | head -1)
sed "s|^cards:|&\\n  - {id: administrator-1, person: administrator-1,\
 module: softhsm, serial: \"$serial\", store: ../cards/administrator-1}|" \
	site.yaml >site2.yaml
unset SOFTHSM2_CONF
short "$files, object: byok-key"
bring
expect_exit 0 "fits the site" "$ceremony" script check one.yaml --site \
	site2.yaml
expect_exit 0 "" room answers.yaml site2.yaml
check "openssl opens the card's key" unwrap $out/key.byok kek.key 3072
check "and it is the very key" cmp got rsa.want
"$ceremony" audit show "room$n" --json >rows.json
check "the journal says that it came from a card" python3 - "$serial" <<'EOF'
import json, sys
rows = [json.loads(s) for s in open("rows.json")]
w, = [e["facts"] for e in rows if e["kind"] == "byok.wrapped"]
assert (w["source"], w["type"], w["bits"]) == ("card", "RSA", 2048), w
done = [e["facts"] for e in rows if e["kind"] == "card.done" and
        e["facts"]["command"] == "extract"]
assert len(done) == 1 and done[0]["card"] == "administrator-1", done
EOF
short "$files, object: kept"
bring
expect_exit 1 "may not leave its card (CKA_EXTRACTABLE is false)" \
	room answers.yaml site2.yaml
check "then there is no blob" test ! -e $out/key.byok
answers 's/source: k/source: c/'
short "$files, object: byok-key, key: key.pem"
bring key.pem=ec.pem
expect_exit 0 "" room other.yaml site2.yaml
check "where file and card are there, the person says which" unwrap \
	$out/key.byok kek.key 3072
check "and the card's is wrapped" cmp got rsa.want
finish
