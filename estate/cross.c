/* SPDX-License-Identifier: Apache-2.0
 *
 * What holds between files: one pool, activated before its keys, purge
 * protection on both sides, and a record of when and by whom they were made.
 */
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "estate/look.h"

/* Is a file of this kind there at all, judged or beside? */
static const struct est_paper *
any_of(const struct est_look *k, enum est_kind kind, size_t from, size_t *at)
{
	for (size_t i = from; i < k->n; i++)
		if (k->paper[i].file->kind == kind) {
			*at = i;
			return &k->paper[i];
		}
	return NULL;
}

/* The host that a file says it is of; "" when it does not. */
static kc_result
host_of(const struct est_paper *p, struct est_host *ret, struct kc_err *err)
{
	struct est_pool_facts pool = { 0 };
	struct est_key_facts key = { 0 };
	const char *id = NULL;
	kc_result r = KC_DONE;

	ret->name[0] = '\0';
	switch (p->file->kind) {
	case EST_KIND_POOL:
		KC_TRY(r, est_pool_facts(p, &pool, err));
		*ret = pool.host;
		break;
	case EST_KIND_KEY:
		KC_TRY(r, est_key_facts(p, &key, err));
		*ret = key.host;
		break;
	case EST_KIND_ROTATION:
		KC_TRY(r, est_may_str(p->json, p->file->name, "id", &id, err));
		if (id != NULL && !est_host_read(id, ret))
			ret->name[0] = '\0';
		break;
	default:
		break;
	}
out:
	return r;
}

static kc_result
same_pool(struct est_look *k, struct kc_err *err)
{
	struct est_host first = { .path = "" }, other = { .path = "" };
	const char *name = "";
	size_t n = 0;
	kc_result r = KC_DONE;

	for (size_t i = 0; i < k->n; i++) {
		KC_TRY(r, host_of(&k->paper[i], &other, err));
		if (other.name[0] == '\0')
			continue;
		if (n++ == 0) {
			first = other;
			name = k->paper[i].file->name;
		} else if (strcmp(first.name, other.name) != 0) {
			r = est_say_that(k, "same-pool", EST_FAILS, err,
			    "%s is of %s, %s of %s", name, first.name,
			    k->paper[i].file->name, other.name);
			goto out;
		}
	}
	r = est_say_that(k, "same-pool", n > 1 ? EST_HOLDS : EST_UNKNOWN, err,
	    n > 1 ? "%zu files are of %s" : "%zu files here name a pool; two "
	    "are needed to compare%s", n, n > 1 ? first.name : "");
	if (kc_ok(r))
		r = est_look_attested(k, first.name, err);
out:
	return r;
}

static kc_result
activated_first(struct est_look *k, struct kc_err *err)
{
	const struct est_paper *pool;
	struct est_pool_facts f = { 0 };
	size_t at;
	kc_result r = KC_DONE;

	if (any_of(k, EST_KIND_KEY, 0, &at) == NULL &&
	    any_of(k, EST_KIND_ROTATION, 0, &at) == NULL)
		return r;
	pool = any_of(k, EST_KIND_POOL, 0, &at);
	if (pool == NULL)
		return est_say_that(k, "activated-first", EST_UNKNOWN, err,
		    "no pool file beside the key's says whether the pool is "
		    "activated");
	KC_TRY(r, est_pool_facts(pool, &f, err));
	if (f.activation == NULL)
		r = est_say_that(k, "activated-first", EST_UNKNOWN, err,
		    "%s does not say whether the pool is activated",
		    pool->file->name);
	else
		r = est_say_that(k, "activated-first", strcmp(f.activation,
		    "Active") == 0 ? EST_HOLDS : EST_FAILS, err, "there is "
		    "evidence of a key, and the pool is %s", f.activation);
out:
	return r;
}

