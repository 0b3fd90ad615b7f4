/* SPDX-License-Identifier: Apache-2.0
 *
 * Giving up powers: environment, cores, sockets, exec.
 */
#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <seccomp.h>

#define ENV_MAX 12

/* TERM decides which terminfo file is opened: a name, never a path. */
static bool
plain_name(const char *s)
{
	size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
	    "uvwxyz0123456789-+.");

	return n > 0 && n < 40 && s[n] == '\0' && s[0] != '.';
}

/* UTF-8, unless the locale that was given says otherwise: then the terminal
 * has no other letters than ASCII's. */
static bool
has_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *v = getenv(names[i]);

		if (v != NULL && v[0] != '\0')
			return strcasestr(v, "utf-8") != NULL ||
			    strcasestr(v, "utf8") != NULL;
	}
	return true;
}

/* The environment this program runs with, made of the one it was given. */
static size_t
wanted(char list[ENV_MAX][256])
{
	static const char *const sanitizer[] = { "ASAN_OPTIONS",
		"UBSAN_OPTIONS", "LSAN_OPTIONS" };
	const char *term = getenv("TERM"), *colour = getenv("NO_COLOR");
	size_t n = 0;

	(void)snprintf(list[n++], 256, "PATH=/usr/bin:/bin");
	(void)snprintf(list[n++], 256, "LANG=%s", has_utf8() ? "C.UTF-8" :
	    "C");
	(void)snprintf(list[n++], 256, "TZ=UTC");
	(void)snprintf(list[n++], 256, "HOME=/nonexistent");
	(void)snprintf(list[n++], 256, "TERM=%s",
	    term != NULL && plain_name(term) ? term : "dumb");
	if (colour != NULL && colour[0] != '\0')
		(void)snprintf(list[n++], 256, "NO_COLOR=1");
	for (size_t i = 0; KC_SANITIZED && i < 3; i++) {
		const char *v = getenv(sanitizer[i]);

		if (v != NULL && strlen(v) < 200)
			(void)snprintf(list[n++], 256, "%s=%s", sanitizer[i],
			    v);
	}
	return n;
}

static bool
same_env(char list[ENV_MAX][256], size_t n)
{
	extern char **environ;
	size_t i = 0;

	for (; environ != NULL && environ[i] != NULL; i++)
		if (i >= n || strcmp(environ[i], list[i]) != 0)
			return false;
	return i == n;
}

kc_result
kc_env_replace(char **argv, struct kc_err *err)
{
	char list[ENV_MAX][256];
	char *env[ENV_MAX + 1] = { NULL };
	size_t n = wanted(list);

	if (same_env(list, n))
		return KC_DONE;
	for (size_t i = 0; i < n; i++)
		env[i] = list[i];
	(void)execve("/proc/self/exe", argv, env);
	return KC_FAIL(err, KC_ESANDBOX, errno,
	    "cannot start again with a clean environment: %s",
	    strerror(errno));
}

kc_result
kc_harden(struct kc_err *err)
{
	struct rlimit none = { 0, 0 };

	(void)umask(077);
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return KC_FAIL(err, KC_ESANDBOX, errno,
		    "cannot forbid core files: %s", strerror(errno));
	/* LeakSanitizer must trace its own process. */
	if (!KC_SANITIZED && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return KC_FAIL(err, KC_ESANDBOX, errno,
		    "cannot make the process undumpable: %s",
		    strerror(errno));
	return KC_DONE;
}

static int
forbid(scmp_filter_ctx ctx, const int *calls, size_t n)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), calls[i],
		    0);
	return rc;
}

kc_result
kc_sandbox_enter(enum kc_sandbox kind, struct kc_err *err)
{
	static const int never[] = { SCMP_SYS(execve), SCMP_SYS(execveat),
		SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter),
		SCMP_SYS(io_uring_register), SCMP_SYS(process_vm_readv),
		SCMP_SYS(process_vm_writev), SCMP_SYS(pidfd_getfd),
		SCMP_SYS(bpf), SCMP_SYS(perf_event_open),
		SCMP_SYS(userfaultfd), SCMP_SYS(mount), SCMP_SYS(umount2),
		SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(swapon),
		SCMP_SYS(init_module), SCMP_SYS(finit_module),
		SCMP_SYS(kexec_load), SCMP_SYS(add_key), SCMP_SYS(keyctl) };
	static const int trace[] = { SCMP_SYS(ptrace) };
	const struct scmp_arg_cmp foreign = { .arg = 0, .op = SCMP_CMP_NE,
		.datum_a = AF_UNIX, .datum_b = 0 };
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int rc = -ENOMEM;

	if (ctx == NULL)
		goto out;
	/* Other architectures' system calls stay refused (bad arch: kill). */
	rc = forbid(ctx, never, sizeof never / sizeof *never);
	if (rc == 0 && !KC_SANITIZED)
		rc = forbid(ctx, trace, 1);
	if (rc == 0 && kind == KC_SANDBOX_MAIN)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EAFNOSUPPORT),
		    SCMP_SYS(socket), 0);
	if (rc == 0 && kind == KC_SANDBOX_CARD)
		rc = seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EAFNOSUPPORT),
		    SCMP_SYS(socket), 1, &foreign);
	if (rc == 0)
		rc = seccomp_load(ctx);
out:
	if (ctx != NULL)
		seccomp_release(ctx);
	if (rc != 0)
		return KC_FAIL(err, KC_ESANDBOX, -rc,
		    "cannot load the seccomp filter: %s", strerror(-rc));
	return KC_DONE;
}

bool
kc_swap_listed(const char *path)
{
	char text[512];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
	const char *line;

	if (fd >= 0)
		(void)close(fd);
	if (n < 0)
		return true;
	text[n] = '\0';
	line = strchr(text, '\n');	/* the heading */
	return line != NULL && line[1] != '\0';
}

bool
kc_swap_active(void)
{
	return kc_swap_listed("/proc/swaps");
}
