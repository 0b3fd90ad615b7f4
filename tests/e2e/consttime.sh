#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# No branch and no index depends on a secret, but for the verdicts: memcheck
# runs the code with its secrets undefined.  What leaks on purpose is found.
# shellcheck disable=SC2317 # functions called through check and refute
set -eu
. "$(dirname "$0")/../lib.sh"
need valgrind

# memcheck REPORT PROGRAM [WORD]
memcheck()
{
	local report=$1

	shift
	valgrind --quiet --error-limit=no --num-callers=20 --xml=yes \
	    --xml-file="$report" "$@" >out 2>&1
}
judge() { python3 "$root/tests/e2e/consttime.py" "$root" "$@"; }

nm "$BUILD/tests/sd/consttime" >symbols
if grep -q __asan_init symbols; then
	skip_all "valgrind cannot run a program with AddressSanitizer"
fi
for room in sd tokens; do
	program=$BUILD/tests/$room/consttime
	for how in branch index compare; do
		check "$room: the control runs ($how)" memcheck \
		    $how.xml "$program" $how
		refute "$room: a secret $how is reported" judge $how.xml
		cp checked judged
		check "$room: and it is called a leak" grep -q "^leak: Uninit" \
		    judged
	done
	check "$room: every case gives the right answer" memcheck all.xml \
	    "$program"
	case $room in
	sd) files="sd/share.c sd/jwe_crypt.c" ;;
	*) files=tokens/rsa.c ;;
	esac
	# shellcheck disable=SC2086 # a list of files
	check "$room: no secret decides anything but a verdict" judge all.xml \
	    $files
	cat checked
done
# A mark that no secret reaches is found out.
refute "an idle mark is reported" judge branch.xml tokens/rsa.c
cp checked judged
check "with its line" grep -q "^idle: tokens/rsa.c" judged
finish
