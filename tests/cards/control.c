/* SPDX-License-Identifier: Apache-2.0
 *
 * The control socket.
 */
#include "tests/cards/control.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define LINE_MAX_BYTES 512

static kc_result
make_socket(const char *path, struct sockaddr_un *ret_at, int *ret_fd,
    struct kc_err *err)
{
	size_t len = strlen(path);

	*ret_at = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (len == 0 || len >= sizeof ret_at->sun_path)
		return KC_FAIL(err, KC_EUSAGE, 0, "%s is too long for the "
		    "path of a socket", path);
	memcpy(ret_at->sun_path, path, len);
	*ret_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*ret_fd < 0)
		return KC_FAIL(err, KC_EIO, errno, "no socket: %s",
		    strerror(errno));
	return KC_DONE;
}

kc_result
control_listen(const char *path, int *ret_fd, struct kc_err *err)
{
	struct sockaddr_un at;
	int fd = -1;
	kc_result r = make_socket(path, &at, &fd, err);

	if (!kc_ok(r))
		return r;
	(void)unlink(path);
	if (bind(fd, (const struct sockaddr *)&at, sizeof at) != 0 ||
	    listen(fd, 4) != 0) {
		r = KC_FAIL(err, KC_EIO, errno, "cannot listen on %s: %s",
		    path, strerror(errno));
		(void)close(fd);
		return r;
	}
	*ret_fd = fd;
	return KC_DONE;
}

static void
send_all(int fd, const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		p += n;
		len -= (size_t)n;
	}
}

/* Up to the newline, which is dropped. */
static bool
read_line(int fd, char line[static LINE_MAX_BYTES])
{
	size_t have = 0;

	while (have < LINE_MAX_BYTES - 1) {
		ssize_t n = recv(fd, line + have, 1, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		if (line[have] == '\n') {
			line[have] = '\0';
			return true;
		}
		have++;
	}
	return false;
}

void
control_serve(int fd, kc_result (*obey)(void *ctx, char *line,
    struct kc_buf *ret, struct kc_err *err), void *ctx)
{
	const struct timeval patience = { .tv_sec = 1 };
	char line[LINE_MAX_BYTES];
	struct kc_buf answer = { 0 };
	struct kc_err err = { 0 };
	int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

	if (peer < 0)
		return;
	(void)setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof patience);
	if (read_line(peer, line)) {
		if (kc_ok(obey(ctx, line, &answer, &err))) {
			send_all(peer, kc_buf_str(&answer), answer.len);
		} else {
			send_all(peer, "error: ", 7);
			send_all(peer, err.msg, strlen(err.msg));
		}
		send_all(peer, "\n", 1);
	}
	kc_buf_free(&answer);
	(void)close(peer);
}

kc_result
control_ask(const char *path, const char *const *words, struct kc_buf *ret,
    struct kc_err *err)
{
	struct sockaddr_un at;
	struct kc_buf line = { 0 };
	char answer[LINE_MAX_BYTES + 256];
	int fd = -1;
	kc_result r;

	KC_TRY(r, make_socket(path, &at, &fd, err));
	if (connect(fd, (const struct sockaddr *)&at, sizeof at) != 0) {
		r = KC_FAIL(err, KC_EIO, errno, "no card listens on %s: %s",
		    path, strerror(errno));
		goto out;
	}
	for (size_t i = 0; words[i] != NULL; i++)
		KC_TRY(r, kc_buf_addf(&line, err, "%s%s", i > 0 ? " " : "",
		    words[i]));
	KC_TRY(r, kc_buf_adds(&line, "\n", err));
	send_all(fd, kc_buf_str(&line), line.len);
	if (!read_line(fd, answer)) {
		r = KC_FAIL(err, KC_EIO, 0, "the card on %s did not answer",
		    path);
		goto out;
	}
	if (strncmp(answer, "error: ", 7) == 0) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "%s", answer + 7);
		goto out;
	}
	r = kc_buf_adds(ret, answer, err);
out:
	if (fd >= 0)
		(void)close(fd);
	kc_buf_free(&line);
	return r;
}
