#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Both verifiers over a small ceremony: what they accept, what they refuse.
set -eu
cd "$(dirname "$0")/../.."
root=$PWD
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$root/$BUILD ;; esac
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export TERM=dumb LANG=C.UTF-8 HOME=$dir TMPDIR=$dir PYTHONDONTWRITEBYTECODE=1
passed=0 failed=0
prog=$BUILD/ceremony
make=$BUILD/tests/audit/make_ceremony
for p in "$prog" "$make"; do
	[ -x "$p" ] || { echo "skip: $p is not built"; exit 77; }
done

ok() { passed=$((passed + 1)); echo "ok   $1"; }
bad() { failed=$((failed + 1)); echo "FAIL $1"; sed 's/^/     /' "$dir/out"; }
# expect CODE PATTERN NAME cmd...: exit code and a line of output
expect()
{
	local code=$1 pattern=$2 name=$3 got=0
	shift 3
	"$@" >"$dir/out" 2>&1 || got=$?
	if [ "$got" = "$code" ] && grep -qE -- "$pattern" "$dir/out"; then
		ok "$name"
	else
		echo "exit $got, expected $code and '$pattern'" >>"$dir/out"
		bad "$name"
	fi
}
# both CODE PATTERN NAME EXPORT options...: the two verifiers
both()
{
	local code=$1 pattern=$2 name=$3
	shift 3
	expect "$code" "$pattern" "ceremony: $name" \
		"$prog" audit verify "$@"
	expect "$code" "$pattern" "verify.py: $name" \
		python3 audit/verify.py "$@"
}

"$make" "$dir/d" "$dir/e"
"$make" "$dir/d2" "$dir/e2"
"$make" "$dir/du" "$dir/eu" unsigned
"$make" "$dir/do" "$dir/eo" open
e=$dir/e
pem=$e/certs/signers.pem
head=$("$prog" audit verify "$e" --json | grep -o '"head":"[0-9a-f]*"' |
	cut -d'"' -f4)

both 0 "anyone could have made this" "a good export is only consistent" "$e"
expect 0 "anyone could have made this" "the copy in the export runs" \
	python3 "$e/verify.py" "$e"
expect 0 "successful" "stock openssl accepts the manifest" openssl cms \
	-verify -binary -inform DER -in "$e/manifest.json.p7s" -content \
	"$e/manifest.json" -CAfile "$pem" -no-CApath -no-CAstore \
	-no_check_time -purpose any -out /dev/null
expect 0 "digestAlgorithm" "openssl reads a checkpoint's structure" openssl \
	cms -cmsout -print -inform DER -in "$e/checkpoints/0001.txt.p7s"
both 0 "signers: anchored" "the signers anchor it" "$e" --signers "$pem"
both 0 "head: anchored" "the head in hex anchors it" "$e" --head "$head"
words=$(sed -n '/^Head: /{n;n;p}' "$e/transcript.md")
both 0 "head: anchored" "the head in words anchors it" "$e" --head "$words"
both 2 "head" "two words swapped are a usage mistake" "$e" \
	--head "$(echo "$words" | awk '{t = $1; $1 = $2; $2 = t; print}')"
both 0 "too few to anchor" "ten bytes of the head do not anchor" \
	"$e" --head "${head:0:20}"
both 1 "require anchored" "anchored can be required" "$e" \
	--head "${head:0:20}" --require anchored
both 1 "no entry of this journal" "another head is refused" "$e" \
	--head "$(printf '0%.0s' $(seq 64))"
both 2 "head" "a head of three words is a usage mistake" "$e" \
	--head "aardvark adroitness absurd"
both 0 "against: the same" "the export anchors itself" "$e" --against "$e"
both 1 "fork" "another ceremony is no anchor" "$e" --against "$dir/e2"
both 1 "are required" "other signers are refused" "$e" \
	--signers "$dir/e2/certs/signers.pem"
both 0 "consistent" "closed and signed hold" "$e" --require closed,signed
both 0 "manifest is not signed|^signed: False" "an unsigned export says so" "$dir/eu"
both 1 "require signed" "signed can be required" "$dir/eu" --require signed
both 0 "open 1|open exceptions: 1" "an open exception is reported" "$dir/eo"
both 0 "without an outcome 1|open intents: 1" "an open card command is reported" "$dir/eo"
both 1 "require closed" "closed can be required" "$dir/eo" --require closed
expect 0 "anyone could" "a ceremony directory verifies" \
	"$prog" audit verify "$dir/d"
expect 0 "anyone could" "a database alone verifies" \
	"$prog" audit verify "$dir/d/journal.db"
expect 0 "export: " "an export can be written again" \
	"$prog" audit export --dir "$dir/d" -o "$dir/again"
expect 0 "verify.py are identical" "and is the same, byte for byte" diff -rs "$e" "$dir/again"
expect 1 "exists already" "an export replaces nothing" \
	"$prog" audit export --dir "$dir/d" -o "$dir/again"
expect 0 "genesis" "show prints entries" "$prog" audit show "$e"
expect 0 '"kind":"close"' "show prints JSON" \
	"$prog" audit show "$dir/d" --json

cp -r "$dir/d2" "$dir/dx"
printf x >>"$dir/dx/artifacts/set.json"
expect 1 "artifacts/set.json has the SHA-256" \
	"a changed artifact in the directory is named" \
	"$prog" audit verify "$dir/dx"
rm "$dir/dx/artifacts/set.json"
expect 1 "set.json is missing" "a missing artifact is named" \
	"$prog" audit verify "$dir/dx"
head -c 3000 "$dir/d/journal.db" >"$dir/cut.db"
expect 3 "MALFORMED" "a cut database is malformed" \
	"$prog" audit verify "$dir/cut.db"
expect 0 ", 0 not noticed alike" "every mutation is noticed by both" \
	python3 tests/audit/mutate.py audit/verify.py "$prog" "$e" "$dir"
cat "$dir/out"
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
