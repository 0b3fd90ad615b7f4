#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Verify the export of a key ceremony: verify.py EXPORT [options].

Python 3 standard library and the openssl command; written from
docs/format/{journal,checkpoint,export}.md alone.
Exit: 0 nothing contradicts; 1 a check refuses; 2 usage; 3 not well-formed.
"""
import argparse
import base64
import calendar
import hashlib
import json
import os
import re
import stat
import subprocess
import sys
import tempfile
import time

LINE_MAX = 64 << 10
EXACT = (1 << 53) - 1
SIGNERS_MAX = 24
NAME = re.compile(r"[a-z0-9_.-]{1,64}\Z")
HEX32 = re.compile(r"[0-9a-f]{64}\Z")
HEX16 = re.compile(r"[0-9a-f]{32}\Z")


class Refused(Exception):
    """A well-formed file that a check refuses: exit 1."""


class Malformed(Exception):
    """Not a well-formed instance: exit 3."""


def sha(*parts):
    h = hashlib.sha256()
    for p in parts:
        h.update(p)
    return h.digest()


# --- canonical JSON --------------------------------------------------------

def no_duplicates(pairs):
    d = dict(pairs)
    if len(d) != len(pairs):
        raise ValueError("a duplicate key")
    return d


def no_number(text):
    raise ValueError("%s is no integer" % text)


def canon(v):
    return json.dumps(v, ensure_ascii=False, sort_keys=True,
                      separators=(",", ":")).encode("utf-8")


def read_json(where, raw):
    """Parse; refuse every spelling but the canonical one."""
    try:
        v = json.loads(raw.decode("utf-8"), parse_float=no_number,
                       parse_constant=no_number,
                       object_pairs_hook=no_duplicates)
        again = canon(v)
    except (ValueError, RecursionError) as e:
        raise Malformed("%s: %s" % (where, e))
    if again != raw:
        raise Malformed("%s is not canonical JSON" % where)
    return v


def is_int(v, low=0, high=EXACT):
    return type(v) is int and low <= v <= high


def is_text(v):
    return type(v) is str and not any(ord(c) < 0x20 for c in v)


def matches(pattern, v):
    return type(v) is str and pattern.match(v) is not None


def need(truth, message):
    if not truth:
        raise Malformed(message)


def check(truth, message):
    if not truth:
        raise Refused(message)


# --- DER -------------------------------------------------------------------

def der_read(buf, at, end):
    """One value: (tag, start of the value, its end)."""
    if at + 2 > end:
        raise ValueError("cut")
    tag, n = buf[at], buf[at + 1]
    at += 2
    if n >= 0x80:
        k = n & 0x7f
        if k == 0 or k > 3 or at + k > end:
            raise ValueError("length")
        n = int.from_bytes(buf[at:at + k], "big")
        at += k
        if n < 0x80 or n >> (8 * (k - 1)) == 0:
            raise ValueError("a length that is not the shortest")
    if at + n > end:
        raise ValueError("cut")
    return tag, at, at + n


def der_items(buf, at, end):
    """The values inside: (tag, whole encoding, content)."""
    out = []
    while at < end:
        tag, a, b = der_read(buf, at, end)
        out.append((tag, buf[at:b], buf[a:b]))
        at = b
    return out


def der_only(buf, tag):
    t, a, b = der_read(buf, 0, len(buf))
    if t != tag or b != len(buf):
        raise ValueError("another tag, or bytes after it")
    return der_items(buf, a, b)


def der(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    if n < 0x80:
        return bytes([tag, n]) + body
    k = (n.bit_length() + 7) // 8
    return bytes([tag, 0x80 | k]) + n.to_bytes(k, "big") + body


def oid(text):
    nums = [int(x) for x in text.split(".")]
    out = [40 * nums[0] + nums[1]]
    for v in nums[2:]:
        part = [v & 0x7f]
        while v > 0x7f:
            v >>= 7
            part.insert(0, 0x80 | (v & 0x7f))
        out += part
    return der(6, bytes(out))


SIGNED_DATA = oid("1.2.840.113549.1.7.2")
DATA = oid("1.2.840.113549.1.7.1")
SHA256 = der(0x30, oid("2.16.840.1.101.3.4.2.1"))
RSA = der(0x30, oid("1.2.840.113549.1.1.1"), b"\x05\x00")
CONTENT_TYPE = oid("1.2.840.113549.1.9.3")
MESSAGE_DIGEST = oid("1.2.840.113549.1.9.4")
KEY_USAGE = oid("2.5.29.15")
BASIC = oid("2.5.29.19")
HASHES = {oid("1.2.840.113549.1.1.11"): ("sha256", "2.16.840.1.101.3.4.2.1"),
          oid("1.2.840.113549.1.1.12"): ("sha384", "2.16.840.1.101.3.4.2.2"),
          oid("1.2.840.113549.1.1.13"): ("sha512", "2.16.840.1.101.3.4.2.3")}


# --- certificates and signatures ------------------------------------------

class Cert:
    """What a signature needs of a certificate, and its shape judged."""

    def __init__(self, raw):
        self.raw = raw
        self.sha = sha(raw).hex()
        tbs, alg, sig = der_only(raw, 0x30)
        self.tbs, self.alg, self.sig = tbs[1], alg, sig
        items = der_only(tbs[1], 0x30)
        if items[0][0] != 0xa0:
            raise ValueError("no version 3 certificate")
        (_, self.serial, _, self.issuer, self.validity, self.subject,
         spki) = items[:7]
        self.extensions = [i for i in items[7:] if i[0] == 0xa3]
        kalg, bits = der_only(spki[1], 0x30)
        self.is_rsa = kalg[1] == RSA
        key = der_only(bits[2][1:], 0x30) if self.is_rsa else None
        if key:
            self.n, self.e = [int.from_bytes(k[2], "big") for k in key]

    def verify(self, name, digest, prefix_oid, sig):
        """RSASSA-PKCS1-v1_5, the padded block rebuilt and compared."""
        k = (self.n.bit_length() + 7) // 8
        info = der(0x30, der(0x30, oid(prefix_oid), b"\x05\x00"),
                   der(4, digest))
        block = b"\x00\x01" + b"\xff" * (k - 3 - len(info)) + b"\x00" + info
        s = int.from_bytes(sig, "big")
        return len(sig) == k and s < self.n and \
            pow(s, self.e, self.n).to_bytes(k, "big") == block

    def usage(self):
        """(CA flag or None, key usage bits or None)."""
        ca = bits = None
        for ext in self.extensions:
            for e in der_only(ext[2], 0x30):
                parts = der_only(e[1], 0x30)
                value = parts[-1][2]
                if parts[0][1] == BASIC:
                    inner = der_only(value, 0x30)
                    ca = bool(inner) and inner[0][0] == 1 and \
                        inner[0][2] != b"\x00"
                elif parts[0][1] == KEY_USAGE:
                    bits = int.from_bytes(value[3:4], "big")
        return ca, bits

    def fault(self):
        if not self.is_rsa or not 2048 <= self.n.bit_length() <= 8192:
            return "has no RSA key of 2048 to 8192 bits"
        ca, bits = self.usage()
        if ca is not False:
            return "does not say CA:FALSE"
        if bits is None or not bits & 0x80:
            return "does not have the key usage digitalSignature"
        if bits & 0x24:
            return "is for keyEncipherment or keyCertSign"
        h = HASHES.get(der_items(self.alg[2], 0, len(self.alg[2]))[0][1])
        if self.issuer[1] != self.subject[1] or h is None or \
                not self.verify("", hashlib.new(h[0], self.tbs).digest(),
                                h[1], self.sig[2][1:]):
            return "is not signed by its own key"
        a, b = [der_time(t) for t in der_only(self.validity[1], 0x30)]
        return None if a < b else "has no validity"


def der_time(item):
    text = item[2].decode("ascii")
    if item[0] == 0x17:
        text = ("19" if text[:2] >= "50" else "20") + text
    return time.strptime(text, "%Y%m%d%H%M%SZ")[:6]


def read_cert(where, raw):
    try:
        cert = Cert(raw)
        fault = cert.fault()
    except (ValueError, IndexError) as e:
        raise Malformed("%s: no DER certificate (%s)" % (where, e))
    check(fault is None, "%s: the certificate %s" % (where, fault))
    return cert


def signed_attributes(digest):
    return der(0x30, CONTENT_TYPE, der(0x31, DATA)) + \
        der(0x30, MESSAGE_DIGEST, der(0x31, der(4, digest)))


def cms_build(content, pairs):
    attrs = signed_attributes(sha(content))
    infos = [der(0x30, b"\x02\x01\x01",
                 der(0x30, c.issuer[1], c.serial[1]), SHA256,
                 der(0xa0, attrs), RSA, der(4, sig)) for c, sig in pairs]
    return der(0x30, SIGNED_DATA, der(0xa0, der(
        0x30, b"\x02\x01\x01", der(0x31, SHA256), der(0x30, DATA),
        der(0xa0, *sorted(c.raw for c, _ in pairs)),
        der(0x31, *sorted(infos)))))


def cms_pairs(name, raw, content):
    """The (certificate, signature) pairs of a file that must be the one
    encoding of them."""
    try:
        outer = der_only(raw, 0x30)
        members = der_only(outer[1][2], 0x30)
        certs = [Cert(c[1]) for c in der_items(members[3][2], 0,
                                               len(members[3][2]))]
        pairs = []
        for info in der_only(members[4][1], 0x31):
            f = der_only(info[1], 0x30)
            cert = [c for c in certs
                    if der(0x30, c.issuer[1], c.serial[1]) == f[1][1]]
            pairs.append((cert[0], f[5][2]))
        same = cms_build(content, pairs) == raw
    except (ValueError, IndexError) as e:
        raise Refused("%s is not one DER CMS SignedData (%s)" % (name, e))
    check(same, "%s is not the one encoding of its signatures over this "
          "content" % name)
    return pairs


def verify_text(where, cert, digest, sig):
    """A signature over the signed attributes of a text's digest."""
    attrs = signed_attributes(digest)
    check(cert.verify(where, sha(der(0x31, attrs)),
                      "2.16.840.1.101.3.4.2.1", sig),
          "%s: the signature does not hold" % where)


