/* SPDX-License-Identifier: Apache-2.0
 *
 * New PINs: which are refused, with which reason, and which are taken.
 */
#include "tests/check.h"

#include "ceremony/pinrule.h"

static const char *
weak(const char *text, const char *module)
{
	uint8_t bytes[32];
	struct kc_secret pin = { bytes, strlen(text), sizeof bytes };

	memcpy(bytes, text, strlen(text));
	return cer_pin_weak(&pin, module != NULL ?
	    tok_profile_named(module) : NULL);
}

static void
weak_pins_are_refused_each_with_its_reason(void **state)
{
	static const char *const rows[][2] = {
		{ "000000", "one character repeated" },
		{ "aaaaaaaa", "one character repeated" },
		{ "123456", "follow each other" },
		{ "87654321", "follow each other" },
		{ "abcdef", "follow each other" },
		{ "121212", "one piece repeated" },
		{ "123123", "one piece repeated" },
		{ "48274827", "one piece repeated" },
		{ "12 456", "keypad cannot type" },
		{ "12\xc3\xa9" "456", "keypad cannot type" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *why = weak(rows[i][0], NULL);

		assert_non_null(why);
		assert_non_null(strstr(why, rows[i][1]));
	}
}

static void
a_factory_pin_is_refused_where_the_module_has_one(void **state)
{
	(void)state;
	assert_non_null(strstr(weak("123456", "ykcs11"), "factory"));
	assert_non_null(strstr(weak("12345678", "openCryptoki"), "factory"));
}

static void
other_pins_are_taken(void **state)
{
	static const char *const good[] = { "135792", "246813", "48274826",
		"112233", "zK4!pq", "19840512" };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_null(weak(good[i], "ykcs11"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(weak_pins_are_refused_each_with_its_reason),
		cmocka_unit_test(
		    a_factory_pin_is_refused_where_the_module_has_one),
		cmocka_unit_test(other_pins_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
