/* SPDX-License-Identifier: Apache-2.0
 *
 * The provenance ladder of a key: what is known of where it was made, rung by
 * rung, and what each rung does not show.
 */
#ifndef KC_CEREMONY_LADDER_H
#define KC_CEREMONY_LADDER_H

#include "ceremony/room.h"

enum cer_rung {
	CER_RUNG_ATTESTED,	/* by the device, to a pinned root */
	CER_RUNG_WITNESSED,	/* made in this room on a card emptied here */
	CER_RUNG_REPORTED,	/* what the card says of the key */
	CER_RUNGS
};

/* cer_ladder: judge the key of this use on a logged-in card, show the rungs,
 *  write a row `provenance`.
 *  must  a new key: what does not hold refuses it.  A key that a domain
 *        exists for is only spoken of: people need it
 *  Errors: KC_EREFUSED naming the rung, where the site file pins an
 *  attestation root and the module can attest, but the attestation does not
 *  hold; the row is written all the same */
KC_MUST kc_result cer_ladder(struct cer_room *room,
    const struct cer_instance *in, struct cer_card *card,
    struct tok_card *tok, enum tok_use use, bool must, struct kc_err *err);

#endif