def ask_openssl(name, raw, content, pem):
    with tempfile.TemporaryDirectory() as d:
        paths = [os.path.join(d, n) for n in ("p7s", "content", "pem")]
        for p, b in zip(paths, (raw, content, pem)):
            with open(p, "wb") as f:
                f.write(b)
        try:
            r = subprocess.run(
                ["openssl", "cms", "-verify", "-binary", "-inform", "DER",
                 "-in", paths[0], "-content", paths[1], "-CAfile", paths[2],
                 "-no-CApath", "-no-CAstore", "-no_check_time", "-purpose",
                 "any", "-out", os.devnull], stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE)
        except OSError as e:
            raise Refused("%s: openssl cannot be asked: %s" % (name, e))
    check(r.returncode == 0, "%s: openssl does not accept it: %s" % (
        name, r.stderr.decode("utf-8", "replace").strip()[:200]))


def pem_of(raw):
    b = base64.b64encode(raw)
    lines = [b[i:i + 64] for i in range(0, len(b), 64)]
    return b"-----BEGIN CERTIFICATE-----\n" + b"\n".join(lines) + \
        b"\n-----END CERTIFICATE-----\n"


def unbase64(where, text):
    try:
        raw = base64.b64decode(text, validate=True)
    except (ValueError, TypeError) as e:
        raise Malformed("%s: %s" % (where, e))
    need(base64.b64encode(raw).decode() == text, "%s: base64" % where)
    return raw


