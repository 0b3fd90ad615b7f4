/* SPDX-License-Identifier: Apache-2.0
 *
 * The readers' child: asks pcscd what is there, waits for a change, reports.
 *
 * pcscd 1.9.9 reports a plugged reader only to a call that waits at that
 * moment; a reader that comes between two calls is missed.  So it is asked
 * for its list again every second.
 */
#include "tokens/watch.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include <winscard.h>

#include "base/text.h"

#define READERS_MAX PCSCLITE_MAX_READERS_CONTEXTS
#define WAIT_MS 1000		/* then the list is asked for again */
#define RETRY_MS 500		/* for a pcscd that is not there */
#define PAUSE_MS 100		/* for a reader that pcscd is just losing */
#define PLUG_AND_PLAY "\\\\?PnP?\\Notification"

struct seen {
	char name[MAX_READERNAME];	/* as pcscd writes it */
	DWORD state;		/* as last told to us, with the counter */
	bool told;		/* a TOK_CARD was reported */
	bool present, mute;	/* as reported */
	uint16_t count;
	bool listed;		/* in the list just read */
};

static struct watch {
	int fd;
	bool connected, refused, listed;
	SCARDCONTEXT ctx;
	struct seen seen[READERS_MAX];
	size_t n;
	struct tok_msg msg;
} watch;

/* --- reporting; false: nobody listens --- */

static bool
send_event(struct watch *w, const struct tok_reader_event *e)
{
	w->msg.len = 0;
	w->msg.bad = false;
	tok_put_event(&w->msg, e);
	return kc_ok(tok_send(w->fd, &w->msg, NULL));
}

/* What a device calls itself is shown on a screen one day. */
static void
clean(const char *name, char ret[static TOK_READER_NAME])
{
	struct kc_buf b = { 0 };

	if (!kc_ok(kc_text_escape(name, strlen(name), &b, NULL)))
		kc_buf_free(&b);
	(void)snprintf(ret, TOK_READER_NAME, "%s", kc_buf_str(&b));
	kc_buf_free(&b);
}

static bool
report_service(struct watch *w, bool present, LONG why)
{
	struct tok_reader_event e = { .kind = TOK_SERVICE,
		.present = present };

	if (!present)
		(void)snprintf(e.why, sizeof e.why, "%s",
		    pcsc_stringify_error(why));
	return send_event(w, &e);
}

static bool
report_reader(struct watch *w, const struct seen *s, bool present)
{
	struct tok_reader_event e = { .kind = TOK_READER,
		.present = present };

	clean(s->name, e.reader);
	return send_event(w, &e);
}

static bool
report_card(struct watch *w, struct seen *s, const SCARD_READERSTATE *now)
{
	struct tok_reader_event e = { .kind = TOK_CARD };

	e.present = (now->dwEventState & SCARD_STATE_PRESENT) != 0;
	e.mute = e.present && (now->dwEventState & SCARD_STATE_MUTE) != 0;
	e.count = (uint16_t)(now->dwEventState >> 16);
	/* Whether somebody uses the card is nobody's business here. */
	if (s->told && s->present == e.present && s->mute == e.mute &&
	    s->count == e.count)
		return true;
	if (e.present && now->cbAtr <= TOK_ATR_MAX) {
		e.atr_len = now->cbAtr;
		memcpy(e.atr, now->rgbAtr, e.atr_len);
	}
	clean(s->name, e.reader);
	s->told = true;
	s->present = e.present;
	s->mute = e.mute;
	s->count = e.count;
	return send_event(w, &e);
}

/* --- the list --- */

static struct seen *
find(struct watch *w, const char *name)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->seen[i].name, name) == 0)
			return &w->seen[i];
	return NULL;
}

static bool
merge(struct watch *w, const char *names)
{
	for (size_t i = 0; i < w->n; i++)
		w->seen[i].listed = false;
	for (; *names != '\0'; names += strlen(names) + 1) {
		struct seen *s = find(w, names);

		if (s == NULL && w->n < READERS_MAX &&
		    strlen(names) < sizeof s->name) {
			s = &w->seen[w->n++];
			*s = (struct seen){ .state = SCARD_STATE_UNAWARE };
			memcpy(s->name, names, strlen(names) + 1);
			if (!report_reader(w, s, true))
				return false;
		}
		if (s != NULL)
			s->listed = true;
	}
	for (size_t i = w->n; i-- > 0;)
		if (!w->seen[i].listed) {
			if (!report_reader(w, &w->seen[i], false))
				return false;
			w->n--;
			memmove(&w->seen[i], &w->seen[i + 1],
			    (w->n - i) * sizeof w->seen[0]);
		}
	return true;
}

