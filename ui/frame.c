/* SPDX-License-Identifier: Apache-2.0
 *
 * What every screen shares: the top line, the rules, the journal's line and
 * the keys.
 */
#include "ui/mode.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/words.h"
#include "ui/flow.h"
#include "ui/wrap.h"

#define GAPS_ALL 1000
#define READABLE_COLS 110	/* longer lines are lost by the eye */

/* site, ceremony, mode, card, clock; the middle gives way first. */
static void
draw_top(const struct ui_state *s, struct ui_grid *g)
{
	const struct cer_view *v = s->v;
	enum ui_attr a = v->rehearsal ? UI_TOP_REHEARSAL : UI_TOP_PRODUCTION;
	const char *word = v->rehearsal ? "REHEARSAL" : "PRODUCTION";
	char time[KC_TIME_CHARS], clock[24];
	int spare = g->cols - UI_COLS_MIN, at = 1, end;

	kc_clock_format(s->utc_ms, time);
	(void)snprintf(clock, sizeof clock, "%.8s UTC", time + 11);
	end = g->cols - 13;
	ui_fill(g, 0, 0, g->cols, a);
	at += ui_put_cut(g, 0, at, 22 + spare / 3, a,
	    v->site != NULL ? v->site : "");
	at += ui_put(g, 0, at, 3, a, g->look->ascii ? " - " : " · ");
	at += ui_put_cut(g, 0, at, 12 + spare / 4, a,
	    v->ceremony != NULL ? v->ceremony : "");
	at += 3;
	at += ui_put(g, 0, at, end - at, a, word);
	at += 3;
	if (v->card_state != NULL && end - at > 6)
		(void)ui_put_cut(g, 0, at, end - at - 2, a, v->card_state);
	(void)ui_put(g, 0, g->cols - 13, 12, a, clock);
}

static void
draw_status(const struct ui_state *s, struct ui_grid *g, int row)
{
	const struct cer_view *v = s->v;
	const char *dot = g->look->ascii ? " - " : " · ";
	struct kc_buf b = { 0 };
	char text[64], open[64] = "";
	int at = 1, right;

	if (v->open_exceptions > 0)
		(void)snprintf(open, sizeof open, "%zu exception%s open",
		    v->open_exceptions, v->open_exceptions == 1 ? "" : "s");
	right = g->cols - 1 - (int)strlen(open);
	(void)snprintf(text, sizeof text, "journal %llu%s",
	    (unsigned long long)v->journal_entries, dot);
	at += ui_put(g, row, at, g->cols - at, UI_BOLD, text);
	/* Ten words where they fit, five otherwise. */
	for (size_t n = 10; n >= 5; n -= 5) {
		b.len = 0;
		if (!kc_ok(kc_words(v->head, n, " ", &b, NULL)))
			break;
		if (n == 5 || at + ui_width(kc_buf_str(&b)) + 2 < right) {
			(void)ui_put(g, row, at, right - at - 1, UI_PLAIN,
			    kc_buf_str(&b));
			break;
		}
	}
	(void)ui_put(g, row, right, g->cols - right, UI_NOTE, open);
	kc_buf_free(&b);
}

/* "Enter\tdone\n..." as bold keys and plain words. */
static void
draw_hint(struct ui_grid *g, int row, const char *hint)
{
	int at = 1;

	while (*hint != '\0') {
		size_t key = strcspn(hint, "\t"), end = strcspn(hint, "\n");
		char part[64];

		(void)snprintf(part, sizeof part, "%.*s", (int)key, hint);
		at += ui_put(g, row, at, g->cols - at, UI_KEY, part) + 1;
		if (key < end) {
			(void)snprintf(part, sizeof part, "%.*s",
			    (int)(end - key - 1), hint + key + 1);
			at += ui_put(g, row, at, g->cols - at, UI_PLAIN,
			    part) + 2;
		}
		hint += end;
		hint += *hint == '\n';
	}
}

static void
draw_keys(const struct ui_state *s, struct ui_grid *g, int row)
{
	const struct ui_mode *m = s->overlay != NULL ? s->overlay : s->mode;
	char hint[400] = "";

	if (s->stopping && s->overlay == NULL) {
		(void)ui_put(g, row, 1, g->cols - 1, UI_NOTE,
		    "Stop this card work?  y yes, kill it   "
		    "any other key: go on");
		return;
	}
	m->hint(s, hint, sizeof hint);
	draw_hint(g, row, hint);
}

struct ui_box
ui_draw_frame(const struct ui_state *s, struct ui_grid *g, bool acts)
{
	const struct ui_glyphs *gl = g->look->g;
	int left = !acts ? 0 : g->cols >= 140 ? 40 : g->cols >= 100 ? 30 : 24;
	int bottom = g->rows - 3;
	struct ui_box box = { 2, left + 2, bottom - 2, g->cols - left - 3 };

	if (box.cols > READABLE_COLS)
		box.cols = READABLE_COLS;

	draw_top(s, g);
	ui_hline(g, 1, 0, g->cols);
	ui_hline(g, bottom, 0, g->cols);
	draw_status(s, g, bottom + 1);
	draw_keys(s, g, bottom + 2);
	if (!acts) {
		if (box.cols < READABLE_COLS)
			box.cols--;
		return box;
	}
	(void)ui_put(g, 1, 2, left, UI_BOLD, " Acts ");
	(void)ui_put(g, 1, left, 1, UI_RULE, gl->tee_down);
	(void)ui_put(g, bottom, left, 1, UI_RULE, gl->tee_up);
	for (int i = 2; i < bottom; i++)
		(void)ui_put(g, i, left, 1, UI_RULE, gl->vline);
	ui_draw_acts(s, g, (struct ui_box){ 2, 0, bottom - 2, left });
	return box;
}

void
ui_draw_pane(const struct ui_state *s, struct ui_grid *g, struct ui_box box,
    ui_fill_fn *body, ui_fill_fn *foot)
{
	struct ui_flow b = { 0 }, f = { 0 };
	int gaps = GAPS_ALL, spare;

	/* First with every blank line, then with none; where there is room
	 * left, a third time with as many as fit. */
	for (int pass = 0; pass < 3; pass++) {
		if (!kc_ok(ui_flow_new(&b, box.cols, gaps, g->look, NULL)) ||
		    !kc_ok(ui_flow_new(&f, box.cols,
		    pass == 0 ? GAPS_ALL : 0, g->look, NULL)))
			break;
		body(s, &b);
		if (foot != NULL)
			foot(s, &f);
		spare = box.rows - b.row - f.row;
		if ((pass == 0 && spare >= 0) || (pass == 1 && spare <= 0) ||
		    pass == 2) {
			ui_flow_show(g, box, &b, &f, s->scroll);
			break;
		}
		gaps = pass == 0 ? 0 : spare;
		ui_flow_free(&b);
		ui_flow_free(&f);
	}
	ui_flow_free(&b);
	ui_flow_free(&f);
}

void
ui_foot_rule(struct ui_flow *f, const char *person, const char *name)
{
	char who[200];

	ui_hline(&f->g, f->row, 0, f->g.cols);
	if (person != NULL && *person != '\0') {
		if (name == NULL || *name == '\0' ||
		    strcmp(name, person) == 0)
			(void)snprintf(who, sizeof who, " %s ", person);
		else
			(void)snprintf(who, sizeof who, " %s (%s) ", person,
			    name);
		(void)ui_put_cut(&f->g, f->row, 2, f->g.cols - 4, UI_BOLD,
		    who);
	}
	f->row++;
}
