/* SPDX-License-Identifier: Apache-2.0
 *
 * Drawing without a terminal: state in, cells out, at every size.
 */
#include "ui/mode.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/words.h"

static const struct ui_look utf8 = { false, &ui_glyphs_utf8 };
static const struct ui_look ascii = { true, &ui_glyphs_ascii };
static struct cer_item items[1000];
static struct cer_view view;
static struct ui_state s;

static int
set_up(void **state)
{
	(void)state;
	memset(&view, 0, sizeof view);
	memset(&s, 0, sizeof s);
	for (size_t i = 0; i < 1000; i++) {
		struct cer_item *it = &items[i];

		it->level = i % 10 != 0;
		it->state = i < 500 ? CER_ITEM_DONE : i == 500 ||
		    i == 505 ? CER_ITEM_NOW : CER_ITEM_AHEAD;
		it->done = 4;
		it->total = 9;
		(void)snprintf(it->number, sizeof it->number, "%zu.%zu",
		    i / 10, i % 10);
		(void)snprintf(it->label, sizeof it->label,
		    "step with a label that is rather long %zu", i);
	}
	view.site = "contoso-hsm-eu";
	view.ceremony = "activation";
	view.items = items;
	view.n_items = 1000;
	view.current = 505;
	(void)snprintf(view.number, sizeof view.number, "50.5");
	(void)snprintf(view.title, sizeof view.title, "A step");
	(void)snprintf(view.acts, sizeof view.acts, "Holder 1");
	s.v = &view;
	s.look = &utf8;
	s.mode = &ui_mode_show;
	return 0;
}

/* The whole grid as text; caller frees nothing: one static buffer. */
static const char *
drawn(int rows, int cols)
{
	static char text[400000];
	struct ui_grid g;
	size_t n = 0;

	assert_true(kc_ok(ui_grid_new(&g, rows, cols, s.look, NULL)));
	ui_draw(&s, &g);
	for (int i = 0; i < rows; i++) {
		ui_grid_row(&g, i, text + n);
		n += strlen(text + n);
		text[n++] = '\n';
	}
	text[n] = '\0';
	ui_grid_free(&g);
	return text;
}

static void
shows(const char *text, const char *what)
{
	if (strstr(text, what) == NULL)
		fail_msg("'%s' is not on the screen:\n%s", what, text);
}

static void
the_current_step_is_in_sight_at_every_size(void **state)
{
	(void)state;
	for (int rows = 24; rows < 70; rows += 3)
		for (int cols = 80; cols < 220; cols += 17)
			shows(drawn(rows, cols), "▶ 50.5");
}

static void
a_small_terminal_is_told_so_at_every_size(void **state)
{
	(void)state;
	for (int rows = 1; rows < 24; rows++)
		for (int cols = 1; cols < 100; cols++)
			(void)drawn(rows, cols);
	shows(drawn(20, 60), "This terminal is 60x20");
	shows(drawn(23, 200), "needs 80x24");
	shows(drawn(60, 79), "needs 80x24");
}

static void
an_ascii_look_draws_ascii_only(void **state)
{
	(void)state;
	s.look = &ascii;
	(void)snprintf(view.say, sizeof view.say, "Öffnen. 開");
	(void)snprintf(view.busy, sizeof view.busy, "Working…");
	for (const char *p = drawn(30, 100); *p != '\0'; p++)
		if ((unsigned char)*p > 0x7e)
			fail_msg("byte %02x on an ASCII screen",
			    (unsigned)(unsigned char)*p);
}

static void
the_longest_texts_stay_within_the_pane(void **state)
{
	const char *text;

	(void)state;
	memset(view.say, 'x', sizeof view.say - 1);
	memset(view.why, 'y', sizeof view.why - 1);
	memset(view.certain, 'z', sizeof view.certain - 1);
	memset(view.title, 't', sizeof view.title - 1);
	view.n_lines = CER_LINES_MAX;
	for (size_t i = 0; i < CER_LINES_MAX; i++) {
		view.line[i].kind = i % 2 ? CER_LINE_OK : CER_LINE_NOGO;
		memset(view.line[i].text, 'w', sizeof view.line[i].text - 1);
	}
	text = drawn(24, 80);
	shows(text, "Certain:");
	shows(text, "PgDn");
	shows(text, "▶ 50.5");
	shows(text, "? help");
}

static void
what_does_not_hold_is_said_where_it_cannot_scroll_away(void **state)
{
	(void)state;
	view.n_lines = CER_LINES_MAX;
	for (size_t i = 0; i < CER_LINES_MAX; i++)
		view.line[i].kind = CER_LINE_OK;
	view.line[3].kind = CER_LINE_NOGO;
	shows(drawn(24, 80), "NO-GO: 1 of 40 checks does not hold");
}

