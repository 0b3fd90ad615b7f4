/* SPDX-License-Identifier: Apache-2.0
 *
 * What holds between files: one pool, activated before its keys, purge
 * protection on both sides, the record of the export.
 */
#include "base/file.h"
#include "tests/estate/estate.h"

static char key[2048];

/* The record of a key file and the one beside it. */
static void
record_of(const char *file, const char *beside, char *ret, size_t size)
{
	char hex[2][KC_HEX];
	uint8_t sha[KC_SHA256];

	assert_true(kc_ok(kc_sha256_one(file, strlen(file), sha, NULL)));
	kc_hex(sha, sizeof sha, hex[0]);
	assert_true(kc_ok(kc_sha256_one(beside, strlen(beside), sha, NULL)));
	kc_hex(sha, sizeof sha, hex[1]);
	(void)snprintf(ret, size, RECORD, hex[0], hex[1]);
}

/* A key with a pool beside it that was changed so. */
static void
beside_pool(const char *from, const char *to, const char *name,
    enum est_truth truth, const char *text)
{
	char *pool = swapped(GOOD_POOL, from, to);
	struct est_file f = paper(EST_KIND_POOL, pool);
	struct est_estate e = { 0 };
	struct kc_err err;

	t_ok(judged(paper(EST_KIND_KEY, key), &f, 1, site_of(), &e, &err),
	    &err);
	said(&e, name, truth, text);
	est_free(&e);
	free(pool);
}

static void
an_attestation_beside_that_is_none_is_said(void **state)
{
	struct est_file f = paper(EST_KIND_ATTESTATION, "{\"attestation\":{}}");
	struct est_estate e = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(judged(paper(EST_KIND_KEY, key), &f, 1, site_of(), &e, &err),
	    &err);
	said(&e, "attested-pool", EST_FAILS, "link file");
	est_free(&e);
}

static void
a_real_attestation_beside_names_its_pool(void **state)
{
	const char *shared = getenv("CEREMONY_SHARED");
	struct est_estate e = { 0 };
	struct kc_buf real = { 0 };
	struct kc_err err = { 0 };
	struct est_file f;
	char path[600];

	(void)state;
	(void)snprintf(path, sizeof path, "%s/vectors/azure/"
	    "attestation-rsa-restored.json", shared != NULL ? shared :
	    "../shared");
	if (!kc_ok(kc_file_read(path, EST_FILE_MAX, &real, &err))) {
		printf("skip: no real attestation at %s\n", path);
		skip();
	}
	f = paper(EST_KIND_ATTESTATION, kc_buf_str(&real));
	t_ok(judged(paper(EST_KIND_KEY, key), &f, 1, site_of(), &e, &err),
	    &err);
	said(&e, "attested-pool", EST_FAILS, "is of the pool clitesthsm");
	est_free(&e);
	t_ok(judged(paper(EST_KIND_SETTINGS, "[]"), &f, 1, site_of(), &e,
	    &err), &err);
	said(&e, "attested-pool", EST_UNKNOWN, "no other file here names");
	est_free(&e);
	kc_buf_free(&real);
}

static void
a_key_and_its_pool_agree(void **state)
{
	struct est_estate e = { 0 };
	struct kc_err err;

	(void)state;
	beside_pool("", "", "same-pool", EST_HOLDS,
	    "2 files are of pool-a.managedhsm.azure.net");
	beside_pool("https://pool-a", "https://pool-b", "same-pool", EST_FAILS,
	    "key is of pool-a.managedhsm.azure.net, pool of pool-b");
	beside_pool("\"hsmUri\"", "\"x\"", "same-pool", EST_UNKNOWN,
	    "1 files here name a pool");
	beside_pool("", "", "activated-first", EST_HOLDS, "the pool is Active");
	beside_pool("\"Active\"", "\"NotActivated\"", "activated-first",
	    EST_FAILS, "evidence of a key, and the pool is NotActivated");
	beside_pool("\"Active\"", "null", "activated-first", EST_UNKNOWN,
	    "pool does not say");
	beside_pool("", "", "purge-both", EST_HOLDS, "1 keys are not");
	beside_pool("Protection\":true", "Protection\":false", "purge-both",
	    EST_FAILS, "the pool's purge protection is off");
	beside_pool("Protection\":true", "Protection\":null", "purge-both",
	    EST_UNKNOWN, "it takes a pool file");
	t_ok(judged(paper(EST_KIND_KEY, key), NULL, 0, site_of(), &e, &err),
	    &err);
	said(&e, "activated-first", EST_UNKNOWN, "no pool file beside");
	said(&e, "purge-both", EST_UNKNOWN, "it takes a pool file");
	said(&e, "recorded", EST_UNKNOWN, "no record of the export");
	est_free(&e);
}

