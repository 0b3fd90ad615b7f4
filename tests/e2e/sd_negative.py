#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Restore blobs, download requests and certificates, broken one by one.

usage: sd_negative.py DIR
DIR holds h0..h2.cer, ex.cer (the pool's exchange certificate), other.cer,
request.json (a good request) and sd.json (a good domain of that set)
writes DIR/NAME for each case and DIR/cases: kind|NAME|exit|what it says
"""
import base64
import copy
import json
import os
import sys

from sd_writer import (b64u, enc_data, kdf, raw, run, seal, thumb, words,
                       wrap)

D = sys.argv[1]
EX, OTHER = f"{D}/ex.cer", f"{D}/other.cer"
cases = []


def put(kind, name, data, code, says):
    with open(f"{D}/{kind}-{name}", "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())
    cases.append(f"{kind}|{kind}-{name}|{code}|{says}")


def changer(kind, good):
    def change(name, edit, code, says):
        doc = copy.deepcopy(good)
        edit(doc)
        put(kind, name, json.dumps(doc), code, says)
    return change


def part(obj, key, i, new):
    parts = obj[key].split(".")
    parts[i] = new(parts[i])
    obj[key] = ".".join(parts)


def flip(text):
    data = bytearray(raw(text))
    data[0] ^= 1
    return b64u(bytes(data))


def head(**kw):
    return lambda _: b64u(json.dumps({
        "alg": "RSA-OAEP-256", "enc": "A256CBC-HS512", "kid": "not used",
        **kw}).encode())


# Restore blobs.
MASTER = os.urandom(32)
DATA = [("hsm_backup", os.urandom(500)), ("base_enclave_backup", b"x" * 16)]
BLOB = {"EncData": enc_data(MASTER, DATA),
        "WrappedKey": {"enc_key": wrap(EX, MASTER), "x5t_256": thumb(EX)}}
TEXT = json.dumps(BLOB)
blob = changer("blob", BLOB)


def key(d):
    return d["WrappedKey"]


def datum(d):
    return d["EncData"]["data"][0]


put("blob", "cut", TEXT[:-1], 3, "line 1")
put("blob", "trailing", TEXT + "{}", 3, "line 1")
put("blob", "duplicate", TEXT[:-1] + ',"WrappedKey":{}}', 3, "duplicate")
put("blob", "nul", TEXT.encode() + b"\0", 3, "NUL byte")
blob("no-key", lambda d: d.pop("WrappedKey"), 3, '"WrappedKey" is missing')
blob("version", lambda d: d.update(version=2), 3, '"version" does not belong')
blob("domain", lambda d: d.update(SharedKeys=d.pop("WrappedKey")), 3,
     "does not belong")
blob("kdf", lambda d: d["EncData"].update(kdf="x"), 1, '"kdf" is "x"')
blob("no-data", lambda d: d["EncData"].update(data=[]), 3, "has 0 items")
blob("data-17", lambda d: d["EncData"].update(data=d["EncData"]["data"] * 9),
     3, "has 18 items")
blob("tag-twice", lambda d: d["EncData"]["data"].append(datum(d)), 3,
     "is there twice")
blob("kid", lambda d: datum(d).update(tag="other"), 1, "but the tag beside")
for n in (0, 31, 33):
    blob(f"data-tag-{n}", lambda d, n=n: part(
        datum(d), "compact_jwe", 4, lambda t: b64u((raw(t) + b"\0")[:n])), 3,
        f"tag has {n} bytes, not 32")
    blob(f"key-tag-{n}", lambda d, n=n: part(
        key(d), "enc_key", 4, lambda t: b64u((raw(t) + b"\0")[:n])), 3,
        f"tag has {n} bytes, not 32")
for i, what in ((2, "iv"), (3, "ciphertext"), (4, "tag")):
    blob(f"data-{what}-flip", lambda d, i=i: part(
        datum(d), "compact_jwe", i, flip), 1, "the authentication tag does")
    blob(f"key-{what}-flip", lambda d, i=i: part(
        key(d), "enc_key", i, flip), 1, "the authentication tag does")
blob("key-flip", lambda d: part(key(d), "enc_key", 1, flip), 1,
     "does not decrypt the encrypted key")
for alg in ("RSA1_5", "RSA-OAEP", "dir"):
    blob(f"alg-{alg}", lambda d, a=alg: part(key(d), "enc_key", 0, head(
        alg=a)), 1, f'"alg" is "{alg}"')
blob("enc", lambda d: part(key(d), "enc_key", 0, head(enc="A256GCM")), 1,
     '"enc" is "A256GCM"')
blob("zip", lambda d: part(key(d), "enc_key", 0, head(zip="DEF")), 3,
     '"zip" does not belong')
blob("other-thumbprint", lambda d: key(d).update(x5t_256=thumb(OTHER)), 1,
     "another exchange certificate")
blob("other-exchange", lambda d: key(d).update(enc_key=wrap(OTHER, MASTER)),
     1, "does not decrypt the encrypted key")
for n in (0, 31, 33):
    blob(f"master-{n}", lambda d, n=n: key(d).update(enc_key=wrap(
        EX, os.urandom(n))), 3, "bytes")
blob("other-master", lambda d: key(d).update(enc_key=wrap(
    EX, os.urandom(32))), 1, "the authentication tag does not hold")
blob("padded-base64", lambda d: part(datum(d), "compact_jwe", 2,
                                     lambda t: t + "=="), 3, "base64url")
# The tag holds, so the padding is the writer's own mistake.
for name, last in (("0", b"\0" * 16), ("17", b"\x11" * 16),
                   ("mixed", b"\x03" * 13 + b"\x02\x03\x03"),
                   ("16-but-one", b"\x0f" + b"\x10" * 15)):
    blob(f"padding-{name}", lambda d, p=last: datum(d).update(
        compact_jwe=seal({"alg": "dir", "enc": "A256CBC-HS512",
                          "kid": "hsm_backup"}, kdf(MASTER, "hsm_backup"),
                         b"", os.urandom(16) + p, pad=False)), 3,
        "the padding inside the ciphertext is malformed")
put("good-blob", "as-it-is", TEXT, 0, "")

# Download requests.
with open(f"{D}/request.json", encoding="utf-8") as f:
    REQUEST = json.load(f)
request = changer("request", REQUEST)


def jwk(d):
    return d["certificates"][0]


for m in (0, 1, 11):
    request(f"required-{m}", lambda d, m=m: d.update(required=m), 3,
            f'"required" is {m}, outside 2 to 10')
request("required-4", lambda d: d.update(required=4), 1,
        "the quorum is 4 but there are only 3")
request("two", lambda d: d["certificates"].pop(), 3, "has 2 items")
request("twice", lambda d: d["certificates"].__setitem__(1, jwk(d)), 1,
        "are the same certificate")
request("member", lambda d: d.update(extra=1), 3, '"extra" does not belong')
request("kty", lambda d: jwk(d).update(kty="EC"), 1, '"kty" is "EC"')
request("alg", lambda d: jwk(d).update(alg="RSA-OAEP"), 1,
        '"alg" is "RSA-OAEP"')
for member in ("n", "e", "x5t#S256"):
    request(f"other-{member}", lambda d, k=member: jwk(d).update(
        {k: d["certificates"][1][k] if k != "e" else "Aw"}), 3,
        f'"{member}" does not belong to its certificate')
request("no-x5c", lambda d: jwk(d).pop("x5c"), 3, '"x5c" is missing')
request("x5c-two", lambda d: jwk(d).update(x5c=jwk(d)["x5c"] * 2), 3,
        "has 2 items")
request("x5c-number", lambda d: jwk(d).update(x5c=[1]), 3, "holds no text")
request("x5c-base64", lambda d: jwk(d).update(x5c=["!!!!"]), 3, "base64")
request("x5c-der", lambda d: jwk(d).update(x5c=["AAAA"]), 3,
        "no X.509 certificate")
put("request", "trailing", json.dumps(REQUEST) + "x", 3, "line 1")
put("good-request", "as-it-is", json.dumps(REQUEST), 0, "")

# Certificates: of a new holder, and of the receiver.
with open(f"{D}/h0.cer", encoding="ascii") as f:
    PEM = f.read()
DER = base64.b64decode("".join(PEM.split("\n")[1:-2]))
# name, bytes, what a holder's reader says, what the receiver's says
SPOILT = [
    ("empty", b"", "no certificate", "0 bytes, no exchange key"),
    ("text", b"no certificate\n", "no X.509 certificate", None),
    ("cut-pem", PEM[:len(PEM) // 2], "no readable certificate",
     "has an empty line or no end"),
    ("illegal-pem", PEM.replace("\n", "\n!", 2), "no readable certificate",
     "is not padded to fours"),
    ("two", PEM + PEM, "more than one certificate",
     "something follows its certificate"),
    ("cut-der", DER[:-1], "no X.509 certificate", None),
    ("trailing-der", DER + b"\0", "no X.509 certificate", None),
    ("public-key", run(["x509", "-in", f"{D}/h0.cer", "-noout", "-pubkey"],
                       b""), "no readable certificate",
     "no X.509 certificate"),
    ("huge", b"\x30" * (256 * 1024 + 1), "the limit is 262144", None),
]
for name, data, holder_says, receiver_says in SPOILT:
    put("holder", name, data, 3, holder_says)
    put("exchange", name, data, 3, receiver_says or holder_says)
for name, option, says in (
        ("rsa-1024", ["rsa:1024"], "has 1024 bits"),
        ("exponent-3", ["rsa:3072", "-pkeyopt", "rsa_keygen_pubexp:3"],
         "exponent"),
        ("ec", ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "not RSA")):
    cer = run(["req", "-x509", "-newkey"] + option + [
        "-nodes", "-keyout", "/dev/null", "-subj", "/CN=x", "-days", "9"],
        b"")
    for kind in ("holder", "exchange"):
        put(kind, name, cer, 1, says)
put("exchange", "rsa-2048", PEM, 1, "the exchange key has 2048 bits")

# Shares that are authentic and malformed, in a domain of the right set.
with open(f"{D}/sd.json", encoding="utf-8") as f:
    DOMAIN = json.load(f)
domain = changer("domain", DOMAIN)
CER0 = f"{D}/h0.cer"


def reshare(plain, pad=True):
    return lambda d: d["SharedKeys"]["enc_shares"][0].update(
        enc_key=wrap(CER0, plain, pad=pad))


for name, plain, says in (
        ("x-0", words([(0, 5)] * 32), "x is 0"),
        ("x-127", words([(127, 5)] * 32), "x is 127"),
        ("two-x", words([(1, 5)] * 31 + [(2, 5)]), "different x"),
        ("value-257", words([(1, 257)] * 32), "above 256"),
        ("x-of-another", words([(2, 5)] * 32),
         "share 1 is the wrong one")):
    domain(name, reshare(plain), 3, says)
domain("share-padding", reshare(os.urandom(64) + b"\x11" * 16, False), 3,
       "the padding inside the ciphertext is malformed")
domain("forged", reshare(words([(1, i) for i in range(32)])), 1,
       "the shares disagree with the data")
put("good-domain", "as-it-is", json.dumps(DOMAIN), 0, "")

with open(f"{D}/cases", "w", encoding="utf-8") as f:
    f.write("\n".join(cases) + "\n")
