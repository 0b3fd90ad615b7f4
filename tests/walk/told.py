# SPDX-License-Identifier: Apache-2.0
"""The cases of a walk: told one by one, and counted."""
import difflib
import os
import sys


class Told:
    def __init__(self, prefix="", screens=""):
        self.prefix, self.screens = prefix, screens
        self.passed = self.failed = 0

    def case(self, sentence, truth, why=""):
        self.passed += bool(truth)
        self.failed += not truth
        print("%s  %s%s" % ("ok  " if truth else "FAIL", self.prefix,
                            sentence))
        if not truth and why:
            print("\n".join("      " + s for s in why.split("\n")[-60:]))

    def compare(self, name, got):
        """got is SCREENS/NAME.txt; WALK_UPDATE=1 writes that instead."""
        path = os.path.join(self.screens, name + ".txt")
        if os.environ.get("WALK_UPDATE"):
            with open(path, "w", encoding="utf-8") as f:
                f.write(got)
        with open(path, encoding="utf-8") as f:
            want = f.read()
        self.case("it is tests/screens/%s.txt" % name, got == want,
                  "\n".join(difflib.unified_diff(
                      want.split("\n"), got.split("\n"), "wanted", "got",
                      lineterm="")))

    def end(self):
        print("%d passed, %d failed" % (self.passed, self.failed))
        sys.exit(1 if self.failed else 0)
