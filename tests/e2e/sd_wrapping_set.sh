#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# sd wrapping-set: what it writes is what the online host, az and a register
# of keys want; what it refuses leaves no directory.
set -eu
. "$(dirname "$0")/../lib.sh"

need openssl python3
cert()
{
	openssl req -x509 -nodes -keyout "$1.key" -out "$1.cer" -days 30 \
	    "${@:2}" 2>/dev/null
}
for i in 0 1 2; do
	cert "h$i" -newkey rsa:3072 -subj "/O=A, \"B\"/CN=holder $i" \
	    -addext keyUsage=critical,keyEncipherment
done
cat h2.key h2.cer >both.pem
"$ceremony" sd wrapping-set --sd-wrapping-keys h0.cer h1.cer both.pem \
    --sd-quorum 2 -o set/ --json >report.json 2>warnings
same "the directory holds these files and no other" \
    "az-command.txt both.cer download-request.json h0.cer h1.cer thumbprints.csv thumbprints.json" \
    "$(find set -mindepth 1 -printf '%f\n' | LC_ALL=C sort | xargs)"
same "a key beside a certificate stays behind" "" \
    "$(grep -l PRIVATE -r set || :)"
for c in h0:h0 h1:h1 both:h2; do
	check "set/${c%:*}.cer is the certificate" cmp \
	    <(openssl x509 -in "set/${c%:*}.cer" -outform DER) \
	    <(openssl x509 -in "${c#*:}.cer" -outform DER)
done
same "only the usual is warned of" 1 "$(wc -l <warnings)"
check "CA:TRUE is warned of" grep -q "3 of 3 certificates say" warnings

cat >look.py <<'EOF'
import csv, json, subprocess, sys
def ssl(cer, *args):
    out = subprocess.run(["openssl", "x509", "-in", cer, "-noout", *args],
                         check=True, capture_output=True, text=True).stdout
    return out.strip().split("=", 1)[1]
rows = list(csv.DictReader(open("set/thumbprints.csv", newline="")))
doc = json.load(open("set/thumbprints.json"))
assert doc["required"] == 2 and len(rows) == 3
assert [{k: str(v) for k, v in c.items()} for c in doc["certificates"]] == rows
request = json.load(open("set/download-request.json"))
for i, row in enumerate(rows):
    cer = "set/" + row["file"]
    assert row["holder"] == str(i + 1) and row["bits"] == "3072"
    for name in "sha256", "sha1":
        assert ssl(cer, "-fingerprint", "-" + name).replace(
            ":", "").lower() == row[name], name
    assert ssl(cer, "-serial") == row["serial"]
    assert ssl(cer, "-subject", "-nameopt", "RFC2253") == row["subject"]
    assert ssl(cer, "-enddate", "-dateopt", "iso_8601").replace(
        " ", "T").replace("Z", ".000Z") == row["not_after"]
    assert request["certificates"][i]["x5t#S256"] == row["x5t_256"]
    assert len(row["words"].split(" ")) == 32
report = json.load(open("report.json"))
assert report.pop("dir") == "set/" and report == doc
EOF
check "CSV, JSON and report agree with openssl, field by field" \
    python3 look.py

if command -v az >/dev/null; then
	interpreter=$(sed -n '1s/^#!//p' "$(command -v az)")
	code=0
	case $interpreter in
	*python3) (cd set && "$interpreter" "$root/tests/e2e/az_request.py" \
		az-command.txt >../az.json 2>../az.err) || code=$? ;;
	*) code=77 ;;
	esac
	if [ $code = 77 ]; then
		skip "az asks for the same" "this az is arranged otherwise"
	else
		check "az's own function takes the command line" test $code = 0
		same "the request is the one that az sends" \
		    "$(python3 -m json.tool --sort-keys az.json)" \
		    "$(python3 -m json.tool --sort-keys \
			set/download-request.json)"
	fi
else
	skip "az asks for the same" "azure-cli is not installed"
fi

# refused CODE TEXT CER...: and nothing is left.
refused()
{
	local code=$1 text=$2

	shift 2
	expect_exit "$code" "$text" "$ceremony" sd wrapping-set --sd-quorum 2 \
	    -o none --sd-wrapping-keys "$@"
	same "nothing is left of it" "" "$(ls -d none* 2>/dev/null || :)"
}
cert sign -newkey rsa:3072 -subj /CN=sign -addext keyUsage=digitalSignature
refused 1 "sign.cer: its key usage does not hold keyEncipherment" \
    h0.cer h1.cer sign.cer
openssl x509 -in h2.cer -outform DER -out forged.cer
printf '\0\0\0\0' | dd of=forged.cer bs=1 conv=notrunc status=none \
    seek=$(($(stat -c %s forged.cer) - 4))
refused 1 "forged.cer: it names itself as its issuer, but the signature" \
    h0.cer h1.cer forged.cer
cert e3 -newkey rsa:3072 -pkeyopt rsa_keygen_pubexp:3 -subj /CN=e3
refused 1 "e3.cer: the RSA exponent is below 65537" h0.cer h1.cer e3.cer
cert odd -newkey rsa:3000 -subj /CN=odd
refused 1 "odd.cer: its RSA modulus has 3000 bits" h0.cer h1.cer odd.cer
mkdir again
cp h0.cer again/h1.cer
refused 1 "are the same certificate" h0.cer h1.cer again/h1.cer
cp h2.cer again/h0.cer
refused 1 "would both be h0.cer" h0.cer h1.cer again/h0.cer
cp h2.cer "h 2.cer"
refused 1 "its name goes into a command line" h0.cer h1.cer "h 2.cer"
cert twin -newkey rsa:3072 -subj "/O=A, \"B\"/CN=holder 1"
expect_exit 0 "h1.cer and twin.cer name the same subject" "$ceremony" sd \
    wrapping-set --sd-quorum 2 -o twins --sd-wrapping-keys h0.cer h1.cer \
    twin.cer
expect_exit 1 "exists already" "$ceremony" sd wrapping-set --sd-quorum 2 \
    -o set --sd-wrapping-keys h0.cer h1.cer h2.cer

# The disk is full after the first files: none of them stays.
# shellcheck disable=SC2016 # the inner shell expands it
expect_exit 6 "no file of a set was left behind" bash -c \
    'trap "" XFSZ; ulimit -f 2; "$@"' full "$ceremony" sd wrapping-set \
    --sd-quorum 2 -o none --sd-wrapping-keys h0.cer h1.cer h2.cer
same "a full disk leaves no half directory" "" \
    "$(ls -d none* 2>/dev/null || :)"
finish
