/* SPDX-License-Identifier: Apache-2.0
 *
 * A key that may leave its card, taken off it: the card wraps it under an AES
 * key that is drawn for this and lives no longer, so that neither a module's
 * answer nor the socket between two processes ever carries it in clear.
 */
#ifndef KC_TOKENS_EXTRACT_H
#define KC_TOKENS_EXTRACT_H

#include "tokens/card.h"

#define TOK_WRAPPED_MAX 4096	/* bytes; RSA-4096 as PKCS #8 has 2,376 */

/* struct tok_extract: what came off the card.  Attributes as tok_key's. */
struct tok_extract {
	bool secret_key;	/* raw bytes; else a private key, PKCS #8 */
	char label[65];
	int sensitive, local;
	uint8_t n[TOK_MODULUS_MAX];	/* RSA: as the card shows it */
	size_t n_len;
	struct kc_secret aes;	/* 32 bytes: opens wrapped */
	struct kc_buf wrapped;	/* RFC 5649 */
};

/* tok_extract: the one private (RSA, EC) or secret key that fits the URI's
 *  id, object and type, wrapped by the card.  After a login.
 *  Device: a session object, destroyed again; the key stays
 *  Errors: KC_EREFUSED the key may not leave the card; KC_ECARD none fits,
 *  several do, or the card does not wrap
 *  ret  caller: tok_extract_free, which wipes */
KC_MUST kc_result tok_extract(struct tok_card *card,
    const struct tok_uri *uri, struct tok_extract *ret, struct kc_err *err);
void tok_extract_free(struct tok_extract *x);

#endif
