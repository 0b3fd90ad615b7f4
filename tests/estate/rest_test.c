/* SPDX-License-Identifier: Apache-2.0
 *
 * Rotation policies, backups, settings: each assertion in its three states.
 */
#include "tests/estate/estate.h"

#define F EST_FAILS
#define U EST_UNKNOWN
#define H EST_HOLDS
#define ROTATE(trigger)							\
	"\"lifetimeActions\":[{\"trigger\":{" trigger "},"		\
	"\"action\":{\"type\":\"rotate\"}}]"
#define NONE "\"lifetimeActions\":[]"
#define WHEN "\"timeAfterCreate\":\"P90D\""
static const char cross[] = "same-pool activated-first purge-both recorded "
    "export-window export-account az-version";

static void
nothing(struct est_approved *a)
{
	*a = (struct est_approved){ .site = false };
}

static void
attested(struct est_approved *a)
{
	a->key[0].reattested = true;
}

static void
young(struct est_approved *a)
{
	a->backup_days = 1;
}

static void
other_account(struct est_approved *a)
{
	a->accounts.v[0] = "safe/d";
}

static void
whole_account(struct est_approved *a)
{
	a->accounts.v[0] = "SAFE";
}

/* The good file of a kind holds everywhere but between files. */
static void
holds(enum est_kind kind, const char *good,
    const struct est_file *beside, size_t n, const struct change *c,
    size_t n_changes, const char *but)
{
	struct est_estate e = { 0 };
	struct kc_err err;
	char all[400];

	t_ok(judged(paper(kind, good), beside, n, site_of(), &e, &err), &err);
	assert_int_equal(e.fails, 0);
	assert_int_equal(e.n_remarks, 0);
	for (size_t i = 0; i < e.n; i++)
		if (strstr(cross, e.is[i].name) == NULL)
			said(&e, e.is[i].name, EST_HOLDS, "");
	(void)snprintf(all, sizeof all, "%s %s", cross, but);
	all_states(&e, c, n_changes, all);
	est_free(&e);
	judge_changes(kind, good, beside, n, c, n_changes);
}

static void
a_rotation_policy_rotates_nothing_that_is_attested(void **state)
{
	static const struct change c[] = {
		{ "policy-host", F, "pool-a.m", "vault.m", "the pool is",
		  NULL },
		{ "policy-host", F, "/keys/", "/secrets/", "is not https",
		  NULL },
		{ "policy-host", U, "\"id\"", "\"x\"", "absent", NULL },
		{ "policy-host", U, NULL, NULL, "no site file", nothing },
		{ "no-rotation", F, NONE, ROTATE(WHEN),
		  "that nothing attests", NULL },
		{ "no-rotation", H, NONE, ROTATE(WHEN),
		  "plans an attestation after each", attested },
		{ "no-rotation", U, NONE, "\"lifetimeActions\":null",
		  "absent or null", NULL },
		{ "actions", H, NONE, ROTATE(WHEN), "1 Rotate", NULL },
		{ "actions", F, NONE, ROTATE(""), "1 without", NULL },
		{ "actions", F, NONE, ROTATE(WHEN ",\"time_before_expiry\":"
		  "\"P1Y2M3W4D\""), "1 without exactly one", NULL },
		{ "actions", F, NONE, "\"lifetime_actions\":[{\"action\":"
		  "\"Notify\",\"time_before_expiry\":\"P7D\"}]", "1 Notify",
		  NULL },
		{ "actions", F, NONE, "\"lifetimeActions\":[{\"action\":"
		  "\"Dance\"," WHEN "}]", "1 other", NULL },
		{ "actions", U, NONE, "\"x\":[]", "absent or null", NULL },
		{ "expiry", F, "P2Y", "P27D", "28 days are the least", NULL },
		{ "expiry", H, "P2Y", "P1M", "ends after P1M", NULL },
		{ "expiry", H, "\"attributes\":{\"expiryTime\":\"P2Y\"}",
		  "\"expiresIn\":\"P28D\"", "ends after P28D", NULL },
		{ "expiry", H, "expiryTime", "expires_in", "P2Y", NULL },
		{ "expiry", U, "\"P2Y\"", "null", "absent or null", NULL },
	};
	static const struct {
		const char *from, *to, *sentence;
	} is[] = {
		{ "P2Y", "2Y", "rotation: '2Y' is no duration like P2Y" },
		{ "P2Y", "P", "'P' is no duration" },
		{ "P2Y", "P2", "'P2' is no duration" },
		{ "P2Y", "P2D1Y", "'P2D1Y' is no duration" },
		{ "P2Y", "P1234567D", "is no duration" },
		{ NONE, ROTATE("\"timeAfterCreate\":\"PT1H\""),
		  "rotation, action 1: 'PT1H' is no duration like P90D" },
		{ NONE, "\"lifetimeActions\":[1]",
		  "rotation, action 1 is not an object" },
		{ NONE, "\"lifetimeActions\":[{}]", "\"action\" is missing" },
		{ "{", "[{", "expected near" },
	};

	(void)state;
	holds(EST_KIND_ROTATION, GOOD_ROTATION, NULL, 0, c,
	    sizeof c / sizeof *c, "");
	for (size_t i = 0; i < sizeof is / sizeof *is; i++)
		refused(EST_KIND_ROTATION, GOOD_ROTATION, is[i].from,
		    is[i].to, KC_EFORMAT, is[i].sentence);
	refused(EST_KIND_ROTATION, "[]", "", "", KC_EFORMAT,
	    "rotation is not an object");
}

