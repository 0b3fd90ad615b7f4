/* SPDX-License-Identifier: Apache-2.0
 *
 * The actions' functions, for the table in actions.c.  Each acts once; its
 * rows say what it did, so that a second call goes on where the first ended.
 */
#ifndef KC_CEREMONY_STEPS_H
#define KC_CEREMONY_STEPS_H

#include "ceremony/action.h"
#include "ceremony/room.h"

#define CER_DO(name)						\
	KC_MUST kc_result cer_do_##name(struct cer_room *room,	\
	    const struct cer_instance *in, struct kc_err *err)

CER_DO(read);
CER_DO(roll_call);
CER_DO(seal);
CER_DO(suspend);
CER_DO(environment);
CER_DO(clock);
CER_DO(software);
CER_DO(identify);
CER_DO(initialise);
CER_DO(generate);
CER_DO(prove);
CER_DO(set);
CER_DO(import);
CER_DO(check);
CER_DO(domain_prove);
CER_DO(ratify);
CER_DO(unlock);
CER_DO(blob);
CER_DO(readback);
CER_DO(checkpoint);
CER_DO(export);
CER_DO(close);

/* steps_init.c: initialise the card, whatever it was before; asks for the
 *  PIN.  Device: everything on the card is lost */
KC_MUST kc_result cer_card_initialise(struct cer_room *room,
    const struct cer_instance *in, struct cer_card *card,
    struct kc_err *err);

/* keys.c: one key of a logged-in card. */
KC_MUST kc_result cer_key_make(struct cer_room *room,
    const struct cer_instance *in, struct cer_card *card,
    struct tok_card *tok, enum tok_use use, struct kc_err *err);
KC_MUST kc_result cer_key_prove(struct cer_room *room,
    const struct cer_instance *in, struct cer_card *card,
    struct tok_card *tok, enum tok_use use, struct kc_err *err);
KC_MUST kc_result cer_key_identify(struct cer_room *room,
    const struct cer_instance *in, struct cer_card *card,
    struct tok_card *tok, enum tok_use use, struct kc_err *err);

/* steps_domain.c: the imported domain, parsed from the artifact. */
struct sd_domain;
KC_MUST kc_result cer_domain_load(struct cer_room *room,
    struct sd_domain *ret, struct kc_err *err);

/* signing.c: the card signs SHA-256 of text; the signature is verified
 * with the journaled certificate before it is returned. */
KC_MUST kc_result cer_sign_checked(const struct cer_card *card,
    enum tok_use use, struct tok_card *tok, const struct kc_buf *text,
    struct kc_buf *ret_sig, struct kc_err *err);

#endif
