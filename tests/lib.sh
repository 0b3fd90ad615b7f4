# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Helpers for tests/e2e/*.sh.  A test begins:
#
#	#!/bin/bash
#	set -eu
#	. "$(dirname "$0")/../lib.sh"
#
# and ends with `finish`, which prints the line that tests/run counts.
#
# $root is the repository, $BUILD the build directory, $tmp a new directory
# that is gone at the end; the test runs in it.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=${BUILD:-$root/build}
case $BUILD in
/*) ;;
*) BUILD=$root/$BUILD ;;
esac
ceremony=$BUILD/ceremony
pool=$BUILD/ceremony-pool
export BUILD ceremony pool
export TERM=${TERM:-dumb} LANG=C.UTF-8 LC_ALL=C.UTF-8 TZ=UTC

tmp=$(mktemp -d)
export HOME=$tmp/home TMPDIR=$tmp/tmp
mkdir "$HOME" "$TMPDIR"
cd "$tmp" || exit 1

n_passed=0
n_failed=0
n_skipped=0
n_finished=no
children=

# Only processes that this test started, by their id.
cleanup()
{
	local code=$? pid

	for pid in $children; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	if [ $n_finished = no ]; then
		echo "FAIL  the test ended early with exit $code" >&2
		[ $code != 0 ] || code=1
	fi
	cd /
	rm -rf "$tmp"
	exit $code
}
trap cleanup EXIT

pass()
{
	n_passed=$((n_passed + 1))
	echo "ok    $1"
}

# fail SENTENCE [FILE]: count a failure; show the end of FILE.
fail()
{
	n_failed=$((n_failed + 1))
	echo "FAIL  $1"
	if [ $# -gt 1 ] && [ -s "$2" ]; then
		tail -n 40 "$2" | sed 's/^/      | /'
	fi
}

# skip SENTENCE REASON: one case that cannot run here.
skip()
{
	n_skipped=$((n_skipped + 1))
	echo "skip  $1: $2"
}

# skip_all REASON: the whole test cannot run here.
skip_all()
{
	n_finished=yes
	echo "$1"
	exit 77
}

# check SENTENCE COMMAND...: the command succeeds.  Its output is in
# $tmp/checked, so that $tmp/out of expect_exit can be looked at.
check()
{
	local sentence=$1

	shift
	if "$@" >"$tmp/checked" 2>&1; then
		pass "$sentence"
	else
		fail "$sentence (exit $?): $*" "$tmp/checked"
	fi
}

# refute SENTENCE COMMAND...: the command fails, and is found and runs at all.
refute()
{
	local sentence=$1 code=0

	shift
	"$@" >"$tmp/checked" 2>&1 || code=$?
	if [ $code != 0 ] && [ $code -lt 126 ]; then
		pass "$sentence"
	else
		fail "$sentence (exit $code): $*" "$tmp/checked"
	fi
}

# expect_exit CODE TEXT COMMAND...: the exit code is exactly CODE, and TEXT
# (none when empty) is in what the command says on stdout or stderr; that
# stays in $tmp/out.
expect_exit()
{
	local want=$1 text=$2 code=0

	shift 2
	"$@" >"$tmp/out" 2>&1 || code=$?
	if [ $code != "$want" ]; then
		fail "exit $code, not $want: $*" "$tmp/out"
	elif [ -n "$text" ] && ! grep -qF -e "$text" "$tmp/out"; then
		fail "exit $want, but '$text' is not said: $*" "$tmp/out"
	else
		pass "exit $want${text:+, saying \"$text\"}: ${*##*/}"
	fi
}

# same SENTENCE WANT GOT: two texts are equal.
same()
{
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1: wanted '$2', got '$3'"
	fi
}

# wait_for SECONDS COMMAND...: until the command succeeds; fails after that.
wait_for()
{
	local tries=$(($1 * 20))

	shift
	while ! "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.05
	done
}

# background COMMAND...: start it; $last_pid; ended with the test.
# Its output goes to $tmp/background.
background()
{
	"$@" >>"$tmp/background" 2>&1 &
	last_pid=$!
	children="$children $last_pid"
}

# shared_dir: set $shared to the folder of facts and vectors beside the
# repository, or skip the test.
shared_dir()
{
	shared=${CEREMONY_SHARED:-$root/../shared}
	case $shared in
	/*) ;;
	*) shared=$root/$shared ;;
	esac
	[ -d "$shared/vectors" ] ||
	    skip_all "no vectors at $shared (CEREMONY_SHARED names them)"
}

# need COMMAND...: skip the test where a program is not installed.
need()
{
	local program

	for program; do
		command -v "$program" >/dev/null ||
		    skip_all "$program is not installed"
	done
}

finish()
{
	n_finished=yes
	echo "$n_passed passed, $n_failed failed, $n_skipped skipped"
	[ $n_failed = 0 ] || exit 1
	exit 0
}
