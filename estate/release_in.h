/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside estate/: a release response while its links are judged.
 */
#ifndef KC_ESTATE_RELEASE_IN_H
#define KC_ESTATE_RELEASE_IN_H

#include "estate/release.h"

/* struct est_rel: JSON parts stay the token's. */
struct est_rel {
	const struct est_release_ask *ask;
	struct est_release *ret;
	enum est_release_link at;	/* the link that is judged */
	struct est_jws jws;
	const json_t *request, *bundle, *key;
	X509 *chain[EST_CHAIN_MAX];
	size_t n;
};

/* est_rel_say: the state and sentence of the link at hand.
 * est_rel_no: it fails.  Returns KC_EREFUSED with that sentence. */
void est_rel_say(struct est_rel *r, enum est_release_state state,
    const char *fmt, ...) KC_PRINTF(3, 4);
KC_MUST kc_result est_rel_no(struct est_rel *r, struct kc_err *err,
    const char *fmt, ...) KC_PRINTF(3, 4);

/* A link's judge (release_chain.c, release_links.c). */
typedef kc_result est_rel_fn(struct est_rel *r, struct kc_err *err);
est_rel_fn est_rel_certificates, est_rel_root, est_rel_host,
    est_rel_signature, est_rel_kid, est_rel_nonce, est_rel_enc,
    est_rel_exportable, est_rel_policy, est_rel_envelope;

#endif
