/* SPDX-License-Identifier: Apache-2.0
 *
 * A token against a release policy, as the HSM would judge it, and why.
 *
 * Source: Learn, "Azure Managed HSM secure key release policy grammar". How
 * the service compares types and issuers is not documented: what depends on
 * it is said to.
 */
#ifndef KC_ESTATE_EVAL_H
#define KC_ESTATE_EVAL_H

#include "estate/jws.h"
#include "estate/policy.h"

#define EST_SKEW_MS 60000	/* between the token's clock and at */
#define EST_LEAVES_MAX 512
#define EST_LEAF_PATH 200

/* struct est_leaf: a value of the token, by its path. */
struct est_leaf {
	char path[EST_LEAF_PATH];	/* "x-ms-runtime.keys[0].kid" */
	const json_t *value;
	bool in_list;			/* no policy can ask for it */
};

/* struct est_token: the claims, signed or as somebody says they are. */
struct est_token {
	bool is_signed, verified;
	struct est_jws jws;
	json_t *bare;
	const json_t *claims;
	const char *iss;		/* NULL: none */
	char norm[256];			/* of iss, as authorities */
	struct est_leaf leaf[EST_LEAVES_MAX];
	size_t n;
};

/* est_token_read: a JWS of JSON claims, or the claims alone.
 *  keys  pinned; NULL: the signature is not judged
 *  ret   zeroed by the caller (large); empty again on failure
 *  Errors: KC_EFORMAT, KC_ELIMIT; KC_EREFUSED signature or unknown kid;
 *  KC_EALG */
KC_MUST kc_result est_token_read(const char *name, const void *p, size_t len,
    const struct est_jwks *keys, struct est_token *ret, struct kc_err *err);
void est_token_free(struct est_token *t);

enum est_met {
	EST_UNMET,
	EST_COERCED,		/* if the service takes "true" for true */
	EST_MET,
};

/* struct est_result: of a condition.  found NULL: the token has no such
 * claim.  elsewhere: where the wanted value, or the claim, does stand. */
struct est_result {
	enum est_met met;
	const json_t *found;
	char elsewhere[EST_LEAF_PATH];
	char note[240];			/* why not, in a sentence; or "" */
};

/* struct est_eval: result is by the policy's conditions, groups included.
 *  times, export key: sentences; "" is fine. */
struct est_eval {
	enum est_met verdict;
	struct est_result result[EST_CONDS_MAX];
	bool issuer[EST_AUTHORITIES_MAX];	/* is it the token's */
	size_t issuers, nearest;	/* the authority most like it */
	char issuer_note[200];
	char times[200];		/* why the token is not valid now */
	bool is_valid;
	char export_key[200];		/* what the key is wrapped to */
	bool has_export_key;
};

/* est_evaluate: ret zeroed by the caller; nothing to free; values stay the
 *  token's. */
void est_evaluate(const struct est_policy *p, const struct est_token *t,
    int64_t at_ms, struct est_eval *ret);

/* est_claim_of: a claim by the dotted name that a policy uses; NULL: none. */
const json_t *est_claim_of(const json_t *claims, const char *name);

#endif
