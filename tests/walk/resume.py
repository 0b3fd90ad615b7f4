#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Resume a suspended ceremony in plain lines, words and bags by hand.

Usage: resume.py CEREMONY DIR [--words FILE|wrong] [--bags NUMBER]
           [--answer TEXT=LINE]... [--then suspend|leave]
           --exit CODE --text TEXT [--out FILE]
FILE holds what a suspension printed; {person} in NUMBER is whose card it is.
A question with TEXT is answered with LINE.  After the resumption the first
other question is answered with a suspension, which leaves every
card without a bag, or (leave) with a kill: CODE is then 0.
"""
import argparse
import os
import re
import signal
import sys

import terminal

ap = argparse.ArgumentParser()
ap.add_argument("ceremony")
ap.add_argument("dir")
ap.add_argument("--words", default="wrong")
ap.add_argument("--bags", default="")
ap.add_argument("--answer", action="append", default=[])
ap.add_argument("--then", default="")
ap.add_argument("--exit", type=int, required=True)
ap.add_argument("--text", required=True)
ap.add_argument("--out", default="")
args = ap.parse_args()


def paper():
    if args.words == "wrong":
        return ["adult"] * 32
    with open(args.words, encoding="utf-8") as f:
        return terminal.head_words(f.read())


def people():
    """Name to id, of the site file as rehearsal-site.sh writes it."""
    with open(os.path.join(args.dir, "site.yaml"), encoding="utf-8") as f:
        return {name: i for i, name in re.findall(
            r'id: ([a-z0-9-]+), role: [a-z-]+, name: "([^"]*)"', f.read())}


def answer(q, words, ids):
    last = q.split("\n")[-1]
    if "your own watch" in q and "REFUSED" not in q:
        return "y"
    for text, line in (a.split("=", 1) for a in args.answer):
        if text in q:
            return line
    at = re.search(r"word (\d+) \(", last)
    if at:
        return words[int(at.group(1)) - 1]
    if "unopened bag" in q and "REFUSED" not in q:
        who = re.findall(r"^  -> ([^:]+): ", q, re.M)[-1]
        return args.bags.replace("{person}", ids[who])
    if "REFUSED" in q:
        return "a"
    return {"suspend": "!s", "leave": None}.get(args.then, "?")


def main():
    run = terminal.Plain(args.ceremony, "resume", "--dir", args.dir,
                         "--plain")
    words, ids = paper(), people()
    code = None
    for _ in range(200):
        question = run.prompt()
        if question is None:
            break
        line = answer(question, words, ids)
        if line is None:
            os.kill(run.pid, signal.SIGKILL)
            os.waitpid(run.pid, 0)
            code = 0
            break
        run.say(line)
    if code is None:
        code = run.end()
    if args.out:
        with open(args.out, "w", encoding="utf-8") as f:
            f.write(run.text)
    if code != args.exit or args.text not in " ".join(run.text.split()):
        print(run.text[-3000:])
        sys.exit("exit %d, wanted %d with: %s" % (code, args.exit,
                                                  args.text))


main()
