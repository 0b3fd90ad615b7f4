#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Verify the export of a key ceremony, or the proof of one entry.

Python 3 standard library and the openssl command; written from
docs/format/{journal,checkpoint,export,proof}.md alone.
Exit: 0 nothing contradicts; 1 a check refuses; 2 usage; 3 not well-formed."""
import argparse, base64, functools, hashlib, json, os, re
import stat, subprocess, sys, tempfile, time, types

LINE_MAX, EXACT, SIGNERS_MAX = 64 << 10, (1 << 53) - 1, 24
NAME = re.compile(r"[a-z0-9_.-]{1,64}\Z")
FILE = re.compile(r"[a-z0-9_-][a-z0-9_.-]{0,63}\Z")
HEX32, HEX16 = re.compile(r"[0-9a-f]{64}\Z"), re.compile(r"[0-9a-f]{32}\Z")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z", re.ASCII)

class Verdict(Exception):
    """What ends the verification: its args are the exit code, and why."""

def need(truth, message, *args):
    """Else it is not well-formed."""
    if not truth:
        raise Verdict(3, message % args)

def check(truth, message, *args):
    """Else it is well-formed, and refused."""
    if not truth:
        raise Verdict(1, message % args)

def prefixed(where, call, *args):
    """Call; a refusal says where."""
    try:
        return call(*args)
    except Verdict as e:
        raise Verdict(e.args[0], "%s: %s" % (where, e.args[1]))

def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

def is_int(v, low=0, high=EXACT):
    return type(v) is int and low <= v <= high

def is_text(v):
    return type(v) is str and not any(ord(c) < 0x20 for c in v)

def matches(pattern, v):
    return type(v) is str and pattern.match(v) is not None

# --- canonical JSON and base64 ---------------------------------------------
def no_duplicates(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a duplicate key")
    return dict(pairs)

def canon(v):
    return json.dumps(v, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")

def read_json(what, raw):
    """Parse; refuse every spelling but the canonical one."""
    try:
        v = json.loads(raw.decode("utf-8"), parse_float=int, parse_constant=int,
                       object_pairs_hook=no_duplicates)
        again = canon(v)
    except (ValueError, RecursionError) as e:
        raise Verdict(3, "%s: %s" % (what, e))
    need(again == raw, "%s is not canonical JSON", what)
    return v

def members(what, v, names):
    need(type(v) is dict and sorted(v) == sorted(names.split()),
         "%s does not have exactly: %s", what, names)

def unbase64(what, text):
    try:
        raw = base64.b64decode(text, validate=True)
    except (ValueError, TypeError) as e:
        raise Verdict(3, "%s: %s" % (what, e))
    need(base64.b64encode(raw).decode() == text, "%s is not well-formed base64", what)
    return raw

# --- DER -------------------------------------------------------------------
def der_items(buf):
    """The values one after another: (tag, whole encoding, content)."""
    out, at = [], 0
    while at < len(buf):
        n, begin = buf[at + 1], at + 2
        if n >= 0x80:
            begin += n & 0x7f
            n = int.from_bytes(buf[at + 2:begin], "big")
        out.append((buf[at], buf[at:begin + n], buf[begin:begin + n]))
        if der(buf[at], out[-1][2]) != out[-1][1]:
            raise ValueError("no DER")
        at = begin + n
    return out

def der_only(buf, tag):
    """What is inside the one value that buf is."""
    item, = der_items(buf)
    if item[0] != tag:
        raise ValueError("another tag")
    return der_items(item[2])

def der(tag, *parts):
    body = b"".join(parts)
    n, k = len(body), (len(body).bit_length() + 7) // 8
    size = bytes([n]) if n < 0x80 else bytes([0x80 | k]) + n.to_bytes(k, "big")
    return bytes([tag]) + size + body

SIGNED_DATA, DATA, CONTENT_TYPE, DIGEST = [der(6, bytes.fromhex("2a864886f70d0107"[:n] + end))
                                           for n, end in ((16, "02"), (16, "01"), (14, "0903"),
                                                          (14, "0904"))]
SHA256 = der(0x30, der(6, bytes.fromhex("608648016503040201")))
RSA = der(0x30, der(6, bytes.fromhex("2a864886f70d010101")), b"\x05\x00")

# --- certificates and signatures -------------------------------------------
@functools.lru_cache(maxsize=None)
def openssl(words, *files):
    """Run it; {0} and so on in words are files with these bytes: (exit code, its text)."""
    with tempfile.TemporaryDirectory() as d:
        paths = [os.path.join(d, str(i)) for i in range(len(files))]
        for path, raw in zip(paths, files):
            with open(path, "wb") as f:
                f.write(raw)
        r = subprocess.run(["openssl"] + [w.format(*paths) for w in words.split()],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return r.returncode, r.stdout.decode("utf-8", "replace")

class Cert:
    """A certificate: its bytes, and the names of it that a signature carries."""

    def __init__(self, raw):
        self.raw, self.sha = raw, sha(raw).hex()
        part = der_only(der_only(raw, 0x30)[0][1], 0x30)
        self.names, self.key = der(0x30, part[3][1], part[1][1]), der_only(part[6][1], 0x30)[1]
        b = base64.b64encode(raw)
        self.pem = b"-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n" % b"\n".join(
            b[i:i + 64] for i in range(0, len(b), 64))

def read_cert(raw):
    """One of the shape that checkpoint.md wants, else refused."""
    try:
        cert = Cert(raw)
    except (ValueError, IndexError) as e:
        raise Verdict(3, "no DER certificate (%s)" % e)
    code, text = openssl("x509 -inform DER -in {0} -noout -text", raw)
    need(code == 0, "no DER certificate")
    bits = re.search(r"Public Key Algorithm: rsaEncryption\n +Public-Key: \((\d+) bit\)", text)
    check(bits and 2048 <= int(bits[1]) <= 8192, "no RSA key of 2048 to 8192 bits")
    check(re.search(r"X509v3 Basic Constraints:.*\n +CA:FALSE\n", text), "it is not CA:FALSE")
    use = re.search(r"X509v3 Key Usage:.*\n +(.*)\n", text)
    check(use and "Digital Signature" in use[1] and "Key Encipherment" not in use[1] and
          "Certificate Sign" not in use[1], "its key usage is not that of a signer")
    check(re.search(r"Version: 3 ", text) and
          openssl("verify -check_ss_sig -no_check_time -CAfile {0} {0}", cert.pem)[0] == 0,
          "it is not signed by its own key")
    begin, end = [time.strptime(t, "%b %d %H:%M:%S %Y GMT")
                  for t in re.findall(r"Not (?:Before|After ?) ?: (.*)", text)]
    check(begin < end, "it is never valid")
    return cert

def attributes(digest):
    """The signed attributes of a text with this digest."""
    return der(0x30, CONTENT_TYPE, der(0x31, DATA)) + der(0x30, DIGEST, der(0x31, der(4, digest)))

def check_holds(cert, digest, sig):
    code, _ = openssl("pkeyutl -verify -certin -inkey {0} -pkeyopt digest:sha256 -in {1} "
                      "-sigfile {2}", cert.pem, sha(der(0x31, attributes(digest))), sig)
    check(code == 0, "the signature does not hold")

def cms_build(content, pairs):
    infos = [der(0x30, b"\x02\x01\x01", c.names, SHA256, der(0xa0, attributes(sha(content))), RSA,
                 der(4, sig)) for c, sig in pairs]
    return der(0x30, SIGNED_DATA, der(0xa0, der(
        0x30, b"\x02\x01\x01", der(0x31, SHA256), der(0x30, DATA),
        der(0xa0, *sorted(c.raw for c, _ in pairs)), der(0x31, *sorted(infos)))))

def cms_pairs(raw, content):
    """The (certificate, signature) pairs of a file that is the one encoding of them."""
    try:
        parts = der_only(der_only(raw, 0x30)[1][2], 0x30)
        certs = [Cert(whole) for _, whole, _ in der_items(parts[3][2])]
        pairs = []
        for _, whole, _ in der_only(parts[4][1], 0x31):
            info = der_only(whole, 0x30)
            pairs.append(([c for c in certs if c.names == info[1][1]][0], info[5][2]))
        same = cms_build(content, pairs) == raw
    except (ValueError, IndexError) as e:
        raise Verdict(1, "no DER CMS SignedData (%s)" % e)
    check(same, "not the one encoding of its signatures over this content")
    return pairs

def check_pairs(content, pairs, listed, required):
    """Every signer is listed, none twice, each signature holds, there are enough."""
    seen = set()
    for cert, sig in pairs:
        check(cert.sha in listed and cert.sha not in seen, "the certificate %s is not a listed "
              "signer's, or is there twice", cert.sha)
        seen.add(cert.sha)
        check_holds(cert, sha(content), sig)
    check(len(seen) >= required, "%d signers; %d are required", len(seen), required)

def ask_openssl(raw, content, certs):
    """The stock check, against these certificates and no others."""
    code, text = openssl("cms -verify -binary -inform DER -in {0} -content {1} -CAfile {2} "
                         "-no-CApath -no-CAstore -no_check_time -purpose any -out /dev/null",
                         raw, content, b"".join(c.pem for c in certs))
    check(code == 0, "openssl does not accept it: %s", text.strip()[:200])

# --- the tree of RFC 6962 --------------------------------------------------
def tree_root(leaves):
    n = len(leaves)
    if n < 2:
        return leaves[0] if leaves else sha(b"")
    k = 1 << ((n - 1).bit_length() - 1)
    return sha(b"\x01", tree_root(leaves[:k]), tree_root(leaves[k:]))

def follow(leaf, n, size, path):
    """The root that leaf n of size and its path give; None: no such path."""
    if size == 1 or not path:
        return leaf if size == 1 and not path else None
    k = 1 << ((size - 1).bit_length() - 1)
    below = follow(leaf, n, k, path[:-1]) if n < k else follow(leaf, n - k, size - k, path[:-1])
    if below is None:
        return None
    return sha(b"\x01", below, path[-1]) if n < k else sha(b"\x01", path[-1], below)

# --- entries ---------------------------------------------------------------
# Kinds with a meaning, and the facts that nobody may withhold.
NEEDS = {"genesis": "mode script site software signers.required", "run.begin": "software",
         "signers.required": "signers.required", "signer.add": "signer cert cert.sha256",
         "signer.remove": "signer", "artifact": "name sha256 bytes", "close": "",
         "exception.open": "number", "exception.close": "number", "card.intent": "command.id",
         "card.done": "command.id", "card.failed": "command.id", "card.unknown": "command.id",
         "checkpoint.body": "number body", "checkpoint.intent": "number signer",
         "checkpoint.signature": "number signer cert.sha256 signature",
         "checkpoint.end": "number", "export.body": "size sha256",
         "export.intent": "size signer", "export.end": "size",
         "export.signature": "size signer cert.sha256 signature"}

def check_entry(e, ident):
    members("the entry", e, "c f k m n p r s t v")
    ok = matches(TIME, e["t"])
    try:
        ok = ok and time.strptime(e["t"][:19], "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        ok = False
    need(ok and e["v"] == 1 and is_int(e["v"]) and is_int(e["m"]) and is_int(e["n"]) and
         is_int(e["r"], 1) and matches(NAME, e["k"]) and matches(HEX32, e["p"]) and
         is_text(e["s"]) and len(e["s"].encode()) <= 128 and type(e["c"]) is str and
         type(e["f"]) is dict and len(e["f"]) <= 256 and
         all(matches(NAME, k) and matches(HEX32, v) for k, v in e["f"].items()),
         "the entry is not well-formed")
    check(e["c"] == ident, "it belongs to the ceremony %s, not %s", e["c"], ident)

def open_facts(e, salted):
    """{name: value} of the facts told, each against its commitment."""
    need(type(salted) is dict, "the facts are no object")
    out = {}
    for name, one in salted.items():
        members("the fact '%s'" % name, one, "salt value")
        value = one["value"]
        need(matches(HEX16, one["salt"]) and
             (type(value) is bool or is_text(value) or is_int(value, -EXACT)),
             "the fact '%s' is not well-formed", name)
        have = sha(b"\x02", bytes.fromhex(one["salt"]), canon([e["c"], e["n"], name, value])).hex()
        check(e["f"].get(name) == have, "the fact '%s' gives the commitment %s, the entry says %s",
              name, have, e["f"].get(name))
        out[name] = value
    return out

def split_line(raw):
    cut = raw.find(b'},"facts":{')
    need(raw.startswith(b'{"entry":') and cut > 0 and raw.endswith(b"}") and
         len(raw) < LINE_MAX, 'not {"entry":...,"facts":...}, or too long')
    return raw[9:cut + 1], raw[cut + 10:-1]

# --- the journal -----------------------------------------------------------
class Journal:
    """The state after the entries fed so far."""

    def __init__(self, mode, ident, redacted):
        self.mode, self.id, self.redacted = mode, ident, redacted
        self.head = sha(b"ceremony-journal-v1\n%s\n%s\n" % (mode.encode(), ident.encode()))
        self.n = self.run = self.boot = self.required = self.withheld = 0
        self.time = self.script = self.site = self.software = ""
        self.leaves, self.texts, self.certs, self.export = [], [], [], None
        self.signers, self.artifacts, self.open, self.intents = {}, {}, set(), set()
        self.exceptions, self.signatures, self.closed, self.clock_back = 0, 0, False, False

    def feed(self, raw):
        """One line: parse, commitments, chain, meaning."""
        line, facts = split_line(raw)
        e = read_json("the entry", line)
        check_entry(e, self.id)
        f, kind = open_facts(e, read_json("the facts", facts)), e["k"]
        self.chain(e)
        away, needed = set(e["f"]) - set(f), set(NEEDS.get(kind, "").split())
        check(not away or self.redacted, "the facts %s are left out, and this is no redacted "
              "export", sorted(away))
        check(not away & needed, "it withholds %s, without which '%s' says nothing",
              sorted(away & needed), kind)
        self.withheld += len(away)
        if self.texts and kind not in ("checkpoint.intent", "checkpoint.signature",
                                       "checkpoint.end"):
            self.texts[-1].dirty |= not self.texts[-1].ended
        check((self.n == 0) == (kind == "genesis"), "'%s': genesis is entry 0 and no other", kind)
        if kind in NEEDS:
            self.meaning(kind, f)
        self.n, self.run, self.boot = e["n"] + 1, e["r"], e["m"]
        self.time, self.head = e["t"], sha(b"\x00", line)
        self.leaves.append(self.head)

    def chain(self, e):
        check(e["n"] == self.n, "it has the number %d where %d is due", e["n"], self.n)
        check(e["p"] == self.head.hex(), "p is %s, but the hash of the entry before it is %s",
              e["p"], self.head.hex())
        check(e["r"] in (self.run, self.run + 1), "run %d after run %d", e["r"], self.run)
        check(e["r"] != self.run or (e["m"] >= self.boot and e["t"] >= self.time),
              "time went back inside run %d", e["r"])
        self.clock_back |= e["t"] < self.time

    def meaning(self, kind, f):
        what, _, which = kind.partition(".")
        if kind == "genesis":
            check(f.get("mode") == self.mode, "mode is %s, not %s", f.get("mode"), self.mode)
            check(matches(HEX32, f.get("script")) and matches(HEX32, f.get("site")),
                  "script or site is no SHA-256")
            self.script, self.site = f["script"], f["site"]
        if kind in ("genesis", "signers.required"):
            check(is_int(f.get("signers.required"), 1, SIGNERS_MAX), "signers.required")
            self.required = f["signers.required"]
        if what in ("genesis", "run") and "software" in f:
            check(matches(HEX32, f["software"]), "software is no SHA-256")
            self.software = f["software"]
        elif what == "signer":
            self.signer(which == "add", f)
        elif what == "artifact":
            name, digest, size = f.get("name"), f.get("sha256"), f.get("bytes")
            check(matches(FILE, name) and is_int(size) and matches(HEX32, digest),
                  "the artifact is not well-formed")
            check(self.artifacts.get(name, (digest,))[0] == digest, "'%s' had another hash", name)
            self.artifacts[name] = (digest, size)
        elif what == "exception":
            self.track(self.open, f.get("number"), int, which == "open")
            self.exceptions += which == "open"
        elif what == "card":
            self.track(self.intents, f.get("command.id"), str, which == "intent")
        elif what == "close":
            check(not self.open, "it closes with exceptions open")
            self.closed = True
        elif what == "checkpoint":
            self.signing(which, f.get("number"), f, self.new_checkpoint,
                         self.texts[-1] if self.texts else None)
        elif what == "export":
            self.signing(which, f.get("size"), f, self.new_manifest, self.export)

    def track(self, which, key, kind, opens):
        check(is_int(key) if kind is int else type(key) is str, "'%s' is no number or id", key)
        check(opens != (key in which), "'%s' is %s", key, "open already" if opens else "not open")
        (which.add if opens else which.remove)(key)

    def signer(self, adds, f):
        name = f.get("signer")
        check(matches(FILE, name), "the signer's name is not well-formed")
        if not adds:
            return check(self.signers.pop(name, None), "%s is no signer", name)
        check(type(f.get("cert")) is str, "cert is missing")
        cert = prefixed("the certificate", read_cert, unbase64("cert", f["cert"]))
        check(cert.sha == f.get("cert.sha256"), "cert.sha256 is not %s", cert.sha)
        check(all(other == name or c.key != cert.key for other, c in self.signers.items()),
              "the key of %s is another signer's: one card would sign for two", name)
        self.signers[name] = cert
        check(len(self.signers) <= SIGNERS_MAX, "too many signers")
        self.certs.append((name, cert))

    def checkpoint_text(self):
        check(self.signers and len(self.signers) >= self.required, "fewer signers than required")
        check(self.software, "no entry says the software")
        listed = " ".join(sorted(c.sha for c in self.signers.values()))
        return ("ceremony.invalid/%s/%s\n%d\n%s\nmode %s\nhead %s\nscript %s\nsite %s\n"
                "software %s\nsigners %d %s\n" % (
                    self.mode, self.id, self.n,
                    base64.b64encode(tree_root(self.leaves)).decode(), self.mode, self.head.hex(),
                    self.script, self.site, self.software, self.required, listed)).encode()

    def signing(self, what, number, f, begin, t):
        """The rows of a text: of a checkpoint, or of an earlier manifest."""
        if what == "body":
            return begin(number, f)
        check(t and not t.ended and is_int(number) and number == t.number,
              "it is for no text that is being signed")
        if what == "signature":
            cert = t.listed.get(f.get("signer"))
            check(cert and cert.sha == f.get("cert.sha256") and type(f.get("signature")) is str,
                  "'%s' is not among the signers listed", f.get("signer"))
            check(all(c.sha != cert.sha for c, _ in t.sigs), "a second signature of one signer")
            t.sigs.append((cert, unbase64("signature", f["signature"])))
            check_holds(cert, t.digest, t.sigs[-1][1])
            self.signatures += 1
        elif what == "end":
            check(len(t.sigs) >= t.required, "it ends a text with %d of %d signatures",
                  len(t.sigs), t.required)
            t.ended, t.end_row = True, self.n

    def text(self, number, body, digest, required, listed):
        return types.SimpleNamespace(number=number, row=self.n, body=body, digest=digest, sigs=[],
                                     required=required, listed=listed, ended=False, dirty=False)

    def new_checkpoint(self, number, f):
        check(is_int(number) and number == len(self.texts) + 1 and type(f.get("body")) is str,
              "another number is due, or there is no body")
        body = unbase64("body", f["body"])
        check(body == self.checkpoint_text(), "the text of checkpoint %d is not what the %d "
              "entries before it give", number, self.n)
        self.texts.append(self.text(number, body, sha(body), self.required, dict(self.signers)))

    def new_manifest(self, size, f):
        t = [t for t in self.texts if t.ended and not t.dirty and t.end_row + 1 == size]
        check(t and matches(re.compile(r"[0-9a-fA-F]{64}\Z"), f.get("sha256")),
              "no checkpoint ends at %s entries, or sha256 is not well-formed", size)
        self.export = self.text(size, b"", bytes.fromhex(f["sha256"]), t[0].required, t[0].listed)

    def sealed(self):
        """The checkpoint that the journal ends with, or None."""
        t = (self.texts or [None])[-1]
        return t if t and t.ended and not t.dirty and t.end_row + 1 == self.n else None

# --- the export ------------------------------------------------------------
def read_in(root, name):
    with open(os.path.join(root, name), "rb") as f:
        return f.read()

def read_manifest(raw):
    m = read_json("it", raw)
    redacted = type(m) is dict and "redacted_from" in m
    members("it", m, "entries files head id mode script signatures site software type" +
            " redacted_from" * redacted)
    need(m["type"] == "ceremony-manifest-v1" and m["mode"] in ("production", "rehearsal") and
         matches(re.compile(r"[0-9a-fA-F]{32}\Z"), m["id"]) and is_int(m["entries"]) and
         is_int(m["signatures"], 0, SIGNERS_MAX) and type(m["files"]) is list and m["files"] and
         all(type(m[k]) is str for k in ("head", "script", "site", "software")) and
         matches(HEX32, m.get("redacted_from", "0" * 64)), "not well-formed")
    check(not redacted or m["signatures"] == 0, "nobody signs a redacted export")
    files = {}
    for f in m["files"]:
        members("a file", f, "bytes path sha256")
        need(type(f["path"]) is str and type(f["sha256"]) is str and f["path"] and
             is_int(f["bytes"], 0, 1 << 30) and ".." not in f["path"] and f["path"][0] != "/",
             "the file '%s' is not well-formed", f["path"])
        files[f["path"]] = f
    need(list(files) == sorted(files, key=str.encode) and len(files) == len(m["files"]), "no order")
    return m, files

def check_files(root, files):
    """Nothing but what the manifest lists, and that as it lists it."""
    folders = [os.path.join(root, d) for d in ("artifacts", "certs", "checkpoints")]
    check(all(map(os.path.isdir, folders)), "artifacts, certs or checkpoints is missing")
    for folder in [root] + folders:
        for name in sorted(os.listdir(folder)):
            full = os.path.join(folder, name)
            path = os.path.relpath(full, root)
            if full not in folders and path not in ("manifest.json", "manifest.json.p7s"):
                check(path in files, "%s is not in the manifest", path)
                check(stat.S_ISREG(os.lstat(full).st_mode), "%s is not a regular file", path)
    for path, f in files.items():
        raw = read_in(root, path)
        check(len(raw) == f["bytes"] and sha(raw).hex() == f["sha256"],
              "%s has %d bytes and the SHA-256 %s; the manifest says %d and %s", path, len(raw),
              sha(raw).hex(), f["bytes"], f["sha256"])

def check_contents(j, m, files):
    """The manifest says what the journal gives.  Returns how many files are withheld."""
    for name, value in (("head", j.head.hex()), ("script", j.script), ("site", j.site),
                        ("software", j.software), ("entries", j.n)):
        check(m[name] == value, "manifest.json: %s is %s; the journal says %s", name, m[name],
              value)
    k, made, certs = j.sealed().required, {}, b""
    check(m["signatures"] in (0, k), "manifest.json: signatures is %d; the journal requires %d",
          m["signatures"], k)
    for t in j.texts:
        if t.ended:
            made["checkpoints/%04d.txt" % t.number] = t.body
            made["checkpoints/%04d.txt.p7s" % t.number] = cms_build(t.body, t.sigs)
    for i, (name, cert) in enumerate(j.certs):
        replaced = any(n == name for n, _ in j.certs[i + 1:])
        path = "certs/%s%s.cer" % (name, "." + cert.sha[:16] if replaced else "")
        if path not in made:
            made[path] = cert.raw
            certs += cert.pem
    made["certs/signers.pem"] = certs
    want = {p: (sha(b).hex(), len(b)) for p, b in made.items()}
    want.update((name, (None, None)) for name in ("README.txt", "journal.jsonl", "transcript.md",
                                                  "transcript.pdf", "verify.py"))
    want.update({"script.yaml": (j.script, None), "site.yaml": (j.site, None)})
    want.update(("artifacts/" + n, v) for n, v in j.artifacts.items())
    away = [p for p in want if j.redacted and p not in files and
            (p == "site.yaml" or p.startswith("artifacts/"))]
    for path in sorted(set(want) - set(away)):
        digest, size = want[path]
        check(path in files, "%s is not in the manifest", path)
        check(digest in (None, files[path]["sha256"]) and size in (None, files[path]["bytes"]),
              "%s is not what the journal gives", path)
    check(len(files) == len(want) - len(away), "manifest.json lists %d files; the journal gives "
          "%d", len(files), len(want) - len(away))
    return len(away)

def check_signatures(root, j, raw, m):
    """The pairs of the manifest; OpenSSL is asked about every p7s."""
    name, pairs, certs = "manifest.json.p7s", [], [c for _, c in j.certs]
    if m["signatures"] == 0:
        check(not os.path.lexists(os.path.join(root, name)),
              "%s is there; the manifest says signatures 0", name)
    else:
        p7s, t = read_in(root, name), j.sealed()
        pairs = prefixed(name, cms_pairs, p7s, raw)
        prefixed(name, check_pairs, raw, pairs, {c.sha for c in t.listed.values()}, t.required)
        prefixed(name, ask_openssl, p7s, raw, certs)
    for t in (t for t in j.texts if t.ended):
        prefixed("checkpoint %d" % t.number, ask_openssl, cms_build(t.body, t.sigs), t.body, certs)
    return pairs

# --- the proof of one entry ------------------------------------------------
CHECKPOINT = re.compile(
    rb"ceremony\.invalid/(production|rehearsal)/([0-9a-f]{32})\n([1-9][0-9]{0,17})\n"
    rb"([A-Za-z0-9+/]{43}=)\nmode (production|rehearsal)\nhead ([0-9a-f]{64})\n"
    rb"script [0-9a-f]{64}\nsite [0-9a-f]{64}\nsoftware [0-9a-f]{64}\n"
    rb"signers ([1-9][0-9]?)((?: [0-9a-f]{64})+)\n\Z")

def read_proof(raw):
    """A proof that holds: the entry, what the checkpoint says, who signed it."""
    p, out = read_json("the proof", raw[:-1]), types.SimpleNamespace()
    members("the proof", p, "type entry facts path checkpoint signatures")
    need(raw.endswith(b"\n") and p["type"] == "ceremony-proof-v1" and type(p["path"]) is list and
         len(p["path"]) <= 64 and all(matches(HEX32, h) for h in p["path"]),
         "the proof is not well-formed")
    body, p7s = unbase64("checkpoint", p["checkpoint"]), unbase64("signatures", p["signatures"])
    text = CHECKPOINT.match(body)
    need(text, "the checkpoint is not the text of one")
    out.mode, out.id, size, root, mode, out.head, k, listed = [g.decode() for g in text.groups()]
    size, out.required, listed = int(size), int(k), listed.split()
    need(out.mode == mode and out.required <= len(listed) <= SIGNERS_MAX and
         listed == sorted(set(listed)), "the checkpoint is not the text of one")
    e, n = p["entry"], p["entry"].get("n") if type(p["entry"]) is dict else None
    check_entry(e, out.id)
    need(len(canon(e)) + len(canon(p["facts"])) + 20 <= LINE_MAX, "the entry is too long")
    out.e, out.told, out.size = e, open_facts(e, p["facts"]), size
    out.leaf = sha(b"\x00", canon(e))
    check(n < size, "entry %d is not among the %d that the checkpoint covers", n, size)
    check(follow(out.leaf, n, size, [bytes.fromhex(h) for h in p["path"]]) ==
          unbase64("root", root), "entry %d and its path do not give the checkpoint's root", n)
    check(n + 1 < size or out.leaf.hex() == out.head, "the last entry is not the head")
    out.pairs = prefixed("signatures", cms_pairs, p7s, body)
    prefixed("signatures", check_pairs, body, out.pairs, listed, out.required)
    certs = [prefixed("signatures", read_cert, c.raw) for c, _ in out.pairs]
    prefixed("signatures", ask_openssl, p7s, body, certs)
    return out

# --- anchors ---------------------------------------------------------------
def parse_head(text):
    """32, 10 or 5 bytes as PGP words or hex."""
    flat, raw = re.sub(r"[-\s:]", "", text), b""
    if re.match(r"([0-9a-fA-F]{2})+\Z", flat):
        raw = bytes.fromhex(flat)
    else:
        for i, word in enumerate(re.split(r"[-\s:]+", text.strip())):
            names = [w.lower() for w in (EVEN, ODD)[i % 2]]
            if word.lower() not in names:
                raise Verdict(2, "--head: word %d, '%s', is not one of that place" % (i + 1, word))
            raw += bytes([names.index(word.lower())])
    if len(raw) not in (5, 10, 32):
        raise Verdict(2, "--head: %d words or bytes; 32, 10 or 5 are needed" % len(raw))
    return raw

def read_leaves(other):
    lines = read_in(other, "journal.jsonl").split(b"\n")[:-1]
    return [sha(b"\x00", prefixed("--against", split_line, line)[0]) for line in lines]

def judge_signers(path, what, pairs, required):
    """K of a text's signers are among the certificates of the file."""
    text = read_in("", path)
    known = {sha(unbase64("--signers", re.sub(rb"\s", b"", block).decode("latin-1"))).hex()
             for block in re.findall(rb"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----",
                                     text, re.S)}
    need(known, "--signers: %s holds no certificate", path)
    found = len({c.sha for c, _ in pairs} & known)
    check(found >= required, "--signers: %d of the signers of %s are in that file; %d are "
          "required", found, what, required)

