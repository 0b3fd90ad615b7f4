# SPDX-License-Identifier: Apache-2.0
"""What a killed and resumed rehearsal must look like in the end."""
import base64
import json
import os
import re
import subprocess
import tempfile

SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"
TEMPORARY = re.compile(r"\.kc-tmp-|\.new-|\.part$|-journal$|-wal$|-shm$")
KEY_ID = {"wrapping": "03", "signing": "02"}


def run(argv, **kw):
    return subprocess.run(argv, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False, **kw)


def verifiers(r, build):
    program = os.path.join(build, "ceremony")
    export = r.path("export")
    for argv in ([program, "audit", "verify", r.dir],
                 [program, "audit", "verify", export],
                 ["python3", os.path.join(export, "verify.py"), export]):
        p = run(argv)
        if p.returncode != 0:
            r.problem("%s exits %d: %s" % (" ".join(argv[-3:]), p.returncode,
                                           p.stdout.decode()[-500:]))


def journal(r, build):
    p = subprocess.run([os.path.join(build, "ceremony"), "audit", "show",
                        r.dir, "--json"], stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in p.stdout.splitlines()]


def acknowledged(r, rows):
    """Every entry of which aud_append said that it stands.  A directory that
    never got its name was no ceremony yet; only its entry 0 can be."""
    by_id = {}
    with open(r.report, encoding="utf-8") as f:
        for line in f:
            if line.startswith("A "):
                cid, n, leaf = line.split()[1:4]
                by_id.setdefault(cid, []).append((int(n), leaf))
    last = list(by_id)[-1]
    for cid, entries in by_id.items():
        if cid != last and any(n != 0 for n, _ in entries):
            r.problem("ceremony %s has %d entries and is gone" %
                      (cid, len(entries)))
    for n, leaf in by_id[last]:
        if n >= len(rows) or rows[n]["leaf"] != leaf:
            r.problem("acknowledged entry %d (%s) is lost" % (n, leaf[:16]))
    if [e["n"] for e in rows] != list(range(len(rows))):
        r.problem("the journal's numbers have gaps")


def runs(r, rows):
    """Each start of the program is a run; the first goes on from entry 0,
    unless it was killed before it could say so."""
    numbers = {e["run"] for e in rows}
    begun = [e for e in rows if e["kind"] == "run.begin"]
    if len(numbers) - len(begun) not in ((0, 1) if r.kills else (0,)):
        r.problem("%d runs, but %d rows run.begin" %
                  (len(numbers), len(begun)))
    if begun[0]["facts"]["resumed"]:
        r.problem("the first run calls itself resumed")


def exceptions(r, rows):
    opened = {e["facts"]["number"] for e in rows
              if e["kind"] == "exception.open"}
    closed = {e["facts"]["number"] for e in rows
              if e["kind"] == "exception.close"}
    if opened != closed:
        r.problem("exceptions still open: %s" % sorted(opened - closed))


def generated(r, rows):
    """{card: {use: facts of the last generation}}; each second one, and each
    second token, has an exception row before it."""
    made, serial = {}, {}
    excused = set()
    for e in rows:
        f = e["facts"]
        if e["kind"] == "exception.open":
            excused.add(e["step"])
        if e["kind"] != "card.done":
            continue
        card, key = f["card"], f["key"]
        if f["command"] == "generate":
            again = key in made.setdefault(card, {})
            if again and e["step"] not in excused:
                r.problem("entry %d: the %s key of %s was generated twice "
                          "without an exception" % (e["n"], key, card))
            made[card][key] = f
        elif f["command"] == "erase" and e["step"] not in excused:
            r.problem("entry %d: erased without an exception" % e["n"])
        elif f["command"] == "initialise":
            if card in serial and e["step"] not in excused:
                r.problem("entry %d: initialised twice" % e["n"])
            serial[card] = f["serial"]
        elif f["command"] == "certificate":
            made[card][key] = dict(made[card][key], cert=f["cert"])
    return made, serial


