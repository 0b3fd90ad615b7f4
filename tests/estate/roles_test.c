/* SPDX-License-Identifier: Apache-2.0
 *
 * Role assignments: each assertion in its three states, roles told by what
 * they allow and not by their names, and the plan held exactly.
 */
#include "tests/estate/estate.h"

static struct est_file beside[2];

static void
no_plan(struct est_approved *a)
{
	a->has_roles = false;
	a->n_roles = a->n_custom = 0;
}

static void
no_admins(struct est_approved *a)
{
	a->admins.given = false;
}

/* ID_3 is planned to use every key. */
static void
wide_plan(struct est_approved *a)
{
	a->role[2].scope = "/";
}

/* Nobody but one administrator. */
static void
one_admin(struct est_approved *a)
{
	a->n_roles = 1;
}

static void
no_custom(struct est_approved *a)
{
	a->n_custom = 0;
}

static void
one_and_user(struct est_approved *a)
{
	a->role[1] = (struct est_plan_role){ ID_2, NULL, N_USER, "/keys/a" };
}

#define OTHER "77777777-7777-4777-8777-777777777777"
#define ALSO(guid, name, scope)						\
	"[" ROLE(ID_1, guid, Q(name), "User", scope) ","
#define OWN_AT "\"scope\":\"/keys/a\""

