/* SPDX-License-Identifier: Apache-2.0
 *
 * The objects mapped into this process and the module's configuration.
 */
#include "tokens/pins.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "tokens/profile.h"

#define OBJECT_MAX ((size_t)256 << 20)	/* bytes of a shared object */
#define MAPS_MAX ((size_t)1 << 20)

static bool
seen(const struct tok_mapped *list, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].path, path) == 0)
			return true;
	return false;
}

/* One line: "START-END PERMS OFFSET DEVICE INODE   PATH" (proc_pid_maps(5));
 * false when it is no executable mapping of a file. */
static bool
executable_file(const char *line, unsigned long *ret_inode, int *ret_at)
{
	char perms[8] = "";
	int at = 0;

	if (sscanf(line, "%*s %7s %*s %*s %lu %n", perms, ret_inode, &at) < 2
	    || at == 0 || strchr(perms, 'x') == NULL || line[at] != '/')
		return false;
	*ret_at = at;
	return true;
}

kc_result
tok_pins_mapped(const char *maps, const char *self, struct tok_mapped *ret,
    size_t max, size_t *ret_n, struct kc_err *err)
{
	static const char gone[] = " (deleted)";
	size_t n = 0;

	for (const char *line = maps; *line != '\0';) {
		const char *end = strchrnul(line, '\n');
		char one[2 * TOK_PIN_PATH + 128];
		unsigned long inode = 0;
		size_t len = (size_t)(end - line);
		int at = 0;

		if (len >= sizeof one)
			return KC_FAIL(err, KC_EMODULE, 0, "an object with a "
			    "path of more than %d bytes is mapped",
			    TOK_PIN_PATH - 1);
		memcpy(one, line, len);
		one[len] = '\0';
		line = *end == '\n' ? end + 1 : end;
		if (!executable_file(one, &inode, &at))
			continue;
		len = strlen(one + at);
		if (len >= sizeof gone && strcmp(one + at + len -
		    (sizeof gone - 1), gone) == 0)
			return KC_FAIL(err, KC_EMODULE, 0, "%.200s: the file "
			    "that is mapped is not there any more", one + at);
		if (strcmp(one + at, self) == 0 || seen(ret, n, one + at))
			continue;
		if (len >= TOK_PIN_PATH || n == max)
			return KC_FAIL(err, KC_EMODULE, 0, "%.200s: more than "
			    "%zu objects or %d bytes of path", one + at, max,
			    TOK_PIN_PATH - 1);
		memcpy(ret[n].path, one + at, len + 1);
		ret[n++].inode = inode;
	}
	*ret_n = n;
	return KC_DONE;
}

/* The file of this name; inode 0: any, else the one that is mapped. */
static kc_result
hash_file(const char *path, unsigned long inode, struct tok_pin *ret,
    struct kc_err *err)
{
	struct kc_buf bytes = { 0 };
	struct stat st;
	kc_result r;

	if (stat(path, &st) != 0) {
		r = KC_FAIL(err, KC_EMODULE, errno, "cannot read %.200s: %s",
		    path, strerror(errno));
		goto out;
	}
	if (inode != 0 && (unsigned long)st.st_ino != inode) {
		r = KC_FAIL(err, KC_EMODULE, 0, "%.200s was replaced since it "
		    "was mapped", path);
		goto out;
	}
	KC_TRY(r, kc_file_read(path, OBJECT_MAX, &bytes, err));
	KC_TRY(r, kc_sha256_one(bytes.p, bytes.len, ret->sha256, err));
	(void)snprintf(ret->path, sizeof ret->path, "%s", path);
	ret->config = inode == 0;
out:
	kc_buf_free(&bytes);
	return r;
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct tok_mapped *)a)->path,
	    ((const struct tok_mapped *)b)->path);
}

/* /proc has no size: read to the end. */
static kc_result
read_maps(struct kc_buf *ret, struct kc_err *err)
{
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	char some[4096];
	ssize_t n = -1;
	kc_result r = KC_DONE;

	while (kc_ok(r) && fd >= 0 && ret->len < MAPS_MAX &&
	    (n = read(fd, some, sizeof some)) > 0)
		r = kc_buf_add(ret, some, (size_t)n, err);
	if (fd >= 0)
		(void)close(fd);
	if (kc_ok(r) && n != 0)
		r = KC_FAIL(err, KC_EMODULE, errno, "/proc/self/maps cannot "
		    "be read to its end");
	return r;
}

/* What the variable names, else the files that the module looks for. */
static kc_result
add_config(const struct tok_profile *p, struct tok_pin *ret, size_t *n,
    struct kc_err *err)
{
	const char *said = p->conf_variable != NULL ?
	    getenv(p->conf_variable) : NULL;
	kc_result r = KC_DONE;

	for (size_t i = 0; i < TOK_CONF_MAX && kc_ok(r); i++) {
		const char *path = said != NULL ? said : p->conf[i];

		if (path == NULL || (said != NULL && i > 0))
			break;
		if (access(path, F_OK) != 0 && errno == ENOENT)
			continue;
		if (strlen(path) >= TOK_PIN_PATH || *n == TOK_PINS_MAX)
			return KC_FAIL(err, KC_EMODULE, 0, "%.200s: the path "
			    "is too long, or the files are too many", path);
		r = hash_file(path, 0, &ret[*n], err);
		*n += kc_ok(r);
	}
	return r;
}

kc_result
tok_pins_here(const struct tok_profile *p, struct tok_pin *ret,
    size_t *ret_n, struct kc_err *err)
{
	static struct tok_mapped mapped[TOK_PINS_MAX];
	char self[TOK_PIN_PATH] = "";
	struct kc_buf maps = { 0 };
	size_t n = 0;
	ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
	kc_result r;

	if (len < 0)
		return KC_FAIL(err, KC_EMODULE, errno,
		    "this program does not find itself");
	self[len] = '\0';
	KC_TRY(r, read_maps(&maps, err));
	KC_TRY(r, tok_pins_mapped(kc_buf_str(&maps), self, mapped,
	    TOK_PINS_MAX, &n, err));
	qsort(mapped, n, sizeof *mapped, by_path);
	for (size_t i = 0; i < n; i++)
		KC_TRY(r, hash_file(mapped[i].path, mapped[i].inode, &ret[i],
		    err));
	KC_TRY(r, add_config(p, ret, &n, err));
	*ret_n = n;
out:
	kc_buf_free(&maps);
	return r;
}
