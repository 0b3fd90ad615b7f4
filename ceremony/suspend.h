/* SPDX-License-Identifier: Apache-2.0
 *
 * Suspension and resumption.  Between them the ceremony is paper and bags:
 * what people took home must be what comes back.
 */
#ifndef KC_CEREMONY_SUSPEND_H
#define KC_CEREMONY_SUSPEND_H

#include "ceremony/room.h"

/* cer_suspend: the cards sign a checkpoint (if they can, and people want
 *  it), each card with something on it goes into a bag, the head words onto
 *  paper.  What people leave out is said in the row, and suspends all the
 *  same: nobody can be kept in the room by a question.
 *  Returns KC_ESUSPEND; another code when the journal failed */
KC_MUST kc_result cer_suspend(struct cer_room *room,
    const struct cer_instance *in, struct kc_err *err);

/* cer_resume: words of the suspension's head from a second person's paper,
 *  then each bag's number from the bag.  Nothing to do: nothing is asked.
 *  Errors: KC_EREFUSED wrong words three times, or another bag */
KC_MUST kc_result cer_resume(struct cer_room *room, struct kc_err *err);

/* bags.c: cer_bag_fresh: refuse a number that this journal knows of another
 *  card, or of a bag that was opened since.  Errors: KC_EREFUSED */
KC_MUST kc_result cer_bag_fresh(struct cer_room *room, const char *bag,
    const struct cer_card *card, struct kc_err *err);
/* cer_bag_row: the card is in this bag; waits: until a resumption. */
KC_MUST kc_result cer_bag_row(struct cer_room *room,
    const struct cer_instance *in, const struct cer_card *card,
    const char *bag, bool waits, struct kc_err *err);
/* struct cer_bag_seen: a second person's look at it. */
struct cer_bag_seen {
	const char *by;
	bool whole;		/* its number and its seal */
};
/* cer_bag_open: the number that was read from the bag; a row.
 *  seen  NULL: nobody looked (a resumption)
 *  Errors: KC_EREFUSED it is another bag, or not whole */
KC_MUST kc_result cer_bag_open(struct cer_room *room,
    const struct cer_instance *in, const struct cer_card *card,
    const char *said, const struct cer_bag_seen *seen, struct kc_err *err);
/* cer_bag_except: it is taken out all the same; an exception says why. */
KC_MUST kc_result cer_bag_except(struct cer_room *room,
    const struct cer_card *card, int64_t exception, struct kc_err *err);

#endif
