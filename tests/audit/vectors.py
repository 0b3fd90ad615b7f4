#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/format/vectors: vectors.py OUT.  What is in them: the README.md
beside them.  The same bytes every time."""
import json
import os
import sys

sys.dont_write_bytecode = True
import third  # noqa: E402
from vector_walk import (ALSO, BASES, BOTH, CA, EXPORT, EXTRA, GIVEN,
    GOOD, H2, H3, PLAIN_CA, SAME_KEY, SCRIPT, SITE, SMALL, SOFTWARE,
    STRANGER, W, WRAPPING, before, checkpoints, entries, export, facts,
    how, left_out, listed, other_body, signed_by, spelled, walk)  # noqa: E402

# --- the cases -------------------------------------------------------------

CASES = []


def case(name, why, files, code=1, names="", options=(), base="export",
         **stated):
    stated.update({"name": name, "why": why, "exit": code, "base": base,
                   "options": list(options)})
    if code:
        stated["names"] = names
    CASES.append((files, stated))


def row(name, why, at, twist, code=1, keys=(W,)):
    """A small journal with one row twisted; the rest made to fit."""
    case(name, why, export(walk({at: twist}, keys=keys, signs=(W,), days=0),
                           signatures=0), code, "journal.jsonl",
         base="small")


def seal_row(name, why, at, twist):
    """The same of a journal whose checkpoints need two."""
    case(name, why, export(walk({at: twist})), 1, "journal.jsonl")


def changed(new, files=EXPORT):
    """new: path -> bytes, or None: not there."""
    return {k: v for k, v in dict(files, **new).items() if v is not None}


def file(name, why, new, code=1, names=None):
    """Files changed under a manifest that stays."""
    case(name, why, changed(new), code, names or list(new)[0])


def relisted(name, why, new, names=None):
    """Files changed, and a manifest made and signed to fit."""
    files = {k: v for k, v in EXPORT.items()
             if not k.startswith("manifest.json")}
    case(name, why, listed(GOOD, changed(new, files)), 1,
         names or list(new)[0])


def says(name, why, code=1, **members):
    """A manifest that says something else, signed."""
    case(name, why, listed(GOOD, third.export_files(GOOD, GIVEN),
                           **members), code, "manifest.json")


def good_cases():
    whole = {"entries": len(GOOD.lines), "head": GOOD.head.hex(),
             "closed": True, "signed": True}
    case("export", "the export", EXPORT, 0, anchored=False, **whole)
    case("by-signers", "anchored by its signers' certificates", EXPORT, 0,
         options=["--signers", "export/certs/signers.pem"], anchored=True,
         **whole)
    case("by-head", "anchored by its head", EXPORT, 0,
         options=["--head", GOOD.head.hex()], anchored=True, **whole)
    case("ten-bytes", "ten bytes of the head are compared, anchor nothing",
         EXPORT, 0, options=["--head", GOOD.head.hex()[:20]],
         anchored=False, **whole)
    case("small", "one signer, one checkpoint, a manifest that nobody "
         "signed", SMALL, 0, base="small", anchored=False, closed=True,
         signed=False)
    case("unsigned", "a manifest that nobody signed",
         export(GOOD, signatures=0), 0, anchored=False,
         **dict(whole, signed=False))
    j = walk(days=1)
    case("first-day", "the same ceremony, suspended with an exception open",
         export(j), 0, anchored=False, entries=len(j.lines),
         head=j.head.hex(), closed=False, signed=True)
    case("later", "anchored by the export of the first day", EXPORT, 0,
         options=["--against", "first-day"], anchored=True, **whole)
    j = walk({"run.begin#2": how(t="2026-11-22T00:00:00.000Z", m=0)})
    case("clock-back", "a later run began at an earlier clock time",
         export(j), 0, anchored=False, **dict(whole, head=j.head.hex()))


def spelling_cases():
    note = "person#1"
    row("blank", "white space in an entry", note,
        how(spell=spelled(b',"k"', b', "k"')), 3)
    row("unsorted", "members in another order", note,
        how(spell=spelled(b'"r":1,"s":"roll-call/holder-2"',
                          b'"s":"roll-call/holder-2","r":1')), 3)
    row("twice", "a member twice", note,
        how(spell=spelled(b'"r":1', b'"r":1,"r":1')), 3)
    row("fraction", "an integer with a fraction", note,
        how(spell=spelled(b'"r":1', b'"r":1.0')), 3)
    row("too-big", "an integer of 2^53", note,
        how(spell=spelled(b'"m":2000', b'"m":9007199254740992')), 3)
    row("escaped", "a letter as an escape", note, how(
        spell_facts=spelled("\u00eb".encode(), b"\\u00eb")), 3)
    row("control", "U+0009 in a fact", note,
        facts(name="a\tb"), 3)
    row("not-utf-8", "a byte that is no UTF-8", note,
        how(spell_facts=spelled("\u00eb".encode(), b"\xeb")), 3)
    row("more-members", "a member that an entry has not", note,
        how(x=1), 3)
    row("version", "v is not 1", note, how(v=2), 3)
    row("no-time", "a day that the calendar has not", note,
        how(t="2026-02-30T18:40:02.123Z"), 3)
    row("kind", "a kind in capitals", note, how(k="Person"), 3)
    row("array", "an array as a fact", note, facts(name=["a"]), 3)


def chain_cases():
    note = "person#1"
    row("value", "a value that is not the one committed to", note,
        how(told={"name": "Zoe"}))
    row("no-commitment", "a fact that the entry does not have", note,
        how(told={"more": True}))
    row("previous", "p is not the hash of the entry before", note,
        how(p="00" * 32))
    row("number", "a number left out", note, how(n=3))
    row("ceremony", "an entry of another ceremony", note, how(c="00" * 16))
    row("run-left-out", "a run left out", "run.begin#2", how(r=3))
    row("time-back", "t goes back inside a run", note,
        how(t="2026-11-23T18:39:59.999Z"))
    row("clock-back-in-run", "m goes back inside a run", note, how(m=0))
    row("mode", "genesis of the other mode", "genesis#1",
        facts(mode="production"))
    row("late-genesis", "a second genesis", note, before(
        "genesis", mode="rehearsal", script=SCRIPT, site=SITE,
        software=SOFTWARE, signers_required=2))
    row("no-genesis", "entry 0 is no genesis", "genesis#1",
        how(k="begin"))
    lines = EXPORT["journal.jsonl"]
    cut = lines[:lines.rindex(b"\n", 0, -1) + 1]
    relisted("cut", "the last entry cut off", {"journal.jsonl": cut})
    split = lines.splitlines(True)
    relisted("swapped", "two entries changed places", {"journal.jsonl":
             b"".join(split[:4] + split[5:6] + split[4:5] + split[6:])})
    relisted("doubled", "an entry stands twice", {"journal.jsonl":
             b"".join(split[:5] + split[4:])})
    relisted("taken-out", "an entry is taken out", {"journal.jsonl":
             b"".join(split[:4] + split[5:])})
    case("no-line-feed", "no line feed at the end", listed(GOOD, dict(
        third.export_files(GOOD, GIVEN), **{"journal.jsonl": lines[:-1]})),
        3, "journal.jsonl")


def meaning_cases():
    row("close-with-exception", "closed with an exception open",
        "exception.close#1", left_out)
    row("exception-twice", "an exception opened twice", "card.intent#1",
        before("exception.open", number=1))
    row("done-without-intent", "an outcome without an intent",
        "card.intent#1", left_out)
    row("artifact-again", "an artifact's name with another hash", "close#1",
        before("artifact", name="set.json", sha256=SITE, bytes=8))
    row("hidden-artifact", "an artifact's name that begins with a dot",
        "artifact#1", facts(name=".set.json"))
    row("required-0", "no signers required", "genesis#1",
        facts(signers_required=0))
    for name, why, key in (
            ("wrapping-signer", "a wrapping key as a signer", WRAPPING),
            ("two-uses", "a signer's key that is for encryption too", BOTH),
            ("ca", "a certificate authority as a signer", CA),
            ("plain-ca", "CA:TRUE", PLAIN_CA)):
        row(name, why, "signer.add#2", third.Journal.put, keys=(W, key))
    row("same-key", "two signers with one key, each with a certificate",
        "signer.add#2", third.Journal.put, keys=(W, SAME_KEY))
    row("same-certificate", "two signers with one certificate",
        "signer.add#2", facts(cert=third.b64(W.cert), cert_sha256=W.hex),
        keys=(W, H2))
    raw = bytearray(H3.cert)
    raw[-1] ^= 1
    row("self-signature", "a signer's certificate with a bad signature",
        "signer.add#2", facts(cert=third.b64(bytes(raw)),
                              cert_sha256=third.sha(bytes(raw)).hex()),
        keys=(W, H3))


def checkpoint_cases():
    body, sig = "checkpoint.body#1", "checkpoint.signature#2"
    seal_row("root", "a root that is not the entries'", body, other_body(
        third.b64(third.root(GOOD.leaves[:10])).encode(),
        third.b64(third.root(GOOD.leaves[:9])).encode()))
    seal_row("size", "a size that is not where the body stands", body,
        other_body(b"\n10\n", b"\n9\n"))
    seal_row("fewer-required", "a text that requires fewer", body,
        other_body(b"signers 2", b"signers 1"))
    seal_row("signer-unlisted", "a text that does not list a signer", body,
        other_body(b" " + H3.hex.encode(), b""))
    seal_row("checkpoint-number", "a checkpoint's number left out",
        "checkpoint.body#2", facts(number=3))
    seal_row("too-few", "an end with one signature of two", sig, left_out)
    seal_row("signs-twice", "one signer twice", sig, signed_by(W))
    seal_row("stranger", "a signature by a key that is not listed", sig,
        signed_by(STRANGER))
    seal_row("other-text", "a signature over another text", "checkpoint."
        "signature#4", facts(signature=third.b64(third.sign_text(
            H2, GOOD.texts[0][0]))))
    seal_row("row-inside", "another row between the last body and its end",
        "checkpoint.end#2", before("note"))
    seal_row("no-end", "the last checkpoint without its end",
        "checkpoint.end#2", left_out)


def file_cases():
    text, p7s = "checkpoints/0001.txt", "checkpoints/0001.txt.p7s"
    file("changed", "a file changed", {"transcript.md": b"other"})
    file("missing", "a file missing", {"README.txt": None})
    file("extra", "a file that is not listed", {"extra.txt": EXTRA})
    file("hidden", "a hidden file that is not listed",
         {"artifacts/.extra": EXTRA})
    relisted("extra-listed", "a file that no export has",
             {"artifacts/extra.txt": EXTRA}, "manifest.json")
    relisted("unlisted", "no transcript", {"transcript.md": None})
    relisted("site", "a site file that genesis does not name",
             {"site.yaml": GIVEN["site.yaml"] + b"a: 1\n"})
    relisted("artifact", "an artifact that its row does not name",
             {"artifacts/set.json": b"{}\n"})
    relisted("text", "a checkpoint's file that is not the row's",
             {text: EXPORT[text] + b"\n"})
    relisted("certificates", "signers.pem with one certificate more",
             {"certs/signers.pem": EXPORT["certs/signers.pem"] +
              third.pem(STRANGER.cert)})
    relisted("p7s-of-one", "a p7s with one signer of two", {
        p7s: third.cms(*[GOOD.texts[0][0], GOOD.texts[0][1][:1]])})


def manifest_cases():
    says("manifest-head", "another head", head="00" * 32)
    says("manifest-entries", "another number of entries", entries=3)
    says("manifest-software", "other software", software="00" * 32)
    says("manifest-member", "a member that it has not", 3, more=1)
    says("manifest-type", "another type", 3, type="ceremony-manifest-v0")
    says("manifest-order", "files in another order", 3, files=json.loads(
        EXPORT["manifest.json"])["files"][::-1])
    says("manifest-path", "a path that leads out", 3, files=[
        {"bytes": 1, "path": "../outside", "sha256": "00" * 32}] +
        json.loads(EXPORT["manifest.json"])["files"])
    file("manifest-spelling", "a line feed after the manifest", {
        "manifest.json": EXPORT["manifest.json"] + b"\n"}, 3)
    m, p7s = EXPORT["manifest.json"], "manifest.json.p7s"
    pairs = [(k, third.sign_text(k, m)) for k in (W, H2)]
    file("manifest-unsigned", "signatures 2, and none there", {p7s: None})
    file("manifest-one-signer", "signed by one of two",
         {p7s: third.cms(m, pairs[:1])})
    file("manifest-order-of-signers", "the set not in DER order", {
        p7s: third.cms(m, pairs, lambda x: sorted(x, reverse=True))})
    file("manifest-twice", "one signer twice", {
        p7s: third.cms(m, [pairs[0], pairs[0]])})
    file("manifest-stranger", "signed by a key that is not listed", {
        p7s: third.cms(m, [pairs[0], (ALSO, third.sign_text(ALSO, m))])})
    file("manifest-other-text", "the signatures of another text", {
        p7s: EXPORT["checkpoints/0001.txt.p7s"]})
    file("manifest-trailing", "a byte after the signatures", {
        p7s: EXPORT[p7s] + b"\0"})
    case("manifest-signed-0", "signatures 0, and some there", dict(
        export(GOOD, signatures=0), **{p7s: EXPORT[p7s]}), 1, p7s)
    case("manifest-requires-1", "signatures 1 where the journal says 2",
         export(GOOD, signatures=1), 1, "manifest.json")


def anchor_cases():
    case("no-such-head", "a head that no entry has", EXPORT, 1, "--head",
         ["--head", "00" * 32])
    case("cut-against", "the first day against the whole: cut",
         export(walk(days=1)), 1, "--against", ["--against", "export"])
    case("fork", "another end after the same beginning", export(walk(
        {"exception.close#1": facts(note="other")})), 1, "--against",
        ["--against", "export"])
    case("forged", "made whole by strangers, under the same names", export(
        walk(seed="forged", keys=(STRANGER, ALSO, W), signs=(STRANGER, ALSO),
             ident=GOOD.id), signs=(STRANGER, ALSO)), 1, "--signers",
        ["--signers", "export/certs/signers.pem"])


HASH = third.sha(EXPORT["manifest.json"]).hex()


def withheld(twists=None, redacted_from=HASH, site=None, **members):
    """The export redacted: a name, the site file and an artifact."""
    j = walk(twists or {"person#1": how(spell_facts=lambda _: b"{}")})
    files = third.export_files(j, GIVEN)
    return listed(j, changed({"site.yaml": site,
                              "artifacts/set.json": None}, files),
                  **dict({"signatures": 0, "redacted_from": redacted_from},
                         **members))


def redacted_cases():
    case("redacted", "facts, site file and an artifact withheld", withheld(),
         0, options=["--against", "export"], anchored=True, closed=True,
         signed=False, entries=len(GOOD.lines), head=GOOD.head.hex())
    case("left-out", "facts left out, in an export that is not redacted",
         export(walk({"person#1": how(spell_facts=lambda _: b"{}")})), 1,
         "journal.jsonl")
    case("redacted-meaning", "a fact withheld that has a meaning", withheld(
        {"genesis#1": how(spell_facts=lambda _: b"{}")}), 1, "journal.jsonl")
    case("redacted-site", "a site file put in that genesis does not name",
         withheld(site=EXTRA), 1, "site.yaml")
    case("redacted-signed", "a redacted export that says it is signed",
         withheld(signatures=2), 1, "manifest.json")
    case("redacted-from", "redacted_from is no hash",
         withheld(redacted_from="00"), 3, "manifest.json")
    case("redacted-claim", "a withheld value told otherwise later", withheld(
        {"person#1": how(told={"name": "Zoe"})}), 1, "journal.jsonl")


def proof(n, text=0, signs=(W, H2), facts=None, **members):
    """The proof of entry n under the text of a checkpoint."""
    entry, salted = GOOD.rows[n]
    text = GOOD.texts[text][0]
    size = int(text.split(b"\n")[1])
    return third.canon(dict({
        "type": "ceremony-proof-v1", "entry": entry,
        "facts": salted if facts is None else facts,
        "path": [h.hex() for h in third.path(n, GOOD.leaves[:size])],
        "checkpoint": third.b64(text), "signatures": third.b64(third.cms(
            text, [(k, third.sign_text(k, text)) for k in signs]))},
        **members)) + b"\n"


def proof_case(name, why, raw, code=1, options=(), **stated):
    case(name, why, {"proof.json": raw}, code, "", options, base="",
         path="proof.json", **stated)


def proof_cases():
    signers = ["--signers", "export/certs/signers.pem"]
    proof_case("proof", "entry 2 is under the last checkpoint", proof(2, 1),
               0, anchored=False)
    proof_case("proof-anchored", "the same, its signers known", proof(2, 1),
               0, signers, anchored=True)
    proof_case("proof-last", "the last entry under the first checkpoint",
               proof(9), 0, ["--head", GOOD.leaves[9].hex()], anchored=True)
    proof_case("proof-withheld", "no fact told", proof(2, 1, facts={}), 0,
               anchored=False)
    proof_case("proof-late", "an entry that the checkpoint does not cover",
               proof(2, entry=GOOD.rows[18][0], facts={}))
    proof_case("proof-path", "a path with two hashes in the other order",
               proof(2, path=[h.hex() for h in third.path(
                   2, GOOD.leaves[:10])][::-1]))
    proof_case("proof-short", "a path without its last hash", proof(
        2, path=[h.hex() for h in third.path(2, GOOD.leaves[:10])][:-1]))
    proof_case("proof-other", "another entry's path", proof(
        2, path=[h.hex() for h in third.path(3, GOOD.leaves[:10])]))
    proof_case("proof-value", "a value that is not the one committed to",
               proof(2, facts={"name": {"salt": "00" * 16, "value": "Zoe"}}))
    proof_case("proof-signer", "signed by one of two", proof(2, signs=[W]))
    proof_case("proof-stranger", "signed by a key that is not listed",
               proof(2, signs=(W, STRANGER)))
    proof_case("proof-spelling", "no line feed at the end", proof(2)[:-1], 3)
    proof_case("proof-member", "a member that it has not", proof(2, x=1), 3)
    proof_case("proof-head", "a head that is not the text's", proof(2),
               1, ["--head", "00" * 32])


def put(out, path, raw):
    path = os.path.join(out, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "xb") as f:
        f.write(raw)


def put_json(out, path, v):
    put(out, path, json.dumps(v, indent=1, sort_keys=True).encode() + b"\n")


def main(out):
    for cases in (good_cases, spelling_cases, chain_cases, meaning_cases,
                  checkpoint_cases, file_cases, manifest_cases,
                  anchor_cases, redacted_cases, proof_cases):
        cases()
    for name, files in BASES.items():
        for path, raw in files.items():
            put(out, name + "/" + path, raw)
    for files, stated in CASES:
        base = BASES.get(stated["base"], {})
        stated["remove"] = sorted(set(base) - set(files))
        for path, raw in files.items():
            if base.get(path) != raw:
                put(out, stated["name"] + "/" + path, raw)
    put_json(out, "vectors.json", [stated for _, stated in CASES])
    put_json(out, "entries.json", entries())
    put_json(out, "checkpoints.json", checkpoints())


if __name__ == "__main__":
    main(sys.argv[1])
