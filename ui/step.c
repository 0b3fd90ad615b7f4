/* SPDX-License-Identifier: Apache-2.0
 *
 * The right pane: the step, who does what, what is read aloud, why, and the
 * evidence; below it work in progress and what is certain.
 */
#include "ui/mode.h"

#include <stdio.h>
#include <string.h>

#include "ui/flow.h"
#include "ui/wrap.h"

#define LABEL_MAX 14

static void
title(const struct cer_view *v, struct ui_flow *f)
{
	char text[160], time[32] = "";
	struct ui_box box = { f->row, 0, 3, f->g.cols };
	int width;

	if (v->minutes > 0)
		(void)snprintf(time, sizeof time, "~%ld min", v->minutes);
	width = (int)strlen(time);
	(void)ui_put(&f->g, f->row, f->g.cols - width, width, UI_PLAIN, time);
	box.cols -= width + 2;
	(void)snprintf(text, sizeof text, "%s  %s", v->number, v->title);
	f->row += ui_text(&f->g, box, UI_BOLD, text);
}

/* "READS  name   ACTS  name" on one line where they fit. */
static void
people(const struct cer_view *v, struct ui_flow *f)
{
	int half = f->g.cols / 2;

	if (v->reads[0] != '\0' && v->acts[0] != '\0' &&
	    ui_width(v->reads) + 10 < half &&
	    ui_width(v->acts) + 6 <= f->g.cols - half) {
		(void)ui_put(&f->g, f->row, half, 5, UI_BOLD, "ACTS");
		(void)ui_put_cut(&f->g, f->row, half + 6,
		    f->g.cols - half - 6, UI_PLAIN, v->acts);
		ui_flow_lead(f, "READS", UI_BOLD, 9, UI_PLAIN, v->reads);
	} else {
		if (v->reads[0] != '\0')
			ui_flow_lead(f, "READS", UI_BOLD, 9, UI_PLAIN,
			    v->reads);
		if (v->acts[0] != '\0')
			ui_flow_lead(f, "ACTS", UI_BOLD, 9, UI_PLAIN,
			    v->acts);
	}
	if (v->watches[0] != '\0')
		ui_flow_lead(f, "WATCHES", UI_BOLD, 9, UI_PLAIN, v->watches);
}

/* Quotes around what is read aloud; its lines hang inside them. */
static void
aloud(const struct cer_view *v, struct ui_flow *f)
{
	const struct ui_glyphs *gl = f->g.look->g;
	char text[sizeof v->say + 8];
	size_t len = strlen(v->say);

	while (len > 0 && v->say[len - 1] == '\n')
		len--;
	(void)snprintf(text, sizeof text, "%.*s%s", (int)len, v->say,
	    gl->close);
	(void)ui_put(&f->g, f->row, 0, 1, UI_SAY, gl->open);
	/* In ASCII the closing sign is a plain quote: nothing to escape. */
	ui_flow_text(f, 1, UI_SAY, text);
}

static int
label_cols(const struct cer_view *v)
{
	int most = 0;

	for (size_t i = 0; i < v->n_lines; i++) {
		int w = ui_width(v->line[i].label);

		if ((v->line[i].kind == CER_LINE_LABEL ||
		    v->line[i].kind == CER_LINE_HASH) && w > most)
			most = w;
	}
	return (most > LABEL_MAX ? LABEL_MAX : most) + 2;
}

static void
check_line(const struct cer_line *l, struct ui_flow *f)
{
	const struct ui_glyphs *gl = f->g.look->g;
	bool holds = l->kind == CER_LINE_OK;
	char text[sizeof l->label + sizeof l->text + 4];
	int row = f->row;

	(void)snprintf(text, sizeof text, "%s%s%s", l->label,
	    l->label[0] != '\0' && l->text[0] != '\0' ? ": " : "", l->text);
	ui_flow_text(f, 9, UI_PLAIN, text);
	if (f->row == row)
		f->row++;
	if (row >= f->g.rows)
		return;
	(void)ui_put(&f->g, row, 0, 1, holds ? UI_HOLDS : UI_FAILS,
	    holds ? gl->ok : gl->bad);
	(void)ui_put(&f->g, row, 2, 6, holds ? UI_HOLDS : UI_FAILS,
	    holds ? "OK" : "NO-GO");
}

static void
evidence(const struct ui_state *s, struct ui_flow *f)
{
	const struct cer_view *v = s->v;
	int col = label_cols(v);

	for (size_t i = 0; i < v->n_lines && i < CER_LINES_MAX; i++) {
		const struct cer_line *l = &v->line[i];

		switch (l->kind) {
		case CER_LINE_PLAIN:
			ui_flow_text(f, 0, UI_PLAIN, l->text);
			break;
		case CER_LINE_LABEL:
			ui_flow_lead(f, l->label, UI_BOLD, col, UI_PLAIN,
			    l->text);
			break;
		case CER_LINE_OK:
		case CER_LINE_NOGO:
			check_line(l, f);
			break;
		case CER_LINE_HASH:
			/* All the words where they take few lines. */
			ui_flow_hash(f, l->label, col, l->text,
			    f->g.cols >= 70 ? KC_SHA256 : 10);
			break;
		}
	}
}

