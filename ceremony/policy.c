/* SPDX-License-Identifier: Apache-2.0
 *
 * What is said of a release policy.
 */
#include "ceremony/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define PLACES 3		/* of one mistake that are shown */

static const char *const severity_word[] = {
	[EST_NOTE] = "note", [EST_WARNING] = "warning", [EST_ERROR] = "ERROR",
};
static const char *const severity_json[] = {
	[EST_NOTE] = "note", [EST_WARNING] = "warning", [EST_ERROR] = "error",
};
static const char *const than_word[] = {
	[EST_WEAKER] = "weaker", [EST_STRONGER] = "stronger",
	[EST_OTHER] = "other",
};

kc_result
cer_policy_judge(struct cer_policy_desk *d, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, est_policy_canon(&d->policy, &d->canon, d->sha256, err));
	est_policy_find(&d->policy, &d->found);
	if (d->compared)
		r = est_policy_compare(&d->approved, &d->policy,
		    &d->differences, err);
out:
	return r;
}

kc_result
cer_policy_verdict(const struct cer_policy_desk *d, struct kc_err *err)
{
	size_t n = d->differences.n + d->differences.more;

	if (n > 0)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s is not the approved "
		    "policy: %zu difference(s); %.200s", d->policy.name, n,
		    d->differences.is[0].text);
	for (size_t i = 0; i < d->found.n; i++) {
		const struct est_finding *f = &d->found.is[i];

		if (f->severity == EST_ERROR)
			return KC_FAIL(err, KC_EREFUSED, 0, "%s: %zu mistake(s)"
			    "; the first, %zu:%zu: %s", d->policy.name,
			    d->found.count[EST_ERROR], f->line, f->col,
			    f->text);
	}
	return KC_DONE;
}

static void
put(const char *label, const char *text)
{
	struct kc_buf b = { 0 };

	if (kc_ok(kc_text_escape(text, strlen(text), &b, NULL)))
		(void)printf("  %-9s %s\n", label, kc_buf_str(&b));
	kc_buf_free(&b);
}

static bool
is_alike(const struct est_finding *a, const struct est_finding *b)
{
	return strcmp(a->code, b->code) == 0 && strcmp(a->text, b->text) == 0 &&
	    strcmp(a->fix, b->fix) == 0;
}

/* Where the same mistake stands: the first places, and how many more. */
static void
show_places(const struct est_findings *f, size_t at)
{
	size_t n = 0;

	for (size_t i = at; i < f->n; i++) {
		const struct est_finding *x = &f->is[i];

		if (!is_alike(x, &f->is[at]))
			continue;
		if (++n <= PLACES)
			(void)printf("%s%zu:%zu %s", n > 1 ? ", " : "",
			    x->line, x->col, x->path[0] != '\0' ? x->path :
			    "the key");
	}
	if (n > PLACES)
		(void)printf(" and %zu more", n - PLACES);
}

/* A mistake is said once, with all its places. */
static void
show_findings(const struct est_findings *f, enum est_severity s)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct est_finding *x = &f->is[i];
		size_t k = 0;

		while (k < i && !is_alike(x, &f->is[k]))
			k++;
		if (x->severity != s || k < i)
			continue;
		(void)printf("  %-9s %s, at ", severity_word[s], x->code);
		show_places(f, i);
		(void)printf("\n            %s\n", x->text);
		if (x->fix[0] != '\0')
			(void)printf("            -> %s\n", x->fix);
	}
}

static void
show_differences(const struct cer_policy_desk *d)
{
	const struct est_differences *x = &d->differences;

	if (!d->compared)
		return;
	(void)printf("against the approved policy: %s\n", x->n == 0 ?
	    "the same" : "NOT THE SAME");
	for (size_t i = 0; i < x->n; i++)
		(void)printf("  %-9s %s\n", than_word[x->is[i].than],
		    x->is[i].text);
	if (x->more > 0)
		(void)printf("            and %zu more\n", x->more);
}

