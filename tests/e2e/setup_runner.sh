#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The test runner itself: a tree of straw with tests that pass, fail, skip,
# hang, lie and say nothing.  A runner that cannot fail proves nothing.
set -eu
. "$(dirname "$0")/../lib.sh"

mkdir -p tree/tests/e2e tree/tests/long tree/tests/room tree/build/tests/room
cp "$root/tests/run" "$root/tests/lib.sh" tree/tests/
unset BUILD
run=$tmp/tree/tests/run

# e2e NAME: a shell test, its body on stdin.
e2e()
{
	{
		echo '#!/bin/bash'
		cat
	} >"tree/tests/e2e/$1.sh"
	chmod +x "tree/tests/e2e/$1.sh"
}

# unit NAME: a program that prints what cmocka prints.
unit()
{
	: >"tree/tests/room/$1_test.c"
	{
		echo '#!/bin/bash'
		cat
	} >"tree/build/tests/room/$1_test"
	chmod +x "tree/build/tests/room/$1_test"
}

clear()
{
	rm -f tree/tests/e2e/* tree/tests/long/* tree/tests/room/* \
	    tree/build/tests/room/*
}

# last TEXT COMMAND...: the last line of what it prints.
last()
{
	local text=$1 code=0

	shift
	"$@" >"$tmp/out" 2>&1 || code=$?
	same "the last line is '$text' (exit $code)" "$text" \
	    "$(tail -n 1 "$tmp/out")"
}

expect_exit 1 'nothing ran' "$run"
last '0 passed, 0 failed, 0 skipped' "$run"

e2e good <<'END'
. "$(dirname "$0")/../lib.sh"
check "true is true" true
refute "false is false" false
expect_exit 3 "a word" sh -c 'echo a word >&2; exit 3'
skip "one case" "no reason in particular"
finish
END
unit fine <<'END'
echo '[==========] Running 2 test(s).'
echo '[  PASSED  ] 2 test(s).'
END
expect_exit 0 'skipped: one case: no reason in particular' "$run"
last '5 passed, 0 failed, 1 skipped' "$run"
last '2 passed, 0 failed, 0 skipped' "$run" --unit
last '3 passed, 0 failed, 1 skipped' "$run" -k good
expect_exit 1 'nothing ran' "$run" --long
expect_exit 1 'nothing ran' "$run" -k none

e2e bad <<'END'
. "$(dirname "$0")/../lib.sh"
check "false is true" false
refute "true is false" true
refute "a missing program is no refusal" no-such-program
expect_exit 3 "" true
expect_exit 0 "a word" echo another
same "one" a b
finish
END
expect_exit 1 '| FAIL  false is true' "$run"
last '5 passed, 6 failed, 1 skipped' "$run"

clear
unit fine <<'END'
echo '[==========] Running 2 test(s).'
echo '[  PASSED  ] 1 test(s).'
echo '[  FAILED  ] 1 test(s), listed below:'
echo '[  FAILED  ] a_name'
exit 1
END
last '1 passed, 1 failed, 0 skipped' "$run"
unit fine <<'END'
echo '[==========] Running 3 test(s).'
echo 'skip: no card'
echo '[  PASSED  ] 2 test(s).'
echo '[  SKIPPED ] 1 test(s), listed below:'
END
expect_exit 0 'skipped: no card' "$run"
last '2 passed, 0 failed, 1 skipped' "$run"
unit fine <<'END'
echo '[==========] Running 3 test(s).'
echo '[  PASSED  ] 2 test(s).'
END
expect_exit 1 '3 cases announced, but 2 passed' "$run"
unit fine <<'END'
echo '[==========] Running 1 test(s).'
kill -SEGV $$
END
expect_exit 1 'FAIL' "$run"
unit fine <<'END'
echo done
END
expect_exit 1 'it printed no count of cases' "$run"
rm tree/build/tests/room/fine_test
expect_exit 1 'there is no such program' "$run"

clear
e2e silent <<'END'
true
END
expect_exit 1 'its last line is not a count of cases' "$run"
clear
e2e early <<'END'
set -eu
. "$(dirname "$0")/../lib.sh"
check "true" true
false
finish
END
expect_exit 1 'the test ended early with exit 1' "$run"
clear
e2e liar <<'END'
echo '1 passed, 1 failed, 0 skipped'
END
expect_exit 1 'exit 0 although cases failed' "$run"
e2e liar <<'END'
echo '1 passed, 0 failed, 0 skipped'
exit 1
END
expect_exit 1 '= exit 1' "$run"
e2e liar <<'END'
echo '0 passed, 0 failed, 0 skipped'
END
expect_exit 1 'it ran no case' "$run"
clear
e2e slow <<'END'
# timeout: 1
sleep 60
END
expect_exit 1 'it was killed after 1 s' "$run"
clear
e2e absent <<'END'
echo 'no reader here'
exit 77
END
e2e good <<'END'
echo '1 passed, 0 failed, 0 skipped'
END
expect_exit 0 'skipped: no reader here' "$run"
last '1 passed, 0 failed, 1 skipped' "$run"
e2e absent <<'END'
exit 77
END
expect_exit 1 'it was skipped without a reason' "$run"
clear
printf '#!/bin/bash\necho "4 passed, 0 failed, 0 skipped"\n' \
    >tree/tests/long/l.sh
expect_exit 1 'it is not executable' "$run" --long
chmod +x tree/tests/long/l.sh
last '4 passed, 0 failed, 0 skipped' "$run" --long
finish
