/* SPDX-License-Identifier: Apache-2.0
 *
 * Compact JWS with RS256 and nothing else, and pinned sets of keys.  A key is
 * never taken because the text that is to be verified names it.
 *
 * Source: RFC 7515, RFC 7517.
 */
#ifndef KC_ESTATE_JWS_H
#define KC_ESTATE_JWS_H

#include <openssl/x509.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

#define EST_JWS_MAX ((size_t)256 << 10)
#define EST_JWKS_MAX 32			/* keys */
#define EST_RSA_MIN 2048
#define EST_CHAIN_MAX 6

/* struct est_jws: a text taken apart.  alg, kid: the header's; kid NULL: it
 * has none.  covered: what the signature is over. */
struct est_jws {
	json_t *header, *payload;
	const char *alg, *kid;
	struct kc_buf covered, sig;
};

/* est_jws_is: parts with dots between, and no JSON, as far as a look tells. */
bool est_jws_is(const void *p, size_t len);

/* est_jws_read: take apart; one line end behind it is no part of it.
 *  Refused: padding, other characters, a header or payload that is no JSON
 *  object, "crit" and "b64" in the header.
 *  ret   zeroed by the caller; empty again on failure
 *  Errors: KC_EFORMAT, KC_ELIMIT */
KC_MUST kc_result est_jws_read(const char *name, const void *p, size_t len,
    struct est_jws *ret, struct kc_err *err);
void est_jws_free(struct est_jws *j);

/* est_jws_verify: alg is RS256 and the signature is this key's.
 *  Errors: KC_EALG another alg, by name; KC_EREFUSED */
KC_MUST kc_result est_jws_verify(const struct est_jws *j, EVP_PKEY *key,
    struct kc_err *err);

/* est_jws_chain: the header's x5c, the leaf first.
 *  ret   caller: X509_free each, also on failure (*ret_n of them)
 *  Errors: KC_EFORMAT */
KC_MUST kc_result est_jws_chain(const struct est_jws *j,
    X509 *ret[static EST_CHAIN_MAX], size_t *ret_n, struct kc_err *err);

/* struct est_jwks: RSA keys by their kid; keys of other types are left out. */
struct est_jwks {
	json_t *json;
	struct {
		const char *kid;
		EVP_PKEY *key;
	} is[EST_JWKS_MAX];
	size_t n;
};

/* est_jwks_read: {"keys":[...]}, each RSA key by n and e, or by the first
 *  certificate of its x5c, or by both, which then agree.
 *  Errors: KC_EFORMAT; KC_EALG less than 2048 bits; KC_EREFUSED two keys of
 *  one kid, or none */
KC_MUST kc_result est_jwks_read(const char *name, const void *p, size_t len,
    struct est_jwks *ret, struct kc_err *err);
void est_jwks_free(struct est_jwks *k);
/* est_jwks_find: NULL when there is none of that kid. */
EVP_PKEY *est_jwks_find(const struct est_jwks *k, const char *kid);

#endif
