#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Open a restore blob with the exchange key and print tag, bytes, SHA-256.

The independent judge of `sd restore-blob`: the standard library and the
openssl command, no code in common with the program it judges.
usage: judge.py BLOB EXCHANGE-KEY.pem
"""
import base64
import hashlib
import hmac
import json
import subprocess
import sys


def b64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def run(args, data):
    return subprocess.run(["openssl"] + args, input=data, check=True,
                          capture_output=True).stdout


def open_jwe(text, cek):
    header, _, iv, ciphertext, tag = text.split(".")
    iv, ciphertext, tag = b64url(iv), b64url(ciphertext), b64url(tag)
    message = header.encode() + iv + ciphertext
    message += (8 * len(header)).to_bytes(8, "big")
    mac = hmac.new(cek[:32], message, hashlib.sha512).digest()[:32]
    if len(tag) != 32 or not hmac.compare_digest(mac, tag):
        sys.exit("judge: an authentication tag does not hold")
    return run(["enc", "-d", "-aes-256-cbc", "-K", cek[32:].hex(),
                "-iv", iv.hex()], ciphertext)


def expect(condition, text):
    if not condition:
        sys.exit("judge: " + text)


def main():
    with open(sys.argv[1], "rb") as f:
        blob = json.loads(f.read())
    expect(set(blob) == {"EncData", "WrappedKey"}, "top-level members")
    expect(blob["EncData"]["kdf"] == "sp108_kdf", "kdf")
    wrapped = blob["WrappedKey"]["enc_key"]
    header = json.loads(b64url(wrapped.split(".")[0]))
    expect(header["alg"] == "RSA-OAEP-256", "alg of the wrapped key")
    expect(header["enc"] == "A256CBC-HS512", "enc of the wrapped key")
    cek = run(["pkeyutl", "-decrypt", "-inkey", sys.argv[2],
               "-pkeyopt", "rsa_padding_mode:oaep",
               "-pkeyopt", "rsa_oaep_md:sha256",
               "-pkeyopt", "rsa_mgf1_md:sha256"],
              b64url(wrapped.split(".")[1]))
    master = open_jwe(wrapped, cek)
    expect(len(master) == 32, "length of the master key")
    for item in blob["EncData"]["data"]:
        header = json.loads(b64url(item["compact_jwe"].split(".")[0]))
        expect(header == {"alg": "dir", "enc": "A256CBC-HS512",
                          "kid": item["tag"]}, "header of " + item["tag"])
        label = b"\0\0\0\1" + item["tag"].encode() + b"\0\0\0\2\0"
        key = hmac.new(master, label, hashlib.sha512).digest()
        plain = open_jwe(item["compact_jwe"], key)
        print(item["tag"], len(plain), hashlib.sha256(plain).hexdigest())


main()