# --- the tree of RFC 6962 --------------------------------------------------

class Tree:
    def __init__(self):
        self.nodes = []
        self.size = 0

    def add(self, leaf):
        self.nodes.append(leaf)
        s = self.size
        while s & 1:
            right = self.nodes.pop()
            self.nodes.append(sha(b"\x01", self.nodes.pop(), right))
            s >>= 1
        self.size += 1

    def root(self):
        if not self.nodes:
            return sha(b"")
        node = self.nodes[-1]
        for left in reversed(self.nodes[:-1]):
            node = sha(b"\x01", left, node)
        return node


# --- the journal -----------------------------------------------------------

class Text:
    """A checkpoint: its text, those it lists, and its signatures."""

    def __init__(self, number, row, body, required, listed):
        self.number, self.row, self.body = number, row, body
        self.required, self.listed = required, listed
        self.sigs = []
        self.ended = self.dirty = False
        self.end_row = None


class Journal:
    """The state after the entries fed so far."""

    def __init__(self, mode, ident):
        self.mode, self.id = mode, ident
        self.head = sha(("ceremony-journal-v1\n%s\n%s\n" % (mode, ident))
                        .encode())
        self.n = self.run = self.boot = self.required = 0
        self.time = ""
        self.tree, self.leaves = Tree(), []
        self.script = self.site = self.software = None
        self.signers, self.certs = {}, []
        self.artifacts, self.open, self.intents = {}, set(), set()
        self.exceptions = self.signatures = 0
        self.closed = self.clock_back = False
        self.texts = []

    def feed(self, where, raw):
        """One line: split, parse, commitments, chain, meaning."""
        cut = raw.find(b'},"facts":{')
        need(raw.startswith(b'{"entry":') and cut > 0 and
             raw.endswith(b"}"), "%s is not {\"entry\":...,\"facts\":...}"
             % where)
        line, facts = raw[9:cut + 1], raw[cut + 10:-1]
        need(len(line) + len(facts) + 20 <= LINE_MAX, "%s is too long" %
             where)
        e = read_json(where, line)
        salted = read_json(where, facts)
        self.shape(where, e)
        values = self.facts(where, e, salted)
        self.chain(where, e)
        if self.texts and not self.texts[-1].ended and \
                e["k"] not in ("checkpoint.intent", "checkpoint.signature",
                               "checkpoint.end"):
            self.texts[-1].dirty = True
        self.meaning(where, e["k"], e["n"], values)
        self.n, self.run, self.boot = e["n"] + 1, e["r"], e["m"]
        self.time = e["t"]
        self.head = sha(b"\x00", line)
        self.leaves.append(self.head)
        self.tree.add(self.head)

    def shape(self, where, e):
        need(type(e) is dict and sorted(e) == list("cfkmnprstv"),
             "%s has other members" % where)
        t = e["t"]
        ok = type(t) is str and re.match(
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z", t, re.ASCII)
        try:
            if ok:
                calendar.timegm(time.strptime(t[:19], "%Y-%m-%dT%H:%M:%S"))
        except ValueError:
            ok = False
        need(ok and e["v"] == 1 and type(e["v"]) is int and
             is_int(e["m"]) and is_int(e["n"]) and is_int(e["r"], 1) and
             matches(NAME, e["k"]) and matches(HEX32, e["p"]) and
             is_text(e["s"]) and len(e["s"].encode()) <= 128 and
             type(e["c"]) is str and type(e["f"]) is dict and
             len(e["f"]) <= 256 and
             all(matches(NAME, k) and matches(HEX32, v)
                 for k, v in e["f"].items()),
             "%s is not well-formed" % where)
        check(e["c"] == self.id, "%s belongs to the ceremony %s, not %s" %
              (where, e["c"], self.id))

    def facts(self, where, e, salted):
        need(type(salted) is dict, "%s: the facts are no object" % where)
        out = {}
        for name, one in salted.items():
            need(type(one) is dict and sorted(one) == ["salt", "value"] and
                 matches(HEX16, one["salt"]) and
                 (type(one["value"]) is bool or is_text(one["value"]) or
                  is_int(one["value"], -EXACT)),
                 "%s: the fact '%s' is not well-formed" % (where, name))
            have = sha(b"\x02", bytes.fromhex(one["salt"]), canon(
                [self.id, e["n"], name, one["value"]])).hex()
            check(e["f"].get(name) == have,
                  "%s: the fact '%s' gives the commitment %s, the entry "
                  "says %s" % (where, name, have, e["f"].get(name)))
            out[name] = one["value"]
        return out

    def chain(self, where, e):
        check(e["n"] == self.n, "%s has the number %d where %d is due" %
              (where, e["n"], self.n))
        check(e["p"] == self.head.hex(), "%s: p is %s, but the hash of the "
              "entry before it is %s" % (where, e["p"], self.head.hex()))
        check(e["r"] in (self.run, self.run + 1), "%s is of run %d after "
              "run %d" % (where, e["r"], self.run))
        same = e["r"] == self.run
        check(not same or (e["m"] >= self.boot and e["t"] >= self.time),
              "%s: time went back inside run %d" % (where, e["r"]))
        if e["t"] < self.time:
            self.clock_back = True

    def meaning(self, where, kind, n, f):
        check((n == 0) == (kind == "genesis"), "%s is '%s'; genesis is "
              "entry 0 and no other" % (where, kind))
        if kind == "genesis":
            check(f.get("mode") == self.mode, "%s says mode %s, the "
                  "manifest %s" % (where, f.get("mode"), self.mode))
            for name in ("script", "site"):
                check(matches(HEX32, f.get(name)), "%s: '%s' is no SHA-256"
                      % (where, name))
            self.script, self.site = f["script"], f["site"]
        if kind in ("genesis", "signers.required"):
            check(is_int(f.get("signers.required"), 1, SIGNERS_MAX),
                  "%s: signers.required" % where)
            self.required = f["signers.required"]
        if kind in ("genesis", "run.begin") and "software" in f:
            check(matches(HEX32, f["software"]), "%s: 'software' is no "
                  "SHA-256" % where)
            self.software = f["software"]
        elif kind in ("signer.add", "signer.remove"):
            self.signer(where, kind, f)
        elif kind == "artifact":
            name, size = f.get("name"), f.get("bytes")
            check(matches(NAME, name) and name[0] != "." and is_int(size)
                  and matches(HEX32, f.get("sha256")),
                  "%s: the artifact is not well-formed" % where)
            old = self.artifacts.get(name)
            check(old is None or old[0] == f["sha256"],
                  "%s: the artifact '%s' had another hash" % (where, name))
            self.artifacts[name] = (f["sha256"], size)
        elif kind in ("exception.open", "exception.close"):
            check(is_int(f.get("number")), "%s: no number" % where)
            self.exceptions += kind.endswith("open")
            self.track(where, self.open, f["number"], kind.endswith("open"))
        elif kind in ("card.intent", "card.done", "card.failed",
                      "card.unknown"):
            check(type(f.get("command.id")) is str, "%s: no command.id" %
                  where)
            self.track(where, self.intents, f["command.id"],
                       kind == "card.intent")
        elif kind == "close":
            check(not self.open, "%s closes with exceptions open" % where)
            self.closed = True
        elif kind in ("checkpoint.body", "checkpoint.intent",
                      "checkpoint.signature", "checkpoint.end"):
            self.checkpoint(where, kind[11:], n, f)
        elif kind in ("export.body", "export.intent", "export.signature",
                      "export.end"):
            self.manifest(where, kind[7:], n, f)

    def track(self, where, which, key, opens):
        check(opens != (key in which), "%s: '%s' is %s" % (
            where, key, "open already" if opens else "not open"))
        (which.add if opens else which.remove)(key)

    def signer(self, where, kind, f):
        name = f.get("signer")
        check(matches(NAME, name) and name[0] != ".", "%s: the signer's "
              "name is not well-formed" % where)
        if kind == "signer.remove":
            check(name in self.signers, "%s removes %s, who is no signer" %
                  (where, name))
            del self.signers[name]
            return
        check(type(f.get("cert")) is str, "%s: cert is missing" % where)
        cert = read_cert(where, unbase64(where, f["cert"]))
        check(cert.sha == f.get("cert.sha256"), "%s: cert.sha256 is not "
              "%s" % (where, cert.sha))
        for other, c in self.signers.items():
            check(other == name or c.sha != cert.sha,
                  "%s: the certificate of %s is that of %s" % (
                      where, name, other))
        self.signers[name] = cert
        check(len(self.signers) <= SIGNERS_MAX, "%s: too many" % where)
        self.certs.append((name, cert))

    def checkpoint_text(self, where):
        check(self.signers and len(self.signers) >= self.required,
              "%s: fewer signers than required" % where)
        check(self.software, "%s: no entry says the software" % where)
        return ("ceremony.invalid/%s/%s\n%d\n%s\nmode %s\nhead %s\n"
                "script %s\nsite %s\nsoftware %s\nsigners %d %s\n" % (
                    self.mode, self.id, self.n,
                    base64.b64encode(self.tree.root()).decode(), self.mode,
                    self.head.hex(), self.script, self.site, self.software,
                    self.required, " ".join(sorted(
                        c.sha for c in self.signers.values())))).encode()

    def checkpoint(self, where, what, n, f):
        number = f.get("number")
        if what == "body":
            check(is_int(number) and number == len(self.texts) + 1 and
                  type(f.get("body")) is str, "%s: another number is due, "
                  "or there is no body" % where)
            body = unbase64(where, f["body"])
            check(body == self.checkpoint_text(where), "%s: the text of "
                  "checkpoint %d is not what the %d entries before it give"
                  % (where, number, n))
            self.texts.append(Text(number, n, body, self.required,
                                   dict(self.signers)))
            return
        t = self.texts[-1] if self.texts else None
        check(t and not t.ended and is_int(number) and number == t.number,
              "%s is for no text that is being signed" % where)
        self.signing(where, what, n, t, sha(t.body), f)

    def signing(self, where, what, n, t, digest, f):
        """The rows after a text's body, of checkpoint or manifest."""
        if what == "signature":
            name = f.get("signer")
            cert = t.listed.get(name)
            check(cert and cert.sha == f.get("cert.sha256") and
                  type(f.get("signature")) is str,
                  "%s: '%s' is not among the signers listed" % (where, name))
            check(all(c.sha != cert.sha for c, _ in t.sigs),
                  "%s: %s has signed this text already" % (where, name))
            sig = unbase64(where, f["signature"])
            verify_text(where, cert, digest, sig)
            t.sigs.append((cert, sig))
            self.signatures += 1
        elif what == "end":
            check(len(t.sigs) >= t.required, "%s ends a text with %d of %d "
                  "signatures" % (where, len(t.sigs), t.required))
            t.ended, t.end_row = True, n

    export = None

    def manifest(self, where, what, n, f):
        """An earlier manifest's signing, covered by a later checkpoint."""
        size = f.get("size")
        if what == "body":
            t = [t for t in self.texts if t.ended and not t.dirty and
                 is_int(size) and t.end_row + 1 == size]
            check(t and type(f.get("sha256")) is str, "%s: no checkpoint "
                  "ends at %s entries" % (where, size))
            check(matches(HEX32, f["sha256"].lower()), "%s: sha256" % where)
            self.export = Text(size, None, f["sha256"], t[0].required,
                               t[0].listed)
            return
        t = self.export
        check(t and not t.ended and is_int(size) and size == t.number,
              "%s is for no text that is being signed" % where)
        self.signing(where, what, n, t, bytes.fromhex(t.body), f)

    def sealed(self):
        t = self.texts[-1] if self.texts else None
        return t if t and t.ended and not t.dirty and \
            t.end_row + 1 == self.n else None


# --- the export ------------------------------------------------------------

FOLDERS = ("artifacts", "certs", "checkpoints")
MEMBERS = ["entries", "files", "head", "id", "mode", "script", "signatures",
           "site", "software", "type"]


def read_in(root, name):
    try:
        with open(os.path.join(root, name), "rb") as f:
            return f.read()
    except OSError as e:
        raise Refused("%s cannot be read: %s" % (name, e.strerror))


def read_manifest(root):
    raw = read_in(root, "manifest.json")
    m = read_json("manifest.json", raw)
    need(type(m) is dict and sorted(m) == MEMBERS,
         "manifest.json has other members")
    need(m["type"] == "ceremony-manifest-v1" and
         m["mode"] in ("production", "rehearsal") and
         matches(re.compile(r"[0-9a-fA-F]{32}\Z"), m["id"]) and
         is_int(m["entries"]) and
         is_int(m["signatures"], 0, SIGNERS_MAX) and
         all(type(m[k]) is str for k in ("head", "script", "site",
                                         "software")) and
         type(m["files"]) is list and m["files"],
         "manifest.json is not well-formed")
    files, before = {}, ""
    for f in m["files"]:
        need(type(f) is dict and sorted(f) == ["bytes", "path", "sha256"] and
             type(f["path"]) is str and type(f["sha256"]) is str and
             is_int(f["bytes"], 0, 1 << 30),
             "manifest.json: a file is not well-formed")
        need(before.encode() < f["path"].encode(),
             "manifest.json: '%s' is not in order" % f["path"])
        before = f["path"]
        files[f["path"]] = f
    return raw, m, files


def check_files(root, files):
    """Nothing but what the manifest lists, and that as it lists it."""
    for folder in ("",) + FOLDERS:
        try:
            names = sorted(os.listdir(os.path.join(root, folder)))
        except OSError as e:
            raise Refused("%s: %s" % (folder, e.strerror))
        for name in names:
            path = folder + "/" + name if folder else name
            if not folder and name in FOLDERS + (
                    "manifest.json", "manifest.json.p7s"):
                continue
            check(path in files, "%s is not in the manifest" % path)
            mode = os.lstat(os.path.join(root, path)).st_mode
            check(stat.S_ISREG(mode), "%s is not a regular file" % path)
    for path, f in files.items():
        need(".." not in path and not path.startswith("/"),
             "manifest.json: the path '%s'" % path)
        raw = read_in(root, path)
        check(len(raw) == f["bytes"] and sha(raw).hex() == f["sha256"],
              "%s has %d bytes and the SHA-256 %s; the manifest says %d "
              "and %s" % (path, len(raw), sha(raw).hex(), f["bytes"],
                          f["sha256"]))


def check_journal(root, j):
    raw = read_in(root, "journal.jsonl")
    lines = raw.split(b"\n")
    for i, line in enumerate(lines[:-1]):
        j.feed("journal.jsonl line %d (entry %d)" % (i + 1, i), line)
    need(lines[-1] == b"", "journal.jsonl does not end with a line feed")
    check(j.sealed(), "journal.jsonl does not end with a whole checkpoint")


def expected(j):
    """Files that are a function of the journal."""
    out, pem = {}, b""
    for t in j.texts:
        if t.ended:
            name = "checkpoints/%04d.txt" % t.number
            out[name] = t.body
            out[name + ".p7s"] = cms_build(t.body, t.sigs)
    for i, (name, cert) in enumerate(j.certs):
        last = all(n != name for n, _ in j.certs[i + 1:])
        path = "certs/%s.cer" % name if last else \
            "certs/%s.%s.cer" % (name, cert.sha[:16])
        if path not in out:
            out[path] = cert.raw
            pem += pem_of(cert.raw)
    out["certs/signers.pem"] = pem
    return out


def check_contents(root, j, m, files):
    for name, want in (("head", j.head.hex()), ("script", j.script),
                       ("site", j.site), ("software", j.software),
                       ("entries", j.n)):
        check(m[name] == want, "manifest.json: %s is %s; the journal says "
              "%s" % (name, m[name], want))
    k = j.sealed().required
    check(m["signatures"] in (0, k), "manifest.json: signatures is %d; the "
          "journal requires %d" % (m["signatures"], k))
    want = expected(j)
    hashes = {p: (sha(b).hex(), len(b)) for p, b in want.items()}
    hashes.update({"artifacts/" + n: v for n, v in j.artifacts.items()})
    for name, value in (("script.yaml", j.script), ("site.yaml", j.site)):
        hashes[name] = (value, None)
    for name in ("README.txt", "journal.jsonl", "transcript.md",
                 "verify.py"):
        hashes[name] = (None, None)
    for path, (digest, size) in sorted(hashes.items()):
        check(path in files, "%s is not in the manifest" % path)
        f = files[path]
        check(digest in (None, f["sha256"]) and size in (None, f["bytes"]),
              "%s is not what the journal gives" % path)
    check(len(files) == len(hashes), "manifest.json lists %d files; the "
          "journal gives %d" % (len(files), len(hashes)))
    return want


def check_signatures(root, j, raw, m, want, openssl):
    there = os.path.lexists(os.path.join(root, "manifest.json.p7s"))
    pairs = []
    if m["signatures"] == 0:
        check(not there, "manifest.json.p7s is there; the manifest says "
              "signatures 0")
    else:
        p7s = read_in(root, "manifest.json.p7s")
        pairs = cms_pairs("manifest.json.p7s", p7s, raw)
        t = j.sealed()
        listed = {c.sha for c in t.listed.values()}
        seen = set()
        for cert, sig in pairs:
            check(cert.sha in listed and cert.sha not in seen,
                  "manifest.json.p7s: the certificate %s is not a listed "
                  "signer's, or is there twice" % cert.sha)
            seen.add(cert.sha)
            verify_text("manifest.json.p7s", cert, sha(raw), sig)
        check(len(seen) >= t.required, "manifest.json.p7s has %d signers; "
              "%d are required" % (len(seen), t.required))
        if openssl:
            ask_openssl("manifest.json.p7s", p7s, raw, want[
                "certs/signers.pem"])
    for path in sorted(want):
        if openssl and path.endswith(".txt.p7s"):
            ask_openssl(path, want[path], want[path[:-4]],
                        want["certs/signers.pem"])
    return pairs


# --- anchors ---------------------------------------------------------------

def parse_head(text):
    """32, 10 or 5 bytes as PGP words or hex."""
    flat = re.sub(r"[-\s:]", "", text)
    if re.match(r"([0-9a-fA-F]{2})+\Z", flat):
        raw = bytes.fromhex(flat)
    else:
        raw, lists = b"", (EVEN, ODD)
        for i, word in enumerate(re.split(r"[-\s:]+", text.strip())):
            names = [w.lower() for w in lists[i % 2]]
            if word.lower() not in names:
                raise SystemExit2("--head: word %d, '%s', is not one of "
                                  "that place" % (i + 1, word))
            raw += bytes([names.index(word.lower())])
    if len(raw) not in (5, 10, 32):
        raise SystemExit2("--head: %d words or bytes; 32, 10 or 5 are "
                          "needed" % len(raw))
    return raw


class SystemExit2(Exception):
    """A usage mistake: exit 2."""


def judge_head(j, text, lines):
    raw = parse_head(text)
    at = [i for i, leaf in enumerate(j.leaves) if leaf.startswith(raw)]
    check(at, "--head: no entry of this journal has that hash: another "
          "ceremony, a fork, or a cut end")
    if len(raw) < 32:
        lines.append("head: the %d words are those of entry %d; too few to "
                     "anchor" % (len(raw), at[0]))
        return False
    lines.append("head: anchored through entry %d" % at[0])
    return True


def judge_other(j, other, lines):
    raw = read_in(other, "journal.jsonl")
    leaves = []
    for line in raw.split(b"\n")[:-1]:
        cut = line.find(b'},"facts":{')
        need(line.startswith(b'{"entry":') and cut > 0,
             "--against: journal.jsonl is not well-formed")
        leaves.append(sha(b"\x00", line[9:cut + 1]))
    for i, (a, b) in enumerate(zip(leaves, j.leaves)):
        check(a == b, "--against: entry %d differs: one of the two is a "
              "fork" % i)
    check(0 < len(leaves) <= j.n, "--against: the other has %d entries, "
          "this only %d: this one is earlier, or its end is cut" % (
              len(leaves), j.n))
    lines.append("against: the same through entry %d" % (len(leaves) - 1))
    return True


def judge_signers(j, path, pairs, lines):
    try:
        with open(path, "rb") as f:
            text = f.read()
    except OSError as e:
        raise SystemExit2("--signers: %s: %s" % (path, e.strerror))
    known = set()
    for block in re.findall(rb"-----BEGIN CERTIFICATE-----(.*?)-----END "
                            rb"CERTIFICATE-----", text, re.S):
        known.add(sha(unbase64("--signers", re.sub(
            rb"\s", b"", block).decode("latin-1"))).hex())
    need(known, "--signers: %s holds no certificate" % path)
    t = j.sealed()
    for what, sigs in (("the last checkpoint", t.sigs),
                       ("the manifest", pairs)):
        found = len({c.sha for c, _ in sigs} & known)
        check(not sigs or found >= t.required, "--signers: %d of the "
              "signers of %s are in that file; %d are required" % (
                  found, what, t.required))
    lines.append("signers: anchored through the last checkpoint, entry %d"
                 % t.row)
    return True


# --- the verdict -----------------------------------------------------------

def verify(root, signers=None, head=None, against=None, require=(),
           openssl=True):
    """(exit code, message, report lines, facts)."""
    facts = {"closed": False, "signed": False, "anchored": False}
    lines = []
    try:
        raw, m, files = read_manifest(root)
        j = Journal(m["mode"], m["id"])
        check_files(root, files)
        check_journal(root, j)
        want = check_contents(root, j, m, files)
        pairs = check_signatures(root, j, raw, m, want, openssl)
        anchored = [judge_head(j, head, lines) if head else False,
                    judge_other(j, against, lines) if against else False,
                    judge_signers(j, signers, pairs, lines)
                    if signers else False]
        facts.update(
            id=j.id, mode=j.mode, head=j.head.hex(), entries=j.n,
            runs=j.run, checkpoints=sum(t.ended for t in j.texts),
            signatures=j.signatures + len(pairs), exceptions=j.exceptions,
            open_exceptions=len(j.open), open_intents=len(j.intents),
            closed=j.closed, signed=bool(pairs), anchored=any(anchored))
        lines += report(j, facts)
        for word in require:
            check(facts[word], "--require %s: it is not" % word)
    except Refused as e:
        return 1, str(e), lines, facts
    except Malformed as e:
        return 3, str(e), lines, facts
    except SystemExit2 as e:
        return 2, str(e), lines, facts
    return 0, "", lines, facts


def report(j, f):
    out = ["ceremony %s, %s" % (f["id"], f["mode"]),
           "entries %d, runs %d, head %s" % (f["entries"], f["runs"],
                                             f["head"]),
           "checkpoints %d with %d signatures; %d entries are not under a "
           "signed checkpoint" % (f["checkpoints"], f["signatures"],
                                  j.n - j.sealed().row),
           "exceptions %d, open %d; card commands without an outcome %d" % (
               f["exceptions"], f["open_exceptions"], f["open_intents"])]
    if j.clock_back:
        out.append("a later run began at an earlier clock time")
    out.append("%s; the manifest is %ssigned" % (
        "closed" if f["closed"] else "not closed",
        "" if f["signed"] else "not "))
    out.append("consistent, and anchored by what you gave" if f["anchored"]
               else "consistent; anyone could have made this")
    return out


def main(argv):
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("export")
    p.add_argument("--signers", metavar="PEM")
    p.add_argument("--head", nargs="+", metavar="WORDS")
    p.add_argument("--against", metavar="EXPORT")
    p.add_argument("--require", default="", metavar="closed,signed,anchored")
    p.add_argument("--json", action="store_true")
    a = p.parse_args(argv)
    require = [w for w in a.require.split(",") if w]
    for w in require:
        if w not in ("closed", "signed", "anchored"):
            p.error("--require knows closed, signed and anchored")
    code, message, lines, facts = verify(
        a.export, a.signers, " ".join(a.head) if a.head else None,
        a.against, require)
    if a.json:
        facts["message"] = message
        facts["verdict"] = {0: "anchored" if facts["anchored"] else
                            "consistent", 1: "refused",
                            2: "usage"}.get(code, "malformed")
        print(canon(facts).decode())
    elif code == 0:
        print("\n".join(lines))
    if code:
        print("verify.py: %s: %s" % ({1: "REFUSED", 2: "USAGE"}.get(
            code, "MALFORMED"), message), file=sys.stderr)
    return code


# --- PGP words (Juola and Zimmermann) --------------------------------------

EVEN = """aardvark absurd accrue acme adrift adult afflict ahead aimless Algol allow alone ammo ancient apple artist assume Athens atlas Aztec baboon backfield backward banjo beaming bedlamp beehive beeswax befriend Belfast berserk billiard bison blackjack blockade blowtorch bluebird bombast bookshelf brackish breadline breakup brickyard briefcase Burbank button buzzard cement chairlift chatter checkup chisel choking chopper Christmas clamshell classic classroom cleanup clockwork cobra commence concert cowbell crackdown cranky crowfoot crucial crumpled crusade cubic dashboard deadbolt deckhand dogsled dragnet drainage dreadful drifter dropper drumbeat drunken Dupont dwelling eating edict egghead eightball endorse endow enlist erase escape exceed eyeglass eyetooth facial fallout flagpole flatfoot flytrap fracture framework freedom frighten gazelle Geiger glitter glucose goggles goldfish gremlin guidance hamlet highchair hockey indoors indulge inverse involve island jawbone keyboard kickoff kiwi klaxon locale lockup merit minnow miser Mohawk mural music necklace Neptune newborn nightbird Oakland obtuse offload optic orca payday peachy pheasant physique playhouse Pluto preclude prefer preshrunk printer prowler pupil puppy python quadrant quiver quota ragtime ratchet rebirth reform regain reindeer rematch repay retouch revenge reward rhythm ribcage ringbolt robust rocker ruffled sailboat sawdust scallion scenic scorecard Scotland seabird select sentence shadow shamrock showgirl skullcap skydive slingshot slowdown snapline snapshot snowcap snowslide solo southward soybean spaniel spearhead spellbind spheroid spigot spindle spyglass stagehand stagnate stairway standard stapler steamship sterling stockman stopwatch stormy sugar surmount suspense sweatband swelter tactics talon tapeworm tempest tiger tissue tonic topmost tracker transit trauma treadmill Trojan trouble tumor tunnel tycoon uncut unearth unwind uproot upset upshot vapor village virus Vulcan waffle wallet watchword wayside willow woodlark Zulu""".split()
ODD = """adroitness adviser aftermath aggregate alkali almighty amulet amusement antenna applicant Apollo armistice article asteroid Atlantic atmosphere autopsy Babylon backwater barbecue belowground bifocals bodyguard bookseller borderline bottomless Bradbury bravado Brazilian breakaway Burlington businessman butterfat Camelot candidate cannonball Capricorn caravan caretaker celebrate cellulose certify chambermaid Cherokee Chicago clergyman coherence combustion commando company component concurrent confidence conformist congregate consensus consulting corporate corrosion councilman crossover crucifix cumbersome customer Dakota decadence December decimal designing detector detergent determine dictator dinosaur direction disable disbelief disruptive distortion document embezzle enchanting enrollment enterprise equation equipment escapade Eskimo everyday examine existence exodus fascinate filament finicky forever fortitude frequency gadgetry Galveston getaway glossary gossamer graduate gravity guitarist hamburger Hamilton handiwork hazardous headwaters hemisphere hesitate hideaway holiness hurricane hydraulic impartial impetus inception indigo inertia infancy inferno informant insincere insurgent integrate intention inventive Istanbul Jamaica Jupiter leprosy letterhead liberty maritime matchmaker maverick Medusa megaton microscope microwave midsummer millionaire miracle misnomer molasses molecule Montana monument mosquito narrative nebula newsletter Norwegian October Ohio onlooker opulent Orlando outfielder Pacific pandemic Pandora paperweight paragon paragraph paramount passenger pedigree Pegasus penetrate perceptive performance pharmacy phonetic photograph pioneer pocketful politeness positive potato processor provincial proximate puberty publisher pyramid quantity racketeer rebellion recipe recover repellent replica reproduce resistor responsive retraction retrieval retrospect revenue revival revolver sandalwood sardonic Saturday savagery scavenger sensation sociable souvenir specialist speculate stethoscope stupendous supportive surrender suspicious sympathy tambourine telephone therapist tobacco tolerance tomorrow torpedo tradition travesty trombonist truncated typewriter ultimate undaunted underfoot unicorn unify universe unravel upcoming vacancy vagabond vertigo Virginia visitor vocalist voyager warranty Waterloo whimsical Wichita Wilmington Wyoming yesteryear Yucatan""".split()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
