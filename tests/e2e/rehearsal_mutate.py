#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Change the export of a whole rehearsal in many ways; both verifiers judge.

Usage: rehearsal_mutate.py VERIFY_PY CEREMONY EXPORT SCRATCH SEED
Most changes are judged by the imported verify.py alone, one of each kind by
both verifiers as whole programs, whose exit codes must be equal.  Prints a
line for each failure, then how many were judged and how many went unnoticed;
exit 0 when every change was refused with exit 1 or 3 and its place named.
"""
import importlib.util
import os
import random
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
script, program, export, scratch, seed = sys.argv[1:6]
spec = importlib.util.spec_from_file_location("verify", script)
verify = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verify)
rnd = random.Random(int(seed))
imported = whole = failed = 0
root = os.path.join(scratch, "mutated")


def get(name, top=root):
    with open(os.path.join(top, name), "rb") as f:
        return f.read()


def put(name, raw):
    with open(os.path.join(root, name), "wb") as f:
        f.write(raw)


def run(*argv):
    p = subprocess.run(argv, text=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.PIPE)
    return p.returncode, p.stderr


def complain(what, why):
    global failed
    failed += 1
    print("FAIL %s: %s" % (what, why))


def judge(what, place, programs=False):
    global imported, whole
    imported += 1
    said = [("verify.py", *verify.verify(root)[:2])]
    if programs:
        whole += 1
        said = [("verify.py", *run(sys.executable, script, root)),
                ("ceremony", *run(program, "audit", "verify", root))]
        if said[0][1] != said[1][1]:
            complain(what, "the verdicts differ: %s" % said)
    for who, code, message in said:
        if code not in (1, 3):
            complain(what, "%s: exit %d %s" % (who, code, message))
        elif not any(p in message for p in place):
            complain(what, "%s names no place: %s" % (who, message))


def files():
    return sorted(os.path.relpath(os.path.join(d, n), export)
                  for d, _, names in os.walk(export) for n in names)


def places(name):
    # A changed manifest shows at whatever it no longer agrees with.
    if name == "manifest.json":
        return ["manifest"] + files()
    return [name]


def bytes_changed():
    for name in files():
        raw = get(name)
        spots = {0, len(raw) - 1} | {rnd.randrange(len(raw))
                                     for _ in range(4)}
        for k, at in enumerate(sorted(spots)):
            new = bytearray(raw)
            new[at] ^= 1 << rnd.randrange(8)
            put(name, bytes(new))
            judge("%s: byte %d" % (name, at), places(name), k == 2)
        put(name, raw[:-1])
        judge("%s: cut by a byte" % name, places(name))
        os.unlink(os.path.join(root, name))
        judge("%s: gone" % name, places(name))
        put(name, raw)


def relist():
    """An unsigned manifest that agrees with whatever is there now."""
    m = verify.read_json("manifest.json", get("manifest.json"))
    m["signatures"] = 0
    for f in m["files"]:
        raw = get(f["path"])
        f["bytes"], f["sha256"] = len(raw), verify.sha(raw).hex()
    put("manifest.json", verify.canon(m))
    if os.path.exists(os.path.join(root, "manifest.json.p7s")):
        os.unlink(os.path.join(root, "manifest.json.p7s"))


def restore(*names):
    for name in names + ("manifest.json", "manifest.json.p7s"):
        put(name, get(name, export))


def journal_changed():
    """With a manifest made to fit, the journal itself must refuse."""
    lines = get("journal.jsonl").split(b"\n")[:-1]
    cases = []
    for n in rnd.sample(range(1, len(lines) - 1), 20):
        cases.append(("entry %d deleted" % n, lines[:n] + lines[n + 1:]))
        cases.append(("entry %d twice" % n, lines[:n] + lines[n - 1:]))
        cases.append(("entries %d and %d swapped" % (n, n + 1), lines[:n] +
                      [lines[n + 1], lines[n]] + lines[n + 2:]))
    for n in rnd.sample(range(len(lines)), 20):
        new = re.sub(rb'("value":)("?)[^"}]', rb"\1\g<2>7", lines[n], 1)
        if new != lines[n]:
            cases.append(("entry %d: a fact" % n,
                          lines[:n] + [new] + lines[n + 1:]))
    cases.append(("the last entry deleted", lines[:-1]))
    for i, (what, new) in enumerate(cases):
        put("journal.jsonl", b"\n".join(new) + b"\n")
        relist()
        judge("journal.jsonl: " + what, ["journal.jsonl"], i % 8 == 0)
        restore("journal.jsonl")


def files_relisted():
    """With a manifest made to fit, the journal knows better."""
    for name in files():
        if name in ("manifest.json", "manifest.json.p7s", "verify.py",
                    "README.txt", "transcript.md", "transcript.pdf", "journal.jsonl"):
            continue
        put(name, get(name) + b" ")
        relist()
        judge("%s: longer and listed so" % name, [name],
              name.count("/") == 0 or name.startswith("checkpoints"))
        restore(name)


def signers_stripped():
    """Good DER with one signer fewer, or with one twice."""
    texts = ["manifest.json"] + [n for n in files() if re.fullmatch(
        "checkpoints/[0-9]+.txt", n)]
    for name in texts:
        p7s, text = name + ".p7s", get(name)
        pairs = verify.cms_pairs(get(p7s), text)
        for k in range(len(pairs)):
            put(p7s, verify.cms_build(text, pairs[:k] + pairs[k + 1:]))
            judge("%s without signer %d" % (p7s, k), [p7s], k == 0)
            if name != "manifest.json":
                relist()
                judge("%s without signer %d, listed so" % (p7s, k), [p7s],
                      k == 1)
            restore(p7s)
        put(p7s, verify.cms_build(text, [pairs[0]] * len(pairs)))
        judge("%s: one signer for all" % p7s, [p7s], True)
        restore(p7s)
    os.unlink(os.path.join(root, "manifest.json.p7s"))
    judge("manifest.json.p7s: gone", ["manifest.json"], True)
    restore()
    put("extra.txt", b"x")
    judge("a file more", ["extra.txt"], True)


shutil.copytree(export, root)
for case in (bytes_changed, journal_changed, files_relisted,
             signers_stripped):
    case()
print("seed %s: %d changes judged by verify.py, %d of them by both programs,"
      " %d complaints" % (seed, imported, whole, failed))
sys.exit(1 if failed or imported < 150 or whole < 40 else 0)
