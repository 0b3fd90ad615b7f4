/* SPDX-License-Identifier: Apache-2.0
 *
 * SHA-256 (FIPS 180-2, appendix B) and hexadecimal.
 */
#include "base/hash.h"

#include "tests/check.h"

static void
expect_hash(const void *p, size_t len, const char *want)
{
	uint8_t hash[KC_SHA256];
	char hex[KC_HEX];
	struct kc_err err = { 0 };

	t_ok(kc_sha256_one(p, len, hash, &err), &err);
	kc_hex(hash, sizeof hash, hex);
	assert_string_equal(hex, want);
}

static void
the_standards_examples_hold(void **state)
{
	char *million = malloc(1000000);

	(void)state;
	expect_hash("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca"
	    "495991b7852b855");
	expect_hash("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a"
	    "9cb410ff61f20015ad");
	expect_hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    56, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db"
	    "06c1");
	assert_non_null(million);
	memset(million, 'a', 1000000);
	expect_hash(million, 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a"
	    "48a497200e046d39ccc7112cd0");
	free(million);
}

static void
parts_hash_like_the_whole(void **state)
{
	const struct kc_part parts[] = { { "a", 1 }, { "", 0 }, { NULL, 0 },
		{ "bc", 2 } };
	uint8_t one[KC_SHA256], many[KC_SHA256];
	struct kc_err err = { 0 };

	(void)state;
	t_ok(kc_sha256_one("abc", 3, one, &err), &err);
	t_ok(kc_sha256(parts, 4, many, &err), &err);
	assert_memory_equal(one, many, KC_SHA256);
}

static void
every_byte_comes_back_from_hex_of_either_case(void **state)
{
	uint8_t p[256], back[256];
	char hex[513];

	(void)state;
	for (size_t i = 0; i < 256; i++)
		p[i] = (uint8_t)i;
	kc_hex(p, 256, hex);
	assert_int_equal(strlen(hex), 512);
	assert_true(kc_unhex(hex, 256, back));
	assert_memory_equal(p, back, 256);
	for (char *c = hex; *c != '\0'; c++)
		if (*c >= 'a' && *c <= 'f')
			*c = (char)(*c - 'a' + 'A');
	memset(back, 0, sizeof back);
	assert_true(kc_unhex(hex, 256, back));
	assert_memory_equal(p, back, 256);
}

static void
anything_but_exactly_that_much_hex_is_refused_untouched(void **state)
{
	static const char *const bad[] = { "", "00", "0011223", "001122334",
		"0011223344", "0011223g", "00 11 22 33", "0x112233",
		"/0112233", ":0112233", "@0112233", "`0112233", "G0112233" };
	uint8_t back[4] = { 1, 2, 3, 4 };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(kc_unhex(bad[i], 4, back));
		assert_memory_equal(back, "\1\2\3\4", 4);
	}
	assert_true(kc_unhex("", 0, back));
}

static void
groups_of_four_digits_are_set_apart(void **state)
{
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(kc_hex_groups((const uint8_t *)"\x01\x23\x45\x67\x89", 5, &b,
	    &err), &err);
	assert_string_equal(kc_buf_str(&b), "0123 4567 89");
	kc_buf_free(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_standards_examples_hold),
		cmocka_unit_test(parts_hash_like_the_whole),
		cmocka_unit_test(every_byte_comes_back_from_hex_of_either_case),
		cmocka_unit_test(
		    anything_but_exactly_that_much_hex_is_refused_untouched),
		cmocka_unit_test(groups_of_four_digits_are_set_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
