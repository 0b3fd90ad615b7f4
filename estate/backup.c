/* SPDX-License-Identifier: Apache-2.0
 *
 * A backup: what az printed of a full one, or one key's file.  Of the first
 * the storage and its age are judged, of the second its form.  A SAS token
 * is a credential: it is never shown.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/b64.h"
#include "base/clock.h"
#include "sd/domain.h"
#include "estate/role.h"
#include "sd/jwe.h"

#define BLOBS ".blob.core."
#define DAY_MS INT64_C(86400000)
#define JWE_KID "backup-pool-protection-key"
#define URL_MAX 1024

/* struct backup: what a full backup's JSON says. */
struct backup {
	const char *url, *status, *error;
	bool has_start, has_end;
	int64_t start_ms, end_ms;
	char clean[URL_MAX];	/* url up to a query */
	struct est_host host;
	const char *folder;	/* last part of host.path */
};

/* "mhsm-POOL-YYYYMMDDhhmmss..": the time in a folder's name. */
static bool
folder_time(const char *folder, int64_t *ret_ms)
{
	const char *at = strrchr(folder, '-');
	char iso[24];

	if (at == NULL || strspn(at + 1, "0123456789") < 14)
		return false;
	at++;
	(void)snprintf(iso, sizeof iso, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", at,
	    at + 4, at + 6, at + 8, at + 10, at + 12);
	return kc_ok(kc_clock_parse(iso, ret_ms, NULL));
}

/* An object whose members are all null says nothing. */
static bool
says_something(const json_t *o)
{
	json_t *v, *all = (json_t *)(uintptr_t)o;
	const char *key;

	json_object_foreach(all, key, v)
		if (!json_is_null(v))
			return true;
	return false;
}

static kc_result
read_full(const struct est_paper *p, struct backup *b, struct kc_err *err)
{
	const char *file = p->file->name;
	const json_t *error = NULL;
	kc_result r;

	KC_TRY(r, est_may_str(p->json, file, "folderUrl", &b->url, err));
	if (b->url == NULL)
		KC_TRY(r, est_may_str(p->json, file,
		    "azureStorageBlobContainerUri", &b->url, err));
	KC_TRY(r, est_may_str(p->json, file, "status", &b->status, err));
	KC_TRY(r, est_may_time(p->json, file, "startTime", &b->has_start,
	    &b->start_ms, err));
	KC_TRY(r, est_may_time(p->json, file, "endTime", &b->has_end,
	    &b->end_ms, err));
	KC_TRY(r, est_may_obj(p->json, file, "error", &error, err));
	if (error != NULL)
		KC_TRY(r, est_may_str(error, file, "code", &b->error, err));
	if (b->error == NULL && says_something(error))
		b->error = "no code";
	b->folder = "";
	if (b->url == NULL)
		goto out;
	(void)snprintf(b->clean, sizeof b->clean, "%.*s",
	    (int)strcspn(b->url, "?#"), b->url);
	if (!est_host_read(b->clean, &b->host)) {
		b->host.name[0] = '\0';
		goto out;
	}
	b->folder = strrchr(b->host.path, '/') != NULL ?
	    strrchr(b->host.path, '/') + 1 : b->host.path;
out:
	return r;
}

static kc_result
status(struct est_look *k, const struct backup *b, struct kc_err *err)
{
	kc_result r;

	if (b->error != NULL)
		KC_TRY(r, est_say_that(k, "status", EST_FAILS, err,
		    "the backup ended in an error, %s", b->error));
	else if (b->status == NULL)
		KC_TRY(r, est_say_that(k, "status", EST_UNKNOWN, err, "the "
		    "file does not say (status absent or null; az prints the "
		    "folder only)"));
	else
		KC_TRY(r, est_say_that(k, "status", strcmp(b->status,
		    "Succeeded") == 0 ? EST_HOLDS : EST_FAILS, err,
		    "status is %s", b->status));
	if (!b->has_start || !b->has_end)
		r = est_say_that(k, "times", EST_UNKNOWN, err, "the file does "
		    "not say when it began and ended (absent, null or 0)");
	else
		r = est_say_that(k, "times", b->end_ms >= b->start_ms ?
		    EST_HOLDS : EST_FAILS, err, b->end_ms >= b->start_ms ?
		    "it ended after it began" : "it ended before it began");
out:
	return r;
}

