/* SPDX-License-Identifier: Apache-2.0
 *
 * The estate around a domain: what az wrote about a pool, its roles, keys,
 * backups and settings, held against what the site approved.  All of it is
 * unsigned: it shows what the online operator exported, nothing more.
 */
#ifndef KC_ESTATE_ESTATE_H
#define KC_ESTATE_ESTATE_H

#include "base/buf.h"
#include "base/hash.h"

#define EST_FILE_MAX ((size_t)1 << 20)
#define EST_ASSERTIONS_MAX 48
#define EST_REMARKS_MAX 64
#define EST_BESIDE_MAX 16
#define EST_NAMES_MAX 64
#define EST_PLAN_ROLES_MAX 64
#define EST_PLAN_CUSTOM_MAX 16
#define EST_PLAN_KEYS_MAX 32

enum est_kind {
	EST_KIND_POOL,		/* az keyvault show */
	EST_KIND_ROLES,		/* az keyvault role assignment list */
	EST_KIND_KEY,		/* az keyvault key show */
	EST_KIND_ROTATION,	/* az keyvault key rotation-policy show */
	EST_KIND_BACKUP,	/* a full backup's result, a key's backup */
	EST_KIND_SETTINGS,	/* az keyvault setting list */
	EST_KIND_JUDGED,	/* those above are judged; below: beside */
	EST_KIND_DEFINITIONS = EST_KIND_JUDGED, /* az keyvault role definition
						 list */
	EST_KIND_RECORD,		/* when and by whom it was exported */
	EST_KIND_DOMAIN,		/* the security domain, for its hash */
	EST_KIND_ATTESTATION,	/* of a key, for the pool it names */
	EST_KINDS
};

/* est_kind_name: "pool"; est_kind_of: the kind of that name, or EST_KINDS. */
const char *est_kind_name(enum est_kind kind);
enum est_kind est_kind_of(const char *name);

/* struct est_names: a list that the site approves; given: it says so, and
 * then what is not in the list is not approved.  Strings: the caller's. */
struct est_names {
	bool given;
	size_t n;
	const char *v[EST_NAMES_MAX];
};

/* struct est_plan_role: who has which role where.
 *  type  User, Group or ServicePrincipal; NULL: any
 *  role  a built-in role's name, or that of a est_plan_custom */
struct est_plan_role {
	const char *principal, *type, *role, *scope;
};

/* struct est_plan_custom: a role of the site's own, and its data actions. */
struct est_plan_custom {
	const char *name;
	struct est_names actions;
};

/* struct est_plan_key: a key by name; NULL, 0 and not given: not approved. */
struct est_plan_key {
	const char *name, *version;
	const char *type;	/* RSA-HSM, EC-HSM, oct-HSM */
	const char *curve;
	int64_t bits;		/* least */
	struct est_names ops;
	bool has_policy;	/* exportable under this policy only */
	uint8_t policy[KC_SHA256];	/* of its canonical JSON */
	bool has_limit;		/* must end by limit_ms */
	int64_t limit_ms;
	bool reattested;	/* rotation is followed by attestation */
};

/* struct est_approved: what the site approves; NULL, 0 and not given: it
 * says nothing, and what is compared with it is unknown.
 *  site     there is a site file at all
 *  pool     its name, short or whole */
struct est_approved {
	bool site;
	const char *pool;
	const char *tenant, *subscription, *group, *location, *sku;
	const char *public_network, *bypass;
	int64_t retention_days;
	struct est_names admins, regions, ip_rules, subnets, endpoints;
	bool has_roles;
	struct est_plan_role role[EST_PLAN_ROLES_MAX];
	size_t n_roles;
	struct est_plan_custom custom[EST_PLAN_CUSTOM_MAX];
	size_t n_custom;
	struct est_plan_key key[EST_PLAN_KEYS_MAX];
	size_t n_keys;
	struct est_names accounts;	/* of storage, for backups */
	int64_t backup_days;		/* oldest backup */
	bool has_owner_root;
	uint8_t owner_root[KC_SHA256];	/* of the pool, as recorded */
	bool has_domain;
	uint8_t domain[KC_SHA256];	/* of the domain a backup needs */
	bool has_window;		/* exports are made within it */
	int64_t from_ms, to_ms;
};

/* est_plan_role_known: is it a built-in role, or one of the plan's own? */
bool est_plan_role_known(const struct est_approved *a, const char *role);

/* est_action_known: is it, or does a pattern with * reach, a data action
 * this program knows? */
bool est_action_known(const char *action);

enum est_truth {
	EST_HOLDS,
	EST_FAILS,
	EST_UNKNOWN,		/* the file, or the site, says nothing */
};

/* struct est_assertion: one named line; text is clean. */
struct est_assertion {
	const char *name;	/* a constant, docs/format/estate.md */
	enum est_truth truth;
	struct kc_buf text;
};

/* struct est_estate: what one file says.  remark: what is no assertion:
 * messages, rules, who can do what, fields nobody knows; clean text. */
struct est_estate {
	enum est_kind kind;
	uint8_t sha256[KC_SHA256];
	size_t n;
	struct est_assertion is[EST_ASSERTIONS_MAX];
	size_t n_remarks;
	struct kc_buf remark[EST_REMARKS_MAX];
	size_t unsaid;		/* remarks beyond EST_REMARKS_MAX */
	size_t fails, unknown;
};

/* struct est_file: one file as it was read; name for messages. */
struct est_file {
	enum est_kind kind;
	const char *name;
	const void *p;
	size_t len;
};

/* est_check: judge file, with what stands beside it.
 *  file    of a kind below EST_KIND_JUDGED
 *  beside  at most EST_BESIDE_MAX, of any kind
 *  at_ms   the day that dates are judged on
 *  ret     caller: est_free; untouched on failure.  An assertion that
 *          fails is no failure of this function
 *  Errors: KC_EFORMAT, KC_ELIMIT with file and place */
KC_MUST kc_result est_check(const struct est_file *file,
    const struct est_file *beside, size_t n_beside,
    const struct est_approved *a, int64_t at_ms, struct est_estate *ret,
    struct kc_err *err);
void est_free(struct est_estate *e);

#endif
