#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The quarterly proof: cards of an earlier activation open its domain, every
# holder cross-checks, nothing leaves the room but the record; a forged share
# is named by its holder, and a file of other holders is not opened.
# timeout: 240
set -eu
. "$(dirname "$0")/../lib.sh"
need python3 openssl
[ -e /usr/lib/softhsm/libsofthsm2.so ] || skip_all "softhsm2 is not installed"
export PYTHONDONTWRITEBYTECODE=1

sed 's/^sizes:.*/sizes: [2048]/' "$root/scripts/activation.yaml" >activation.yaml
sed 's/^card-retries: .*/card-retries: 0/; s/^wait-seconds: .*/wait-seconds: 30/' \
	"$root/scripts/rehearsal-answers.yaml" >answers.yaml
mkdir pool medium
"$root/scripts/rehearsal-site.sh" 3 2 >site1.yaml
sed -i 's,^  medium: .*,  medium: ../medium,; s,^  export: .*,  export: ../export1,' site1.yaml
"$pool" create --dir pool --name contoso-hsm-eu >/dev/null
background "$pool" attend --dir pool --medium medium
check "an earlier day makes the cards and the domain" "$ceremony" run \
	activation.yaml --site site1.yaml --dir day1 --rehearsal \
	--answers answers.yaml
kill "$last_pid"
for kind in csv json; do
	check "its thumbprints are on the medium and in the archive ($kind)" \
		cmp "medium/to-online/contoso-hsm-eu.thumbprints.$kind" \
		"export1/artifacts/thumbprints.$kind"
done
check "they name each holder's certificate as the journal does" python3 - <<'END'
import csv, hashlib, json, subprocess
rows = list(csv.DictReader(open("export1/artifacts/thumbprints.csv")))
top = json.load(open("export1/artifacts/thumbprints.json"))
assert top["required"] == 2 and len(rows) == 3, (top, rows)
for i, (row, v) in enumerate(zip(rows, top["certificates"])):
    der = subprocess.run(["openssl", "x509", "-outform", "DER", "-in",
        "export1/artifacts/holder-%d-wrapping.cer" % (i + 1)], check=True,
        capture_output=True).stdout
    assert row["sha256"] == v["sha256"] == hashlib.sha256(der).hexdigest()
    assert row["file"] == "contoso-hsm-eu.holder-%d.cer" % (i + 1), row
END

"$ceremony" audit show day1 --json >day1.json
python3 "$root/tests/e2e/ceremony_site.py" site1.yaml day1.json ../export2 \
	witness-1 witness-2 auditor-1 holder-1 holder-2 holder-3 >site2.yaml
# day NAME: a folder for one proof, its export and medium beside it
day()
{
	mkdir -p "$1/medium/to-offline"
	ln -s ../cards "$1/cards"
	cp "${2:-export1/artifacts/domain.json}" \
		"$1/medium/to-offline/contoso-hsm-eu-SD.json"
}
proof()
{
	expect_exit "$1" "$2" "$ceremony" run "$root/scripts/proof.yaml" \
		--site site2.yaml --dir "$3/ceremony" --rehearsal \
		--answers "$4"
	check "$3: the journal verifies" "$ceremony" audit verify "$3/ceremony"
}
sed 's/^  cross: .*/  cross: "yes"/' answers.yaml >cross.yaml

day quorum
proof 0 "one share alone tells nothing" quorum answers.yaml
refute "a quorum alone is not called a cross-check" grep -q Cross-check "$tmp/out"
day all
(cd all && find . -type f | sort | xargs sha256sum) >before.txt
proof 0 "the shares of all 3 holders agree" all cross.yaml
check "every tag is in the record" python3 - <<'END'
import json, subprocess
import os
rows = [json.loads(s) for s in subprocess.run([os.environ["ceremony"],
    "audit", "show", "all/ceremony", "--json"], check=True,
    capture_output=True).stdout.splitlines()]
d = json.load(open("export1/artifacts/domain.json"))
tags = [e["facts"]["tag"] for e in rows if e["kind"] == "domain.datum"]
assert tags == [v["tag"] for v in d["EncData"]["data"]], tags
gave = [e["facts"]["share"] for e in rows if e["kind"] == "card.done" and
        e["facts"]["command"] == "unwrap"]
assert sorted(gave) == [1, 2, 3], gave
END
check "nothing is on the medium but what was brought" test "$(find all/medium \
	-type f)" = all/medium/to-offline/contoso-hsm-eu-SD.json
check "nothing that was opened is in a file" python3 - <<'END'
import os
known = ("journal.db", "script.yaml", "site.yaml", "lock", "domain.json")
for d, _, names in os.walk("all"):
    for n in names:
        assert n in known or n.endswith((".cer", ".p7s")) or "export2" in d \
            or d.endswith("to-offline"), os.path.join(d, n)
END
check "the export verifies" "$ceremony" audit verify all/export2 \
	--require closed,signed
check "python agrees" python3 all/export2/verify.py all/export2

# A domain that this set's quorum opens, one share of it forged.
python3 - "$root/tests/e2e" <<'END'
import os, sys
sys.path.insert(0, sys.argv[1])
from sd_writer import P, domain, split, words, wrap, write
cer = ["export1/artifacts/holder-%d-wrapping.cer" % i for i in (1, 2, 3)]
master = os.urandom(32)
shares = split(master, 3, 2)
shares[1] = [(x, (v + 1 + i) % P) for i, (x, v) in enumerate(shares[1])]
write("forged.json", domain(cer, 2, master, shares,
                            [("hsm_backup", os.urandom(500))]))
END
day forged forged.json
proof 1 "share 2 (holder-2) is not on the polynomial of the other holders" \
	forged cross.yaml
day forged2 forged.json
proof 1 "holder-1" forged2 answers.yaml
check "with a quorum alone both who gave a share are named" \
	grep -q "holder-2" "$tmp/out"

# The file of another set.
for i in 1 2 3; do
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=f$i" \
		-keyout "f$i.key" -out "f$i.cer" 2>/dev/null
done
printf x >datum
"$ceremony" sd split --sd-wrapping-keys f1.cer f2.cer f3.cer --sd-quorum 2 \
	--datum hsm_backup=datum --security-domain-file foreign.json \
	>/dev/null 2>&1
day foreign foreign.json
proof 1 "no share for holder-1: it is not the file of these holders" foreign \
	answers.yaml
refute "nobody is told to destroy a pool that holds keys" \
	grep -q "destroy the pool" "$tmp/out"
finish
