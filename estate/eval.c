/* SPDX-License-Identifier: Apache-2.0
 *
 * Evaluating a release policy: conditions from the leaves up, and for each
 * that does not hold where its value, or its claim, stands instead.
 */
#include "estate/eval.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/b64.h"
#include "base/clock.h"
#include "estate/policy_claims.h"

#define VALUE_MIN 6	/* characters that are not everywhere */
#define PREFIX_MIN 32	/* of a hash that another value begins with */

/* A scalar as text, as a policy of strings would write it. */
static const char *
as_text(const json_t *v, char ret[static 24])
{
	if (json_is_string(v))
		return json_string_value(v);
	if (json_is_integer(v))
		(void)snprintf(ret, 24, "%lld",
		    (long long)json_integer_value(v));
	else
		(void)snprintf(ret, 24, "%s", json_is_true(v) ? "true" :
		    json_is_false(v) ? "false" : "");
	return ret;
}

/* Equal as JSON, or as text with a string on one side. */
static enum est_met
equal(const json_t *a, const json_t *b)
{
	char one[24], two[24];

	if (json_typeof(a) == json_typeof(b) ||
	    (json_is_boolean(a) && json_is_boolean(b)))
		return json_equal(a, b) ? EST_MET : EST_UNMET;
	if (!json_is_string(a) && !json_is_string(b))
		return EST_UNMET;
	if (json_is_object(a) || json_is_array(a) || json_is_null(a) ||
	    json_is_real(a))
		return EST_UNMET;
	return strcmp(as_text(a, one), as_text(b, two)) == 0 ? EST_COERCED :
	    EST_UNMET;
}

/* A number, or a string of one. */
static bool
as_number(const json_t *v, json_int_t *ret, bool *ret_coerced)
{
	const char *s = json_string_value(v);
	char *end;

	if (json_is_integer(v)) {
		*ret = json_integer_value(v);
		return true;
	}
	if (s == NULL || s[0] == '\0' || strlen(s) > 15 ||
	    strspn(s, "0123456789") != strlen(s))
		return false;
	*ret_coerced = true;
	*ret = strtoll(s, &end, 10);
	return true;
}

static enum est_met
compare(enum est_op op, const json_t *found, const json_t *want)
{
	json_int_t a = 0, b = 0;
	bool coerced = false, holds;

	if (!as_number(found, &a, &coerced) || !as_number(want, &b, &coerced))
		return EST_UNMET;
	holds = op == EST_LESS ? a < b : op == EST_LESS_OR_EQUALS ? a <= b :
	    op == EST_GREATER ? a > b : a >= b;
	return !holds ? EST_UNMET : coerced ? EST_COERCED : EST_MET;
}

/* A missing claim meets nothing but that it is missing. */
static enum est_met
judge(const struct est_cond *c, const json_t *found)
{
	char text[24];
	bool absent = strcmp(as_text(c->value, text), "false") == 0;
	enum est_met e;

	if (c->op == EST_EXISTS)
		return (found == NULL) != absent ? EST_UNMET :
		    json_is_string(c->value) ? EST_COERCED : EST_MET;
	if (found == NULL)
		return EST_UNMET;
	switch (c->op) {
	case EST_EQUALS:
		return equal(found, c->value);
	case EST_NOT_EQUALS:
		e = equal(found, c->value);
		return e == EST_UNMET ? EST_MET : e == EST_COERCED ?
		    EST_COERCED : EST_UNMET;
	default:
		return compare(c->op, found, c->value);
	}
}

/* The last name of a path, without list marks. */
static const char *
last(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot != NULL ? dot + 1 : path;
}

/* Where the wanted value stands; a value that many have says nothing. */
static bool
value_elsewhere(const struct est_cond *c, const struct est_token *t,
    struct est_result *r)
{
	const char *want = json_string_value(c->value);
	const size_t n = want != NULL ? strlen(want) : 0;

	if (n < VALUE_MIN)
		return false;
	for (size_t i = 0; i < t->n; i++) {
		const struct est_leaf *l = &t->leaf[i];
		const char *s = json_string_value(l->value);

		if (s == NULL || l->value == r->found || (strcasecmp(s, want)
		    != 0 && (n < PREFIX_MIN || strncasecmp(s, want, n) != 0)))
			continue;
		(void)snprintf(r->elsewhere, sizeof r->elsewhere, "%s",
		    l->path);
		(void)snprintf(r->note, sizeof r->note, "the wanted value is "
		    "%s another claim%s", strlen(s) == n ? "that of" :
		    "the beginning of", l->in_list ? ", in a list, "
		    "which no policy can ask for" : "");
		return true;
	}
	return false;
}

