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
	r = kc_secret_read_line(fd, SECRET_MAX, what, &s, err);
	(void)tcsetattr(fd, TCSAFLUSH, &old);
	(void)dprintf(fd, "\n");
	(void)close(fd);
	if (kc_ok(r) && memchr(s.p, CTRL_C, s.len) != NULL)
		r = KC_FAIL(err, KC_ECANCEL, 0, "the %s of %s was not given",
		    what, of);
	if (kc_ok(r)) {
		*ret = s;
		s = (struct kc_secret){ 0 };
	}
	kc_secret_free(&s);
	return r;
}
