/* SPDX-License-Identifier: Apache-2.0
 *
 * The exception form: four fields, filed only when all four say something.
 */
#include "ui/mode.h"

#include <stdio.h>

#include "ui/wrap.h"

#define FIELDS 4

static const struct {
	const char *label, *help;
} fields[FIELDS] = {
	{ "Expected", "what the script or the room expected" },
	{ "Happened", "what was seen or heard instead" },
	{ "Action", "what was done about it, or will be" },
	{ "Decided by", "who decided, by role and name" },
};

/* The latest that were filed, as many as there is room for. */
static void
draw_last(const struct ui_state *s, struct ui_grid *g, int row, int rows,
    int cols)
{
	const struct cer_view *v = s->v;
	size_t n = v->n_last, from;
	char text[400];

	if (n == 0 || rows < 1)
		return;
	from = n > (size_t)rows ? n - (size_t)rows : 0;
	(void)ui_put(g, row, 3, 11, UI_PLAIN, "So far");
	for (size_t i = from; i < n; i++) {
		const struct cer_exception *x = &v->last[i];

		(void)snprintf(text, sizeof text, "%lld %s  %s: %s",
		    (long long)x->number, x->open ? "OPEN" : "closed",
		    x->step, x->happened);
		(void)ui_put_cut(g, row++, 14, cols - 14, x->open ? UI_NOTE :
		    UI_DIM, text);
	}
}

static void
form_draw(const struct ui_state *s, struct ui_grid *g)
{
	struct ui_box box = ui_draw_frame(s, g, false);
	int row = box.row + 1, wide = box.cols - 14;
	int each = (box.rows - 4) / FIELDS - 1;
	char text[400];

	if (wide > 100)
		wide = 100;
	if (each > 3)
		each = 3;
	(void)snprintf(text, sizeof text, " Exception %lld ",
	    (long long)s->form->number);
	(void)ui_put(g, 1, 2, box.cols, UI_BOLD, text);
	(void)snprintf(text, sizeof text, "opened %s in step %s, %s",
	    s->form->opened, s->form->step, s->v->title);
	(void)ui_put_cut(g, box.row, 1, box.cols, UI_PLAIN, text);
	for (size_t i = 0; i < FIELDS; i++) {
		struct ui_box b = { row + 1, 14, each, wide };
		bool here = i == s->focus;

		(void)ui_put(g, row, 14, wide, UI_DIM, fields[i].help);
		if (here)
			(void)ui_put(g, row + 1, 1, 1, UI_NOW,
			    g->look->g->now);
		(void)ui_put(g, row + 1, 3, 11, here ? UI_BOLD : UI_PLAIN,
		    fields[i].label);
		(void)ui_edit_draw(&s->field[i], g, b, here);
		row += each + 1;
	}
	draw_last(s, g, row, box.row + box.rows - 2 - row, box.cols);
	(void)ui_put_cut(g, box.row + box.rows - 1, 1, box.cols, UI_NOTE,
	    s->note[0] != '\0' ? s->note :
	    "An exception is numbered, kept, and closed before the end.");
}

static enum ui_reply
form_enter(struct ui_state *s)
{
	if (s->focus + 1 < FIELDS) {
		s->focus++;
		return UI_STAY;
	}
	for (size_t i = 0; i < FIELDS; i++)
		if (s->field[i].len == 0) {
			s->focus = i;
			(void)snprintf(s->note, sizeof s->note,
			    "'%s' is empty: say %s. Nothing is filed yet.",
			    fields[i].label, fields[i].help);
			return UI_STAY;
		}
	return UI_DONE;
}

static enum ui_reply
form_key(struct ui_state *s, struct ui_key k)
{
	struct ui_edit *e = &s->field[s->focus];

	switch (k.kind) {
	case UI_KEY_NONE:
		return UI_STAY;
	case UI_KEY_ESC:
		return UI_CANCEL;
	case UI_KEY_ENTER:
		return form_enter(s);
	case UI_KEY_TAB:
	case UI_KEY_DOWN:
		s->focus = (s->focus + 1) % FIELDS;
		return UI_STAY;
	case UI_KEY_BACKTAB:
	case UI_KEY_UP:
		s->focus = (s->focus + FIELDS - 1) % FIELDS;
		return UI_STAY;
	default:
		break;
	}
	s->note[0] = '\0';
	if (!ui_edit_key(e, k) && k.kind == UI_KEY_CHAR)
		(void)snprintf(s->note, sizeof s->note, "%s",
		    e->len >= e->max ? "The field is full." :
		    "This character cannot be written here.");
	return UI_STAY;
}

static void
form_hint(const struct ui_state *s, char *ret, size_t cap)
{
	(void)snprintf(ret, cap, "Tab\tnext field\nEnter\t%s\n"
	    "Esc\tcancel\nF3\tsuspend\nF4\thead\nF1\thelp",
	    s->focus + 1 < FIELDS ? "next" : "file it");
}

const struct ui_mode ui_mode_form = {
	.name = "exception form",
	.typing = true,
	.no_form = true,
	.draw = form_draw,
	.key = form_key,
	.hint = form_hint,
};
