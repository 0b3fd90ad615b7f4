# SPDX-License-Identifier: Apache-2.0
"""A ceremony walked by typed keys in a real terminal (tmux, 80x24).

Nothing here sleeps blindly: every key waits for the screen it answers.
"""
import base64
import hashlib
import importlib.util
import os
import pty
import re
import select
import subprocess
import sys
import time

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PATIENCE = 40.0


def pgp_lists():
    path = os.path.join(ROOT, "audit/verify.py")
    spec = importlib.util.spec_from_file_location("verify", path)
    verify = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(verify)
    return verify.EVEN, verify.ODD


LISTS = pgp_lists()
WORDS = set(LISTS[0]) | set(LISTS[1])


def hash_words(sha):
    return [LISTS[i % 2][byte] for i, byte in enumerate(sha)]


def paper(folder):
    """What a second person wrote down: the words of the exchange key."""
    path = folder + "/medium/to-offline/contoso-hsm-neu-SDE.cer"
    with open(path, encoding="ascii") as f:
        pem = f.read().split("-----")[2]
    return hash_words(hashlib.sha256(base64.b64decode(pem)).digest())


def head_words(text):
    """The thirty-two words that a suspension asks people to write down."""
    text = text.split("Write these head words")[-1]
    return [t for t in text.split() if t in WORDS][:32]


def mask_words(text):
    """Three or more hash words and everything between them."""
    tokens = text.split()
    if tokens and all(t in WORDS or t in ("...", "…") for t in tokens):
        return text[:len(text) - len(text.lstrip())] + "<words>"
    return text


def masked(shot):
    """What differs from one run to the next, made the same."""
    out = []
    for line in shot.split("\n"):
        line = re.sub(r"\d\d:\d\d:\d\d", "HH:MM:SS", line)
        line = re.sub(r"\d{4}-\d\d-\d\d[ T]", "YYYY-MM-DD ", line)
        line = re.sub(r"\b[0-9a-f]{4}(?: +[0-9a-f]{4})+\b",
                      lambda m: re.sub("[0-9a-f]", "x", m.group()), line)
        line = re.sub(r"\b[0-9a-f]{16,}\b", "<hex>", line)
        line = re.sub(r"\d+ MiB free", "N MiB free", line)
        line = re.sub(r"interface [a-z0-9.-]+", "interface <name>", line)
        line = re.sub(r"[✓✗] (OK|NO-GO) +(network|radio|usb|swap|power).*",
                      r"<check> \2",
                      line)
        line = re.sub(r"exceptions: \d+", "exceptions: N", line)
        line = re.sub(r"\d+ journal entries, \d+ ex", "N journal entries, N ex",
                      line)
        line = re.sub(r"after \d+ journal entries", "after N journal entries",
                      line)
        line = re.sub(r"/\S*/ceremony\b", "<dir>/ceremony", line)
        line = re.sub(r"Exception \d+", "Exception N", line)
        line = re.sub(r"word \d+ +_", "word NN _", line)
        line = re.sub(r"wrong at [0-9 ]+", "wrong at NN", line)
        line = re.sub(r"\d+ of \d+ links", "N of N links", line)
        line = re.sub(r"\d+ more lines", "N more lines", line)
        line = re.sub(r"^.*[▀▄█].*$", "<qr code>", line)
        line = re.sub(r"^( +\d+ [A-Za-z]+){2}$", "<numbered words>", line)
        line = re.sub(r"^ journal \d+ · .*", " journal N · <words>", line)
        left, bar, right = line.rpartition("│")
        line = left + bar + mask_words(right)
        if out and line == out[-1] and \
           re.search("<[a-z ]*(words|qr code)>$", line):
            continue
        out.append(line.rstrip())
    text = "\n".join(out).rstrip("\n") + "\n"
    # A path may be so long that it takes several lines.
    return re.sub(r"resume --dir.*?\n(?=\u2500{40})", "resume --dir <dir>\n",
                  text, flags=re.S)


def scrolled(shot):
    """Of a hash that is cut off above: how many lines its words take, and so
    whether the last of its digits are still seen, differs."""
    return re.sub(r"xxxx(?: +xxxx)+", "<words>", masked(shot))