static kc_result
age(struct est_look *k, const struct backup *b, struct kc_err *err)
{
	int64_t end = b->end_ms, days;
	char when[KC_TIME_CHARS];

	if (!b->has_end && !folder_time(b->folder, &end))
		return est_say_that(k, "age", EST_UNKNOWN, err, "neither an "
		    "end nor a time in the folder's name says how old it is");
	kc_clock_format(end, when);
	if (end > k->at_ms)
		return est_say_that(k, "age", EST_FAILS, err, "it is of %s, "
		    "which has not come yet", when);
	days = (k->at_ms - end) / DAY_MS;
	if (k->a->backup_days == 0)
		return est_say_that(k, "age", EST_UNKNOWN, err, "it is of %s, "
		    "%lld days ago; the site file sets no limit", when,
		    (long long)days);
	return est_say_that(k, "age", k->at_ms - end <= k->a->backup_days *
	    DAY_MS ? EST_HOLDS : EST_FAILS, err, "it is of %s, %lld days ago; "
	    "at most %lld are approved", when, (long long)days,
	    (long long)k->a->backup_days);
}

/* "account", or "account/container". */
static bool
is_approved(const struct est_names *accounts, const struct backup *b)
{
	size_t n = strcspn(b->host.name, ".");

	for (size_t i = 0; i < accounts->n; i++) {
		const char *want = accounts->v[i];
		const char *slash = strchr(want, '/');
		size_t len = slash != NULL ? (size_t)(slash - want) :
		    strlen(want);

		if (len == n && strncasecmp(want, b->host.name, n) == 0 &&
		    (slash == NULL || est_scope_covers(slash + 1,
		    b->host.path)))
			return true;
	}
	return false;
}

static kc_result
place(struct est_look *k, const struct backup *b, struct kc_err *err)
{
	const struct est_names *want = &k->a->accounts;
	const char *at = b->folder;
	size_t n;
	kc_result r;

	if (b->url == NULL)
		KC_TRY(r, est_say_that(k, "storage", EST_UNKNOWN, err, "the "
		    "file does not say (folderUrl, "
		    "azureStorageBlobContainerUri absent or null)"));
	else if (b->host.name[0] == '\0' || strstr(b->host.name, BLOBS) !=
	    b->host.name + strcspn(b->host.name, "."))
		KC_TRY(r, est_say_that(k, "storage", EST_FAILS, err, "%s is no "
		    "https URL of a blob store", b->clean));
	else if (!want->given)
		KC_TRY(r, est_say_that(k, "storage", EST_UNKNOWN, err, "it is "
		    "at %s; the site file approves no account", b->clean));
	else
		KC_TRY(r, est_say_that(k, "storage", is_approved(want, b) ?
		    EST_HOLDS : EST_FAILS, err, is_approved(want, b) ? "it is "
		    "at %s, an approved account" : "it is at %s, no approved "
		    "account", b->clean));
	if (strncmp(at, "mhsm-", 5) != 0 || strrchr(at, '-') <= at + 5)
		return est_say_that(k, "backup-pool", EST_UNKNOWN, err,
		    "the folder's name does not say which pool it is of");
	n = (size_t)(strrchr(at, '-') - at) - 5;
	if (k->a->pool == NULL)
		return est_say_that(k, "backup-pool", EST_UNKNOWN, err, "it is "
		    "of %.*s; no site file names the pool", (int)n, at + 5);
	r = est_say_that(k, "backup-pool", strcspn(k->a->pool, ".") == n &&
	    strncasecmp(k->a->pool, at + 5, n) == 0 ? EST_HOLDS : EST_FAILS,
	    err, "it is of %.*s, the pool is %s", (int)n, at + 5,
	    k->a->pool);
out:
	return r;
}

/* Anywhere in the file, in whatever member. */
static bool
has_sas(const struct est_file *f)
{
	return memmem(f->p, f->len, "?sv=", 4) != NULL ||
	    memmem(f->p, f->len, "&sv=", 4) != NULL ||
	    memmem(f->p, f->len, "sig=", 4) != NULL ||
	    memmem(f->p, f->len, "u0026s", 6) != NULL;
}

