/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside sd/: roles as sets of data actions, and who has which where.
 */
#ifndef KC_SD_ESTATE_ROLE_H
#define KC_SD_ESTATE_ROLE_H

#include "sd/estate_look.h"

#define SD_ROLES_MAX 512	/* assignments, and definitions */
#define SD_GUID 36

/* A set of data actions this program knows: one bit for each. */
typedef uint64_t sd_actions;

/* struct sd_power: data actions that mean one thing to people. */
struct sd_power {
	const char *name;	/* the assertion: "can-download-domain" */
	const char *what;	/* "download the security domain" */
	sd_actions any;
};
extern const struct sd_power sd_powers[];
extern const size_t sd_n_powers;

/* Whoever has one of these rules over others; over keys. */
sd_actions sd_admin_actions(void);
sd_actions sd_crypto_actions(void);

/* sd_actions_add: the known actions that a text, with * for anything, means.
 *  Returns false, and adds nothing, when it reaches none. */
bool sd_actions_add(sd_actions *set, const char *text);

/* struct sd_role: what a role allows.
 *  id       its GUID as it stands; "" for a role of the plan
 *  foreign  it has a data action this program does not know
 *  known    what it allows is known at all */
struct sd_role {
	char id[SD_GUID + 1];
	const char *name;
	sd_actions can;
	bool built_in, foreign, known;
};

/* sd_role_built_in: the built-in role of this id, or name; NULL: none. */
const struct sd_role *sd_role_built_in(const char *id, const char *name);

/* struct sd_assignment: one line of the list.
 *  type  NULL: not said ("Unknown" is no type)
 *  role  known or not */
struct sd_assignment {
	const char *principal, *type, *scope;
	struct sd_role role;
	bool dangling;		/* az found no role of this id */
};

/* struct sd_roles: a whole list; one object is no list. */
struct sd_roles {
	bool whole;
	size_t n;
	struct sd_assignment a[SD_ROLES_MAX];
	size_t n_defs;
	struct sd_role def[SD_ROLES_MAX];
};

/* sd_roles_read: the assignments of p, each with what its role allows, by
 *  the definitions beside it or the built-in table.
 *  ret  large: not on the stack; texts stay the JSON's
 *  Errors: KC_EFORMAT with the place; KC_ELIMIT */
KC_MUST kc_result sd_roles_read(struct sd_look *k, const struct sd_paper *p,
    struct sd_roles *ret, struct kc_err *err);

/* sd_plan_can: what a role of the plan allows. */
sd_actions sd_plan_can(const struct sd_approved *a, const char *role);

/* sd_scope_covers: is inner at or below outer?  "/" covers all. */
bool sd_scope_covers(const char *outer, const char *inner);

/* sd_say_plan, sd_say_powers, sd_say_custom: the list against the plan. */
KC_MUST kc_result sd_say_plan(struct sd_look *k, const struct sd_roles *s,
    struct kc_err *err);
KC_MUST kc_result sd_say_powers(struct sd_look *k, const struct sd_roles *s,
    struct kc_err *err);
KC_MUST kc_result sd_say_custom(struct sd_look *k, const struct sd_roles *s,
    struct kc_err *err);

#endif
