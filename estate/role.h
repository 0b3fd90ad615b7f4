/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside sd/: roles as sets of data actions, and who has which where.
 */
#ifndef KC_ESTATE_ROLE_H
#define KC_ESTATE_ROLE_H

#include "estate/look.h"

#define EST_ROLES_MAX 512	/* assignments, and definitions */
#define EST_GUID 36

/* A set of data actions this program knows: one bit for each. */
typedef uint64_t est_actions;

/* struct est_power: data actions that mean one thing to people. */
struct est_power {
	const char *name;	/* the assertion: "can-download-domain" */
	const char *what;	/* "download the security domain" */
	est_actions any;
};
extern const struct est_power est_powers[];
extern const size_t est_n_powers;

/* Whoever has one of these rules over others; over keys. */
est_actions est_admin_actions(void);
est_actions est_crypto_actions(void);

/* est_actions_add: the known actions that a text, with * for anything, means.
 *  Returns false, and adds nothing, when it reaches none. */
bool est_actions_add(est_actions *set, const char *text);

/* struct est_role: what a role allows.
 *  id       its GUID as it stands; "" for a role of the plan
 *  foreign  it has a data action this program does not know
 *  known    what it allows is known at all */
struct est_role {
	char id[EST_GUID + 1];
	const char *name;
	est_actions can;
	bool built_in, foreign, known;
};

/* est_role_built_in: the built-in role of this id, or name; NULL: none. */
const struct est_role *est_role_built_in(const char *id, const char *name);

/* struct est_assignment: one line of the list.
 *  type  NULL: not said ("Unknown" is no type)
 *  role  known or not */
struct est_assignment {
	const char *principal, *type, *scope;
	struct est_role role;
	bool dangling;		/* az found no role of this id */
};

/* struct est_roles: a whole list; one object is no list. */
struct est_roles {
	bool whole;
	size_t n;
	struct est_assignment a[EST_ROLES_MAX];
	size_t n_defs;
	struct est_role def[EST_ROLES_MAX];
};

/* est_roles_read: the assignments of p, each with what its role allows, by
 *  the definitions beside it or the built-in table.
 *  ret  large: not on the stack; texts stay the JSON's
 *  Errors: KC_EFORMAT with the place; KC_ELIMIT */
KC_MUST kc_result est_roles_read(struct est_look *k, const struct est_paper *p,
    struct est_roles *ret, struct kc_err *err);

/* est_plan_can: what a role of the plan allows. */
est_actions est_plan_can(const struct est_approved *a, const char *role);

/* est_scope_covers: is inner at or below outer?  "/" covers all. */
bool est_scope_covers(const char *outer, const char *inner);

/* est_say_plan, est_say_powers, est_say_custom: the list against the plan. */
KC_MUST kc_result est_say_plan(struct est_look *k, const struct est_roles *s,
    struct kc_err *err);
KC_MUST kc_result est_say_powers(struct est_look *k, const struct est_roles *s,
    struct kc_err *err);
KC_MUST kc_result est_say_custom(struct est_look *k, const struct est_roles *s,
    struct kc_err *err);

#endif
