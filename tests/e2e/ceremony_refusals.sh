#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a ceremony refuses, one cause at a time: its exit code and sentence,
# nothing written that should not be, a journal that verifies, and, where the
# cause can be repaired, a `resume` that goes on to the end.
# timeout: 240
set -eu
. "$(dirname "$0")/../lib.sh"
need python3 openssl
[ -e /usr/lib/softhsm/libsofthsm2.so ] || skip_all "softhsm2 is not installed"

sed 's/^sizes: .*/sizes: [2048]/' "$root/scripts/rehearsal.yaml" >script.yaml
"$root/scripts/rehearsal-site.sh" 3 2 >site.yaml
sed 's/^wait-seconds: .*/wait-seconds: 1/; s/^card-retries: .*/card-retries: 0/' \
	"$root/scripts/rehearsal-answers.yaml" >short.yaml
sed 's/^card-retries: .*/card-retries: 0/; s/^wait-seconds: .*/wait-seconds: 30/' \
	"$root/scripts/rehearsal-answers.yaml" >answers.yaml

# new NAME: a rehearsal's folder; at STAGE NAME: a copy of one.
new() { mkdir "$1" "$1/medium" "$1/cards" "$1/pool"; }
at() { cp -a "stage-$1" "$2"; }
run()
{
	expect_exit "$1" "$2" "$ceremony" run script.yaml --site site.yaml \
		--dir "$3/ceremony" --rehearsal --answers "${4:-short.yaml}"
}
resume()
{
	expect_exit "$1" "$2" "$ceremony" resume --dir "$3/ceremony" \
		--answers "${4:-short.yaml}"
}
# answers_with LINE: short answers and one more; the file's name on stdout
answers_with()
{
	n=$((${n:-0} + 1))
	{ cat short.yaml; printf '  %s\n' "$1"; } >"answers-$n.yaml"
	made=answers-$n.yaml
}
verifies()
{
	check "$1: the journal verifies" "$ceremony" audit verify "$1/ceremony"
}
# shellcheck disable=SC2317 # called through check
said()
{
	"$ceremony" audit show "$1/ceremony" >show.txt
	grep -qF -e "$2" show.txt
}
# The whole way to the end, once the cause is gone.
completes()
{
	local attend

	"$pool" create --dir "$1/pool" --name contoso-hsm-eu >/dev/null 2>&1 || :
	"$pool" attend --dir "$1/pool" --medium "$1/medium" >>"$1/pool.log" 2>&1 &
	attend=$!
	children="$children $attend"
	resume 0 "is complete" "$1" answers.yaml
	kill "$attend"
	wait "$attend" || :
	expect_exit 0 "anyone could have made this" "$ceremony" audit verify \
		"$1/export"
}
# nothing_new SENTENCE NAME BEFORE: the folder holds what it held
listing() { (cd "$1" && find . -type f ! -name '*.lock' | sort | xargs sha256sum); }
unchanged()
{
	listing "$2" >after.txt
	check "$1: nothing was written" cmp "$3" after.txt
}

# --- before a ceremony begins ---------------------------------------------
mkdir begin
sed 's/^  - id: opening/  - id: opening\n    id: again/' script.yaml >twice.yaml
expect_exit 3 "twice.yaml:19:5: this key is there already" "$ceremony" run \
	twice.yaml --site site.yaml --dir begin/d --rehearsal
sed 's/do: read/do: reed/' script.yaml >unknown.yaml
expect_exit 3 "there is no action 'reed'" "$ceremony" run unknown.yaml \
	--site site.yaml --dir begin/d --rehearsal
expect_exit 3 "unknown.yaml:22:13" "$ceremony" run unknown.yaml --site \
	site.yaml --dir begin/d --rehearsal
sed 's/role: witness/role: wizard/' site.yaml >wizard.yaml
expect_exit 3 "'wizard' is no role" "$ceremony" run script.yaml --site \
	wizard.yaml --dir begin/d --rehearsal
