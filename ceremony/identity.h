/* SPDX-License-Identifier: Apache-2.0
 *
 * Cards are known by serial and certificate, never by slot or label.
 */
#ifndef KC_CEREMONY_IDENTITY_H
#define KC_CEREMONY_IDENTITY_H

#include "ceremony/room.h"

/* cer_card_bound: which other card of the ceremony has this serial? */
const struct cer_card *cer_card_bound(const struct cer_room *room,
    const struct cer_card *mine, const char *serial);

/* cer_card_missing: opening failed with r; where the card is not there, the
 *  failure says whose card is there instead. */
KC_MUST kc_result cer_card_missing(struct cer_room *room,
    const struct cer_card *card, const struct tok_module *m, kc_result r,
    struct kc_err *err);

/* cer_card_same: the certificates on the card are the journal's, and so is
 *  its answer to reset, where both are known.
 *  logged_in  before the login a module may show none: then only another
 *             certificate is refused
 *  Errors: KC_ECARDLESS another card; KC_ECARD it shows none */
KC_MUST kc_result cer_card_same(struct cer_room *room,
    const struct cer_card *card, struct tok_card *tok, bool logged_in,
    struct kc_err *err);

/* cer_card_holds: key, as found on a card that is identified, is whole and
 *  nobody else's.
 *  Errors: KC_ECARDLESS blank; KC_ECARD its certificate cannot be read;
 *  KC_EREFUSED another person's */
KC_MUST kc_result cer_card_holds(const struct cer_room *room,
    const struct cer_card *card, enum tok_use use, bool found,
    const struct tok_key *key, struct kc_err *err);

#endif
