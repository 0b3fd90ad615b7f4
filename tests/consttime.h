/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets as memcheck sees them: bytes whose value is not defined.  A branch
 * or an index that depends on one is then reported; tests/e2e/consttime.py
 * allows those branches whose line says "verdict".
 */
#ifndef KC_TESTS_CONSTTIME_H
#define KC_TESTS_CONSTTIME_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <valgrind/memcheck.h>

#include "base/secret.h"

/* Not assert: a failed one must not be a leak that is looked at. */
static inline void
must(int good, const char *what)
{
	if (good)
		return;
	(void)fprintf(stderr, "consttime: %s\n", what);
	exit(1);
}

static inline void
poison(const void *p, size_t len)
{
	(void)VALGRIND_MAKE_MEM_UNDEFINED(p, len);
}

/* What was a secret is public from here on, for the test's own eyes. */
static inline void
reveal(const void *p, size_t len)
{
	(void)VALGRIND_MAKE_MEM_DEFINED(p, len);
}

/* A share's values, nine bits a word; its x is public. */
static inline void
poison_share(const struct kc_secret *s)
{
	static const uint8_t bits[2] = { 0xff, 0x01 };

	for (size_t i = 0; i + 1 < s->len; i += 2)
		(void)VALGRIND_SET_VBITS(s->p + i, bits, sizeof bits);
}

/* The controls: what must be reported. */
static const char leak_text[] = "leak";

static inline int
leak(const char *how, const uint8_t *secret)
{
	if (strcmp(how, "branch") == 0) {
		if ((secret[3] & 4) != 0)
			return puts("odd");
		return puts("even");
	}
	if (strcmp(how, "index") == 0)
		return leak_text[secret[3] & 3];
	if (strcmp(how, "compare") == 0)
		return memcmp(secret, leak_text, sizeof leak_text) == 0 ?
		    puts("same") : puts("other");
	must(0, "leak: branch, index or compare");
	return 0;
}

/* The program: under memcheck only; with a word, only that control. */
static inline int
consttime_main(int argc, char **argv, void (*all)(void))
{
	must(RUNNING_ON_VALGRIND != 0, "run me under valgrind");
	must(kc_ok(kc_secret_heap(NULL)), "no secure heap");
	if (argc > 1) {
		uint8_t secret[32] = { 0 };
		volatile int sink;

		poison(secret, sizeof secret);
		sink = leak(argv[1], secret);
		(void)sink;
		return 0;
	}
	all();
	return 0;
}

#endif
