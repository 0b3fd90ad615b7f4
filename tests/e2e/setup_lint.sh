#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# scripts/lint against a tree of straw: it accepts a clean one, and finds one
# planted fault for each rule.
set -eu
. "$(dirname "$0")/../lib.sh"
need gcc clang cppcheck shellcheck git

mkdir -p tree/base tree/sd tree/scripts tree/tests/e2e
cd tree
cp "$root/Makefile" .
cp "$root/scripts/lint" scripts/
git init -q .

# file NAME: stdin, under a licence line.
file()
{
	mkdir -p "$(dirname "$1")"
	{
		case $1 in
		*.sh) printf '#!/bin/sh\n# %s\n' "$licence" ;;
		*) printf '/* %s\n *\n * x\n */\n' "$licence" ;;
		esac
		cat
	} >"$1"
}
licence='SPDX-License-Identifier: Apache-2.0'

file base/one.h <<'END'
#ifndef ONE_H
#define ONE_H
typedef struct { int code; } kc_result;
#define KC_MUST __attribute__((warn_unused_result))
KC_MUST kc_result one(const char *a);
#endif
END
file base/one.c <<'END'
#include "base/one.h"

kc_result
one(const char *a)
{
	return (kc_result){ a != 0 };
}
END
file tests/e2e/t.sh <<'END'
set -eu
true
END
expect_exit 0 'lint: no findings' scripts/lint

# finds RULE TEXT NAME: with stdin as the file NAME the rule says TEXT.
finds()
{
	file "$3"
	expect_exit 1 "$2" scripts/lint "$1"
	rm -f "$3"
}

finds arrows 'base may not include sd/x.h' base/bad.c <<'END'
#include "sd/x.h"
END
finds gcc 'base/bad.c' base/bad.c <<'END'
int f(int a);
int f(int a) { unsigned b = a; return (int)b; }
END
finds clang 'base/bad.c' base/bad.c <<'END'
int f(int a);
int f(int a) { int b; return a + b; }
END
finds headers 'base/bad.h' base/bad.h <<'END'
int f(struct kc_buf b, uint8_t c);
END
finds cppcheck 'memleak' base/bad.c <<'END'
#include <stdlib.h>
int f(void);
int f(void) { char *p = malloc(4); if (p == NULL) return 1; return 0; }
END
finds shellcheck 'SC2086' scripts/bad.sh <<'END'
rm $1
END
finds banned 'strcpy( is not used here' base/bad.c <<'END'
#include <string.h>
void f(char *a, const char *b);
void f(char *a, const char *b) { strcpy(a, b); }
END
finds memcmp 'base/bad.c:5: memcmp' base/bad.c <<'END'
int x = memcmp(a, b, 4);
END
expect_exit 0 '' scripts/lint memcmp
file base/bad.c <<'END'
/* memcmp(a, b) in a comment and "memcmp(" in a string are none */
const char *s = "memcmp(a)";
int x = CRYPTO_memcmp(a, b, 4);
END
expect_exit 0 'ok    memcmp' scripts/lint memcmp
finds secrets 'secrets live in struct kc_secret' base/bad.c <<'END'
char *pin = malloc(8);
END
finds secrets 'wipe with OPENSSL_cleanse' base/bad.c <<'END'
void f(void) { memset(master_key, 0, 32); }
END
finds must 'two returns kc_result without KC_MUST' base/bad.h <<'END'
kc_result two(int a);
END
finds length '404 lines; 400 is the limit' base/bad.c \
    < <(seq 400 | sed 's/.*/int a&;/')
long_one()
{
	printf 'int\nlong_one(void)\n{\n'
	seq 61 | sed 's/.*/	a = &;/'
	echo '}'
}
finds functions '61 lines; 60 is the limit: long_one(void)' base/bad.c \
    < <(long_one)
{
	printf 'int\nmain(void)\n{\n	static const int t[] = {\n'
	seq 70 | sed 's/.*/		&,/'
	printf '	};\n	return t[0];\n}\n'
} | file base/bad.c
expect_exit 0 'ok    functions' scripts/lint functions
finds space 'trailing space' base/bad.c < <(printf 'int a; \n')
finds space 'indented by eight spaces' base/bad.c \
    < <(printf '        int a;\n')
finds space '100 columns' base/bad.c < <(printf '%0100d\n' 0)
finds space 'ends without exactly one newline' base/bad.c \
    < <(printf 'int a;')