# --- the verdict -----------------------------------------------------------
def judge_export(root, signers, head, against, facts):
    raw = read_in(root, "manifest.json")
    m, files = prefixed("manifest.json", read_manifest, raw)
    j = Journal(m["mode"], m["id"], "redacted_from" in m)
    check_files(root, files)
    lines = read_in(root, "journal.jsonl").split(b"\n")
    for i, line in enumerate(lines[:-1]):
        prefixed("journal.jsonl line %d (entry %d)" % (i + 1, i), j.feed, line)
    need(lines[-1] == b"", "journal.jsonl does not end with a line feed")
    check(j.sealed(), "journal.jsonl does not end with a whole checkpoint")
    away, t = check_contents(j, m, files), j.sealed()
    pairs = check_signatures(root, j, raw, m)
    facts.update(
        id=j.id, mode=j.mode, head=j.head.hex(), entries=j.n, runs=j.run,
        checkpoints=sum(t.ended for t in j.texts), signatures=j.signatures + len(pairs),
        exceptions=j.exceptions, open_exceptions=len(j.open), open_intents=len(j.intents),
        not_under_a_checkpoint=j.n - t.row, clock_back=j.clock_back, closed=j.closed,
        signed=bool(pairs))
    if j.redacted:
        facts.update(redacted_from=m["redacted_from"], withheld_facts=j.withheld,
                     withheld_files=away)
    if head:
        want = parse_head(head)
        at = [i for i, leaf in enumerate(j.leaves) if leaf.startswith(want)]
        check(at, "--head: no entry of this journal has that hash: another ceremony, a fork, or a "
              "cut end")
        facts["anchored"] = len(want) == 32
        facts["the_head"] = "anchored through entry %d" % at[0] if facts["anchored"] else (
            "the words are those of entry %d; too few to anchor" % at[0])
    if against:
        leaves = read_leaves(against)
        fork = [i for i, (a, b) in enumerate(zip(leaves, j.leaves)) if a != b]
        check(not fork, "--against: entry %s differs: one of the two is a fork", fork[:1])
        check(0 < len(leaves) <= j.n, "--against: the other has %d entries, this only %d: this is "
              "earlier, or its end is cut", len(leaves), j.n)
        facts.update(against="the same through entry %d" % (len(leaves) - 1), anchored=True)
    if signers:
        judge_signers(signers, "the last checkpoint", t.sigs, t.required)
        if pairs:
            judge_signers(signers, "the manifest", pairs, t.required)
        facts.update(signers="anchored through the last checkpoint, entry %d" % t.row,
                     anchored=True)
    return PROVES

