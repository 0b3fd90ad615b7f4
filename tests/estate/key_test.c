/* SPDX-License-Identifier: Apache-2.0
 *
 * A key's file in both shapes: each assertion in its three states.
 */
#include "tests/estate/estate.h"

#define POLICY "{\"version\":\"1.0.0\",\"anyOf\":[]}"
#define POLICY_TEXT "{\\\"version\\\":\\\"1.0.0\\\",\\\"anyOf\\\":[]}"
#define FREE "\"releasePolicy\":null"
#define UNDER(immutable)						\
	"\"releasePolicy\":{\"contentType\":\"x\",\"immutable\":"	\
	immutable ",\"encodedPolicy\":\"" POLICY_TEXT "\"}"

static char good[2048], loose[2048];

static void
nothing(struct est_approved *a)
{
	*a = (struct est_approved){ .site = false };
}

static void
no_version(struct est_approved *a)
{
	a->key[0].version = NULL;
}

static void
no_bits(struct est_approved *a)
{
	a->key[0].bits = 0;
}

static void
no_limit(struct est_approved *a)
{
	a->key[0].has_limit = false;
}

static void
no_ops(struct est_approved *a)
{
	a->key[0].ops.given = false;
}

static void
other_type(struct est_approved *a)
{
	a->key[0].type = "EC-HSM";
}

static void
on_curve(struct est_approved *a)
{
	a->key[0].type = "EC-HSM";
	a->key[0].curve = "P-384";
}

static void
no_curve(struct est_approved *a)
{
	a->key[0].type = "EC-HSM";
}

/* Canonical: members sorted. */
static void
under_policy(struct est_approved *a)
{
	static const char sorted[] = "{\"anyOf\":[],\"version\":\"1.0.0\"}";

	a->key[0].has_policy = true;
	assert_true(kc_ok(kc_sha256_one(sorted, sizeof sorted - 1,
	    a->key[0].policy, NULL)));
}

static void
under_another(struct est_approved *a)
{
	a->key[0].has_policy = true;
}

#define ALL_OPS "[\"wrapKey\",\"decrypt\",\"encrypt\",\"unwrapKey\","	\
	"\"sign\",\"verify\"]"

