/* SPDX-License-Identifier: Apache-2.0
 *
 * Landlock by its system calls: the C library has no functions for them, and
 * Debian 12's headers know only what kernel 6.1 did.
 */
#include "base/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/landlock.h>

/* Rights of linux/landlock.h, by the version of the ABI that brought them. */
#define CHANGE_FILE (LANDLOCK_ACCESS_FS_WRITE_FILE)
#define CHANGE_DIR (LANDLOCK_ACCESS_FS_REMOVE_DIR | \
	LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR | \
	LANDLOCK_ACCESS_FS_MAKE_REG)
#define NEVER (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR | \
	LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | \
	LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)
#define REFER (UINT64_C(1) << 13)	/* 2: rename between directories */
#define TRUNCATE (UINT64_C(1) << 14)	/* 3 */
#define TCP (UINT64_C(3))		/* 4: bind and connect */
#define SCOPES (UINT64_C(3))		/* 6: abstract sockets, signals */

/* struct ruleset: struct landlock_ruleset_attr as of ABI 6; the kernel is
 * told how much of it there is. */
struct ruleset {
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
};

int
kc_landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	return abi > 0 ? (int)abi : 0;
}

kc_result
kc_writes_add(struct kc_writes *w, const char *path, struct kc_err *err)
{
	if (w->n == KC_WRITES_MAX)
		return KC_FAIL(err, KC_EBUG, 0, "more than %d places to write",
		    KC_WRITES_MAX);
	w->path[w->n++] = path;
	return KC_DONE;
}

static uint64_t
file_rights(int abi)
{
	return CHANGE_FILE | (abi >= 3 ? TRUNCATE : 0);
}

static uint64_t
dir_rights(int abi)
{
	return file_rights(abi) | CHANGE_DIR | (abi >= 2 ? REFER : 0);
}

static int
make_ruleset(int abi, bool alone)
{
	const struct ruleset a = {
		.fs = dir_rights(abi) | NEVER,
		.net = abi >= 4 ? TCP : 0,
		.scoped = abi >= 6 && alone ? SCOPES : 0,
	};
	size_t size = abi < 4 ? sizeof a.fs : abi < 6 ?
	    sizeof a.fs + sizeof a.net : sizeof a;

	return (int)syscall(SYS_landlock_create_ruleset, &a, size, 0);
}

static bool
allow(int set, int abi, const char *path)
{
	struct landlock_path_beneath_attr rule = { 0 };
	struct stat st;
	bool ok;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return true;	/* and so it stays forbidden */
	ok = fstat(rule.parent_fd, &st) == 0;
	rule.allowed_access = ok && S_ISDIR(st.st_mode) ? dir_rights(abi) :
	    file_rights(abi);
	ok = ok && syscall(SYS_landlock_add_rule, set,
	    LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
	(void)close(rule.parent_fd);
	return ok;
}

kc_result
kc_writes_only(const struct kc_writes *w, struct kc_err *err)
{
	int abi = kc_landlock_abi(), set;
	bool ok;

	if (abi == 0)
		return KC_DONE;
	set = make_ruleset(abi, w->alone);
	ok = set >= 0 && allow(set, abi, "/dev/null");
	for (size_t i = 0; ok && i < w->n; i++)
		ok = allow(set, abi, w->path[i]);
	ok = ok && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    syscall(SYS_landlock_restrict_self, set, 0) == 0;
	if (!ok)
		(void)KC_FAIL(err, KC_ESANDBOX, errno,
		    "cannot limit where this process writes: %s",
		    strerror(errno));
	if (set >= 0)
		(void)close(set);
	return ok ? KC_DONE : (kc_result){ KC_ESANDBOX };
}