static const struct change changes[] = {
#define F EST_FAILS
#define U EST_UNKNOWN
#define H EST_HOLDS
	{ "roles-known", U, G_OWN, OTHER, "Signer (not among the definitions",
	  NULL },
	{ "separation-of-duties", F, "[", ALSO(G_USER, N_USER, "/keys/a"),
	  ID_1 " holds " N_ADMIN " at / and " N_USER " at /keys/a", NULL },
	{ "separation-of-duties", F, ID_3, ID_2,
	  ID_2 " holds " N_ADMIN " at / and Signer at /keys/a", NULL },
	{ "separation-of-duties", F, ID_3, ID_2, " and Signer", NULL },
	{ "separation-of-duties", U, G_OWN, OTHER, "so far, but not every",
	  NULL },
	{ "pool-wide-keys", F, OWN_AT, "\"scope\":\"/\"",
	  ID_3 " has Signer over every key, at /", NULL },
	{ "pool-wide-keys", F, OWN_AT, "\"scope\":\"/keys\"",
	  "over every key, at /keys", NULL },
	{ "pool-wide-keys", H, OWN_AT, "\"scope\":\"/\"",
	  "nobody but as planned uses every key", wide_plan },
	{ "pool-wide-keys", U, OWN_AT, "\"scope\":\"/\"",
	  "no role plan that approves it", no_plan },
	{ "administrators", F, ID_2, ID_1, "1 administrators of the whole "
	  "pool: if one is lost", NULL },
	{ "administrators", F, "\"scope\":\"/\"", "\"scope\":\"/keys\"",
	  "1 administrators", NULL },
	{ "administrators", U, G_ADMIN, OTHER, "others may be", NULL },
	{ "initial-admins-reduced", F, NULL, NULL,
	  ID_1 " still has " N_ADMIN " at /", no_plan },
	{ "initial-admins-reduced", U, NULL, NULL, "neither a pool file",
	  no_admins },
	{ "role-plan", F, ID_2, OTHER, "not planned: " OTHER " has " N_ADMIN
	  " at /, planned and missing: " ID_2 " has " N_ADMIN " at /", NULL },
	{ "role-plan", F, "/keys/b", "/keys", "not planned: " ID_4, NULL },
	{ "role-plan", F, G_RELEASE, G_USER, "not planned: " ID_4, NULL },
	{ "role-plan", F, NULL, NULL, "not planned: " ID_2, one_admin },
	{ "role-plan", U, NULL, NULL, "has no role plan", no_plan },
	{ "principal-types", F, "\"User\"", "\"Group\"",
	  ID_1 ", who has " N_ADMIN ", is a Group and no User", NULL },
	{ "principal-types", U, "\"User\"", "\"Unknown\"",
	  "of 1 principals the file does not say", NULL },
	{ "can-manage-roles", F, NULL, NULL, "can manage roles, and the plan "
	  "does not give it: " ID_2 " at /", one_and_user },
	{ "can-manage-roles", U, NULL, NULL, ID_1 " at /, " ID_2 " at /; the "
	  "site file has no role plan", no_plan },
	{ "can-download-domain", F, NULL, NULL, ID_2 " at /", one_and_user },
	{ "can-download-domain", U, NULL, NULL, ID_1 " at /", no_plan },
	{ "can-upload-domain", F, NULL, NULL, ID_2 " at /", one_and_user },
	{ "can-upload-domain", U, NULL, NULL, ID_1 " at /", no_plan },
	{ "can-back-up", F, NULL, NULL, ID_2 " at /", one_admin },
	{ "can-back-up", U, NULL, NULL, ID_1 " at /", no_plan },
	{ "can-restore", F, NULL, NULL, ID_2 " at /", one_admin },
	{ "can-restore", U, NULL, NULL, ID_1 " at /", no_plan },
	{ "can-purge", F, "[", ALSO(G_OFFICER, "Managed HSM Crypto Officer",
	  "/"), "can purge deleted keys, and the plan does not give it: "
	  ID_1, NULL },
	{ "can-purge", U, NULL, NULL, "nobody; the site file", no_plan },
	{ "can-export", F, "[", ALSO(G_OFFICER, "Managed HSM Crypto Officer",
	  "/"), ID_1, NULL },
	{ "can-export", U, NULL, NULL, "nobody; the site file", no_plan },
	{ "can-release", F, NULL, NULL, ID_4 " at /keys/b", one_admin },
	{ "can-release", U, NULL, NULL, ID_4 " at /keys/b; the", no_plan },
	{ "can-write-keys", F, "[", ALSO(G_USER, N_USER, "/keys/a"), ID_1,
	  NULL },
	{ "can-write-keys", U, NULL, NULL, "nobody; the site", no_plan },
	{ "can-use-keys", F, OWN_AT, "\"scope\":\"/keys/c\"",
	  ID_3 " at /keys/c", NULL },
	{ "can-use-keys", U, NULL, NULL, ID_3 " at /keys/a; the", no_plan },
	{ "can-use-arm", F, "[", ALSO("770fd66c-6266-4643-9d4e-b616870898d5",
	  "Managed HSM ARM User", "/"), ID_1, NULL },
	{ "can-use-arm", U, NULL, NULL, "nobody; the site", no_plan },
	{ "custom-roles", F, NULL, NULL, "Signer is not a role of the site "
	  "file's", no_custom },
	{ "custom-roles", U, G_OWN, OTHER, "1 of them without", NULL },
};
#define CHANGES (sizeof changes / sizeof *changes)
static const char cross[] = "same-pool recorded export-window "
    "export-account az-version";

static void
every_assertion_of_roles_holds_fails_and_is_unknown(void **state)
{
	struct est_estate e = { 0 };
	struct kc_err err;
	char but[256];

	(void)state;
	t_ok(judged(paper(EST_KIND_ROLES, GOOD_ROLES), beside, 1, site_of(),
	    &e, &err), &err);
	assert_int_equal(e.fails, 0);
	for (size_t i = 0; i < e.n; i++)
		if (strstr(cross, e.is[i].name) == NULL)
			said(&e, e.is[i].name, EST_HOLDS, "");
	(void)snprintf(but, sizeof but, "%s list roles-known", cross);
	all_states(&e, changes, CHANGES, but);
	est_free(&e);
	judge_changes(EST_KIND_ROLES, GOOD_ROLES, beside, 1, changes, CHANGES);
}

