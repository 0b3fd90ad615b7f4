/* SPDX-License-Identifier: Apache-2.0
 *
 * Exceptions as the journal has them: which are open, what the last ones were
 * about, and the one that an exchange key without proof waits for.
 */
#include <stdio.h>
#include <string.h>

#include "ceremony/room.h"

/* The last ones, for who files the next. */
static void
remember(struct cer_state *st, const struct aud_entry *e, int64_t n, bool open)
{
	const char *happened = aud_entry_str(e, "happened");
	struct cer_exception *x;

	for (size_t i = 0; i < st->n_last; i++)
		if (st->last[i].number == n) {
			st->last[i].open = open;
			return;
		}
	if (st->n_last == CER_LAST_MAX) {
		memmove(st->last, st->last + 1,
		    (CER_LAST_MAX - 1) * sizeof *st->last);
		st->n_last--;
	}
	x = &st->last[st->n_last++];
	*x = (struct cer_exception){ .number = n, .open = open };
	(void)snprintf(x->step, sizeof x->step, "%.*s",
	    (int)sizeof x->step - 1, e->step);
	(void)snprintf(x->happened, sizeof x->happened, "%s",
	    happened != NULL ? happened : "");
}

void
cer_state_exception(struct cer_room *room, const struct aud_entry *e,
    bool open)
{
	struct cer_state *st = &room->st;
	const char *sha = aud_entry_str(e, "exchange.sha256");
	int64_t n = aud_entry_int(e, "number", 0);

	if (n < 1 || n >= CER_EXCEPTIONS_MAX)
		return;
	st->exception_open[n] = open;
	if (n > st->exceptions)
		st->exceptions = n;
	remember(st, e, n, open);
	if (open && sha != NULL) {
		st->unproven = n;
		(void)snprintf(st->excepted, sizeof st->excepted, "%s", sha);
	} else if (!open && n == st->unproven) {
		st->unproven = 0;
	}
}