#define URI "\"azureStorageBlobContainerUri\""

static void
a_backup_is_whole_young_and_where_it_may_be(void **state)
{
	static const struct change c[] = {
		{ "no-sas", F, "203055\"", "203055?sv=2021&sig=abc\"",
		  "revoke it", NULL },
		{ "status", F, "Succeeded", "InProgress", "InProgress", NULL },
		{ "status", F, "\"error\":null", "\"error\":{\"code\":\"E9\"}",
		  "ended in an error, E9", NULL },
		{ "status", F, "\"error\":null", "\"error\":{\"message\":"
		  "\"x\"}", "an error, no code", NULL },
		{ "status", H, "\"error\":null", "\"error\":{\"code\":null}",
		  "Succeeded", NULL },
		{ "status", U, "\"Succeeded\"", "null", "absent or null",
		  NULL },
		{ "times", F, "1795300100", "1795299999", "ended before",
		  NULL },
		{ "times", U, "1795300100", "0", "null or 0", NULL },
		{ "age", F, NULL, NULL, "at most 1 are approved", young },
		{ "age", F, "1795300100", "1900000000", "not come yet", NULL },
		{ "age", U, NULL, NULL, "sets no limit", nothing },
		{ "age", H, "1795300100", "null",
		  "it is of 2026-11-22T10:20:30.000Z, 1 days ago", NULL },
		{ "storage", F, NULL, NULL, "no approved account",
		  other_account },
		{ "storage", F, "safe.blob", "safer.blob", "no approved",
		  NULL },
		{ "storage", F, "safe.blob.core", "safe.bl0b.core",
		  "is no https URL of a blob store", NULL },
		{ "storage", H, NULL, NULL, "an approved account",
		  whole_account },
		{ "storage", U, NULL, NULL, "approves no account", nothing },
		{ "storage", U, URI, "\"x\"", "absent or null", NULL },
		{ "storage", H, URI, "\"folderUrl\"", "approved", NULL },
		{ "backup-pool", F, "mhsm-pool-a", "mhsm-pool-b",
		  "it is of pool-b, the pool is pool-a", NULL },
		{ "backup-pool", U, "mhsm-pool-a", "x", "does not say", NULL },
		{ "backup-pool", U, NULL, NULL, "no site file", nothing },
		{ "paired-domain", U, NULL, NULL, "the site file names none",
		  nothing },
	};
	struct est_file domain = paper(EST_KIND_DOMAIN, "domain");
	struct est_estate e = { 0 };
	struct kc_err err;

	(void)state;
	holds(EST_KIND_BACKUP, GOOD_BACKUP, &domain, 1, c,
	    sizeof c / sizeof *c, "no-sas paired-domain");
	domain = paper(EST_KIND_DOMAIN, "another");
	t_ok(judged(paper(EST_KIND_BACKUP, GOOD_BACKUP), &domain, 1, site_of(),
	    &e, &err), &err);
	said(&e, "paired-domain", EST_FAILS, "the site file pairs");
	est_free(&e);
	t_ok(judged(paper(EST_KIND_BACKUP, GOOD_BACKUP), NULL, 0, site_of(),
	    &e, &err), &err);
	said(&e, "paired-domain", EST_UNKNOWN, "no security domain is beside");
	est_free(&e);
}

