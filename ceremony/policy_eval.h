/* SPDX-License-Identifier: Apache-2.0
 *
 * What is said of a token against a release policy.
 */
#ifndef KC_CEREMONY_POLICY_EVAL_H
#define KC_CEREMONY_POLICY_EVAL_H

#include "estate/eval.h"

/* struct cer_eval_desk: large; calloc. */
struct cer_eval_desk {
	struct kc_buf bytes[3];		/* policy, token, keys */
	const char *token_name;
	struct est_policy policy;
	struct est_token token;
	struct est_jwks keys;
	struct est_eval found;
	int64_t at_ms;
};

/* cer_eval_verdict: Errors: KC_EREFUSED why the key is not released, or that
 *  it depends on how the service compares. */
KC_MUST kc_result cer_eval_verdict(const struct cer_eval_desk *d,
    struct kc_err *err);
/* cer_eval_show: for people; all: also what holds. */
void cer_eval_show(const struct cer_eval_desk *d, bool all);
/* cer_eval_json: ret  caller: json_decref */
KC_MUST kc_result cer_eval_json(const struct cer_eval_desk *d, json_t **ret,
    struct kc_err *err);
void cer_eval_desk_free(struct cer_eval_desk **d);

#endif
