#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Parts of an export: facts withheld without breaking it, one entry proven
# without the rest.  Two verifiers with no code in common judge each.
set -eu
. "$(dirname "$0")/../lib.sh"
need python3 openssl
export PYTHONDONTWRITEBYTECODE=1
edit="python3 $root/tests/audit/parts.py"

# both CODE TEXT ARGUMENTS...: the two verifiers.
both()
{
	expect_exit "$1" "$2" "$ceremony" audit verify "${@:3}"
	expect_exit "$1" "$2" python3 "$root/audit/verify.py" "${@:3}"
}

verdict()
{
	"$ceremony" audit verify "$1" --json | python3 -c '
import json, sys
print(json.load(sys.stdin)[sys.argv[1]])' "$2"
}

"$BUILD/tests/audit/make_ceremony" day whole >/dev/null
"$BUILD/tests/audit/make_ceremony" day2 other >/dev/null
signers=whole/certs/signers.pem

# --- redaction ---

check 'what the script marks is withheld' "$ceremony" audit redact whole \
    -o less
both 0 'anyone could have made this' less
same 'the head is the same' "$(verdict whole head)" "$(verdict less head)"
same 'it says what it was made of' \
    "$(sha256sum <whole/manifest.json | cut -d' ' -f1)" \
    "$(verdict less redacted_from)"
same 'one fact is withheld' 1 "$(verdict less withheld_facts)"
same 'and one file' 1 "$(verdict less withheld_files)"
refute 'the name is in no file' grep -rq 'Zoë' less
refute 'nor is the site file there' test -e less/site.yaml
refute 'nor signatures of a manifest' test -e less/manifest.json.p7s
check 'the transcript says that it is withheld' grep -q 'name (withheld)' \
    less/transcript.md
both 0 'signers: anchored' less --signers "$signers"
both 0 'through entry' less --against whole
both 0 'through entry' whole --against less
both 0 'head: anchored' less --head "$(verdict whole head)"
both 1 'are required' less --signers other/certs/signers.pem
both 1 '--require signed' less --require signed
check 'a fact, an entry, a file' "$ceremony" audit redact less -o least \
    --fact present --entry 2 --artifact set.json
both 0 'anyone could have made this' least
same 'what it was made of stays the first' "$(verdict less redacted_from)" \
    "$(verdict least redacted_from)"
same 'another file is withheld' 2 "$(verdict least withheld_files)"
expect_exit 1 "no entry has a fact 'nmae' that can be withheld" "$ceremony" \
    audit redact whole -o never --fact nmae
expect_exit 1 "'genesis.script' cannot be withheld" "$ceremony" audit \
    redact whole -o never --fact genesis.script
expect_exit 1 'entry 999 does not exist' "$ceremony" audit redact whole \
    -o never --entry 999
expect_exit 1 "there is no artifact 'set.jsn'" "$ceremony" audit redact \
    whole -o never --artifact set.jsn
expect_exit 1 'is no export' "$ceremony" audit redact day -o never
expect_exit 2 "is no number of an entry" "$ceremony" audit redact whole \
    -o never --entry -1
expect_exit 1 'exists' "$ceremony" audit redact whole -o less
cp -a whole broken
echo >>broken/script.yaml
expect_exit 1 'does not verify' "$ceremony" audit redact broken -o never
refute 'nothing was written' test -e never

# changed NAME TEXT: tests/audit/parts.py NAME of the redacted export.
changed()
{
	rm -rf it
	cp -a less it
	$edit "$1" it whole
	both 1 "$2" it
}

changed claim-other 'gives the commitment'
changed no-longer-redacted 'no redacted export'
changed withhold-needed "says nothing"
changed sign 'nobody signs a redacted export'
changed add-site 'site.yaml'
rm -rf it
cp -a less it
$edit claim-true it whole
both 0 'anyone could have made this' it
same 'the true value can be told later' 0 "$(verdict it withheld_facts)"
rm -rf it
cp -a less it
$edit bad-origin it whole
both 3 'manifest.json' it

# --- the proof of one entry ---

last=$(($(verdict whole entries) - 1))
for n in 0 1 2 5; do
	check "entry $n is proven" "$ceremony" audit prove whole --entry $n \
	    -o p$n
	both 0 'anyone could have made this' p$n
done
both 0 'anchored by what you gave' p2 --signers "$signers"
both 1 'are required' p2 --signers other/certs/signers.pem
both 0 'anchored by what you gave' p2 --against whole
both 1 '--against: entry 2 there is another' p2 --against other
both 0 'anchored by what you gave' p2 --head \
    "$(python3 "$root/audit/verify.py" p2 --json | grep -o '"head":"[^"]*' |
    cut -c9-)"
both 1 'not the head that the checkpoint names' p2 --head \
    "$(verdict whole head)"
both 1 '--require' p2 --require closed
expect_exit 1 "covers an entry $last" "$ceremony" audit prove whole \
    --entry "$last" -o never
expect_exit 1 'exists' "$ceremony" audit prove whole --entry 1 -o p2
check 'of a redacted export too' "$ceremony" audit prove less --entry 1 -o q
both 0 'anyone could have made this' q
refute 'without what it withholds' grep -q 'Zoë' q
for what in $($edit list-proofs p2 whole); do
	cp p2 bad
	code=$($edit "$what" bad whole)
	both "$code" '' bad
done
finish
