/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside sd/: a key's JSON, az's shape or the service's, as one struct.
 */
#ifndef KC_ESTATE_KEY_H
#define KC_ESTATE_KEY_H

#include "estate/look.h"

/* struct est_key_json: NULL, -1, false: null or absent in the file.
 *  priv  a member that only a private key has and that is not null
 *  bits  of an RSA modulus without leading zeros */
struct est_key_json {
	struct est_key_facts facts;
	const char *type, *curve, *priv;
	const json_t *ops;
	int enabled, exportable, managed, immutable;
	bool has_bits, has_exp, has_nbf, attested, has_policy;
	size_t bits;
	int64_t exp_ms, nbf_ms;
	uint8_t policy[KC_SHA256];	/* of its canonical JSON */
};

/* est_key_json_read: p as a key.  Texts stay the JSON's.
 *  Errors: KC_EFORMAT with the place; a member in both spellings too */
KC_MUST kc_result est_key_json_read(const struct est_paper *p,
    struct est_key_json *ret, struct kc_err *err);

/* est_kid_read: https://HOST/keys/NAME/VERSION, taken apart; false for any
 *  other shape.  ret->kid is kid itself */
bool est_kid_read(const char *kid, struct est_key_facts *ret);

/* est_key_policy: the text of a key's release policy: of root's release_policy
 *  or releasePolicy, or of root itself if it is that object.
 *  ret      appended to, the JSON of the policy; *ret_there false: none
 *  ret_immutable  -1: not said */
KC_MUST kc_result est_key_policy(const json_t *root, const char *where,
    struct kc_buf *ret, bool *ret_there, int *ret_immutable,
    struct kc_err *err);

/* est_key_number: bytes in base64url as the service writes them, or base64 as
 *  az does.  Errors: KC_EFORMAT, KC_ELIMIT with the place */
KC_MUST kc_result est_key_number(const char *text, const char *where,
    const char *key, struct kc_buf *ret, struct kc_err *err);

#endif
