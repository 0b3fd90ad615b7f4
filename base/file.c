/* SPDX-License-Identifier: Apache-2.0
 *
 * Files: limited reads, durable writes that never replace.
 */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"

#define TEMP_MARK ".kc-tmp-"

/* Open a regular file and learn its size. */
static kc_result
open_regular(const char *path, size_t max, int *ret_fd, size_t *ret_size,
    struct kc_err *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return KC_FAIL(err, KC_EIO, errno, "cannot open %s: %s", path,
		    strerror(errno));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		return KC_FAIL(err, KC_EIO, 0, "%s is not a regular file",
		    path);
	}
	if (st.st_size < 0 || (uint64_t)st.st_size > max) {
		(void)close(fd);
		return KC_FAIL(err, KC_ELIMIT, 0,
		    "%s has %lld bytes; the limit is %zu", path,
		    (long long)st.st_size, max);
	}
	*ret_fd = fd;
	*ret_size = (size_t)st.st_size;
	return KC_DONE;
}

/* Read exactly what was promised; a file that changes is refused. */
static kc_result
read_exact(int fd, const char *path, uint8_t *p, size_t size,
    struct kc_err *err)
{
	size_t have = 0;
	uint8_t more;
	ssize_t n;

	while (have < size) {
		n = read(fd, p + have, size - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return KC_FAIL(err, KC_EIO, errno,
			    "cannot read %s: %s", path, strerror(errno));
		if (n == 0)
			break;
		have += (size_t)n;
	}
	do {
		n = read(fd, &more, 1);
	} while (n < 0 && errno == EINTR);
	if (have != size || n != 0)
		return KC_FAIL(err, KC_EIO, 0,
		    "%s changed while it was read", path);
	return KC_DONE;
}

kc_result
kc_file_read(const char *path, size_t max, struct kc_buf *ret,
    struct kc_err *err)
{
	size_t size = 0;
	uint8_t *p = NULL;
	int fd = -1;
	kc_result r = open_regular(path, max, &fd, &size, err);

	if (!kc_ok(r))
		return r;
	p = malloc(size + 1);
	if (p == NULL) {
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for %s", path);
		goto out;
	}
	KC_TRY(r, read_exact(fd, path, p, size, err));
	p[size] = '\0';
	*ret = (struct kc_buf){ p, size, size + 1 };
	p = NULL;
out:
	free(p);
	(void)close(fd);
	return r;
}

kc_result
kc_file_read_secret(const char *path, size_t max, struct kc_secret *ret,
    struct kc_err *err)
{
	struct kc_secret s = { 0 };
	size_t size = 0;
	int fd = -1;
	kc_result r = open_regular(path, max, &fd, &size, err);

	if (!kc_ok(r))
		return r;
	KC_TRY(r, kc_secret_new(&s, size + 1, err));
	KC_TRY(r, read_exact(fd, path, s.p, size, err));
	s.len = size;
	*ret = s;
	s = (struct kc_secret){ 0 };
out:
	kc_secret_free(&s);
	(void)close(fd);
	return r;
}

bool
kc_file_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 || errno != ENOENT;
}

kc_result
kc_file_check_new(const char *path, struct kc_err *err)
{
	if (kc_file_exists(path))
		return KC_FAIL(err, KC_EEXISTS, EEXIST,
		    "%s exists already; nothing is ever overwritten", path);
	return KC_DONE;
}

/* Split a path into directory and last name, both into buffers. */
static kc_result
split(const char *path, struct kc_buf *dir, const char **ret_name,
    struct kc_err *err)
{
	const char *slash = strrchr(path, '/');

	*ret_name = slash != NULL ? slash + 1 : path;
	if (**ret_name == '\0')
		return KC_FAIL(err, KC_EIO, 0, "'%s' names no file", path);
	if (slash == NULL)
		return kc_buf_adds(dir, ".", err);
	if (slash == path)
		return kc_buf_adds(dir, "/", err);
	return kc_buf_add(dir, path, (size_t)(slash - path), err);
}

kc_result
kc_dir_sync(const char *path, struct kc_err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int bad;

	if (fd < 0)
		return KC_FAIL(err, KC_EIO, errno, "cannot open %s: %s", path,
		    strerror(errno));
	/* Some file systems have no directory sync and say EINVAL. */
	bad = fsync(fd) != 0 && errno != EINVAL;
	(void)close(fd);
	if (bad)
		return KC_FAIL(err, KC_EIO, errno, "cannot sync %s: %s", path,
		    strerror(errno));
	return KC_DONE;
}

static kc_result
write_all(int fd, const char *path, const uint8_t *p, size_t len,
    struct kc_err *err)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return KC_FAIL(err, KC_EIO, errno,
			    "cannot write %s: %s", path, strerror(errno));
		p += n;
		len -= (size_t)n;
	}
	if (fsync(fd) != 0)
		return KC_FAIL(err, KC_EIO, errno, "cannot sync %s: %s", path,
		    strerror(errno));
	return KC_DONE;
}

/* Give the temporary file its name, never replacing.  File systems without
 * RENAME_NOREPLACE get a hard link, which refuses as well. */
