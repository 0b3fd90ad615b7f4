/* SPDX-License-Identifier: Apache-2.0
 *
 * The wire to vpcd.
 *
 * vpcd sends length and APDU in two segments; with a delayed ACK that costs
 * 40 ms each time, so TCP_QUICKACK is set anew after every receive (the
 * kernel forgets it).
 */
#include "tests/cards/vpcd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

kc_result
vpcd_connect(const char *host, unsigned port, int *ret_fd,
    struct kc_err *err)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd, on = 1;

	if (port == 0 || port > 65535 ||
	    inet_pton(AF_INET, host, &to.sin_addr) != 1)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "%s port %u is no address of a reader", host, port);
	to.sin_port = htons((uint16_t)port);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&to, sizeof to) != 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on) != 0) {
		int e = errno;

		if (fd >= 0)
			(void)close(fd);
		return KC_FAIL(err, KC_EIO, e, "no reader at %s port %u: %s",
		    host, port, strerror(e));
	}
	*ret_fd = fd;
	return KC_DONE;
}

static kc_result
recv_exact(int fd, uint8_t *p, size_t len, struct kc_err *err)
{
	size_t have = 0;
	int on = 1;

	while (have < len) {
		ssize_t n = recv(fd, p + have, len - have, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0 || (n < 0 && errno == ECONNRESET))
			return KC_FAIL(err, KC_ECARDLESS, 0,
			    "the reader is gone");
		if (n < 0)
			return KC_FAIL(err, KC_EIO, errno,
			    "cannot hear the reader: %s", strerror(errno));
		have += (size_t)n;
		(void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on,
		    sizeof on);
	}
	return KC_DONE;
}

kc_result
vpcd_recv(int fd, struct kc_buf *ret, struct kc_err *err)
{
	uint8_t head[2], piece[4096];
	size_t left;
	kc_result r;

	kc_buf_free(ret);
	KC_TRY(r, recv_exact(fd, head, sizeof head, err));
	left = (size_t)head[0] << 8 | head[1];
	while (left > 0) {
		size_t n = left < sizeof piece ? left : sizeof piece;

		KC_TRY(r, recv_exact(fd, piece, n, err));
		KC_TRY(r, kc_buf_add(ret, piece, n, err));
		left -= n;
	}
out:
	return r;
}

kc_result
vpcd_send(int fd, const void *p, size_t len, struct kc_err *err)
{
	struct kc_buf b = { 0 };
	const uint8_t head[2] = { (uint8_t)(len >> 8), (uint8_t)len };
	size_t sent = 0;
	kc_result r;

	if (len > 0xFFFF)
		return KC_FAIL(err, KC_EBUG, 0,
		    "%zu bytes are no message of a card", len);
	KC_TRY(r, kc_buf_add(&b, head, sizeof head, err));
	KC_TRY(r, kc_buf_add(&b, p, len, err));
	while (sent < b.len) {
		ssize_t n = send(fd, b.p + sent, b.len - sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			r = KC_FAIL(err, KC_ECARDLESS, errno,
			    "the reader is gone: %s", strerror(errno));
			goto out;
		}
		sent += (size_t)n;
	}
out:
	kc_buf_free(&b);
	return r;
}