def loose(shot):
    """Words are of many lengths: rows may differ by one, texts may not."""
    left, right = [], []
    for line in masked(shot).split("\n"):
        a, bar, b = line.rpartition("│")
        if a.strip():
            left.append(a.rstrip())
        if b.strip() and not re.search("more lines? (above|below)|NO-GO", b) \
           and (not right or b.strip() != right[-1]):
            right.append(b.strip())
    return "\n".join(left + right) + "\n"


class Terminal:
    def __init__(self, where, width=80, height=24):
        self.where = where
        self.socket = "walk%d" % os.getpid()
        self.size = (str(width), str(height))
        self.shots = []         # every screen ever seen
        self.began = False

    def tmux(self, *argv):
        env = dict(os.environ, TMUX_TMPDIR=self.where, TERM="xterm-256color",
                   LANG="C.UTF-8")
        env.pop("TMUX", None)
        return subprocess.run(["tmux", "-u", "-L", self.socket, "-f",
                               "/dev/null", *argv], env=env, check=False,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL,
                              text=True, errors="replace").stdout

    def start(self, command):
        """command in a shell that says what the terminal was before."""
        script = os.path.join(self.where, "in-terminal")
        with open(script, "w", encoding="utf-8") as f:
            f.write("stty -a | sed 1d >%s/before\n%s\necho \"exit $?\"\n"
                    "stty -a | sed 1d >%s/after\necho all done\n"
                    "exec sleep 600\n" % (self.where, command, self.where))
        if self.began:
            self.tmux("kill-session", "-t", "w")
        else:
            # A server ends with its last session, while the next one comes.
            self.tmux("new-session", "-d", "-s", "keep", "cat")
        self.began = True
        self.tmux("new-session", "-d", "-s", "w", "-x", self.size[0], "-y",
                  self.size[1], "env -i PATH=%s HOME=%s LANG=C.UTF-8 "
                  "TERM=tmux-256color bash %s" % (os.environ["PATH"],
                                                  self.where, script))

    def end(self):
        self.tmux("kill-server")

    def shot(self):
        s = self.tmux("capture-pane", "-p", "-t", "w")
        if not self.shots or self.shots[-1] != s:
            self.shots.append(s)
        return s

    def settled(self):
        """A screen seen twice, so that none is judged half drawn."""
        shot = self.shot()
        for _ in range(500):
            time.sleep(0.03)
            again = self.shot()
            if again == shot:
                return shot
            shot = again
        raise TimeoutError("the screen never rests:\n" + shot)

    def wait(self, wanted, what):
        """The first screen for which wanted(screen) is true."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            s = self.shot()
            if wanted(s):
                return s
            time.sleep(0.02)
        raise TimeoutError("never seen: %s; the screen is\n%s" % (what, s))

    def see(self, text):
        return self.wait(lambda s: text in s, text)

    def keys(self, *names):
        self.tmux("send-keys", "-t", "w", *names)

    def type(self, text):
        self.tmux("send-keys", "-t", "w", "-l", "--", text)

    def history(self):
        return self.tmux("capture-pane", "-p", "-S", "-", "-t", "w")


class Plain:
    """The program on a pseudo-terminal: lines in, lines out."""
    def __init__(self, program, *argv):
        self.text = ""          # everything it printed
        self.asked = 0          # how much of it is answered
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execv(program, [program, *argv])

    def prompt(self):
        """The text up to the next "> ", or None at the end."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if re.search(r"( > |PIN( again)?: )$", self.text[self.asked:]):
                return self.text[self.asked:]
            if not select.select([self.fd], [], [], 0.5)[0]:
                continue
            try:
                more = os.read(self.fd, 65536)
            except OSError:
                more = b""
            if not more:
                return None
            self.text += more.decode("utf-8", "replace")
        raise TimeoutError("no question:\n" + self.text[-2000:])

    def say(self, line):
        self.asked = len(self.text)
        os.write(self.fd, line.encode() + b"\n")

    def end(self):
        while self.prompt() is not None:
            raise AssertionError("another question:\n" + self.text[-2000:])
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