def judge_proof(path, signers, head, against, facts):
    p = read_proof(read_in("", path))
    n, want = p.e["n"], parse_head(head) if head else b""
    check(p.head.startswith(want.hex()), "--head: that is not the head that the checkpoint names")
    check(not against or read_leaves(against)[n:n + 1] == [p.leaf],
          "--against: entry %d there is another, or does not exist", n)
    if signers:
        judge_signers(signers, "the checkpoint", p.pairs, p.required)
    facts.update(id=p.id, mode=p.mode, head=p.head, entries=p.size, entry=n, kind=p.e["k"],
                 time=p.e["t"], checkpoints=1, signatures=len(p.pairs), told=len(p.told),
                 withheld_facts=len(p.e["f"]) - len(p.told),
                 anchored=bool(len(want) == 32 or against or signers))
    return PROVES_ONE

PROVES = """This proves: the journal is one unbroken chain; nothing in it was changed, taken out or
put in between before the last signed checkpoint; every file is the one that the manifest names;
the signers listed signed. It does not prove: who the signers are, unless --signers, --head or
--against from outside anchor it; that this is the only journal; that what people typed is true."""
PROVES_ONE = """This proves: the entry stands at its place in the journal that the checkpoint
covers. It does not prove: who the signers are, unless it is anchored from outside; what other
entries say; that the ceremony was closed; that what people typed is true."""

