#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A ceremony that was killed goes on where its journal says; with another
# script, another site file or beside itself it does not.
# timeout: 400
set -eu
. "$(dirname "$0")/../lib.sh"
need pkcs11-tool python3 openssl
kill_build=$BUILD/tests/kill/ceremony
[ -x "$kill_build" ] || skip_all "there is no $kill_build (make units)"

answers=$root/scripts/rehearsal-answers.yaml
mkdir d d/medium d/cards
"$root/scripts/rehearsal-site.sh" 3 2 >d/site.yaml
sed 's/^sizes:.*/sizes: [2048]/' "$root/scripts/rehearsal.yaml" >script.yaml
sed 's/Purpose and rules/Rules and purpose/' script.yaml >other-script.yaml
sed 's/Aldo Rossi/Aldo Bianchi/' d/site.yaml >d/other-site.yaml
# shellcheck disable=SC2317	# called by expect_exit
run_with()
{
	"$ceremony" run "$1" --site "$2" --dir d/ceremony --answers "$answers" \
	    "${@:3}"
}

# Nobody plays the pool here, so it waits for the domain.
background "$ceremony" run script.yaml --site d/site.yaml --dir d/ceremony \
	--rehearsal --answers "$answers"
# shellcheck disable=SC2317	# called by check
waits()
{
	"$ceremony" audit show d/ceremony | grep -q 'domain.import step.begin'
}
check "a rehearsal without a pool waits for the domain" wait_for 60 waits
expect_exit 6 "is in use by another program" "$ceremony" resume \
	--dir d/ceremony --answers "$answers"
expect_exit 6 "is in use by another program" run_with script.yaml \
	d/site.yaml --rehearsal
before=$("$ceremony" audit show d/ceremony | wc -l)
kill -KILL "$last_pid"
wait "$last_pid" 2>/dev/null || true

expect_exit 1 "was begun with script" run_with other-script.yaml \
	d/site.yaml --rehearsal
expect_exit 1 "was begun with site file" run_with script.yaml \
	d/other-site.yaml --rehearsal
expect_exit 1 "it cannot go on as the other" run_with script.yaml d/site.yaml
same "refusals leave the journal as it was" "$before" \
	"$("$ceremony" audit show d/ceremony | wc -l)"
mkdir empty
expect_exit 6 "holds no ceremony" "$ceremony" resume --dir empty \
	--answers "$answers"

# What SoftHSM leaves when it is killed inside a login: an empty token file.
for f in d/cards/holder-2/tokens/*/token.object; do
	: >"$f"
done
# And inside an initialisation: the file has its first attribute only.
for f in d/cards/holder-1/tokens/*/token.object; do
	token=d/cards/holder-1/tokens/01234567-89ab-cdef-0123-456789abcdef
	mkdir "$token"
	head -c 64 "$f" >"$token/token.object"
done
mkdir d/pool
check "a stand-in pool is made" "$pool" create --dir d/pool \
	--name contoso-hsm-eu
background "$pool" attend --dir d/pool --medium d/medium
expect_exit 0 "is complete" "$ceremony" resume --dir d/ceremony \
	--answers "$answers"
"$ceremony" audit show d/ceremony >shown
check "an emptied token file is put back, as an exception" \
	grep -q 'exception.open.*SoftHSM was ended while it wrote' shown
check "an unfinished token is set aside, as an exception" \
	grep -q 'exception.open.*SoftHSM was ended while it made' shown
check "no unfinished token is left where SoftHSM looks" \
	test ! -e "$token"
check "and the journal verifies" "$ceremony" audit verify d/ceremony

kills=${KILLS:-52}
code=0
python3 "$root/tests/kill/drive.py" --kills "$kills" >driven || code=$?
last=$(tail -n 1 driven)
sed '$d' driven
read -r passed _ failed _ <<<"$last"
n_passed=$((n_passed + passed))
n_failed=$((n_failed + failed))
if [ $code != 0 ] && [ "$failed" = 0 ]; then
	fail "the driver exits $code"
fi
finish