static const struct change changes[] = {
#define F EST_FAILS
#define U EST_UNKNOWN
#define H EST_HOLDS
	{ "planned", F, "/kek/", "/other/", "and none of this name", NULL },
	{ "planned", U, NULL, NULL, "plans no keys", nothing },
	{ "kid", F, VERSION, "0123", "a version of 32 hex digits", NULL },
	{ "kid", F, VERSION "\"", "0123456789abcdef0123456789abcdeg\"",
	  "a version of 32 hex digits", NULL },
	{ "kid", F, "keys/kek", "keys/k_k", "is not https://POOL", NULL },
	{ "kid", U, "\"kid\"", "\"k1d\"", "(kid absent or null)", NULL },
	{ "kid-host", F, "pool-a.m", "pool-b.m", "it is at pool-b.managedhsm",
	  NULL },
	{ "kid-host", F, ".net/keys", ".net.example/keys", "it is at", NULL },
	{ "kid-host", U, "\"kid\"", "\"k1d\"", "absent or null", NULL },
	{ "kid-host", U, NULL, NULL, "no site file names", nothing },
	{ "kid-version", F, VERSION, "0123456789abcdef0123456789abcde0",
	  "the record's is " VERSION, NULL },
	{ "kid-version", U, NULL, NULL, "names none", no_version },
	{ "key-type", F, "RSA-HSM", "RSA", "no key of an HSM", NULL },
	{ "key-type", F, NULL, NULL, "approved is EC-HSM", other_type },
	{ "key-type", U, "\"RSA-HSM\"", "null", "absent or null", NULL },
	{ "key-size", F, "\"n\":\"wwww", "\"n\":\"AAAA", "RSA of 3048 bits",
	  NULL },
	{ "key-size", U, "\"n\"", "\"m\"", "(n absent or null)", NULL },
	{ "key-size", U, NULL, NULL, "approves no size", no_bits },
	{ "key-size", U, "RSA-HSM", "oct-HSM", "symmetric", NULL },
	{ "key-size", F, "RSA-HSM\"", "EC-HSM\",\"crv\":\"P-256\",\"x\":\"\"",
	  "P-256, approved is P-384", on_curve },
	{ "key-size", U, "RSA-HSM\"", "EC-HSM\",\"crv\":\"P-256\",\"x\":\"\"",
	  "approves none", no_curve },
	{ "key-size", H, "RSA-HSM\"", "EC-HSM\",\"crv\":\"P-384\",\"x\":\"\"",
	  "P-384, approved is P-384", on_curve },
	{ "key-size", F, "RSA-HSM\"", "EC-HSM\",\"crv\":\"P-192\",\"x\":\"\"",
	  "no curve of a Managed HSM", on_curve },
	{ "exportable", F, "able\":false", "able\":true",
	  "without a release policy", NULL },
	{ "exportable", U, "able\":false", "able\":null", "absent or", NULL },
	{ "enabled", F, "enabled\":true", "enabled\":false", "false", NULL },
	{ "enabled", U, "\"enabled\":true", "\"enabled\":null", "null", NULL },
	{ "dates", F, "2027-01-01", "2026-11-01", "it expired 2026-11-01",
	  NULL },
	{ "dates", F, "\"notBefore\":null", "\"nbf\":1900000000",
	  "it is not valid before 2030-", NULL },
	{ "dates", H, "\"notBefore\":null", "\"nbf\":1700000000",
	  "from 2023-11-14", NULL },
	{ "time-limit", F, "\"2027-01-01T00:00:00+00:00\"", "null",
	  "it expires never, the limit is 2027-", NULL },
	{ "time-limit", F, "2027-01-01", "2030-01-01", "it expires 2030",
	  NULL },
	{ "time-limit", U, NULL, NULL, "plans no key", nothing },
	{ "time-limit", H, NULL, NULL, "sets no limit", no_limit },
	{ "recovery-level", F, "+ProtectedSubscription", "+Purgeable",
	  "once deleted it can be purged", NULL },
	{ "recovery-level", U, "+ProtectedSubscription", "+Other",
	  "does not know", NULL },
	{ "recovery-level", U, "\"recoveryLevel\"", "\"level\"", "absent",
	  NULL },
	{ "key-ops", F, "\"import\"", "\"import\",\"sign\"",
	  "exactly import, nothing else", NULL },
	{ "key-ops", F, "\"import\"", "\"export\"", "takes the key out",
	  NULL },
	{ "key-ops", F, "[\"import\"]", ALL_OPS, "nobody chose any", no_ops },
	{ "key-ops", F, "[\"import\"]", ALL_OPS, "missing: import", NULL },
	{ "key-ops", U, NULL, NULL, "approves no key operations", no_ops },
	{ "key-ops", U, "\"keyOps\"", "\"ops\"", "absent or null", NULL },
	{ "no-private-part", F, "\"d\":null", "\"d\":\"AQAB\"",
	  "the file has a private member, \"d\"", NULL },
	{ "no-private-part", F, "\"d\":null", "\"k\":\"AQAB\"", "\"k\"",
	  NULL },
};
#define CHANGES (sizeof changes / sizeof *changes)

/* What is said of exportable when a policy is there. */
static const struct change policies[] = {
	{ "exportable", F, UNDER("true"), UNDER("false"), "not immutable",
	  under_policy },
	{ "exportable", U, UNDER("true"), UNDER("null"), "whether it is "
	  "immutable", under_policy },
	{ "exportable", H, NULL, NULL, "which is immutable", under_policy },
	{ "exportable", F, NULL, NULL, "under another release policy",
	  under_another },
	{ "exportable", F, NULL, NULL, "approves no release policy", NULL },
	{ "exportable", U, NULL, NULL, "plans no key of this name", nothing },
	{ "exportable", F, UNDER("true"), FREE, "without a release policy",
	  under_policy },
};
static const char cross[] = "same-pool activated-first purge-both recorded "
    "export-window export-account az-version";

static void
every_assertion_of_a_key_holds_fails_and_is_unknown(void **state)
{
	struct est_estate e = { 0 };
	struct kc_err err;
	char but[256];

	(void)state;
	t_ok(judged(paper(EST_KIND_KEY, good), NULL, 0, site_of(), &e, &err),
	    &err);
	assert_int_equal(e.fails, 0);
	assert_int_equal(e.n_remarks, 0);
	for (size_t i = 0; i < e.n; i++)
		if (strstr(cross, e.is[i].name) == NULL)
			said(&e, e.is[i].name, EST_HOLDS, "");
	(void)snprintf(but, sizeof but, "%s dates no-private-part", cross);
	all_states(&e, changes, CHANGES, but);
	est_free(&e);
	judge_changes(EST_KIND_KEY, good, NULL, 0, changes, CHANGES);
}

