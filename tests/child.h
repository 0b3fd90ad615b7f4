/* SPDX-License-Identifier: Apache-2.0
 *
 * A function in a process of its own: what it gives up is given up there.
 */
#ifndef KC_TESTS_CHILD_H
#define KC_TESTS_CHILD_H

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check.h"

/* Run fn in a child; its return value, below 256, or 1000 + signal. */
static inline int
in_child(int (*fn)(void))
{
	int status;
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(fn());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	    1000 + WTERMSIG(status);
}

#endif
