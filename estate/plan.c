/* SPDX-License-Identifier: Apache-2.0
 *
 * Role assignments against the site's plan: exactly these, of these kinds of
 * principals, and with no power that the plan does not give.
 */
#include <string.h>
#include <strings.h>

#include "estate/role.h"

static bool
same_scope(const char *a, const char *b)
{
	return est_scope_covers(a, b) && est_scope_covers(b, a);
}

/* A built-in role is known by its id, a role of the site by its name. */
static bool
is_planned(const struct est_assignment *a, const struct est_plan_role *p)
{
	const struct est_role *table = est_role_built_in(NULL, p->role);

	if (strcasecmp(a->principal, p->principal) != 0 ||
	    !same_scope(a->scope, p->scope))
		return false;
	if (table != NULL)
		return strcasecmp(a->role.id, table->id) == 0;
	return a->role.name != NULL && est_role_built_in(a->role.id, NULL) ==
	    NULL && strcasecmp(a->role.name, p->role) == 0;
}

static const struct est_plan_role *
plan_of(const struct est_approved *a, const struct est_assignment *x)
{
	for (size_t i = 0; i < a->n_roles; i++)
		if (is_planned(x, &a->role[i]))
			return &a->role[i];
	return NULL;
}

static kc_result
exactly(struct est_look *k, const struct est_roles *s, struct kc_err *err)
{
	const struct est_approved *a = k->a;
	struct kc_buf b = { 0 };
	size_t n = 0;
	kc_result r = KC_DONE;

	for (size_t i = 0; i < s->n; i++)
		if (plan_of(a, &s->a[i]) == NULL)
			KC_TRY(r, est_names_add(&b, &n, err, "not planned: %s "
			    "has %s at %s", s->a[i].principal,
			    s->a[i].role.name != NULL ? s->a[i].role.name :
			    s->a[i].role.id, s->a[i].scope));
	for (size_t i = 0; i < a->n_roles && s->whole; i++) {
		bool there = false;

		for (size_t m = 0; m < s->n && !there; m++)
			there = is_planned(&s->a[m], &a->role[i]);
		if (!there)
			KC_TRY(r, est_names_add(&b, &n, err, "planned and "
			    "missing: %s has %s at %s", a->role[i].principal,
			    a->role[i].role, a->role[i].scope));
	}
	KC_TRY(r, est_names_end(&b, n, err));
	if (n > 0)
		r = est_say_that(k, "role-plan", EST_FAILS, err, "%s",
		    kc_buf_str(&b));
	else
		r = est_say_that(k, "role-plan", s->whole ? EST_HOLDS :
		    EST_UNKNOWN, err, s->whole ? "exactly the %zu assignments "
		    "of the plan" : "this one of %zu planned; the list is not "
		    "here", a->n_roles);
out:
	kc_buf_free(&b);
	return r;
}

/* What kind of principal it has to be, or NULL. */
static const char *
want_type(const struct est_approved *a, const struct est_assignment *x)
{
	const struct est_plan_role *p = plan_of(a, x);
	const struct est_role *d = est_role_built_in(x->role.id, NULL);

	if (p != NULL && p->type != NULL)
		return p->type;
	return d != NULL && strstr(d->name, "Crypto Service") != NULL ?
	    "ServicePrincipal" : NULL;
}

static kc_result
types(struct est_look *k, const struct est_roles *s, struct kc_err *err)
{
	struct kc_buf b = { 0 };
	size_t n = 0, unsaid = 0, right = 0;
	kc_result r = KC_DONE;

	for (size_t i = 0; i < s->n; i++) {
		const char *want = want_type(k->a, &s->a[i]);

		if (want == NULL)
			continue;
		if (s->a[i].type == NULL)
			unsaid++;
		else if (strcasecmp(want, s->a[i].type) == 0)
			right++;
		else
			KC_TRY(r, est_names_add(&b, &n, err, "%s, who has %s, "
			    "is a %s and no %s", s->a[i].principal,
			    s->a[i].role.name, s->a[i].type, want));
	}
	KC_TRY(r, est_names_end(&b, n, err));
	if (n > 0)
		r = est_say_that(k, "principal-types", EST_FAILS, err, "%s",
		    kc_buf_str(&b));
	else if (unsaid > 0 || !s->whole)
		r = est_say_that(k, "principal-types", EST_UNKNOWN, err, "of "
		    "%zu principals the file does not say what they are (az "
		    "needs leave to ask Microsoft Graph)%s", unsaid,
		    s->whole ? "" : "; it is not the list");
	else
		r = est_say_that(k, "principal-types", EST_HOLDS, err, "%zu "
		    "principals are what they have to be", right);
out:
	kc_buf_free(&b);
	return r;
}

