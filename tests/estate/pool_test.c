/* SPDX-License-Identifier: Apache-2.0
 *
 * A pool's file: each assertion in its three states, and what is no pool's
 * file.
 */
#include "tests/estate/estate.h"

#define PEC "\"privateEndpointConnections\""

static void
no_pool(struct est_approved *a)
{
	a->pool = NULL;
}

static void
no_tenant(struct est_approved *a)
{
	a->tenant = NULL;
}

static void
no_sku(struct est_approved *a)
{
	a->sku = NULL;
}

static void
no_days(struct est_approved *a)
{
	a->retention_days = 0;
}

static void
no_lists(struct est_approved *a)
{
	a->admins = a->regions = a->ip_rules = a->subnets = a->endpoints =
	    (struct est_names){ .given = false };
}

static void
no_endpoints(struct est_approved *a)
{
	a->endpoints.n = 0;
}

static void
lax(struct est_approved *a)
{
	a->public_network = "Enabled";
	a->bypass = "AzureServices";
}

static const struct change changes[] = {
#define F EST_FAILS
#define U EST_UNKNOWN
#define H EST_HOLDS
	{ "resource-type", F, "managedHSMs\"", "vaults\"",
	  "type is Microsoft.KeyVault/vaults, approved is", NULL },
	{ "resource-type", U, "\"type\":\"Microsoft.KeyVault/managedHSMs\",",
	  "", "(type absent or null)", NULL },
	{ "pool-name", F, "\"pool-a\"", "\"pool-b\"", "name is pool-b", NULL },
	{ "pool-name", U, NULL, NULL, "the site file approves none", no_pool },
	{ "hsm-uri", F, "pool-a.managedhsm", "pool-a.x.managedhsm",
	  "hsmUri is at pool-a.x.managedhsm.azure.net, the pool is pool-a",
	  NULL },
	{ "hsm-uri", F, "https://", "http://", "is no https URL", NULL },
	{ "hsm-uri", U, "\"hsmUri\"", "\"other\"", "(hsmUri absent", NULL },
	{ "hsm-uri", U, NULL, NULL, "no site file names the pool", no_pool },
	{ "tenant", F, TENANT, SUB, "tenantId is " SUB, NULL },
	{ "tenant", U, NULL, NULL, "the site file approves none", no_tenant },
	{ "location", F, "westeurope", "eastus", "location is eastus", NULL },
	{ "location", U, "\"westeurope\"", "null", "(location absent", NULL },
	{ "sku", F, "Standard_B1", "Premium", "no Managed HSM's", NULL },
	{ "sku", F, "Standard_B1", "Custom_B32",
	  "Custom_B32 of family B, approved is Standard_B1", NULL },
	{ "sku", U, "\"family\"", "\"kind\"", "its family or name", NULL },
	{ "sku", U, NULL, NULL, "the site file approves none", no_sku },
	{ "provisioning", F, "Succeeded", "SecurityDomainRestore",
	  "it waits for a security domain", NULL },
	{ "provisioning", H, "Succeeded", "Activated", "is Activated", NULL },
	{ "provisioning", U, "\"Succeeded\"", "null", "absent or null", NULL },
	{ "activation", F, "\"Active\"", "\"NotActivated\"",
	  "activationStatus is NotActivated", NULL },
	{ "activation", U, "\"Active\"", "null",
	  "no sign that the pool is not activated", NULL },
	{ "activation", U, "\"securityDomainProperties\"", "\"sdp\"",
	  "absent or null", NULL },
	{ "purge-protection", F, "Protection\":true", "Protection\":false",
	  "enablePurgeProtection is false: a deleted pool", NULL },
	{ "purge-protection", U, "Protection\":true", "Protection\":null",
	  "where it is off, a deleted pool", NULL },
	{ "soft-delete", F, "SoftDelete\":true", "SoftDelete\":false",
	  "what is deleted is gone at once", NULL },
	{ "soft-delete", U, "\"enableSoftDelete\":true,", "",
	  "(enableSoftDelete absent or null)", NULL },
	{ "retention", F, ":90", ":6", "6 days, outside 7 to 90", NULL },
	{ "retention", F, ":90", ":7", "7 days, approved are 90", NULL },
	{ "retention", U, ":90", ":null", "absent or null", NULL },
	{ "retention", U, NULL, NULL, "approves no number", no_days },
	{ "create-mode", F, "\"createMode\":null", "\"createMode\":"
	  "\"recover\"", "createMode is recover", NULL },
	{ "create-mode", H, "\"createMode\":null,", "", "absent", NULL },
	{ "no-deletion-pending", F, "\"createMode\":null",
	  "\"scheduledPurgeDate\":\"2027-01-01\"",
	  "scheduledPurgeDate is 2027-01-01", NULL },
	{ "public-network", F, "Disabled", "Enabled",
	  "publicNetworkAccess is Enabled, not Disabled", NULL },
	{ "public-network", U, "\"Disabled\"", "null", "absent or", NULL },
	{ "public-network", H, "Disabled", "Enabled", "approved is Enabled",
	  lax },
	{ "default-action", F, "Deny", "Allow", "is Allow, not Deny", NULL },
	{ "default-action", U, "\"networkAcls\"", "\"acls\"", "absent", NULL },
	{ "bypass", F, "\"None\"", "\"AzureServices\"",
	  "is AzureServices, not None", NULL },
	{ "bypass", U, "\"None\"", "null", "absent or null", NULL },
	{ "bypass", H, "\"None\"", "\"AzureServices\"", "approved", lax },
	{ "ip-rules", F, "192.0.2.1", "0.0.0.0/0",
	  "not approved: 0.0.0.0/0; approved and missing: 192.0.2.1", NULL },
	{ "ip-rules", U, NULL, NULL, "approves no ipRules; the file has "
	  "192.0.2.1", no_lists },
	{ "ip-rules", H, "{\"value\":\"192.0.2.1\"}", "", "no ipRules",
	  no_lists },
	{ "network-rules", F, "\"virtualNetworkRules\":[]",
	  "\"virtualNetworkRules\":[{\"id\":\"/v\"}]", "not approved: /v",
	  NULL },
	{ "network-rules", U, "\"virtualNetworkRules\":[]", "\"x\":[]",
	  "absent or null", NULL },
	{ "private-endpoints", F, "Approved", "Pending",
	  "/pe/1 is Pending, not Approved", NULL },
	{ "private-endpoints", F, "/pe/1", "/pe/2", "not approved: /pe/2",
	  NULL },
	{ "private-endpoints", U, PEC, "\"x\"", "does not say", NULL },
	{ "private-endpoints", U, PEC, "\"x\"",
	  "none approved, and the file does not say", no_endpoints },
	{ "regions", F, "uksouth", "eastus",
	  "not approved: eastus; approved and missing: uksouth", NULL },
	{ "regions", U, "\"regions\"", "\"x\"", "absent or null", NULL },
	{ "regions", U, NULL, NULL, "approves no regions; the file has "
	  "uksouth", no_lists },
	{ "regions", H, ",{\"name\":\"uksouth\"}", "",
	  "no region beside the pool's own", no_lists },
	{ "initial-admins", F, ID_1, ID_2, "not approved: " ID_2, NULL },
	{ "initial-admins", U, "\"initialAdminObjectIds\"", "\"x\"",
	  "absent or null", NULL },
};
#define CHANGES (sizeof changes / sizeof *changes)

