/* SPDX-License-Identifier: Apache-2.0
 *
 * A read-back: five words of a hash, typed from paper.  The evidence pane,
 * where the hash may stand, is covered meanwhile.
 */
#include "ui/mode.h"

#include <stdio.h>

#include "ui/flow.h"

#define ACROSS 3	/* fields beside each other in 80 columns */
#define EACH 25
#define LABEL 8		/* "word 28 " */

static void
words_body(const struct ui_state *s, struct ui_flow *f)
{
	const struct cer_view *v = s->v;
	char text[160];

	(void)snprintf(text, sizeof text, "%s  %s", v->number, v->title);
	ui_flow_text(f, 0, UI_BOLD, text);
	ui_flow_gap(f);
	ui_flow_lead(f, "READS", UI_BOLD, 9, UI_PLAIN, s->ask->name);
	if (v->watches[0] != '\0')
		ui_flow_lead(f, "WATCHES", UI_BOLD, 9, UI_PLAIN, v->watches);
	ui_flow_gap(f);
	ui_flow_text(f, 0, UI_PLAIN, "The hash is covered until the words "
	    "are read.");
	f->pin_most = f->row;
}

static void
draw_fields(const struct ui_state *s, struct ui_flow *f)
{
	char label[16];

	for (size_t i = 0; i < CER_WORDS; i++) {
		int row = f->row + 2 * ((int)i / ACROSS);
		int col = 2 + EACH * ((int)i % ACROSS);
		struct ui_box box = { row, col + LABEL, 1,
			EACH - LABEL - 3 };
		bool here = i == s->focus;

		(void)snprintf(label, sizeof label, "word %u",
		    (unsigned)s->ask->at[i]);
		if (here)
			(void)ui_put(&f->g, row, col - 2, 1, UI_NOW,
			    f->g.look->g->now);
		(void)ui_put(&f->g, row, col, LABEL - 1,
		    here ? UI_BOLD : UI_PLAIN, label);
		(void)ui_edit_draw(&s->field[i], &f->g, box, here);
	}
	f->row += 2 * ((CER_WORDS + ACROSS - 1) / ACROSS);
}

static void
words_foot(const struct ui_state *s, struct ui_flow *f)
{
	const struct cer_prompt *p = s->ask;

	ui_foot_rule(f, p->person, p->name);
	ui_flow_text(f, 0, UI_BOLD, p->text);
	f->row++;
	draw_fields(s, f);
	if (s->note[0] != '\0')
		ui_flow_text(f, 0, UI_NOTE, s->note);
	if (p->certain != NULL && p->certain[0] != '\0')
		ui_flow_lead(f, "Certain:", UI_BOLD, 9, UI_PLAIN,
		    p->certain);
}

static void
words_draw(const struct ui_state *s, struct ui_grid *g)
{
	struct ui_box box = ui_draw_frame(s, g, false);

	ui_draw_pane(s, g, box, words_body, words_foot);
}

static enum ui_reply
words_enter(struct ui_state *s)
{
	if (s->focus + 1 < CER_WORDS) {
		s->focus++;
		return UI_STAY;
	}
	for (size_t i = 0; i < CER_WORDS; i++)
		if (s->field[i].len == 0) {
			s->focus = i;
			(void)snprintf(s->note, sizeof s->note,
			    "Word %u is empty. Nothing is compared yet.",
			    (unsigned)s->ask->at[i]);
			return UI_STAY;
		}
	return UI_DONE;
}

static enum ui_reply
words_key(struct ui_state *s, struct ui_key k)
{
	struct ui_edit *e = &s->field[s->focus];

	/* A word has no blank in it: it ends the word. */
	if (k.kind == UI_KEY_CHAR && k.cp == ' ')
		k.kind = e->len > 0 ? UI_KEY_TAB : UI_KEY_NONE;
	switch (k.kind) {
	case UI_KEY_NONE:
		return UI_STAY;
	case UI_KEY_ESC:
		return UI_CANCEL;
	case UI_KEY_ENTER:
		return words_enter(s);
	case UI_KEY_TAB:
	case UI_KEY_DOWN:
		s->focus = (s->focus + 1) % CER_WORDS;
		return UI_STAY;
	case UI_KEY_BACKTAB:
	case UI_KEY_UP:
		s->focus = (s->focus + CER_WORDS - 1) % CER_WORDS;
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
words_hint(const struct ui_state *s, char *ret, size_t cap)
{
	(void)snprintf(ret, cap, "Tab\tnext word\nEnter\t%s\n"
	    "Esc\tcancel\nF2\texception\nF3\tsuspend\nF1\thelp",
	    s->focus + 1 < CER_WORDS ? "next" : "compare");
}

const struct ui_mode ui_mode_words = {
	.name = "read-back",
	.typing = true,
	.draw = words_draw,
	.key = words_key,
	.hint = words_hint,
};
