#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 280
# exchange.ratify: evidence that is proven, that is missing, that fails; the
# three carriers; the read-back; what the journal holds of each, and that the
# blob goes to the ratified key and to no other.
set -eu
. "$(dirname "$0")/../lib.sh"
need python3 openssl
[ -e /usr/lib/softhsm/libsofthsm2.so ] || skip_all "softhsm2 is not installed"
DEST=contoso-hsm-neu
SDE=to-offline/$DEST-SDE

sed 's/^sizes: .*/sizes: [2048]/' "$root/scripts/rehearsal.yaml" >script.yaml
"$root/scripts/rehearsal-site.sh" 3 2 >site.yaml
sed 's/^wait-seconds: .*/wait-seconds: 1/' \
	"$root/scripts/rehearsal-answers.yaml" >short.yaml
cp "$root/scripts/rehearsal-answers.yaml" long.yaml
# Only what receiving needs: signing cards, the key, the end.
python3 - script.yaml >mini.yaml <<'END'
import re, sys
text = open(sys.argv[1]).read()
head, *acts = re.split(r"(?m)^  - id: (?=\w+\n    title)", text)
keep = ("opening", "witnesses", "recovery", "closing")
acts = [a for a in acts if a.split("\n")[0] in keep]
text = head + "".join("  - id: " + a for a in acts)
print(re.sub(r"(?m)^      - id: (unlock|blob)\n(        .*\n)+", "", text),
      end="")
END
sed '/exception_by:/d; /reason:/d' mini.yaml >strict.yaml

# new NAME: a rehearsal's folder; at NAME: one that waits for the key.
at() { cp -a stage "$1"; }
new() { mkdir "$1" "$1/medium" "$1/medium/to-offline" "$1/cards" "$1/pool"; }
# key DIR [OPTION...]: the pool of DIR makes an exchange key, on the medium
key()
{
	local as=cer

	case " $* " in *" jwk "*) as=jwk.json ;; *" body "*) as=json ;; esac
	"$pool" create --dir "$1/pool" --name $DEST >/dev/null 2>&1 || :
	rm -f "$1/medium/$SDE".*
	"$pool" init-recovery --dir "$1/pool" --name $DEST "${@:2}" \
		-o "$1/medium/$SDE.$as" >/dev/null
}
run()
{
	expect_exit "$1" "$2" "$ceremony" run "${script:-mini.yaml}" --site \
		"${site:-site.yaml}" --dir "$3/ceremony" --rehearsal \
		--answers "${4:-short.yaml}"
}
resume()
{
	expect_exit "$1" "$2" "$ceremony" resume --dir "$3/ceremony" \
		--answers "${4:-short.yaml}"
}
# answers LINE: the short answers with one line in place of its like
answers()
{
	grep -v "^  ${1%%:*}:" short.yaml >made.yaml
	printf '  %s\n' "$1" >>made.yaml
}
# facts DIR KIND NAME...: of each such row, one a line
facts()
{
	"$ceremony" audit show "$1/ceremony" --json | python3 -c '
import json, sys
for e in map(json.loads, sys.stdin):
    if e.get("kind") == sys.argv[1]:
        print(*[e["facts"].get(n) for n in sys.argv[2:]])' "${@:2}"
}
verifies()
{
	check "$1: the export verifies" "$ceremony" audit verify \
		"$1/export" --require closed,signed
	check "$1: in Python too" python3 "$root/audit/verify.py" \
		"$1/export" --require closed,signed
}
der() { openssl x509 -in "$1" -outform DER | sha256sum | cut -d' ' -f1; }
# nobody DIR: nothing was received, kept or signed for
nobody()
{
	same "$1: nothing was ratified" "" \
		"$(facts "$1" exchange.ratified evidence)"
	check "$1: the key is not kept" test ! -e \
		"$1/ceremony/artifacts/exchange.cer"
	same "$1: nobody signed an exception for it" "" \
		"$(facts "$1" approval signer)"
	check "$1: the journal verifies" "$ceremony" audit verify \
		"$1/ceremony"
}

