# SPDX-License-Identifier: Apache-2.0
"""Writes security domains for the tests, sharing no code with ours: Python's
standard library and the openssl command.
"""
import base64
import hashlib
import hmac
import json
import os
import subprocess

P = 257


def b64u(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def run(args, data):
    return subprocess.run(["openssl"] + args, input=data, check=True,
                          capture_output=True).stdout


def kdf(master, tag):
    return hmac.new(master, b"\0\0\0\1" + tag.encode() + b"\0\0\0\2\0",
                    hashlib.sha512).digest()


def seal(header, cek, ek, plain, pad=True):
    head = b64u(json.dumps(header).encode())
    iv = os.urandom(16)
    ct = run(["enc", "-aes-256-cbc", "-K", cek[32:].hex(), "-iv", iv.hex()] +
             ([] if pad else ["-nopad"]), plain)
    mac = hmac.new(cek[:32], head.encode() + iv + ct +
                   (8 * len(head)).to_bytes(8, "big"), hashlib.sha512)
    return ".".join([head, b64u(ek), b64u(iv), b64u(ct),
                     b64u(mac.digest()[:32])])


def thumb(cer):
    der = run(["x509", "-in", cer, "-outform", "DER"], b"")
    return b64u(hashlib.sha256(der).digest())


WRAP = {"alg": "RSA-OAEP-256", "enc": "A256CBC-HS512", "kid": "not used"}


def wrap(cer, plain, header=None, pad=True):
    cek = os.urandom(64)
    ek = run(["pkeyutl", "-encrypt", "-certin", "-inkey", cer,
              "-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt",
              "rsa_oaep_md:sha256", "-pkeyopt", "rsa_mgf1_md:sha256"], cek)
    return seal(header or WRAP, cek, ek, plain, pad)


def words(pairs):
    return b"".join((x << 9 | v).to_bytes(2, "little") for x, v in pairs)


def split(master, n, m=2, constant=False):
    """Shares for x = 1..n; constant: the defect, one set for every byte."""
    coefs = [[b * 2 % P for b in os.urandom(m - 1)] for _ in master]
    if constant:
        coefs = coefs[:1] * len(master)
    return [[(x, sum((c * x ** (k + 1) for k, c in enumerate(cs)), s) % P)
             for s, cs in zip(master, coefs)] for x in range(1, n + 1)]


def enc_data(master, data):
    return {"data": [
        {"compact_jwe": seal({"alg": "dir", "enc": "A256CBC-HS512",
                              "kid": tag}, kdf(master, tag), b"", plain),
         "tag": tag} for tag, plain in data], "kdf": "sp108_kdf"}


def domain(certs, required, master, shares, data):
    return {"EncData": enc_data(master, data),
            "SharedKeys": {"enc_shares": [
                {"enc_key": wrap(c, words(s)), "x5t_256": thumb(c)}
                for c, s in zip(certs, shares)],
                "key_algorithm": "shamir_share", "required": required},
            "version": 2}


def write(path, doc):
    with open(path, "w", encoding="utf-8") as f:
        f.write(json.dumps(doc, separators=(",", ":"), sort_keys=True))
