/* SPDX-License-Identifier: Apache-2.0
 *
 * The screens as an implementation of struct cer_ui: one loop that draws,
 * waits at most a tick for a key, and hands it to the mode.
 */
#include "ui/screen.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "ui/mode.h"
#include "ui/pinread.h"
#include "ui/term.h"

#define TICK_MS 125	/* waiting is polled eight times a second */

/* struct ui_screen: the one terminal of this process.
 *  kept      a line begun when the exception form was asked for */
struct ui_screen {
	bool open;
	int64_t (*clock)(void);
	struct ui_look look;
	struct ui_grid grid;
	struct ui_state s;
	char kept_key[64];
	struct ui_edit kept;
};

/* Static: close must stay harmless when it is called twice. */
static struct ui_screen the_screen;
static const struct cer_view no_view = { .site = "", .ceremony = "" };

void
ui_screen_clock(int64_t (*utc_ms)(void))
{
	the_screen.clock = utc_ms;
}

static void
draw(struct ui_screen *u)
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
	u->s.utc_ms = u->clock != NULL ? u->clock() : kc_clock_utc_ms();
	ui_draw(&u->s, &u->grid);
	u->s.hidden = u->grid.hidden;
	ui_term_show(&u->grid);
}

static bool
is_small(const struct ui_screen *u)
{
	return u->grid.rows < UI_ROWS_MIN || u->grid.cols < UI_COLS_MIN;
}

