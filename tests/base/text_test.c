/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-8 and the escaping of foreign text.
 */
#include "base/text.h"

#include "tests/check.h"

/* The encoding written out independently: RFC 3629 section 3. */
static size_t
encode(uint32_t cp, uint8_t ret[static 4])
{
	if (cp < 0x80) {
		ret[0] = (uint8_t)cp;
		return 1;
	}
	if (cp < 0x800) {
		ret[0] = (uint8_t)(0xc0 + cp / 64);
		ret[1] = (uint8_t)(0x80 + cp % 64);
		return 2;
	}
	if (cp < 0x10000) {
		ret[0] = (uint8_t)(0xe0 + cp / 4096);
		ret[1] = (uint8_t)(0x80 + cp / 64 % 64);
		ret[2] = (uint8_t)(0x80 + cp % 64);
		return 3;
	}
	ret[0] = (uint8_t)(0xf0 + cp / 262144);
	ret[1] = (uint8_t)(0x80 + cp / 4096 % 64);
	ret[2] = (uint8_t)(0x80 + cp / 64 % 64);
	ret[3] = (uint8_t)(0x80 + cp % 64);
	return 4;
}

static void
every_code_point_is_read_and_every_surrogate_refused(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp < 0x110000; cp++) {
		uint8_t b[4];
		uint32_t back = 0xffffffff;
		size_t n = encode(cp, b);
		bool surrogate = cp >= 0xd800 && cp <= 0xdfff;

		if (kc_utf8_next(b, n, &back) != (surrogate ? 0 : n) ||
		    back != (surrogate ? 0xffffffff : cp))
			fail_msg("U+%04X reads as U+%04X", cp, back);
		if (n > 1 && kc_utf8_next(b, n - 1, &back) != 0)
			fail_msg("U+%04X reads although cut", cp);
	}
}

static void
malformed_bytes_are_refused(void **state)
{
	static const char *const bad[] = { "\x80", "\xbf", "\xc0\x80",
		"\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80",
		"\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80", "\xff", "\xfe", "\xc3", "\xe2\x82",
		"\xc3\x28", "\xe2\x28\xac", "a\xc3" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(kc_utf8_ok(bad[i], strlen(bad[i])));
		assert_false(kc_text_clean(bad[i]));
	}
	assert_true(kc_utf8_ok("", 0));
	assert_true(kc_utf8_ok("a\0b", 3));
}

static void
clean_text_has_no_control_characters(void **state)
{
	char one[3] = { 0 };

	(void)state;
	for (int c = 1; c < 0x20; c++) {
		one[0] = (char)c;
		assert_false(kc_text_clean(one));
	}
	assert_false(kc_text_clean("\x7f"));
	assert_false(kc_text_clean("\xc2\x80"));
	assert_false(kc_text_clean("\xc2\x9f"));
	assert_true(kc_text_clean("\xc2\xa0"));
	assert_true(kc_text_clean("Zo\xc3\xab \xe2\x82\xac ~"));
	assert_true(kc_text_clean(""));
}

static const struct {
	const char *text;
	const char *want;
} escapes[] = {
	{ "plain ~ text", "plain ~ text" },
	{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x91",
	  "\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x91" },
	{ "\\x41", "\\\\x41" },
	{ "a\nb", "a\\u{a}b" },
	{ "\x1b[2J", "\\u{1b}[2J" },
	{ "\x7f", "\\u{7f}" },
	{ "\xc2\x9b", "\\u{9b}" },		/* C1 CSI */
	{ "\xc2\xad", "\\u{ad}" },		/* soft hyphen */
	{ "\xe2\x80\x8b", "\\u{200b}" },	/* zero width space */
	{ "\xe2\x80\x8f", "\\u{200f}" },	/* right-to-left mark */
	{ "\xe2\x80\xa8", "\\u{2028}" },	/* line separator */
	{ "\xe2\x80\xae" "txt", "\\u{202e}txt" },	/* override */
	{ "\xe2\x81\xa6", "\\u{2066}" },	/* isolate */
	{ "\xd8\x9c", "\\u{61c}" },		/* Arabic letter mark */
	{ "\xef\xbb\xbf", "\\u{feff}" },	/* byte order mark */
	{ "\xf3\xa0\x81\x81", "\\u{e0041}" },	/* tag character */
	{ "\xff" "a", "\\xffa" },
	{ "\xe2\x82", "\\xe2\\x82" },
	{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
	{ "", "" },
};

static void
what_moves_a_cursor_or_misleads_an_eye_is_escaped(void **state)
{
	struct kc_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
		struct kc_buf b = { 0 };

		t_ok(kc_text_escape(escapes[i].text, strlen(escapes[i].text),
		    &b, &err), &err);
		assert_string_equal(kc_buf_str(&b), escapes[i].want);
		kc_buf_free(&b);
	}
}

static void
all_nine_bidi_controls_are_escaped(void **state)
{
	struct kc_err err = { 0 };
	char want[16];

	(void)state;
	for (uint32_t cp = 0x202a; cp <= 0x2069; cp++) {
		struct kc_buf b = { 0 };
		uint8_t p[4];

		if (cp > 0x202e && cp < 0x2066)
			continue;
		t_ok(kc_text_escape(p, encode(cp, p), &b, &err), &err);
		(void)snprintf(want, sizeof want, "\\u{%x}", cp);
		assert_string_equal(kc_buf_str(&b), want);
		kc_buf_free(&b);
	}
}

/* Escaped text never needs escaping for a terminal: only its backslashes. */
static void
escaped_text_is_clean_for_every_two_bytes(void **state)
{
	struct kc_err err = { 0 };

	(void)state;
	for (unsigned v = 0; v < 65536; v++) {
		uint8_t p[2] = { (uint8_t)(v >> 8), (uint8_t)v };
		struct kc_buf b = { 0 };

		t_ok(kc_text_escape(p, 2, &b, &err), &err);
		assert_true(kc_text_clean(kc_buf_str(&b)));
		assert_int_equal(strlen(kc_buf_str(&b)), b.len);
		kc_buf_free(&b);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    every_code_point_is_read_and_every_surrogate_refused),
		cmocka_unit_test(malformed_bytes_are_refused),
		cmocka_unit_test(clean_text_has_no_control_characters),
		cmocka_unit_test(
		    what_moves_a_cursor_or_misleads_an_eye_is_escaped),
		cmocka_unit_test(all_nine_bidi_controls_are_escaped),
		cmocka_unit_test(escaped_text_is_clean_for_every_two_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
