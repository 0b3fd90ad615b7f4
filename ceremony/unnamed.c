/* SPDX-License-Identifier: Apache-2.0
 *
 * Directories of ceremonies that were killed before they had their name.
 */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "ceremony/room.h"

/* "<base>.new-<16 hex>" */
static bool
is_unnamed(const char *name, const char *base)
{
	size_t len = strlen(base), mark = strlen(CER_UNNAMED);
	uint8_t rnd[8];

	return strncmp(name, base, len) == 0 &&
	    strncmp(name + len, CER_UNNAMED, mark) == 0 &&
	    kc_unhex(name + len + mark, sizeof rnd, rnd);
}

/* Only what we make there: a directory with anything else in it stays. */
static void
empty(int fd)
{
	static const char *const ours[] = { "script.yaml", "site.yaml",
		"journal.db", "journal.db-journal", "lock" };

	(void)unlinkat(fd, "artifacts", AT_REMOVEDIR);
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		(void)unlinkat(fd, ours[i], 0);
}

/* The lock says whether somebody is still making it. */
static void
drop(const char *path)
{
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int lock = dir < 0 ? -1 : openat(dir, "lock", O_RDWR | O_CLOEXEC |
	    O_NOFOLLOW);

	if (dir < 0)
		return;
	if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) == 0) {
		if (lock >= 0 && kc_ok(kc_file_drop_temps(path, NULL)))
			empty(dir);
		(void)rmdir(path);
	}
	if (lock >= 0)
		(void)close(lock);
	(void)close(dir);
}

void
cer_unnamed_drop(const char *parent, const char *dir)
{
	const char *slash = strrchr(dir, '/');
	const char *base = slash != NULL ? slash + 1 : dir;
	DIR *d = opendir(parent);
	struct kc_buf path = { 0 };
	const struct dirent *e;

	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL)
		if (is_unnamed(e->d_name, base) &&
		    kc_ok(kc_path_join(parent, e->d_name, &path, NULL)))
			drop(kc_buf_str(&path));
	(void)closedir(d);
	kc_buf_free(&path);
}