# --- proven, the whole way ------------------------------------------------
new whole
"$pool" create --dir whole/pool --name contoso-hsm-eu >/dev/null
background "$pool" attend --dir whole/pool --medium whole/medium
attend=$last_pid
script=script.yaml run 0 "is complete" whole long.yaml
kill "$attend"
verifies whole
same "the evidence is proven, under the rehearsal's root" \
	"proven under a rehearsal root" \
	"$(facts whole exchange.ratified evidence)"
same "no exception speaks of the key" "" "$(facts whole exception.open \
	exchange.sha256 | grep -v None || :)"
facts whole exchange.link name state >links.txt
for link in certificate-dates pool-name pck-root qe-identity \
    quote-signature enclave-signer enclave-svn key-binding; do
	check "the journal has that $link holds" grep -qx "$link holds" \
		links.txt
done
check "and what is not shown" grep -qx "key-origin unproved" links.txt
refute "no link fails" grep -q fails links.txt
same "the ratified key is the one on the medium" \
	"$(der "whole/medium/$SDE.cer")" \
	"$(facts whole exchange.ratified exchange.sha256)"
same "a second person read it back" \
	"exchange witness-2 own screen True" \
	"$(facts whole readback subject person source right)"
check "the blob is for that key" python3 - \
	whole/export/artifacts/restore-blob.json \
	"$(der "whole/medium/$SDE.cer")" <<'END'
import base64, json, sys
blob = json.load(open(sys.argv[1]))
head = blob["EncData"]["data"][0]["compact_jwe"].split(".")[0]
raw = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
text = json.dumps(blob) + json.dumps(raw)
sha = bytes.fromhex(sys.argv[2])
assert base64.urlsafe_b64encode(sha).decode().rstrip("=") in text or \
    sys.argv[2] in text.lower(), text[:2000]
END

new stage
run 5 "nothing came within 1 s: Waiting for $SDE.cer" stage

# --- no evidence ----------------------------------------------------------
at bare
key bare --bare
resume 0 "is complete" bare
verifies bare
same "it says so" "none: exception" "$(facts bare exchange.ratified evidence)"
check "the export shows the exception, signed by two people's cards" \
	python3 - bare/export "$(der "bare/medium/$SDE.cer")" <<'END'
import base64, hashlib, json, subprocess, sys
export, sha = sys.argv[1:]
rows = [json.loads(s) for s in open(export + "/journal.jsonl")]
facts = [{"kind": r["entry"]["k"], **{n: f["value"] for n, f in
          r["facts"].items()}} for r in rows]
[opened] = [f for f in facts if f["kind"] == "exception.open" and
            f.get("exchange.sha256") == sha]
assert "carries no evidence" in opened["happened"], opened
assert any(f["kind"] == "exception.close" and
           f["number"] == opened["number"] for f in facts)
certs = {f["cert.sha256"]: base64.b64decode(f["cert"]) for f in facts
         if "cert" in f}
signed = [f for f in facts if f["kind"] == "approval"]
assert sorted(f["signer"] for f in signed) == ["auditor-1", "witness-1"]
for f in signed:
    assert f["text"].startswith("ceremony-approval-v1 rehearsal ")
    assert f["text"].endswith(" exchange-without-evidence " + sha)
    der = certs[f["cert.sha256"]]
    assert hashlib.sha256(der).hexdigest() == f["cert.sha256"]
    open("c.der", "wb").write(der)
    open("text", "w").write(f["text"])
    open("sig", "wb").write(base64.b64decode(f["signature"]))
    pub = subprocess.run(["openssl", "x509", "-inform", "DER", "-in",
        "c.der", "-pubkey", "-noout"], check=True, stdout=subprocess.PIPE)
    open("pub", "wb").write(pub.stdout)
    subprocess.run(["openssl", "dgst", "-sha256", "-verify", "pub",
        "-signature", "sig", "text"], check=True)
assert len({f["cert.sha256"] for f in signed}) == 2
END
new strict
key strict --bare
script=strict.yaml run 1 "names nobody in 'exception_by'" strict
nobody strict

# --- evidence, but nothing pinned -----------------------------------------
new unpinned
key unpinned
grep -v mrsigner: site.yaml >unpinned.yaml
site=unpinned.yaml run 0 "is complete" unpinned
same "nothing pinned is not proven" "not proven: exception" \
	"$(facts unpinned exchange.ratified evidence)"
