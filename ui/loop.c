/* SPDX-License-Identifier: Apache-2.0
 *
 * The one loop: draw, wait at most a tick for a key, hand it to the mode.
 */
#include "ui/loop.h"

#include <stdio.h>

#include "base/clock.h"
#include "ui/term.h"

#define TICK_MS 125	/* waiting is polled eight times a second */

const struct cer_view ui_no_view = { .site = "", .ceremony = "" };

void
ui_refresh(struct ui_screen *u)
{
	struct ui_grid g;
	int rows, cols;

	ui_term_size(&rows, &cols);
	if ((rows != u->grid.rows || cols != u->grid.cols) &&
	    kc_ok(ui_grid_new(&g, rows, cols, &u->look, NULL))) {
		ui_grid_free(&u->grid);
		u->grid = g;
	}
	if (u->grid.cell == NULL)
		return;
	if (u->s.v->poll != NULL)
		u->s.v->poll(u->s.v->poll_ctx);
	u->s.utc_ms = u->clock != NULL ? u->clock() : kc_clock_utc_ms();
	ui_draw(&u->s, &u->grid);
	u->s.hidden = u->grid.hidden;
	ui_term_show(&u->grid);
}

bool
ui_is_small(const struct ui_screen *u)
{
	return u->grid.rows < UI_ROWS_MIN || u->grid.cols < UI_COLS_MIN;
}

/* Start a mode on a view; what the last one left is gone. */
void
ui_begin(struct ui_screen *u, const struct cer_view *v,
    const struct ui_mode *mode)
{
	u->s.v = v != NULL ? v : &ui_no_view;
	u->s.look = &u->look;
	if (u->s.mode != mode)
		u->s.scroll = 0;
	u->s.mode = mode;
	u->s.overlay = NULL;
	u->s.note[0] = '\0';
	u->s.letter = '\0';
	u->s.stopping = false;
}

/* What was typed before the question stood there answers nothing; only a
 * wish for the exception form or for suspension is kept. */
void
ui_drain(struct ui_screen *u)
{
	struct ui_key k;

	do {
		k = ui_term_key(0);
		if (k.kind == UI_KEY_EXCEPT)
			u->s.want_except = true;
		if (k.kind == UI_KEY_SUSPEND)
			u->s.want_suspend = true;
	} while (k.kind != UI_KEY_NONE && k.kind != UI_KEY_END_OF_INPUT);
	ui_term_flush();
}

enum ui_reply
ui_wanted(struct ui_screen *u)
{
	enum ui_reply r = u->s.want_except ? UI_EXCEPT :
	    u->s.want_suspend ? UI_SUSPEND : UI_STAY;

	if (r == UI_EXCEPT)
		u->s.want_except = false;
	else
		u->s.want_suspend = false;
	return r;
}

enum ui_reply
ui_loop(struct ui_screen *u)
{
	enum ui_reply r = UI_STAY;

	while (r == UI_STAY) {
		struct ui_key k;

		ui_refresh(u);
		k = ui_term_key(TICK_MS);
		if (ui_is_small(u) && k.kind != UI_KEY_SUSPEND &&
		    k.kind != UI_KEY_END_OF_INPUT)
			continue;
		r = ui_key(&u->s, k);
	}
	return r;
}

kc_result
ui_result(enum ui_reply r, const char *what, const char *key,
    struct kc_err *err)
{
	if (key == NULL)
		key = "";
	switch (r) {
	case UI_DONE:
		return KC_DONE;
	case UI_EXCEPT:
		return KC_FAIL(err, KC_EEXCEPT, 0,
		    "the exception form was asked for at %s '%s'", what, key);
	case UI_SUSPEND:
		return KC_FAIL(err, KC_ESUSPEND, 0,
		    "suspension was asked for at %s '%s'", what, key);
	default:
		return KC_FAIL(err, KC_ECANCEL, 0,
		    "%s '%s' was cancelled at the terminal", what, key);
	}
}
