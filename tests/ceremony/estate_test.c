/* SPDX-License-Identifier: Apache-2.0
 *
 * The site file's estate: what is read, each field's refusal with its place,
 * and the plan for the online side.
 */
#include "ceremony/evidence.h"
#include "tests/ceremony/site.h"

#define ID "11111111-1111-4111-8111-111111111111"
#define ESTATE								\
	"estate:\n"							\
	"  tenant: " ID "\n"						\
	"  subscription: " ID "\n"					\
	"  resource-group: rg\n"					\
	"  location: westeurope\n"					\
	"  sku: Standard_B1\n"						\
	"  public-network: Disabled\n"					\
	"  bypass: None\n"						\
	"  retention-days: 90\n"					\
	"  initial-admins: [" ID "]\n"					\
	"  regions: []\n"						\
	"  ip-rules: [192.0.2.1]\n"					\
	"  private-endpoints: [/pe]\n"					\
	"  custom-roles:\n"						\
	"    - {name: Sign'er, data-actions: "				\
	"[Microsoft.KeyVault/managedHsm/keys/sign/action]}\n"		\
	"  roles:\n"							\
	"    - {principal: " ID ", type: User, role: Sign'er, "		\
	"scope: /keys/a}\n"						\
	"  keys:\n"							\
	"    - {name: kek, version: 0123456789abcdef0123456789abcdef, "	\
	"type: RSA-HSM, bits: 3072, ops: [import], "			\
	"until: 2027-01-01T00:00:00Z, rotation: attested}\n"		\
	"  backup: {accounts: [safe/c], days: 30}\n"			\
	"  window: {from: 2026-01-01T00:00:00Z, "			\
	"to: 2026-02-01T00:00:00Z}\n"

static char dir[256];

static void
a_site_s_estate_is_read(void **state)
{
	struct cer_site *s = calloc(1, sizeof *s);
	const struct est_approved *a;
	struct kc_err err = { 0 };

	(void)state;
	assert_non_null(s);
	t_ok(cer_site_read(file_of(dir, SMALL_SITE ESTATE), s, &err), &err);
	a = s->estate;
	assert_true(a->site);
	assert_string_equal(a->pool, "pool-a");
	assert_string_equal(a->tenant, ID);
	assert_int_equal(a->retention_days, 90);
	assert_true(a->regions.given);
	assert_int_equal(a->regions.n, 0);
	assert_false(a->subnets.given);
	assert_string_equal(a->ip_rules.v[0], "192.0.2.1");
	assert_true(a->has_roles);
	assert_string_equal(a->role[0].role, "Sign'er");
	assert_int_equal(a->key[0].bits, 3072);
	assert_true(a->key[0].has_limit);
	assert_true(a->key[0].reattested);
	assert_false(a->key[0].has_policy);
	assert_int_equal(a->backup_days, 30);
	assert_true(a->has_window);
	cer_site_free(s);
	free(s);
}

static void
a_site_without_estate_approves_its_pool_alone(void **state)
{
	struct cer_site *s = calloc(1, sizeof *s);
	struct cer_plan p = { .n = 0 };
	struct kc_err err = { 0 };

	(void)state;
	assert_non_null(s);
	t_ok(cer_site_read(file_of(dir, SMALL_SITE), s, &err), &err);
	assert_string_equal(s->estate->pool, "pool-a");
	assert_null(s->estate->tenant);
	assert_false(s->estate->has_roles);
	t_fails(cer_plan_make(s, &p, &err), &err, KC_EREFUSED,
	    "the site file small has no 'estate'");
	cer_site_free(s);
	free(s);
}