static void
an_exportable_key_needs_the_approved_policy_for_ever(void **state)
{
	(void)state;
	judge_changes(EST_KIND_KEY, loose, NULL, 0, policies,
	    sizeof policies / sizeof *policies);
}

/* The same key as the service itself answers. */
static void
the_service_s_own_shape_says_the_same(void **state)
{
	/* base64url of POLICY, without padding */
	static const char rest[] = "{\"attributes\":{\"created\":1,"
	    "\"enabled\":true,\"exp\":1798761600,\"exportable\":true,"
	    "\"recoveryLevel\":\"Recoverable\",\"hsmPlatform\":\"2\","
	    "\"attestation\":{}},\"key\":{\"kid\":\"https://pool-a."
	    "managedhsm.azure.net/keys/kek/" VERSION "\",\"kty\":\"RSA-HSM\","
	    "\"key_ops\":[\"import\"],\"n\":\"%s\",\"e\":\"AQAB\"},"
	    "\"release_policy\":{\"data\":\"eyJ2ZXJzaW9uIjoiMS4wLjAiLCJhbnlP"
	    "ZiI6W119\",\"immutable\":true}}";
	struct est_approved *a = site_of();
	struct est_estate e = { 0 };
	struct kc_err err;
	char n[600], text[2048];

	(void)state;
	under_policy(a);
	memset(n, 'w', 512);
	n[512] = '\0';
	(void)snprintf(text, sizeof text, rest, n);
	t_ok(judged(paper(EST_KIND_KEY, text), NULL, 0, a, &e, &err), &err);
	assert_int_equal(e.fails, 0);
	said(&e, "exportable", EST_HOLDS, "under the approved policy");
	said(&e, "key-size", EST_HOLDS, "RSA of 3072 bits");
	said(&e, "key-ops", EST_HOLDS, "exactly the 1 approved");
	said(&e, "dates", EST_HOLDS, "to 2027-01-01T00:00:00.000Z");
	assert_true(remarked(&e, "an attestation is there"));
	assert_true(remarked(&e, "the canonical SHA-256 "));
	est_free(&e);
}

static void
what_is_no_key_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *from, *to, *sentence;
	} is[] = {
		{ "\"key\":", "\"k\":", "key: \"key\" is missing" },
		{ "[\"import\"]", "[1]", "\"keyOps\"[0] is not a string" },
		{ "[\"import\"]", "[],\"key_ops\":[]",
		  "key has both \"keyOps\" and \"key_ops\"" },
		{ "\"n\":\"", "\"n\":\"?", "key: \"n\": " },
		{ "2027-01-01T", "2027-13-01T", "key: \"expires\": '2027-13"
		  "-01T00:00:00Z' is no time" },
		{ "01T00:00:00+00:00\",\"exportable",
		  "01T00:00:00+01:00\",\"exportable", "key: \"expires\"" },
		{ FREE, "\"releasePolicy\":{\"encodedPolicy\":\"{\"}",
		  "key: its release policy: line 1" },
		{ FREE, "\"releasePolicy\":{\"data\":\"*\"}",
		  "key: \"data\": " },
		{ FREE, "\"releasePolicy\":{\"encodedPolicy\":\"1.5\"}",
		  "key: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof is / sizeof *is; i++)
		refused(EST_KIND_KEY, good, is[i].from, is[i].to,
		    KC_EFORMAT, is[i].sentence);
}

static int
setup(void **state)
{
	char n[600], *text;

	(void)state;
	/* 384 bytes that begin with 0xc1: 3072 bits. */
	memset(n, 'w', 512);
	n[512] = '\0';
	(void)snprintf(good, sizeof good, GOOD_KEY, n);
	text = swapped(good, "\"exportable\":false", "\"exportable\":true");
	(void)snprintf(loose, sizeof loose, "%s", text);
	free(text);
	text = swapped(loose, FREE, UNDER("true"));
	(void)snprintf(loose, sizeof loose, "%s", text);
	free(text);
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    every_assertion_of_a_key_holds_fails_and_is_unknown),
		cmocka_unit_test(
		    an_exportable_key_needs_the_approved_policy_for_ever),
		cmocka_unit_test(the_service_s_own_shape_says_the_same),
		cmocka_unit_test(what_is_no_key_is_refused_with_its_place),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
