/* SPDX-License-Identifier: Apache-2.0
 *
 * The main process's end of the readers' child.
 */
#include "tokens/reader.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "tokens/server.h"
#include "tokens/watch.h"

struct tok_watch {
	struct tok_server *server;
	int fd;			/* -1: the child is gone */
	pid_t pid;
	struct tok_msg msg;
};

void
tok_put_event(struct tok_msg *m, const struct tok_reader_event *e)
{
	tok_put_u32(m, TOK_MAGIC);
	tok_put_u32(m, e->kind);
	tok_put_u32(m, (uint32_t)e->present | (uint32_t)e->mute << 1);
	tok_put_u32(m, e->count);
	tok_put_str(m, e->reader);
	tok_put_bytes(m, e->atr, e->atr_len);
	tok_put_str(m, e->why);
}

void
tok_get_event(struct tok_msg *m, struct tok_reader_event *e)
{
	uint32_t magic, kind, flags, count;

	memset(e, 0, sizeof *e);
	magic = tok_get_u32(m);
	kind = tok_get_u32(m);
	flags = tok_get_u32(m);
	count = tok_get_u32(m);
	tok_get_str(m, e->reader, sizeof e->reader);
	tok_get_bytes(m, e->atr, sizeof e->atr, &e->atr_len);
	tok_get_str(m, e->why, sizeof e->why);
	if (magic != TOK_MAGIC || kind > TOK_LISTED || flags > 3 ||
	    count > UINT16_MAX || !tok_msg_done(m)) {
		m->bad = true;
		return;
	}
	e->kind = (enum tok_reader_kind)kind;
	e->present = (flags & 1) != 0;
	e->mute = (flags & 2) != 0;
	e->count = (uint16_t)count;
}

kc_result
tok_watch_start(struct tok_server *server, struct tok_watch **ret,
    struct kc_err *err)
{
	struct tok_watch *w = calloc(1, sizeof *w);
	kc_result r;

	if (w == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for the watch");
	w->server = server;
	w->fd = -1;
	KC_TRY(r, tok_spawn_watch(server, &w->fd, &w->pid, err));
	*ret = w;
	w = NULL;
out:
	free(w);
	return r;
}

int
tok_watch_fd(const struct tok_watch *w)
{
	return w->fd;
}

/* Kill and reap; the wait status, or 0 when it is not known. */
static int
end_child(struct tok_watch *w)
{
	int status = 0;

	if (w->fd < 0)
		return 0;
	(void)close(w->fd);
	w->fd = -1;
	if (!kc_ok(tok_end(w->server, w->pid, &status, NULL)))
		status = 0;
	return status;
}

static kc_result
ended(struct tok_watch *w, const char *how, struct kc_err *err)
{
	int status = end_child(w);

	/* A signal other than our own. */
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		return KC_FAIL(err, KC_ECARD, status, "readers are no longer "
		    "watched: %s (signal %d)", how, WTERMSIG(status));
	return KC_FAIL(err, KC_ECARD, status,
	    "readers are no longer watched: %s", how);
}

/* Until it is readable; false when the time is over. */
static bool
await(int fd, int timeout_ms)
{
	int64_t end = kc_clock_boot_ms() + timeout_ms;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int n, left = timeout_ms;

	while ((n = poll(&p, 1, left)) < 0 && errno == EINTR && left != 0)
		if (timeout_ms > 0) {
			int64_t more = end - kc_clock_boot_ms();

			left = more > 0 ? (int)more : 0;
		}
	return n > 0;
}

kc_result
tok_watch_next(struct tok_watch *w, int timeout_ms,
    struct tok_reader_event *ret, bool *ret_have, struct kc_err *err)
{
	struct tok_reader_event e;

	if (w->fd < 0)
		return ended(w, "their process ended", err);
	*ret_have = false;
	if (!await(w->fd, timeout_ms))
		return KC_DONE;
	if (!kc_ok(tok_recv(w->fd, &w->msg, NULL)))
		return ended(w, "their process ended", err);
	tok_get_event(&w->msg, &e);
	if (w->msg.bad)
		return ended(w, "their process said what is no event", err);
	*ret = e;
	*ret_have = true;
	return KC_DONE;
}

void
tok_watch_stop(struct tok_watch **w)
{
	if (w == NULL || *w == NULL)
		return;
	(void)end_child(*w);
	free(*w);
	*w = NULL;
}
