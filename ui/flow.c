/* SPDX-License-Identifier: Apache-2.0
 *
 * A tall grid, filled downward and shown through a window.
 */
#include "ui/flow.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/words.h"

kc_result
ui_flow_new(struct ui_flow *ret, int cols, int gaps,
    const struct ui_look *look, struct kc_err *err)
{
	struct ui_flow f = { .gaps = gaps };
	kc_result r = ui_grid_new(&f.g, UI_FLOW_ROWS, cols, look, err);

	if (kc_ok(r))
		*ret = f;
	return r;
}

void
ui_flow_free(struct ui_flow *f)
{
	if (f != NULL)
		ui_grid_free(&f->g);
}

void
ui_flow_gap(struct ui_flow *f)
{
	if (f->gaps > 0 && f->row > 0 && f->row < f->g.rows) {
		f->gaps--;
		f->row++;
	}
}

static void
advance(struct ui_flow *f, int rows)
{
	f->row += rows;
	if (f->row > f->g.rows)
		f->row = f->g.rows;
}

void
ui_flow_text(struct ui_flow *f, int col, enum ui_attr a, const char *s)
{
	struct ui_box box = { f->row, col, f->g.rows - f->row,
		f->g.cols - col };

	advance(f, ui_text(&f->g, box, a, s));
}

void
ui_flow_lead(struct ui_flow *f, const char *lead, enum ui_attr lead_a,
    int col, enum ui_attr a, const char *s)
{
	int row = f->row;

	(void)ui_put_cut(&f->g, row, 0, col - 1, lead_a, lead);
	ui_flow_text(f, col, a, s);
	if (f->row == row)
		advance(f, 1);
}

void
ui_flow_hash(struct ui_flow *f, const char *label, int col, const char *hex,
    size_t words)
{
	uint8_t hash[KC_SHA256];
	struct kc_buf b = { 0 };
	char line[48];

	if (strlen(hex) != 64 || !kc_unhex(hex, sizeof hash, hash)) {
		ui_flow_lead(f, label, UI_BOLD, col, UI_PLAIN, hex);
		return;
	}
	for (size_t i = 0; i < 64; i += 32) {
		int n = 0;

		for (size_t k = i; k < i + 32; k += 4)
			n += snprintf(line + n, sizeof line - (size_t)n,
			    "%s%.4s", k == i ? "" : k == i + 16 ? "  " : " ",
			    hex + k);
		ui_flow_lead(f, i == 0 ? label : "", UI_BOLD, col, UI_PLAIN,
		    line);
	}
	if (words > 0 && kc_ok(kc_words(hash, words, " ", &b, NULL))) {
		if (words < KC_SHA256)
			(void)kc_ok(kc_buf_addf(&b, NULL, " %s",
			    f->g.look->ascii ? "..." : "…"));
		ui_flow_text(f, col, UI_PLAIN, kc_buf_str(&b));
	}
	kc_buf_free(&b);
}

/* The scrolled rest of the body below its pinned rows. */
static void
show_window(struct ui_grid *g, struct ui_box box, const struct ui_flow *body,
    int pin, int scroll)
{
	int seen = box.rows - pin - 1, rest = body->row - pin;
	int top = (body->tail ? rest - seen : 0) + scroll;
	char hint[80];
	int below;

	if (top > rest - seen)
		top = rest - seen;
	if (top < 0)
		top = 0;
	below = rest - seen - top;
	ui_copy(g, box.row, box.col, &body->g, 0, pin);
	ui_copy(g, box.row + pin, box.col, &body->g, pin + top, seen);
	if (top > 0 && below > 0)
		(void)snprintf(hint, sizeof hint,
		    "%s %d lines above, %d below %s  PgUp PgDn",
		    g->look->g->up, top, below, g->look->g->down);
	else
		(void)snprintf(hint, sizeof hint, "%s %d more line%s %s  %s",
		    top > 0 ? g->look->g->up : g->look->g->down,
		    top > 0 ? top : below, top + below == 1 ? "" : "s",
		    top > 0 ? "above" : "below", top > 0 ? "PgUp" : "PgDn");
	(void)ui_put(g, box.row + box.rows - 1, box.col, box.cols, UI_KEY,
	    hint);
	g->hidden = rest - seen;
}

void
ui_flow_show(struct ui_grid *g, struct ui_box box,
    const struct ui_flow *body, const struct ui_flow *foot, int scroll)
{
	int used = foot->row < box.rows ? foot->row : box.rows;
	int room = box.rows - used, pin;
	struct ui_box upper = { box.row, box.col, room, box.cols };
	bool all_pinned;

	ui_copy(g, box.row + room, box.col, &foot->g, foot->row - used,
	    used);
	g->hidden = 0;
	if (body->row <= room) {
		ui_copy(g, box.row, box.col, &body->g, 0, body->row);
		return;
	}
	all_pinned = body->pin_most + 4 <= room;
	pin = all_pinned ? body->pin_most : body->pin_least;
	if (pin + 2 > room)
		pin = 0;
	if (room < 2)
		return;
	if (all_pinned || !body->tail) {
		show_window(g, upper, body, pin, scroll);
	} else {
		struct ui_flow top = *body;

		/* What is read aloud comes before its evidence. */
		top.tail = false;
		show_window(g, upper, &top, pin, scroll);
	}
}