static void
ten_words_are_shown_where_they_fit_and_five_elsewhere(void **state)
{
	const char *five = "aardvark adroitness aardvark adroitness aardvark";

	(void)state;
	shows(drawn(24, 80), five);
	assert_null(strstr(drawn(24, 80),
	    "aardvark adroitness aardvark adroitness aardvark adroitness"));
	shows(drawn(24, 160), "aardvark adroitness aardvark adroitness "
	    "aardvark adroitness aardvark adroitness aardvark adroitness");
}

static void
a_hash_is_shown_in_groups_and_words(void **state)
{
	const char *text;

	(void)state;
	view.n_lines = 1;
	view.line[0].kind = CER_LINE_HASH;
	(void)snprintf(view.line[0].text, sizeof view.line[0].text, "c066"
	    "8ba4f6c5b42f02f392c32659e7ee38dda77c7a34ec52f0c66667e97c45b2");
	text = drawn(24, 80);
	shows(text, "c066 8ba4 f6c5 b42f  02f3 92c3 2659 e7ee");
	shows(text, "38dd a77c 7a34 ec52  f0c6 6667 e97c 45b2");
	shows(text, "slowdown gossamer obtuse");
	assert_null(strstr(text, kc_word(31, 0xb2)));
	shows(drawn(24, 160), kc_word(31, 0xb2));
	view.line[0].text[63] = 'g';
	shows(drawn(24, 160), "c0668ba4f6c5b42f02f3");
}

static void
production_and_rehearsal_differ_in_words_and_attribute(void **state)
{
	struct ui_grid g;

	(void)state;
	assert_true(kc_ok(ui_grid_new(&g, 24, 80, &utf8, NULL)));
	for (int mode = 0; mode < 2; mode++) {
		view.rehearsal = mode == 1;
		shows(drawn(24, 80), mode ? "REHEARSAL" : "PRODUCTION");
		ui_draw(&s, &g);
		for (int i = 0; i < 80; i++)
			assert_int_equal(g.cell[i].attr, mode ?
			    UI_TOP_REHEARSAL : UI_TOP_PRODUCTION);
	}
	ui_grid_free(&g);
}

static void
a_choice_hides_the_shared_key_of_its_letter(void **state)
{
	const struct cer_prompt p = { .kind = CER_ASK_CHOICE, .text = "?",
		.choices = "s Stay\nx Go" };

	(void)state;
	s.mode = &ui_mode_ask;
	s.ask = &p;
	assert_int_equal(ui_key(&s, (struct ui_key){ UI_KEY_CHAR, 'e' }),
	    UI_EXCEPT);
	assert_int_equal(ui_key(&s, (struct ui_key){ UI_KEY_CHAR, 's' }),
	    UI_DONE);
	assert_int_equal(s.letter, 's');
	assert_int_equal(ui_key(&s, (struct ui_key){ UI_KEY_SUSPEND, 0 }),
	    UI_SUSPEND);
	assert_false(ui_choice(p.choices, 'S'));
	assert_false(ui_choice(p.choices, '\n'));
	assert_false(ui_choice(p.choices, 'G'));
	assert_false(ui_choice(NULL, 'x'));
}

static void
wide_characters_are_never_torn(void **state)
{
	struct ui_grid g;
	char row[512];

	(void)state;
	assert_true(kc_ok(ui_grid_new(&g, 1, 6, &utf8, NULL)));
	assert_int_equal(ui_put(&g, 0, 0, 5, UI_PLAIN, "東京都"), 4);
	(void)ui_put(&g, 0, 1, 1, UI_PLAIN, "x");
	ui_grid_row(&g, 0, row);
	assert_string_equal(row, " x京");
	(void)ui_put(&g, 0, 5, 1, UI_PLAIN, "\x1b");
	ui_grid_row(&g, 0, row);
	assert_string_equal(row, " x京 ?");
	ui_grid_free(&g);
}

#define T(f) cmocka_unit_test_setup(f, set_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_current_step_is_in_sight_at_every_size),
		T(a_small_terminal_is_told_so_at_every_size),
		T(an_ascii_look_draws_ascii_only),
		T(the_longest_texts_stay_within_the_pane),
		T(what_does_not_hold_is_said_where_it_cannot_scroll_away),
		T(ten_words_are_shown_where_they_fit_and_five_elsewhere),
		T(a_hash_is_shown_in_groups_and_words),
		T(production_and_rehearsal_differ_in_words_and_attribute),
		T(a_choice_hides_the_shared_key_of_its_letter),
		T(wide_characters_are_never_torn),
	};

	if (setlocale(LC_ALL, "C.UTF-8") == NULL)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