/* A credential must not be in what is said of it. */
static void
a_sas_token_is_never_shown(void **state)
{
	char *text = swapped(GOOD_BACKUP, "203055\"", "203055?sv=9&sig=SECRET"
	    "\",\"statusDetails2\":1");
	char *with = swapped(text, "null", "\"at c?sig=SECRET\"");
	struct est_estate e = { 0 };
	struct kc_err err;

	(void)state;
	t_ok(judged(paper(EST_KIND_BACKUP, with), NULL, 0, site_of(), &e,
	    &err), &err);
	for (size_t i = 0; i < e.n; i++)
		assert_null(strstr(kc_buf_str(&e.is[i].text), "SECRET"));
	assert_false(remarked(&e, "SECRET"));
	said(&e, "storage", EST_HOLDS, "an approved account");
	est_free(&e);
	free(with);
	free(text);
}

/* {"alg":"dir","enc":"A256CBC-HS512","kid":K}, IV, 16 bytes, tag */
#define HEAD "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIiwia2lkIjoi"
#define KID "YmFja3VwLXBvb2wtcHJvdGVjdGlvbi1rZXkifQ"
#define B16 "AAAAAAAAAAAAAAAAAAAAAA"
#define B32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define JWE HEAD KID ".." B16 "." B16 "." B32 "\n"

static void
one_key_s_backup_is_of_the_form_of_one(void **state)
{
	struct est_estate e = { 0 };
	struct kc_err err;
	char *other = swapped(JWE, KID, "b3RoZXIga2lkLCBubyBrZXkgb2YgYSBwb29"
	    "sIn0");

	(void)state;
	t_ok(judged(paper(EST_KIND_BACKUP, JWE), NULL, 0, site_of(), &e, &err),
	    &err);
	said(&e, "backup-header", EST_HOLDS, "kid backup-pool-protection-key");
	said(&e, "backup-content", EST_UNKNOWN, "16 bytes that only a pool");
	said(&e, "no-sas", EST_HOLDS, "");
	est_free(&e);
	t_ok(judged(paper(EST_KIND_BACKUP, other), NULL, 0, site_of(), &e,
	    &err), &err);
	said(&e, "backup-header", EST_FAILS, "kid");
	est_free(&e);
	free(other);
	refused(EST_KIND_BACKUP, JWE, B32, "AAAA", KC_EFORMAT, "backup");
	refused(EST_KIND_BACKUP, JWE, "..", ".", KC_EFORMAT, "backup");
	refused(EST_KIND_BACKUP, JWE, HEAD, "!", KC_EFORMAT, "backup");
	t_fails(judged((struct est_file){ EST_KIND_BACKUP, "nul",
	    "a\0b", 3 }, NULL, 0, site_of(), &e, &err), &err, KC_EFORMAT,
	    "nul has a NUL byte");
}

static void
the_control_plane_is_kept_from_keys(void **state)
{
	static const struct change c[] = {
		{ "arm-key-management", F, "\"false\"", "\"true\"",
		  "past the pool's own roles", NULL },
		{ "arm-key-management", F, "\"false\"", "\"False\"",
		  "is False", NULL },
		{ "arm-key-management", U, "AllowKey", "AllowOther",
		  "absent or null", NULL },
		{ "arm-key-management", U, "\"false\"", "null", "null", NULL },
	};
	struct est_estate e = { 0 };
	struct kc_err err;
	char *two, *other;

	(void)state;
	holds(EST_KIND_SETTINGS, GOOD_SETTINGS, NULL, 0, c,
	    sizeof c / sizeof *c, "");
	other = swapped(GOOD_SETTINGS, "AllowKey", "AllowOther");
	t_ok(judged(paper(EST_KIND_SETTINGS, other), NULL, 0, site_of(), &e,
	    &err), &err);
	assert_true(remarked(&e, "the setting AllowOtherManagement"));
	est_free(&e);
	free(other);
	two = swapped(GOOD_SETTINGS, "[{", "[{\"name\":\"AllowKeyManagement"
	    "OperationsThroughARM\",\"value\":\"false\"},{");
	refused(EST_KIND_SETTINGS, two, "", "", KC_EFORMAT, "twice");
	free(two);
	refused(EST_KIND_SETTINGS, GOOD_SETTINGS, "\"false\"", "false",
	    KC_EFORMAT, "settings: \"value\" is not a string");
	refused(EST_KIND_SETTINGS, GOOD_SETTINGS, "\"settings\"", "\"s\"",
	    KC_EFORMAT, "settings: \"value\" is missing");
	refused(EST_KIND_SETTINGS, GOOD_SETTINGS, "[{", "[1,{", KC_EFORMAT,
	    "settings is not an object");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_rotation_policy_rotates_nothing_that_is_attested),
		cmocka_unit_test(a_backup_is_whole_young_and_where_it_may_be),
		cmocka_unit_test(a_sas_token_is_never_shown),
		cmocka_unit_test(one_key_s_backup_is_of_the_form_of_one),
		cmocka_unit_test(the_control_plane_is_kept_from_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
