#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Many random changes to an export, each of which both verifiers must refuse.

Usage: mutations.py VERIFY_PY JUDGE CEREMONY EXPORT SCRATCH COUNT SEED
                    [--programs N] [--blind FUNCTION]

JUDGE is build/tests/audit/judge, the C verifier for many paths; verify.py is
imported.  N of the changes are judged by both whole programs too.  Kinds:
bits, deletions, swaps, insertions, and signers taken out of signatures;
where the list of files would show the change at once, one in two gets a list
that fits it, so that the journal has to.  Prints failures, then counts and
seconds; exit 0 when every change was refused by both with the same exit code.
--blind makes one function of verify.py do nothing: then this must fail.
"""
import argparse
import collections
import importlib.util
import json
import os
import random
import shutil
import subprocess
import sys
import time

sys.dont_write_bytecode = True
ap = argparse.ArgumentParser()
for name in "script judge program export scratch".split():
    ap.add_argument(name)
ap.add_argument("count", type=int)
ap.add_argument("seed", type=int)
ap.add_argument("--programs", type=int, default=0)
ap.add_argument("--blind")
args = ap.parse_args()
spec = importlib.util.spec_from_file_location("verify", args.script)
verify = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verify)
if args.blind:
    getattr(verify, args.blind)     # a name that is not there proves nothing
    setattr(verify, args.blind, lambda *a: None)
rnd = random.Random(args.seed)
root = os.path.join(args.scratch, "mutated")
whole = {os.path.relpath(os.path.join(d, n), args.export):
         open(os.path.join(d, n), "rb").read()
         for d, _, names in os.walk(args.export) for n in names}


def known(name):
    """Does the journal know of this file, without a list of files?"""
    return name in ("journal.jsonl", "script.yaml", "site.yaml") or \
        name.split("/")[0] in ("artifacts", "certs", "checkpoints")


def bit(raw):
    at = rnd.randrange(8 * len(raw))
    new = bytearray(raw)
    new[at // 8] ^= 1 << at % 8
    return bytes(new)


def deleted(raw):
    a = rnd.randrange(len(raw))
    return raw[:a] + raw[a + rnd.choice((1, 1, 2, 8, 64, len(raw))):]


def inserted(raw):
    a = rnd.randrange(len(raw) + 1)
    more = rnd.choice((rnd.randbytes(rnd.choice((1, 2, 16))), raw[a:a + 40],
                       b"\n", b" "))
    return raw[:a] + more + raw[a:]


def swapped(raw):
    a, b = sorted(rnd.sample(range(len(raw)), 2))
    n = rnd.choice((1, 4, 16))
    return raw[:a] + raw[b:b + n] + raw[a + n:b] + raw[a:a + n] + raw[b + n:]


def lines(raw):
    """Whole entries deleted, doubled, swapped, put elsewhere."""
    rows = raw.split(b"\n")[:-1]
    a, b = rnd.sample(range(len(rows)), 2)
    what = rnd.randrange(4)
    if what == 0:
        del rows[a]
    elif what == 1:
        rows.insert(b, rows[a])
    elif what == 2:
        rows[a], rows[b] = rows[b], rows[a]
    else:
        rows = rows[:a]
    return b"".join(r + b"\n" for r in rows)


def change_bytes(how):
    def change(files):
        name = rnd.choice(sorted(files))
        files[name] = how(files[name])
        return name
    return change


def change_lines(files):
    files["journal.jsonl"] = lines(files["journal.jsonl"])
    return "journal.jsonl"


def file_deleted(files):
    name = rnd.choice(sorted(files))
    del files[name]
    return name


def file_swapped(files):
    a, b = rnd.sample(sorted(files), 2)
    files[a], files[b] = files[b], files[a]
    return a


def file_inserted(files):
    name = rnd.choice(("", "artifacts/", "certs/", "checkpoints/")) + \
        "new%d" % rnd.randrange(1000)
    files[name] = rnd.choice(sorted(files.values()))
    return name


def signers_stripped(files):
    """A p7s in good shape with other signers: fewer, or another text's."""
    name = rnd.choice(sorted(n for n in files if n.endswith(".p7s")))
    text = files[name[:-4]]
    pairs = verify.cms_pairs(files[name], text)
    other = verify.cms_pairs(*(lambda n: (files[n], files[n[:-4]]))(
        rnd.choice(sorted(n for n in files if n.endswith(".p7s")))))
    keep = rnd.sample(pairs, rnd.randrange(len(pairs)))
    files[name] = verify.cms_build(text, rnd.choice((
        keep, other, keep + keep[:1], keep + other[:1])) or other)
    return name


