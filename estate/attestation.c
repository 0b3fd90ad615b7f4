/* SPDX-License-Identifier: Apache-2.0
 *
 * Key attestations: the links in their order, and the verdict.
 */
#include "estate/attestation_in.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const struct {
	const char *name;
	est_attest_fn *judge;
} links[EST_ATTEST_LINKS] = {
	[EST_ATTEST_FILE] = { "file", est_attest_file },
	[EST_ATTEST_CERTIFICATES] = { "certificates", est_attest_certificates },
	[EST_ATTEST_STRENGTH] = { "strength", est_attest_strength },
	[EST_ATTEST_MANUFACTURER] = { "manufacturer", est_attest_manufacturer },
	[EST_ATTEST_OWNER] = { "owner", est_attest_owner },
	[EST_ATTEST_PARTITION] = { "partition-key", est_attest_partition },
	[EST_ATTEST_DATES] = { "dates", est_attest_dates },
	[EST_ATTEST_ROOT] = { "owner-root", est_attest_owner_root },
	[EST_ATTEST_LAYOUT] = { "layout", est_attest_layout },
	[EST_ATTEST_PRIVATE] = { "private-signature", est_attest_private },
	[EST_ATTEST_PUBLIC] = { "public-signature", est_attest_public },
	[EST_ATTEST_OBJECTS] = { "objects", est_attest_objects },
	[EST_ATTEST_PAIR] = { "pair", est_attest_pair },
	[EST_ATTEST_KCV] = { "check-value", est_attest_kcv },
	[EST_ATTEST_KEY] = { "key", est_attest_key },
	[EST_ATTEST_KID] = { "key-id", est_attest_kid },
	[EST_ATTEST_POOL] = { "pool", est_attest_pool },
	[EST_ATTEST_RESIDENT] = { "resident", est_attest_resident },
	[EST_ATTEST_KEPT] = { "non-exportable", est_attest_kept },
	[EST_ATTEST_LOCAL] = { "generated-inside", est_attest_local },
	[EST_ATTEST_USAGE] = { "usage", est_attest_usage },
};

const char *
est_attest_name(enum est_attest_link link)
{
	return links[link].name;
}

const char *
est_attest_unproven(size_t i)
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
est_attest_say(struct est_attest_work *w, const char *fmt, ...)
{
	char raw[EST_ATTEST_TEXT];
	struct kc_buf clean = { 0 };
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(raw, sizeof raw, fmt, ap);
	va_end(ap);
	if (kc_ok(kc_text_escape(raw, strlen(raw), &clean, NULL)))
		(void)snprintf(w->ret->text[w->at], EST_ATTEST_TEXT, "%.*s",
		    EST_ATTEST_TEXT - 1, kc_buf_str(&clean));
	kc_buf_free(&clean);
}

static kc_result
judge_one(struct est_attest_work *w, enum est_attest_link at,
    struct kc_err *err)
{
	struct kc_err why = { 0 };
	kc_result r;

	w->at = at;
	w->unproved = false;
	r = links[at].judge(w, &why);
	if (kc_ok(r)) {
		w->ret->state[at] = w->unproved ? EST_ATTEST_UNPROVED :
		    EST_ATTEST_HOLDS;
		return r;
	}
	w->ret->state[at] = EST_ATTEST_FAILS;
	est_attest_say(w, "%.300s", why.msg);
	if (err != NULL)
		*err = why;
	return kc_prefix(err, "link %s", links[at].name);
}

static kc_result
judge(struct est_attest_work *w, struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (int i = 0; i < EST_ATTEST_PROOFS && kc_ok(r); i++)
		r = judge_one(w, (enum est_attest_link)i, err);
	if (!kc_ok(r))
		return r;
	for (int i = EST_ATTEST_PROOFS; i < EST_ATTEST_LINKS; i++) {
		kc_result one = judge_one(w, (enum est_attest_link)i,
		    kc_ok(r) ? err : NULL);

		if (kc_ok(r))
			r = one;
	}
	return r;
}

static void
clear(struct est_attest_work *w)
{
	for (size_t i = 0; i < EST_ATTEST_ROOTS; i++)
		X509_free(w->root[i]);
	for (size_t i = 0; i < EST_BUNDLE_MAX; i++)
		X509_free(w->bundle[i]);
	for (size_t i = 0; i < 2; i++) {
		kc_buf_free(&w->blob[i].bytes);
		est_claim_free(&w->claim[i]);
	}
	kc_buf_free(&w->pem);
	json_decref(w->json);
	json_decref(w->key_json);
	free(w);
}

kc_result
est_attest_verify(const struct est_attest_ask *ask, struct est_attest *ret,
    struct kc_err *err)
{
	struct est_attest_work *w = calloc(1, sizeof *w);
	kc_result r;

	*ret = (struct est_attest){ .firmware = 0 };
	if (w == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory to judge");
	w->ask = ask;
	w->ret = ret;
	r = judge(w, err);
	clear(w);
	return kc_ok(r) ? r : kc_prefix(err, "%s", ask->name);
}
