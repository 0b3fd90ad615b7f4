# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Helpers of the memory scan's tests, after tests/lib.sh.

# shellcheck disable=SC2154 # lib.sh sets these

# secrets_need: skip the test where memory cannot be looked at.
secrets_need()
{
	scan=$BUILD/tests/secrets/scan
	scanned=$BUILD/tests/secrets/ceremony
	need python3 openssl
	if [ ! -x "$scan" ] || [ ! -x "$scanned" ]; then
		skip_all "there is no $scan (make units)"
	fi
	"$scanned" --version --json | grep -q '"sanitized":false' ||
	    skip_all 'a sanitizer keeps copies of its own, and is dumpable'
	[ "$(id -u)" = 0 ] ||
	    skip_all 'only root may read the memory of this program'
}

# look NAME KEEP COMMAND...: scan one run into NAME.found; it has to work.
look()
{
	local name=$1 code=0

	# shellcheck disable=SC2154
	"$scan" "$name.found" "$2" "$scanned" "${@:3}" >"$name.log" 2>&1 ||
	    code=$?
	if [ $code != 0 ]; then
		fail "exit $code, scanned: ${*:3}" "$name.log"
		return 1
	fi
}

# judged COMMAND FOUND... [--kept KIND] [--module NAME VERSION]
judged()
{
	local said passed failed skipped

	said=$(python3 "$root/tests/secrets/judge.py" "$@" 2>&1) || :
	read -r passed _ failed _ skipped _ <<<"$(tail -n 1 <<<"$said")"
	if [[ ! $passed$failed$skipped =~ ^[0-9]+$ ]]; then
		fail "the judge of $1: $said"
		return
	fi
	sed '$d' <<<"$said"
	n_passed=$((n_passed + passed))
	n_failed=$((n_failed + failed))
	n_skipped=$((n_skipped + skipped))
}

# module_version MODULE: as the module tells it ("2.6").
module_version()
{
	pkcs11-tool --module "$1" -I 2>/dev/null |
	    sed -n 's/^Library.*(ver \([0-9.]*\)).*/\1/p'
}