def relisted(files):
    """The list of files that fits them; nobody signed it."""
    m = json.loads(whole["manifest.json"])
    m["signatures"] = 0
    files.pop("manifest.json.p7s", None)
    m["files"] = [{"bytes": len(raw), "path": n,
                   "sha256": verify.sha(raw).hex()}
                  for n, raw in sorted(files.items())
                  if n != "manifest.json"]
    files["manifest.json"] = verify.canon(m)


KINDS = [("bit", change_bytes(bit)), ("deletion", change_bytes(deleted)),
         ("insertion", change_bytes(inserted)), ("swap", change_bytes(swapped)),
         ("entries", change_lines), ("file deleted", file_deleted),
         ("files swapped", file_swapped), ("file inserted", file_inserted),
         ("signers", signers_stripped)]


def mutant():
    """(kind, name, files) of one that differs from the export."""
    while True:
        kind, change = rnd.choice(KINDS)
        files = dict(whole)
        try:
            name = change(files)
        except (ValueError, IndexError):
            continue
        if files == whole:
            continue
        # Of a manifest's own signatures a list that fits says nothing.
        if all(known(n) for n in set(files) | set(whole)
               if files.get(n) != whole.get(n)) and rnd.random() < 0.5:
            relisted(files)
            kind += ", relisted"
        return kind, name, files


def write(files):
    """Only what differs from the file that lies there."""
    for name in set(there) - set(files):
        os.unlink(os.path.join(root, name))
        del there[name]
    for name, raw in files.items():
        if there.get(name) != raw:
            with open(os.path.join(root, name), "wb") as f:
                f.write(raw)
            there[name] = raw


def program(*argv):
    return subprocess.run(argv, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode


shutil.copytree(args.export, root)
there = dict(whole)
c = subprocess.Popen([args.judge], stdin=subprocess.PIPE, text=True,
                     stdout=subprocess.PIPE)
done, failed, programs = collections.Counter(), 0, 0
began = time.time()
for i in range(args.count):
    kind, name, files = mutant()
    write(files)
    c.stdin.write(root + "\n")
    c.stdin.flush()
    code, _, said = c.stdout.readline().rstrip("\n").partition(" ")
    verdicts = [("ceremony", int(code), said),
                ("verify.py", *verify.verify(root)[:2])]
    if i * args.programs // args.count != (i + 1) * args.programs // \
            args.count:
        programs += 1
        verdicts += [("the program", program(args.program, "audit", "verify",
                                             root), ""),
                     ("the script", program(sys.executable, args.script,
                                            root), "")]
    done[kind] += 1
    codes = {code for _, code, _ in verdicts}
    if len(codes) != 1 or not codes <= {1, 3}:
        failed += 1
        print("FAIL %s of %s (number %d of seed %d): %s" % (
            kind, name, i, args.seed, verdicts))
c.stdin.close()
c.wait()
for kind, n in sorted(done.items()):
    print("      %6d %s" % (n, kind))
print("%d changes with seed %d, %d not refused alike; %d of them by both "
      "programs; %.1f s" % (args.count, args.seed, failed, programs,
                            time.time() - began))
sys.exit(1 if failed or c.returncode else 0)