echo 'int a;' >base/bad.c
expect_exit 1 'base/bad.c: no SPDX' scripts/lint spdx
rm base/bad.c
finds places 'a path of one machine' base/bad.c \
    < <(printf 'const char *p = "/%s/x";\n' home/me)
finds negation 'never fails under set -e' tests/e2e/bad.sh \
    < <(printf '%s grep x y\n' '!')
finds negation 'its count is lost' tests/e2e/bad.sh \
    < <(printf 'echo x %s check "it is x" grep x\n' '|')

# claims: one true claim, then each way in which it can be no longer true.
mkdir -p docs tests/base
file tests/base/one_test.c <<'END'
static void
one_is_one(void **state)
{
	(void)state;
}
int main(void) { return run(one_is_one); }
static void
never_run(void **state)
{
	(void)state;
}
END
echo 'true # a sentence' >>tests/e2e/t.sh
echo "It is one." >README.md
# claim DOCUMENT CODE TEST: a table of that claim alone.
claim()
{
	printf '| claim | said in | code | test |\n|---|---|---|---|\n' \
	    >docs/claims.md
	printf '| one is one | %s | %s | %s |\n' "$@" >>docs/claims.md
}
# shellcheck disable=SC2016 # backquotes of Markdown
{
	doc='`README.md`' code='`base/one.c` `one`'
	unit='`tests/base/one_test.c` `one_is_one`'
	claim "$doc" "$code" "$unit; "'`tests/e2e/t.sh` `a sentence`'
	expect_exit 0 'ok    claims' scripts/lint claims
	claim "$doc" "$code" '`tests/base/two_test.c` `one_is_one`'
	expect_exit 1 'there is no tests/base/two_test.c' scripts/lint claims
	claim "$doc" "$code" '`tests/base/one_test.c` `a_test_that_is_gone`'
	expect_exit 1 "has no 'a_test_that_is_gone'" scripts/lint claims
	claim "$doc" "$code" '`tests/base/one_test.c` `never_run`'
	expect_exit 1 "has no 'never_run'" scripts/lint claims
	claim "$doc" "$code" '`tests/e2e/t.sh` `another sentence`'
	expect_exit 1 "t.sh has no 'another sentence'" scripts/lint claims
	claim "$doc" '`base/two.c`' "$unit"
	expect_exit 1 'there is no base/two.c' scripts/lint claims
	claim "$doc" '`base/one.c` `two`' "$unit"
	expect_exit 1 "base/one.c has no 'two'" scripts/lint claims
	claim '`CEREMONY.md`' "$code" "$unit"
	expect_exit 1 'there is no CEREMONY.md' scripts/lint claims
	claim "$doc" "$code" 'somebody looked'
	expect_exit 1 'it names no test' scripts/lint claims
	claim "$doc" "$code" '`base/one.c` `one`'
	expect_exit 1 'it names no test' scripts/lint claims
	echo '| one is one | `README.md` |' >docs/claims.md
	expect_exit 1 '2 cells, not 4' scripts/lint claims
}
echo 'Nothing.' >docs/claims.md
expect_exit 1 'makes no claim' scripts/lint claims
rm docs/claims.md
expect_exit 1 'docs/claims.md is missing' scripts/lint claims

# threats: a row of five cells, the last two judged like a claim's.
threat()
{
	printf '| attempt | gains | answer | code | test |\n' \
	    >docs/threat-model.md
	printf '|---|---|---|---|---|\n| it lies | a lie | one is one | %s |\n' \
	    "$1" >>docs/threat-model.md
}
expect_exit 1 'docs/threat-model.md is missing' scripts/lint threats
# shellcheck disable=SC2016 # backquotes of Markdown
{
	threat '`base/one.c` | `tests/base/one_test.c` `one_is_one`'
	expect_exit 0 'ok    threats' scripts/lint threats
	threat '`base/one.c` | `tests/base/one_test.c` `a_test_that_is_gone`'
	expect_exit 1 "has no 'a_test_that_is_gone'" scripts/lint threats
	threat '`base/two.c` | `tests/base/one_test.c`'
	expect_exit 1 'there is no base/two.c' scripts/lint threats
	threat '`base/one.c` | nobody'
	expect_exit 1 'it names no test' scripts/lint threats
	threat '`tests/base/one_test.c`'
	expect_exit 1 '4 cells, not 5' scripts/lint threats
}
rm -r docs README.md tests/base
expect_exit 2 'no such rule: nonsense' scripts/lint nonsense
expect_exit 0 'lint: no findings' scripts/lint
finish