static void
a_custom_role_is_what_it_allows(void **state)
{
	static const struct {
		const char *data, *name;
		enum est_truth truth;
		const char *text;
	} is[] = {
		{ "keys/s*\",\"" HSM "roleAssignments/write/action",
		  "separation-of-duties", EST_FAILS,
		  ID_3 " holds Signer at /keys/a and Signer at /keys/a" },
		{ "*", "can-download-domain", EST_FAILS, ID_3 " at /keys/a" },
		{ "KEYS/SIGN/ACTION", "custom-roles", EST_HOLDS, "1 assign" },
		{ "keys/sign/action\",\"" HSM "keys/verify/action",
		  "custom-roles", EST_FAILS, "Signer allows something else" },
		{ "keys/teleport/action", "roles-known", EST_UNKNOWN,
		  "Signer (data actions unknown to this program)" },
		{ "keys/teleport/action", "separation-of-duties", EST_UNKNOWN,
		  "not every role" },
		{ "keys/*\"],\"notDataActions\":[\"" HSM "keys/*\"],\"x\":[\"",
		  "can-use-keys", EST_HOLDS, "nobody" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof is / sizeof *is; i++) {
		char *defs = swapped(DEFS, "keys/sign/action", is[i].data);
		char *once = strstr(is[i].data, "notData") == NULL ? NULL :
		    swapped(defs, ",\"notDataActions\":[]}", "}");
		struct est_file f = paper(EST_KIND_DEFINITIONS,
		    once != NULL ? once : defs);
		struct est_estate e = { 0 };
		struct kc_err err;

		t_ok(judged(paper(EST_KIND_ROLES, GOOD_ROLES), &f, 1,
		    site_of(), &e, &err), &err);
		said(&e, is[i].name, is[i].truth, is[i].text);
		est_free(&e);
		free(once);
		free(defs);
	}
}

static void
one_assignment_is_no_list_and_shows_nobody_s_absence(void **state)
{
	static const char rest[] = "{\"id\":\"/a\",\"name\":\"a\","
	    "\"properties\":{\"principalId\":\"" ID_1 "\","
	    "\"roleDefinitionId\":\"x/" G_ADMIN "\",\"scope\":\"/\"},"
	    "\"type\":\"y\"}";
	struct est_estate e = { 0 };
	struct kc_err err;

	(void)state;
	t_ok(judged(paper(EST_KIND_ROLES, rest), beside, 1, site_of(), &e,
	    &err), &err);
	assert_int_equal(e.fails, 0);
	said(&e, "list", EST_UNKNOWN, "1 assignment alone, not the list");
	said(&e, "roles-known", EST_HOLDS, "");
	said(&e, "separation-of-duties", EST_UNKNOWN, "one assignment, not");
	said(&e, "administrators", EST_UNKNOWN, "1 administrators");
	said(&e, "role-plan", EST_UNKNOWN, "this one of 4 planned");
	said(&e, "principal-types", EST_UNKNOWN, "what they are");
	said(&e, "can-purge", EST_UNKNOWN, "not the whole list");
	est_free(&e);
}

static void
a_list_of_the_service_and_a_deleted_role_are_read(void **state)
{
	static const char list[] = "{\"value\":["
	    ROLE(ID_1, G_OWN, "null", "Group", "/") "]}";
	struct est_estate e = { 0 };
	struct kc_err err;

	(void)state;
	t_ok(judged(paper(EST_KIND_ROLES, list), NULL, 0, site_of(), &e, &err),
	    &err);
	said(&e, "list", EST_HOLDS, "1 assignments");
	said(&e, "roles-known", EST_UNKNOWN, "(no such role any more)");
	assert_true(remarked(&e, ID_1 " is a group: who is in it"));
	est_free(&e);
}

/* The pool's own file knows better than the site who was there first. */
static void
initial_administrators_are_those_of_the_pool_beside(void **state)
{
	struct est_file pool = paper(EST_KIND_POOL, GOOD_POOL);
	char *defs = swapped(DEFS, "CustomRole", "AKVBuiltInRole");
	struct est_file both[] = { pool,
		paper(EST_KIND_DEFINITIONS, defs) };
	struct est_approved *a = site_of();
	struct est_estate e = { 0 };
	struct kc_err err;

	(void)state;
	no_plan(a);
	no_admins(a);
	t_ok(judged(paper(EST_KIND_ROLES, GOOD_ROLES), both, 2, a, &e, &err),
	    &err);
	said(&e, "initial-admins-reduced", EST_FAILS, ID_1 " still has");
	est_free(&e);
	free(defs);
}

static void
what_is_no_list_of_roles_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *from, *to, *sentence;
	} is[] = {
		{ "\"principalId\"", "\"p\"",
		  "roles, assignment 1: \"principalId\" is missing" },
		{ "\"" ID_2 "\"", "2",
		  "roles, assignment 2: \"principalId\" is not a string" },
		{ G_ADMIN, "a290", "does not end in a role's GUID" },
		{ "\"scope\":\"/\"", "\"scope\":\"keys\"",
		  "the scope 'keys' does not begin with /" },
		{ "[{", "[1,{", "roles, assignment 1 is not an object" },
		{ "\"User\"", "1", "\"principalType\" is not a string" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof is / sizeof *is; i++)
		refused(EST_KIND_ROLES, GOOD_ROLES, is[i].from, is[i].to,
		    KC_EFORMAT, is[i].sentence);
	refused(EST_KIND_ROLES, "1", "1", "true", KC_EFORMAT, "roles is no "
	    "list");
}

