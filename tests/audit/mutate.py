#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Change an export in every way that must be noticed; both verifiers judge.

Usage: mutate.py VERIFY_PY CEREMONY EXPORT SCRATCH
Prints one line for each failure and a count; exit 0 when all were noticed
alike, 1 otherwise.
"""
import importlib.util
import json
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
script, program, export, scratch = sys.argv[1:5]
spec = importlib.util.spec_from_file_location("verify", script)
verify = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verify)
done = failed = 0


def judge(what, path, place):
    """Both must refuse, with the same exit code, and name the place."""
    global done, failed
    done += 1
    code, message, _ = verify.verify(path)
    r = subprocess.run([program, "audit", "verify", path], text=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    bad = []
    if code not in (1, 3) or r.returncode not in (1, 3):
        bad.append("accepted")
    if code != r.returncode:
        bad.append("verify.py says %d, ceremony %d" % (code, r.returncode))
    if not any(p in message for p in place):
        bad.append("verify.py names no place: " + message)
    if not any(p in r.stderr for p in place):
        bad.append("ceremony names no place: " + r.stderr)
    if bad:
        failed += 1
        print("FAIL %s: %s (%s | %s)" % (what, "; ".join(bad), message,
                                         r.stderr.strip()))


def files():
    for d, _, names in sorted(os.walk(export)):
        for n in sorted(names):
            yield os.path.relpath(os.path.join(d, n), export)


def copy(name):
    path = os.path.join(scratch, name)
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(export, path)
    return path


def put(root, name, raw):
    with open(os.path.join(root, name), "wb") as f:
        f.write(raw)


def get(root, name):
    with open(os.path.join(root, name), "rb") as f:
        return f.read()


def bytes_changed():
    root = copy("bytes")
    for name in files():
        raw = get(root, name)
        spots = {len(raw) * k // 11 for k in range(11)} | {len(raw) - 1}
        # A changed manifest shows at whatever it no longer agrees with.
        place = [name] if name != "manifest.json" else \
            ["manifest", "journal.jsonl"] + list(files())
        for at in sorted(spots):
            for bit in (1, 0x20):
                new = bytearray(raw)
                new[at] ^= bit
                put(root, name, bytes(new))
                judge("%s byte %d ^ %d" % (name, at, bit), root, place)
        put(root, name, raw)
        for new, what in ((raw[:-1], "cut"), (raw + b"\n", "longer"),
                          (b"", "empty")):
            put(root, name, new)
            judge("%s %s" % (name, what), root, place)
        put(root, name, raw)
        os.unlink(os.path.join(root, name))
        judge("%s removed" % name, root, place)
        put(root, name, raw)


def files_added():
    for name in ("extra.txt", "artifacts/extra", "certs/holder-9.cer",
                 "checkpoints/0003.txt", ".hidden"):
        root = copy("added")
        put(root, name, b"x")
        judge("added " + name, root, [name])
    root = copy("link")
    os.rename(os.path.join(root, "site.yaml"), os.path.join(scratch, "s"))
    os.symlink(os.path.join(scratch, "s"), os.path.join(root, "site.yaml"))
    judge("a link for a file", root, ["site.yaml"])
    os.unlink(os.path.join(scratch, "s"))


def relist(root, signatures=None):
    """Write a manifest that agrees with the changed files, unsigned."""
    m = json.loads(get(root, "manifest.json"))
    m["signatures"] = 0 if signatures is None else signatures
    listed = []
    for f in m["files"]:
        if os.path.exists(os.path.join(root, f["path"])):
            raw = get(root, f["path"])
            f["bytes"], f["sha256"] = len(raw), verify.sha(raw).hex()
            listed.append(f)
    m["files"] = listed
    put(root, "manifest.json", verify.canon(m))
    p7s = os.path.join(root, "manifest.json.p7s")
    if os.path.exists(p7s) and signatures is None:
        os.unlink(p7s)


def journal_changed():
    """With a manifest made to fit: the journal itself must refuse."""
    lines = get(export, "journal.jsonl").split(b"\n")[:-1]
    last = len(lines) - 1
    swap = lines[:3] + [lines[4], lines[3]] + lines[5:]
    cases = {"entry deleted": lines[:5] + lines[6:],
             "entries swapped": swap,
             "entry doubled": lines[:5] + lines[4:],
             "first entry deleted": lines[1:],
             "last entry deleted": lines[:last],
             "cut to the first checkpoint's body": lines[:10],
             "a fact's value": [l.replace(b"present", b"absent!")
                                for l in lines],
             "a fact's text": [l.replace(b"Zo", b"Ye") for l in lines]}
    for what, new in cases.items():
        root = copy("journal")
        put(root, "journal.jsonl", b"\n".join(new) + b"\n")
        relist(root)
        judge(what, root, ["journal.jsonl"])


def rechained(what, change):
    """A journal made anew with right hashes and one row put in or changed:
    only the meaning can refuse it.  change(rows) edits a list of
    (entry, facts)."""
    root = copy("chained")
    rows = [json.loads(l) for l in
            get(export, "journal.jsonl").split(b"\n")[:-1]]
    change(rows)
    ident = rows[0]["entry"]["c"]
    prev = verify.sha(b"ceremony-journal-v1\nrehearsal\n" +
                      ident.encode() + b"\n")
    out = b""
    for n, row in enumerate(rows):
        e, facts = row["entry"], row["facts"]
        e["n"], e["p"] = n, prev.hex()
        e["f"] = {k: verify.sha(b"\x02", bytes.fromhex(v["salt"]),
                                verify.canon([ident, n, k, v["value"]])).hex()
                  for k, v in facts.items()}
        line = verify.canon(e)
        prev = verify.sha(b"\x00", line)
        out += b'{"entry":' + line + b',"facts":' + verify.canon(facts) + \
            b"}\n"
    put(root, "journal.jsonl", out)
    relist(root)
    m = json.loads(get(root, "manifest.json"))
    m["head"], m["entries"] = prev.hex(), len(rows)
    put(root, "manifest.json", verify.canon(m))
    judge(what, root, ["journal.jsonl"])


def note(rows, at, kind="note", run=None, ms=None):
    e = dict(rows[at - 1]["entry"])
    e["k"] = kind
    e["r"] = e["r"] if run is None else run
    e["m"] = e["m"] if ms is None else ms
    rows.insert(at, {"entry": e, "facts": {}})


def journal_made_anew():
    size = get(export, "journal.jsonl").count(b"\n")
    rechained("a row after the last checkpoint's end",
              lambda rows: note(rows, size))
    rechained("a foreign row in the tail",
              lambda rows: note(rows, size - 2))
    rechained("an unknown checkpoint row in the tail",
              lambda rows: note(rows, size - 2, "checkpoint.note"))
    rechained("a row put in before a checkpoint",
              lambda rows: note(rows, 4))
    rechained("a second genesis", lambda rows: note(rows, 4, "genesis"))
    rechained("time that goes back", lambda rows: rows[5]["entry"].update(
        t="2020-01-01T00:00:00.000Z"))
    rechained("a run left out", lambda rows: rows[-1]["entry"].update(r=9))
    rechained("a signer replaced in a signature row",
              lambda rows: rows[11]["facts"]["signer"].update(
                  value="holder-3"))
    rechained("fewer required", lambda rows: rows[0]["facts"][
        "signers.required"].update(value=1))


def files_relisted():
    """With a manifest made to fit: the journal knows better."""
    for name in ("script.yaml", "site.yaml", "artifacts/set.json",
                 "checkpoints/0001.txt", "checkpoints/0002.txt.p7s",
                 "certs/holder-2.cer", "certs/signers.pem"):
        root = copy("relisted")
        put(root, name, get(root, name) + b"x")
        relist(root)
        judge("relisted " + name, root, [name])
        os.unlink(os.path.join(root, name))
        relist(root)
        judge("unlisted " + name, root, [name])


def signers_stripped():
    """A p7s rebuilt in good shape with one signer fewer."""
    for name in ("manifest.json", "checkpoints/0001.txt",
                 "checkpoints/0002.txt"):
        root = copy("stripped")
        text, p7s = get(root, name), name + ".p7s"
        pairs = verify.cms_pairs(get(root, p7s), text)
        put(root, p7s, verify.cms_build(text, pairs[1:]))
        judge("a signer stripped from " + p7s, root, [p7s])
        if name != "manifest.json":
            relist(root)
            judge("a signer stripped and relisted: " + p7s, root, [p7s])
    root = copy("stripped")
    p7s = "manifest.json.p7s"
    other = get(root, "checkpoints/0001.txt.p7s")
    put(root, p7s, other)
    judge("another text's signatures", root, [p7s])
    pairs = verify.cms_pairs(get(export, p7s),
                             get(export, "manifest.json"))
    put(root, p7s, verify.cms_build(get(root, "manifest.json"),
                                    [pairs[0], pairs[0]]))
    judge("the same signer twice", root, [p7s])
    root = copy("stripped")
    relist(root, signatures=1)
    judge("a manifest that requires fewer", root, ["manifest.json"])


for case in (bytes_changed, files_added, journal_changed, journal_made_anew,
             files_relisted, signers_stripped):
    case()
print("%d mutations, %d not noticed alike" % (done, failed))
sys.exit(1 if failed or done < 150 else 0)