static void
a_purgeable_key_beside_a_protected_pool_contradicts_it(void **state)
{
	char *loose = swapped(key, "+ProtectedSubscription", "+Purgeable");
	struct est_file f = paper(EST_KIND_KEY, loose);
	struct est_estate e = { 0 };
	struct kc_err err;

	(void)state;
	t_ok(judged(paper(EST_KIND_POOL, GOOD_POOL), &f, 1, site_of(), &e,
	    &err), &err);
	said(&e, "purge-both", EST_FAILS, "key says Customized");
	est_free(&e);
	free(loose);
}

static void
no_window(struct est_approved *a)
{
	a->has_window = false;
}

static void
early_window(struct est_approved *a)
{
	a->to_ms = INT64_C(1790000000001);
}

static void
no_subscription(struct est_approved *a)
{
	a->subscription = NULL;
}

static void
the_record_says_when_by_whom_and_of_what(void **state)
{
	static const struct change c[] = {
		{ "recorded", EST_HOLDS, NULL, NULL, "every file here", NULL },
		{ "recorded", EST_FAILS, "\"b\":\"", "\"b\":\"0",
		  "has not the SHA-256 of pool", NULL },
		{ "export-window", EST_HOLDS, NULL, NULL, "2026-11-22T10",
		  NULL },
		{ "export-window", EST_FAILS, NULL, NULL, "the window is",
		  early_window },
		{ "export-window", EST_FAILS, "2026-11-22", "2026-11-24",
		  "has not come yet", NULL },
		{ "export-window", EST_UNKNOWN, NULL, NULL, "no window",
		  no_window },
		{ "export-window", EST_UNKNOWN, "\"exported\"", "\"x\"",
		  "does not say when", NULL },
		{ "export-account", EST_HOLDS, NULL, NULL, SUB, NULL },
		{ "export-account", EST_FAILS, SUB, TENANT, "approved are "
		  SUB, NULL },
		{ "export-account", EST_FAILS, "\"tenantId\":\"" TENANT,
		  "\"tenantId\":\"" SUB, "of tenant " SUB, NULL },
		{ "export-account", EST_UNKNOWN, NULL, NULL,
		  "does not approve both", no_subscription },
		{ "export-account", EST_UNKNOWN, "\"account\"", "\"x\"",
		  "does not say", NULL },
		{ "az-version", EST_HOLDS, NULL, NULL, "az 2.67.0", NULL },
		{ "az-version", EST_UNKNOWN, "\"azure-cli\"", "\"x\"",
		  "which az made the files", NULL },
	};
	char record[1024];

	(void)state;
	record_of(key, GOOD_POOL, record, sizeof record);
	for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
		char *text = swapped(record, c[i].from != NULL ? c[i].from :
		    "", c[i].to != NULL ? c[i].to : "");
		struct est_file f[] = { paper(EST_KIND_POOL, GOOD_POOL),
			paper(EST_KIND_RECORD, text) };
		struct est_approved *a = site_of();
		struct est_estate e = { 0 };
		struct kc_err err;

		if (c[i].site != NULL)
			c[i].site(a);
		t_ok(judged(paper(EST_KIND_KEY, key), f, 2, a, &e, &err),
		    &err);
		said(&e, c[i].name, c[i].truth, c[i].text);
		est_free(&e);
		free(text);
	}
}

static void
a_record_that_is_none_is_refused(void **state)
{
	struct est_file f = paper(EST_KIND_RECORD, "{\"exported\":\"x\","
	    "\"files\":{}}");
	struct est_estate e;
	struct kc_err err;

	(void)state;
	t_fails(judged(paper(EST_KIND_KEY, key), &f, 1, site_of(), &e, &err),
	    &err, KC_EFORMAT, "record: \"exported\": 'x' is no time");
	f = paper(EST_KIND_RECORD, "{}");
	t_fails(judged(paper(EST_KIND_KEY, key), &f, 1, site_of(), &e, &err),
	    &err, KC_EFORMAT, "record: \"files\" is missing");
	f = paper(EST_KIND_POOL, "[]");
	t_fails(judged(paper(EST_KIND_KEY, key), &f, 1, site_of(), &e, &err),
	    &err, KC_EFORMAT, "pool is not an object");
}

static int
setup(void **state)
{
	char n[513];

	(void)state;
	memset(n, 'w', 512);
	n[512] = '\0';
	(void)snprintf(key, sizeof key, GOOD_KEY, n);
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_and_its_pool_agree),
		cmocka_unit_test(an_attestation_beside_that_is_none_is_said),
		cmocka_unit_test(a_real_attestation_beside_names_its_pool),
		cmocka_unit_test(
		    a_purgeable_key_beside_a_protected_pool_contradicts_it),
		cmocka_unit_test(the_record_says_when_by_whom_and_of_what),
		cmocka_unit_test(a_record_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
