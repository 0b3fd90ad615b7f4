/* SPDX-License-Identifier: Apache-2.0
 *
 * Places in a JSON text.
 */
#include "base/place.h"

#include "tests/check.h"

static const char text[] =
    "{ \"a\": [1, {\"b\": \"x\\\"]}\"},\n"
    "  [ ], \"last\"],\n"
    "\t\"anyOf\":\n"
    "\t\t[{\"claim\" : true}, {\"claim\":null}] }\n";

static void
at(const char *path, size_t line, size_t col)
{
	size_t l = 0, c = 0;

	assert_true(kc_json_place(text, sizeof text - 1, path, &l, &c));
	assert_int_equal(l, line);
	assert_int_equal(c, col);
}

static void
nowhere(const char *path)
{
	size_t l = 7, c = 7;

	assert_false(kc_json_place(text, sizeof text - 1, path, &l, &c));
	assert_true(l == 7 && c == 7);
}

static void
members_and_items_are_found_over_lines_and_quotes(void **state)
{
	(void)state;
	at("", 1, 1);
	at("a", 1, 8);
	at("a[0]", 1, 9);
	at("a[1]", 1, 12);
	at("a[1].b", 1, 18);
	at("a[2]", 2, 3);
	at("a[3]", 2, 8);
	at("anyOf", 4, 3);
	at("anyOf[0].claim", 4, 15);
	at("anyOf[1].claim", 4, 31);
}

static void
what_is_not_there_is_not_found(void **state)
{
	(void)state;
	nowhere("b");
	nowhere("a.b");
	nowhere("a[4]");
	nowhere("a[2][0]");
	nowhere("a[0].b");
	nowhere("a[x]");
	nowhere("anyOf[1].claim.more");
}

/* Whatever the bytes are, the walk ends inside them. */
static void
a_text_that_is_cut_ends_the_walk(void **state)
{
	static const char *const paths[] = { "", "a", "a[3]", "a[1].b",
		"anyOf[1].claim" };

	(void)state;
	for (size_t n = 0; n < sizeof text; n++) {
		char *cut = malloc(n + 1);
		size_t l, c;

		assert_non_null(cut);
		memcpy(cut, text, n);
		cut[n] = '\0';
		for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
			(void)kc_json_place(cut, n, paths[i], &l, &c);
		free(cut);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    members_and_items_are_found_over_lines_and_quotes),
		cmocka_unit_test(what_is_not_there_is_not_found),
		cmocka_unit_test(a_text_that_is_cut_ends_the_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
