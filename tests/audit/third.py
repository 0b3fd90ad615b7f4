# SPDX-License-Identifier: Apache-2.0
"""A third writer of exports: Python's standard library alone, from
docs/format/{journal,checkpoint,export}.md alone; shares no code with either
verifier.  Everything is a function of its seeds, so what it writes can be
committed and compared.  Its keys are public: they sign vectors only.
"""
import base64
import hashlib
import json

EXPONENT = 65537


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def canon(v):
    return json.dumps(v, ensure_ascii=False, sort_keys=True,
                      separators=(",", ":")).encode()


def b64(raw):
    return base64.b64encode(raw).decode()


# --- keys from a seed ------------------------------------------------------

SMALL = [p for p in range(3, 4000, 2)
         if all(p % q for q in range(3, int(p ** .5) + 1, 2))]


def probably_prime(n):
    if any(n % p == 0 for p in SMALL):
        return False
    d, s = n - 1, 0
    while d % 2 == 0:
        d, s = d // 2, s + 1
    for base in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29):
        x = pow(base, d, n)
        if x in (1, n - 1):
            continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def prime(seed, bits):
    raw = b"".join(sha(seed.encode(), bytes([i])) for i in range(bits // 256))
    p = int.from_bytes(raw, "big") | 3 << (bits - 2) | 1
    while (p - 1) % EXPONENT == 0 or not probably_prime(p):
        p += 2
    return p


class Key:
    """An RSA key of 2048 bits and its self-signed certificate."""

    def __init__(self, seed, name, usage=0x80, ca=False):
        p, q = prime(seed + " p", 1024), prime(seed + " q", 1024)
        self.name, self.n = name, p * q
        self.d = pow(EXPONENT, -1, (p - 1) * (q - 1))
        self.serial = integer(int.from_bytes(sha(seed.encode())[:8], "big"))
        self.subject = der(0x30, der(0x31, der(
            0x30, oid("2.5.4.3"), der(0x0c, name.encode()))))
        self.cert = self.certificate(usage, ca)
        self.hex = sha(self.cert).hex()

    def sign(self, text):
        """RSASSA-PKCS1-v1_5 with SHA-256."""
        info = der(0x30, der(0x30, oid("2.16.840.1.101.3.4.2.1"), NULL),
                   der(4, sha(text)))
        block = b"\0\1" + b"\xff" * (253 - len(info)) + b"\0" + info
        return pow(int.from_bytes(block, "big"), self.d, self.n).to_bytes(
            256, "big")

    def certificate(self, usage, ca):
        alg = der(0x30, oid("1.2.840.113549.1.1.11"), NULL)
        unused = (usage & -usage).bit_length() - 1
        extensions = der(0x30, der(
            0x30, oid("2.5.29.19"), TRUE,
            der(4, der(0x30, TRUE if ca else b""))), der(
            0x30, oid("2.5.29.15"), TRUE,
            der(4, der(3, bytes([unused, usage])))))
        tbs = der(
            0x30, der(0xa0, integer(2)), self.serial, alg, self.subject,
            der(0x30, der(0x17, b"261122184000Z"),
                der(0x17, b"491231235959Z")), self.subject,
            der(0x30, der(0x30, oid("1.2.840.113549.1.1.1"), NULL),
                der(3, b"\0" + der(0x30, integer(self.n),
                                   integer(EXPONENT)))),
            der(0xa3, extensions))
        return der(0x30, tbs, alg, der(3, b"\0" + self.sign(tbs)))


# --- DER and CMS -----------------------------------------------------------

NULL = b"\5\0"
TRUE = b"\1\1\xff"


def der(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    size = bytes([n]) if n < 128 else \
        bytes([0x81, n]) if n < 256 else b"\x82" + n.to_bytes(2, "big")
    return bytes([tag]) + size + body


def integer(v):
    return der(2, v.to_bytes(v.bit_length() // 8 + 1, "big"))


def oid(text):
    first, second, *rest = [int(x) for x in text.split(".")]
    out = bytes([40 * first + second])
    for v in rest:
        part = bytes([v & 127])
        while v > 127:
            v >>= 7
            part = bytes([v & 127 | 128]) + part
        out += part
    return der(6, out)


SHA256 = der(0x30, oid("2.16.840.1.101.3.4.2.1"))
DATA = oid("1.2.840.113549.1.7.1")


def attributes(text):
    return der(0x30, oid("1.2.840.113549.1.9.3"), der(0x31, DATA)) + \
        der(0x30, oid("1.2.840.113549.1.9.4"), der(0x31, der(4, sha(text))))


def sign_text(key, text):
    """What a card signs: the SET OF the two attributes."""
    return key.sign(der(0x31, attributes(text)))


def cms(text, pairs, order=sorted):
    infos = [der(0x30, integer(1), der(0x30, k.subject, k.serial), SHA256,
                 der(0xa0, attributes(text)),
                 der(0x30, oid("1.2.840.113549.1.1.1"), NULL), der(4, sig))
             for k, sig in pairs]
    return der(0x30, oid("1.2.840.113549.1.7.2"), der(0xa0, der(
        0x30, integer(1), der(0x31, SHA256), der(0x30, DATA),
        der(0xa0, *order(k.cert for k, _ in pairs)),
        der(0x31, *order(infos)))))


def pem(cert):
    text = b64(cert)
    return "".join(["-----BEGIN CERTIFICATE-----\n"] + [
        text[i:i + 64] + "\n" for i in range(0, len(text), 64)] + [
        "-----END CERTIFICATE-----\n"]).encode()


# --- the journal -----------------------------------------------------------

def root(leaves):
    """RFC 6962, section 2.1, as it is written there."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha(b"")
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha(b"\1", root(leaves[:k]), root(leaves[k:]))


def path(n, leaves):
    """RFC 6962, section 2.1.1, as it is written there."""
    if len(leaves) == 1:
        return []
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    if n < k:
        return path(n, leaves[:k]) + [root(leaves[k:])]
    return path(n - k, leaves[k:]) + [root(leaves[:k])]


class Journal:
    """Writes rows.  twists {"KIND#COUNT": f(self, kind, step, facts)} put
    something else in the place of a row; what follows is made to fit."""

    def __init__(self, seed, twists, ident=None):
        self.seed, self.twists, self.counts = seed, twists, {}
        self.mode, self.run = "rehearsal", 1
        self.id = ident or sha(seed.encode())[:16].hex()
        self.head = self.first = sha(b"ceremony-journal-v1\nrehearsal\n",
                                     self.id.encode(), b"\n")
        self.lines, self.leaves, self.rows = [], [], []
        self.signers, self.certs, self.texts = {}, [], []

    def row(self, kind, step="", **facts):
        facts = {k.replace("__", "-").replace("_", "."): v
                 for k, v in facts.items()}
        at = self.counts[kind] = self.counts.get(kind, 0) + 1
        twist = self.twists.get("%s#%d" % (kind, at), Journal.put)
        twist(self, kind, step, facts)

    def put(self, kind, step, facts, told=None, spell=None, spell_facts=None,
            **members):
        """told: values given beside the entry instead of those committed;
        spell: the entry's text, written otherwise; members: of the entry."""
        n, commitments, salted = len(self.lines), {}, {}
        for name, value in sorted(facts.items()):
            salt = sha(b"%s salt %d " % (self.seed.encode(), n),
                       name.encode())[:16]
            commitments[name] = sha(b"\2", salt, canon(
                [self.id, n, name, value])).hex()
            salted[name] = {"salt": salt.hex(), "value": value}
        for name, value in (told or {}).items():
            salted.setdefault(name, {"salt": "00" * 16})["value"] = value
        entry = {"c": self.id, "f": commitments, "k": kind, "m": 1000 * n,
                 "n": n, "p": self.head.hex(), "r": self.run, "s": step,
                 "t": "2026-11-23T18:40:%02d.123Z" % n, "v": 1}
        entry.update(members)
        line, beside = canon(entry), canon(salted)
        line = spell(line) if spell else line
        beside = spell_facts(beside) if spell_facts else beside
        self.head = sha(b"\0", line)
        self.leaves.append(self.head)
        self.rows.append((entry, salted))
        self.lines.append(b'{"entry":' + line + b',"facts":' + beside + b"}")

    def signer(self, key):
        self.signers[key.name] = key
        self.certs.append(key)
        self.row("signer.add", "keys", signer=key.name, cert=b64(key.cert),
                 cert_sha256=key.hex)

    def text(self, script, site, software, required):
        return ("ceremony.invalid/%s/%s\n%d\n%s\nmode %s\nhead %s\n"
                "script %s\nsite %s\nsoftware %s\nsigners %d %s\n" % (
                    self.mode, self.id, len(self.lines),
                    b64(root(self.leaves)), self.mode, self.head.hex(),
                    script, site, software, required, " ".join(
                        sorted(k.hex for k in self.signers.values()))
                )).encode()

    def checkpoint(self, text, keys):
        number, pairs, self.signing = len(self.texts) + 1, [], text
        self.row("checkpoint.body", "seal", number=number, body=b64(text))
        for key in keys:
            sig = sign_text(key, text)
            self.row("checkpoint.intent", "seal", number=number,
                     signer=key.name)
            self.row("checkpoint.signature", "seal", number=number,
                     signer=key.name, cert_sha256=key.hex,
                     signature=b64(sig))
            pairs.append((key, sig))
        self.row("checkpoint.end", "seal", number=number)
        self.texts.append((text, pairs))


# --- the export ------------------------------------------------------------

def export_files(j, given):
    """Every file but the manifest: {path: bytes}.  given: those that are no
    function of the journal."""
    files = dict(given)
    files["journal.jsonl"] = b"".join(x + b"\n" for x in j.lines)
    for i, (text, pairs) in enumerate(j.texts):
        files["checkpoints/%04d.txt" % (i + 1)] = text
        files["checkpoints/%04d.txt.p7s" % (i + 1)] = cms(text, pairs)
    for key in j.certs:
        files["certs/%s.cer" % key.name] = key.cert
    files["certs/signers.pem"] = b"".join(pem(k.cert) for k in j.certs)
    return files


def manifest(j, files, bound, signatures, /, **members):
    """bound: the hashes of script, site and software."""
    m = {"type": "ceremony-manifest-v1", "mode": j.mode, "id": j.id,
         "entries": len(j.lines), "head": j.head.hex(),
         "signatures": signatures,
         "files": [{"bytes": len(b), "path": p, "sha256": sha(b).hex()}
                   for p, b in sorted(files.items())]}
    return canon(dict(m, **dict(bound, **members)))
