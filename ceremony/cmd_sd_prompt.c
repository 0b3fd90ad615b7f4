/* SPDX-License-Identifier: Apache-2.0
 *
 * A secret typed at the terminal, without echo.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "ceremony/keysource.h"

#define CTRL_C 3
#define SECRET_MAX 256

/* Ctrl-C ends the line instead of the program, so that the terminal is
 * always restored. */
static bool
echo_off(int fd, struct termios *ret_old)
{
	struct termios t;

	if (tcgetattr(fd, &t) != 0)
		return false;
	*ret_old = t;
	t.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
	t.c_lflag |= ICANON;
	t.c_cc[VEOL] = CTRL_C;
	return tcsetattr(fd, TCSAFLUSH, &t) == 0;
}

/* One line, ended by a newline or by Ctrl-C, straight into the secure heap. */
static kc_result
read_typed(int fd, const char *what, const char *of, struct kc_secret *s,
    struct kc_err *err)
{
	while (s->len + 1 < s->cap) {
		ssize_t n = read(fd, s->p + s->len, 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || s->p[s->len] == CTRL_C)
			return KC_FAIL(err, KC_ECANCEL, 0,
			    "the %s of %s was not given", what, of);
		if (s->p[s->len] == '\n') {
			s->p[s->len] = '\0';
			if (s->len > 0)
				return KC_DONE;
			return KC_FAIL(err, KC_EUSAGE, 0,
			    "the %s of %s is empty", what, of);
		}
		s->len++;
	}
	return KC_FAIL(err, KC_EUSAGE, 0,
	    "the %s of %s is longer than %zu bytes", what, of, s->cap - 2);
}

kc_result
cer_secret_ask(const char *what, const char *of, struct kc_secret *ret,
    struct kc_err *err)
{
	struct termios old;
	struct kc_secret s = { 0 };
	kc_result r;
	int fd;

	if (isatty(STDIN_FILENO) != 1)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "no %s for %s: stdin is no terminal to ask at", what, of);
	fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || !echo_off(fd, &old)) {
		r = KC_FAIL(err, KC_EIO, errno,
		    "the terminal cannot be asked for the %s of %s: %s", what,
		    of, strerror(errno));
		if (fd >= 0)
			(void)close(fd);
		return r;
	}
	(void)dprintf(fd, "%s of %s: ", what, of);
	r = kc_secret_new(&s, SECRET_MAX, err);
	if (kc_ok(r))
		r = read_typed(fd, what, of, &s, err);
	(void)tcsetattr(fd, TCSAFLUSH, &old);
	(void)dprintf(fd, "\n");
	(void)close(fd);
	if (kc_ok(r)) {
		*ret = s;
		s = (struct kc_secret){ 0 };
	}
	kc_secret_free(&s);
	return r;
}