grep -v '{id: holder-2, person' site.yaml >cardless.yaml
expect_exit 1 "needs a card of holder-2; the site file has none" "$ceremony" \
	run script.yaml --site cardless.yaml --dir begin/d --rehearsal
sed '/\(role\|person\): auditor/d; s/auditor-1/witness-1/' site.yaml >people.yaml
expect_exit 1 "'auditor', whom the site file does not have" "$ceremony" \
	run script.yaml --site people.yaml --dir begin/d --rehearsal
expect_exit 6 "none.yaml" "$ceremony" run none.yaml --site site.yaml \
	--dir begin/d --rehearsal
expect_exit 2 "--site is missing" "$ceremony" run script.yaml --dir begin/d
expect_exit 6 "holds no ceremony" "$ceremony" resume --dir begin/d
refute "none of them speaks of a journal that is not there" \
	grep -q "journal of" "$tmp/out"
same "none of these made a directory" "" "$(ls -A begin)"
mkdir begin/d
: >begin/d/mine
expect_exit 1 "exists and holds no journal" "$ceremony" run script.yaml \
	--site site.yaml --dir begin/d --rehearsal
same "a directory of somebody else's is left alone" mine "$(ls -A begin/d)"

# --- a directory is one ceremony's ----------------------------------------
new stage-cards
answers_with 'insert/witness-1: suspend'
run 5 "suspended in step 2.1" stage-cards "$made"
at cards other
listing other >before.txt
sed 's/^title: .*/title: Another script/' script.yaml >another.yaml
expect_exit 1 "was begun with script" "$ceremony" run another.yaml --site \
	site.yaml --dir other/ceremony --rehearsal --answers short.yaml
sed 's/^nonce: .*/nonce: 00112233445566778899aabbccddeeff/' site.yaml \
	>another-site.yaml
expect_exit 1 "was begun with site file" "$ceremony" run script.yaml --site \
	another-site.yaml --dir other/ceremony --rehearsal --answers short.yaml
expect_exit 1 "is a rehearsal; it cannot go on as the other" "$ceremony" run \
	script.yaml --site site.yaml --dir other/ceremony --answers short.yaml
unchanged "another script, site or mode" other before.txt
verifies other

exec 9>>other/ceremony/lock
flock 9
expect_exit 6 "is in use by another program" "$ceremony" resume --dir \
	other/ceremony --answers short.yaml
exec 9>&-
unchanged "a second program" other before.txt

# The go/no-go names them; a script without that step does not get past them.
new production
expect_exit 1 "names a rehearsal-root" "$ceremony" run script.yaml --site \
	site.yaml --dir production/ceremony --answers answers.yaml
check "no ceremony was begun with it" test ! -e production/ceremony
grep -v rehearsal-root site.yaml >production.yaml
expect_exit 1 "tokens" "$ceremony" run script.yaml --site production.yaml \
	--dir production/ceremony --answers answers.yaml
check "the go/no-go stops a production and names what does not hold" \
	grep -q "NO-GO: .* do not hold: .*tokens" "$tmp/out"
verifies production
python3 - script.yaml >blind.yaml <<'END'
import re, sys
print(re.sub(r"      - id: station\n(        .*\n)+", "",
             open(sys.argv[1]).read()), end="")
END
expect_exit 1 "the station was not judged: no go/no-go" "$ceremony" run \
	blind.yaml --site production.yaml --dir production/blind \
	--answers answers.yaml
check "a script that never asks is not begun" test ! -e production/blind
# One that has no need of it still does not get past them.
cat >one-card.yaml <<'END'
ceremony: one-card
format: 1
title: One card
acts:
  - id: one
    title: One
    steps:
      - {id: people, do: roll-call, title: A, by: witness, why: T, minutes: 1}
      - {id: card, do: card.identify, keys: signing, title: B, by: witness, why: T, minutes: 1}
