#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# scripts/setup against a package manager of straw: what it looks at, what it
# installs, and that it leaves a complete system alone.
set -eu
. "$(dirname "$0")/../lib.sh"

setup=$root/scripts/setup

# straw NAME: a program in $tmp/bin whose text is on stdin.
straw()
{
	mkdir -p "$tmp/bin"
	{
		echo '#!/bin/sh'
		cat
	} >"$tmp/bin/$1"
	chmod +x "$tmp/bin/$1"
}

# Installed are the names in $tmp/installed; everything is logged.
straw dpkg-query <<END
shift 3
grep -qxF "\$1" "$tmp/installed" || exit 1
echo installed
END
straw apt-cache <<END
[ ! -e "$tmp/no-lists" ]
END
straw apt-get <<END
echo "\$DEBIAN_FRONTEND apt-get \$*" >>"$tmp/log"
case " \$* " in
*" update "*)
	rm -f "$tmp/no-lists" "$tmp/stale" ;;
*" install "*)
	[ ! -e "$tmp/stale" ] || exit 100
	for w; do echo "\$w"; done | grep -v -e '^-' -e '^install\$' \
	    >>"$tmp/installed" ;;
esac
END
straw id <<END
cat "$tmp/uid"
END
straw sudo <<END
exit 1
END
PATH=$tmp/bin:$PATH

reset()
{
	: >"$tmp/log"
	: >"$tmp/installed"
	rm -f "$tmp/no-lists" "$tmp/stale"
	echo 0 >"$tmp/uid"
}

count_log()
{
	grep -c -e "$1" "$tmp/log" || true
}

reset
expect_exit 0 'installing for build and rehearsal' "$setup"
check "the build set holds the compiler, the libraries and SoftHSM" \
    grep -qE 'noninteractive .*install .*build-essential .*libhpdf-dev .*softhsm2' \
    "$tmp/log"
same "the tests' packages are not in it" 0 "$(count_log cmocka)"
same "the lists are not fetched when the names are known" 0 \
    "$(count_log update)"

: >"$tmp/log"
expect_exit 0 'all 17 packages for build and rehearsal are installed' "$setup"
same "a complete system is left alone" "" "$(cat "$tmp/log")"
same "--ensure is silent then" "" "$("$setup" --ensure 2>&1)"

expect_exit 0 'installing for the tests' "$setup" --tests
check "the tests' set holds cmocka, az and the analysers" \
    grep -qE 'install .*libcmocka-dev .*azure-cli .*cppcheck' "$tmp/log"
same "--ensure --tests is silent then" "" \
    "$("$setup" --ensure --tests 2>&1)"

: >"$tmp/log"
grep -vx -e jose -e libpcsclite-dev "$tmp/installed" >"$tmp/fewer"
mv "$tmp/fewer" "$tmp/installed"
check "--ensure --tests looks at both sets" "$setup" --ensure --tests
check "only what is missing is installed" grep -qE \
    'install -y --no-install-recommends libpcsclite-dev jose$' "$tmp/log"

reset
touch "$tmp/no-lists"
expect_exit 0 'do not know them yet; updating' "$setup"
same "lists are fetched when the names are unknown" 1 "$(count_log update)"

reset
touch "$tmp/stale"
expect_exit 0 'once more with fresh package lists' "$setup"
same "lists are fetched when the install fails" 1 "$(count_log update)"

reset
echo 1000 >"$tmp/uid"
expect_exit 1 'only root can install them' "$setup"
check "a user is told what to run" grep -qF \
    'sudo apt-get install -y --no-install-recommends build-essential' \
    "$tmp/out"
same "nothing is tried without root" "" "$(cat "$tmp/log")"

reset
expect_exit 2 "'--test' is no option" "$setup" --test
expect_exit 0 'usage: scripts/setup' "$setup" --help
same "usage installs nothing" "" "$(cat "$tmp/log")"
finish