static kc_result
publish(const char *temp, const char *path, struct kc_err *err)
{
	if (renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return KC_DONE;
	if ((errno == EINVAL || errno == ENOSYS) && link(temp, path) == 0) {
		(void)unlink(temp);
		return KC_DONE;
	}
	if (errno == EEXIST)
		return KC_FAIL(err, KC_EEXISTS, errno,
		    "%s exists already; nothing is ever overwritten", path);
	return KC_FAIL(err, KC_EIO, errno, "cannot name %s: %s", path,
	    strerror(errno));
}

kc_result
kc_file_write_new(const char *path, const void *p, size_t len, mode_t mode,
    struct kc_err *err)
{
	struct kc_buf dir = { 0 }, temp = { 0 };
	uint8_t rnd[8];
	char hex[17];
	const char *name;
	int fd = -1;
	bool made = false;
	kc_result r;

	KC_TRY(r, kc_file_check_new(path, err));
	KC_TRY(r, split(path, &dir, &name, err));
	KC_TRY(r, kc_random(rnd, sizeof rnd, err));
	kc_hex(rnd, sizeof rnd, hex);
	KC_TRY(r, kc_buf_addf(&temp, err, "%s/.%s" TEMP_MARK "%s",
	    kc_buf_str(&dir), name, hex));
	fd = open(kc_buf_str(&temp),
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0) {
		r = KC_FAIL(err, KC_EIO, errno, "cannot create %s: %s", path,
		    strerror(errno));
		goto out;
	}
	made = true;
	KC_TRY(r, write_all(fd, path, p, len, err));
	if (close(fd) != 0) {
		fd = -1;
		r = KC_FAIL(err, KC_EIO, errno, "cannot close %s: %s", path,
		    strerror(errno));
		goto out;
	}
	fd = -1;
	KC_TRY(r, publish(kc_buf_str(&temp), path, err));
	made = false;
	r = kc_dir_sync(kc_buf_str(&dir), err);
out:
	if (fd >= 0)
		(void)close(fd);
	if (made)
		(void)unlink(kc_buf_str(&temp));
	kc_buf_free(&temp);
	kc_buf_free(&dir);
	return r;
}

/* ".<name>.kc-tmp-<16 hex>" */
static bool
is_temp(const char *name)
{
	const char *mark = strstr(name, TEMP_MARK);
	uint8_t rnd[8];

	return name[0] == '.' && mark != NULL &&
	    kc_unhex(mark + strlen(TEMP_MARK), sizeof rnd, rnd);
}

kc_result
kc_file_drop_temps(const char *dir, struct kc_err *err)
{
	DIR *d = opendir(dir);
	const struct dirent *e;
	kc_result r = KC_DONE;

	if (d == NULL)
		return KC_FAIL(err, KC_EIO, errno, "cannot open %s: %s", dir,
		    strerror(errno));
	while (kc_ok(r) && (e = readdir(d)) != NULL)
		if (is_temp(e->d_name) &&
		    unlinkat(dirfd(d), e->d_name, 0) != 0)
			r = KC_FAIL(err, KC_EIO, errno,
			    "cannot remove %s/%s: %s", dir, e->d_name,
			    strerror(errno));
	(void)closedir(d);
	return r;
}

kc_result
kc_dir_new(const char *path, struct kc_err *err)
{
	struct kc_buf dir = { 0 };
	const char *name;
	kc_result r;

	KC_TRY(r, split(path, &dir, &name, err));
	if (mkdir(path, 0700) != 0) {
		r = KC_FAIL(err, errno == EEXIST ? KC_EEXISTS : KC_EIO, errno,
		    "cannot make the directory %s: %s", path,
		    errno == EEXIST ? "it exists already" : strerror(errno));
		goto out;
	}
	r = kc_dir_sync(kc_buf_str(&dir), err);
out:
	kc_buf_free(&dir);
	return r;
}

/* File systems without RENAME_NOREPLACE: mkdir refuses what is there, and
 * rename puts a directory in an empty one's place only. */
static int
rename_new(const char *temp, const char *path)
{
	int e;

	if (renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return 0;
	if ((errno != EINVAL && errno != ENOSYS) || mkdir(path, 0700) != 0)
		return -1;
	if (rename(temp, path) == 0)
		return 0;
	e = errno;
	(void)rmdir(path);
	errno = e;
	return -1;
}

kc_result
kc_dir_publish(const char *temp, const char *path, struct kc_err *err)
{
	struct kc_buf dir = { 0 };
	const char *name;
	kc_result r;

	KC_TRY(r, split(path, &dir, &name, err));
	if (rename_new(temp, path) != 0)
		r = KC_FAIL(err, errno == EEXIST ? KC_EEXISTS : KC_EIO, errno,
		    "cannot name %s: %s", path, strerror(errno));
	else
		r = kc_dir_sync(kc_buf_str(&dir), err);
out:
	kc_buf_free(&dir);
	return r;
}

kc_result
kc_path_join(const char *dir, const char *name, struct kc_buf *ret,
    struct kc_err *err)
{
	ret->len = 0;
	return kc_buf_addf(ret, err, "%s/%s", dir, name);
}