def verify(path, signers=None, head=None, against=None, require=()):
    """(exit code, message, facts); the message of exit 0 says what that proves."""
    facts = {"closed": False, "signed": False, "anchored": False}
    try:
        judge = judge_proof if os.path.isfile(path) else judge_export
        message = judge(path, signers, head, against, facts)
        for word in require:
            check(facts[word], "--require %s: it is not", word)
    except Verdict as e:
        return e.args + (facts,)
    except OSError as e:
        return 1, "%s cannot be read or run: %s" % (e.filename, e.strerror), facts
    return 0, message + ("\nconsistent, and anchored by what you gave" if facts["anchored"] else
                         "\nconsistent; anyone could have made this"), facts

def main(argv):
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("path", metavar="EXPORT|PROOF")
    for option, value in ("signers", "PEM"), ("against", "EXPORT"), ("require", "WORD,WORD"):
        p.add_argument("--" + option, metavar=value, default="")
    p.add_argument("--head", nargs="+", metavar="WORDS")
    p.add_argument("--json", action="store_true")
    a = p.parse_args(argv)
    require = [w for w in a.require.split(",") if w]
    if not set(require) <= {"closed", "signed", "anchored"}:
        p.error("--require knows closed, signed and anchored")
    code, message, facts = verify(a.path, a.signers, " ".join(a.head or ()), a.against, require)
    words = ("anchored" if facts["anchored"] else "consistent", "refused", "usage", "malformed")
    if a.json:
        print(canon(dict(facts, verdict=words[code], message=message if code else "")).decode())
    elif code == 0:
        print("\n".join("%s: %s" % (k.replace("_", " "), v) for k, v in facts.items()) + "\n")
        print(message)
    if code:
        print("verify.py: %s: %s" % (words[code].upper(), message), file=sys.stderr)
    return code

