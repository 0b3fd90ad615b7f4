/* SPDX-License-Identifier: Apache-2.0
 *
 * How long a card works, and how long it is expected to: what the journal
 * says the same card took for the same command before, in any run.
 */
#ifndef KC_CEREMONY_PROGRESS_H
#define KC_CEREMONY_PROGRESS_H

#include <stdint.h>

#include "audit/journal.h"

#define CER_PACES 15		/* commands whose time is remembered */

/* struct cer_pace: of one card and command. */
struct cer_pace {
	int64_t runs;		/* that were carried out and are known */
	int64_t ms;		/* of all of them */
};

/* struct cer_timed: the intent whose outcome has not come. */
struct cer_timed {
	uint64_t run;		/* of its row; 0: not to be counted */
	int64_t boot_ms;	/* of its row */
};

/* struct cer_work: the card command of now, for the screen. */
struct cer_work {
	char text[96];		/* "": none */
	int64_t began_ms;	/* kc_clock_boot_ms() */
	int64_t expected_ms;	/* 0: unknown */
};

struct cer_room;
struct cer_card;
struct cer_command;

/* cer_pace_intent, cer_pace_done: a row card.intent and its card.done, while
 *  the journal is replayed; the row's card is not yet changed by either.  A
 *  key that an earlier generation may have left is asked after, not made:
 *  that is not counted. */
void cer_pace_intent(struct cer_timed *t, const struct cer_card *card,
    const struct aud_entry *e);
void cer_pace_done(const struct cer_timed *t, struct cer_card *card,
    const struct aud_entry *e);

/* cer_work_begin, cer_work_end: around a command; ticks meanwhile tell its
 *  time, not that of the single answer the card is waited for. */
void cer_work_begin(struct cer_room *room, const struct cer_command *c);
void cer_work_end(struct cer_room *room);

/* cer_work_tick: fill in the view; elapsed_ms: of the answer waited for.
 *  Returns false while it is too early to show anything. */
bool cer_work_tick(struct cer_room *room, int64_t elapsed_ms);

#endif