static void
every_assertion_of_a_pool_holds_fails_and_is_unknown(void **state)
{
	struct est_estate e = { 0 };
	struct kc_err err;

	(void)state;
	t_ok(judged(paper(EST_KIND_POOL, GOOD_POOL), NULL, 0, site_of(), &e,
	    &err), &err);
	for (size_t i = 0; i < e.n; i++)
		if (strstr("same-pool purge-both recorded export-window "
		    "export-account az-version", e.is[i].name) == NULL)
			said(&e, e.is[i].name, EST_HOLDS, "");
	assert_int_equal(e.fails, 0);
	all_states(&e, changes, CHANGES, "create-mode no-deletion-pending "
	    "same-pool purge-both recorded export-window export-account "
	    "az-version");
	assert_true(remarked(&e, "statusMessage: fine"));
	assert_true(remarked(&e, "activationStatusMessage: done"));
	assert_true(remarked(&e, "networkAcls.ipRules: 192.0.2.1"));
	assert_true(remarked(&e, "last modified by ada"));
	est_free(&e);
	judge_changes(EST_KIND_POOL, GOOD_POOL, NULL, 0, changes, CHANGES);
}

static void
a_field_that_nobody_knows_is_said_and_not_judged(void **state)
{
	char *text = swapped(GOOD_POOL, "\"tags\":{}",
	    "\"colour\":null,\"identity\":{\"type\":\"x\"}");
	struct est_estate e = { 0 };
	struct kc_err err;

	(void)state;
	t_ok(judged(paper(EST_KIND_POOL, text), NULL, 0, site_of(), &e, &err),
	    &err);
	assert_true(remarked(&e, "the field colour is not known to this "
	    "program and was not judged (it is null)"));
	assert_true(remarked(&e, "managed identity"));
	est_free(&e);
	free(text);
}

