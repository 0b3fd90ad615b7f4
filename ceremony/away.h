/* SPDX-License-Identifier: Apache-2.0
 *
 * Cards that are waited for, and cards taken out too early.  Where no readers
 * are watched (ceremony/readers.h) all of this does nothing.
 */
#ifndef KC_CEREMONY_AWAY_H
#define KC_CEREMONY_AWAY_H

#include "ceremony/readers.h"

/* cer_card_insert: ask for a card at the beginning of a step.  Nothing is
 *  asked when cer_card_there will ask anyway. */
KC_MUST kc_result cer_card_insert(struct cer_room *room,
    const struct cer_instance *in, const struct cer_card *card,
    const char *text, struct kc_err *err);

/* cer_card_there: before a card is used.  When no reader holds one that may
 *  be it, a person is asked for it; the question ends by itself when a card
 *  comes, and Enter goes on without.  From here on it is remembered whether
 *  the card is taken out. */
KC_MUST kc_result cer_card_there(struct cer_room *room,
    const struct cer_instance *in, const struct cer_card *card,
    struct kc_err *err);

/* cer_card_gone: a card command failed with r: was the card taken out?
 *  pcscd is given a second to see it.
 *  Returns KC_ECARDLESS, and the error says so, or r and the error as they
 *  were */
KC_MUST kc_result cer_card_gone(struct cer_room *room, kc_result r,
    struct kc_err *err);

/* cer_card_want_new: the card is none of those that are in.  The next
 *  cer_card_there wants one that comes from now on. */
void cer_card_want_new(struct cer_room *room);

/* cer_card_unused: a step begins, no card was used in it. */
void cer_card_unused(struct cer_room *room);

#endif
