/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside sd/: one link is one function; what they hand on to each other.
 */
#ifndef KC_SD_LINK_H
#define KC_SD_LINK_H

#include "sd/collateral.h"
#include "sd/evidence.h"
#include "sd/pck.h"
#include "sd/quote.h"

/* struct sd_inquiry: one inquiry under way.
 *  q, pck, platform   set by the links evidence and pck-leaf
 *  found              set by the link collateral
 *  unproved           a link's way to say that nothing failed but nothing
 *                     was shown either; reset before each
 *  text               what a link that does not fail found; never text of
 *                     the file unless it is checked to be clean */
struct sd_inquiry {
	const struct sd_exchange *x;
	const struct sd_pins *pins;
	X509 *cert;
	struct sd_quote q;
	struct sd_pck pck;
	struct sd_platform platform;
	struct sd_found found;
	bool unproved;
	char text[SD_LINK_CHARS];
};

typedef kc_result sd_link_fn(struct sd_inquiry *j, struct kc_err *err);

/* The certificate itself. */
sd_link_fn sd_link_self, sd_link_dates, sd_link_key, sd_link_use,
    sd_link_pool;
/* The quote: PCK chain, quoting enclave, enclave. */
sd_link_fn sd_link_evidence, sd_link_pck_root, sd_link_pck_chain,
    sd_link_pck_dates, sd_link_pck_leaf, sd_link_qe_signature,
    sd_link_qe_identity, sd_link_qe_debug, sd_link_qe_svn,
    sd_link_qe_binding, sd_link_quote_signature, sd_link_enclave_debug,
    sd_link_enclave_signer, sd_link_enclave_product, sd_link_enclave_svn,
    sd_link_key_binding;
/* Carried in. */
sd_link_fn sd_link_collateral, sd_link_tcb_status, sd_link_qe_status,
    sd_link_revocation;

/* sd_say: what a link found, cut at the end of j->text. */
void sd_say(struct sd_inquiry *j, const char *fmt, ...) KC_PRINTF(2, 3);

/* sd_unproved: the same, and nothing is shown by it. */
KC_MUST kc_result sd_unproved(struct sd_inquiry *j, const char *fmt, ...)
    KC_PRINTF(2, 3);

#endif