/* Start a mode on a view; what the last one left is gone. */
static void
begin(struct ui_screen *u, const struct cer_view *v,
    const struct ui_mode *mode)
{
	u->s.v = v != NULL ? v : &no_view;
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
static void
drain(struct ui_screen *u)
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

static enum ui_reply
wanted(struct ui_screen *u)
{
	enum ui_reply r = u->s.want_except ? UI_EXCEPT :
	    u->s.want_suspend ? UI_SUSPEND : UI_STAY;

	if (r == UI_EXCEPT)
		u->s.want_except = false;
	else
		u->s.want_suspend = false;
	return r;
}

static enum ui_reply
loop(struct ui_screen *u)
{
	enum ui_reply r = UI_STAY;

	while (r == UI_STAY) {
		struct ui_key k;

		draw(u);
		k = ui_term_key(TICK_MS);
		if (is_small(u) && k.kind != UI_KEY_SUSPEND &&
		    k.kind != UI_KEY_END_OF_INPUT)
			continue;
		r = ui_key(&u->s, k);
	}
	return r;
}

static kc_result
result(enum ui_reply r, const char *what, const char *key,
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

static void
screen_show(void *ctx, const struct cer_view *v)
{
	struct ui_screen *u = ctx;

	if (u == NULL || !u->open)
		return;
	begin(u, v, &ui_mode_show);
	draw(u);
	u->s.v = &no_view;	/* the view is the engine's after the call */
}

static kc_result
closed(struct kc_err *err)
{
	return KC_FAIL(err, KC_EIO, 0, "the terminal is closed");
}

static void
begin_typing(struct ui_screen *u, const struct cer_prompt *p)
{
	bool word = p->kind == CER_ASK_WORD;
	size_t max = word ? 40 : p->max == 0 || p->max > 200 ? 200 : p->max;

	if (!word && p->key != NULL && strcmp(u->kept_key, p->key) == 0)
		u->s.edit = u->kept;
	else
		ui_edit_init(&u->s.edit, max, 800, "");
	u->kept_key[0] = '\0';
}

static void
keep_typed(struct ui_screen *u, const struct cer_prompt *p)
{
	if (p->kind != CER_ASK_TEXT || p->key == NULL)
		return;
	(void)snprintf(u->kept_key, sizeof u->kept_key, "%s", p->key);
	u->kept = u->s.edit;
}

static void
write_answer(const struct ui_screen *u, const struct cer_prompt *p,
    struct cer_answer *ret)
{
	struct cer_answer a = { "" };

	switch (p->kind) {
	case CER_ASK_YESNO:
		(void)snprintf(a.text, sizeof a.text, "%s",
		    u->s.letter == 'y' ? "yes" : "no");
		break;
	case CER_ASK_CHOICE:
		a.text[0] = u->s.letter;
		break;
	case CER_ASK_TEXT:
	case CER_ASK_WORD:
		(void)ui_edit_text(&u->s.edit, a.text, sizeof a.text);
		break;
	default:
		break;
	}
	*ret = a;
}

static kc_result
screen_ask(void *ctx, const struct cer_view *v, const struct cer_prompt *p,
    struct cer_answer *ret, struct kc_err *err)
{
	struct ui_screen *u = ctx;
	bool typing = p->kind == CER_ASK_TEXT || p->kind == CER_ASK_WORD;
	enum ui_reply r;

	if (u == NULL || !u->open)
		return closed(err);
	begin(u, v, typing ? &ui_mode_type : &ui_mode_ask);
	u->s.ask = p;
	if (typing)
		begin_typing(u, p);
	drain(u);
	r = wanted(u);
	if (r == UI_STAY)
		r = loop(u);
	if (r == UI_DONE)
		write_answer(u, p, ret);
	else if (r == UI_EXCEPT)
		keep_typed(u, p);
	u->s.ask = NULL;
	u->s.v = &no_view;
	return result(r, "question", p->key, err);
}

static void
redraw(void *ctx, int round, const char *note)
{
	struct ui_screen *u = ctx;

	u->s.pin_round = round;
	if (note != NULL)
		(void)snprintf(u->s.note, sizeof u->s.note, "%s", note);
	draw(u);
}

static bool
pin_hidden(void *ctx)
{
	return is_small(ctx);
}

static kc_result
screen_pin(void *ctx, const struct cer_view *v, const struct cer_pin *p,
    struct kc_secret *ret, struct kc_err *err)
{
	struct ui_screen *u = ctx;
	struct ui_pin_show show = { u, redraw, pin_hidden };
	enum ui_reply r;

	if (u == NULL || !u->open)
		return closed(err);
	begin(u, v, &ui_mode_pin);
	u->s.pin = p;
	u->s.pin_round = 0;
	drain(u);
	r = wanted(u);
	if (r == UI_STAY) {
		kc_result k = ui_pin_read(p, &show, ret, &r, err);

		if (!kc_ok(k))
			return k;
	}
	u->s.pin = NULL;
	u->s.v = &no_view;
	return result(r, "PIN", p->key, err);
}

/* A key during card work: nothing waits here. */
static bool
tick_key(struct ui_screen *u, struct ui_key k)
{
	enum ui_reply r;

	if (u->s.stopping) {
		u->s.stopping = false;
		return !(k.kind == UI_KEY_CHAR && (k.cp == 'y' ||
		    k.cp == 'Y'));
	}
	if (k.kind == UI_KEY_CHAR && k.cp == 'k' && u->s.overlay == NULL &&
	    u->s.v->busy[0] != '\0') {
		u->s.stopping = true;
		return true;
	}
	r = ui_key(&u->s, k);
	if (r == UI_EXCEPT)
		u->s.want_except = true;
	if (r == UI_SUSPEND)
		u->s.want_suspend = true;
	if (u->s.want_except || u->s.want_suspend)
		(void)snprintf(u->s.note, sizeof u->s.note,
		    "Heard: %s follows when the card has answered.",
		    u->s.want_except ? "the exception form" : "suspension");
	return true;
}

static bool
screen_tick(void *ctx, const struct cer_view *v)
{
	struct ui_screen *u = ctx;
	bool go_on = true;

	if (u == NULL || !u->open)
		return true;
	if (u->s.mode != &ui_mode_show)
		begin(u, v, &ui_mode_show);
	u->s.v = v != NULL ? v : &no_view;
	for (;;) {
		struct ui_key k = ui_term_key(0);

		if (k.kind == UI_KEY_NONE || k.kind == UI_KEY_END_OF_INPUT)
			break;
		if (!is_small(u))
			go_on = tick_key(u, k) && go_on;
	}
	draw(u);
	u->s.v = &no_view;
	return go_on;
}

static kc_result
screen_refuse(void *ctx, const struct cer_view *v, const struct kc_err *why,
    const char *choices, char *ret, struct kc_err *err)
{
	struct ui_screen *u = ctx;
	enum ui_reply r;

	if (u == NULL || !u->open)
		return closed(err);
	begin(u, v, &ui_mode_refuse);
	u->s.why = why;
	u->s.choices = choices;
	drain(u);
	r = wanted(u);
	if (r == UI_STAY)
		r = loop(u);
	if (r == UI_DONE)
		*ret = u->s.letter;
	u->s.why = NULL;
	u->s.choices = NULL;
	u->s.v = &no_view;
	return result(r, "refusal", "", err);
}

static kc_result
screen_form(void *ctx, const struct cer_view *v, struct cer_form *form,
    struct kc_err *err)
{
	struct ui_screen *u = ctx;
	struct cer_form f = *form;
	struct {
		char *p;
		size_t cap;
	} to[4] = {
		{ f.expected, sizeof f.expected },
		{ f.happened, sizeof f.happened },
		{ f.action, sizeof f.action },
		{ f.decided, sizeof f.decided },
	};
	enum ui_reply r;

	if (u == NULL || !u->open)
		return closed(err);
	begin(u, v, &ui_mode_form);
	u->s.form = form;
	u->s.focus = 0;
	for (size_t i = 0; i < 4; i++)
		ui_edit_init(&u->s.field[i], UI_EDIT_MAX, to[i].cap - 1,
		    to[i].p);
	drain(u);
	u->s.want_except = false;
	r = loop(u);
	for (size_t i = 0; i < 4 && r == UI_DONE; i++)
		if (!ui_edit_text(&u->s.field[i], to[i].p, to[i].cap))
			r = UI_CANCEL;
	if (r == UI_DONE)
		*form = f;
	u->s.form = NULL;
	u->s.v = &no_view;
	return result(r, "exception form", "", err);
}

static void
screen_say(void *ctx, const struct cer_view *v, const char *text)
{
	struct ui_screen *u = ctx;

	if (u == NULL || !u->open)
		return;
	begin(u, v, &ui_mode_say);
	u->s.scroll = 0;
	u->s.say = text;
	drain(u);
	(void)loop(u);
	u->s.say = NULL;
	u->s.v = &no_view;
}

static void
screen_close(void *ctx)
{
	struct ui_screen *u = ctx;

	if (u == NULL || !u->open)
		return;
	u->open = false;
	ui_term_close();
	ui_grid_free(&u->grid);
}

kc_result
ui_screen_open(struct cer_ui *ret, struct kc_err *err)
{
	struct ui_screen *u = &the_screen;
	int64_t (*clock)(void) = u->clock;
	kc_result r;

	if (u->open)
		return KC_FAIL(err, KC_EBUG, 0, "the screens are open already");
	*u = (struct ui_screen){ .clock = clock };
	r = ui_term_open(&u->look, err);
	if (!kc_ok(r))
		return r;
	u->open = true;
	begin(u, NULL, &ui_mode_show);
	*ret = (struct cer_ui){
		.ctx = u,
		.show = screen_show,
		.ask = screen_ask,
		.pin = screen_pin,
		.tick = screen_tick,
		.refuse = screen_refuse,
		.form = screen_form,
		.say = screen_say,
		.close = screen_close,
	};
	return KC_DONE;
}