END
sed 's,store: ../cards/witness-1,serial: "1"\, &,' production.yaml >serial.yaml
expect_exit 1 "card 'witness-1' is a software token; production refuses it" \
	"$ceremony" run one-card.yaml --site serial.yaml \
	--dir production/blind --answers answers.yaml
same "production makes no card store" "" "$(ls -A production/cards)"
check "its journal verifies" "$ceremony" audit verify production/blind

# --- people and cards -----------------------------------------------------
answers_with 'present/holder-2: "no"'
new absent
run 1 "holder-2 is not in the room" absent "$made"
verifies absent
new noanswer
grep -v '^  clock:' short.yaml >noclock.yaml
run 5 "the answers file has no answer 'clock'" noanswer noclock.yaml
verifies noanswer
completes noanswer

new stage-import
run 5 "nothing came within 1 s" stage-import
verifies stage-import
check "the request is on the medium" test -s \
	stage-import/medium/to-online/contoso-hsm-eu.download-request.json

SD=contoso-hsm-eu-SD.json
request=stage-import/medium/to-online/contoso-hsm-eu.download-request.json
"$pool" create --dir good --name contoso-hsm-eu >/dev/null
"$pool" download --dir good --name contoso-hsm-eu --request "$request" \
	-o good.json >/dev/null
mkdir -p stage-import/medium/to-offline

# A holder's PIN: the share is asked for with a journaled login.
at import wrongpin
cp good.json "wrongpin/medium/to-offline/$SD"
mv wrongpin/cards/holder-1/pin holder.pin
printf 00000000 >wrongpin/cards/holder-1/pin
listing wrongpin/cards >cards-before.txt
resume 4 "PIN" wrongpin
verifies wrongpin
check "the journal has the refused login" said wrongpin card.failed
refute "and not the PIN" grep -rq 00000000 wrongpin/ceremony
mv holder.pin wrongpin/cards/holder-1/pin
rm "wrongpin/medium/to-offline/$SD"
cp -a good/. wrongpin/pool/
completes wrongpin

# The cards of two holders exchanged, and one that is gone.
at import swapped
cp good.json "swapped/medium/to-offline/$SD"
mv swapped/cards/holder-1/tokens t
mv swapped/cards/holder-2/tokens swapped/cards/holder-1/tokens
mv t swapped/cards/holder-2/tokens
resume 4 "no such card is present" swapped
verifies swapped
mv swapped/cards/holder-1/tokens t
mv swapped/cards/holder-2/tokens swapped/cards/holder-1/tokens
mv t swapped/cards/holder-2/tokens
cp -a good/. swapped/pool/
completes swapped

# A token that is no blank one and not ours is passed over.
at cards blank
mkdir -p blank/cards/witness-1/tokens blank/conf
printf 'directories.tokendir = %s\nobjectstore.backend = file\n' \
	"$PWD/blank/cards/witness-1/tokens" >blank/conf/softhsm2.conf
SOFTHSM2_CONF=$PWD/blank/conf/softhsm2.conf softhsm2-util --init-token \
	--free --label theirs --so-pin 12345678 --pin 12345678 >/dev/null
resume 5 "nothing came within 1 s" blank
check "a token of somebody else's is not touched" \
	test "$(find blank/cards/witness-1/tokens -mindepth 1 -maxdepth 1 |
	wc -l)" = 2
verifies blank

# --- the domain -----------------------------------------------------------
at import cut
head -c 1000 good.json >"cut/medium/to-offline/$SD"
resume 3 "$SD" cut
check "nothing of a broken domain is kept" test ! -e \
	cut/ceremony/artifacts/domain.json
verifies cut
rm "cut/medium/to-offline/$SD"
cp -a good/. cut/pool/
completes cut

at import foreign
for i in 1 2 3; do
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=f$i" \
		-keyout "f$i.key" -out "f$i.cer" 2>/dev/null
done
"$ceremony" sd wrapping-set --sd-wrapping-keys f1.cer f2.cer f3.cer \
	--sd-quorum 2 -o theirs >/dev/null 2>&1
