/* SPDX-License-Identifier: Apache-2.0
 *
 * A token against a release policy, for people: each authority, each
 * condition, what the policy wants and what the token says.
 */
#include "ceremony/policy_eval.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define OTHERS 3		/* authorities that are named at most */

static const char *const met_word[] = {
	[EST_UNMET] = "NO", [EST_COERCED] = "yes?", [EST_MET] = "yes",
};
static const char *const met_json[] = {
	[EST_UNMET] = "no", [EST_COERCED] = "coerced", [EST_MET] = "strict",
};

static const char *
sort_of(const struct cer_eval_desk *d)
{
	return d->token.verified ? "signed, by a pinned key" :
	    d->token.is_signed ? "its signature was not judged" :
	    "UNSIGNED: claims that somebody wrote down";
}

kc_result
cer_eval_verdict(const struct cer_eval_desk *d, struct kc_err *err)
{
	const struct est_eval *e = &d->found;

	if (e->verdict == EST_MET)
		return KC_DONE;
	if (e->verdict == EST_COERCED)
		return KC_FAIL(err, KC_EREFUSED, 0, "the key is released only "
		    "if the service takes \"true\" for true, which is not "
		    "documented");
	if (e->issuers == 0)
		return KC_FAIL(err, KC_EREFUSED, 0, "the key is not released: "
		    "%s; the token is of %.120s", e->issuer_note,
		    d->token.iss != NULL ? d->token.iss : "nobody");
	if (!e->is_valid)
		return KC_FAIL(err, KC_EREFUSED, 0, "the key is not released: "
		    "the token: %s", e->times);
	for (size_t i = 0; i < d->policy.n_authorities; i++)
		if (e->issuer[i] && e->result[d->policy.authority[i].root].met
		    == EST_MET)
			return KC_FAIL(err, KC_EREFUSED, 0, "the key is not "
			    "released: %s", e->export_key);
	return KC_FAIL(err, KC_EREFUSED, 0, "the key is not released: the "
	    "token does not meet what the policy asks of its issuer");
}

static void
put(const char *indent, const char *label, const char *text)
{
	struct kc_buf b = { 0 };

	if (kc_ok(kc_text_escape(text, strlen(text), &b, NULL)))
		(void)printf("%s%-9s %s\n", indent, label, kc_buf_str(&b));
	kc_buf_free(&b);
}

/* A value as it stands in the file: strings with their quotes. */
static void
put_value(const char *indent, const char *label, const json_t *v)
{
	char *text = v != NULL ? json_dumps(v, JSON_ENCODE_ANY |
	    JSON_COMPACT) : NULL;

	put(indent, label, text != NULL ? text : "(no such claim)");
	free(text);
}

/* Two columns for each group around it. */
static void
indent_of(const struct est_cond *c, char ret[static 64])
{
	(void)snprintf(ret, 64, "%*s", (int)(2 + 2 * c->depth), "");
}

static void
show_claim(const struct est_cond *c, const struct est_result *r, bool all)
{
	char head[400], in[64];

	indent_of(c, in);
	(void)snprintf(head, sizeof head, "%s %s", c->claim,
	    est_op_name(c->op));
	put(in, met_word[r->met], head);
	if (r->met == EST_MET && !all)
		return;
	put_value(in, "  wants", c->value);
	put_value(in, "  token", r->found);
	if (r->elsewhere[0] != '\0')
		put(in, "  see", r->elsewhere);
	if (r->note[0] != '\0')
		put(in, "  that is", r->note);
}

/* Groups before their children, without recursion. */
static void
show_tree(const struct cer_eval_desk *d, size_t root, bool all)
{
	size_t *todo = calloc(EST_CONDS_MAX, sizeof *todo), n = 0;

	if (todo == NULL)
		return;
	todo[n++] = root;
	while (n > 0) {
		const size_t at = todo[--n];
		const struct est_cond *c = &d->policy.cond[at];
		char head[64], in[64];

		if (c->kind == EST_CLAIM) {
			show_claim(c, &d->found.result[at], all);
			continue;
		}
		(void)snprintf(head, sizeof head, "%s of the %zu that follow",
		    c->kind == EST_ALL_OF ? "all" : "one", c->n);
		indent_of(c, in);
		put(in, met_word[d->found.result[at].met], head);
		for (size_t i = c->first + c->n; i-- > c->first; )
			todo[n++] = i;
	}
	free(todo);
}

static void
show_authority(const struct cer_eval_desk *d, size_t i, bool all)
{
	const struct est_authority *a = &d->policy.authority[i];

	put("", "authority", a->url);
	put("  ", "issuer", d->found.issuer[i] ? "the token is of it" :
	    "another one: what follows does not count");
	show_tree(d, a->root, all);
}

