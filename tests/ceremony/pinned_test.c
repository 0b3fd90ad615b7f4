/* SPDX-License-Identifier: Apache-2.0
 *
 * A module's files against the lists of the site file: each difference is
 * refused and named.
 */
#include <unistd.h>

#include "ceremony/pinned.h"
#include "tests/ceremony/site.h"

#define ONES								\
	"1111111111111111111111111111111111111111111111111111111111111111"
#define TWOS								\
	"2222222222222222222222222222222222222222222222222222222222222222"
#define PATH "path: /usr/lib/soft.so"
#define LISTS PATH ", objects: [{path: /a.so, sha256: " ONES "}, "	\
	"{path: /b.so, sha256: " TWOS "}], config: [{path: /a.conf, "	\
	"sha256: " ONES "}]"

static char dir[256];
static struct cer_site *site;
static const struct cer_module_def *module;

/* /a.so (1...), /b.so (2...) and /a.conf (1...), as listed. */
static struct tok_pin pin[4];

static int
set_up(void **state)
{
	char *text = swap(SMALL_SITE, PATH, LISTS);
	struct kc_err err = { 0 };

	(void)state;
	t_dir(dir);
	site = calloc(1, sizeof *site);
	assert_non_null(site);
	t_ok(cer_site_read(file_of(dir, text), site, &err), &err);
	free(text);
	module = &site->module[0];
	memset(pin, 0, sizeof pin);
	(void)snprintf(pin[0].path, TOK_PIN_PATH, "/a.so");
	(void)snprintf(pin[1].path, TOK_PIN_PATH, "/b.so");
	(void)snprintf(pin[2].path, TOK_PIN_PATH, "/a.conf");
	pin[2].config = true;
	memset(pin[0].sha256, 0x11, KC_SHA256);
	memset(pin[1].sha256, 0x22, KC_SHA256);
	memset(pin[2].sha256, 0x11, KC_SHA256);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	cer_site_free(site);
	free(site);
	t_remove(dir);
	return 0;
}

static void
a_module_as_listed_passes(void **state)
{
	struct kc_err err = { 0 };

	(void)state;
	t_ok(cer_pinned_judge(module, pin, 3, &err), &err);
}

static void
an_object_that_is_not_listed_is_named(void **state)
{
	struct kc_err err = { 0 };

	(void)state;
	pin[3] = pin[0];
	(void)snprintf(pin[3].path, TOK_PIN_PATH, "/evil.so");
	t_fails(cer_pinned_judge(module, pin, 4, &err), &err, KC_EREFUSED,
	    "module 'soft' maps /evil.so, which the site file does not list "
	    "(SHA-256 1111111111111111...)");
}

static void
an_object_with_another_hash_is_named_with_both(void **state)
{
	struct kc_err err = { 0 };

	(void)state;
	pin[1].sha256[0] ^= 1;
	t_fails(cer_pinned_judge(module, pin, 3, &err), &err, KC_EREFUSED,
	    "module 'soft' maps /b.so with SHA-256 2322222222222222..., the "
	    "site file lists 2222222222222222...");
}

static void
configuration_is_held_against_its_own_list(void **state)
{
	struct kc_err err = { 0 };

	(void)state;
	pin[2].sha256[31] ^= 1;
	t_fails(cer_pinned_judge(module, pin, 3, &err), &err, KC_EREFUSED,
	    "module 'soft' reads /a.conf with SHA-256 11111111");
	(void)snprintf(pin[2].path, TOK_PIN_PATH, "/a.so");
	t_fails(cer_pinned_judge(module, pin, 3, &err), &err, KC_EREFUSED,
	    "module 'soft' reads /a.so, which the site file does not list");
}

static void
configuration_that_is_listed_and_not_there_is_refused(void **state)
{
	struct kc_err err = { 0 };

	(void)state;
	t_fails(cer_pinned_judge(module, pin, 2, &err), &err, KC_EREFUSED,
	    "module 'soft' does not read /a.conf, which the site file lists");
}

static void
a_module_without_a_list_is_refused(void **state)
{
	const struct cer_module_def bare = { .id = "bare", .path = "/b.so" };
	struct kc_err err = { 0 };

	(void)state;
	t_fails(cer_pinned_judge(&bare, pin, 0, &err), &err, KC_EREFUSED,
	    "the site file lists no objects of module 'bare'");
}

static void
lists_are_read_strictly(void **state)
{
	static const struct {
		const char *to, *sentence;
	} row[] = {
		{ PATH ", objects: x", "'objects' is not a list" },
		{ PATH ", config: {path: /a}", "'config' is not a list" },
		{ PATH ", objects: [{path: a.so, sha256: " ONES "}]",
		  "the path of a module's file must be absolute" },
		{ PATH ", objects: [{path: /a.so, sha256: 11}]",
		  "'sha256' must be 64 hex digits" },
		{ PATH ", objects: [{path: /a.so}]", "'sha256' is missing" },
		{ PATH ", config: [{path: /a, sha256: " ONES ", size: 1}]",
		  "'size' does not belong here" },
	};
	struct cer_site *s = calloc(1, sizeof *s);

	(void)state;
	assert_non_null(s);
	t_dir(dir);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		char *text = swap(SMALL_SITE, PATH, row[i].to);
		struct kc_err err = { 0 };

		t_fails(cer_site_read(file_of(dir, text), s, &err), &err,
		    KC_EFORMAT, row[i].sentence);
		free(text);
	}
	t_remove(dir);
	free(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_module_as_listed_passes),
		TEST(an_object_that_is_not_listed_is_named),
		TEST(an_object_with_another_hash_is_named_with_both),
		TEST(configuration_is_held_against_its_own_list),
		TEST(configuration_that_is_listed_and_not_there_is_refused),
		TEST(a_module_without_a_list_is_refused),
		cmocka_unit_test(lists_are_read_strictly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
