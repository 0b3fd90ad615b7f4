#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Vectors of our own in Wycheproof's schema: make_vectors.py DIR

Writes oaep.json, jwe.json and aead.json with the openssl command and Python
arithmetic, no code in common with ours.  The keys are made for this and
protect nothing.
"""
import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys

DIR = sys.argv[1]


def openssl(*args, data=b""):
    return subprocess.run(["openssl", *args], input=data, check=True,
                          capture_output=True).stdout


def b64u(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def numbers(pem):
    """The integers of a PKCS#1 key."""
    der = openssl("rsa", "-traditional", "-outform", "DER", data=pem)
    out, at = [], 4
    while at < len(der):
        assert der[at] == 2
        n, at = der[at + 1], at + 2
        if n > 128:
            n, at = int.from_bytes(der[at:at + n - 128], "big"), at + n - 128
        out.append(int.from_bytes(der[at:at + n], "big"))
        at += n
    return out[1:]


def mgf(seed, n):
    return b"".join(hashlib.sha256(seed + i.to_bytes(4, "big")).digest()
                    for i in range(n // 32 + 1))[:n]


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def encode(msg, k, label=b"", first=0, lhash=None, ps=None, mark=b"\1"):
    db = (lhash or hashlib.sha256(label).digest())
    room = k - 2 * 32 - 2 - len(msg)
    db += (ps if ps is not None else b"\0") * room + mark + msg
    seed = os.urandom(32)
    masked = xor(db, mgf(seed, len(db)))
    return bytes([first]) + xor(seed, mgf(masked, 32)) + masked


def raw(em, n, e):
    return pow(int.from_bytes(em, "big"), e, n).to_bytes((n.bit_length() + 7)
                                                         // 8, "big")


def oaep():
    pem = openssl("genpkey", "-algorithm", "RSA", "-pkeyopt",
                  "rsa_keygen_bits:2048")
    n, e = numbers(pem)[:2]
    tests, k = [], 256

    def add(comment, result, msg, ct, label=b""):
        tests.append({"tcId": len(tests) + 1, "comment": comment, "flags": [],
                      "msg": msg.hex(), "ct": ct.hex(), "label": label.hex(),
                      "result": result})
    for size in (1, 63, 64, 65, 190):
        msg = os.urandom(size)
        add("%d bytes" % size, "valid", msg, raw(encode(msg, k), n, e))
    msg = os.urandom(64)
    add("empty", "valid", b"", raw(encode(b"", k), n, e))
    add("a label", "valid", msg, raw(encode(msg, k, b"label"), n, e),
        b"label")
    for comment, em in (
            ("first byte 1", encode(msg, k, first=1)),
            ("hash of another label", encode(msg, k, b"other")),
            ("hash of the label by SHA-1",
             encode(msg, k, lhash=hashlib.sha1(b"").digest() + bytes(12))),
            ("padding of twos", encode(msg, k, ps=b"\2")),
            ("mark 2", encode(msg, k, mark=b"\2")),
            ("no mark", encode(bytes(64), k, mark=b"\0")),
            ("PKCS#1 v1.5", b"\0\2" + b"\x55" * (k - 67) + b"\0" + msg),
            ("zero", bytes(k))):
        add(comment, "invalid", msg, raw(em, n, e))
    good = raw(encode(msg, k), n, e)
    add("a byte changed", "invalid", msg, good[:-1] + bytes([good[-1] ^ 1]))
    add("a byte missing", "invalid", msg, good[:-1])
    add("a byte before", "invalid", msg, b"\0" + good)
    add("a byte after", "invalid", msg, good + b"\0")
    add("nothing", "invalid", msg, b"")
    more = 1 << 2048
    while more >= 1 << 2048:
        more = int.from_bytes(raw(encode(msg, k), n, e), "big") + n
    add("not reduced", "invalid", msg, more.to_bytes(k, "big"))
    return {"type": "RsaesOaepDecrypt", "keySize": 2048, "sha": "SHA-256",
            "mgfSha": "SHA-256", "privateKeyPem": pem.decode(),
            "tests": tests}


def seal(head, cek, ek, msg):
    head = b64u(json.dumps(head).encode())
    iv = os.urandom(16)
    ct = openssl("enc", "-aes-256-cbc", "-K", cek[32:].hex(), "-iv", iv.hex(),
                 data=msg)
    tag = hmac.new(cek[:32], head.encode() + iv + ct +
                   (8 * len(head)).to_bytes(8, "big"),
                   hashlib.sha512).digest()[:32]
    return ".".join((head, b64u(ek), b64u(iv), b64u(ct), b64u(tag)))


def jwe():
    pem = openssl("genpkey", "-algorithm", "RSA", "-pkeyopt",
                  "rsa_keygen_bits:2048")
    v = numbers(pem)
    n, e = v[:2]
    names = ("n", "e", "d", "p", "q", "dp", "dq", "qi")
    jwk = {a: b64u(x.to_bytes((x.bit_length() + 7) // 8, "big"))
           for a, x in zip(names, v)}
    jwk.update({"kty": "RSA", "alg": "RSA-OAEP-256"})
    cek, msg = os.urandom(64), b"The true sign of intelligence"
    ek = raw(encode(cek, 256), n, e)
    tests = []

    def add(comment, result, text):
        tests.append({"tcId": len(tests) + 1, "comment": comment, "jwe": text,
                      "pt": msg.hex(), "result": result, "flags": []})
    head = {"alg": "RSA-OAEP-256", "enc": "A256CBC-HS512", "kid": "not used"}
    good = seal(head, cek, ek, msg)
    add("ours", "valid", good)
    for name, value in (("alg", "RSA-OAEP"), ("alg", "RSA1_5"),
                        ("alg", "dir"), ("alg", "none"),
                        ("enc", "A256GCM"), ("enc", "A128CBC-HS256"),
                        ("zip", "DEF"), ("crit", ["kid"])):
        add("%s %s" % (name, value), "invalid",
            seal(dict(head, **{name: value}), cek, ek, msg))
    parts = good.split(".")
    for i, what in enumerate(("header", "encrypted key", "IV", "ciphertext",
                              "tag")):
        p = list(parts)
        p[i] = p[i][:-3] + ("AAA" if p[i][-3:-1] != "AA" else "BBA")
        add(what + " changed", "invalid", ".".join(p))
        p[i] = ""
        add(what + " missing", "invalid", ".".join(p))
        add(what + " cut off", "invalid", ".".join(parts[:i]))
    cut = base64.urlsafe_b64decode(parts[4] + "=")
    for size in (0, 1, 16, 31):
        add("tag of %d bytes" % size, "invalid",
            ".".join(parts[:4] + [b64u(cut[:size])]))
    add("tag of 33 bytes", "invalid",
        ".".join(parts[:4] + [b64u(cut + b"\0")]))
    for size in (32, 63, 65):
        other = os.urandom(size)
        short = seal(head, (other + bytes(64))[:64],
                     raw(encode(other, 256), n, e), msg)
        add("content key of %d bytes" % size, "invalid", short)
    return {"type": "JsonWebEncryption", "private": jwk, "tests": tests}


def aead():
    tests = []
    for size in (0, 1, 15, 16, 17, 1000):
        for aad in (b"", b"eyJ9", os.urandom(200)):
            key, iv, msg = os.urandom(64), os.urandom(16), os.urandom(size)
            ct = openssl("enc", "-aes-256-cbc", "-K", key[32:].hex(), "-iv",
                         iv.hex(), data=msg)
            tag = hmac.new(key[:32], aad + iv + ct +
                           (8 * len(aad)).to_bytes(8, "big"),
                           hashlib.sha512).digest()[:32]
            t = {"key": key, "iv": iv, "aad": aad, "msg": msg, "ct": ct,
                 "tag": tag}
            cases = [("valid", t)]
            for name in ("key", "iv", "aad", "ct", "tag"):
                if t[name]:
                    b = t[name][:-1] + bytes([t[name][-1] ^ 128])
                    if name == "key":   # the half that the tag depends on
                        b = bytes([key[0] ^ 1]) + key[1:]
                    cases.append(("invalid", dict(t, **{name: b})))
            for result, c in cases if size in (0, 17) else cases[:1]:
                tests.append(dict({k: v.hex() for k, v in c.items()},
                                  tcId=len(tests) + 1, result=result,
                                  comment="", flags=[]))
    # Authentic, but padded by somebody who cannot: not a text of ours.
    key, iv = os.urandom(64), os.urandom(16)
    ct = openssl("enc", "-aes-256-cbc", "-nopad", "-K", key[32:].hex(), "-iv",
                 iv.hex(), data=bytes(32))
    for c in (ct, b""):
        tag = hmac.new(key[:32], iv + c + bytes(8), hashlib.sha512).digest()
        tests.append({"key": key.hex(), "iv": iv.hex(), "aad": "", "msg": "",
                      "ct": c.hex(), "tag": tag[:32].hex(), "flags": [],
                      "tcId": len(tests) + 1, "result": "invalid",
                      "comment": "padding"})
    return {"type": "AeadTest", "keySize": 512, "ivSize": 128,
            "tagSize": 256, "tests": tests}


for make in (oaep, jwe, aead):
    group = make()
    with open(os.path.join(DIR, make.__name__ + ".json"), "w") as f:
        json.dump({"numberOfTests": len(group["tests"]),
                   "testGroups": [group]}, f, indent=1)
        f.write("\n")