/* Said where it cannot scroll away. */
static void
failures(const struct cer_view *v, struct ui_flow *f)
{
	size_t bad = 0, all = 0;
	char text[80];

	for (size_t i = 0; i < v->n_lines && i < CER_LINES_MAX; i++) {
		bad += v->line[i].kind == CER_LINE_NOGO;
		all += v->line[i].kind == CER_LINE_NOGO ||
		    v->line[i].kind == CER_LINE_OK;
	}
	if (bad == 0)
		return;
	ui_flow_gap(f);
	(void)snprintf(text, sizeof text, " NO-GO: %zu of %zu check%s %s not "
	    "hold ", bad, all, all == 1 ? "" : "s",
	    bad == 1 ? "does" : "do");
	ui_flow_text(f, 0, UI_FAILS, text);
}

void
ui_step_body(const struct ui_state *s, struct ui_flow *f)
{
	const struct cer_view *v = s->v;

	title(v, f);
	ui_flow_gap(f);
	people(v, f);
	f->pin_least = f->row;
	if (v->say[0] != '\0') {
		ui_flow_gap(f);
		aloud(v, f);
	}
	if (v->why[0] != '\0') {
		ui_flow_gap(f);
		ui_flow_lead(f, "Why:", UI_BOLD, 5, UI_PLAIN, v->why);
	}
	failures(v, f);
	f->pin_most = f->row;
	f->tail = v->n_lines > 0;
	if (v->n_lines > 0) {
		ui_flow_gap(f);
		evidence(s, f);
	}
}

static void
minutes(int64_t ms, char ret[static 24])
{
	long long s = ms / 1000;

	(void)snprintf(ret, 24, "%lld:%02lld", s / 60, s % 60);
}

/* The bar fills while the usual time is known; else a block wanders. */
static void
busy(const struct cer_view *v, struct ui_flow *f)
{
	const struct ui_glyphs *gl = f->g.look->g;
	char now[24], usual[24], text[80];
	int cols, full;

	minutes(v->busy_ms, now);
	minutes(v->busy_expected_ms, usual);
	if (v->busy_expected_ms <= 0)
		(void)snprintf(text, sizeof text, "%s", now);
	else if (v->busy_ms <= v->busy_expected_ms)
		(void)snprintf(text, sizeof text, "%s of ~%s", now, usual);
	else
		(void)snprintf(text, sizeof text, "%s, usually ~%s", now,
		    usual);
	ui_flow_text(f, 0, UI_BOLD, v->busy);
	cols = f->g.cols - 3 - (int)strlen(text);
	if (cols > 60)
		cols = 60;
	full = v->busy_expected_ms > 0 ? (int)((int64_t)cols *
	    (v->busy_ms < v->busy_expected_ms ? v->busy_ms :
	    v->busy_expected_ms) / v->busy_expected_ms) : 0;
	for (int i = 0; i < cols; i++) {
		int head = (int)(v->busy_ms / 100 % (cols + 6));
		bool on = v->busy_expected_ms > 0 ? i < full :
		    i < head && i >= head - 6;

		(void)ui_put(&f->g, f->row, i, 1, on ? UI_BAR : UI_PLAIN,
		    on ? gl->full : gl->empty);
	}
	(void)ui_put(&f->g, f->row, cols + 2, f->g.cols - cols - 2, UI_BOLD,
	    text);
	f->row++;
}

void
ui_step_foot(const struct ui_state *s, struct ui_flow *f)
{
	const struct cer_view *v = s->v;
	bool rule = v->busy[0] != '\0' || v->certain[0] != '\0';

	if (rule && f->gaps > 0)
		f->row++;
	if (v->busy[0] != '\0') {
		busy(v, f);
		ui_flow_gap(f);
	}
	if (v->certain[0] != '\0')
		ui_flow_lead(f, "Certain:", UI_BOLD, 9, UI_PLAIN,
		    v->certain);
	if (s->note[0] != '\0')
		ui_flow_text(f, 0, UI_NOTE, s->note);
}

static void
show_draw(const struct ui_state *s, struct ui_grid *g)
{
	struct ui_box box = ui_draw_frame(s, g, true);

	ui_draw_pane(s, g, box, ui_step_body, ui_step_foot);
}

static enum ui_reply
show_key(struct ui_state *s, struct ui_key k)
{
	(void)s;
	(void)k;
	return UI_STAY;
}

static void
show_hint(const struct ui_state *s, char *ret, size_t cap)
{
	(void)snprintf(ret, cap, "%se\texception\ns\tsuspend\nh\thead\n"
	    "?\thelp", s->v->busy[0] != '\0' ? "k\tstop card work\n" : "");
}

const struct ui_mode ui_mode_show = {
	.name = "step",
	.draw = show_draw,
	.key = show_key,
	.hint = show_hint,
};