# --- PGP words (Juola and Zimmermann) --------------------------------------
EVEN = """aardvark absurd accrue acme adrift adult afflict ahead aimless Algol allow alone ammo ancient apple artist assume Athens atlas Aztec baboon backfield backward banjo beaming bedlamp beehive beeswax befriend Belfast berserk billiard bison blackjack blockade blowtorch bluebird bombast bookshelf brackish breadline breakup brickyard briefcase Burbank button buzzard cement chairlift chatter checkup chisel choking chopper Christmas clamshell classic classroom cleanup clockwork cobra commence concert cowbell crackdown cranky crowfoot crucial crumpled crusade cubic dashboard deadbolt deckhand dogsled dragnet drainage dreadful drifter dropper drumbeat drunken Dupont dwelling eating edict egghead eightball endorse endow enlist erase escape exceed eyeglass eyetooth facial fallout flagpole flatfoot flytrap fracture framework freedom frighten gazelle Geiger glitter glucose goggles goldfish gremlin guidance hamlet highchair hockey indoors indulge inverse involve island jawbone keyboard kickoff kiwi klaxon locale lockup merit minnow miser Mohawk mural music necklace Neptune newborn nightbird Oakland obtuse offload optic orca payday peachy pheasant physique playhouse Pluto preclude prefer preshrunk printer prowler pupil puppy python quadrant quiver quota ragtime ratchet rebirth reform regain reindeer rematch repay retouch revenge reward rhythm ribcage ringbolt robust rocker ruffled sailboat sawdust scallion scenic scorecard Scotland seabird select sentence shadow shamrock showgirl skullcap skydive slingshot slowdown snapline snapshot snowcap snowslide solo southward soybean spaniel spearhead spellbind spheroid spigot spindle spyglass stagehand stagnate stairway standard stapler steamship sterling stockman stopwatch stormy sugar surmount suspense sweatband swelter tactics talon tapeworm tempest tiger tissue tonic topmost tracker transit trauma treadmill Trojan trouble tumor tunnel tycoon uncut unearth unwind uproot upset upshot vapor village virus Vulcan waffle wallet watchword wayside willow woodlark Zulu""".split()
ODD = """adroitness adviser aftermath aggregate alkali almighty amulet amusement antenna applicant Apollo armistice article asteroid Atlantic atmosphere autopsy Babylon backwater barbecue belowground bifocals bodyguard bookseller borderline bottomless Bradbury bravado Brazilian breakaway Burlington businessman butterfat Camelot candidate cannonball Capricorn caravan caretaker celebrate cellulose certify chambermaid Cherokee Chicago clergyman coherence combustion commando company component concurrent confidence conformist congregate consensus consulting corporate corrosion councilman crossover crucifix cumbersome customer Dakota decadence December decimal designing detector detergent determine dictator dinosaur direction disable disbelief disruptive distortion document embezzle enchanting enrollment enterprise equation equipment escapade Eskimo everyday examine existence exodus fascinate filament finicky forever fortitude frequency gadgetry Galveston getaway glossary gossamer graduate gravity guitarist hamburger Hamilton handiwork hazardous headwaters hemisphere hesitate hideaway holiness hurricane hydraulic impartial impetus inception indigo inertia infancy inferno informant insincere insurgent integrate intention inventive Istanbul Jamaica Jupiter leprosy letterhead liberty maritime matchmaker maverick Medusa megaton microscope microwave midsummer millionaire miracle misnomer molasses molecule Montana monument mosquito narrative nebula newsletter Norwegian October Ohio onlooker opulent Orlando outfielder Pacific pandemic Pandora paperweight paragon paragraph paramount passenger pedigree Pegasus penetrate perceptive performance pharmacy phonetic photograph pioneer pocketful politeness positive potato processor provincial proximate puberty publisher pyramid quantity racketeer rebellion recipe recover repellent replica reproduce resistor responsive retraction retrieval retrospect revenue revival revolver sandalwood sardonic Saturday savagery scavenger sensation sociable souvenir specialist speculate stethoscope stupendous supportive surrender suspicious sympathy tambourine telephone therapist tobacco tolerance tomorrow torpedo tradition travesty trombonist truncated typewriter ultimate undaunted underfoot unicorn unify universe unravel upcoming vacancy vagabond vertigo Virginia visitor vocalist voyager warranty Waterloo whimsical Wichita Wilmington Wyoming yesteryear Yucatan""".split()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
