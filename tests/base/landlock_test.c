/* SPDX-License-Identifier: Apache-2.0
 *
 * Landlock, from inside: a child gives up writing and tries to.
 */
#include "base/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/child.h"

static char top[256];
static char in[270], out[270], plain[270], other[270];

static int
setup(void **state)
{
	int fd;

	(void)state;
	t_dir(top);
	(void)snprintf(in, sizeof in, "%s/in", top);
	(void)snprintf(out, sizeof out, "%s/out", top);
	(void)snprintf(plain, sizeof plain, "%s/plain", top);
	(void)snprintf(other, sizeof other, "%s/other", top);
	fd = open(plain, O_WRONLY | O_CREAT, 0600);
	if (fd < 0 || close(fd) != 0 || mkdir(in, 0700) != 0 ||
	    mkdir(out, 0700) != 0)
		return -1;
	fd = open(other, O_WRONLY | O_CREAT, 0600);
	return fd < 0 || close(fd) != 0 ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	return unlink(plain) == 0 && unlink(other) == 0 && rmdir(in) == 0 &&
	    rmdir(out) == 0 && rmdir(top) == 0 ? 0 : -1;
}

/* The errno of making, or opening for writing, name in dir; 0: it went. */
static int
try_write(const char *dir, const char *name, int flags)
{
	char path[300];
	int fd;

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0600);
	if (fd < 0)
		return errno;
	(void)close(fd);
	return 0;
}

static void
need_landlock(void)
{
	if (kc_landlock_abi() == 0) {
		(void)printf("skip: this kernel has no Landlock\n");
		skip();
	}
}

static int
confine(bool alone)
{
	const struct kc_writes w = { { in, plain, "/nonexistent/x" }, 3,
		alone };

	return kc_ok(kc_writes_only(&w, NULL)) ? 0 : 1;
}

/* Each step of a child returns its own number when it goes wrong. */
static int
writes_inside_and_outside(void)
{
	if (confine(false) != 0)
		return 2;
	if (try_write(in, "a", O_CREAT) != 0 || try_write(in, "a", 0) != 0)
		return 3;
	if (try_write(top, "plain", O_TRUNC) != 0)
		return 4;
	if (try_write(out, "a", O_CREAT) != EACCES)
		return 5;
	if (try_write(top, "other", 0) != EACCES)
		return 6;
	if (try_write("/dev", "null", 0) != 0)
		return 7;
	return 0;
}

static void
a_file_is_written_only_where_that_is_allowed(void **state)
{
	(void)state;
	need_landlock();
	assert_int_equal(in_child(writes_inside_and_outside), 0);
}

static int
changes_names(void)
{
	char a[280], b[280];

	(void)snprintf(a, sizeof a, "%s/a", in);
	(void)snprintf(b, sizeof b, "%s/b", out);
	if (confine(false) != 0)
		return 2;
	/* The child before this one made it. */
	if (rename(a, b) == 0 || rename(other, a) == 0)
		return 3;
	if (unlink(other) == 0 || errno != EACCES)
		return 4;
	if (mkdir(b, 0700) == 0 || errno != EACCES)
		return 5;
	if (symlink("/etc", b) == 0 || mkfifo(b, 0600) == 0)
		return 6;
	if (rmdir(out) == 0 || errno != EACCES)
		return 7;
	if (kc_landlock_abi() >= 3 && (truncate(other, 0) == 0 ||
	    errno != EACCES))
		return 8;
	return unlink(a) == 0 ? 0 : 9;
}

static void
no_name_elsewhere_is_made_moved_or_removed(void **state)
{
	(void)state;
	need_landlock();
	assert_int_equal(in_child(changes_names), 0);
}

static int
reads_and_runs(void)
{
	char *const argv[] = { (char[]){ "true" }, NULL };
	int fd;

	if (confine(false) != 0)
		return 2;
	fd = open(other, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 3;
	(void)close(fd);
	(void)execve("/bin/true", argv, argv + 1);
	return errno == EACCES ? 0 : 4;
}

static void
reading_stays_and_running_goes(void **state)
{
	(void)state;
	need_landlock();
	assert_int_equal(in_child(reads_and_runs), 0);
}

static int
signals_its_parent(void)
{
	if (confine(true) != 0)
		return 2;
	if (kill(getppid(), 0) == 0 || errno != EPERM)
		return 3;
	return kill(getpid(), 0) == 0 ? 0 : 4;
}

static void
a_process_that_is_alone_signals_nobody_else(void **state)
{
	(void)state;
	if (kc_landlock_abi() < 6) {
		(void)printf("skip: Landlock here has no scopes\n");
		skip();
	}
	assert_int_equal(in_child(signals_its_parent), 0);
}

/* A second list can only take away. */
static int
wants_more(void)
{
	const struct kc_writes more = { { top }, 1, false };

	if (confine(false) != 0 || !kc_ok(kc_writes_only(&more, NULL)))
		return 2;
	return try_write(out, "a", O_CREAT) == EACCES ? 0 : 3;
}

static void
what_was_given_up_does_not_come_back(void **state)
{
	(void)state;
	need_landlock();
	assert_int_equal(in_child(wants_more), 0);
}

static void
a_list_that_is_full_takes_no_more(void **state)
{
	struct kc_writes w = { .n = KC_WRITES_MAX };
	struct kc_err err = { 0 };

	(void)state;
	assert_int_equal(kc_writes_add(&w, "/x", &err).code, KC_EBUG);
	assert_string_equal(err.msg, "more than 128 places to write");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_written_only_where_that_is_allowed),
		cmocka_unit_test(no_name_elsewhere_is_made_moved_or_removed),
		cmocka_unit_test(reading_stays_and_running_goes),
		cmocka_unit_test(a_process_that_is_alone_signals_nobody_else),
		cmocka_unit_test(what_was_given_up_does_not_come_back),
		cmocka_unit_test(a_list_that_is_full_takes_no_more),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
