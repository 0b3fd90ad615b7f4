#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Walk a whole rehearsal on the screens; compare the main ones.

Usage: screens.py CEREMONY FOLDER SCREENS
FOLDER holds script.yaml, site.yaml, medium/, and a pool that attends to it.
WALK_UPDATE=1 writes SCREENS/walk_*.txt instead of comparing.
"""
import os
import re
import subprocess
import sys

import terminal
import told
import walker

program, folder, screens = sys.argv[1:4]
cases = told.Told("", screens)
case = cases.case


def compare(name, shot, mask=terminal.masked):
    cases.compare("walk_" + name, mask(shot))


def same_terminal(where):
    with open(os.path.join(where, "before")) as a, \
         open(os.path.join(where, "after")) as b:
        case("the terminal is as it was before", a.read() == b.read())


def opening(t, w):
    compare("step", w.until("1.1", "Purpose and rules"))
    t.type("?")
    compare("help", t.see("any key back"))
    t.keys("Space")
    w.until("1.1", "Purpose and rules")
    t.type("h")
    compare("head", t.see("any key back"))
    t.keys("Space")
    w.until("Is Birgit Maier (holder-2)")
    t.type("e")
    t.see("Expected")
    for text in ("holder-2 on time", "ten minutes late", "we waited"):
        t.type(text)
        t.see(text)
        t.keys("Tab")
    t.type("Administrator")
    compare("form", t.see("Administrator"))
    t.keys("Enter")
    t.wait(lambda s: "Expected" not in s, "the question again")
    shot = w.until("Is Birgit Maier (holder-2)")
    case("after the form the same question stands again",
         w.asks(shot) == "yesno")
    compare("gonogo", w.until("1.3", "NO-GO in production"))
    compare("hash", w.until("1.5", "Compare this hash", "Program"),
            terminal.loose)


def exception(t, key, what, earlier=None):
    """At any key press: the form, and the same question afterwards."""
    before = walker.still(t.settled())
    t.keys(key)
    shot = t.see("Expected")
    case("the form lists what was filed before '%s'" % what,
         "So far" in shot and (earlier or "closed") in shot, shot)
    for i, text in enumerate(("as written", what, "we went on",
                              "Grace Adeyemi")):
        if i > 0:
            t.keys("Tab")
        t.type(text)
        t.see(text)
    t.keys("Enter")
    t.wait(lambda s: "Expected" not in s, "the question again")
    shot = t.settled()
    last = [s[25:] for s in before.split("\n")][-9:-4]
    case("after the exception '%s' the same question stands" % what,
         last == [s[25:] for s in walker.still(shot).split("\n")][-9:-4],
         shot)
    return shot


def pins(t, w):
    shot = w.until("New PIN, first time")
    compare("newpin", shot)
    w.pin(shot)
    w.pin(t.see("The same PIN again"), "83591799")
    compare("differ", t.see("The two entries"))
    shot = w.pin(t.settled())
    shot = w.pin(t.see("The same PIN again"))
    shot = w.until("2.3", "Your PIN, please")
    compare("pin", shot)
    shot = exception(t, "F2", "noise at a PIN")
    w.pin(shot, "83591788")
    shot = t.see("REFUSED")
    compare("refusal", t.settled())
    exception(t, "e", "noise at a refusal", "noise at a PIN")
    t.type("r")
    t.wait(lambda s: "REFUSED" not in s, "the PIN question")
    w.until("2.3", "Your PIN, please")


def suspended(t, w):
    w.until("3.1", "Put the blank card")
    t.type("s")
    shot = t.see("sign a checkpoint first")
    compare("suspending", t.settled())
    shot = w.until("3.1", "goes into a bag")
    compare("suspend_bag", shot, terminal.scrolled)
    w.until("Suspended in step 3.1")
    compare("suspended", t.settled(), terminal.loose)
    w.head = terminal.head_words(t.settled())
    case("thirty-two head words are on the screen", len(w.head) == 32,
         t.settled())
    t.keys("Enter")
    shot = t.see("all done")
    case("suspension is exit 5", "exit 5" in shot, shot)
    case("and says how to go on", "ceremony resume --dir" in shot, shot)
    same_terminal(folder)


def resumed(t, w):
    shot = w.until("Resumption", "from YOUR paper")
    compare("resume_words", shot)
    w.words(shot, spoil=True)
    shot = w.until("Resumption", "from YOUR paper")
    case("words that are wrong are asked for again", "try" not in walker.bottom(shot)
         and "word" in shot, shot)
    compare("resume_bag", w.until("Resumption", "unopened bag"))


def recovery(t, w):
    compare("give", w.until("5.3", "give a share now"))
    compare("links", w.until("6.1", "links hold"))
    compare("copy", w.until("6.1", "Where did the words"))
    shot = w.until("6.1", "from YOUR paper")
    compare("words", shot)
    case("the hash is covered while its words are typed",
         not re.search("SHA-256|[0-9a-f]{4} [0-9a-f]{4}", shot), shot)
    shot = exception(t, "F2", "noise at a read-back")
    w.words(shot, spoil=True)
    shot = w.until("6.1", "word RECEIVE")
    case("the words to be compared are on the screen with the question",
         re.search("Exchange  [0-9a-f]{4} ", shot), shot)
    compare("receive", shot, terminal.loose)
    t.type("receive")
    t.keys("Enter")
    case("another word is refused", t.see("'receive' is not the word RECEIVE"))
    t.keys("C-u")
    for _ in range(len("receive")):
        t.keys("BSpace")
    t.type("RECEIVE")
    t.keys("Enter")
    t.wait(lambda s: "is not the word" not in s and "word RECEIVE" not in s,
           "the exception's first card")
    compare("bag", w.until("7.1", "Bag number"))
    compare("close", w.until("8.1", "word CLOSE"))
    shot = w.until("is complete")
    compare("farewell", shot)
    t.type("h")
    head = t.see("any key back")
    case("h shows the export's head there, with its QR code",
         re.search("[▀▄█]{6}", head) and
         terminal.head_words(head) == terminal.head_words(shot), head)
    t.keys("Space")
    w.until("is complete")
    t.keys("Enter")
    shot = t.see("all done")
    case("the walk ends with exit 0", "exit 0" in shot, shot)
    same_terminal(folder)


def afterwards(t):
    seen = "\n".join(t.shots) + t.history()
    for digits in list(walker.PINS.values()) + ["83591799", "83591788"]:
        case("PIN %s... is on no screen" % digits[-2:], digits not in seen)
    # Not within hexadecimal digits: among those of many hashes any eight
    # decimal ones come up.
    found = subprocess.run(["grep", "-raElo",
                            "(^|[^0-9a-f])835917[0-9]{2}([^0-9a-f]|$)",
                            folder + "/ceremony", folder + "/export",
                            folder + "/medium"],
                           stdout=subprocess.PIPE, text=True, check=False)
    case("no PIN is in a file", found.stdout == "", found.stdout)
    for where in ("ceremony", "export"):
        r = subprocess.run([program, "audit", "verify", "%s/%s" %
                            (folder, where)], stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, check=False)
        case("%s verifies" % where, r.returncode == 0, r.stdout)
    r = subprocess.run([program, "audit", "show", folder + "/ceremony"],
                       stdout=subprocess.PIPE, text=True, check=False)
    for text in ("noise at a PIN", "noise at a refusal",
                 "noise at a read-back", "ten minutes late", "card.failed",
                 "resume", "RB-0001", "proven under a rehearsal root",
                 "exchange.link"):
        case("'%s' is in the journal" % text, text in r.stdout)
    wide = [s for shot in t.shots for s in shot.split("\n") if len(s) > 80]
    case("no line is wider than 80", not wide, "\n".join(wide))


def main():
    t = terminal.Terminal(folder)
    w = walker.Walker(t)
    try:
        t.start("%s run %s/script.yaml --site %s/site.yaml --dir "
                "%s/ceremony --rehearsal" % (program, folder, folder,
                                             folder))
        t.see("? help")
        opening(t, w)
        pins(t, w)
        suspended(t, w)
        t.start("%s resume --dir %s/ceremony" % (program, folder))
        resumed(t, w)
        recovery(t, w)
        afterwards(t)
    except (TimeoutError, AssertionError) as e:
        case("the walk goes on", False, str(e))
    finally:
        t.end()
    cases.end()


main()