/* Those that are not the issuer are many: a line. */
static void
show_others(const struct cer_eval_desk *d, size_t shown)
{
	size_t n = 0;

	for (size_t i = 0; i < d->policy.n_authorities; i++) {
		if (d->found.issuer[i] || i == shown)
			continue;
		if (++n <= OTHERS)
			put("", n == 1 ? "others" : "",
			    d->policy.authority[i].url);
	}
	if (n > OTHERS)
		(void)printf("          and %zu more, not the token's issuer\n",
		    n - OTHERS);
}

void
cer_eval_show(const struct cer_eval_desk *d, bool all)
{
	const struct est_eval *e = &d->found;
	size_t shown = d->policy.n_authorities;

	put("", "policy", d->policy.name);
	put("", "token", d->token_name);
	put("  ", "signature", sort_of(d));
	put("  ", "issuer", d->token.iss != NULL ? d->token.iss : "none");
	if (e->issuer_note[0] != '\0')
		put("  ", "", e->issuer_note);
	put("  ", "times", e->is_valid ? "valid" : e->times);
	put("  ", "wraps to", e->export_key);
	if (all || e->verdict != EST_MET) {
		for (size_t i = 0; i < d->policy.n_authorities; i++)
			if (e->issuer[i])
				show_authority(d, i, all);
		if (e->issuers == 0) {
			shown = e->nearest;
			show_authority(d, shown, all);
		}
		show_others(d, shown);
	}
	put("", "verdict", e->verdict == EST_UNMET ? "REFUSED" :
	    e->verdict == EST_COERCED ? "UNCERTAIN" : d->token.verified ?
	    "GRANTED" : "GRANTED, if the token were signed so");
	(void)fflush(stdout);
}

static kc_result
conditions_json(const struct cer_eval_desk *d, size_t authority, json_t *list,
    struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < d->policy.n && kc_ok(r); i++) {
		const struct est_cond *c = &d->policy.cond[i];
		const struct est_result *x = &d->found.result[i];

		if (c->authority != authority || c->kind != EST_CLAIM)
			continue;
		r = kc_json_add_new(list, json_pack("{s:s,s:s,s:s,s:s,s:O,s:O*,"
		    "s:s,s:s}", "path", c->path, "met", met_json[x->met],
		    "claim", c->claim, "operator", est_op_name(c->op), "wants",
		    c->value, "token", x->found, "elsewhere", x->elsewhere,
		    "note", x->note), err);
	}
	return r;
}

static kc_result
authorities_json(const struct cer_eval_desk *d, json_t *list,
    struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < d->policy.n_authorities && kc_ok(r); i++) {
		const struct est_authority *a = &d->policy.authority[i];
		json_t *conditions = json_array();

		r = conditions_json(d, i, conditions, err);
		if (kc_ok(r))
			r = kc_json_add_new(list, json_pack("{s:s,s:b,s:s,s:O}",
			    "authority", a->url, "issuer", d->found.issuer[i],
			    "met", met_json[d->found.result[a->root].met],
			    "conditions", conditions), err);
		json_decref(conditions);
	}
	return r;
}

kc_result
cer_eval_json(const struct cer_eval_desk *d, json_t **ret, struct kc_err *err)
{
	const struct est_eval *e = &d->found;
	json_t *list = json_array(), *o = NULL;
	kc_result r;

	KC_TRY(r, authorities_json(d, list, err));
	o = json_pack("{s:s,s:b,s:s,s:s,s:b,s:s,s:b,s:s,s:O}", "verdict",
	    e->verdict == EST_UNMET ? "refused" : e->verdict == EST_COERCED ?
	    "uncertain" : "granted", "verified", d->token.verified, "signature",
	    sort_of(d), "issuer_note", e->issuer_note, "valid", e->is_valid,
	    "times", e->times, "has_export_key", e->has_export_key,
	    "export_key", e->export_key, "authorities", list);
	if (o == NULL) {
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for the answer");
		goto out;
	}
	if (d->token.iss != NULL)
		KC_TRY(r, kc_json_set_str(o, "issuer", d->token.iss, err));
	*ret = o;
	o = NULL;
out:
	json_decref(o);
	json_decref(list);
	return r;
}

void
cer_eval_desk_free(struct cer_eval_desk **d)
{
	if (*d == NULL)
		return;
	for (size_t i = 0; i < 3; i++)
		kc_buf_free(&(*d)->bytes[i]);
	est_policy_free(&(*d)->policy);
	est_token_free(&(*d)->token);
	est_jwks_free(&(*d)->keys);
	free(*d);
	*d = NULL;
}
