/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading PINs.
 */
#include "ceremony/pin.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/file.h"
#include "ceremony/cmd.h"

static volatile sig_atomic_t stopped;

static const int stops[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
#define STOPS (sizeof stops / sizeof *stops)

static void
note(int sig)
{
	stopped = sig;
}

/* struct tty: the terminal and what has to be put back. */
struct tty {
	int fd;
	bool quiet;		/* echo was turned off */
	struct termios before;
	struct sigaction old[STOPS];
	sigset_t mask;
};

/* Signals are let in only while waiting, so none is missed between a look
 * at the flag and the read. */
static kc_result
tty_open(struct tty *t, bool echo, const char *what, struct kc_err *err)
{
	struct sigaction sa = { .sa_handler = note };
	struct termios now;
	sigset_t block;

	t->fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (t->fd < 0 || tcgetattr(t->fd, &t->before) != 0) {
		int why = errno;

		if (t->fd >= 0)
			(void)close(t->fd);
		return KC_FAIL(err, KC_EUSAGE, why, "%s: there is no terminal "
		    "to ask on; give it by descriptor (--pin-fd N or "
		    "--password-fd N)", what);
	}
	stopped = 0;
	(void)sigemptyset(&block);
	(void)sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < STOPS; i++)
		(void)sigaddset(&block, stops[i]);
	(void)sigprocmask(SIG_BLOCK, &block, &t->mask);
	for (size_t i = 0; i < STOPS; i++)
		(void)sigaction(stops[i], &sa, &t->old[i]);
	now = t->before;
	now.c_lflag |= ICANON;
	if (!echo)
		now.c_lflag &= (tcflag_t)~(ECHO | ECHOE | ECHOK | ECHONL);
	t->quiet = tcsetattr(t->fd, TCSAFLUSH, &now) == 0;
	return KC_DONE;
}

static void
tty_close(struct tty *t)
{
	if (t->quiet)
		(void)tcsetattr(t->fd, TCSAFLUSH, &t->before);
	for (size_t i = 0; i < STOPS; i++)
		(void)sigaction(stops[i], &t->old[i], NULL);
	(void)sigprocmask(SIG_SETMASK, &t->mask, NULL);
	(void)close(t->fd);
}

static bool
say(int fd, const char *s)
{
	size_t len = strlen(s);

	return write(fd, s, len) == (ssize_t)len;
}

/* One line into p, without its newline: at most cap - 1 bytes. */
static kc_result
read_tty(struct tty *t, uint8_t *p, size_t cap, size_t *ret_len,
    struct kc_err *err)
{
	struct pollfd pf = { .fd = t->fd, .events = POLLIN };
	size_t len = 0;
	uint8_t spill;
	bool over = false;

	for (;;) {
		ssize_t n;

		if (ppoll(&pf, 1, NULL, &t->mask) < 0 && errno != EINTR)
			break;
		if (stopped != 0)
			return KC_FAIL(err, KC_ECANCEL, stopped,
			    "stopped at the prompt");
		n = read(t->fd, over ? &spill : p + len, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || (over ? spill : p[len]) == '\n')
			break;
		if (!over && ++len == cap)
			over = true;
	}
	OPENSSL_cleanse(&spill, sizeof spill);
	if (over || len == 0)
		return KC_FAIL(err, KC_EUSAGE, 0, over ?
		    "what was typed is longer than %zu bytes" :
		    "nothing was typed (1 to %zu bytes are wanted)", cap - 1);
	*ret_len = len;
	return KC_DONE;
}

kc_result
cer_secret_tty(const char *what, size_t cap, struct kc_secret *ret,
    struct kc_err *err)
{
	struct kc_secret s = { 0 };
	struct tty t = { .fd = -1 };
	kc_result r;

	KC_TRY(r, kc_secret_new(&s, cap, err));
	KC_TRY(r, tty_open(&t, false, what, err));
	if (!t.quiet)
		r = KC_FAIL(err, KC_EIO, errno,
		    "the terminal's echo cannot be turned off");
	else if (!say(t.fd, what) || !say(t.fd, ": "))
		r = KC_FAIL(err, KC_EIO, errno, "cannot write to the terminal");
	else
		r = read_tty(&t, s.p, s.cap - 1, &s.len, err);
	(void)say(t.fd, "\n");
	tty_close(&t);
	if (!kc_ok(r))
		goto out;
	*ret = s;
	s = (struct kc_secret){ 0 };
out:
	kc_secret_free(&s);
	return r;
}

/* pin-source=file: is a rehearsal's convenience: the file is the PIN. */
static kc_result
from_file(const char *path, const struct tok_info *info,
    struct kc_secret *ret, struct kc_err *err)
{
	struct kc_secret s = { 0 };
	kc_result r;

	if (info == NULL || !tok_known_soft(info))
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "pin-source=file: is for rehearsal cards only; '%s' is "
		    "no software token", info != NULL ? info->label : "");
	r = kc_file_read_secret(path, CER_PIN_CAP, &s, err);
	if (!kc_ok(r))
		return r;
	while (s.len > 0 && (s.p[s.len - 1] == '\n' ||
	    s.p[s.len - 1] == '\r'))
		s.len--;
	if (s.len == 0) {
		kc_secret_free(&s);
		return KC_FAIL(err, KC_EUSAGE, 0, "%s holds no PIN", path);
	}
	*ret = s;
	return KC_DONE;
}

kc_result
cer_pin(const char *fd, const struct tok_uri *uri,
    const struct tok_info *info, const char *what, struct kc_secret *ret,
    struct kc_err *err)
{
	long n;
	kc_result r;

	if (fd != NULL) {
		KC_TRY(r, cer_number("--pin-fd", fd, 0, 1023, &n, err));
		return kc_secret_read_line((int)n, CER_PIN_CAP, what, ret,
		    err);
	}
	if (uri != NULL && uri->pin_file[0] != '\0')
		return from_file(uri->pin_file, info, ret, err);
	r = cer_secret_tty(what, CER_PIN_CAP, ret, err);
out:
	return r;
}

kc_result
cer_card_pin(const char *fd, const struct tok_uri *uri,
    const struct tok_info *info, const char *what, struct kc_secret *ret,
    struct kc_err *err)
{
	kc_result r = tok_may_login(info, err);

	if (!kc_ok(r))
		return r;
	if (fd != NULL || !info->pin_pad)
		return cer_pin(fd, uri, info, what, ret, err);
	(void)fprintf(stderr, "Type the %s on the reader's pad.\n", what);
	return KC_DONE;
}

kc_result
cer_ask_tty(const char *prompt, char *ret, size_t size, struct kc_err *err)
{
	struct tty t = { .fd = -1 };
	size_t len = 0;
	kc_result r = tty_open(&t, true, "the answer", err);

	if (!kc_ok(r))
		return r;
	if (!say(t.fd, prompt))
		r = KC_FAIL(err, KC_EIO, errno, "cannot write to the terminal");
	else
		r = read_tty(&t, (uint8_t *)ret, size, &len, err);
	tty_close(&t);
	ret[len] = '\0';
	return r;
}
