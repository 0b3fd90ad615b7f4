#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Without root: a user of no group initialises, reads and uses a card, begins
# a ceremony; and where memory cannot be locked nothing runs (exit 6).
set -eu
. "$(dirname "$0")/../lib.sh"
module=/usr/lib/softhsm/libsofthsm2.so
[ -r $module ] || skip_all 'softhsm2 is not installed'

# as_user COMMAND...: as nobody, when we are root; else as who we are.
if [ "$(id -u)" = 0 ]; then
	need setpriv
	as_user()
	{
		setpriv --reuid 65534 --regid 65534 --clear-groups \
		    --inh-caps=-all --bounding-set=-all "$@"
	}
	# A copy of the program: the build directory may be closed to others.
	place=$(mktemp -d "${TMPDIR%/}/user.XXXXXX")
	chmod 755 "$tmp" "$TMPDIR"
	for up in "$(dirname "$tmp")" "$(dirname "$(dirname "$tmp")")" \
	    "$(dirname "$(dirname "$(dirname "$tmp")")")"; do
		case $up in
		/ | /tmp | /var/tmp) ;;
		*) chmod o+x "$up" 2>/dev/null || true ;;
		esac
	done
	cp "$ceremony" "$place/ceremony"
	cp "$root/scripts/rehearsal.yaml" "$place"
	chown -R 65534:65534 "$place"
else
	as_user()
	{
		"$@"
	}
	place=$(mktemp -d)
	cp "$ceremony" "$place/ceremony"
	cp "$root/scripts/rehearsal.yaml" "$place"
fi
as_user "$place/ceremony" --version >/dev/null 2>&1 ||
    skip_all 'a user may not look into the directory of this test'
cd "$place"

as_user mkdir tokens
printf 'directories.tokendir = %s\nobjectstore.backend = file\n' \
    "$place/tokens" >softhsm2.conf
chmod 644 softhsm2.conf
module_is=(--module "$module" --module-env "SOFTHSM2_CONF=$place/softhsm2.conf")

expect_exit 0 'self-tests passed' as_user ./ceremony selftest
# shellcheck disable=SC2317 # called through check
initialise()
{
	as_user ./ceremony token init pkcs11: --label one --so-pin-fd 8 \
	    --pin-fd 7 "${module_is[@]}" 7< <(echo 271828) 8< <(echo 31415926)
}
check 'a user initialises a card' initialise
# shellcheck disable=SC2317 # called through check
use()
{
	as_user ./ceremony token "$@" --pin-fd 7 "${module_is[@]}" \
	    7< <(echo 271828)
}
check 'makes a key on it' \
    use generate pkcs11:token=one --id 02 --use signing --bits 2048
check 'and reads it back' use show pkcs11:token=one

as_user mkdir medium cards
"$root/scripts/rehearsal-site.sh" 3 2 $module >site.yaml
as_user ./ceremony run rehearsal.yaml --site site.yaml --dir room \
    --rehearsal --plain </dev/null >out 2>&1 || true
check 'a ceremony begins' as_user ./ceremony status --dir room
same 'and its directory is for that user alone' 700 \
    "$(stat -c %a room)"

# No memory is locked: the heap for secrets is not there, and nothing goes on.
# shellcheck disable=SC2317 # called through check
unlocked()
{
	(ulimit -l 64 && as_user ./ceremony "$@")
}
expect_exit 6 'cannot be locked in memory' unlocked selftest
refute 'a card is not used either' unlocked token list "${module_is[@]}"
finish
