#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judge an exchange certificate's evidence with nothing of this project.

quote_judge.py CERT ROOT [COLLATERAL]: Python's standard library and the
openssl command.  Prints one fact a line; exit 1 with a sentence at the first
thing that does not hold.  AT=<seconds> judges dates at another moment.
"""
import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

OID = bytes.fromhex("06092a864886f7140a0101")           # 1.2.840.113556.10.1.1
SGX_OID = bytes.fromhex("060a2a864886f84d010d0101")     # PPID, a first member
QE_SIGNER = "8c4f5775d796503e96137f77c68a829a0056ac8ded70140b081b094490c57bff"
QE_VENDOR = "939a7233f79c4ca9940a0db3957f0607"
P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200"
                     "04")
ATTIME = ["-attime", os.environ["AT"]] if "AT" in os.environ else []


def need(what, good):
    if not good:
        sys.exit("does not hold: " + what)
    print("holds: " + what)


def openssl(*args, given=b""):
    p = subprocess.run(("openssl",) + args, input=given,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return p.stdout if p.returncode == 0 else None


def tlv(der, at):
    """(tag, start of value, end of value)"""
    n, start = der[at + 1], at + 2
    if n & 0x80:
        k = n & 0x7f
        n, start = int.from_bytes(der[start:start + k], "big"), start + k
    return der[at], start, start + n


def evidence_of(der):
    at = der.find(OID)
    if at < 0:
        sys.exit("does not hold: the certificate carries the extension")
    tag, start, end = tlv(der, at + len(OID))
    need("the extension is not critical", tag == 0x04)
    return der[start:end]


def integer(raw):
    raw = raw.lstrip(b"\0") or b"\0"
    raw = b"\0" + raw if raw[0] & 0x80 else raw
    return b"\x02" + bytes([len(raw)]) + raw


def verifies(public_pem, signature, data, d):
    body = integer(signature[:32]) + integer(signature[32:])
    for name, content in (("sig", b"\x30" + bytes([len(body)]) + body),
                          ("pub", public_pem), ("data", data)):
        with open(os.path.join(d, name), "wb") as f:
            f.write(content)
    return openssl("dgst", "-sha256", "-verify", d + "/pub", "-signature",
                   d + "/sig", d + "/data") is not None


def public_of(cert_pem):
    return openssl("x509", "-noout", "-pubkey", given=cert_pem)


def chain_holds(certs, root, d, *more):
    for name, content in (("leaf", certs[0]), ("rest", b"".join(certs[1:]))):
        with open(os.path.join(d, name), "wb") as f:
            f.write(content)
    return openssl("verify", "-x509_strict", "-CAfile", root, "-no-CApath",
                   "-untrusted", d + "/rest", *more, *ATTIME,
                   d + "/leaf") is not None


def split(pem):
    return re.findall(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE"
                      rb"-----\n", pem, re.S)


def subject(cert_pem):
    return openssl("x509", "-noout", "-subject", "-nameopt",
                   "multiline,-esc_msb", given=cert_pem).decode()


def judge_quote(quote, spki, root, d):
    need("the header is version 3, ECDSA with P-256",
         struct.unpack_from("<HH", quote) == (3, 2))
    need("the quoting enclave's vendor is Intel",
         quote[12:28].hex() == QE_VENDOR)
    report, (length,) = quote[48:432], struct.unpack_from("<I", quote, 432)
    need("the signature data end the quote", 436 + length == len(quote))
    sig, point, qe, qe_sig = (quote[436:500], quote[500:564],
                              quote[564:948], quote[948:1012])
    (n,) = struct.unpack_from("<H", quote, 1012)
    auth = quote[1014:1014 + n]
    kind, size = struct.unpack_from("<HI", quote, 1014 + n)
    pem = quote[1020 + n:]
    need("a PEM chain follows and ends the quote",
         kind == 5 and size == len(pem))
    attest = openssl("pkey", "-pubin", "-inform", "DER", given=P256 + point)
    need("the attestation key is on the curve", attest is not None)
    need("it signed header and report",
         verifies(attest, sig, quote[:432], d))
    need("the quoting enclave's report binds it", qe[320:384] ==
         hashlib.sha256(point + auth).digest() + bytes(32))
    certs = split(pem)
    need("the chain has three certificates", len(certs) == 3)
    need("its leaf is a PCK certificate with SGX's extension",
         "Intel SGX PCK Certificate\n" in subject(certs[0]) and
         SGX_OID in openssl("x509", "-outform", "DER", given=certs[0]))
    need("the PCK key signed the quoting enclave's report",
         verifies(public_of(certs[0]), qe_sig, qe, d))
    need("the chain ends in the given root", chain_holds(certs, root, d))
    need("the quoting enclave is Intel's, not in debug",
         qe[128:160].hex() == QE_SIGNER and not qe[48] & 2 and
         qe[16:20] == bytes(4) and
         struct.unpack_from("<H", qe, 256) == (1,))
    need("the enclave is not in debug", not report[48] & 2)
    need("its report names this key", report[320:384] ==
         hashlib.sha256(spki).digest() + bytes(32))
    print("mrsigner", report[128:160].hex())
    print("product %d svn %d" % struct.unpack_from("<HH", report, 256))
    print("qe-svn %d" % struct.unpack_from("<H", qe, 258))
    return certs


def judge_collateral(where, certs, root, d):
    def file(name):
        with open(os.path.join(where, name), "rb") as f:
            return f.read()
    signer = split(file("tcb-signing-chain.pem"))
    need("the TCB signer's chain ends in the root",
         "Intel SGX TCB Signing\n" in subject(signer[0]) and
         chain_holds(signer, root, d))
    for name, member in (("tcb-info.json", "tcbInfo"),
                         ("qe-identity.json", "enclaveIdentity")):
        text = file(name)
        head = b'{"' + member.encode() + b'":'
        body = text[len(head):text.rindex(b',"signature"')]
        need(name + " is signed", text.startswith(head) and verifies(
            public_of(signer[0]),
            bytes.fromhex(json.loads(text)["signature"]), body, d))
    crls = b"".join(openssl("crl", "-inform", "DER", given=file(n))
                    for n in ("pck-platform.crl", "root.crl"))
    with open(d + "/crls", "wb") as f:
        f.write(crls)
    need("no certificate of the chain is revoked", chain_holds(
        certs, root, d, "-crl_check_all", "-CRLfile", d + "/crls"))


def main():
    with open(sys.argv[1], "rb") as f:
        pem = f.read()
    root = sys.argv[2]
    # az's lines of 65 columns are for OpenSSL 3 to read
    der = openssl("x509", "-outform", "DER", given=pem)
    spki = openssl("pkey", "-pubin", "-outform", "DER", given=public_of(pem))
    evidence = evidence_of(der)
    version, kind, size = struct.unpack_from("<IIQ", evidence)
    need("Open Enclave's header holds the quote", (version, kind) == (1, 2)
         and size == len(evidence) - 16)
    with tempfile.TemporaryDirectory() as d:
        certs = judge_quote(evidence[16:], spki, root, d)
        if len(sys.argv) > 3:
            judge_collateral(sys.argv[3], certs, root, d)


main()
