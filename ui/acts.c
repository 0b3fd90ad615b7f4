/* SPDX-License-Identifier: Apache-2.0
 *
 * The left pane: acts and their steps, the current one always in sight.
 */
#include "ui/mode.h"

#include <stdio.h>
#include <string.h>

/* The index of the act that item i belongs to. */
static size_t
act_of(const struct cer_view *v, size_t i)
{
	while (i > 0 && v->items[i].level > 0)
		i--;
	return i;
}

static bool
is_visible(const struct cer_view *v, size_t i, bool collapse)
{
	return !collapse || v->items[i].level == 0 ||
	    act_of(v, i) == act_of(v, v->current);
}

/* How many visible items come before item end. */
static int
count(const struct cer_view *v, size_t end, bool collapse)
{
	int n = 0;

	for (size_t i = 0; i < end; i++)
		n += is_visible(v, i, collapse);
	return n;
}

static void
draw_item(const struct ui_state *s, struct ui_grid *g, struct ui_box box,
    size_t i)
{
	const struct cer_item *it = &s->v->items[i];
	const struct ui_glyphs *gl = g->look->g;
	bool here = i == s->v->current;
	int at = it->level == 0 ? 1 : 3, end = box.cols - 3;
	enum ui_attr a = here || it->state == CER_ITEM_NOW ? UI_NOW :
	    UI_PLAIN;
	char mark[32] = "";

	if (it->state == CER_ITEM_DONE)
		(void)snprintf(mark, sizeof mark, "%s", gl->ok);
	else if (it->state == CER_ITEM_FAILED)
		(void)snprintf(mark, sizeof mark, "%s", gl->bad);
	else if (it->level == 0 && it->state == CER_ITEM_NOW &&
	    it->total > 0)
		(void)snprintf(mark, sizeof mark, "%zu/%zu", it->done,
		    it->total);
	if (strchr(mark, '/') != NULL)
		end = box.cols - (int)strlen(mark) - 1;
	if (here)
		(void)ui_put(g, box.row, 1, 1, UI_NOW, gl->now);
	at += ui_put_cut(g, box.row, at + (it->level == 0 && here ? 2 : 0),
	    8, a, it->number) + 1;
	at += it->level == 0 && here ? 2 : 0;
	(void)ui_put_cut(g, box.row, at, end - at - 1, a, it->label);
	(void)ui_put(g, box.row, end, box.cols - end,
	    it->state == CER_ITEM_FAILED ? UI_FAILS :
	    it->state == CER_ITEM_DONE ? UI_HOLDS : UI_NOW, mark);
}

/* The last rows: what is left, and what is open. */
static int
draw_left(const struct ui_state *s, struct ui_grid *g, struct ui_box box)
{
	const struct cer_view *v = s->v;
	char text[64];
	int rows = 0, last = box.row + box.rows - 1;

	if (v->minutes_left > 0) {
		(void)snprintf(text, sizeof text, "about %ld min left",
		    v->minutes_left);
		(void)ui_put_cut(g, last, 1, box.cols - 2, UI_BOLD, text);
		rows++;
	}
	if (v->exceptions > 0) {
		(void)snprintf(text, sizeof text, "exceptions: %zu, %zu open",
		    v->exceptions, v->open_exceptions);
		(void)ui_put_cut(g, last - rows, 1, box.cols - 2,
		    v->open_exceptions > 0 ? UI_NOTE : UI_PLAIN, text);
		rows++;
	}
	return rows;
}

void
ui_draw_acts(const struct ui_state *s, struct ui_grid *g, struct ui_box box)
{
	const struct cer_view *v = s->v;
	int rows = box.rows - draw_left(s, g, box), total, here, top = 0;
	int at = 0;
	bool collapse;

	if (v->n_items == 0 || v->current >= v->n_items)
		return;
	collapse = count(v, v->n_items, false) > rows;
	total = count(v, v->n_items, collapse);
	here = count(v, v->current, collapse);
	if (total > rows)
		top = here - rows / 2;
	if (top > total - rows)
		top = total - rows;
	if (top < 0)
		top = 0;
	for (size_t i = 0; i < v->n_items; i++) {
		char more[32];
		bool cut_up = at == top && top > 0;
		bool cut_down = at == top + rows - 1 && at < total - 1;

		if (!is_visible(v, i, collapse))
			continue;
		box.row = 2 + at - top;
		if (at >= top && at < top + rows && !cut_up && !cut_down)
			draw_item(s, g, box, i);
		else if (cut_up || cut_down) {
			(void)snprintf(more, sizeof more, "%s %d more",
			    cut_up ? g->look->g->up : g->look->g->down,
			    cut_up ? top + 1 : total - at);
			(void)ui_put(g, box.row, 3, box.cols - 4, UI_PLAIN,
			    more);
		}
		at++;
	}
}