void
cer_policy_show(const struct cer_policy_desk *d)
{
	const struct est_policy *p = &d->policy;
	char hex[KC_HEX];

	kc_hex(d->sha256, KC_SHA256, hex);
	(void)printf("release policy, version %s\n", p->version);
	put("file", p->name);
	if (p->kid != NULL)
		put("key", p->kid);
	if (p->in_key)
		put("immutable", p->immutable < 0 ? "not said" :
		    p->immutable ? "true" : "false");
	(void)printf("  canonical %zu bytes, SHA-256 %s\n", d->canon.len, hex);
	(void)printf("  %zu authorities, %zu conditions\n", p->n_authorities,
	    p->n - p->n_authorities);
	show_differences(d);
	(void)printf("findings: %zu error(s), %zu warning(s), %zu note(s)\n",
	    d->found.count[EST_ERROR], d->found.count[EST_WARNING],
	    d->found.count[EST_NOTE]);
	for (int s = EST_ERROR; s >= EST_NOTE; s--)
		show_findings(&d->found, (enum est_severity)s);
	if (d->found.n == EST_FINDINGS_MAX)
		(void)printf("            the first %d are shown\n",
		    EST_FINDINGS_MAX);
	(void)fflush(stdout);
}

static kc_result
findings_json(const struct est_findings *f, json_t *list, struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < f->n && kc_ok(r); i++) {
		const struct est_finding *x = &f->is[i];

		r = kc_json_add_new(list, json_pack("{s:s,s:s,s:s,s:I,s:I,s:s,"
		    "s:s}", "severity", severity_json[x->severity], "code",
		    x->code, "path", x->path, "line", (json_int_t)x->line,
		    "column", (json_int_t)x->col, "text", x->text, "fix",
		    x->fix), err);
	}
	return r;
}

static kc_result
differences_json(const struct est_differences *x, json_t *o,
    struct kc_err *err)
{
	json_t *list = json_array();
	kc_result r = KC_DONE;

	for (size_t i = 0; i < x->n; i++)
		KC_TRY(r, kc_json_add_new(list, json_pack("{s:s,s:s}", "than",
		    than_word[x->is[i].than], "text", x->is[i].text), err));
	KC_TRY(r, kc_json_set_bool(o, "as_approved", x->n + x->more == 0,
	    err));
	r = kc_json_set_new(o, "differences", list, err);
	list = NULL;
out:
	json_decref(list);
	return r;
}

kc_result
cer_policy_json(const struct cer_policy_desk *d, json_t **ret,
    struct kc_err *err)
{
	json_t *list = json_array(), *o = NULL;
	char hex[KC_HEX];
	kc_result r;

	kc_hex(d->sha256, KC_SHA256, hex);
	KC_TRY(r, findings_json(&d->found, list, err));
	o = json_pack("{s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:O}", "file",
	    d->policy.name, "version", d->policy.version, "canonical",
	    kc_buf_str(&d->canon), "sha256", hex, "authorities",
	    (json_int_t)d->policy.n_authorities, "errors",
	    (json_int_t)d->found.count[EST_ERROR], "warnings",
	    (json_int_t)d->found.count[EST_WARNING], "findings", list);
	if (o == NULL) {
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for the answer");
		goto out;
	}
	if (d->policy.kid != NULL)
		KC_TRY(r, kc_json_set_str(o, "kid", d->policy.kid, err));
	if (d->policy.immutable >= 0)
		KC_TRY(r, kc_json_set_bool(o, "immutable",
		    d->policy.immutable == 1, err));
	if (d->compared)
		KC_TRY(r, differences_json(&d->differences, o, err));
	*ret = o;
	o = NULL;
out:
	json_decref(o);
	json_decref(list);
	return r;
}

void
cer_policy_desk_free(struct cer_policy_desk **d)
{
	if (*d == NULL)
		return;
	for (size_t i = 0; i < 2; i++)
		kc_buf_free(&(*d)->bytes[i]);
	kc_buf_free(&(*d)->canon);
	est_policy_free(&(*d)->policy);
	est_policy_free(&(*d)->approved);
	free(*d);
	*d = NULL;
}
