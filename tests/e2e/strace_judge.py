#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `strace -f -y` saw of a ceremony, held against what it may do.

usage: strace_judge.py TRACE [--write PATH]... [--never PATH]...

The first process is the main one; its second start, with an environment of
its own, is where the rules begin.  Its child is the fork server, whose
children are the cards' and the readers'.  A PATH that ends in * is the
beginning of names.  One line a finding, then the numbers; exit 1 if there is any finding, 2 if the trace is none.
"""
import argparse
import re
import sys

OPENS = {"open", "openat", "openat2", "creat"}
NAMES = {"mkdir", "mkdirat", "rmdir", "unlink", "unlinkat", "rename",
         "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat",
         "mknod", "mknodat", "truncate"}
EXECS = {"execve", "execveat"}
FORKS = {"clone", "clone3", "fork", "vfork"}
REFUSED = {"io_uring_setup", "io_uring_enter", "io_uring_register",
           "ptrace", "process_vm_readv", "process_vm_writev", "bpf",
           "perf_event_open", "pidfd_getfd", "userfaultfd"}
DEVICES = {"/dev/null", "/dev/tty"}

CALL = re.compile(r"(\d+)\s+(?:<\.\.\. )?(\w+)(.*)")
PATH = re.compile(r'(?:(AT_FDCWD|-?\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')
RESULT = re.compile(r"= (-?\d+)(?:<(.*?)>)?(?: (E\w+) .*)?$")


def calls(path):
    """(pid, name, arguments and result), calls that were cut joined."""
    waits = {}
    with open(path, encoding="utf-8", errors="backslashreplace") as f:
        for line in f:
            m = CALL.match(line.rstrip("\n"))
            if not m:
                continue        # signals and exits
            pid, name, rest = int(m[1]), m[2], m[3]
            if rest.endswith("<unfinished ...>"):
                waits[pid] = rest[:-len("<unfinished ...>")]
                continue
            if rest.startswith(" resumed>"):
                rest = waits.pop(pid, "") + rest[len(" resumed>"):]
            yield pid, name, rest


class Judge:
    def __init__(self, args):
        self.write = [p.rstrip("/") for p in args.write]
        self.never = args.never
        self.kind = {}          # pid: main, server, child
        self.starts = 0
        self.found = []
        self.count = dict.fromkeys(
            ("calls", "starts", "sockets", "writes", "names", "children"), 0)

    def say(self, pid, what):
        self.found.append("%s process %d: %s" % (
            self.kind.get(pid, "unknown"), pid, what))

    def allowed(self, path):
        return path in DEVICES or any(
            path == p or path.startswith(p[:-1] if p.endswith("*")
                                         else p + "/") for p in self.write)

    def paths(self, rest):
        for _, at, name in PATH.findall(rest):
            yield name if name.startswith("/") or not at else \
                at + "/" + name if name != "." else at

    def took(self, pid, name, rest):
        if not self.kind:
            self.kind[pid] = "main"
        result = RESULT.search(rest)
        done = result and int(result[1]) >= 0
        if name in EXECS:
            if pid != next(iter(self.kind)) or self.starts == 2:
                self.say(pid, "executes: " + rest)
            self.starts += 1
            return
        if self.starts < 2:
            return              # the caller's environment, still
        self.count["calls"] += 1
        if name in FORKS and done and int(result[1]) > 0:
            self.kind[int(result[1])] = \
                "server" if self.kind.get(pid) == "main" else "child"
            self.count["children"] += 1
        elif name in REFUSED:
            self.say(pid, name + rest)
        elif name == "socket":
            self.count["sockets"] += 1
            if self.kind.get(pid) == "main" or \
                    not rest.startswith("(AF_UNIX,"):
                self.say(pid, "socket" + rest)
        elif name in ("connect", "bind") and "sa_family=AF_UNIX" not in rest:
            self.say(pid, name + rest)
        elif name in OPENS:
            self.opened(pid, name, rest, result)
        elif name in NAMES:
            self.count["names"] += 1
            for path in self.paths(rest):
                if not self.allowed(path) and done:
                    self.say(pid, name + rest)

    def opened(self, pid, name, rest, result):
        path = next(iter(self.paths(rest)), "")
        if any(path.startswith(p) for p in self.never):
            self.say(pid, "opens " + path)
        if name != "creat" and not re.search(
                r"O_(WRONLY|RDWR|CREAT|TRUNC|TMPFILE)", rest):
            return
        self.count["writes"] += 1
        if result and int(result[1]) >= 0 and \
                not self.allowed(result[2] or path):
            self.say(pid, "opens for writing: " + (result[2] or path))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("trace")
    p.add_argument("--write", action="append", default=[])
    p.add_argument("--never", action="append", default=[])
    args = p.parse_args()
    judge = Judge(args)
    for pid, name, rest in calls(args.trace):
        judge.took(pid, name, rest)
    judge.count["starts"] = judge.starts
    for line in judge.found:
        print("found " + line[:300])
    for name, n in judge.count.items():
        print(name, n)
    if judge.starts < 2 or judge.count["calls"] == 0:
        return 2
    return 1 if judge.found else 0


if __name__ == "__main__":
    sys.exit(main())
