#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills rehearsals, resumes them, and judges what is left.

Half the kills come at drawn moments over the whole run (measured on a run
that nobody kills), half right after the k-th journal entry, card request or
card answer (tests/kill/hook.c).  They hit the main process or a card child.
Usage: drive.py --kills N; KILL_SEED repeats a run, KILL_KEEP keeps it.
"""
import argparse
import bisect
import collections
import concurrent.futures
import ctypes
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import judge  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
PROGRAM = os.path.join(BUILD, "tests/kill/ceremony")
POOL = os.path.join(BUILD, "ceremony-pool")
ANSWERS = os.path.join(ROOT, "scripts/rehearsal-answers.yaml")
LIBC = ctypes.CDLL(None)
HOLDERS, QUORUM = 3, 2
RUN_SECONDS = 120           # for one start of the program
FIRST_WRITE = -1
KILLS_EACH = 12             # for one rehearsal
EXITS_AFTER_CHILD = (0, 4)  # it asks again a few times, then it stops

Kill = collections.namedtuple("Kill", "point at target")


def die_with_us():
    """In a child: no process of ours outlives a driver that is killed."""
    LIBC.prctl(1, signal.SIGKILL)       # PR_SET_PDEATHSIG


def stat_of(pid):
    """(parent, session) of a process, or None."""
    try:
        with open("/proc/%d/stat" % pid, encoding="utf-8") as f:
            rest = f.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if rest[0] in "ZX" else (int(rest[1]), int(rest[3]))


def session(sid):
    """{pid: parent} of the living processes of a session."""
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            s = stat_of(int(name))
            if s is not None and s[1] == sid:
                found[int(name)] = s[0]
    return found


class Rehearsal:
    def __init__(self, base, number, script):
        self.base = os.path.join(base, "r%02d" % number)
        self.name = os.path.basename(self.base)
        self.number = number
        self.script = script
        self.dir = os.path.join(self.base, "ceremony")
        self.report = os.path.join(self.base, "report")
        self.log = os.path.join(self.base, "log")
        self.starts = 0
        self.kills = []         # Kill, as they happened
        self.problems = []
        self.seconds = 0.0
        self.sessions = []
        for d in ("", "medium", "cards", "pool"):
            os.mkdir(os.path.join(self.base, d))
        self.site = os.path.join(self.base, "site.yaml")
        with open(self.site, "wb") as f:
            subprocess.run([os.path.join(ROOT, "scripts/rehearsal-site.sh"),
                            str(HOLDERS), str(QUORUM)], stdout=f, check=True)
        open(self.report, "wb").close()
        self.pool = None

    def path(self, *names):
        return os.path.join(self.base, *names)

    def problem(self, text):
        self.problems.append("%s: %s" % (self.name, text))

    def open_pool(self):
        with open(self.path("pool.log"), "wb") as out:
            subprocess.run([POOL, "create", "--dir", self.path("pool"),
                            "--name", "contoso-hsm-eu"], stdout=out,
                           stderr=out, check=True)
            self.pool = subprocess.Popen(
                [POOL, "attend", "--dir", self.path("pool"), "--medium",
                 self.path("medium")], stdout=out, stderr=out,
                stdin=subprocess.DEVNULL, preexec_fn=die_with_us)

    def close_pool(self):
        if self.pool is not None:
            self.pool.kill()
            self.pool.wait()
            self.pool = None

    def command(self):
        if os.path.exists(self.dir):
            return [PROGRAM, "resume", "--dir", self.dir, "--answers",
                    ANSWERS]
        return [PROGRAM, "run", self.script, "--site", self.site, "--dir",
                self.dir, "--rehearsal", "--answers", ANSWERS]

    def start(self, orders):
        with open(self.path("orders"), "w", encoding="utf-8") as f:
            f.writelines("%s %d %s\n" % k for k in orders)
        fd_report = os.open(self.report, os.O_WRONLY | os.O_APPEND)
        fd_orders = os.open(self.path("orders"), os.O_RDONLY)
        fd_log = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

        def wire():
            # First out of the way: 8 and 9 may be one of these.
            a, b = (os.dup2(fd, to) for fd, to in
                    ((fd_report, 108), (fd_orders, 109)))
            os.dup2(a, 8)
            os.dup2(b, 9)
            os.close(a)
            os.close(b)
            die_with_us()
        try:
            self.starts += 1
            os.write(fd_log, b"--- start %d\n" % self.starts)
            p = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL,
                                 stdout=fd_log, stderr=fd_log, cwd=self.base,
                                 close_fds=False, preexec_fn=wire,
                                 start_new_session=True)
        finally:
            for fd in (fd_report, fd_orders, fd_log):
                os.close(fd)
        self.sessions.append(p.pid)
        return p

    def timed_kills(self, p, kills):
        """Kills by the clock, counted from the start of the process."""
        began = time.monotonic()
        for k in sorted(kills, key=lambda k: k.at):
            try:
                p.wait(max(0, began + k.at - time.monotonic()))
                return
            except subprocess.TimeoutExpired:
                pass
            if k.target == "m":
                p.kill()
                if p.wait() == -signal.SIGKILL:
                    self.kills.append(self.happened(k))
                return
            self.kill_child(p, k)

    def happened(self, k):
        """The kill with the number of entries that stood then."""
        with open(self.report, encoding="utf-8") as f:
            last = [line for line in f if line.startswith("A ")][-1:]
        return k._replace(at=int(last[0].split()[2]) + 1 if last else 0)

    def kill_child(self, p, k):
        """The card child there is, or the next one."""
        until = time.monotonic() + 2
        while p.poll() is None and time.monotonic() < until:
            live = session(p.pid)
            server = [i for i, parent in live.items() if parent == p.pid]
            child = [i for i, parent in live.items() if parent in server]
            if child:
                try:
                    os.kill(child[0], signal.SIGKILL)
                    self.kills.append(self.happened(k))
                except ProcessLookupError:
                    pass
                return
            time.sleep(0.001)

    def reported_kills(self):
        with open(self.report, encoding="utf-8") as f:
            return [Kill(*line.split()[1:2], int(line.split()[3]),
                         line.split()[2]) for line in f
                    if line.startswith("K ")]

    def walk(self, kills):
        """One start of the program, under these kills.  True: complete."""
        hooks = [k for k in kills if k.point != "t"]
        clock = [k for k in kills if k.point == "t"]
        before = self.reported_kills()
        by_clock = len(self.kills)
        began = time.monotonic()
        p = self.start(hooks)
        self.timed_kills(p, clock)
        try:
            code = p.wait(RUN_SECONDS)
        except subprocess.TimeoutExpired:
            self.problem("start %d did not end" % self.starts)
            p.kill()
            code = p.wait()
        self.seconds = time.monotonic() - began
        done = self.reported_kills()[len(before):]
        self.kills += done
        done = done + self.kills[by_clock:len(self.kills) - len(done)]
        targets = {k.target for k in done}
        if code == -signal.SIGKILL and "m" in targets:
            return False
        if code in EXITS_AFTER_CHILD and "c" in targets:
            return code == 0
        if code != 0:
            self.problem("start %d exits %d after the kills %s" %
                         (self.starts, code, done))
            raise RuntimeError("it does not go on")
        return True

    def leftovers(self):
        until = time.monotonic() + 3
        while time.monotonic() < until:
            left = [i for s in self.sessions for i in session(s)]
            if not left:
                return
            time.sleep(0.05)
        self.problem("processes %s are left over" % left)


class Course:
    """The run that nobody killed: when each entry came, after how many card
    requests, and where each step began."""

    def __init__(self, r):
        with open(r.report, encoding="utf-8") as f:
            said = [line.split() for line in f if line.startswith("A ")]
        self.requests = [int(s[4]) for s in said]
        self.began = {}
        for n, s in enumerate(said):
            self.began.setdefault(s[5], n)
        # The program needs about as long before its first row.
        zero = r.rows[1]["boot_ms"]
        self.seconds = [max(0, e["boot_ms"] - zero) / 1000 for e in r.rows]
        self.entries = len(said)

    def draw(self, rng):
        """A rehearsal's kills in their order: entries of this course."""
        points = ["t"] * (KILLS_EACH // 2) + \
            [rng.choice("jsa") for _ in range(KILLS_EACH - KILLS_EACH // 2)]
        plan = []
        for point in points:
            at = rng.randrange(self.entries)
            if point == "t":
                when = rng.random() * self.seconds[-1]
                at = bisect.bisect(self.seconds, when) - 1
            plan.append(Kill(point, at, "m" if rng.random() < 0.7 else "c"))
        return sorted(plan, key=lambda k: k.at)

    def position(self, r):
        """Where a killed rehearsal goes on: its last step begins again."""
        with open(r.report, encoding="utf-8") as f:
            steps = [line.split()[5] for line in f if line.startswith("A ")]
        steps = [s for s in steps if s in self.began and s != "-"]
        return self.began[steps[-1]] if steps else 0

    def batch(self, r, plan, rng):
        """The next kills for one process, up to one that ends it, counted
        from its start (the clock) or from the order before (the hook)."""
        start = last = self.position(r)
        kills = []
        while plan:
            k = plan.pop(0)
            here = max(k.at, start)
            if k.point == "t":
                at = 0.03 + rng.random() * 0.04 + \
                    self.seconds[here] - self.seconds[start]
            elif k.point == "j":
                # run.begin, perhaps card.unknown, and what a step repeats
                at = 1 + rng.randrange(4) + max(0, here - last)
                if k.at == FIRST_WRITE:
                    at = 1
            else:
                at = 1 + rng.randrange(4) + \
                    max(0, self.requests[here] - self.requests[last])
            if k.point != "t":
                last = here
            kills.append(k._replace(at=at))
            if k.target == "m":
                break
        return kills


def rehearse(r, course, rng):
    plan = course.draw(rng) if course is not None else []
    if r.number == 1:
        # Drawn too seldom: entry 0 stands, its directory has no name yet.
        plan.insert(0, Kill("j", FIRST_WRITE, "m"))
    try:
        r.open_pool()
        while not r.walk(course.batch(r, plan, rng) if plan else []):
            if r.starts > 40:
                r.problem("not complete after %d starts" % r.starts)
                return r
        r.leftovers()
        r.rows = judge.judge(r, BUILD)
        r.entries = len(r.rows)
    except Exception as e:      # the other rehearsals still count
        r.problem("%s: %s" % (type(e).__name__, e))
    finally:
        r.close_pool()
    return r


def measure(base, script):
    """One rehearsal that nobody kills."""
    return rehearse(Rehearsal(base, 0, script), None, None)


def tell(r):
    print("%s  %2d starts, %2d kills, %3d entries%s" %
          (r.name, r.starts, len(r.kills), getattr(r, "entries", 0),
           "" if not r.problems else ", %d PROBLEMS" % len(r.problems)))
    for p in r.problems:
        print("FAIL  " + p)
    if r.problems and os.path.exists(r.log):
        with open(r.log, encoding="utf-8", errors="replace") as f:
            for line in f.read().split("\n")[-25:]:
                print("      | " + line)
    sys.stdout.flush()


def enough(done, want):
    clock = sum(k.point == "t" for r in done for k in r.kills)
    total = sum(len(r.kills) for r in done)
    return clock * 2 >= want and (total - clock) * 2 >= want


def campaign(base, script, course, want, seed):
    """Rehearsals, two at a time, until there were enough kills."""
    done, started, lock = [], [0], threading.Lock()
    most = 5 + want // 4

    def worker():
        while True:
            with lock:
                n = started[0] + 1
                if n > 5 and (enough(done, want) or n > most):
                    return
                started[0] = n
            rng = random.Random("%d/%d" % (seed, n))
            r = Rehearsal(base, n, script)
            rehearse(r, course, rng)
            with lock:
                done.append(r)
                tell(r)
                if not r.problems and "KILL_KEEP" not in os.environ:
                    shutil.rmtree(r.base)
    with concurrent.futures.ThreadPoolExecutor(2) as two:
        for f in [two.submit(worker) for _ in range(2)]:
            f.result()
    return done


def totals(done, want):
    kinds = collections.Counter((k.point, k.target) for r in done
                                for k in r.kills)
    names = {"t": "by the clock", "j": "after a journal entry",
             "s": "after a card request", "a": "after a card answer"}
    who = {"m": "main process", "c": "card child"}
    for (point, target), n in sorted(kinds.items()):
        print("%4d kills %s, %s" % (n, names[point], who[target]))
    tenth = collections.Counter(min(9, 10 * k.at // r.entries) for r in done
                                for k in r.kills if hasattr(r, "entries"))
    print("     by tenth of the journal: " +
          " ".join("%d" % tenth[i] for i in range(10)))
    resumed = sum(r.starts - 1 >= 3 for r in done)
    print("%4d kills, %d resumes, %d rehearsals (%d resumed three times or "
          "more), %d entries" % (sum(kinds.values()),
                                 sum(r.starts - 1 for r in done), len(done),
                                 resumed,
                                 sum(getattr(r, "entries", 0) for r in done)))
    checks = [("half of %d kills come at moments of the whole run, half "
               "after a write or a card command" % want, enough(done, want)),
              ("at least five rehearsals are resumed several times",
               resumed >= 5)]
    return checks


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--kills", type=int, default=52)
    args = ap.parse_args()
    seed = int(os.environ.get("KILL_SEED", random.randrange(1 << 32)))
    print("KILL_SEED=%d" % seed)
    base = tempfile.mkdtemp(prefix="kill-")
    script = os.path.join(base, "script.yaml")
    with open(os.path.join(ROOT, "scripts/rehearsal.yaml"),
              encoding="utf-8") as f:
        text = re.sub(r"(?m)^sizes:.*$", "sizes: [2048]", f.read())
    with open(script, "w", encoding="utf-8") as f:
        f.write(text)
    first = measure(base, script)
    tell(first)
    print("      unkilled: %.1f s" % first.seconds)
    done = []
    if not first.problems:
        done = campaign(base, script, Course(first), args.kills,
                        seed)
    checks = totals(done, args.kills)
    checks += [("%s: killed and resumed, nothing lost, nothing twice" %
                r.name, not r.problems) for r in [first] + done]
    for sentence, good in checks:
        print("%-4s  %s" % ("ok" if good else "FAIL", sentence))
    bad = sum(not good for _, good in checks)
    if bad or "KILL_KEEP" in os.environ:
        print("kept: " + base)
    else:
        shutil.rmtree(base)
    print("%d passed, %d failed, 0 skipped" % (len(checks) - bad, bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
