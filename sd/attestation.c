/* SPDX-License-Identifier: Apache-2.0
 *
 * Key attestations: the links in their order, and the verdict.
 */
#include "sd/attestation_in.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const struct {
	const char *name;
	sd_attest_fn *judge;
} links[SD_ATTEST_LINKS] = {
	[SD_ATTEST_FILE] = { "file", sd_attest_file },
	[SD_ATTEST_CERTIFICATES] = { "certificates", sd_attest_certificates },
	[SD_ATTEST_STRENGTH] = { "strength", sd_attest_strength },
	[SD_ATTEST_MANUFACTURER] = { "manufacturer", sd_attest_manufacturer },
	[SD_ATTEST_OWNER] = { "owner", sd_attest_owner },
	[SD_ATTEST_PARTITION] = { "partition-key", sd_attest_partition },
	[SD_ATTEST_DATES] = { "dates", sd_attest_dates },
	[SD_ATTEST_ROOT] = { "owner-root", sd_attest_owner_root },
	[SD_ATTEST_LAYOUT] = { "layout", sd_attest_layout },
	[SD_ATTEST_PRIVATE] = { "private-signature", sd_attest_private },
	[SD_ATTEST_PUBLIC] = { "public-signature", sd_attest_public },
	[SD_ATTEST_OBJECTS] = { "objects", sd_attest_objects },
	[SD_ATTEST_PAIR] = { "pair", sd_attest_pair },
	[SD_ATTEST_KCV] = { "check-value", sd_attest_kcv },
	[SD_ATTEST_KEY] = { "key", sd_attest_key },
	[SD_ATTEST_KID] = { "key-id", sd_attest_kid },
	[SD_ATTEST_POOL] = { "pool", sd_attest_pool },
	[SD_ATTEST_RESIDENT] = { "resident", sd_attest_resident },
	[SD_ATTEST_KEPT] = { "non-exportable", sd_attest_kept },
	[SD_ATTEST_LOCAL] = { "generated-inside", sd_attest_local },
	[SD_ATTEST_USAGE] = { "usage", sd_attest_usage },
};

const char *
sd_attest_name(enum sd_attest_link link)
{
	return links[link].name;
}

const char *
sd_attest_unproven(size_t i)
{
	static const char *const say[] = {
		"when it was made: it has no nonce, and the same file can be "
		"shown for ever",
		"that the key is still in the pool, enabled, or the version "
		"in use",
		"that no copy exists: the security domain with a backup, and "
		"replication, bring the key to other HSMs",
		"who may use the key: roles, release policy and rotation are "
		"not in it",
		"FIPS mode: the names in the certificates say what they say",
		"that the pool is yours, unless the owner root's SHA-256 was "
		"recorded earlier",
	};

	return i < sizeof say / sizeof *say ? say[i] : NULL;
}

void
sd_attest_say(struct sd_attest_work *w, const char *fmt, ...)
{
	char raw[SD_ATTEST_TEXT];
	struct kc_buf clean = { 0 };
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(raw, sizeof raw, fmt, ap);
	va_end(ap);
	if (kc_ok(kc_text_escape(raw, strlen(raw), &clean, NULL)))
		(void)snprintf(w->ret->text[w->at], SD_ATTEST_TEXT, "%.*s",
		    SD_ATTEST_TEXT - 1, kc_buf_str(&clean));
	kc_buf_free(&clean);
}

static kc_result
judge_one(struct sd_attest_work *w, enum sd_attest_link at,
    struct kc_err *err)
{
	struct kc_err why = { 0 };
	kc_result r;

	w->at = at;
	w->unproved = false;
	r = links[at].judge(w, &why);
	if (kc_ok(r)) {
		w->ret->state[at] = w->unproved ? SD_ATTEST_UNPROVED :
		    SD_ATTEST_HOLDS;
		return r;
	}
	w->ret->state[at] = SD_ATTEST_FAILS;
	sd_attest_say(w, "%.300s", why.msg);
	if (err != NULL)
		*err = why;
	return kc_prefix(err, "link %s", links[at].name);
}

static kc_result
judge(struct sd_attest_work *w, struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (int i = 0; i < SD_ATTEST_PROOFS && kc_ok(r); i++)
		r = judge_one(w, (enum sd_attest_link)i, err);
	if (!kc_ok(r))
		return r;
	for (int i = SD_ATTEST_PROOFS; i < SD_ATTEST_LINKS; i++) {
		kc_result one = judge_one(w, (enum sd_attest_link)i,
		    kc_ok(r) ? err : NULL);

		if (kc_ok(r))
			r = one;
	}
	return r;
}

static void
clear(struct sd_attest_work *w)
{
	for (size_t i = 0; i < SD_ATTEST_ROOTS; i++)
		X509_free(w->root[i]);
	for (size_t i = 0; i < SD_BUNDLE_MAX; i++)
		X509_free(w->bundle[i]);
	for (size_t i = 0; i < 2; i++) {
		kc_buf_free(&w->blob[i].bytes);
		sd_claim_free(&w->claim[i]);
	}
	kc_buf_free(&w->pem);
	json_decref(w->json);
	json_decref(w->key_json);
	free(w);
}

kc_result
sd_attest_verify(const struct sd_attest_ask *ask, struct sd_attest *ret,
    struct kc_err *err)
{
	struct sd_attest_work *w = calloc(1, sizeof *w);
	kc_result r;

	*ret = (struct sd_attest){ .firmware = 0 };
	if (w == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory to judge");
	w->ask = ask;
	w->ret = ret;
	r = judge(w, err);
	clear(w);
	return kc_ok(r) ? r : kc_prefix(err, "%s", ask->name);
}
