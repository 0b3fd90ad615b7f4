#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Both verifiers judge every vector of docs/format/vectors.

Usage: judge_vectors.py VERIFY_PY CEREMONY VECTORS SCRATCH [NAME...]
With names only those vectors.
Prints a line for each verdict that is not the stated one and a count; exit 0
when there is none.
"""
import json
import os
import re
import shutil
import subprocess
import sys

script, program, vectors, scratch = sys.argv[1:5]
only = sys.argv[5:]
# What `audit verify --json` calls a contradiction, and vectors that have it.
FINDING = {
    "gap": ["taken-out"], "order": ["swapped", "doubled"],
    "chain": ["previous"], "run": ["run-left-out"],
    "clock": ["time-back", "clock-back-in-run"],
    "cut": ["cut", "no-end", "row-inside", "cut-against"], "fork": ["fork"],
    "head": ["no-such-head"],
    "foreign-signer": ["stranger", "manifest-stranger", "manifest-twice",
                       "forged"],
    "too-few-signers": ["too-few", "manifest-one-signer"],
    "signature": ["other-text", "manifest-trailing", "manifest-other-text"],
    "file": ["changed", "missing", "extra", "extra-listed", "artifact"],
    "fact": ["value", "no-commitment", "left-out"],
    "open-exception": ["close-with-exception"],
    "contradiction": ["same-key", "required-0", "artifact-again"],
}
STATED = ("anchored", "closed", "signed", "entries", "head")


def read(path):
    with open(os.path.join(vectors, path), encoding="utf-8") as f:
        return json.load(f)


def finding(name):
    return [word for word, names in FINDING.items() if name in names]


def lay_out(vector):
    """The base, without what is removed, with the vector's files over it."""
    path = os.path.join(scratch, vector["name"])
    if vector["base"]:
        shutil.copytree(os.path.join(vectors, vector["base"]), path)
    for name in vector["remove"]:
        os.unlink(os.path.join(path, name))
    over = os.path.join(vectors, vector["name"])
    if os.path.isdir(over):
        shutil.copytree(over, path, dirs_exist_ok=True)
    return path


def judge(vector, command):
    options = [os.path.join(scratch, o) if "/" in o or o in made else o
               for o in vector["options"]]
    path = os.path.join(scratch, vector["name"], vector.get("path", ""))
    r = subprocess.run(command + [path] + options + ["--json"], text=True,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if r.returncode != vector["exit"] or "Traceback" in r.stderr:
        return "exit %d, stated %d: %s" % (r.returncode, vector["exit"],
                                           r.stdout + r.stderr)
    told = json.loads(r.stdout)
    wrong = ["%s is %r, stated %r" % (k, told.get(k), vector[k])
             for k in STATED if k in vector and told.get(k) != vector[k]]
    if vector["exit"] and vector["names"] not in told["message"]:
        wrong.append("'%s' does not name %s" % (told["message"],
                                                vector["names"]))
    if command[0] == program and finding(vector["name"]):
        if [told.get("finding")] != finding(vector["name"]):
            wrong.append("found %r, not %r" % (told.get("finding"),
                                               finding(vector["name"])))
    return "; ".join(wrong)


table = [v for v in read("vectors.json") if not only or v["name"] in only]
made = {v["name"]: lay_out(v) for v in table}
failed = 0
for v in table:
    for who, command in (("verify.py", [sys.executable, script]),
                         ("ceremony", [program, "audit", "verify"])):
        why = judge(v, command)
        if why:
            failed += 1
            print("FAIL %s (%s): %s: %s" % (v["name"], v["why"], who, why))
stated = set(sum(FINDING.values(), []))
words = re.findall(r'"([a-z-]+)"', open(os.path.join(
    os.path.dirname(script), "finding.c"), encoding="utf-8").read())
if not only and (set(words) != set(FINDING) or not stated <= set(made)):
    failed += 1
    print("FAIL findings without a vector, or vectors that are not there: %s"
          % sorted(set(words) ^ set(FINDING)
                   | stated - set(made)))
folders = {n for n in os.listdir(vectors)
           if os.path.isdir(os.path.join(vectors, n))}
if not only and folders - set(made):
    failed += 1
    print("FAIL folders without a vector: %s" % sorted(folders - set(made)))
print("%d vectors, %d refused by both, %d verdicts not as stated" % (
    len(table), sum(v["exit"] != 0 for v in table), failed))
sys.exit(1 if failed else 0)
