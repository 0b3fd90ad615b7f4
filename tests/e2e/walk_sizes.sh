#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A rehearsal, and the actions that it has not, walked by typed keys in terminals
# of other sizes and kinds: larger, without colour, without UTF-8.  Every screen
# is judged.
# timeout: 300
set -eu
. "$(dirname "$0")/../lib.sh"
. "$root/tests/byok.sh"
need tmux python3 openssl
[ -e /usr/lib/softhsm/libsofthsm2.so ] || skip_all "softhsm2 is not installed"
export PYTHONDONTWRITEBYTECODE=1

# What the online side brings for the other actions.
kid=https://contoso-hsm-eu.managedhsm.azure.net/keys/KEK/0123456789abcdef0123456789abcdef
openssl genrsa -out kek.key 2048 2>rsa.log
openssl pkey -in kek.key -pubout -out kek.pem
openssl pkey -in kek.key -pubout -outform DER -out kek.der
show_kek kek.pem "$kid" import >kek-show.json
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem
cat >pool.json <<'END'
{"name": "contoso-hsm-eu", "location": "westeurope", "properties":
{"enablePurgeProtection": true, "hsmUri":
"https://contoso-hsm-eu.managedhsm.azure.net/"}}
END

# walk NAME SCRIPT SIZE MODE...: a prepared folder, its pool, the driver
walk()
{
	local where=$tmp/$1 script=$root/scripts/$2.yaml

	mkdir "$where" "$where/medium" "$where/cards" "$where/pool"
	[ -e "$script" ] || script=$root/tests/walk/$2.yaml
	sed 's/^sizes: .*/sizes: [2048]/' "$script" >"$where/$2.yaml"
	"$root/scripts/rehearsal-site.sh" 3 2 >"$where/site.yaml"
	[ "$2" != newset ] || python3 - "$where/site.yaml" <<'END'
import sys
text = open(sys.argv[1]).read()
text = text[:text.index("custody:")] if "custody:" in text else text
text = text.replace("quorum: 2\n", "quorum: 2\nnew-quorum: 2\n", 1)
people = "".join('  - {id: new-holder-%d, role: new-holder, name: "New %s"}\n' %
                 (i, "ABC"[i - 1]) for i in (1, 2, 3))
line = [s for s in text.split("\n") if "store: ../cards/holder-1" in s][0]
cards = "".join(line.replace("holder-1", "new-holder-%d" % i) + "\n"
                for i in (1, 2, 3))
text = text.replace("cards:\n", people + "cards:\n" + cards, 1)
open(sys.argv[1], "w").write(text)
END
	printf 'estate:\n  location: westeurope\n' >>"$where/site.yaml"
	cp kek.der "$where"
	mkdir "$where/medium/to-offline"
	cp pool.json kek.pem kek-show.json key.pem "$where/medium/to-offline"
	"$pool" create --dir "$where/pool" --name contoso-hsm-eu >/dev/null
	background "$pool" attend --dir "$where/pool" --medium "$where/medium"
	python3 "$root/tests/walk/sizes.py" "$ceremony" "$where" "${@:2}" \
		>"$tmp/$1.out" 2>&1 &
	children="$children $!"
	walks="$walks $1:$!"
}

# finished: wait for those that were begun, and count their cases
finished()
{
	local walk out

	for walk in $walks; do
		wait "${walk#*:}" || :
		out=$tmp/${walk%:*}.out
		cat "$out"
		n_passed=$((n_passed + $(grep -c '^ok ' "$out" || :)))
		n_failed=$((n_failed + $(grep -c '^FAIL ' "$out" || :)))
		grep -qE '^[0-9]+ passed, [0-9]+ failed$' "$out" ||
			fail "the walk ${walk%:*} came to its count"
	done
	walks=
}

walks=
walk large rehearsal 100x30
walk wide rehearsal 200x60 mono
walk bare rehearsal 80x24 ascii mono
finished
walk others others 80x24
walk others-large others 100x30 ascii
walk others-wide others 200x60 mono
finished
walk newset newset 80x24 ascii
walk newset-large newset 100x30 mono
walk newset-wide newset 200x60
finished
finish
