/* SPDX-License-Identifier: Apache-2.0
 *
 * Two release policies by what they mean: groups flattened, sorted and freed
 * of what stands twice, each as a text that people can read too.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "estate/policy.h"

/* struct norm: what a node asks for: parts, all or any of them; one: n is 1.
 * Texts are the norm's. */
struct norm {
	enum est_join join;
	char **part;
	size_t n;
};

/* struct side: a policy's nodes, by index; authorities use their root's. */
struct side {
	const struct est_policy *p;
	struct norm *norm;
};

static void
side_free(struct side *s)
{
	for (size_t i = 0; s->norm != NULL && i < s->p->n; i++) {
		for (size_t k = 0; k < s->norm[i].n; k++)
			free(s->norm[i].part[k]);
		free(s->norm[i].part);
	}
	free(s->norm);
	s->norm = NULL;
}

static kc_result
add_part(struct norm *m, const char *text, struct kc_err *err)
{
	char **grown = realloc(m->part, (m->n + 1) * sizeof *grown);
	kc_result r;

	if (grown == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for a policy");
	m->part = grown;
	r = kc_strdup(text, &m->part[m->n], err);
	m->n += kc_ok(r);
	return r;
}

static kc_result
claim(const struct est_cond *c, struct norm *m, struct kc_err *err)
{
	struct kc_buf text = { 0 }, value = { 0 };
	kc_result r;

	KC_TRY(r, kc_json_canon(c->value, &value, err));
	KC_TRY(r, kc_buf_addf(&text, err, "%s %s %s", c->claim,
	    est_op_name(c->op), kc_buf_str(&value)));
	m->join = EST_CLAIM;
	r = add_part(m, kc_buf_str(&text), err);
out:
	kc_buf_free(&text);
	kc_buf_free(&value);
	return r;
}

/* "all(A, B)" */
static kc_result
as_text(const struct norm *m, struct kc_buf *ret, struct kc_err *err)
{
	kc_result r = KC_DONE;

	if (m->n == 1)
		return kc_buf_adds(ret, m->part[0], err);
	KC_TRY(r, kc_buf_adds(ret, m->join == EST_ALL_OF ? "all(" : "any(",
	    err));
	for (size_t i = 0; i < m->n; i++)
		KC_TRY(r, kc_buf_addf(ret, err, "%s%s", i > 0 ? ", " : "",
		    m->part[i]));
	r = kc_buf_adds(ret, ")", err);
out:
	return r;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted, each once. */
static void
settle(struct norm *m)
{
	size_t kept = 0;

	qsort(m->part, m->n, sizeof *m->part, by_text);
	for (size_t i = 0; i < m->n; i++) {
		if (kept > 0 && strcmp(m->part[kept - 1], m->part[i]) == 0)
			free(m->part[i]);
		else
			m->part[kept++] = m->part[i];
	}
	m->n = kept;
}

static kc_result
group(const struct est_cond *c, struct norm *all, struct norm *m,
    struct kc_err *err)
{
	struct kc_buf text = { 0 };
	kc_result r = KC_DONE;

	m->join = c->kind;
	for (size_t i = c->first; i < c->first + c->n; i++) {
		const struct norm *child = &all[i];

		if (child->n == 1 || child->join == m->join) {
			for (size_t k = 0; k < child->n; k++)
				KC_TRY(r, add_part(m, child->part[k], err));
			continue;
		}
		text.len = 0;
		KC_TRY(r, as_text(child, &text, err));
		KC_TRY(r, add_part(m, kc_buf_str(&text), err));
	}
	settle(m);
out:
	kc_buf_free(&text);
	return r;
}

static kc_result
side_make(const struct est_policy *p, struct side *ret, struct kc_err *err)
{
	kc_result r = KC_DONE;

	ret->p = p;
	ret->norm = calloc(p->n, sizeof *ret->norm);
	if (ret->norm == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for a policy");
	for (size_t i = p->n; i-- > 0 && kc_ok(r); )
		r = p->cond[i].kind == EST_CLAIM ?
		    claim(&p->cond[i], &ret->norm[i], err) :
		    group(&p->cond[i], ret->norm, &ret->norm[i], err);
	return r;
}

static void KC_PRINTF(3, 4)
differ(struct est_differences *d, enum est_strength than, const char *fmt,
    ...)
{
	struct est_difference *x = &d->is[d->n];
	struct kc_buf safe = { 0 };
	char text[1024];
	va_list ap;

	if (d->n == EST_DIFFERENCES_MAX) {
		d->more++;
		return;
	}
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	d->n++;
	x->than = than;
	if (kc_ok(kc_text_escape(text, strlen(text), &safe, NULL)))
		(void)snprintf(x->text, sizeof x->text, "%s",
		    kc_buf_str(&safe));
	while (x->text[0] != '\0' && !kc_text_clean(x->text))
		x->text[strlen(x->text) - 1] = '\0';
	kc_buf_free(&safe);
}

static const struct norm *
root_of(const struct side *s, size_t authority)
{
	return &s->norm[s->p->authority[authority].root];
}

static bool
same(const struct norm *a, const struct norm *b)
{
	if (a->n != b->n || (a->n > 1 && a->join != b->join))
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->part[i], b->part[i]) != 0)
			return false;
	return true;
}

/* How often a side has this authority, and the last one. */
static size_t
count(const struct side *s, const char *norm, size_t *ret_last)
{
	size_t n = 0;

	for (size_t i = 0; i < s->p->n_authorities; i++)
		if (strcmp(s->p->authority[i].norm, norm) == 0) {
			*ret_last = i;
			n++;
		}
	return n;
}

static bool
has_same(const struct side *s, const char *norm, const struct norm *root)
{
	for (size_t i = 0; i < s->p->n_authorities; i++)
		if (strcmp(s->p->authority[i].norm, norm) == 0 &&
		    same(root_of(s, i), root))
			return true;
	return false;
}

static size_t
lacking(const struct norm *a, const struct norm *b, struct est_differences *d,
    const char *norm, enum est_strength than, const char *what)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++) {
		size_t k = 0;

		while (k < b->n && strcmp(a->part[i], b->part[k]) != 0)
			k++;
		if (k < b->n)
			continue;
		n++;
		if (d != NULL)
			differ(d, than, "%s: %s: %s", norm, what, a->part[i]);
	}
	return n;
}