static bool
name_elsewhere(const struct est_cond *c, const struct est_token *t,
    struct est_result *r)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct est_leaf *l = &t->leaf[i];

		if (strcasecmp(last(l->path), last(c->claim)) != 0)
			continue;
		(void)snprintf(r->elsewhere, sizeof r->elsewhere, "%s",
		    l->path);
		(void)snprintf(r->note, sizeof r->note, "the token has the "
		    "claim %s%s", l->in_list ? "in a list, which no policy "
		    "can ask for" : strcmp(last(l->path), last(c->claim)) != 0
		    ? "in other letters" : "elsewhere", c->op == EST_EQUALS &&
		    equal(l->value, c->value) != EST_UNMET ?
		    ", with the wanted value" : ", with another value");
		return true;
	}
	return false;
}

/* Host data is what people take for an image's hash. */
static void
host_data(const struct est_cond *c, struct est_result *r)
{
	const char *s = json_string_value(r->found);

	if (strcmp(last(c->claim), "x-ms-sevsnpvm-hostdata") != 0)
		return;
	if (s != NULL && strspn(s, "0") == strlen(s))
		(void)snprintf(r->note, sizeof r->note, "the machine reports "
		    "no host data (zeros), as any ordinary confidential "
		    "machine does: ask for another claim of your own");
	else
		(void)snprintf(r->note, sizeof r->note, "host data is the "
		    "SHA-256 of the container's security policy (CCE policy), "
		    "not an image's digest: take what the token reports, once "
		    "it is known to be yours");
}

static void
explain(const struct est_cond *c, const struct est_token *t,
    struct est_result *r)
{
	const char *s = r->found != NULL ? json_string_value(r->found) : NULL;

	if (r->met == EST_COERCED) {
		(void)snprintf(r->note, sizeof r->note, "a string against a "
		    "boolean or number: it holds only if the service takes "
		    "one for the other, which is not documented");
		return;
	}
	if (r->found == NULL) {
		if (!name_elsewhere(c, t, r) && !value_elsewhere(c, t, r))
			(void)snprintf(r->note, sizeof r->note, "the token "
			    "has no such claim");
		return;
	}
	if (s != NULL && json_is_string(c->value) && c->op == EST_EQUALS &&
	    strcasecmp(s, json_string_value(c->value)) == 0)
		(void)snprintf(r->note, sizeof r->note, "they differ in "
		    "capital letters only");
	else if (c->op == EST_EQUALS) {
		(void)value_elsewhere(c, t, r);
		host_data(c, r);
	}
}

/* Groups behind their children: of all the weakest, of any the strongest. */
static void
conditions(const struct est_policy *p, const struct est_token *t,
    struct est_eval *ret)
{
	for (size_t i = p->n; i-- > 0; ) {
		const struct est_cond *c = &p->cond[i];
		struct est_result *r = &ret->result[i];

		if (c->kind == EST_CLAIM) {
			r->found = est_claim_of(t->claims, c->claim);
			r->met = judge(c, r->found);
			if (r->met != EST_MET)
				explain(c, t, r);
			continue;
		}
		r->met = c->kind == EST_ALL_OF ? EST_MET : EST_UNMET;
		for (size_t k = c->first; k < c->first + c->n; k++) {
			enum est_met m = ret->result[k].met;

			if (c->kind == EST_ALL_OF ? m < r->met : m > r->met)
				r->met = m;
		}
	}
}

/* How many characters two URLs begin and end with alike. */
static size_t
likeness(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b), head = 0, tail = 0;

	while (head < n && head < m && a[head] == b[head])
		head++;
	while (tail < n - head && tail < m - head &&
	    a[n - 1 - tail] == b[m - 1 - tail])
		tail++;
	return head + tail;
}

static void
issuer(const struct est_policy *p, const struct est_token *t,
    struct est_eval *ret)
{
	size_t best = 0;

