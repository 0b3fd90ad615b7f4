/* SPDX-License-Identifier: Apache-2.0
 *
 * The estate around a domain: what az wrote about a pool, its roles, keys,
 * backups and settings, held against what the site approved.  All of it is
 * unsigned: it shows what the online operator exported, nothing more.
 */
#ifndef KC_SD_ESTATE_H
#define KC_SD_ESTATE_H

#include "base/buf.h"
#include "base/hash.h"

#define SD_ESTATE_FILE_MAX ((size_t)1 << 20)
#define SD_ASSERTIONS_MAX 48
#define SD_REMARKS_MAX 64
#define SD_BESIDE_MAX 16
#define SD_NAMES_MAX 64
#define SD_PLAN_ROLES_MAX 64
#define SD_PLAN_CUSTOM_MAX 16
#define SD_PLAN_KEYS_MAX 32

enum sd_kind {
	SD_KIND_POOL,		/* az keyvault show */
	SD_KIND_ROLES,		/* az keyvault role assignment list */
	SD_KIND_KEY,		/* az keyvault key show */
	SD_KIND_ROTATION,	/* az keyvault key rotation-policy show */
	SD_KIND_BACKUP,		/* a full backup's result, a key's backup */
	SD_KIND_SETTINGS,	/* az keyvault setting list */
	SD_KIND_JUDGED,		/* those above are judged; below: beside */
	SD_KIND_DEFINITIONS = SD_KIND_JUDGED, /* az keyvault role definition
						 list */
	SD_KIND_RECORD,		/* when and by whom it was exported */
	SD_KIND_DOMAIN,		/* the security domain, for its hash */
	SD_KINDS
};

/* sd_kind_name: "pool"; sd_kind_of: the kind of that name, or SD_KINDS. */
const char *sd_kind_name(enum sd_kind kind);
enum sd_kind sd_kind_of(const char *name);

/* struct sd_names: a list that the site approves; given: it says so, and
 * then what is not in the list is not approved.  Strings: the caller's. */
struct sd_names {
	bool given;
	size_t n;
	const char *v[SD_NAMES_MAX];
};

/* struct sd_plan_role: who has which role where.
 *  type  User, Group or ServicePrincipal; NULL: any
 *  role  a built-in role's name, or that of a sd_plan_custom */
struct sd_plan_role {
	const char *principal, *type, *role, *scope;
};

/* struct sd_plan_custom: a role of the site's own, and its data actions. */
struct sd_plan_custom {
	const char *name;
	struct sd_names actions;
};

/* struct sd_plan_key: a key by name; NULL, 0 and not given: not approved. */
struct sd_plan_key {
	const char *name, *version;
	const char *type;	/* RSA-HSM, EC-HSM, oct-HSM */
	const char *curve;
	int64_t bits;		/* least */
	struct sd_names ops;
	bool has_policy;	/* exportable under this policy only */
	uint8_t policy[KC_SHA256];	/* of its canonical JSON */
	bool has_limit;		/* must end by limit_ms */
	int64_t limit_ms;
	bool reattested;	/* rotation is followed by attestation */
};

/* struct sd_approved: what the site approves; NULL, 0 and not given: it
 * says nothing, and what is compared with it is unknown.
 *  site     there is a site file at all
 *  pool     its name, short or whole */
struct sd_approved {
	bool site;
	const char *pool;
	const char *tenant, *subscription, *group, *location, *sku;
	const char *public_network, *bypass;
	int64_t retention_days;
	struct sd_names admins, regions, ip_rules, subnets, endpoints;
	bool has_roles;
	struct sd_plan_role role[SD_PLAN_ROLES_MAX];
	size_t n_roles;
	struct sd_plan_custom custom[SD_PLAN_CUSTOM_MAX];
	size_t n_custom;
	struct sd_plan_key key[SD_PLAN_KEYS_MAX];
	size_t n_keys;
	struct sd_names accounts;	/* of storage, for backups */
	int64_t backup_days;		/* oldest backup */
	bool has_domain;
	uint8_t domain[KC_SHA256];	/* of the domain a backup needs */
	bool has_window;		/* exports are made within it */
	int64_t from_ms, to_ms;
};

/* sd_plan_role_known: is it a built-in role, or one of the plan's own? */
bool sd_plan_role_known(const struct sd_approved *a, const char *role);

/* sd_action_known: is it, or does a pattern with * reach, a data action
 * this program knows? */
bool sd_action_known(const char *action);

enum sd_truth {
	SD_HOLDS,
	SD_FAILS,
	SD_UNKNOWN,		/* the file, or the site, says nothing */
};

/* struct sd_assertion: one named line; text is clean. */
struct sd_assertion {
	const char *name;	/* a constant, docs/format/estate.md */
	enum sd_truth truth;
	struct kc_buf text;
};

/* struct sd_estate: what one file says.  remark: what is no assertion:
 * messages, rules, who can do what, fields nobody knows; clean text. */
struct sd_estate {
	enum sd_kind kind;
	uint8_t sha256[KC_SHA256];
	size_t n;
	struct sd_assertion is[SD_ASSERTIONS_MAX];
	size_t n_remarks;
	struct kc_buf remark[SD_REMARKS_MAX];
	size_t unsaid;		/* remarks beyond SD_REMARKS_MAX */
	size_t fails, unknown;
};

/* struct sd_estate_file: one file as it was read; name for messages. */
struct sd_estate_file {
	enum sd_kind kind;
	const char *name;
	const void *p;
	size_t len;
};

/* sd_estate_check: judge file, with what stands beside it.
 *  file    of a kind below SD_KIND_JUDGED
 *  beside  at most SD_BESIDE_MAX, of any kind
 *  at_ms   the day that dates are judged on
 *  ret     caller: sd_estate_free; untouched on failure.  An assertion that
 *          fails is no failure of this function
 *  Errors: KC_EFORMAT, KC_ELIMIT with file and place */
KC_MUST kc_result sd_estate_check(const struct sd_estate_file *file,
    const struct sd_estate_file *beside, size_t n_beside,
    const struct sd_approved *a, int64_t at_ms, struct sd_estate *ret,
    struct kc_err *err);
void sd_estate_free(struct sd_estate *e);

#endif
