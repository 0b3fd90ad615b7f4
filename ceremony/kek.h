/* SPDX-License-Identifier: Apache-2.0
 *
 * Who receives a key: a key exchange key and how far it is shown whose it is,
 * for the command and the action that wrap a key to it.
 */
#ifndef KC_CEREMONY_KEK_H
#define KC_CEREMONY_KEK_H

#include <jansson.h>

#include "ceremony/version.h"
#include "estate/byok.h"
#include "tokens/extract.h"

#define CER_BYOK_GENERATOR "ceremony " CER_VERSION

/* struct cer_kek: what of it is shown, besides that it is a sound key. */
struct cer_kek {
	struct est_kek kek;
	bool shown;		/* key show: it may import, nothing else */
	bool attested;		/* an HSM signed that it was made there */
	bool recorded;		/* and its pool's owner root is the known one */
	char owner_root[KC_HEX];	/* of the attestation */
};
void cer_kek_free(struct cer_kek *k);

/* cer_kek_attest: judge an attestation of it.
 *  owner_root  SHA-256 that was recorded of the pool, or NULL
 *  Errors: est_kek_attested's */
KC_MUST kc_result cer_kek_attest(struct cer_kek *k, const char *name,
    const struct kc_buf *file, const uint8_t *owner_root, int64_t at_ms,
    struct kc_err *err);

/* cer_kek_origin: what is proven of where it is, a sentence.
 * cer_kek_origin_word: "not-proven", "attested", "attested-recorded". */
const char *cer_kek_origin(const struct cer_kek *k);
const char *cer_kek_origin_word(const struct cer_kek *k);

/* cer_target_card: what a card wrapped, opened and judged as a key of a file
 *  is.  name: of the card.  Errors: est_target_wrapped's */
KC_MUST kc_result cer_target_card(const char *name,
    const struct tok_extract *x, struct est_target *ret, struct kc_err *err);

/* cer_target_say: "EC, 256 bits, P-256"; and what the imported key must show
 *  online: "SHA-256 of its public key HEX", "check value HEX". */
#define CER_TARGET_TEXT 120
KC_MUST kc_result cer_target_say(const struct est_target *t,
    char ret_kind[static CER_TARGET_TEXT],
    char ret_shows[static CER_TARGET_TEXT], struct kc_err *err);
/* cer_target_json: type, bits, curve, and public_key or check_value. */
KC_MUST kc_result cer_target_json(const struct est_target *t, json_t *o,
    struct kc_err *err);

#endif
