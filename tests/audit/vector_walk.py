# SPDX-License-Identifier: Apache-2.0
"""The small ceremony of the vectors, and how a row of it is twisted."""
import third

GIVEN = {
    "script.yaml": b"# SPDX-License-Identifier: Apache-2.0\ntitle: vector\n",
    "site.yaml": b"# SPDX-License-Identifier: Apache-2.0\nnonce: 1\n",
    "artifacts/set.json": b'{"a":1}\n',
    "transcript.md": b"A verifier checks this file's hash only.\n",
    "transcript.pdf": b"A verifier checks this file's hash only.\n",
    "README.txt": b"A verifier checks this file's hash only.\n",
    "verify.py": b"#!/usr/bin/env python3\n# SPDX-License-Identifier: "
                 b"Apache-2.0\n# A verifier checks this file's hash only.\n",
}
SCRIPT, SITE, SET = [third.sha(GIVEN[n]).hex() for n in (
    "script.yaml", "site.yaml", "artifacts/set.json")]
SOFTWARE = third.sha(b"a program").hex()
EXTRA = b"SPDX-License-Identifier: Apache-2.0\n"

KEYS = {n: third.Key(n, n) for n in ("witness-1", "holder-2", "holder-3")}
W, H2, H3 = KEYS.values()
STRANGER = third.Key("stranger", "holder-2")
ALSO = third.Key("holder-3 again", "holder-3")
WRAPPING = third.Key("wrapping", "holder-3", usage=0x20)
BOTH = third.Key("both", "holder-3", usage=0xa0)
CA = third.Key("ca", "holder-3", usage=0x84, ca=True)
SAME_KEY = third.Key("witness-1", "holder-3")
PLAIN_CA = third.Key("plain ca", "holder-3", ca=True)


def walk(twists=None, seed="vector", keys=(W, H2, H3), signs=(W, H2),
         ident=None, days=2):
    """The ceremony of the vectors: K = as many as sign; days 1: suspended
    after the first; 0: both days under one checkpoint."""
    j = third.Journal(seed, twists or {}, ident)
    j.row("genesis", mode="rehearsal", script=SCRIPT, site=SITE,
          software=SOFTWARE, signers_required=len(signs))
    j.row("run.begin")
    j.row("person", "roll-call/holder-2", name="Zo\u00eb \u20ac \U0001f511 "
          "\"q\" \\ \x7f", present=True, age=-40)
    for key in keys:
        j.signer(key)
    j.row("exception.open", "x", number=1, expected="a bag, sealed")
    j.row("card.intent", "x", command_id="c1")
    j.row("card.done", "x", command_id="c1")
    j.row("artifact", "x", name="set.json", sha256=SET, bytes=8)
    if days > 0:
        seal(j, signs)
    if days != 1:
        j.run = 2
        j.row("run.begin")
        j.row("exception.close", "x", number=1)
        j.row("close", "end")
        seal(j, signs)
    return j


def seal(j, keys):
    j.checkpoint(j.text(SCRIPT, SITE, SOFTWARE, len(keys)), keys)


def listed(j, files, /, signs=(W, H2), signatures=2, order=sorted, **members):
    """With a manifest of these files, and its signatures."""
    m = third.manifest(j, files, {"script": SCRIPT, "site": SITE,
                                  "software": SOFTWARE}, signatures,
                       **members)
    out = dict(files, **{"manifest.json": m})
    if signatures:
        out["manifest.json.p7s"] = third.cms(
            m, [(k, third.sign_text(k, m)) for k in signs], order)
    return out


def export(j, edit=None, **how):
    """edit: changes the files before the manifest is made."""
    files = third.export_files(j, GIVEN)
    if edit:
        edit(files)
    return listed(j, files, **how)


GOOD = walk()
EXPORT = export(GOOD)
SMALL = export(walk(keys=(W,), signs=(W,), days=0), signatures=0)
BASES = {"export": EXPORT, "small": SMALL}


# --- twists: something else in a row's place -------------------------------

def facts(drop=(), **new):
    """The row with other facts, committed to as they are."""
    new = {k.replace("_", "."): v for k, v in new.items()}

    def twist(j, kind, step, old):
        j.put(kind, step, {k: v for k, v in dict(old, **new).items()
                           if k not in drop})
    return twist


def how(**options):
    def twist(j, kind, step, old):
        j.put(kind, step, old, **{k: v(j) if callable(v) and
                                  not k.startswith("spell") else v
                                  for k, v in options.items()})
    return twist


def spelled(old, new):
    def spell(line):
        assert old in line
        return line.replace(old, new, 1)
    return spell


def before(kind, step="x", **new):
    """One more row before the row."""
    def twist(j, this, place, old):
        j.put(kind, step, {k.replace("_", "."): v for k, v in new.items()})
        j.put(this, place, old)
    return twist


def left_out(j, kind, step, old):
    pass


def other_body(old, new):
    def twist(j, kind, step, f):
        text = third.base64.b64decode(f["body"])
        assert old in text
        j.put(kind, step, dict(f, body=third.b64(text.replace(old, new))))
    return twist


def signed_by(key):
    """A signature over the frozen text by another key."""
    def twist(j, kind, step, f):
        j.put(kind, step, dict(f, **{
            "signer": key.name, "cert.sha256": key.hex, "signature":
            third.b64(third.sign_text(key, j.signing))}))
    return twist


# --- what the export's hashes are made of ----------------------------------

def entries():
    """Each entry with what its hashes are made of."""
    out = []
    for i, (entry, salted) in enumerate(GOOD.rows):
        commitments = [{
            "name": n, "salt": f["salt"], "text": third.canon(
                [GOOD.id, i, n, f["value"]]).decode(),
            "commitment": entry["f"][n]} for n, f in sorted(salted.items())]
        out.append({"n": i, "facts": commitments, "entry": third.canon(
            entry).decode(), "leaf": GOOD.leaves[i].hex(),
            "root": third.root(GOOD.leaves[:i + 1]).hex()})
    return {"first_p": GOOD.first.hex(), "empty_root": third.root([]).hex(),
            "entries": out}


def checkpoints():
    return [{"text": text.decode(), "sha256": third.sha(text).hex(),
             "signed": third.der(0x31, third.attributes(text)).hex(),
             "signatures": {k.name: s.hex() for k, s in pairs}}
            for text, pairs in GOOD.texts]
