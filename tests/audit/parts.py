#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Changes to a redacted export, or to a proof, that must be noticed.

parts.py CHANGE PATH WHOLE   PATH is changed in place; WHOLE is the export
parts.py list-proofs ...     prints the changes to a proof

A change to a proof prints the exit code that it is due.
"""
import base64
import hashlib
import json
import os
import sys


def canon(v):
    return json.dumps(v, ensure_ascii=False, sort_keys=True,
                      separators=(",", ":")).encode()


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(path, raw):
    with open(path, "wb") as f:
        f.write(raw)


def lines_of(export):
    return [json.loads(line) for line in
            read(export + "/journal.jsonl").split(b"\n")[:-1]]


def put_lines(export, lines):
    write(export + "/journal.jsonl", b"".join(
        b'{"entry":%s,"facts":%s}\n' % (canon(x["entry"]), canon(x["facts"]))
        for x in lines))


def relist(export, **members):
    """A manifest that fits the files again."""
    m = json.loads(read(export + "/manifest.json"))
    m.update(members)
    m = {k: v for k, v in m.items() if v is not None}
    paths = sorted(os.path.relpath(os.path.join(d, n), export)
                   for d, _, names in os.walk(export) for n in names)
    m["files"] = [{"bytes": len(read(os.path.join(export, p))), "path": p,
                   "sha256": hashlib.sha256(
                       read(os.path.join(export, p))).hexdigest()}
                  for p in paths if not p.startswith("manifest.json")]
    write(export + "/manifest.json", canon(m))


def person(lines):
    return [x for x in lines if x["entry"]["k"] == "person"][0]


def claim(export, whole, value):
    lines, salted = lines_of(export), person(lines_of(whole))["facts"]["name"]
    person(lines)["facts"]["name"] = dict(
        salted, value=salted["value"] if value is None else value)
    put_lines(export, lines)
    relist(export)


def withhold_needed(export, whole):
    lines = lines_of(export)
    del [x for x in lines if x["entry"]["k"] == "artifact"][0]["facts"]["name"]
    put_lines(export, lines)
    relist(export)


def sign(export, whole):
    write(export + "/manifest.json.p7s", read(whole + "/manifest.json.p7s"))
    relist(export, signatures=2)


def add_site(export, whole):
    write(export + "/site.yaml", b"nonce: 2\n")
    relist(export)


EXPORTS = {
    "claim-other": lambda e, w: claim(e, w, "Somebody Else"),
    "claim-true": lambda e, w: claim(e, w, None),
    "no-longer-redacted": lambda e, w: relist(e, redacted_from=None),
    "withhold-needed": withhold_needed, "sign": sign, "add-site": add_site,
    "bad-origin": lambda e, w: relist(e, redacted_from="00"),
}


# --- a proof: the change, and the exit code that is due --------------------

def value(p, whole):
    f = p["facts"][sorted(p["facts"])[0]]
    f["value"] = "another" if type(f["value"]) is str else "text"
    return 1


def other_entry(p, whole):
    x = lines_of(whole)[4]
    p["entry"], p["facts"] = x["entry"], x["facts"]
    return 1


def number(p, whole):
    p["entry"]["n"] += 1
    p["facts"] = {}
    return 1


def path_hash(p, whole):
    p["path"][0] = "00" * 32
    return 1


def path_short(p, whole):
    p["path"].pop()
    return 1


def path_long(p, whole):
    p["path"].append("00" * 32)
    return 1


def path_order(p, whole):
    p["path"].reverse()
    return 1


def path_text(p, whole):
    p["path"][0] = "zz" * 32
    return 3


def text(old, new, code):
    def change(p, whole):
        body = base64.b64decode(p["checkpoint"]).replace(old, new, 1)
        p["checkpoint"] = base64.b64encode(body).decode()
        return code
    return change


def earlier(p, whole):
    p["signatures"] = base64.b64encode(
        read(whole + "/checkpoints/0001.txt.p7s")).decode()
    return 1


def junk(p, whole):
    p["signatures"] = base64.b64encode(b"junk").decode()
    return 1


def extra(p, whole):
    p["more"] = 1
    return 3


def kind(p, whole):
    p["type"] = "ceremony-proof-v2"
    return 3


def no_path(p, whole):
    del p["path"]
    return 3


PROOFS = {
    "proof-value": value, "proof-other-entry": other_entry,
    "proof-number": number, "proof-path-hash": path_hash,
    "proof-path-short": path_short, "proof-path-long": path_long,
    "proof-path-order": path_order, "proof-path-text": path_text,
    "proof-mode": text(b"mode rehearsal", b"mode production", 3),
    "proof-size": text(b"\n1", b"\n2", 1),
    "proof-leading-zero": text(b"\n1", b"\n01", 3),
    "proof-signers": text(b"signers 2", b"signers 1", 1),
    "proof-cut-text": text(b"software", b"softwar", 3),
    "proof-earlier": earlier, "proof-junk": junk, "proof-extra": extra,
    "proof-type": kind, "proof-no-path": no_path,
}


def main():
    change, path, whole = sys.argv[1:4]
    if change == "list-proofs":
        print(" ".join(sorted(PROOFS)))
    elif change in EXPORTS:
        EXPORTS[change](path, whole)
    else:
        before = read(path)
        p = json.loads(before)
        code = PROOFS[change](p, whole)
        write(path, canon(p) + b"\n")
        if read(path) == before:
            sys.exit("%s changes nothing" % change)
        print(code)


main()