"$pool" create --dir foreign/pool --name contoso-hsm-eu >/dev/null
"$pool" download --dir foreign/pool --name contoso-hsm-eu --request \
	"$(find theirs -name '*request*' | head -n 1)" \
	-o "foreign/medium/to-offline/$SD" >/dev/null
resume 1 "destroy the pool before any key is made in it" foreign
check "it says whose share is missing" grep -q "no share for holder-1" \
	"$tmp/out"
verifies foreign
resume 1 "destroy the pool before any key is made in it" foreign
verifies foreign

# --- recovery -------------------------------------------------------------
at import stage-exchange
cp good.json "stage-exchange/medium/to-offline/$SD"
cp -a good/. stage-exchange/pool/
resume 5 "contoso-hsm-neu-SDE.cer" stage-exchange
check "the domain was proven" said stage-exchange domain.datum

at exchange expired
python3 - expired.cer <<'END'
import subprocess, sys
subprocess.run(["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes",
    "-keyout", "e.key", "-subj", "/CN=x", "-out", "e.csr"], check=True,
    stderr=subprocess.DEVNULL)
open("index.txt", "w").close()
open("serial", "w").write("01\n")
open("ca.cnf", "w").write("[ca]\ndefault_ca=c\n[c]\ndatabase=index.txt\n"
    "serial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n"
    "[p]\ncommonName=supplied\n")
subprocess.run(["openssl", "ca", "-batch", "-config", "ca.cnf", "-selfsign",
    "-keyfile", "e.key", "-in", "e.csr", "-startdate", "20200101000000Z",
    "-enddate", "20200201000000Z", "-notext", "-out", sys.argv[1]],
    check=True, stderr=subprocess.DEVNULL)
END
cp expired.cer expired/medium/to-offline/contoso-hsm-neu-SDE.cer
resume 1 "outside its dates" expired
check "an expired exchange certificate is not kept" test ! -e \
	expired/ceremony/artifacts/exchange.cer
check "nothing was encrypted to it" test ! -e \
	expired/medium/to-online/contoso-hsm-neu.restore-blob.json
verifies expired
rm expired/medium/to-offline/contoso-hsm-neu-SDE.cer
completes expired

at exchange notcert
head -c 300 good.json >notcert/medium/to-offline/contoso-hsm-neu-SDE.cer
resume 3 "contoso-hsm-neu-SDE.cer" notcert
verifies notcert

at exchange unsure
"$pool" create --dir unsure/pool --name contoso-hsm-neu >/dev/null
"$pool" init-recovery --dir unsure/pool --name contoso-hsm-neu \
	-o sde.cer >/dev/null
cp sde.cer unsure/medium/to-offline/contoso-hsm-neu-SDE.cer
sed 's/receive: RECEIVE/receive: "yes"/' short.yaml >notword.yaml
resume 5 "is not the word RECEIVE" unsure notword.yaml
check "without the word nobody receives anything" test ! -e \
	unsure/medium/to-online/contoso-hsm-neu.restore-blob.json
verifies unsure

cp -a unsure failed
printf '{"status":"Failed","status_details":"no"}' \
	>failed/medium/to-offline/contoso-hsm-neu.upload-result.json
resume 1 "the online side reports 'Failed'" failed
verifies failed
check "the failed upload is in the journal" said failed upload.result
rm failed/medium/to-offline/contoso-hsm-neu.upload-result.json
completes failed

# --- the end --------------------------------------------------------------
cp -a unsure taken
mkdir taken/export
: >taken/export/mine
"$pool" attend --dir taken/pool --medium taken/medium >/dev/null 2>&1 &
attend=$!
children="$children $attend"
resume 1 "exists already" taken answers.yaml
kill "$attend"
wait "$attend" || :
same "an export of somebody else's is left alone" mine "$(ls -A taken/export)"
verifies taken
rm -r taken/export
completes taken
resume 0 "is complete" taken answers.yaml
finish
