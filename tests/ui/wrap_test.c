/* SPDX-License-Identifier: Apache-2.0
 *
 * Text in columns: escaping, width, cutting, wrapping.
 */
#include "ui/wrap.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
is_cleaned_to(const char *in, bool ascii, const char *want)
{
	struct kc_buf b = { 0 };

	assert_true(kc_ok(ui_clean(in, strlen(in), ascii, &b, NULL)));
	assert_string_equal(kc_buf_str(&b), want);
	kc_buf_free(&b);
}

static void
text_that_could_move_a_cursor_is_escaped(void **state)
{
	(void)state;
	is_cleaned_to("a\x1b[2Jb", false, "a\\u{1b}[2Jb");
	is_cleaned_to("\u202egnp", false, "\\u{202e}gnp");
	is_cleaned_to("\xff", false, "\\xff");
	is_cleaned_to("a\\b", false, "a\\\\b");
}

static void
text_without_a_width_is_escaped(void **state)
{
	(void)state;
	/* U+0378 is unassigned: no terminal agrees on its width. */
	is_cleaned_to("x\u0378y", false, "x\\u{378}y");
}

static void
an_ascii_terminal_gets_ascii_only(void **state)
{
	(void)state;
	is_cleaned_to("Schlüssel", true, "Schl\\u{fc}ssel");
	is_cleaned_to("Schlüssel", false, "Schlüssel");
}

static void
wide_and_combining_characters_have_their_width(void **state)
{
	(void)state;
	assert_int_equal(ui_width("abc"), 3);
	assert_int_equal(ui_width("東京"), 4);
	assert_int_equal(ui_width("e\u0301tude"), 5);
	assert_int_equal(ui_width(""), 0);
}

static void
cutting_never_halves_a_wide_character(void **state)
{
	int cols;

	(void)state;
	assert_int_equal(ui_fit("東京", 3, &cols), 3);
	assert_int_equal(cols, 2);
	assert_int_equal(ui_fit("e\u0301x", 1, &cols), 3);
	assert_int_equal(cols, 1);
}

/* Every line in order, joined by '|'. */
static void
is_wrapped_to(const char *s, int cols, const char *want)
{
	char got[256] = "";
	size_t show, n, at = 0;

	do {
		n = ui_wrap(s, cols, &show);
		at += (size_t)snprintf(got + at, sizeof got - at, "%.*s|",
		    (int)show, s);
		s += n;
	} while (*s != '\0' && n > 0);
	assert_string_equal(got, want);
}

static void
lines_break_at_blanks(void **state)
{
	(void)state;
	is_wrapped_to("one two three", 7, "one two|three|");
	is_wrapped_to("one two three", 8, "one two|three|");
	is_wrapped_to("one  two", 4, "one|two|");
	is_wrapped_to("", 4, "|");
}

static void
a_word_longer_than_the_line_is_cut(void **state)
{
	(void)state;
	is_wrapped_to("abcdefghij", 4, "abcd|efgh|ij|");
	is_wrapped_to("東京都", 3, "東|京|都|");
}

static void
wrapping_ends_even_where_nothing_fits(void **state)
{
	(void)state;
	is_wrapped_to("東京", 1, "東|京|");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_that_could_move_a_cursor_is_escaped),
		cmocka_unit_test(text_without_a_width_is_escaped),
		cmocka_unit_test(an_ascii_terminal_gets_ascii_only),
		cmocka_unit_test(
		    wide_and_combining_characters_have_their_width),
		cmocka_unit_test(cutting_never_halves_a_wide_character),
		cmocka_unit_test(lines_break_at_blanks),
		cmocka_unit_test(a_word_longer_than_the_line_is_cut),
		cmocka_unit_test(wrapping_ends_even_where_nothing_fits),
	};

	if (setlocale(LC_ALL, "C.UTF-8") == NULL)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