class Card:
    """A token as pkcs11-tool sees it."""

    def __init__(self, store, serial, pin):
        self.env = dict(os.environ, SOFTHSM2_CONF=os.path.join(
            store, "softhsm2.conf"))
        self.slot = None
        self.slots = {}
        slot = None
        for line in self.tool("-L").splitlines():
            m = re.match(r"Slot \d+ \((0x[0-9a-f]+)\)", line)
            if m:
                slot = m.group(1)
            m = re.match(r"\s+serial num\s*:\s*(\S+)", line)
            if m:
                self.slots[slot] = m.group(1)
                if m.group(1) == serial:
                    self.slot = slot
        self.login = ["--slot", self.slot or "none", "--login", "--pin", pin]

    def tool(self, *args):
        p = run(["pkcs11-tool", "--module", SOFTHSM] + list(args),
                env=self.env)
        return p.stdout.decode("utf-8", "replace")

    def objects(self, *login):
        """Sorted (class, id); also objects without an id."""
        found, kind = [], None
        for line in self.tool("-O", *login).splitlines():
            m = re.match(r"(Public Key|Private Key|Certificate|\S+) Object",
                         line)
            if m:
                kind = m.group(1)
                found.append([kind, ""])
            m = re.match(r"\s+ID:\s+([0-9a-f]+)", line)
            if m and found:
                found[-1][1] = m.group(1)
        return sorted(tuple(f) for f in found)


def certificate(card, key_id, out):
    card.tool("--slot", card.slot, "--read-object", "--type", "cert", "--id",
              key_id, "--output-file", out)
    with open(out, "rb") as f:
        return f.read()


def half_fits(card, key_id, der, tmp):
    """The private half signs what the certificate's half verifies."""
    names = {n: os.path.join(tmp, n) for n in ("text", "sig", "der", "pub")}
    with open(names["text"], "wb") as f:
        f.write(b"ceremony-test-v1 kill\n")
    with open(names["der"], "wb") as f:
        f.write(der)
    card.tool(*card.login, "--sign", "--mechanism", "SHA256-RSA-PKCS",
              "--id", key_id, "--input-file", names["text"],
              "--output-file", names["sig"])
    run(["openssl", "x509", "-inform", "DER", "-in", names["der"], "-pubkey",
         "-noout", "-out", names["pub"]])
    return run(["openssl", "dgst", "-sha256", "-verify", names["pub"],
                "-signature", names["sig"], names["text"]]).returncode == 0


def cards(r, rows):
    made, serials = generated(r, rows)
    for name in sorted(os.listdir(r.path("cards"))):
        store = r.path("cards", name)
        with open(os.path.join(store, "pin"), encoding="utf-8") as f:
            card = Card(store, serials.get(name), f.read())
        if card.slot is None:
            r.problem("%s: its token %s is gone" % (name, serials.get(name)))
            continue
        want = []
        for use in made.get(name, {}):
            want += [(c, KEY_ID[use]) for c in
                     ("Certificate", "Private Key", "Public Key")]
        have = card.objects(*card.login)
        if have != sorted(want):
            r.problem("%s holds %s, the journal knows %s" %
                      (name, have, sorted(want)))
            continue
        with tempfile.TemporaryDirectory() as tmp:
            for use, f in made[name].items():
                der = certificate(card, KEY_ID[use],
                                  os.path.join(tmp, "cert"))
                if der != base64.b64decode(f["cert"]):
                    r.problem("%s: another %s certificate than the journal's"
                              % (name, use))
                elif not half_fits(card, KEY_ID[use], der, tmp):
                    r.problem("%s: the %s key does not fit its certificate" %
                              (name, use))
        for slot, serial in card.slots.items():
            if slot != card.slot and card.objects("--slot", slot):
                r.problem("%s: objects on the token %s that was abandoned" %
                          (name, serial))
    expected = 3 + sum(n.startswith("holder") for n in serials)
    if len(made) != expected or len(serials) != expected:
        r.problem("%d cards have keys, not %d" % (len(made), expected))


def files(r):
    for top in ("", "ceremony", "medium", "export", "cards"):
        for where, dirs, names in os.walk(r.path(top)):
            for n in dirs + names:
                if TEMPORARY.search(n) and "/pool" not in where:
                    r.problem("left over: %s" % os.path.join(where, n))
            if top == "":
                break
    with open(r.path("medium/to-offline",
                     "contoso-hsm-neu.upload-result.json"),
              encoding="utf-8") as f:
        if json.load(f).get("status") != "Success":
            r.problem("the pool did not take the restore blob")


def judge(r, build):
    """Adds to r.problems; returns the journal's rows."""
    verifiers(r, build)
    rows = journal(r, build)
    acknowledged(r, rows)
    exceptions(r, rows)
    runs(r, rows)
    cards(r, rows)
    files(r)
    return rows