static void
each_field_of_an_estate_is_checked(void **state)
{
	static const struct {
		const char *from, *to, *sentence;
	} is[] = {
		{ "tenant: " ID, "tenant: me", "'me' is no GUID" },
		{ "tenant: ", "tenants: ", "'tenants' does not belong here" },
		{ "Disabled", "off", "'off' is none of Disabled|Enabled" },
		{ "bypass: None", "bypass: All", "'All' is none of None|" },
		{ "sku: Standard_B1", "sku: \"\"", "'sku' is empty" },
		{ "days: 90", "days: 6", "'retention-days' is '6'" },
		{ "roles:\n    - {name", "roles: x\n  y:\n    - {name",
		  "'y' does not belong here" },
		{ "roles:\n    - {principal: " ID ", type: User, role: "
		  "Sign'er, scope: /keys/a}", "roles: x",
		  "'roles' is not a list" },
		{ "name: Sign'er", "name: Managed HSM Crypto User",
		  "there is a role 'Managed HSM Crypto User' already" },
		{ "[Microsoft.KeyVault/managedHsm/keys/sign/action]", "[]",
		  "'data-actions' is missing or empty" },
		{ "keys/sign/action", "keys/sing/action",
		  "is no data action that this program knows" },
		{ "principal: " ID, "principal: ada", "'ada' is no GUID" },
		{ "type: User", "type: Robot", "'Robot' is none of User|" },
		{ "role: Sign'er", "role: Sing'er",
		  "'Sing'er' is neither a built-in role nor one of" },
		{ "scope: /keys/a", "scope: keys/a",
		  "'keys/a' is none of /, /keys, /keys/NAME" },
		{ "scope: /keys/a", "scope: /keys/", "'/keys/' is none of" },
		{ "name: kek", "name: k_k", "'k_k' is no name of a key" },
		{ "version: 01", "version: 0x", "must be 32 hex digits" },
		{ "type: RSA-HSM", "type: RSA", "'RSA' is none of RSA-HSM" },
		{ "bits: 3072", "bits: 1024", "'bits' is '1024'" },
		{ "bits: 3072", "policy: 00", "'policy' must be 64 hex" },
		{ "until: 2027-01", "until: 2027-13", "is no time like" },
		{ "rotation: attested", "rotation: often",
		  "'often' is none of none|attested" },
		{ "days: 30", "days: 0", "'days' is '0'" },
		{ "days: 30", "domain: x", "'domain' must be 64 hex digits" },
		{ "from: 2026-01", "from: 2026-03",
		  "a window has 'from' and a later 'to'" },
		{ "from: 2026-01-01T00:00:00Z, ", "",
		  "a window has 'from' and a later 'to'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof is / sizeof *is; i++) {
		struct cer_site *s = calloc(1, sizeof *s);
		char *text = swap(SMALL_SITE ESTATE, is[i].from, is[i].to);
		struct kc_err err = { 0 };

		assert_non_null(s);
		t_fails(cer_site_read(file_of(dir, text), s, &err), &err,
		    KC_EFORMAT, is[i].sentence);
		assert_null(s->estate);
		free(text);
		free(s);
	}
}

static const char *
planned(const struct cer_plan *p, const char *text)
{
	for (size_t i = 0; i < p->n; i++)
		if (strstr(kc_buf_str(&p->is[i].line), text) != NULL)
			return p->is[i].part;
	return "";
}

static void
the_plan_is_what_the_online_side_types(void **state)
{
	struct cer_site *s = calloc(1, sizeof *s);
	struct cer_plan p = { .n = 0 };
	struct kc_err err = { 0 };

	(void)state;
	assert_non_null(s);
	t_ok(cer_site_read(file_of(dir, SMALL_SITE ESTATE), s, &err), &err);
	t_ok(cer_plan_make(s, &p, &err), &err);
	assert_string_equal(planned(&p, "az keyvault role assignment create "
	    "--hsm-name pool-a --subscription " ID " --role 'Sign'\\''er' "
	    "--scope /keys/a --assignee-object-id " ID
	    " --assignee-principal-type User"), "roles");
	assert_string_equal(planned(&p, "{\"roleName\":\"Sign'\\''er\""),
	    "roles");
	assert_string_equal(planned(&p, "properties.publicNetworkAccess="
	    "Disabled properties.networkAcls.defaultAction=Deny "
	    "properties.networkAcls.bypass=None "
	    "'properties.networkAcls.ipRules=[{\"value\":\"192.0.2.1\"}]' "
	    "'properties.networkAcls.virtualNetworkRules=[]'"), "perimeter");
	assert_string_equal(planned(&p, "--enable-purge-protection true"),
	    "perimeter");
	assert_string_equal(planned(&p, "ThroughARM --value false"),
	    "settings");
	assert_string_equal(planned(&p, "--name kek -o json >key-kek.json"),
	    "export");
	assert_string_equal(planned(&p, "--storage-account-name safe "
	    "--blob-container-name c "), "export");
	assert_string_equal(planned(&p, "az version -o json"), "record");
	cer_plan_free(&p);
	cer_site_free(s);
	free(s);
}

static int
setup(void **state)
{
	(void)state;
	t_dir(dir);
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_site_s_estate_is_read),
		cmocka_unit_test(
		    a_site_without_estate_approves_its_pool_alone),
		cmocka_unit_test(each_field_of_an_estate_is_checked),
		cmocka_unit_test(the_plan_is_what_the_online_side_types),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
