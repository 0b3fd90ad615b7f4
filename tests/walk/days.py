#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two ceremonies by typed keys: activation, and recovery in a new region.

Usage: days.py CEREMONY FOLDER SCREENS screens|plain
FOLDER holds activation.yaml, recovery.yaml, site.yaml, medium/, and a pool
that attends to it.  On the screens the first question of every step is
compared with SCREENS/day_CEREMONY.txt; WALK_UPDATE=1 writes those.
"""
import json
import os
import re
import subprocess
import sys

import room
import terminal
import told
import walker

program, folder, screens, mode = sys.argv[1:5]
cases = told.Told(mode + ": ", screens)
case = cases.case


def journal(day):
    r = subprocess.run([program, "audit", "show", "%s/%s" % (folder, day),
                        "--json"], stdout=subprocess.PIPE, text=True,
                       check=True)
    return [json.loads(s) for s in r.stdout.splitlines()]


def second_site():
    """The holders' cards by the serials and bags that the first day's journal
    has; the witnesses bring others."""
    with open(folder + "/day1.json", "w", encoding="utf-8") as f:
        f.write("".join(json.dumps(e) + "\n" for e in journal("activation")))
    site = subprocess.run(
        [sys.executable, os.path.join(terminal.ROOT,
                                      "tests/e2e/ceremony_site.py"),
         folder + "/site.yaml", folder + "/day1.json", "../export2",
         "holder-1", "holder-2", "holder-3"], check=True, text=True,
        stdout=subprocess.PIPE).stdout
    with open(folder + "/site2.yaml", "w", encoding="utf-8") as f:
        f.write(site)


def argv(name):
    return [program, "run", "%s/%s.yaml" % (folder, name), "--site",
            folder + ("/site.yaml" if name == "activation" else
                      "/site2.yaml"),
            "--dir", "%s/%s" % (folder, name), "--rehearsal"]


def steady(shot):
    """Without hashes: their words wrap, and scroll, differently each time."""
    return "".join(line + "\n" for line in terminal.loose(shot).split("\n")
                   if line and (line.startswith("journal") or
                                not re.search("xxxx|<words>", line)))


def outside(shot):
    """What is not in its pane: the frame must be whole, at one column."""
    lines = shot.rstrip("\n").split("\n")
    top = [i for i, s in enumerate(lines) if "┬" in s]
    end = [i for i, s in enumerate(lines) if "┴" in s]
    if len(top) != 1 or len(end) != 1 or len(lines) > 24:
        return "no frame in\n" + shot
    column = lines[top[0]].index("┬")
    rules = [lines[top[0]], lines[end[0]]]
    bad = [s for s in lines[top[0] + 1:end[0]] if len(s) <= column or
           s[column] != "│" or s.count("│") != 1 or len(s) > 80]
    bad += [s for s in rules if len(s) != 80 or s[column] not in "┬┴"]
    bad += [s for s in lines if re.search("[\\x00-\\x1f\\x7f]", s)]
    return "\n".join(bad)


def by_screens(name, t, w):
    """Every question answered; the screens of steps when they first ask."""
    first, torn = {}, []

    def note(shot):
        if "┬" in shot and outside(shot):
            torn.append(outside(shot))
        m = re.search(r"│ (\d+\.\d+)  ", shot)
        if m and m.group(1) not in first:
            first[m.group(1)] = steady(shot)
    w.noted = note
    t.start(" ".join(argv(name)))
    w.until("is complete")
    t.keys("Enter")
    shot = t.see("all done")
    case("%s ends with exit 0" % name, "exit 0" in shot, shot)
    cases.compare("day_" + name, "".join("=== %s\n%s" % kv for kv in first.items()))
    case("every cell is in its pane, on %d screens of steps" % len(first),
         len(first) > 20 and not torn, "\n".join(torn))
    wide = [s for shot in t.shots for s in shot.split("\n") if len(s) > 80]
    case("no line is wider than 80", not wide, "\n".join(wide))


def by_lines(name, people):
    run = terminal.Plain(program, *argv(name)[1:], "--plain")
    code = people.walk(run)
    case("%s ends with exit 0" % name, code == 0, run.text)
    case("no cursor is moved and nothing redrawn", "\x1b" not in run.text)
    steps = [s["facts"]["title"] for s in journal(name)
             if s["kind"] == "step.begin"]
    unsaid = [s for s in steps if s not in re.sub(r"\s+", " ", run.text)]
    case("each of its %d steps is announced" % len(steps), len(steps) > 20
         and not unsaid, "\n".join(unsaid))


def verified(name, export):
    for path in (name, export):
        r = subprocess.run([program, "audit", "verify", "%s/%s" %
                            (folder, path)], stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, check=False)
        case("%s verifies" % path, r.returncode == 0, r.stdout)


def main():
    t = terminal.Terminal(folder)
    w = walker.Walker(t)
    people = room.Room(folder)
    try:
        for name, export in ("activation", "export1"), ("recovery",
                                                        "export2"):
            if mode == "screens":
                by_screens(name, t, w)
            else:
                by_lines(name, people)
            verified(name, export)
            if name == "activation":
                second_site()
        with open(folder + "/medium/to-offline/"
                  "contoso-hsm-neu.upload-result.json",
                  encoding="utf-8") as f:
            case("the new pool took the domain", '"Success"' in f.read())
    except (TimeoutError, AssertionError, KeyError, OSError) as e:
        case("the walk goes on", False, str(e))
    finally:
        if mode == "screens":
            t.end()
    cases.end()


main()
