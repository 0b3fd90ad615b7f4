/* SPDX-License-Identifier: Apache-2.0
 *
 * The estate: which file is of which kind, and what is said of it.
 */
#include "estate/estate.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "estate/look.h"

#define SAID_MAX 1024

static const struct {
	const char *name;
	est_look_fn *judge;
} kinds[EST_KINDS] = {
	[EST_KIND_POOL] = { "pool", est_look_pool },
	[EST_KIND_ROLES] = { "roles", est_look_roles },
	[EST_KIND_KEY] = { "key", est_look_key },
	[EST_KIND_ROTATION] = { "rotation", est_look_rotation },
	[EST_KIND_BACKUP] = { "backup", est_look_backup },
	[EST_KIND_SETTINGS] = { "settings", est_look_settings },
	[EST_KIND_DEFINITIONS] = { "definitions", NULL },
	[EST_KIND_RECORD] = { "record", NULL },
	[EST_KIND_DOMAIN] = { "domain", NULL },
	[EST_KIND_ATTESTATION] = { "attestation", NULL },
};

const char *
est_kind_name(enum est_kind kind)
{
	return kinds[kind].name;
}

enum est_kind
est_kind_of(const char *name)
{
	for (int i = 0; i < EST_KINDS; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return (enum est_kind)i;
	return EST_KINDS;
}

/* Text that may hold a file's own words: escaped, also what a cut breaks. */
KC_PRINTF(3, 0) static kc_result
put(struct kc_buf *b, struct kc_err *err, const char *fmt, va_list ap)
{
	char said[SAID_MAX];

	(void)vsnprintf(said, sizeof said, fmt, ap);
	return kc_text_escape(said, strlen(said), b, err);
}

kc_result
est_say_that(struct est_look *k, const char *name, enum est_truth truth,
    struct kc_err *err, const char *fmt, ...)
{
	struct est_estate *e = k->ret;
	va_list ap;
	kc_result r;

	if (e->n == EST_ASSERTIONS_MAX)
		return KC_FAIL(err, KC_EBUG, 0, "more than %d assertions",
		    EST_ASSERTIONS_MAX);
	va_start(ap, fmt);
	r = put(&e->is[e->n].text, err, fmt, ap);
	va_end(ap);
	e->is[e->n].name = name;
	e->is[e->n].truth = truth;
	e->n++;
	e->fails += truth == EST_FAILS;
	e->unknown += truth == EST_UNKNOWN;
	return r;
}

kc_result
est_remark(struct est_look *k, struct kc_err *err, const char *fmt, ...)
{
	struct est_estate *e = k->ret;
	va_list ap;
	kc_result r;

	if (e->n_remarks == EST_REMARKS_MAX) {
		e->unsaid++;
		return KC_DONE;
	}
	va_start(ap, fmt);
	r = put(&e->remark[e->n_remarks++], err, fmt, ap);
	va_end(ap);
	return r;
}

const struct est_paper *
est_first(const struct est_look *k, enum est_kind kind)
{
	for (size_t i = 1; i < k->n; i++)
		if (k->paper[i].file->kind == kind)
			return &k->paper[i];
	return NULL;
}

/* A backup may be text, a domain is only hashed; all else is JSON. */
static bool
is_json(const struct est_file *f)
{
	const char *p = f->p;
	size_t i = 0;

	if (f->kind == EST_KIND_DOMAIN)
		return false;
	if (f->kind != EST_KIND_BACKUP)
		return true;
	while (i < f->len && p[i] != '\0' && strchr(" \t\r\n", p[i]) != NULL)
		i++;
	return i < f->len && (p[i] == '{' || p[i] == '[');
}

static kc_result
take(struct est_look *k, const struct est_file *f, struct kc_err *err)
{
	struct est_paper *p = &k->paper[k->n++];

	p->file = f;
	if (f->len == 0 || f->len > EST_FILE_MAX)
		return KC_FAIL(err, f->len == 0 ? KC_EFORMAT : KC_ELIMIT, 0,
		    "%s has %zu bytes, no %s file", f->name, f->len,
		    est_kind_name(f->kind));
	if (!is_json(f))
		return KC_DONE;
	return kc_json_read(f->name, f->p, f->len, EST_FILE_MAX,
	    &p->json, err);
}

kc_result
est_check(const struct est_file *file,
    const struct est_file *beside, size_t n_beside,
    const struct est_approved *a, int64_t at_ms, struct est_estate *ret,
    struct kc_err *err)
{
	struct est_estate e = { .kind = file->kind };
	struct est_look k = { .a = a, .at_ms = at_ms, .ret = &e };
	kc_result r;

	if (file->kind >= EST_KIND_JUDGED || n_beside > EST_BESIDE_MAX)
		return KC_FAIL(err, KC_EUSAGE, 0, "a %s file is not judged, "
		    "or more than %d files stand beside",
		    est_kind_name(file->kind), EST_BESIDE_MAX);
	KC_TRY(r, kc_sha256_one(file->p, file->len, e.sha256, err));
	KC_TRY(r, take(&k, file, err));
	for (size_t i = 0; i < n_beside; i++)
		KC_TRY(r, take(&k, &beside[i], err));
	KC_TRY(r, kinds[file->kind].judge(&k, &k.paper[0], err));
	KC_TRY(r, est_look_cross(&k, &k.paper[0], err));
	*ret = e;
	e = (struct est_estate){ 0 };
out:
	for (size_t i = 0; i < k.n; i++)
		json_decref(k.paper[i].json);
	est_free(&e);
	return r;
}

void
est_free(struct est_estate *e)
{
	for (size_t i = 0; i < e->n; i++)
		kc_buf_free(&e->is[i].text);
	for (size_t i = 0; i < e->n_remarks; i++)
		kc_buf_free(&e->remark[i]);
	*e = (struct est_estate){ 0 };
}