static kc_result
purge(struct est_look *k, struct kc_err *err)
{
	const struct est_paper *pool, *key;
	struct est_pool_facts p = { .purge = -1 };
	bool open = false;
	size_t at = 0, n = 0;
	kc_result r = KC_DONE;

	pool = any_of(k, EST_KIND_POOL, 0, &at);
	if (pool != NULL)
		KC_TRY(r, est_pool_facts(pool, &p, err));
	for (at = 0; (key = any_of(k, EST_KIND_KEY, at, &at)) != NULL; at++) {
		struct est_key_facts f = { 0 };

		KC_TRY(r, est_key_facts(key, &f, err));
		n++;
		open = open || f.recovery == NULL;
		if (f.recovery == NULL || strstr(f.recovery, "Purgeable") ==
		    NULL)
			continue;
		r = est_say_that(k, "purge-both", EST_FAILS, err, "%s says %s",
		    key->file->name, f.recovery);
		goto out;
	}
	if (n == 0 && pool == NULL)
		goto out;
	if (p.purge == 0)
		r = est_say_that(k, "purge-both", EST_FAILS, err, "the pool's "
		    "purge protection is off, whatever its keys say");
	else if (p.purge < 0 || n == 0 || open)
		r = est_say_that(k, "purge-both", EST_UNKNOWN, err, "it takes "
		    "a pool file that says purge protection is on and a key "
		    "file that says its recovery level");
	else
		r = est_say_that(k, "purge-both", EST_HOLDS, err, "purge "
		    "protection is on, and %zu keys are not purgeable", n);
out:
	return r;
}

/* The record holds the SHA-256 of this file, under whatever name. */
static bool
is_listed(const json_t *files, const char *hex)
{
	json_t *v, *all = (json_t *)(uintptr_t)files;
	const char *key;

	json_object_foreach(all, key, v)
		if (json_is_string(v) &&
		    strcasecmp(json_string_value(v), hex) == 0)
			return true;
	return false;
}

static kc_result
listed(struct est_look *k, const struct est_paper *record, struct kc_err *err)
{
	const json_t *files = NULL;
	struct kc_buf b = { 0 };
	uint8_t sha[KC_SHA256];
	char hex[KC_HEX];
	size_t n = 0;
	kc_result r;

	KC_TRY(r, kc_json_obj(record->json, record->file->name, "files",
	    &files, err));
	for (size_t i = 0; i < k->n; i++) {
		const struct est_file *f = k->paper[i].file;

		/* An attestation is signed by who made it. */
		if (f->kind == EST_KIND_RECORD || f->kind == EST_KIND_DOMAIN ||
		    f->kind == EST_KIND_ATTESTATION)
			continue;
		KC_TRY(r, kc_sha256_one(f->p, f->len, sha, err));
		kc_hex(sha, sizeof sha, hex);
		if (!is_listed(files, hex))
			KC_TRY(r, est_names_add(&b, &n, err, "%s", f->name));
	}
	KC_TRY(r, est_names_end(&b, n, err));
	r = est_say_that(k, "recorded", n > 0 ? EST_FAILS : EST_HOLDS, err,
	    n > 0 ? "the record has not the SHA-256 of %s" :
	    "the record has the SHA-256 of every file here%s",
	    kc_buf_str(&b));
out:
	kc_buf_free(&b);
	return r;
}

static kc_result
window(struct est_look *k, const struct est_paper *record, struct kc_err *err)
{
	char when[KC_TIME_CHARS] = "", from[KC_TIME_CHARS] = "",
	    to[KC_TIME_CHARS] = "";
	const struct est_approved *a = k->a;
	bool there = false;
	int64_t ms = 0;
	kc_result r = est_may_time(record->json, record->file->name,
	    "exported", &there, &ms, err);

	if (!kc_ok(r))
		return r;
	if (!there)
		return est_say_that(k, "export-window", EST_UNKNOWN, err,
		    "the record does not say when (exported absent or null)");
	kc_clock_format(ms, when);
	if (ms > k->at_ms)
		return est_say_that(k, "export-window", EST_FAILS, err,
		    "exported at %s, which has not come yet", when);
	if (!a->has_window)
		return est_say_that(k, "export-window", EST_UNKNOWN, err,
		    "exported at %s; the site file sets no window", when);
	kc_clock_format(a->from_ms, from);
	kc_clock_format(a->to_ms, to);
	return est_say_that(k, "export-window", ms >= a->from_ms && ms <=
	    a->to_ms ? EST_HOLDS : EST_FAILS, err, "exported at %s, the window "
	    "is %s to %s", when, from, to);
}

