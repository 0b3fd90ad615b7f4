/* SPDX-License-Identifier: Apache-2.0
 *
 * Readers: what is plugged in and what lies in it, as pcscd sees it.  A child
 * process waits for changes and only reports them; it never speaks to a card.
 */
#ifndef KC_TOKENS_READER_H
#define KC_TOKENS_READER_H

#include <stdint.h>

#include "base/err.h"

#define TOK_READER_NAME 512	/* pcscd's 127 bytes, escaped, and NUL */
#define TOK_ATR_MAX 33

struct tok_server;
struct tok_watch;		/* one child that reports */

enum tok_reader_kind {
	TOK_SERVICE,		/* pcscd can be asked, or not (any more) */
	TOK_READER,		/* a reader was plugged in, or out */
	TOK_CARD,		/* a card is in the reader, or not */
	TOK_LISTED		/* all that is there has been told */
};

/* struct tok_reader_event: one thing that became true.
 *
 * After TOK_SERVICE (present) come a TOK_READER and a TOK_CARD for each
 * reader there is, present or not, then TOK_LISTED, then what changes.  With
 * a reader its card is gone, with the service every reader; the readers are
 * reported, their cards are not. */
struct tok_reader_event {
	enum tok_reader_kind kind;
	bool present;
	bool mute;		/* the card does not answer: upside down? */
	char reader[TOK_READER_NAME];	/* escaped; "" for the service */
	uint8_t atr[TOK_ATR_MAX];	/* whole, of a card that answers */
	size_t atr_len;
	uint16_t count;		/* insertions and removals in this reader, as
				 * pcscd counts them; it wraps.  A step of
				 * two: the card was out in between */
	char why[96];		/* the service is not there: PC/SC's words */
};

/* tok_watch_start: begin to watch.
 *  ret     caller: tok_watch_stop, before the server ends
 *  Errors: KC_EMODULE (no process); that there is no pcscd is an event */
KC_MUST kc_result tok_watch_start(struct tok_server *server,
    struct tok_watch **ret, struct kc_err *err);

/* tok_watch_fd: readable when there is something to tell. */
int tok_watch_fd(const struct tok_watch *w);

/* tok_watch_next: the next event, or none within timeout_ms (-1: no limit).
 *  ret_have  whether there was one; *ret is untouched when not
 *  Errors: KC_ECARD: the child ended, or says what is no event; from then
 *  on nothing is watched, and every further call fails the same way */
KC_MUST kc_result tok_watch_next(struct tok_watch *w, int timeout_ms,
    struct tok_reader_event *ret, bool *ret_have, struct kc_err *err);

/* tok_watch_stop: end the child.  NULL-safe. */
void tok_watch_stop(struct tok_watch **w);

#endif
