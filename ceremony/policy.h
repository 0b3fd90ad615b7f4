/* SPDX-License-Identifier: Apache-2.0
 *
 * A release policy as it was judged: for the command and for the action.
 */
#ifndef KC_CEREMONY_POLICY_H
#define KC_CEREMONY_POLICY_H

#include "estate/policy.h"

/* struct cer_policy_desk: large; calloc.  compared: approved was read. */
struct cer_policy_desk {
	struct kc_buf bytes[2], canon;
	struct est_policy policy, approved;
	uint8_t sha256[KC_SHA256];	/* of canon */
	bool compared;
	struct est_findings found;
	struct est_differences differences;
};

/* cer_policy_judge: canonical form, findings, and what is not as approved. */
KC_MUST kc_result cer_policy_judge(struct cer_policy_desk *d,
    struct kc_err *err);
/* cer_policy_verdict: Errors: KC_EREFUSED with the first finding that is an
 *  error, or the first difference, and how many there are. */
KC_MUST kc_result cer_policy_verdict(const struct cer_policy_desk *d,
    struct kc_err *err);
/* cer_policy_show: for people, on stdout. */
void cer_policy_show(const struct cer_policy_desk *d);
/* cer_policy_json: ret  caller: json_decref */
KC_MUST kc_result cer_policy_json(const struct cer_policy_desk *d,
    json_t **ret, struct kc_err *err);
void cer_policy_desk_free(struct cer_policy_desk **d);

#endif
