/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may do what in a pool: separation of duties, by data action and not
 * by the name of a role.  Principals are told by their id only.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "estate/role.h"

#define LEAST_ADMINS 2

/* That nobody does a thing is shown only by a whole list of known roles. */
static bool
is_sure(const struct est_roles *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (!s->a[i].role.known || s->a[i].role.foreign)
			return false;
	return s->whole;
}

static const char *
unsure(const struct est_roles *s)
{
	return !s->whole ? "the file is one assignment, not the list" :
	    "not every role's data actions are known";
}

/* The end of each rule: what was found, or that nothing was. */
static kc_result
conclude(struct est_look *k, const struct est_roles *s, const char *name,
    struct kc_buf *found, size_t n, const char *otherwise,
    struct kc_err *err)
{
	kc_result r = est_names_end(found, n, err);

	if (!kc_ok(r))
		return r;
	if (n > 0)
		return est_say_that(k, name, EST_FAILS, err, "%s",
		    kc_buf_str(found));
	if (!is_sure(s))
		return est_say_that(k, name, EST_UNKNOWN, err, "%s so far, but "
		    "%s", otherwise, unsure(s));
	return est_say_that(k, name, EST_HOLDS, err, "%s", otherwise);
}

static kc_result
known_roles(struct est_look *k, const struct est_roles *s, struct kc_err *err)
{
	struct kc_buf b = { 0 };
	size_t n = 0;
	kc_result r;

	KC_TRY(r, est_say_that(k, "list", s->whole ? EST_HOLDS : EST_UNKNOWN,
	    err, s->whole ? "%zu assignments" : "%zu assignment alone, not "
	    "the list: `az keyvault role assignment list` prints it", s->n));
	for (size_t i = 0; i < s->n; i++) {
		const struct est_role *d = &s->a[i].role;

		if (!d->known || d->foreign)
			KC_TRY(r, est_names_add(&b, &n, err, "%s (%s)",
			    d->name != NULL ? d->name : d->id,
			    s->a[i].dangling ? "no such role any more" :
			    d->known ? "data actions unknown to this program"
			    : "not among the definitions beside"));
	}
	KC_TRY(r, est_names_end(&b, n, err));
	r = est_say_that(k, "roles-known", n > 0 ? EST_UNKNOWN : EST_HOLDS, err,
	    n > 0 ? "not known what these roles allow: %s" : "every role's "
	    "data actions are known%s", kc_buf_str(&b));
out:
	kc_buf_free(&b);
	return r;
}

static bool
overlap(const struct est_assignment *a, const struct est_assignment *b)
{
	return strcasecmp(a->principal, b->principal) == 0 &&
	    (est_scope_covers(a->scope, b->scope) ||
	    est_scope_covers(b->scope, a->scope));
}

static kc_result
separation(struct est_look *k, const struct est_roles *s, struct kc_err *err)
{
	struct kc_buf b = { 0 };
	size_t n = 0;
	kc_result r = KC_DONE;

	for (size_t i = 0; i < s->n; i++)
		for (size_t m = 0; m < s->n; m++) {
			const struct est_assignment *x = &s->a[i], *y =
			    &s->a[m];

			if ((x->role.can & est_admin_actions()) == 0 ||
			    (y->role.can & est_crypto_actions()) == 0 ||
			    !overlap(x, y))
				continue;
			KC_TRY(r, est_names_add(&b, &n, err, "%s holds %s at "
			    "%s and %s at %s", x->principal, x->role.name,
			    x->scope, y->role.name, y->scope));
		}
	r = conclude(k, s, "separation-of-duties", &b, n, "nobody who "
	    "administers uses or changes keys at an overlapping scope", err);
out:
	kc_buf_free(&b);
	return r;
}

/* Is this, at this scope, in the plan? */
static bool
in_plan(const struct est_approved *a, const struct est_assignment *x,
    est_actions any)
{
	for (size_t i = 0; i < a->n_roles; i++)
		if (strcasecmp(a->role[i].principal, x->principal) == 0 &&
		    est_scope_covers(a->role[i].scope, x->scope) &&
		    (est_plan_can(a, a->role[i].role) & x->role.can & any) ==
		    (x->role.can & any))
			return true;
	return false;
}

