#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# How the program starts: help, usage, and an environment that it does not
# take from anybody.
set -eu
. "$(dirname "$0")/../lib.sh"

expect_exit 0 'ceremony - offline key ceremonies' "$ceremony" --help
expect_exit 0 'selftest' "$ceremony" help
expect_exit 2 'ceremony - offline key ceremonies' "$ceremony"
expect_exit 2 "there is no command 'nonsense'" "$ceremony" nonsense
expect_exit 0 'ceremony selftest [--json]' "$ceremony" selftest --help
expect_exit 2 '--nonsense is no option of this command' \
    "$ceremony" selftest --nonsense
expect_exit 2 "'extra' is one argument too many" "$ceremony" selftest extra
expect_exit 2 'passwords on a command line are seen by every process' \
    "$ceremony" selftest --passwords secret
refute "a refused password is not repeated" grep -q secret "$tmp/out"
expect_exit 0 'self-tests passed' "$ceremony" selftest
expect_exit 0 '"ok":true' "$ceremony" selftest --json
expect_exit 0 '"version":' "$ceremony" --version --json

same "help goes to stdout and nothing to stderr" "" \
    "$("$ceremony" --help 2>&1 >/dev/null)"
same "a usage error leaves stdout empty" "" \
    "$("$ceremony" nonsense 2>/dev/null || true)"

# Garbage that would be loaded, read or believed if it were taken.
cat >bad.cnf <<'END'
openssl_conf = init
[init]
providers = nowhere
alg_section = alg
[alg]
default_properties = fips=yes
END
expect_exit 0 'self-tests passed' env OPENSSL_CONF="$tmp/bad.cnf" \
    OPENSSL_MODULES="$tmp" OPENSSL_ENGINES="$tmp" "$ceremony" selftest
expect_exit 0 'self-tests passed' env LD_LIBRARY_PATH="$tmp" \
    SOFTHSM2_CONF="$tmp/none" P11_KIT_STRICT=yes PKCS11_MODULE="$tmp/x.so" \
    TERM=../../etc LANG=xx_YY HOME="$tmp" "$ceremony" selftest
expect_exit 0 'self-tests passed' env -i "$ceremony" selftest

# A library that the caller slips in is loaded into the first start, which
# nothing of ours can prevent, and no more into the one that works.
if "$ceremony" --version --json | grep -q '"sanitized":true'; then
	skip "a preloaded library does not reach the working process" \
	    "a sanitizer wants to be the first library"
elif command -v cc >/dev/null; then
	cat >slip.c <<'END'
#include <stdio.h>
__attribute__((constructor)) static void
tell(void)
{
	FILE *f = fopen(MARK, "a");

	if (f != NULL) {
		(void)fputs("loaded\n", f);
		(void)fclose(f);
	}
}
END
	cc -shared -fPIC "-DMARK=\"$tmp/mark\"" -o slip.so slip.c
	expect_exit 0 'self-tests passed' env LD_PRELOAD="$tmp/slip.so" \
	    "$ceremony" selftest
	# env's own start is none: it sets the variable for the next one
	same "a preloaded library does not reach the working process" 1 \
	    "$(wc -l <"$tmp/mark")"
fi

# The program starts itself again with a list of its own.  The command waits
# on a pipe meanwhile, so that its environment can be read.
env_of()
{
	tr '\0' '\n' <"/proc/$1/environ" | sort
}

if [ -x "$pool" ]; then
	mkdir medium
	background env -i LD_PRELOAD="$tmp/none.so" SECRET=x \
	    OPENSSL_CONF="$tmp/bad.cnf" TERM=xterm NO_COLOR=yes PATH="$PATH" \
	    "$pool" attend --dir pools --medium medium
	wait_for 10 test -d medium/to-offline || true
	same "the environment is the program's own list" \
	    "HOME=/nonexistent LANG=C.UTF-8 NO_COLOR=1 PATH=/usr/bin:/bin TERM=xterm TZ=UTC" \
	    "$(env_of "$last_pid" | grep -v SAN_OPTIONS | xargs)"
	field()
	{
		sed -n "s/^$1:[[:space:]]*//p" "/proc/$last_pid/status"
	}
	same "a seccomp filter is loaded" 2 "$(field Seccomp)"
	same "no new privileges are had" 1 "$(field NoNewPrivs)"
	mkdir medium2
	background env -i LC_CTYPE=de_DE.ISO-8859-1 LANG=C.UTF-8 \
	    TERM=xterm PATH="$PATH" "$pool" attend --dir pools2 --medium medium2
	wait_for 10 test -d medium2/to-offline || true
	same "a locale without UTF-8 stays one" "LANG=C" \
	    "$(env_of "$last_pid" | grep LANG)"
	check "no core file is written" grep -qE \
	    '^Max core file size +0 +0 ' "/proc/$last_pid/limits"
fi
finish
