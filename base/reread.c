/* SPDX-License-Identifier: Apache-2.0
 *
 * A file read back as the medium has it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

#define ALIGN ((size_t)4096)
#define PIECE ((size_t)1 << 20)

static int
open_again(const char *path, bool direct)
{
	return open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW |
	    (direct ? O_DIRECT : 0));
}

static kc_result
another_byte(const char *path, const uint8_t *want, const uint8_t *have,
    size_t len, size_t at, struct kc_err *err)
{
	size_t i = 0;

	while (i < len && want[i] == have[i])
		i++;
	return KC_FAIL(err, KC_EIO, 0, "%s reads back otherwise than it was "
	    "written, from byte %zu on; do not trust this medium", path,
	    at + i);
}

/* One pass; *ret_einval: this file system does not read so. */
static kc_result
compare(int fd, const char *path, const uint8_t *want, size_t len,
    uint8_t *piece, bool *ret_einval, struct kc_err *err)
{
	size_t at = 0;

	for (;;) {
		ssize_t n = read(fd, piece, PIECE);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			*ret_einval = errno == EINVAL && at == 0;
			return KC_FAIL(err, KC_EIO, errno, "cannot read %s "
			    "back: %s", path, strerror(errno));
		}
		if (n == 0)
			break;
		if ((size_t)n > len - at)
			return KC_FAIL(err, KC_EIO, 0, "%s reads back longer "
			    "than it was written", path);
		if (memcmp(piece, want + at, (size_t)n) != 0)
			return another_byte(path, want + at, piece,
			    (size_t)n, at, err);
		at += (size_t)n;
	}
	if (at != len)
		return KC_FAIL(err, KC_EIO, 0, "%s reads back with %zu of "
		    "its %zu bytes", path, at, len);
	return KC_DONE;
}

kc_result
kc_file_reread(const char *path, const void *p, size_t len, bool *ret_past,
    struct kc_err *err)
{
	uint8_t *piece = aligned_alloc(ALIGN, PIECE);
	kc_result r = KC_DONE;
	bool again = true;

	if (piece == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory to read %s back",
		    path);
	for (int direct = 1; direct >= 0 && again; direct--) {
		int fd = open_again(path, direct);

		again = false;
		if (fd < 0) {
			again = direct && errno == EINVAL;
			r = KC_FAIL(err, KC_EIO, errno, "cannot open %s to "
			    "read it back: %s", path, strerror(errno));
			continue;
		}
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
		r = compare(fd, path, p, len, piece, &again, err);
		again = again && direct;
		*ret_past = direct;
		(void)close(fd);
	}
	free(piece);
	return r;
}
