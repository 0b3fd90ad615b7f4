/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside estate/: how the findings about a policy are collected.
 */
#ifndef KC_ESTATE_POLICY_FINDING_H
#define KC_ESTATE_POLICY_FINDING_H

#include "estate/policy.h"
#include "estate/policy_claims.h"

/* struct est_hunt: one look at a policy. */
struct est_hunt {
	const struct est_policy *p;
	struct est_findings *ret;
};

/* est_found: the next finding.  fix and text may quote the policy: they are
 * escaped here.  fix is a whole sentence or "". */
void est_found(struct est_hunt *h, enum est_severity severity,
    const char *code, const char *path, const char *fix, const char *fmt, ...)
    KC_PRINTF(6, 7);

/* Each condition by itself (policy_conds.c); each authority, and all of them
 * (policy_find.c). */
void est_find_cond(struct est_hunt *h, const struct est_cond *c);

#endif
