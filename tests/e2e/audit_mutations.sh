#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A thousand random changes to an export: both verifiers refuse each, with the
# same exit code.  And the run notices a verifier that does not look.
# MUTATIONS=N: so many (tests/long/audit_mutations.sh).
# timeout: 1800
# shellcheck disable=SC2317 # functions that are called by check
set -eu
. "$(dirname "$0")/../lib.sh"
need python3 openssl
count=${MUTATIONS:-1000}

"$BUILD/tests/audit/make_ceremony" day export >/dev/null
mutate()
{
	rm -rf mutated
	python3 "$root/tests/audit/mutations.py" "$root/audit/verify.py" \
	    "$BUILD/tests/audit/judge" "$ceremony" export "$tmp" "$@"
}
check "$count changes are refused by both" mutate "$count" 20261125 \
    --programs $((count / 33))
sed 's|^|      |' checked
for blind in check_contents check_files check_pairs; do
	expect_exit 1 'not refused alike' mutate 200 1 --blind $blind
done
finish