/* false: nobody listens.  *ret_rc is PC/SC's answer. */
static bool
list(struct watch *w, LONG *ret_rc)
{
	char names[READERS_MAX * MAX_READERNAME + 1] = "";
	DWORD len = sizeof names - 1;
	LONG rc = SCardListReaders(w->ctx, NULL, names, &len);

	if (rc == SCARD_E_NO_READERS_AVAILABLE) {
		names[0] = '\0';
		rc = SCARD_S_SUCCESS;
	}
	*ret_rc = rc;
	if (rc != SCARD_S_SUCCESS)
		return true;
	names[sizeof names - 2] = names[sizeof names - 1] = '\0';
	return merge(w, names);
}

/* --- waiting --- */

/* Report what changed; *ret_pause when a reader has no state to tell. */
static bool
take_states(struct watch *w, const SCARD_READERSTATE *now, bool *ret_pause)
{
	for (size_t i = 0; i < w->n; i++) {
		DWORD state = now[i].dwEventState;

		if ((state & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE |
		    SCARD_STATE_IGNORE)) != 0) {
			*ret_pause = true;
			continue;
		}
		if ((state & SCARD_STATE_CHANGED) == 0)
			continue;
		w->seen[i].state = state & ~(DWORD)SCARD_STATE_CHANGED;
		if (!report_card(w, &w->seen[i], &now[i]))
			return false;
	}
	return true;
}

/* One wait.  false: nobody listens.  *ret_rc is PC/SC's answer. */
static bool
wait_once(struct watch *w, LONG *ret_rc)
{
	SCARD_READERSTATE states[READERS_MAX + 1];
	bool pause = false;
	LONG rc;

	memset(states, 0, sizeof states);
	for (size_t i = 0; i < w->n; i++) {
		states[i].szReader = w->seen[i].name;
		states[i].dwCurrentState = w->seen[i].state;
	}
	states[w->n].szReader = PLUG_AND_PLAY;
	states[w->n].dwCurrentState = SCARD_STATE_UNAWARE;
	rc = SCardGetStatusChange(w->ctx, w->listed ? WAIT_MS : 0, states,
	    (DWORD)w->n + 1);
	if (rc == SCARD_E_UNKNOWN_READER) {
		pause = true;	/* it went between the two calls */
		rc = SCARD_S_SUCCESS;
	} else if (rc == SCARD_S_SUCCESS) {
		if (!take_states(w, states, &pause))
			return false;
	} else if (rc == SCARD_E_TIMEOUT) {
		rc = SCARD_S_SUCCESS;
	}
	*ret_rc = rc;
	if (pause)
		(void)poll(NULL, 0, PAUSE_MS);
	if (rc == SCARD_S_SUCCESS && !w->listed && !pause) {
		w->listed = true;
		return send_event(w, &(struct tok_reader_event){
		    .kind = TOK_LISTED, .present = true });
	}
	return true;
}

/* --- the service --- */

/* Everything is gone with it. */
static bool
lose(struct watch *w, LONG why)
{
	(void)SCardReleaseContext(w->ctx);
	w->connected = w->listed = false;
	w->refused = true;
	return merge(w, "") && report_service(w, false, why);
}

static bool
connect_service(struct watch *w)
{
	LONG rc = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL,
	    &w->ctx);

	w->connected = rc == SCARD_S_SUCCESS;
	if (w->connected) {
		w->refused = false;
		return report_service(w, true, rc);
	}
	if (!w->refused && !report_service(w, false, rc))
		return false;
	w->refused = true;
	(void)poll(NULL, 0, RETRY_MS);
	return true;
}

void
tok_watch_run(int fd)
{
	struct watch *w = &watch;
	bool go_on = true;

	w->fd = fd;
	while (go_on) {
		LONG rc = SCARD_S_SUCCESS;

		if (!w->connected) {
			go_on = connect_service(w);
			continue;
		}
		go_on = list(w, &rc);
		if (go_on && rc == SCARD_S_SUCCESS)
			go_on = wait_once(w, &rc);
		if (go_on && rc != SCARD_S_SUCCESS)
			go_on = lose(w, rc);
	}
}