static kc_result
pool_wide(struct est_look *k, const struct est_roles *s, struct kc_err *err)
{
	struct kc_buf b = { 0 };
	est_actions any = est_crypto_actions();
	size_t n = 0, planned = 0;
	kc_result r = KC_DONE;

	for (size_t i = 0; i < s->n; i++) {
		const struct est_assignment *x = &s->a[i];

		if ((x->role.can & any) == 0 ||
		    !est_scope_covers(x->scope, "/keys"))
			continue;
		if (k->a->has_roles && in_plan(k->a, x, any))
			planned++;
		else
			KC_TRY(r, est_names_add(&b, &n, err, "%s has %s over "
			    "every key, at %s", x->principal, x->role.name,
			    x->scope));
	}
	if (n > 0 && !k->a->has_roles) {
		KC_TRY(r, est_names_end(&b, n, err));
		r = est_say_that(k, "pool-wide-keys", EST_UNKNOWN, err, "%s; "
		    "the site file has no role plan that approves it",
		    kc_buf_str(&b));
	} else {
		r = conclude(k, s, "pool-wide-keys", &b, n, planned > 0 ?
		    "nobody but as planned uses every key of the pool" :
		    "nobody uses every key of the pool", err);
	}
out:
	kc_buf_free(&b);
	return r;
}

/* Distinct principals with the whole of an administrator's power. */
static size_t
count_admins(const struct est_roles *s)
{
	const struct est_role *admin = est_role_built_in(NULL,
	    "Managed HSM Administrator");
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		bool first = (s->a[i].role.can & admin->can) == admin->can &&
		    est_scope_covers(s->a[i].scope, "/");

		for (size_t m = 0; m < i && first; m++)
			first = strcasecmp(s->a[m].principal,
			    s->a[i].principal) != 0 ||
			    (s->a[m].role.can & admin->can) != admin->can ||
			    !est_scope_covers(s->a[m].scope, "/");
		n += first;
	}
	return n;
}

static kc_result
administrators(struct est_look *k, const struct est_roles *s,
    struct kc_err *err)
{
	size_t n = count_admins(s);

	return est_say_that(k, "administrators", n >= LEAST_ADMINS ? EST_HOLDS :
	    is_sure(s) ? EST_FAILS : EST_UNKNOWN, err, "%zu administrators of "
	    "the whole pool%s%s", n, n >= LEAST_ADMINS ? "" :
	    ": if one is lost, nobody is left", n < LEAST_ADMINS &&
	    !is_sure(s) ? "; others may be where the file does not say" : "");
}

/* Who was administrator at the beginning, by the pool's file or the site. */
static bool
was_initial(const json_t *pool, const struct est_names *site, const char *who)
{
	for (size_t i = 0; i < json_array_size(pool); i++)
		if (strcasecmp(json_string_value(json_array_get(pool, i)),
		    who) == 0)
			return true;
	return pool == NULL && est_listed(site, who);
}

static kc_result
initial_admins(struct est_look *k, const struct est_roles *s,
    struct kc_err *err)
{
	const struct est_paper *pool = est_first(k, EST_KIND_POOL);
	struct est_pool_facts f = { 0 };
	struct kc_buf b = { 0 };
	size_t n = 0;
	kc_result r = KC_DONE;

	if (pool != NULL)
		KC_TRY(r, est_pool_facts(pool, &f, err));
	if (f.admins == NULL && !k->a->admins.given) {
		r = est_say_that(k, "initial-admins-reduced", EST_UNKNOWN, err,
		    "neither a pool file beside nor the site file says who "
		    "they were");
		goto out;
	}
	for (size_t i = 0; i < s->n; i++) {
		const struct est_assignment *x = &s->a[i];

		if ((x->role.can & est_admin_actions()) != 0 &&
		    was_initial(f.admins, &k->a->admins, x->principal) &&
		    !(k->a->has_roles && in_plan(k->a, x,
		    est_admin_actions())))
			KC_TRY(r, est_names_add(&b, &n, err, "%s still has %s "
			    "at %s, which no plan approves", x->principal,
			    x->role.name, x->scope));
	}
	r = conclude(k, s, "initial-admins-reduced", &b, n, "no initial "
	    "administrator has more than the plan gives", err);
out:
	kc_buf_free(&b);
	return r;
}

static kc_result
groups(struct est_look *k, const struct est_roles *s, struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < s->n && kc_ok(r); i++)
		if (s->a[i].type != NULL && strcmp(s->a[i].type, "Group") == 0)
			r = est_remark(k, err, "%s is a group: who is in it, "
			    "and so whether one person holds two roles, is "
			    "not in this file", s->a[i].principal);
	return r;
}

kc_result
est_look_roles(struct est_look *k, const struct est_paper *p,
    struct kc_err *err)
{
	struct est_roles *s = calloc(1, sizeof *s);
	kc_result r;

	if (s == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for roles");
	KC_TRY(r, est_roles_read(k, p, s, err));
	KC_TRY(r, known_roles(k, s, err));
	KC_TRY(r, separation(k, s, err));
	KC_TRY(r, pool_wide(k, s, err));
	KC_TRY(r, administrators(k, s, err));
	KC_TRY(r, initial_admins(k, s, err));
	KC_TRY(r, est_say_plan(k, s, err));
	KC_TRY(r, est_say_powers(k, s, err));
	KC_TRY(r, est_say_custom(k, s, err));
	r = groups(k, s, err);
out:
	free(s);
	return r;
}
