/* SPDX-License-Identifier: Apache-2.0
 *
 * The estate: which file is of which kind, and what is said of it.
 */
#include "sd/estate.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sd/estate_look.h"

#define SAID_MAX 1024

static const struct {
	const char *name;
	sd_look_fn *judge;
} kinds[SD_KINDS] = {
	[SD_KIND_POOL] = { "pool", sd_look_pool },
	[SD_KIND_ROLES] = { "roles", sd_look_roles },
	[SD_KIND_KEY] = { "key", sd_look_key },
	[SD_KIND_ROTATION] = { "rotation", sd_look_rotation },
	[SD_KIND_BACKUP] = { "backup", sd_look_backup },
	[SD_KIND_SETTINGS] = { "settings", sd_look_settings },
	[SD_KIND_DEFINITIONS] = { "definitions", NULL },
	[SD_KIND_RECORD] = { "record", NULL },
	[SD_KIND_DOMAIN] = { "domain", NULL },
};

const char *
sd_kind_name(enum sd_kind kind)
{
	return kinds[kind].name;
}

enum sd_kind
sd_kind_of(const char *name)
{
	for (int i = 0; i < SD_KINDS; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return (enum sd_kind)i;
	return SD_KINDS;
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
sd_say_that(struct sd_look *k, const char *name, enum sd_truth truth,
    struct kc_err *err, const char *fmt, ...)
{
	struct sd_estate *e = k->ret;
	va_list ap;
	kc_result r;

	if (e->n == SD_ASSERTIONS_MAX)
		return KC_FAIL(err, KC_EBUG, 0, "more than %d assertions",
		    SD_ASSERTIONS_MAX);
	va_start(ap, fmt);
	r = put(&e->is[e->n].text, err, fmt, ap);
	va_end(ap);
	e->is[e->n].name = name;
	e->is[e->n].truth = truth;
	e->n++;
	e->fails += truth == SD_FAILS;
	e->unknown += truth == SD_UNKNOWN;
	return r;
}

kc_result
sd_remark(struct sd_look *k, struct kc_err *err, const char *fmt, ...)
{
	struct sd_estate *e = k->ret;
	va_list ap;
	kc_result r;

	if (e->n_remarks == SD_REMARKS_MAX) {
		e->unsaid++;
		return KC_DONE;
	}
	va_start(ap, fmt);
	r = put(&e->remark[e->n_remarks++], err, fmt, ap);
	va_end(ap);
	return r;
}

const struct sd_paper *
sd_first(const struct sd_look *k, enum sd_kind kind)
{
	for (size_t i = 1; i < k->n; i++)
		if (k->paper[i].file->kind == kind)
			return &k->paper[i];
	return NULL;
}

/* A backup may be text, a domain is only hashed; all else is JSON. */
static bool
is_json(const struct sd_estate_file *f)
{
	const char *p = f->p;
	size_t i = 0;

	if (f->kind == SD_KIND_DOMAIN)
		return false;
	if (f->kind != SD_KIND_BACKUP)
		return true;
	while (i < f->len && p[i] != '\0' && strchr(" \t\r\n", p[i]) != NULL)
		i++;
	return i < f->len && (p[i] == '{' || p[i] == '[');
}

static kc_result
take(struct sd_look *k, const struct sd_estate_file *f, struct kc_err *err)
{
	struct sd_paper *p = &k->paper[k->n++];

	p->file = f;
	if (f->len == 0 || f->len > SD_ESTATE_FILE_MAX)
		return KC_FAIL(err, f->len == 0 ? KC_EFORMAT : KC_ELIMIT, 0,
		    "%s has %zu bytes, no %s file", f->name, f->len,
		    sd_kind_name(f->kind));
	if (!is_json(f))
		return KC_DONE;
	return kc_json_read(f->name, f->p, f->len, SD_ESTATE_FILE_MAX,
	    &p->json, err);
}

kc_result
sd_estate_check(const struct sd_estate_file *file,
    const struct sd_estate_file *beside, size_t n_beside,
    const struct sd_approved *a, int64_t at_ms, struct sd_estate *ret,
    struct kc_err *err)
{
	struct sd_estate e = { .kind = file->kind };
	struct sd_look k = { .a = a, .at_ms = at_ms, .ret = &e };
	kc_result r;

	if (file->kind >= SD_KIND_JUDGED || n_beside > SD_BESIDE_MAX)
		return KC_FAIL(err, KC_EUSAGE, 0, "a %s file is not judged, "
		    "or more than %d files stand beside",
		    sd_kind_name(file->kind), SD_BESIDE_MAX);
	KC_TRY(r, kc_sha256_one(file->p, file->len, e.sha256, err));
	KC_TRY(r, take(&k, file, err));
	for (size_t i = 0; i < n_beside; i++)
		KC_TRY(r, take(&k, &beside[i], err));
	KC_TRY(r, kinds[file->kind].judge(&k, &k.paper[0], err));
	KC_TRY(r, sd_look_cross(&k, &k.paper[0], err));
	*ret = e;
	e = (struct sd_estate){ 0 };
out:
	for (size_t i = 0; i < k.n; i++)
		json_decref(k.paper[i].json);
	sd_estate_free(&e);
	return r;
}

void
sd_estate_free(struct sd_estate *e)
{
	for (size_t i = 0; i < e->n; i++)
		kc_buf_free(&e->is[i].text);
	for (size_t i = 0; i < e->n_remarks; i++)
		kc_buf_free(&e->remark[i]);
	*e = (struct sd_estate){ 0 };
}
