/* SPDX-License-Identifier: Apache-2.0
 *
 * What the modes share: which one is drawn, and the keys that are
 * everybody's.
 */
#include "ui/mode.h"

#include <stdio.h>

void
ui_draw(const struct ui_state *s, struct ui_grid *g)
{
	const struct ui_mode *m = s->overlay != NULL ? s->overlay : s->mode;

	if (g->rows < UI_ROWS_MIN || g->cols < UI_COLS_MIN)
		m = &ui_mode_small;
	g->cur_row = g->cur_col = -1;
	for (int i = 0; i < g->rows; i++)
		ui_fill(g, i, 0, g->cols, UI_PLAIN);
	m->draw(s, g);
}

/* A letter that is a key of everybody's, unless it is text or an answer. */
static enum ui_key_kind
shared(const struct ui_state *s, uint32_t cp)
{
	const char *own = s->mode == &ui_mode_refuse ? s->choices :
	    s->mode == &ui_mode_ask && s->ask->kind == CER_ASK_CHOICE ?
	    s->ask->choices : NULL;

	if (s->mode->typing || ui_choice(own, cp))
		return UI_KEY_CHAR;
	switch (cp) {
	case 'e':
		return UI_KEY_EXCEPT;
	case 's':
		return UI_KEY_SUSPEND;
	case 'h':
		return UI_KEY_HEAD;
	case '?':
		return UI_KEY_HELP;
	default:
		return UI_KEY_CHAR;
	}
}

static void
page(struct ui_state *s, int rows)
{
	s->scroll += rows;
	if (s->scroll > s->hidden)
		s->scroll = s->hidden;
	if (s->scroll < -s->hidden)
		s->scroll = -s->hidden;
}

enum ui_reply
ui_key(struct ui_state *s, struct ui_key k)
{
	if (s->overlay != NULL) {
		if (s->overlay->key(s, k) != UI_STAY &&
		    k.kind != UI_KEY_END_OF_INPUT)
			s->overlay = NULL;
		/* The mode goes on below: a card may become ready. */
		k.kind = k.kind == UI_KEY_END_OF_INPUT ? k.kind :
		    UI_KEY_NONE;
	}
	if (k.kind == UI_KEY_CHAR)
		k.kind = shared(s, k.cp);
	switch (k.kind) {
	case UI_KEY_END_OF_INPUT:
		return UI_CANCEL;
	case UI_KEY_EXCEPT:
		return s->mode->no_form ? UI_STAY : UI_EXCEPT;
	case UI_KEY_SUSPEND:
		if (!s->mode->no_form)
			return UI_SUSPEND;
		/* The form or message ends; suspension comes right after. */
		s->want_suspend = true;
		return UI_CANCEL;
	case UI_KEY_HEAD:
		s->overlay = &ui_mode_head;
		return UI_STAY;
	case UI_KEY_HELP:
		s->overlay = &ui_mode_help;
		return UI_STAY;
	case UI_KEY_PGUP:
		page(s, -5);
		return UI_STAY;
	case UI_KEY_PGDN:
		page(s, 5);
		return UI_STAY;
	default:
		return s->mode->key(s, k);
	}
}
