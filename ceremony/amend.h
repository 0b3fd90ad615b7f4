/* SPDX-License-Identifier: Apache-2.0
 *
 * Amendments: a changed site file, so that a dead card does not end a
 * ceremony.  It may give a person's card to a spare that the file before it
 * named, and nothing else.
 */
#ifndef KC_CEREMONY_AMEND_H
#define KC_CEREMONY_AMEND_H

#include "ceremony/room.h"

#define CER_SITE_AMENDED "site.amended"	/* row kind */

/* cer_site_amends: does next only exchange cards of now for its spares?
 *  ret  "PERSON:OLD:NEW" of each, one blank between; caller: kc_buf_free
 *  Errors: KC_EREFUSED naming what else is different */
KC_MUST kc_result cer_site_amends(const struct cer_site *now,
    const struct cer_site *next, struct kc_buf *ret, struct kc_err *err);

/* cer_amend: take site.yaml from the medium, show the difference; two people
 *  type AMEND; an exception has its number.  Then room->amended is set.
 *  Errors: KC_EREFUSED; the site file in use stays */
KC_MUST kc_result cer_amend(struct cer_room *room,
    const struct cer_instance *in, struct kc_err *err);

/* cer_site_amended: the site file that the journal's last amendment brought,
 *  in place of the one that was read; none: nothing changes. */
KC_MUST kc_result cer_site_amended(struct cer_room *room,
    struct kc_err *err);

/* cer_state_amended: the row: the person's card steps are to do again. */
void cer_state_amended(struct cer_room *room, const struct aud_entry *e);

/* cer_room_lay: the plan and the cards of the site file that was read. */
KC_MUST kc_result cer_room_lay(struct cer_room *room, struct kc_err *err);

#endif
