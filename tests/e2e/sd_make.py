#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write a security domain and many broken ones, sharing no code with ours.

usage: sd_make.py DIR      DIR holds h0..h3.cer (h3 is no holder)
writes DIR/good.json, DIR/case-*.json and DIR/cases: one line a case,
file|exit|keys|what it says
"""
import copy
import json
import os
import sys

from sd_writer import b64u, domain, raw, split, thumb, words, wrap

D = sys.argv[1]
CER = [f"{D}/h{i}.cer" for i in range(4)]

MASTER = os.urandom(32)
SHARES = split(MASTER, 3)
DATA = [("hsm_backup", os.urandom(500)), ("base_enclave_backup", b"x" * 16)]
GOOD = domain(CER[:3], 2, MASTER, SHARES, DATA)
TEXT = json.dumps(GOOD, separators=(",", ":"), sort_keys=True)
cases = []


def put(name, text, code, says, keys="01"):
    path = f"case-{name}.json"
    with open(f"{D}/{path}", "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    cases.append(f"{path}|{code}|{keys}|{says}")


def change(name, edit, code, says, keys="01"):
    doc = copy.deepcopy(GOOD)
    edit(doc)
    put(name, json.dumps(doc), code, says, keys)


def jwe_part(doc, place, i, new):
    obj, key = place(doc)
    parts = obj[key].split(".")
    parts[i] = new(parts[i]) if callable(new) else new
    obj[key] = ".".join(parts)


def datum(doc):
    return doc["EncData"]["data"][0], "compact_jwe"


def share(doc):
    return doc["SharedKeys"]["enc_shares"][0], "enc_key"


def flip(text):
    data = bytearray(raw(text))
    data[0] ^= 1
    return b64u(bytes(data))


def header(**kw):
    return b64u(json.dumps({"alg": "RSA-OAEP-256", "enc": "A256CBC-HS512",
                            "kid": "not used", **kw}).encode())


def dir_header(**kw):
    return b64u(json.dumps({"alg": "dir", "enc": "A256CBC-HS512",
                            "kid": "hsm_backup", **kw}).encode())


open(f"{D}/good.json", "w").write(TEXT)
for n in sorted({0, 1, 2, 10, 100, 500, 1000, len(TEXT) // 2,
                 len(TEXT) - 100, len(TEXT) - 1}):
    put(f"cut-{n}", TEXT[:n], 3, "line 1")
put("trailing", TEXT + "x", 3, "line 1")
put("trailing-object", TEXT + "{}", 3, "line 1")
put("trailing-nul", TEXT.encode() + b"\0", 3, "NUL byte")
put("not-utf8", TEXT.replace("hsm_backup", "hsm\udcff", 1).encode(
    "utf-8", "surrogateescape"), 3, "unable to decode byte 0xff")
put("duplicate-version", TEXT[:-1] + ',"version":2}', 3, "duplicate")
put("duplicate-kdf", TEXT.replace('"kdf":', '"kdf":"sp108_kdf","kdf":', 1),
    3, "duplicate")
put("array", "[" + TEXT + "]", 3, "is not an object")
put("deep", "[" * 100 + "]" * 100, 3, "nested deeper")
put("no-encdata", '{"SharedKeys":{}}', 3, '"EncData" is missing')
change("unknown-member", lambda d: d.update(extra=1), 3, "does not belong")
for n in (0, 31, 33):
    for place, who in ((datum, "data"), (share, "share")):
        change(f"tag-{n}-{who}", lambda d, n=n, p=place: jwe_part(
            d, p, 4, lambda t: b64u((raw(t) + b"\0")[:n])), 3,
            f"authentication tag has {n} bytes, not 32")
change("tag-flip", lambda d: jwe_part(d, datum, 4, flip), 1,
       "EncData.data[0]: hsm_backup: the authentication tag does not hold")
change("ciphertext-flip", lambda d: jwe_part(d, datum, 3, flip), 1,
       "the authentication tag does not hold")
change("iv-flip", lambda d: jwe_part(d, datum, 2, flip), 1,
       "the authentication tag does not hold")
change("share-ciphertext-flip", lambda d: jwe_part(d, share, 3, flip), 1,
       "share 1")
change("share-key-flip", lambda d: jwe_part(d, share, 1, flip), 1,
       "does not decrypt the encrypted key")
change("iv-15", lambda d: jwe_part(d, datum, 2, b64u(b"i" * 15)), 3,
       "IV has 15 bytes, not 16")
change("ciphertext-17", lambda d: jwe_part(d, datum, 3, b64u(b"i" * 17)), 3,
       "no multiple of 16")
change("ciphertext-0", lambda d: jwe_part(d, datum, 3, ""), 3,
       "ciphertext has 0 bytes")
change("base64-illegal", lambda d: jwe_part(d, datum, 3, lambda t: "!" +
                                            t[1:]), 3, "is not base64url")
change("base64-standard", lambda d: jwe_part(d, datum, 3, lambda t: "+/" +
                                             t[2:]), 3, "is not base64url")
change("base64-padded", lambda d: jwe_part(d, datum, 2, lambda t: t + "=="),
       3, "is not base64url")
change("base64-blank", lambda d: jwe_part(d, datum, 3, lambda t: t[:4] +
                                          "\n" + t[4:]), 3,
       "is not base64url")
change("base64-bits", lambda d: jwe_part(d, datum, 2, lambda t: t[:-1] +
                                         "x"), 3, "unused bits")
change("four-parts", lambda d: d["EncData"]["data"][0].update(
    compact_jwe=GOOD["EncData"]["data"][0]["compact_jwe"].rsplit(".", 1)[0]),
    3, "has 4 parts, not 5")
change("six-parts", lambda d: d["EncData"]["data"][0].update(
    compact_jwe=GOOD["EncData"]["data"][0]["compact_jwe"] + ".x"), 3,
    "more than 5 parts")
for alg in ("RSA1_5", "RSA-OAEP", "RSA-OAEP-512", "dir", "none"):
    change(f"alg-{alg}", lambda d, a=alg: jwe_part(d, share, 0, header(
        alg=a)), 1, f'"alg" is "{alg}"; only "RSA-OAEP-256" is accepted')
change("alg-data", lambda d: jwe_part(d, datum, 0, dir_header(
    alg="A256KW")), 1, '"alg" is "A256KW"; only "dir" is accepted')
for enc in ("A128CBC-HS256", "A256GCM"):
    change(f"enc-{enc}", lambda d, e=enc: jwe_part(d, datum, 0, dir_header(
        enc=e)), 1, f'"enc" is "{enc}"')
change("header-zip", lambda d: jwe_part(d, datum, 0, dir_header(zip="DEF")),
       3, '"zip" does not belong')
change("header-no-json", lambda d: jwe_part(d, datum, 0, b64u(b"hello")), 3,
       "header")
change("kid", lambda d: jwe_part(d, datum, 0, dir_header(kid="other")), 1,
       '"kid" is "other" but the tag beside it is "hsm_backup"')
change("tag-renamed", lambda d: d["EncData"]["data"][0].update(tag="other"),
       1, '"kid" is "hsm_backup" but the tag')
change("tag-twice", lambda d: d["EncData"]["data"].append(
    d["EncData"]["data"][0]), 3, "is there twice")
change("data-key", lambda d: jwe_part(d, datum, 1, b64u(b"k" * 256)), 3,
       "where none belongs")
change("kdf", lambda d: d["EncData"].update(kdf="hkdf"), 1, '"kdf" is "hkdf"')
change("key-algorithm", lambda d: d["SharedKeys"].update(
    key_algorithm="xor"), 1, '"key_algorithm" is "xor"')
for v in (0, 1, 3):
    change(f"version-{v}", lambda d, v=v: d.update(version=v), 3,
           f'"version" is {v}')
change("version-text", lambda d: d.update(version="2"), 3,
       '"version" is not an integer')
for m in (0, 1, 11, -1):
    change(f"required-{m}", lambda d, m=m: d["SharedKeys"].update(
        required=m), 3, f'"required" is {m}, outside 2 to 10')
change("required-4", lambda d: d["SharedKeys"].update(required=4), 3,
       "4 holders are required but only 3 have a share")
change("required-real", lambda d: d["SharedKeys"].update(required=2.0), 3,
       '"required" is not an integer')
change("two-shares", lambda d: d["SharedKeys"]["enc_shares"].pop(), 3,
       "has 2 items, not 3 to 10")
change("eleven-shares", lambda d: d["SharedKeys"].update(
    enc_shares=d["SharedKeys"]["enc_shares"][:1] * 11), 3,
    "has 11 items, not 3 to 10")
change("no-data", lambda d: d["EncData"].update(data=[]), 3, "has 0 items")
change("x5t-twice", lambda d: d["SharedKeys"]["enc_shares"][1].update(
    x5t_256=thumb(CER[0])), 3, "a holder has one share")
change("x5t-short", lambda d: d["SharedKeys"]["enc_shares"][1].update(
    x5t_256="AAAA"), 3, "x5t_256 has 3 bytes, not 32")
change("x5t-swapped", lambda d: (d["SharedKeys"]["enc_shares"][0].update(
    x5t_256=thumb(CER[1])), d["SharedKeys"]["enc_shares"][1].update(
    x5t_256=thumb(CER[0]))), 1, "does not decrypt the encrypted key")


def reshare(i, pairs):
    return lambda d: d["SharedKeys"]["enc_shares"][i].update(
        enc_key=wrap(CER[i], words(pairs)))


other = split(os.urandom(32), 3)
change("other-domain", reshare(0, other[0]), 1,
       "a further holder would tell which")
change("other-domain-named", reshare(0, other[0]), 1,
       "share 1 (h0.key) is not on the polynomial", "012")
change("extra-off", reshare(2, other[2]), 1,
       "share 3 (h2.key) is not on the polynomial", "012")
change("two-x", reshare(0, SHARES[0][:31] + SHARES[1][31:]), 3,
       "different x")
change("x-0", reshare(0, [(0, v) for _, v in SHARES[0]]), 3, "x is 0")
change("x-127", reshare(0, [(127, v) for _, v in SHARES[0]]), 3, "x is 127")
change("v-257", reshare(0, [(1, 257)] + SHARES[0][1:]), 3, "above 256")
change("v-511", reshare(0, [(1, 511)] + SHARES[0][1:]), 3, "above 256")
change("same-x", reshare(1, SHARES[0]), 3, "have the same x = 1")
change("short-share", lambda d: d["SharedKeys"]["enc_shares"][0].update(
    enc_key=wrap(CER[0], words(SHARES[0][:16]))), 3, "ciphertext has 48 bytes")
change("odd-share", lambda d: d["SharedKeys"]["enc_shares"][0].update(
    enc_key=wrap(CER[0], words(SHARES[0]) + b"x")), 3, "not 64")
put("same-holder", TEXT, 1, "is given twice", "00")
put("fewer", TEXT, 1, "needs 2 holders; 1 of 2 is here", "0")
put("stranger", TEXT, 1, "is no holder of", "03")
with open(f"{D}/cases", "w") as f:
    f.write("\n".join(cases) + "\n")