static void
text_of_a_file_moves_no_cursor(void **state)
{
	char *text = swapped(GOOD_POOL, "\"fine\"", "\"\\u001b[2Jfine\"");
	struct est_estate e = { 0 };
	struct kc_err err;

	(void)state;
	t_ok(judged(paper(EST_KIND_POOL, text), NULL, 0, site_of(), &e, &err),
	    &err);
	assert_true(remarked(&e, "statusMessage: \\u{1b}[2Jfine"));
	est_free(&e);
	free(text);
}

static void
what_is_no_pool_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *from, *to, *sentence;
	} is[] = {
		{ "\"properties\"", "\"props\"", "pool: \"properties\" is "
		  "missing" },
		{ "Protection\":true", "Protection\":\"true\"", "pool: "
		  "\"enablePurgeProtection\" is neither true nor false" },
		{ ":90", ":\"90\"", "\"softDeleteRetentionInDays\" is not an "
		  "integer" },
		{ ":90", ":-1", "\"softDeleteRetentionInDays\" is -1" },
		{ "\"Active\"", "1", "\"activationStatus\" is not a string" },
		{ "[\"" ID_1 "\"]", "[1]", "\"initialAdminObjectIds\"[0] is "
		  "not a string" },
		{ "[{\"value\":\"192.0.2.1\"}]", "[1]",
		  "\"ipRules\"[0] is not an object" },
		{ "\"value\"", "\"v\"", "\"value\" is missing" },
		{ "[{\"properties\"", "[1,{\"properties\"",
		  "\"privateEndpointConnections\"[0] is not an object" },
		{ "\"regions\":[", "\"regions\":[\"x\",",
		  "\"regions\"[0] is not an object" },
		{ "{\"id\"", "{\"name\":\"x\",\"id\"", "duplicate" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof is / sizeof *is; i++)
		refused(EST_KIND_POOL, GOOD_POOL, is[i].from, is[i].to,
		    KC_EFORMAT, is[i].sentence);
}

static void
a_cut_file_is_refused_at_every_length(void **state)
{
	struct est_estate e;
	struct kc_err err;

	(void)state;
	for (size_t n = 0; n < sizeof GOOD_POOL - 1; n++) {
		struct est_file f = { EST_KIND_POOL, "cut", GOOD_POOL,
			n };

		assert_int_equal(judged(f, NULL, 0, site_of(), &e,
		    &err).code, KC_EFORMAT);
	}
}

static void
limits_are_said(void **state)
{
	struct est_file f = { EST_KIND_POOL, "big", GOOD_POOL,
		EST_FILE_MAX + 1 };
	struct est_estate e;
	struct kc_err err;

	(void)state;
	f.p = calloc(1, f.len);
	t_fails(judged(f, NULL, 0, site_of(), &e, &err), &err, KC_ELIMIT,
	    "big has 1048577 bytes, no pool file");
	free((void *)(uintptr_t)f.p);
	f = paper(EST_KIND_RECORD, "{}");
	t_fails(judged(f, NULL, 0, site_of(), &e, &err), &err, KC_EUSAGE,
	    "a record file is not judged");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    every_assertion_of_a_pool_holds_fails_and_is_unknown),
		cmocka_unit_test(
		    a_field_that_nobody_knows_is_said_and_not_judged),
		cmocka_unit_test(text_of_a_file_moves_no_cursor),
		cmocka_unit_test(what_is_no_pool_is_refused_with_its_place),
		cmocka_unit_test(a_cut_file_is_refused_at_every_length),
		cmocka_unit_test(limits_are_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
