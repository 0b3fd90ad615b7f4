#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Production takes a card module only as the site file lists it: every object
# that is mapped with it, and its configuration.  A rehearsal says so and goes
# on.  The module is ykcs11 over a pcscd of the test's own.
set -eu
. "$(dirname "$0")/../cards/pcsc.sh"
. "$(dirname "$0")/../lib.sh"
pcsc_need

installed=/usr/lib/$(uname -m)-linux-gnu/libykcs11.so
[ -r "$installed" ] || skip_all "$installed is not installed"
cp "$installed" module.so
pcsc_start 1

# --- the list ---

"$root/scripts/rehearsal-site.sh" 3 2 >any.yaml
expect_exit 2 'give --module PATH' "$ceremony" token list --pins --site \
    any.yaml
check 'the list is printed' "$ceremony" token list --pins --module \
    "$tmp/module.so"
cp checked pins
check 'the module is in it, with its hash' grep -q "path: $tmp/module.so, \
sha256: $(sha256sum <module.so | cut -d' ' -f1)}" pins
check 'and what it loads' grep -q 'path: .*/libykpiv\.so' pins
check 'and what was there before it' grep -q 'path: .*/libcrypto\.so' pins
refute 'this program is not' grep -q 'path: .*/ceremony,' pins
check 'programs get it as JSON' "$ceremony" token list --pins --json \
    --module "$tmp/module.so"
same 'which has as many objects' "$(grep -c sha256 pins)" \
    "$(python3 -c 'import json; d = json.load(open("checked"))
print(len(d["objects"]) + len(d["config"]))')"
soft=/usr/lib/softhsm/libsofthsm2.so
if [ -r $soft ]; then
	mkdir tokens
	echo "directories.tokendir = $tmp/tokens" >soft.conf
	check 'a module with configuration' "$ceremony" token list --pins \
	    --module $soft --module-env "SOFTHSM2_CONF=$tmp/soft.conf"
	same 'has it listed apart, with its hash' "    config:
      - {path: $tmp/soft.conf, sha256: $(sha256sum <soft.conf |
	    cut -d' ' -f1)}" "$(tail -n 2 checked)"
else
	skip 'a module with configuration' 'SoftHSM is not installed'
fi

# --- production ---

# site NAME LISTS: a site file with these lists under its module.
site()
{
	"$root/scripts/rehearsal-site.sh" 3 2 "$tmp/module.so" |
	    python3 -c '
import re, sys
text = sys.stdin.read().replace("softhsm", "cards")
text = re.sub(r", store: \S+}", "}", text)
text = re.sub(r"  rehearsal-root: .*\n", "", text)
print(re.sub(r"(  - )\{id: cards, path: (.*)\}\n",
      lambda m: "%sid: cards\n    path: %s\n%s" % (m[1], m[2],
      open(sys.argv[1]).read()), text), end="")' "$2" >"$1.yaml"
}

# The go/no-go looks at the station too; without it the first card does.
sed -e '/^materials:/,/^acts:/{/^acts:/!d;}' -e '/^acts:/q' \
    "$root/scripts/rehearsal.yaml" >blind.yaml
cat >>blind.yaml <<'END'
  - id: one
    title: One
    steps:
      - {id: a, do: roll-call, title: A, by: witness, why: T, minutes: 1}
      - {id: b, do: card.identify, keys: [signing], title: B, by: witness, why: T, minutes: 1}
END
sed 's/^wait-seconds: .*/wait-seconds: 1/' \
    "$root/scripts/rehearsal-answers.yaml" >answers.yaml

# production CODE TEXT NAME LISTS
production()
{
	site "$3" "$4"
	sed -i 's/\(id: witness-1, person: .*\)}/\1, serial: "4711"}/' "$3.yaml"
	expect_exit "$1" "$2" "$ceremony" run blind.yaml --site "$3.yaml" \
	    --dir "$3" --answers answers.yaml
}

production 4 "witness-1's card, serial 4711" as-listed pins
: >nothing
production 1 "the site file lists no objects of module 'cards'" bare nothing
check 'and no card was used' grep -q 'no card was used' out
grep -v libykpiv pins >less
production 1 'which the site file does not list (SHA-256 ' unlisted less
check 'the object is named' grep -q "module 'cards' maps .*/libykpiv" out
zeros=$(printf '0%.0s' {1..64})
sed "s,\(module.so\, sha256: \).*},\1$zeros}," pins >other
production 1 "module.so with SHA-256 $(sha256sum <module.so | head -c 16)..., \
the site file lists 0000000000000000..." changed other
{
	cat pins
	echo "    config:"
	echo "      - {path: $tmp/none.conf, sha256: $zeros}"
} >longer
production 1 "does not read $tmp/none.conf, which the site file lists" \
    missing longer
# A byte more: it loads and works as before.
printf x >>module.so
production 1 "maps $tmp/module.so with SHA-256" appended pins
for dir in as-listed bare unlisted; do
	check "the journal of $dir verifies" "$ceremony" audit verify $dir
done

# --- the go/no-go ---

site station pins
expect_exit 1 'do not hold' "$ceremony" run "$root/scripts/rehearsal.yaml" \
    --site station.yaml --dir go --answers answers.yaml
check 'in production the go/no-go counts the module' \
    grep -q 'NO-GO: .*modules' out
cp "$installed" module.so
rm -r go
expect_exit 4 'no blank card for witness-1 is present' "$ceremony" run \
    "$root/scripts/rehearsal.yaml" --site station.yaml --dir go --rehearsal \
    --answers answers.yaml
check 'a module as listed is said to be so' \
    grep -q 'modules 1, every object and configuration file as listed' out
site station less
expect_exit 4 'no blank card for witness-1 is present' "$ceremony" run \
    "$root/scripts/rehearsal.yaml" --site station.yaml --dir on --rehearsal \
    --answers answers.yaml
check 'a rehearsal says NO-GO and names the object' \
    grep -q "NO-GO modules module 'cards' maps .*/libykpiv" out
"$ceremony" audit show on >shown
check 'the finding is in the journal' \
    grep -q 'check {"check":"modules","found":"module .* maps .*libykpiv' shown
check 'and an exception' grep -q 'exception\..*rehearsal-environment.*"modules"' \
    shown
finish