	for (size_t i = 0; i < p->n_authorities; i++) {
		const struct est_authority *a = &p->authority[i];
		size_t like = likeness(a->norm, t->norm);

		ret->issuer[i] = t->norm[0] != '\0' &&
		    strcmp(a->norm, t->norm) == 0;
		ret->issuers += ret->issuer[i];
		if (ret->issuer[i] && ret->issuer_note[0] == '\0' &&
		    strcmp(a->url, t->iss) != 0)
			(void)snprintf(ret->issuer_note,
			    sizeof ret->issuer_note, "it is the issuer but "
			    "for a last '/' or capital letters");
		if (like > best) {
			best = like;
			ret->nearest = i;
		}
	}
	if (t->iss == NULL)
		(void)snprintf(ret->issuer_note, sizeof ret->issuer_note,
		    "the token names no issuer (iss)");
	else if (ret->issuers == 0)
		(void)snprintf(ret->issuer_note, sizeof ret->issuer_note,
		    "no authority of the policy is the token's issuer");
}

static bool
seconds(const json_t *claims, const char *name, int64_t *ret_ms)
{
	const json_t *v = json_object_get(claims, name);

	if (!json_is_integer(v) || json_integer_value(v) < 0 ||
	    json_integer_value(v) > INT64_C(253402300799))
		return false;
	*ret_ms = json_integer_value(v) * 1000;
	return true;
}

static void
times(const struct est_token *t, int64_t at_ms, struct est_eval *ret)
{
	int64_t from = 0, to = 0;
	char when[KC_TIME_CHARS] = "";

	ret->is_valid = seconds(t->claims, "nbf", &from) &&
	    seconds(t->claims, "exp", &to);
	if (!ret->is_valid) {
		(void)snprintf(ret->times, sizeof ret->times, "nbf or exp is "
		    "missing, or no time");
		return;
	}
	if (at_ms + EST_SKEW_MS < from || at_ms - EST_SKEW_MS >= to) {
		ret->is_valid = false;
		kc_clock_format(at_ms < from ? from : to, when);
		(void)snprintf(ret->times, sizeof ret->times, at_ms < from ?
		    "it is not valid before %s" : "it expired at %s", when);
	}
}

/* The first key of the token that encrypts: what is released is wrapped to
 * it. */
static void
export_key(const struct est_token *t, struct est_eval *ret)
{
	const json_t *list = est_claim_of(t->claims, "x-ms-runtime.keys");
	struct kc_buf n = { 0 };
	json_t *key, *op;
	size_t i, k;

	(void)snprintf(ret->export_key, sizeof ret->export_key,
	    "the token has no key that encrypts (x-ms-runtime.keys)");
	json_array_foreach(list, i, key) {
		const char *use = json_string_value(json_object_get(key,
		    "use")), *kid = json_string_value(json_object_get(key,
		    "kid")), *num = json_string_value(json_object_get(key,
		    "n")), *kty = json_string_value(json_object_get(key,
		    "kty"));
		bool enc = use != NULL && strcmp(use, "enc") == 0;

		json_array_foreach(json_object_get(key, "key_ops"), k, op)
			enc = enc || (json_is_string(op) && strcmp(
			    json_string_value(op), "encrypt") == 0);
		if (!enc)
			continue;
		n.len = 0;
		ret->has_export_key = kty != NULL && strcmp(kty, "RSA") == 0 &&
		    num != NULL && kc_ok(kc_b64url_decode(num, strlen(num),
		    &n, NULL)) && n.len >= EST_RSA_MIN / 8 && n.p[0] >= 0x80;
		(void)snprintf(ret->export_key, sizeof ret->export_key,
		    "%.60s, %s of %zu bits%s", kid != NULL ? kid : "no kid",
		    kty != NULL ? kty : "?", n.len * 8, ret->has_export_key ?
		    "" : ": RSA of 2048 bits or more is needed");
		break;
	}
	kc_buf_free(&n);
}

void
est_evaluate(const struct est_policy *p, const struct est_token *t,
    int64_t at_ms, struct est_eval *ret)
{
	conditions(p, t, ret);
	issuer(p, t, ret);
	times(t, at_ms, ret);
	export_key(t, ret);
	for (size_t i = 0; i < p->n_authorities; i++)
		if (ret->issuer[i] && ret->result[p->authority[i].root].met >
		    ret->verdict)
			ret->verdict = ret->result[p->authority[i].root].met;
	if (!ret->is_valid || !ret->has_export_key)
		ret->verdict = EST_UNMET;
}
