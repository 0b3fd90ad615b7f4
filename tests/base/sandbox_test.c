/* SPDX-License-Identifier: Apache-2.0
 *
 * The sandbox, from inside: a child enters it and tries what it may not.
 */
#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/child.h"

/* The errno of opening a socket of that family; 0 when it opens. */
static int
try_socket(int family)
{
	int fd = socket(family, SOCK_STREAM, 0);

	if (fd < 0)
		return errno;
	(void)close(fd);
	return 0;
}

static int
enter(enum kc_sandbox kind)
{
	return kc_ok(kc_sandbox_enter(kind, NULL)) ? 0 : 1;
}

/* Each step of a child returns its own number when it goes wrong. */
static int
main_tries_sockets(void)
{
	int pair[2];

	if (enter(KC_SANDBOX_MAIN) != 0)
		return 2;
	if (try_socket(AF_UNIX) != EAFNOSUPPORT)
		return 3;
	if (try_socket(AF_INET) != EAFNOSUPPORT ||
	    try_socket(AF_INET6) != EAFNOSUPPORT)
		return 4;
	if (try_socket(AF_NETLINK) != EAFNOSUPPORT)
		return 5;
	/* what it talks to its card children through */
	return socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 ? 0 : 6;
}

static void
the_main_process_opens_no_socket_of_any_family(void **state)
{
	(void)state;
	assert_int_equal(try_socket(AF_UNIX), 0);
	assert_int_equal(in_child(main_tries_sockets), 0);
}

static int
card_tries_sockets(void)
{
	if (enter(KC_SANDBOX_CARD) != 0)
		return 2;
	if (try_socket(AF_UNIX) != 0)
		return 3;
	if (try_socket(AF_INET) != EAFNOSUPPORT ||
	    try_socket(AF_INET6) != EAFNOSUPPORT)
		return 4;
	if (try_socket(AF_NETLINK) != EAFNOSUPPORT ||
	    try_socket(AF_PACKET) != EAFNOSUPPORT)
		return 5;
	/* the upper half of the register is no way around */
	if (syscall(SYS_socket, (1L << 32) | AF_INET, SOCK_STREAM, 0) >= 0 ||
	    errno != EAFNOSUPPORT)
		return 6;
	return 0;
}

static void
a_card_process_opens_unix_sockets_only(void **state)
{
	(void)state;
	assert_int_equal(in_child(card_tries_sockets), 0);
}

static int
try_exec(enum kc_sandbox kind)
{
	char *const argv[] = { (char[]){ "true" }, NULL };
	char *const env[] = { NULL };
	int fd;

	if (enter(kind) != 0)
		return 2;
	(void)execve("/bin/true", argv, env);
	if (errno != EPERM)
		return 3;
	fd = open("/bin/true", O_RDONLY | O_CLOEXEC);
	(void)fexecve(fd, argv, env);
	return errno == EPERM ? 55 : 4;
}

static int
main_tries_exec(void)
{
	return try_exec(KC_SANDBOX_MAIN);
}

static int
card_tries_exec(void)
{
	return try_exec(KC_SANDBOX_CARD);
}

static void
nothing_is_executed_any_more(void **state)
{
	(void)state;
	assert_int_equal(in_child(main_tries_exec), 55);
	assert_int_equal(in_child(card_tries_exec), 55);
}

static int
try_ptrace(void)
{
	if (enter(KC_SANDBOX_MAIN) != 0)
		return 2;
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
		return 3;
	return errno == EPERM ? 0 : 4;
}

static void
ptrace_is_refused_except_under_a_sanitizer(void **state)
{
	(void)state;
	assert_int_equal(in_child(try_ptrace), KC_SANITIZED ? 3 : 0);
}

static int
try_others(void)
{
	if (enter(KC_SANDBOX_CARD) != 0)
		return 2;
	if (syscall(SYS_io_uring_setup, 1, NULL) >= 0 || errno != EPERM)
		return 3;
	if (syscall(SYS_process_vm_readv, getpid(), NULL, 0, NULL, 0, 0) >= 0
	    || errno != EPERM)
		return 4;
	if (syscall(SYS_process_vm_writev, getpid(), NULL, 0, NULL, 0, 0) >=
	    0 || errno != EPERM)
		return 5;
	if (syscall(SYS_pidfd_getfd, -1, 0, 0) >= 0 || errno != EPERM)
		return 6;
	if (syscall(SYS_bpf, 0, NULL, 0) >= 0 || errno != EPERM ||
	    syscall(SYS_perf_event_open, NULL, 0, 0, 0, 0) >= 0 ||
	    errno != EPERM || syscall(SYS_userfaultfd, 0) >= 0 ||
	    errno != EPERM)
		return 7;
	if (unshare(0) == 0 || errno != EPERM || setns(-1, 0) == 0 ||
	    errno != EPERM)
		return 8;
	if (mount("", "", "", 0, NULL) == 0 || errno != EPERM ||
	    umount2("", 0) == 0 || errno != EPERM ||
	    swapon("", 0) == 0 || errno != EPERM)
		return 9;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 10;
}

static void
io_uring_and_foreign_memory_are_refused_for_good(void **state)
{
	(void)state;
	assert_int_equal(in_child(try_others), 0);
}

static int
grandchild_tries_socket(void)
{
	pid_t pid;
	int status;

	if (enter(KC_SANDBOX_MAIN) != 0)
		return 2;
	pid = fork();
	if (pid == 0)
		_exit(try_socket(AF_UNIX) == EAFNOSUPPORT ? 0 : 3);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 4;
	return WEXITSTATUS(status);
}

static void
a_child_inherits_the_filter(void **state)
{
	(void)state;
	assert_int_equal(in_child(grandchild_tries_socket), 0);
}

static int
harden(void)
{
	struct rlimit core;
	mode_t mask;

	if (!kc_ok(kc_harden(NULL)))
		return 2;
	if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur != 0 ||
	    core.rlim_max != 0)
		return 3;
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != KC_SANITIZED)
		return 4;
	mask = umask(0);
	return mask == 077 ? 0 : 5;
}

static void
a_hardened_process_leaves_no_core_and_no_readable_file(void **state)
{
	(void)state;
	assert_int_equal(in_child(harden), 0);
}

static void
swap_is_reported_as_the_kernel_lists_it(void **state)
{
	FILE *f = fopen("/proc/swaps", "r");
	char line[256];
	int lines = 0;

	(void)state;
	if (f != NULL) {
		while (fgets(line, sizeof line, f) != NULL)
			lines++;
		(void)fclose(f);
	}
	assert_int_equal(kc_swap_active(), f == NULL || lines > 1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_main_process_opens_no_socket_of_any_family),
		cmocka_unit_test(a_card_process_opens_unix_sockets_only),
		cmocka_unit_test(nothing_is_executed_any_more),
		cmocka_unit_test(ptrace_is_refused_except_under_a_sanitizer),
		cmocka_unit_test(
		    io_uring_and_foreign_memory_are_refused_for_good),
		cmocka_unit_test(a_child_inherits_the_filter),
		cmocka_unit_test(
		    a_hardened_process_leaves_no_core_and_no_readable_file),
		cmocka_unit_test(swap_is_reported_as_the_kernel_lists_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
