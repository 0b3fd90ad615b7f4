#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Each kind of process of the running program, after it gave up what it gives
# up, tries what it may not (tests/sandbox/hook.c): nothing of it works.
set -eu
. "$(dirname "$0")/../lib.sh"
module=/usr/lib/softhsm/libsofthsm2.so
hooked=$BUILD/tests/sandbox/ceremony
[ -x "$hooked" ] || skip_all "there is no $hooked (make units)"
[ -r $module ] || skip_all 'softhsm2 is not installed'

sanitized=no
if "$ceremony" --version --json | grep -q '"sanitized":true'; then
	sanitized=yes
fi

# told PROCESS ATTEMPT: how it ended, of the last report.
told()
{
	sed -n "s/^$1 $2 //p" report
}

# refused PROCESS ATTEMPT ERRNO: the report has that attempt once, so ended.
refused()
{
	same "$1: $2 is refused" "$3" "$(told "$1" "$2")"
}

# judge PROCESS UNIX: what the report says of one kind; UNIX is what a socket
# of AF_UNIX comes to.
eperm=1 eacces=13 eafnosupport=97
judge()
{
	local family

	same "$1: what a socket of AF_UNIX comes to" "$2" "$(told "$1" socket-unix)"
	for family in inet inet6 netlink packet vsock; do
		refused "$1" socket-$family $eafnosupport
	done
	refused "$1" execve $eperm
	refused "$1" io_uring $eperm
	refused "$1" foreign-memory $eperm
	same "$1: no new privileges" 1 "$(told "$1" no-new-privileges)"
	same "$1: no core file" 0 "$(told "$1" core-limit)"
	if [ $sanitized = yes ]; then
		skip "$1: ptrace is refused, and it is not dumpable" \
		    'a sanitizer needs both'
	else
		refused "$1" ptrace $eperm
		same "$1: not dumpable" 0 "$(told "$1" dumpable)"
	fi
	if [ "$(told "$1" landlock)" = 0 ]; then
		skip "$1: writing elsewhere" 'this kernel has no Landlock'
	else
		refused "$1" write-elsewhere $eacces
	fi
}

# --- the main process and a card's ---

mkdir tokens
printf 'directories.tokendir = %s\nobjectstore.backend = file\n' \
    "$tmp/tokens" >softhsm2.conf
check 'a command with a card process runs' sh -c \
    "'$hooked' token list --module $module --module-env \
    SOFTHSM2_CONF='$tmp/softhsm2.conf' 8>report"
judge main $eafnosupport
judge card 0
check 'the attempt to write left nothing' test ! -e report.probe

# --- a ceremony, and the readers' process ---

mkdir -p top/medium
"$root/scripts/rehearsal-site.sh" 3 2 |
    sed 's|, store: ../cards/holder-1||' >site.yaml
code=0
"$hooked" run "$root/scripts/rehearsal.yaml" --site site.yaml --dir top/ceremony --rehearsal \
    --plain 8>report </dev/null >out 2>&1 || code=$?
check "a ceremony with a reader's card began (exit $code)" \
    test -e top/ceremony/journal.db
judge main $eafnosupport
judge reader 0
check 'the attempt to write left nothing' test ! -e report.probe

finish
