/* SPDX-License-Identifier: Apache-2.0
 *
 * A refusal: what was tried, what was found, what is certain, what next.
 */
#include "ui/mode.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "ui/flow.h"

#define COL 10

static void
refuse_body(const struct ui_state *s, struct ui_flow *f)
{
	const struct cer_view *v = s->v;
	char text[300];

	(void)snprintf(text, sizeof text, "%s.", kc_sentence(s->why->code));
	text[0] = (char)toupper((unsigned char)text[0]);
	(void)ui_put(&f->g, f->row, 0, 9, UI_REFUSED, " REFUSED ");
	ui_flow_text(f, COL + 1, UI_BOLD, text);
	ui_flow_gap(f);
	f->pin_least = f->row;
	(void)snprintf(text, sizeof text, "%s  %s", v->number, v->title);
	ui_flow_lead(f, "Tried", UI_BOLD, COL, UI_PLAIN, text);
	ui_flow_gap(f);
	ui_flow_lead(f, "Found", UI_BOLD, COL, UI_PLAIN, s->why->msg);
	f->pin_most = UI_FLOW_ROWS;	/* the rest scrolls from its top */
}

static void
refuse_foot(const struct ui_state *s, struct ui_flow *f)
{
	const char *certain = s->why->certain[0] != '\0' ? s->why->certain :
	    s->v->certain[0] != '\0' ? s->v->certain :
	    "the journal holds every act that was acknowledged";
	const char *next = kc_next(s->why->code), *c = s->choices;

	if (f->gaps > 0)
		f->row++;
	ui_flow_lead(f, "Certain", UI_BOLD, COL, UI_PLAIN, certain);
	ui_flow_gap(f);
	ui_flow_lead(f, "Next", UI_BOLD, COL, UI_PLAIN, next);
	while (c != NULL && *c != '\0') {
		size_t len = strcspn(c, "\n");
		char key[8], text[240];
		int row = f->row;

		(void)snprintf(key, sizeof key, "[%c]", c[0]);
		(void)snprintf(text, sizeof text, "%.*s",
		    len > 2 ? (int)(len - 2) : 0, len > 2 ? c + 2 : "");
		ui_flow_text(f, COL + 4, UI_PLAIN, text);
		(void)ui_put(&f->g, row, COL, 3, UI_KEY, key);
		c += len;
		c += *c == '\n';
	}
	if (s->note[0] != '\0')
		ui_flow_text(f, 0, UI_NOTE, s->note);
}

static void
refuse_draw(const struct ui_state *s, struct ui_grid *g)
{
	struct ui_box box = ui_draw_frame(s, g, true);

	ui_draw_pane(s, g, box, refuse_body, refuse_foot);
}

static enum ui_reply
refuse_key(struct ui_state *s, struct ui_key k)
{
	if (k.kind == UI_KEY_CHAR && ui_choice(s->choices, k.cp)) {
		s->letter = (char)k.cp;
		return UI_DONE;
	}
	if (k.kind == UI_KEY_CHAR || k.kind == UI_KEY_ENTER)
		(void)snprintf(s->note, sizeof s->note,
		    "Press one of the letters in brackets.");
	return UI_STAY;
}

static void
refuse_hint(const struct ui_state *s, char *ret, size_t cap)
{
	const char *c = s->choices;

	char letters[64];

	ui_choice_hint(c, letters, sizeof letters);
	(void)snprintf(ret, cap, "%s%s\texception\n%s\tsuspend\n"
	    "%s\thead\n?\thelp", letters, ui_choice(c, 'e') ? "F2" : "e",
	    ui_choice(c, 's') ? "F3" : "s", ui_choice(c, 'h') ? "F4" : "h");
}

const struct ui_mode ui_mode_refuse = {
	.name = "refusal",
	.draw = refuse_draw,
	.key = refuse_key,
	.hint = refuse_hint,
};
