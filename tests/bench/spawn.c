/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs one command and prints what it cost; small itself, for a child's peak
 * memory counts that of the process it was forked from.  For tests/bench/run.
 * Usage: spawn RESULT-FILE COMMAND [ARGUMENT...]
 * Writes one line: exit code, wall ns, CPU ns, peak memory in KiB.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t
nanos(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t
of(struct timeval t)
{
	return ((int64_t)t.tv_sec * 1000000 + t.tv_usec) * 1000;
}

int
main(int argc, char **argv)
{
	struct rusage use = { 0 };
	int status = 0;
	int64_t from;
	pid_t pid;
	FILE *f;

	if (argc < 3)
		return 2;
	from = nanos();
	pid = fork();
	if (pid == 0) {
		(void)execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &use) != pid)
		return 6;
	from = nanos() - from;
	f = fopen(argv[1], "w");
	if (f == NULL)
		return 6;
	(void)fprintf(f, "%d %" PRId64 " %" PRId64 " %ld\n",
	    WIFEXITED(status) ? WEXITSTATUS(status) : 255, from,
	    of(use.ru_utime) + of(use.ru_stime), use.ru_maxrss);
	return fclose(f) == 0 ? 0 : 6;
}