kc_result
est_say_plan(struct est_look *k, const struct est_roles *s, struct kc_err *err)
{
	kc_result r;

	if (!k->a->has_roles)
		KC_TRY(r, est_say_that(k, "role-plan", EST_UNKNOWN, err,
		    "the site file has no role plan"));
	else
		KC_TRY(r, exactly(k, s, err));
	r = types(k, s, err);
out:
	return r;
}

/* Does the plan give this principal this power there? */
static bool
given(const struct est_approved *a, const struct est_assignment *x,
    est_actions power)
{
	for (size_t i = 0; i < a->n_roles; i++)
		if (strcasecmp(a->role[i].principal, x->principal) == 0 &&
		    est_scope_covers(a->role[i].scope, x->scope) &&
		    (x->role.can & power & ~est_plan_can(a, a->role[i].role))
		    == 0)
			return true;
	return false;
}

static kc_result
one_power(struct est_look *k, const struct est_roles *s,
    const struct est_power *p, struct kc_err *err)
{
	struct kc_buf who = { 0 }, bad = { 0 };
	size_t n = 0, n_bad = 0;
	bool sure = s->whole;
	kc_result r = KC_DONE;

	for (size_t i = 0; i < s->n; i++) {
		const struct est_assignment *x = &s->a[i];

		sure = sure && x->role.known && !x->role.foreign;
		if ((x->role.can & p->any) == 0)
			continue;
		KC_TRY(r, est_names_add(&who, &n, err, "%s at %s",
		    x->principal, x->scope));
		if (k->a->has_roles && !given(k->a, x, p->any))
			KC_TRY(r, est_names_add(&bad, &n_bad, err, "%s at %s",
			    x->principal, x->scope));
	}
	KC_TRY(r, est_names_end(&who, n, err));
	KC_TRY(r, est_names_end(&bad, n_bad, err));
	if (n_bad > 0)
		r = est_say_that(k, p->name, EST_FAILS, err, "can %s, and the "
		    "plan does not give it: %s", p->what, kc_buf_str(&bad));
	else if (!k->a->has_roles || !sure)
		r = est_say_that(k, p->name, EST_UNKNOWN, err, "can %s: %s; %s",
		    p->what, n > 0 ? kc_buf_str(&who) : "nobody",
		    !k->a->has_roles ? "the site file has no role plan" :
		    "not every role, or not the whole list, is known");
	else
		r = est_say_that(k, p->name, EST_HOLDS, err, "can %s, as "
		    "planned: %s", p->what, n > 0 ? kc_buf_str(&who) :
		    "nobody");
out:
	kc_buf_free(&who);
	kc_buf_free(&bad);
	return r;
}

kc_result
est_say_powers(struct est_look *k, const struct est_roles *s,
    struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < est_n_powers && kc_ok(r); i++)
		r = one_power(k, s, &est_powers[i], err);
	return r;
}

static bool
has_custom(const struct est_approved *a, const char *name)
{
	for (size_t i = 0; i < a->n_custom; i++)
		if (strcasecmp(a->custom[i].name, name) == 0)
			return true;
	return false;
}

kc_result
est_say_custom(struct est_look *k, const struct est_roles *s,
    struct kc_err *err)
{
	struct kc_buf bad = { 0 };
	size_t n_bad = 0, open = 0, n = 0;
	kc_result r = KC_DONE;

	for (size_t i = 0; i < s->n; i++) {
		const struct est_role *d = &s->a[i].role;
		const char *name = d->name != NULL ? d->name : d->id;

		if (est_role_built_in(d->id, NULL) != NULL)
			continue;
		n++;
		if (!d->known || !k->a->has_roles)
			open++;
		else if (!has_custom(k->a, name) || d->foreign)
			KC_TRY(r, est_names_add(&bad, &n_bad, err, "%s is not "
			    "a role of the site file's, or has data actions "
			    "unknown here", name));
		else if (est_plan_can(k->a, name) != d->can)
			KC_TRY(r, est_names_add(&bad, &n_bad, err, "%s allows "
			    "something else than the site file gives it",
			    name));
	}
	KC_TRY(r, est_names_end(&bad, n_bad, err));
	if (n_bad > 0)
		r = est_say_that(k, "custom-roles", EST_FAILS, err, "%s",
		    kc_buf_str(&bad));
	else if (open > 0 || !s->whole)
		r = est_say_that(k, "custom-roles", EST_UNKNOWN, err, "%zu "
		    "assignments of roles that are not built in, %zu of them "
		    "without definition beside, or plan%s", n, open,
		    s->whole ? "" : "; the list is not here");
	else
		r = est_say_that(k, "custom-roles", EST_HOLDS, err, "%zu "
		    "assignments of roles that are not built in, each as the "
		    "site file has it", n);
out:
	kc_buf_free(&bad);
	return r;
}
