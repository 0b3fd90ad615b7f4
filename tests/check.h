/* SPDX-License-Identifier: Apache-2.0
 *
 * What unit tests share: cmocka and checks of a result with its sentence.
 */
#ifndef KC_TESTS_CHECK_H
#define KC_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

/* t_ok: the call succeeds; err is printed when not. */
#define t_ok(call, err)							\
	do {								\
		kc_result t_r = (call);					\
		if (!kc_ok(t_r))					\
			fail_msg("%s: %s: %s", #call,			\
			    kc_symbol(t_r.code), (err)->msg);		\
	} while (0)

/* t_fails: the call fails with this code, in err too, and the sentence
 * holds text. */
#define t_fails(call, err, want, text)					\
	do {								\
		kc_result t_r = (call);					\
		if (t_r.code != (want) || (err)->code != (want))	\
			fail_msg("%s: %s, not %s: %s", #call,		\
			    kc_symbol(t_r.code), kc_symbol(want),	\
			    (err)->msg);				\
		if (strstr((err)->msg, (text)) == NULL)			\
			fail_msg("%s: '%s' is not in: %s", #call,	\
			    (text), (err)->msg);			\
	} while (0)

/* t_dir: a new directory, its path in ret; fails the test otherwise. */
static inline void
t_dir(char ret[static 256])
{
	const char *base = getenv("TMPDIR");

	(void)snprintf(ret, 256, "%s/kc-XXXXXX", base != NULL ? base : ".");
	assert_non_null(mkdtemp(ret));
}

#endif