/* One authority that both have once, with other conditions. */
static kc_result
conditions(const struct norm *want, const struct norm *got, const char *norm,
    struct est_differences *ret, struct kc_err *err)
{
	struct kc_buf a = { 0 }, b = { 0 };
	bool any = want->n > 1 ? want->join == EST_ANY_OF :
	    got->n > 1 && got->join == EST_ANY_OF;
	enum est_strength less = any ? EST_STRONGER : EST_WEAKER;
	enum est_strength more = any ? EST_WEAKER : EST_STRONGER;
	kc_result r = KC_DONE;

	if (want->n > 1 && got->n > 1 && want->join != got->join) {
		KC_TRY(r, as_text(want, &a, err));
		KC_TRY(r, as_text(got, &b, err));
		differ(ret, EST_OTHER, "%s: approved is %s; this has %s", norm,
		    kc_buf_str(&a), kc_buf_str(&b));
		goto out;
	}
	if (lacking(want, got, NULL, norm, less, "") > 0 &&
	    lacking(got, want, NULL, norm, more, "") > 0)
		less = more = EST_OTHER;
	(void)lacking(want, got, ret, norm, less, "approved and not there");
	(void)lacking(got, want, ret, norm, more, "there and not approved");
out:
	kc_buf_free(&a);
	kc_buf_free(&b);
	return r;
}

static kc_result
authority(const struct side *want, const struct side *got, size_t i,
    struct est_differences *ret, struct kc_err *err)
{
	const char *norm = want->p->authority[i].norm;
	size_t other = 0, self = 0;

	if (has_same(got, norm, root_of(want, i)))
		return KC_DONE;
	if (count(got, norm, &other) == 1 && count(want, norm, &self) == 1)
		return conditions(root_of(want, i), root_of(got, other), norm,
		    ret, err);
	differ(ret, EST_STRONGER, "%s (%s): approved, and not there", norm,
	    want->p->authority[i].path);
	return KC_DONE;
}

kc_result
est_policy_compare(const struct est_policy *approved,
    const struct est_policy *got, struct est_differences *ret,
    struct kc_err *err)
{
	struct side want = { .p = approved }, have = { .p = got };
	size_t at = 0;
	kc_result r;

	KC_TRY(r, side_make(approved, &want, err));
	KC_TRY(r, side_make(got, &have, err));
	for (size_t i = 0; i < approved->n_authorities; i++)
		KC_TRY(r, authority(&want, &have, i, ret, err));
	for (size_t i = 0; i < got->n_authorities; i++) {
		const char *norm = got->authority[i].norm;

		if (has_same(&want, norm, root_of(&have, i)) ||
		    (count(&want, norm, &at) == 1 &&
		    count(&have, norm, &at) == 1))
			continue;
		differ(ret, EST_WEAKER, "%s (%s): there, and not approved",
		    norm, got->authority[i].path);
	}
out:
	side_free(&want);
	side_free(&have);
	return r;
}
