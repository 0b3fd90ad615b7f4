/* SPDX-License-Identifier: Apache-2.0
 *
 * Screens that are read: a lasting message, the head, help, and the sentence
 * for a terminal that is too small.
 */
#include "ui/mode.h"

#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "ui/flow.h"
#include "ui/qr.h"

static void
say_body(const struct ui_state *s, struct ui_flow *f)
{
	const char *t = s->say;

	while (*t != '\0') {
		size_t len = strcspn(t, "\n");
		char line[1024];

		(void)snprintf(line, sizeof line, "%.*s", (int)len, t);
		if (len == 0)
			f->row += f->row < f->g.rows;
		else
			ui_flow_text(f, 0, UI_PLAIN, line);
		t += len;
		t += *t == '\n';
	}
	f->pin_most = UI_FLOW_ROWS;
}

static void
say_draw(const struct ui_state *s, struct ui_grid *g)
{
	struct ui_box box = ui_draw_frame(s, g, false);

	ui_draw_pane(s, g, box, say_body, NULL);
}

static enum ui_reply
say_key(struct ui_state *s, struct ui_key k)
{
	(void)s;
	return k.kind == UI_KEY_ENTER || k.kind == UI_KEY_ESC ? UI_DONE :
	    UI_STAY;
}

static void
say_hint(const struct ui_state *s, char *ret, size_t cap)
{
	(void)s;
	(void)snprintf(ret, cap, "Enter\tgo on\nh\thead\n?\thelp");
}

const struct ui_mode ui_mode_say = {
	.name = "message",
	.no_form = true,
	.draw = say_draw,
	.key = say_key,
	.hint = say_hint,
};

/* All 32 words in pairs, as they are read: even word, odd word. */
static void
head_words(const struct ui_state *s, struct ui_grid *g, struct ui_box box)
{
	for (size_t i = 0; i < KC_SHA256; i++) {
		char text[40];
		int row = box.row + (int)(i / 2);

		(void)snprintf(text, sizeof text, "%2zu %s", i + 1,
		    kc_word(i, s->v->head[i]));
		(void)ui_put(g, row, box.col + (i % 2 == 0 ? 0 : 15), 20,
		    UI_BOLD, text);
	}
}

static void
head_draw(const struct ui_state *s, struct ui_grid *g)
{
	struct ui_box box = ui_draw_frame(s, g, false);
	int col = g->look->ascii ? 2 : UI_QR_COLS + 3;
	char title[80], hex[KC_HEX];

	(void)snprintf(title, sizeof title, " Head of the journal after "
	    "%llu entries ", (unsigned long long)s->v->journal_entries);
	(void)ui_put(g, 1, 2, g->cols - 4, UI_BOLD, title);
	if (g->look->ascii)
		(void)ui_put(g, box.row + 18, 36, g->cols - 37, UI_PLAIN,
		    "(no QR: this terminal lacks blocks)");
	else if (!kc_ok(ui_draw_qr(g, box.row, 1, s->v->head, NULL)))
		(void)ui_put(g, box.row, 1, 36, UI_NOTE,
		    "The QR code cannot be made.");
	box.col = col;
	head_words(s, g, box);
	kc_hex(s->v->head, KC_SHA256, hex);
	for (int i = 0; i < 16; i++) {
		char four[8];

		(void)snprintf(four, sizeof four, "%.4s", hex + 4 * i);
		(void)ui_put(g, box.row + 17 + i / 8, col + i % 8 * 5,
		    4, UI_PLAIN, four);
	}
}

static enum ui_reply
overlay_key(struct ui_state *s, struct ui_key k)
{
	(void)s;
	return k.kind == UI_KEY_NONE ? UI_STAY : UI_DONE;
}

static void
overlay_hint(const struct ui_state *s, char *ret, size_t cap)
{
	(void)s;
	(void)snprintf(ret, cap, "any key\tback to the step");
}

const struct ui_mode ui_mode_head = {
	.name = "head",
	.draw = head_draw,
	.key = overlay_key,
	.hint = overlay_hint,
};

static void
help_body(const struct ui_state *s, struct ui_flow *f)
{
	static const char *const t[][2] = {
		{ "e or F2", "exception: four lines about what went another "
		    "way; it is numbered and kept in the journal" },
		{ "s or F3", "suspend: seal everything and go on another day"
		    },
		{ "h or F4", "head: all 32 words, the hash and its QR code, "
		    "for your own paper" },
		{ "? or F1", "this page" },
		{ "PgUp PgDn", "read what does not fit in the pane" },
		{ "k", "during card work: stop it (asks once more)" },
		{ "Esc", "give up a question, where the bottom line says so"
		    },
	};

	ui_flow_text(f, 0, UI_PLAIN, "READS reads aloud what stands in "
	    "quotes. ACTS does it. WATCHES says stop when it is not so. "
	    "Every question says what is certainly unchanged if it fails.");
	ui_flow_gap(f);
	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		ui_flow_lead(f, t[i][0], UI_KEY, 12, UI_PLAIN, t[i][1]);
	ui_flow_gap(f);
	ui_flow_text(f, 0, UI_PLAIN, "While letters are text (a line, a "
	    "word, a PIN) the F keys do the same. Nothing here times out: "
	    "take the time the room needs. The words in the line above the "
	    "keys name this journal; every holder may write them down.");
	(void)s;
}

static void
help_draw(const struct ui_state *s, struct ui_grid *g)
{
	struct ui_box box = ui_draw_frame(s, g, false);

	(void)ui_put(g, 1, 2, 20, UI_BOLD, " Help ");
	ui_draw_pane(s, g, box, help_body, NULL);
}

const struct ui_mode ui_mode_help = {
	.name = "help",
	.draw = help_draw,
	.key = overlay_key,
	.hint = overlay_hint,
};

static void
small_draw(const struct ui_state *s, struct ui_grid *g)
{
	struct ui_box box = { 0, 0, g->rows, g->cols };
	char text[160];

	(void)s;
	(void)snprintf(text, sizeof text, "This terminal is %dx%d. "
	    "The ceremony needs %dx%d: make the window larger. "
	    "Keys are not taken until then; nothing is lost.", g->cols,
	    g->rows, UI_COLS_MIN, UI_ROWS_MIN);
	(void)ui_text(g, box, UI_BOLD, text);
}

const struct ui_mode ui_mode_small = {
	.name = "too small",
	.draw = small_draw,
	.key = say_key,
	.hint = say_hint,
};
