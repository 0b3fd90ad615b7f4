/* SPDX-License-Identifier: Apache-2.0
 *
 * A key release policy: which tokens of which attestation services let the
 * HSM give a key away.  Read strictly, judged for the mistakes that people
 * make, compared by what it means.
 *
 * Source: Learn, "Azure Managed HSM secure key release policy grammar".
 */
#ifndef KC_ESTATE_POLICY_H
#define KC_ESTATE_POLICY_H

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"

#define EST_POLICY_FILE_MAX ((size_t)256 << 10)	/* with a key around it */
#define EST_POLICY_MAX ((size_t)64 << 10)	/* its own text */
#define EST_POLICY_DEPTH 12	/* conditions in conditions */
#define EST_CONDS_MAX 1024
#define EST_AUTHORITIES_MAX 64
#define EST_POLICY_PATH 200

enum est_op {
	EST_EQUALS, EST_NOT_EQUALS, EST_LESS, EST_LESS_OR_EQUALS,
	EST_GREATER, EST_GREATER_OR_EQUALS, EST_EXISTS,
	EST_OPS
};
/* est_op_name: "equals", as the grammar writes it. */
const char *est_op_name(enum est_op op);

enum est_join {
	EST_CLAIM,		/* a condition of a claim */
	EST_ALL_OF,
	EST_ANY_OF,
};

/* struct est_cond: a node.  A group's children stand in a row behind it, all
 * at higher indexes: a pass from the last node to the first meets children
 * before their group.  Texts and values stay the policy's. */
struct est_cond {
	enum est_join kind;
	char path[EST_POLICY_PATH];	/* "anyOf[3].allOf[0]" */
	size_t depth;
	size_t first, n;		/* groups: children */
	size_t authority;		/* whose */
	const char *claim;		/* "x-ms-isolation-tee.x-ms-..." */
	enum est_op op;
	const json_t *value;		/* string, integer or boolean */
};

/* struct est_authority: root is the index of its group.  norm: scheme and
 * host in lower case, without a last '/': what is compared. */
struct est_authority {
	const char *url;
	char norm[256];
	bool slash;			/* url has that '/' */
	size_t root;
	char path[32];			/* "anyOf[3]" */
};

/* struct est_policy: text is the policy's own JSON, also where it stood in a
 * key's; in_key: it did, and -1: that key did not say. */
struct est_policy {
	const char *name;		/* of the file, for messages */
	struct kc_buf text;
	json_t *json, *key;
	const char *version, *kid;
	bool legacy;			/* {"claim","condition","value"} */
	bool in_key;
	int immutable, exportable;
	struct est_authority authority[EST_AUTHORITIES_MAX];
	size_t n_authorities;
	struct est_cond cond[EST_CONDS_MAX];
	size_t n;
};

/* est_policy_read: a policy; or a key that has one, as `az keyvault key show`
 *  or the service prints it, or its release_policy alone.
 *  name  for messages, kept
 *  ret   zeroed by the caller (it is large: not on the stack), and again on
 *        failure; caller: est_policy_free
 *  Errors: KC_EFORMAT "NAME:LINE:COL: sentence (PATH)", of the policy's own
 *  text where that stood in a key; KC_ELIMIT.
 *  Source: the grammar; legacy: API 7.0's version 0.2 */
KC_MUST kc_result est_policy_read(const char *name, const void *p,
    size_t len, struct est_policy *ret, struct kc_err *err);
void est_policy_free(struct est_policy *p);

/* est_policy_place: line and column of a path, 1:1 if it is none. */
void est_policy_place(const struct est_policy *p, const char *path,
    size_t *ret_line, size_t *ret_col);

/* est_policy_canon: append what the service makes of it: minified, members
 *  sorted.  sha may be NULL. */
KC_MUST kc_result est_policy_canon(const struct est_policy *p,
    struct kc_buf *ret, uint8_t sha[KC_SHA256], struct kc_err *err);

/* est_authority_norm: a URL as it is compared; false: no https://HOST[/].
 *  Source: spec of the claims; the service's own rule is not documented */
bool est_authority_norm(const char *url, char ret[static 256],
    bool *ret_slash);

/* Findings (policy_find.c): what is allowed by the grammar and wrong. */
enum est_severity { EST_NOTE, EST_WARNING, EST_ERROR };
struct est_finding {
	enum est_severity severity;
	const char *code;		/* "debug", for programs */
	char path[EST_POLICY_PATH];
	size_t line, col;
	char text[320];			/* clean text */
	char fix[240];			/* what would be right, or "" */
};
#define EST_FINDINGS_MAX 200
struct est_findings {
	struct est_finding is[EST_FINDINGS_MAX];
	size_t n, count[3];		/* count: also of those beyond */
};
/* est_policy_find: ret zeroed by the caller; nothing to free. */
void est_policy_find(const struct est_policy *p, struct est_findings *ret);

/* Comparison by meaning (policy_same.c): the order of members and items,
 * groups of one, groups in groups of their kind, and a last '/' of an
 * authority do not count. */
enum est_strength { EST_WEAKER, EST_STRONGER, EST_OTHER };
struct est_difference {
	enum est_strength than;		/* got, against approved */
	char text[400];			/* clean text */
};
#define EST_DIFFERENCES_MAX 64
struct est_differences {
	struct est_difference is[EST_DIFFERENCES_MAX];
	size_t n, more;
};
/* est_policy_compare: ret zeroed by the caller; n + more == 0: the same. */
KC_MUST kc_result est_policy_compare(const struct est_policy *approved,
    const struct est_policy *got, struct est_differences *ret,
    struct kc_err *err);

#endif
