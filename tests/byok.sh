# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Key transfer blobs for tests/e2e: opened by the openssl command line alone,
# and what az shows of a key exchange key.

# cut_blob BLOB BYTES: its ciphertext's two parts, in files ek and wrapped.
cut_blob()
{
	python3 - "$1" "$2" <<'EOF'
import base64, json, sys
blob = json.load(open(sys.argv[1]))
assert set(blob) == {"schema_version", "header", "ciphertext", "generator"}
text = blob["ciphertext"]
assert "=" not in text
raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
n = int(sys.argv[2])
open("ek", "wb").write(raw[:n])
open("wrapped", "wb").write(raw[n:])
open("size", "w").write("%d\n" % len(raw))
EOF
}

hex()
{
	od -An -v -tx1 "$1" | tr -d ' \n'
}

# unwrap BLOB KEK BITS: with openssl alone, into the file got.
# shellcheck disable=SC2317 # check runs it
unwrap()
{
	cut_blob "$1" $(($3 / 8)) &&
	openssl pkeyutl -decrypt -inkey "$2" -in ek -out aes \
	    -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha1 \
	    -pkeyopt rsa_mgf1_md:sha1 &&
	test "$(stat -c %s aes)" = 32 &&
	openssl enc -d -id-aes256-wrap-pad -iv a65959a6 \
	    -K "$(hex aes)" -in wrapped -out got
}

# show_kek PEM KID OPS: what az shows of such a key.
show_kek()
{
	python3 - "$@" <<'EOF'
import base64, json, subprocess, sys
pem, kid, ops = sys.argv[1:4]
n = subprocess.run(["openssl", "rsa", "-pubin", "-in", pem, "-noout",
    "-modulus"], check=True, capture_output=True, text=True).stdout
n = bytes.fromhex(n.strip().split("=")[1])
print(json.dumps({"attributes": {"enabled": True, "exportable": False,
    "expires": None}, "key": {"kid": kid, "kty": "RSA-HSM",
    "keyOps": ops.split(), "e": "AQAB",
    "n": base64.b64encode(n).decode(), "d": None}}))
EOF
}
