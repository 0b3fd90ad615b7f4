/* SPDX-License-Identifier: Apache-2.0
 *
 * Strict base64: the vectors of RFC 4648 section 10 and each kind of
 * malformed text.
 */
#include "base/b64.h"

#include "tests/check.h"

static const struct {
	const char *plain;
	const char *padded;
	const char *url;
} vectors[] = {
	{ "", "", "" },
	{ "f", "Zg==", "Zg" },
	{ "fo", "Zm8=", "Zm8" },
	{ "foo", "Zm9v", "Zm9v" },
	{ "foob", "Zm9vYg==", "Zm9vYg" },
	{ "fooba", "Zm9vYmE=", "Zm9vYmE" },
	{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
	{ "\xfb\xff\xbf", "+/+/", "-_-_" },
};
#define VECTORS (sizeof vectors / sizeof *vectors)

static void
the_vectors_of_rfc_4648_hold_both_ways(void **state)
{
	struct kc_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		struct kc_buf b = { 0 };
		const char *plain = vectors[i].plain;
		size_t len = strlen(plain);

		t_ok(kc_b64_encode((const uint8_t *)plain, len, &b, &err),
		    &err);
		assert_string_equal(kc_buf_str(&b), vectors[i].padded);
		b.len = 0;
		t_ok(kc_b64_decode(vectors[i].padded,
		    strlen(vectors[i].padded), &b, &err), &err);
		assert_int_equal(b.len, len);
		assert_memory_equal(b.p, plain, len);
		kc_buf_free(&b);
		t_ok(kc_b64url_encode((const uint8_t *)plain, len, &b, &err),
		    &err);
		assert_string_equal(kc_buf_str(&b), vectors[i].url);
		b.len = 0;
		t_ok(kc_b64url_decode(vectors[i].url, strlen(vectors[i].url),
		    &b, &err), &err);
		assert_int_equal(b.len, len);
		assert_memory_equal(b.p, plain, len);
		kc_buf_free(&b);
	}
}

static void
every_length_and_byte_comes_back(void **state)
{
	struct kc_err err = { 0 };
	uint8_t p[300];

	(void)state;
	for (size_t i = 0; i < sizeof p; i++)
		p[i] = (uint8_t)(i * 37 + 11);
	for (size_t len = 0; len <= sizeof p; len++) {
		struct kc_buf text = { 0 }, back = { 0 };

		t_ok(kc_b64url_encode(p, len, &text, &err), &err);
		t_ok(kc_b64url_decode(kc_buf_str(&text), text.len, &back,
		    &err), &err);
		assert_int_equal(back.len, len);
		assert_memory_equal(back.p, p, len);
		kc_buf_free(&text);
		kc_buf_free(&back);
	}
}

struct bad {
	const char *text;
	const char *say;
};

static void
refuse_all(const struct bad *bad, size_t n,
    kc_result (*decode)(const char *s, size_t len, struct kc_buf *ret,
    struct kc_err *err))
{
	for (size_t i = 0; i < n; i++) {
		struct kc_buf b = { 0 };
		struct kc_err err = { 0 };

		t_ok(kc_buf_adds(&b, "kept", &err), &err);
		t_fails(decode(bad[i].text, strlen(bad[i].text), &b, &err),
		    &err, KC_EFORMAT, bad[i].say);
		assert_string_equal(kc_buf_str(&b), "kept");
		kc_buf_free(&b);
	}
}

static void
each_malformed_base64url_is_refused_with_its_reason(void **state)
{
	static const struct bad bad[] = {
		{ "A", "length of 1 characters is impossible" },
		{ "AAAAA", "length of 5 characters is impossible" },
		{ "Zg==", "byte 0x3d at offset 2 is not base64url" },
		{ "Zm8=", "byte 0x3d at offset 3" },
		{ "+A", "byte 0x2b at offset 0" },
		{ "A/AA", "byte 0x2f at offset 1" },
		{ "Zm 9", "byte 0x20 at offset 2" },
		{ "Zm9v\n", "byte 0x0a at offset 4" },
		{ "\tZm9", "byte 0x09 at offset 0" },
		{ "Zm\xc3\xa9", "byte 0xc3 at offset 2" },
		{ "Zh", "unused bits of the last character are not zero" },
		{ "Zm9vYh", "unused bits of the last character are not zero" },
		{ "Zm9vYmF", "unused bits of the last character are not zero" },
		{ "Z.m9", "byte 0x2e at offset 1" },
	};

	(void)state;
	refuse_all(bad, sizeof bad / sizeof *bad, kc_b64url_decode);
}

static void
each_malformed_base64_is_refused_with_its_reason(void **state)
{
	static const struct bad bad[] = {
		{ "Zg", "not padded to fours" },
		{ "Zg=", "not padded to fours" },
		{ "Zm9vY", "not padded to fours" },
		{ "====", "byte 0x3d at offset 0" },
		{ "A===", "byte 0x3d at offset 1" },
		{ "Zg==Zg==", "byte 0x3d at offset 2" },
		{ "AAAA====", "byte 0x3d at offset 4" },
		{ "-_-_", "byte 0x2d at offset 0 is not base64" },
		{ "Zm9v\nYmF", "byte 0x0a at offset 4" },
		{ "Zh==", "unused bits" },
		{ "Zm9=", "unused bits" },
		{ "Zm=v", "byte 0x3d at offset 2" },
	};

	(void)state;
	refuse_all(bad, sizeof bad / sizeof *bad, kc_b64_decode);
}

static void
a_nul_byte_is_no_end_of_the_text(void **state)
{
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_fails(kc_b64url_decode("Zm9v\0Zm9", 8, &b, &err), &err, KC_EFORMAT,
	    "byte 0x00 at offset 4");
	assert_null(b.p);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_rfc_4648_hold_both_ways),
		cmocka_unit_test(every_length_and_byte_comes_back),
		cmocka_unit_test(
		    each_malformed_base64url_is_refused_with_its_reason),
		cmocka_unit_test(
		    each_malformed_base64_is_refused_with_its_reason),
		cmocka_unit_test(a_nul_byte_is_no_end_of_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