/* What `az account show` said against the site's subscription and tenant. */
static kc_result
account(struct est_look *k, const struct est_paper *record, struct kc_err *err)
{
	const char *file = record->file->name, *sub = NULL, *tenant = NULL;
	const struct est_approved *a = k->a;
	const json_t *o = NULL;
	kc_result r;

	KC_TRY(r, est_may_obj(record->json, file, "account", &o, err));
	if (o != NULL) {
		KC_TRY(r, est_may_str(o, file, "id", &sub, err));
		KC_TRY(r, est_may_str(o, file, "tenantId", &tenant, err));
	}
	if (sub == NULL || tenant == NULL)
		r = est_say_that(k, "export-account", EST_UNKNOWN, err,
		    "the record does not say (account, its id or tenantId "
		    "absent or null)");
	else if ((a->subscription != NULL && strcasecmp(a->subscription, sub)
	    != 0) || (a->tenant != NULL && strcasecmp(a->tenant, tenant) !=
	    0))
		r = est_say_that(k, "export-account", EST_FAILS, err,
		    "exported from subscription %s of tenant %s, approved "
		    "are %s of %s", sub, tenant, a->subscription != NULL ?
		    a->subscription : "any", a->tenant != NULL ? a->tenant :
		    "any");
	else
		r = est_say_that(k, "export-account", a->subscription != NULL
		    && a->tenant != NULL ? EST_HOLDS : EST_UNKNOWN, err,
		    "exported from subscription %s of tenant %s%s", sub,
		    tenant, a->subscription != NULL && a->tenant != NULL ?
		    "" : "; the site file does not approve both");
out:
	return r;
}

static kc_result
version(struct est_look *k, const struct est_paper *record, struct kc_err *err)
{
	const char *file = record->file->name, *text = NULL;
	const json_t *o = NULL;
	kc_result r;

	KC_TRY(r, est_may_obj(record->json, file, "version", &o, err));
	if (o != NULL)
		KC_TRY(r, est_may_str(o, file, "azure-cli", &text, err));
	r = est_say_that(k, "az-version",
	    text != NULL ? EST_HOLDS : EST_UNKNOWN, err,
	    text != NULL ? "made with az %s" : "the record does not say "
	    "%s (version.azure-cli absent or null)", text != NULL ? text :
	    "which az made the files");
out:
	return r;
}

kc_result
est_look_cross(struct est_look *k, const struct est_paper *p,
    struct kc_err *err)
{
	static const char *const needs_record[] = { "recorded",
		"export-window", "export-account", "az-version" };
	const struct est_paper *record = est_first(k, EST_KIND_RECORD);
	kc_result r;

	(void)p;
	KC_TRY(r, same_pool(k, err));
	KC_TRY(r, activated_first(k, err));
	KC_TRY(r, purge(k, err));
	if (record != NULL) {
		KC_TRY(r, listed(k, record, err));
		KC_TRY(r, window(k, record, err));
		KC_TRY(r, account(k, record, err));
		r = version(k, record, err);
		goto out;
	}
	for (size_t i = 0; i < 4; i++)
		KC_TRY(r, est_say_that(k, needs_record[i], EST_UNKNOWN, err,
		    "no record of the export is beside: the file may be "
		    "anybody's, of any day"));
out:
	return r;
}
