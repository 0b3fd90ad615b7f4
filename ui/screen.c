/* SPDX-License-Identifier: Apache-2.0
 *
 * The screens as an implementation of struct cer_ui.
 */
#include "ui/screen.h"

#include <stdio.h>
#include <string.h>

#include "ui/loop.h"
#include "ui/pinread.h"
#include "ui/term.h"

/* Static: close must stay harmless when it is called twice. */
static struct ui_screen the_screen;

void
ui_screen_clock(int64_t (*utc_ms)(void))
{
	the_screen.clock = utc_ms;
}

static void
screen_show(void *ctx, const struct cer_view *v)
{
	struct ui_screen *u = ctx;

	if (u == NULL || !u->open)
		return;
	ui_begin(u, v, &ui_mode_show);
	ui_refresh(u);
	u->s.v = &ui_no_view;	/* the view is the engine's after the call */
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
begin_words(struct ui_screen *u)
{
	u->s.focus = 0;
	for (size_t i = 0; i < CER_WORDS; i++)
		ui_edit_init(&u->s.field[i], 20, 80, "");
}

/* What was typed, in the order of the positions. */
static void
join_words(const struct ui_screen *u, char *ret, size_t size)
{
	char word[81];
	size_t n = 0;

	for (size_t i = 0; i < CER_WORDS && n < size; i++) {
		if (!ui_edit_text(&u->s.field[i], word, sizeof word))
			word[0] = '\0';
		n += (size_t)snprintf(ret + n, size - n, "%s%s",
		    i > 0 ? " " : "", word);
	}
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
	case CER_ASK_WORDS:
		join_words(u, a.text, sizeof a.text);
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
	ui_begin(u, v, p->kind == CER_ASK_WORDS ? &ui_mode_words :
	    typing ? &ui_mode_type : &ui_mode_ask);
	u->s.ask = p;
	if (p->kind == CER_ASK_WORDS)
		begin_words(u);
	if (typing)
		begin_typing(u, p);
	ui_drain(u);
	r = ui_wanted(u);
	if (r == UI_STAY)
		r = ui_loop(u);
	if (r == UI_DONE)
		write_answer(u, p, ret);
	else if (r == UI_EXCEPT)
		keep_typed(u, p);
	u->s.ask = NULL;
	u->s.v = &ui_no_view;
	return ui_result(r, "question", p->key, err);
}

static void
redraw(void *ctx, int round, const char *note)
{
	struct ui_screen *u = ctx;

	u->s.pin_round = round;
	if (note != NULL)
		(void)snprintf(u->s.note, sizeof u->s.note, "%s", note);
	ui_refresh(u);
}

static bool
pin_hidden(void *ctx)
{
	return ui_is_small(ctx);
}

static kc_result
screen_pin(void *ctx, const struct cer_view *v, const struct cer_pin *p,
    struct kc_secret *ret, struct kc_err *err)
{
	struct ui_screen *u = ctx;
	struct ui_pin_show show = { u, redraw, pin_hidden };
	kc_result k = KC_DONE;
	enum ui_reply r;

	if (u == NULL || !u->open)
		return closed(err);
	ui_begin(u, v, &ui_mode_pin);
	u->s.pin = p;
	u->s.pin_round = 0;
	/* Not ui_drain: a PIN typed ahead would pass through curses. */
	ui_term_flush();
	r = ui_wanted(u);
	if (r == UI_STAY)
		k = ui_pin_read(p, &show, ret, &r, err);
	u->s.pin = NULL;
	u->s.v = &ui_no_view;
	return kc_ok(k) ? ui_result(r, "PIN", p->key, err) : k;
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
		ui_begin(u, v, &ui_mode_show);
	u->s.v = v != NULL ? v : &ui_no_view;
	for (;;) {
		struct ui_key k = ui_term_key(0);

		if (k.kind == UI_KEY_NONE || k.kind == UI_KEY_END_OF_INPUT)
			break;
		if (!ui_is_small(u))
			go_on = tick_key(u, k) && go_on;
	}
	ui_refresh(u);
	u->s.v = &ui_no_view;
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
	ui_begin(u, v, &ui_mode_refuse);
	u->s.why = why;
	u->s.choices = choices;
	ui_drain(u);
	r = ui_wanted(u);
	if (r == UI_STAY)
		r = ui_loop(u);
	if (r == UI_DONE)
		*ret = u->s.letter;
	u->s.why = NULL;
	u->s.choices = NULL;
	u->s.v = &ui_no_view;
	return ui_result(r, "refusal", "", err);
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
	ui_begin(u, v, &ui_mode_form);
	u->s.form = form;
	u->s.focus = 0;
	for (size_t i = 0; i < 4; i++)
		ui_edit_init(&u->s.field[i], UI_EDIT_MAX, to[i].cap - 1,
		    to[i].p);
	ui_drain(u);
	u->s.want_except = false;
	r = ui_loop(u);
	for (size_t i = 0; i < 4 && r == UI_DONE; i++)
		if (!ui_edit_text(&u->s.field[i], to[i].p, to[i].cap))
			r = UI_CANCEL;
	if (r == UI_DONE)
		*form = f;
	u->s.form = NULL;
	u->s.v = &ui_no_view;
	return ui_result(r, "exception form", "", err);
}

static void
screen_say(void *ctx, const struct cer_view *v, const char *text)
{
	struct ui_screen *u = ctx;

	if (u == NULL || !u->open)
		return;
	ui_begin(u, v, &ui_mode_say);
	u->s.scroll = 0;
	u->s.say = text;
	ui_drain(u);
	(void)ui_loop(u);
	u->s.say = NULL;
	u->s.v = &ui_no_view;
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
	ui_begin(u, NULL, &ui_mode_show);
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