/* A backup opens only in a pool with the same security domain. */
static kc_result
paired(struct est_look *k, struct kc_err *err)
{
	const struct est_paper *d = est_first(k, EST_KIND_DOMAIN);
	uint8_t sha[KC_SHA256];
	char hex[KC_HEX] = "", want[KC_HEX] = "";
	kc_result r;

	kc_hex(k->a->domain, sizeof k->a->domain, want);
	if (d == NULL)
		return est_say_that(k, "paired-domain", EST_UNKNOWN, err,
		    "no security domain is beside; the site file %s%s",
		    k->a->has_domain ? "pairs the pool's backups with " :
		    "names none", k->a->has_domain ? want : "");
	r = kc_sha256_one(d->file->p, d->file->len, sha, err);
	if (!kc_ok(r))
		return r;
	kc_hex(sha, sizeof sha, hex);
	if (!k->a->has_domain)
		return est_say_that(k, "paired-domain", EST_UNKNOWN, err,
		    "the domain beside has SHA-256 %s; the site file names "
		    "none", hex);
	return est_say_that(k, "paired-domain", strcmp(hex, want) == 0 ?
	    EST_HOLDS : EST_FAILS, err, "the domain beside has SHA-256 %s, the "
	    "site file pairs the pool's backups with %s", hex, want);
}

static kc_result
full(struct est_look *k, const struct est_paper *p, struct kc_err *err)
{
	struct backup b = { 0 };
	const char *details = NULL;
	kc_result r;

	KC_TRY(r, read_full(p, &b, err));
	KC_TRY(r, status(k, &b, err));
	KC_TRY(r, age(k, &b, err));
	KC_TRY(r, place(k, &b, err));
	KC_TRY(r, est_may_str(p->json, p->file->name, "statusDetails",
	    &details, err));
	if (details != NULL && strpbrk(details, "?&=") == NULL)
		KC_TRY(r, est_remark(k, err, "statusDetails: %s", details));
	r = est_known(k, p->json, "", "folderUrl status statusDetails "
	    "azureStorageBlobContainerUri jobId startTime endTime error",
	    err);
out:
	return r;
}

/* One key's backup is a compact JWE; only its form can be looked at. */
static kc_result
one_key(struct est_look *k, const struct est_paper *p, struct kc_err *err)
{
	const struct est_file *f = p->file;
	struct sd_jwe jwe = { 0 };
	struct kc_buf text = { 0 };
	struct kc_err why = { 0 };
	size_t n = f->len;
	kc_result r, pinned;

	while (n > 0 && strchr("\r\n", ((const char *)f->p)[n - 1]) != NULL &&
	    ((const char *)f->p)[n - 1] != '\0')
		n--;
	KC_TRY(r, kc_buf_add(&text, f->p, n, err));
	if (memchr(text.p, '\0', n) != NULL) {
		r = KC_FAIL(err, KC_EFORMAT, 0, "%s has a NUL byte, no "
		    "backup of a key has", f->name);
		goto out;
	}
	KC_TRY(r, sd_jwe_parse(f->name, kc_buf_str(&text), false, &jwe,
	    err));
	pinned = sd_jwe_pin(f->name, &jwe, false, JWE_KID, &why);
	if (kc_exit(pinned.code) != 0 && kc_exit(pinned.code) != 1) {
		if (err != NULL)
			*err = why;
		r = pinned;
		goto out;
	}
	KC_TRY(r, est_say_that(k, "backup-header", kc_ok(pinned) ? EST_HOLDS :
	    EST_FAILS, err, "%s", kc_ok(pinned) ? "dir, A256CBC-HS512, kid "
	    JWE_KID : why.msg));
	r = est_say_that(k, "backup-content", EST_UNKNOWN, err, "%zu bytes "
	    "that only a pool with the same security domain opens",
	    jwe.ciphertext.len);
out:
	sd_jwe_free(&jwe);
	kc_buf_free(&text);
	return r;
}

kc_result
est_look_backup(struct est_look *k, const struct est_paper *p,
    struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, est_say_that(k, "no-sas", has_sas(p->file) ? EST_FAILS :
	    EST_HOLDS, err, has_sas(p->file) ? "a SAS token is in the file: "
	    "whoever reads it has the storage; revoke it" :
	    "no SAS token is in the file"));
	if (p->json != NULL)
		KC_TRY(r, full(k, p, err));
	else
		KC_TRY(r, one_key(k, p, err));
	r = paired(k, err);
out:
	return r;
}
