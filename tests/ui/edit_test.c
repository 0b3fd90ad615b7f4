/* SPDX-License-Identifier: Apache-2.0
 *
 * The line editor.
 */
#include "ui/edit.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool
press(struct ui_edit *e, enum ui_key_kind kind, uint32_t cp)
{
	return ui_edit_key(e, (struct ui_key){ kind, cp });
}

static void
reads(const struct ui_edit *e, const char *want)
{
	char text[1024];

	assert_true(ui_edit_text(e, text, sizeof text));
	assert_string_equal(text, want);
}

static void
characters_go_in_at_the_cursor(void **state)
{
	struct ui_edit e;

	(void)state;
	ui_edit_init(&e, 10, 40, "ac");
	(void)press(&e, UI_KEY_LEFT, 0);
	assert_true(press(&e, UI_KEY_CHAR, 0x6771));
	reads(&e, "a東c");
	(void)press(&e, UI_KEY_BACKSPACE, 0);
	(void)press(&e, UI_KEY_DELETE, 0);
	reads(&e, "a");
	(void)press(&e, UI_KEY_HOME, 0);
	assert_false(press(&e, UI_KEY_BACKSPACE, 0));
	(void)press(&e, UI_KEY_CLEAR, 0);
	reads(&e, "");
	assert_false(press(&e, UI_KEY_DELETE, 0));
}

static void
control_and_invisible_characters_are_refused(void **state)
{
	static const uint32_t bad[] = { 0, 7, 0x1b, 0x7f, 0x9b, 0x202e,
		0x200b, 0xfeff, 0x2028 };
	struct ui_edit e;

	(void)state;
	ui_edit_init(&e, 10, 40, "");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(press(&e, UI_KEY_CHAR, bad[i]));
	assert_true(press(&e, UI_KEY_CHAR, '\\'));
	reads(&e, "\\");
}

static void
both_limits_hold(void **state)
{
	struct ui_edit e;

	(void)state;
	ui_edit_init(&e, 3, 100, "abc");
	assert_false(press(&e, UI_KEY_CHAR, 'd'));
	ui_edit_init(&e, 100, 4, "東");
	assert_false(press(&e, UI_KEY_CHAR, 0x4eac));
	assert_true(press(&e, UI_KEY_CHAR, 'x'));
	reads(&e, "東x");
}

static void
a_text_that_does_not_fit_its_buffer_is_not_cut(void **state)
{
	struct ui_edit e;
	char small[3] = "?";

	(void)state;
	ui_edit_init(&e, 10, 10, "abc");
	assert_false(ui_edit_text(&e, small, sizeof small));
	assert_string_equal(small, "?");
}

static void
a_long_text_shows_the_rows_around_the_cursor(void **state)
{
	const struct ui_look look = { true, &ui_glyphs_ascii };
	struct ui_box box = { 0, 0, 2, 4 };
	struct ui_grid g;
	struct ui_edit e;
	char row[256];

	(void)state;
	assert_true(kc_ok(ui_grid_new(&g, 2, 4, &look, NULL)));
	ui_edit_init(&e, 20, 20, "abcdefghij");
	assert_int_equal(ui_edit_draw(&e, &g, box, true), 2);
	ui_grid_row(&g, 0, row);
	assert_string_equal(row, "efgh");
	ui_grid_row(&g, 1, row);
	assert_string_equal(row, "ij__");
	assert_int_equal(g.cur_row, 1);
	assert_int_equal(g.cur_col, 2);
	(void)press(&e, UI_KEY_HOME, 0);
	(void)ui_edit_draw(&e, &g, box, true);
	ui_grid_row(&g, 0, row);
	assert_string_equal(row, "abcd");
	assert_int_equal(g.cur_row, 0);
	ui_grid_free(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_go_in_at_the_cursor),
		cmocka_unit_test(
		    control_and_invisible_characters_are_refused),
		cmocka_unit_test(both_limits_hold),
		cmocka_unit_test(
		    a_text_that_does_not_fit_its_buffer_is_not_cut),
		cmocka_unit_test(
		    a_long_text_shows_the_rows_around_the_cursor),
	};

	if (setlocale(LC_ALL, "C.UTF-8") == NULL)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
