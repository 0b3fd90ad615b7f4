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

#include <ftw.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

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

	(void)snprintf(ret, 256, "%s/kc-XXXXXX", base != NULL ? base : "/tmp");
	assert_non_null(mkdtemp(ret));
}

/* t_remove: take such a directory away with everything in it. */
static inline int
t_remove_one(const char *path, const struct stat *st, int kind,
    struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static inline int
t_remove(const char *dir)
{
	return nftw(dir, t_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* t_run: run a program by name, no shell between; its exit code or -1. */
static inline int
t_run(const char *const *argv)
{
	extern char **environ;
	pid_t pid;
	int status;

	if (posix_spawnp(&pid, argv[0], NULL, NULL,
	    (char *const *)(uintptr_t)argv, environ) != 0 ||
	    waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

#endif
