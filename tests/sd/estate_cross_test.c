/* SPDX-License-Identifier: Apache-2.0
 *
 * What holds between files: one pool, activated before its keys, purge
 * protection on both sides, the record of the export.
 */
#include "tests/sd/estate.h"

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
    enum sd_truth truth, const char *text)
{
	char *pool = swapped(GOOD_POOL, from, to);
	struct sd_estate_file f = paper(SD_KIND_POOL, pool);
	struct sd_estate e = { 0 };
	struct kc_err err;

	t_ok(judged(paper(SD_KIND_KEY, key), &f, 1, site_of(), &e, &err),
	    &err);
	said(&e, name, truth, text);
	sd_estate_free(&e);
	free(pool);
}

static void
a_key_and_its_pool_agree(void **state)
{
	struct sd_estate e = { 0 };
	struct kc_err err;

	(void)state;
	beside_pool("", "", "same-pool", SD_HOLDS,
	    "2 files are of pool-a.managedhsm.azure.net");
	beside_pool("https://pool-a", "https://pool-b", "same-pool", SD_FAILS,
	    "key is of pool-a.managedhsm.azure.net, pool of pool-b");
	beside_pool("\"hsmUri\"", "\"x\"", "same-pool", SD_UNKNOWN,
	    "1 files here name a pool");
	beside_pool("", "", "activated-first", SD_HOLDS, "the pool is Active");
	beside_pool("\"Active\"", "\"NotActivated\"", "activated-first",
	    SD_FAILS, "evidence of a key, and the pool is NotActivated");
	beside_pool("\"Active\"", "null", "activated-first", SD_UNKNOWN,
	    "pool does not say");
	beside_pool("", "", "purge-both", SD_HOLDS, "1 keys are not");
	beside_pool("Protection\":true", "Protection\":false", "purge-both",
	    SD_FAILS, "the pool's purge protection is off");
	beside_pool("Protection\":true", "Protection\":null", "purge-both",
	    SD_UNKNOWN, "it takes a pool file");
	t_ok(judged(paper(SD_KIND_KEY, key), NULL, 0, site_of(), &e, &err),
	    &err);
	said(&e, "activated-first", SD_UNKNOWN, "no pool file beside");
	said(&e, "purge-both", SD_UNKNOWN, "it takes a pool file");
	said(&e, "recorded", SD_UNKNOWN, "no record of the export");
	sd_estate_free(&e);
}

static void
a_purgeable_key_beside_a_protected_pool_contradicts_it(void **state)
{
	char *loose = swapped(key, "+ProtectedSubscription", "+Purgeable");
	struct sd_estate_file f = paper(SD_KIND_KEY, loose);
	struct sd_estate e = { 0 };
	struct kc_err err;

	(void)state;
	t_ok(judged(paper(SD_KIND_POOL, GOOD_POOL), &f, 1, site_of(), &e,
	    &err), &err);
	said(&e, "purge-both", SD_FAILS, "key says Customized");
	sd_estate_free(&e);
	free(loose);
}

static void
no_window(struct sd_approved *a)
{
	a->has_window = false;
}

static void
early_window(struct sd_approved *a)
{
	a->to_ms = INT64_C(1790000000001);
}

static void
no_subscription(struct sd_approved *a)
{
	a->subscription = NULL;
}

static void
the_record_says_when_by_whom_and_of_what(void **state)
{
	static const struct change c[] = {
		{ "recorded", SD_HOLDS, NULL, NULL, "every file here", NULL },
		{ "recorded", SD_FAILS, "\"b\":\"", "\"b\":\"0",
		  "has not the SHA-256 of pool", NULL },
		{ "export-window", SD_HOLDS, NULL, NULL, "2026-11-22T10",
		  NULL },
		{ "export-window", SD_FAILS, NULL, NULL, "the window is",
		  early_window },
		{ "export-window", SD_FAILS, "2026-11-22", "2026-11-24",
		  "has not come yet", NULL },
		{ "export-window", SD_UNKNOWN, NULL, NULL, "no window",
		  no_window },
		{ "export-window", SD_UNKNOWN, "\"exported\"", "\"x\"",
		  "does not say when", NULL },
		{ "export-account", SD_HOLDS, NULL, NULL, SUB, NULL },
		{ "export-account", SD_FAILS, SUB, TENANT, "approved are "
		  SUB, NULL },
		{ "export-account", SD_FAILS, "\"tenantId\":\"" TENANT,
		  "\"tenantId\":\"" SUB, "of tenant " SUB, NULL },
		{ "export-account", SD_UNKNOWN, NULL, NULL,
		  "does not approve both", no_subscription },
		{ "export-account", SD_UNKNOWN, "\"account\"", "\"x\"",
		  "does not say", NULL },
		{ "az-version", SD_HOLDS, NULL, NULL, "az 2.67.0", NULL },
		{ "az-version", SD_UNKNOWN, "\"azure-cli\"", "\"x\"",
		  "which az made the files", NULL },
	};
	char record[1024];

	(void)state;
	record_of(key, GOOD_POOL, record, sizeof record);
	for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
		char *text = swapped(record, c[i].from != NULL ? c[i].from :
		    "", c[i].to != NULL ? c[i].to : "");
		struct sd_estate_file f[] = { paper(SD_KIND_POOL, GOOD_POOL),
			paper(SD_KIND_RECORD, text) };
		struct sd_approved *a = site_of();
		struct sd_estate e = { 0 };
		struct kc_err err;

		if (c[i].site != NULL)
			c[i].site(a);
		t_ok(judged(paper(SD_KIND_KEY, key), f, 2, a, &e, &err),
		    &err);
		said(&e, c[i].name, c[i].truth, c[i].text);
		sd_estate_free(&e);
		free(text);
	}
}

static void
a_record_that_is_none_is_refused(void **state)
{
	struct sd_estate_file f = paper(SD_KIND_RECORD, "{\"exported\":\"x\","
	    "\"files\":{}}");
	struct sd_estate e;
	struct kc_err err;

	(void)state;
	t_fails(judged(paper(SD_KIND_KEY, key), &f, 1, site_of(), &e, &err),
	    &err, KC_EFORMAT, "record: \"exported\": 'x' is no time");
	f = paper(SD_KIND_RECORD, "{}");
	t_fails(judged(paper(SD_KIND_KEY, key), &f, 1, site_of(), &e, &err),
	    &err, KC_EFORMAT, "record: \"files\" is missing");
	f = paper(SD_KIND_POOL, "[]");
	t_fails(judged(paper(SD_KIND_KEY, key), &f, 1, site_of(), &e, &err),
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
		cmocka_unit_test(
		    a_purgeable_key_beside_a_protected_pool_contradicts_it),
		cmocka_unit_test(the_record_says_when_by_whom_and_of_what),
		cmocka_unit_test(a_record_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