check "the exception says why" sh -c "'$ceremony' audit show \
	unpinned/ceremony | grep -q 'exception.open.*MRSIGNER is not pinned'"
verifies unpinned

# --- the other carriers ---------------------------------------------------
for as in jwk body; do
	at $as
	key $as --as $as
	resume 0 "is complete" $as
	verifies $as
	same "$as: proven" "proven under a rehearsal root" \
		"$(facts $as exchange.ratified evidence)"
	same "$as: the certificate is kept" \
		"$(facts $as exchange.ratified exchange.sha256)" \
		"$(der $as/export/artifacts/exchange.cer)"
done
check "and the JWK as it came" cmp "jwk/medium/$SDE.jwk.json" \
	jwk/export/artifacts/exchange.jwk.json
check "and the HTTP body" cmp "body/medium/$SDE.json" \
	body/export/artifacts/exchange.http-body.json
at both
key both
cp jwk/medium/$SDE.jwk.json both/medium/$SDE.jwk.json
resume 1 "the medium holds $DEST-SDE.cer and $DEST-SDE.jwk.json" both
nobody both

# --- what fails is refused, whoever would sign ----------------------------
new signer
key signer
sed 's/mrsigner: 09/mrsigner: 0a/' site.yaml >signer.yaml
site=signer.yaml run 1 "link enclave-signer:" signer
check "nothing was decrypted, it says" grep -q \
	"nothing was decrypted or encrypted" "$tmp/out"
nobody signer
check "the journal has the link that fails" grep -qx "enclave-signer fails" \
	<<<"$(facts signer exchange.link name state)"
check "and those that it leaves open" grep -q "step.failed" \
	<<<"$("$ceremony" audit show signer/ceremony)"
resume 1 "link enclave-signer:" signer
sed 's/  mrsigner:/  svn: 2\n  mrsigner:/' site.yaml >floor.yaml
new floor
key floor
site=floor.yaml run 1 "link enclave-svn:" floor
nobody floor
at foreign
key foreign
rm foreign/medium/$SDE.cer
"$pool" create --dir theirs --name $DEST >/dev/null
"$pool" init-recovery --dir theirs --name $DEST \
	-o foreign/medium/$SDE.cer >/dev/null
resume 1 "link pck-root:" foreign
nobody foreign
at other
key other --bare
printf '[req]\ndistinguished_name=dn\n[dn]\n' >plain.cnf
openssl req -x509 -config plain.cnf -newkey rsa:3072 -nodes -keyout k -days 30 -subj \
	"/CN=other.managedhsm.azure.net" -out other/medium/$SDE.cer 2>/dev/null
resume 1 "link pool-name:" other
nobody other
openssl req -x509 -config plain.cnf -newkey rsa:2048 -nodes -keyout k -days 30 -subj \
	/CN=transfer-key -out other/medium/$SDE.cer 2>/dev/null
resume 1 "link certificate-key:" other
nobody other
# Refused, it is not kept: a key that was made again can take its place.
key other
resume 0 "is complete" other
same "the key that came after is the ratified one" \
	"$(der "other/medium/$SDE.cer")" \
	"$(facts other exchange.ratified exchange.sha256)"
expect_exit 1 "names a rehearsal-root" "$ceremony" run mini.yaml --site \
	site.yaml --dir production --answers short.yaml
check "no production was begun" test ! -e production

# A script that forgets to ratify: refused before a holder is asked.
sed '/readback_by:/d; /exception_by:/d; /reason:/d
	s/exchange.ratify/recovery.blob/' mini.yaml >forgot.yaml
new forgot
script=forgot.yaml run 1 "holds no artifact exchange.cer yet" forgot
nobody forgot

# --- the read-back --------------------------------------------------------
at words
key words
answers 'readback: one two three four five'
resume 1 "3 times witness-2 read words that are not those of" words made.yaml
nobody words
same "the journal has three tries" "1 False
2 False
3 False" "$(facts words readback try right)"
answers 'copy: c'
resume 1 "that is no second path" words made.yaml
nobody words
answers 'receive: "yes"'
resume 5 "is not the word RECEIVE" words made.yaml
nobody words
resume 0 "is complete" words
same "what was read back is not asked again in the same step" 4 \
	"$(facts words readback try | wc -l)"
verifies words
finish