static void
what_is_no_definition_is_refused_too(void **state)
{
	static const struct {
		const char *from, *to, *sentence;
	} is[] = {
		{ "\"permissions\"", "\"p\"", "definitions, definition 1: "
		  "\"permissions\" is missing" },
		{ "[{\"actions\"", "[1,{\"actions\"",
		  "a permission is not an object" },
		{ "\"actions\":[]", "\"actions\":[1]",
		  "\"actions\"[0] is not a string" },
		{ "x/" G_OWN, "x", "'x' does not end in a role's GUID" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof is / sizeof *is; i++) {
		char *text = swapped(DEFS, is[i].from, is[i].to);
		struct est_file f = paper(EST_KIND_DEFINITIONS, text);
		struct est_estate e;
		struct kc_err err;

		t_fails(judged(paper(EST_KIND_ROLES, GOOD_ROLES), &f, 1,
		    site_of(), &e, &err), &err, KC_EFORMAT, is[i].sentence);
		free(text);
	}
}

static void
more_assignments_than_can_be_are_refused(void **state)
{
	struct kc_buf b = { 0 };
	struct est_estate e;
	struct kc_err err;

	(void)state;
	for (int i = 0; i < 513; i++)
		t_ok(kc_buf_adds(&b, i == 0 ? "[1" : ",1", &err), &err);
	t_ok(kc_buf_adds(&b, "]", &err), &err);
	t_fails(judged(paper(EST_KIND_ROLES, kc_buf_str(&b)), NULL, 0,
	    site_of(), &e, &err), &err, KC_ELIMIT, "roles has 513 items");
	kc_buf_free(&b);
}

static int
setup(void **state)
{
	(void)state;
	beside[0] = paper(EST_KIND_DEFINITIONS, DEFS);
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    every_assertion_of_roles_holds_fails_and_is_unknown),
		cmocka_unit_test(a_custom_role_is_what_it_allows),
		cmocka_unit_test(
		    one_assignment_is_no_list_and_shows_nobody_s_absence),
		cmocka_unit_test(
		    a_list_of_the_service_and_a_deleted_role_are_read),
		cmocka_unit_test(
		    initial_administrators_are_those_of_the_pool_beside),
		cmocka_unit_test(
		    what_is_no_list_of_roles_is_refused_with_its_place),
		cmocka_unit_test(what_is_no_definition_is_refused_too),
		cmocka_unit_test(more_assignments_than_can_be_are_refused),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
