/* SPDX-License-Identifier: Apache-2.0
 *
 * Talking to people: the view, prompts, the exception form.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "ceremony/room.h"

/* Names of the people a list of roles or ids means, joined by commas. */
static void
name_people(const struct cer_room *room, const char *const *who, size_t n,
    char *ret, size_t size)
{
	size_t at = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		const struct cer_person *p = cer_site_who(&room->site,
		    who[i]);
		int k = snprintf(ret + at, size - at, "%s%s",
		    i > 0 ? ", " : "", p != NULL ? p->name : who[i]);

		if (k < 0 || (size_t)k >= size - at)
			return;
		at += (size_t)k;
	}
}

void
cer_view_words(struct cer_room *room, const struct cer_instance *in)
{
	struct cer_view *v = &room->view;
	const struct cer_step *st = in->step;
	const struct cer_person *by = cer_site_who(&room->site, st->by);
	const struct cer_person *adm = cer_site_who(&room->site,
	    "administrator");

	memcpy(v->number, in->number, sizeof v->number);
	cer_fill_in(&room->script, &room->site, st->title, in->person,
	    v->title, sizeof v->title);
	(void)snprintf(v->reads, sizeof v->reads, "%s", adm != NULL ?
	    adm->name : by != NULL ? by->name : st->by);
	(void)snprintf(v->acts, sizeof v->acts, "%s", in->person->name);
	name_people(room, st->watch, st->n_watch, v->watches,
	    sizeof v->watches);
	cer_fill_in(&room->script, &room->site, st->say, in->person, v->say,
	    sizeof v->say);
	(void)snprintf(v->why, sizeof v->why, "%s", st->why);
	v->minutes = (long)st->minutes;
}

void
cer_view_step(struct cer_room *room, const struct cer_instance *in)
{
	struct cer_view *v = &room->view;
	char uses[200];

	cer_view_words(room, in);
	v->n_lines = 0;
	v->busy[0] = v->certain[0] = '\0';
	for (size_t i = 0; i < room->n_items; i++)
		if (room->item[i].level == 1 &&
		    strcmp(room->item[i].number, in->number) == 0)
			v->current = i;
	cer_uses_name(&room->script, in->step, uses, sizeof uses);
	if (uses[0] != '\0')
		cer_line(room, CER_LINE_LABEL, "Uses", "%s", uses);
	cer_view_refresh(room);
}

/* Marks of the left pane and the minutes left, from the instances. */
static void
mark_items(struct cer_room *room)
{
	struct cer_item *head = NULL;
	size_t k = 0;

	room->view.minutes_left = 0;
	for (size_t i = 0; i < room->n_items; i++) {
		struct cer_item *it = &room->item[i];
		const struct cer_instance *in;

		if (it->level == 0) {
			head = it;
			head->done = 0;
			head->state = CER_ITEM_AHEAD;
			continue;
		}
		in = &room->inst[k++];
		it->state = in->done ? CER_ITEM_DONE : in->failed ?
		    CER_ITEM_FAILED : i == room->view.current ?
		    CER_ITEM_NOW : CER_ITEM_AHEAD;
		if (!in->done)
			room->view.minutes_left += (long)in->step->minutes;
		if (head == NULL)
			continue;
		head->done += in->done;
		if (head->done == head->total)
			head->state = CER_ITEM_DONE;
		else if (i == room->view.current)
			head->state = CER_ITEM_NOW;
	}
}

void
cer_view_refresh(struct cer_room *room)
{
	struct cer_view *v = &room->view;

	v->site = room->site.pool;
	v->ceremony = room->script.name;
	v->rehearsal = room->rehearsal;
	if (v->card_state == NULL)
		v->card_state = "";
	v->items = room->item;
	v->n_items = room->n_items;
	mark_items(room);
	v->journal_entries = aud_count(room->j);
	aud_head(room->j, v->head);
	v->exceptions = (size_t)room->st.exceptions;
	v->last = room->st.last;
	v->n_last = room->st.n_last;
	v->open_exceptions = 0;
	for (size_t i = 0; i < CER_EXCEPTIONS_MAX; i++)
		v->open_exceptions += room->st.exception_open[i];
}

void
cer_show(struct cer_room *room)
{
	cer_view_refresh(room);
	room->ui.show(room->ui.ctx, &room->view);
}

void
cer_line(struct cer_room *room, enum cer_line_kind kind, const char *label,
    const char *fmt, ...)
{
	struct cer_view *v = &room->view;
	struct cer_line *l;
	va_list ap;

	if (v->n_lines == CER_LINES_MAX) {
		memmove(v->line, v->line + 1,
		    (CER_LINES_MAX - 1) * sizeof v->line[0]);
		v->n_lines--;
	}
	l = &v->line[v->n_lines++];
	*l = (struct cer_line){ .kind = kind };
	(void)snprintf(l->label, sizeof l->label, "%s", label);
	va_start(ap, fmt);
	(void)vsnprintf(l->text, sizeof l->text, fmt, ap);
	va_end(ap);
	cer_show(room);
}

void
cer_warn_lines(struct cer_room *room, const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		cer_line(room, CER_LINE_NOGO, "Warning", "%.*s",
		    (int)(len < 200 ? len : 200), text);
		text += len + (text[len] == '\n');
	}
}

static kc_result
form_rows(struct cer_room *room, const struct cer_instance *in,
    const struct cer_form *form, struct kc_err *err)
{
	struct aud_fact f[] = {
		AUD_I("number", form->number),
		AUD_S("expected", form->expected),
		AUD_S("happened", form->happened),
		AUD_S("action", form->action),
		AUD_S("decided.by", form->decided),
	};
	kc_result r = cer_row(room, "exception.open", in, f,
	    sizeof f / sizeof *f, err);

	/* The form is complete when it is filed: what was done is on it. */
	if (kc_ok(r))
		r = cer_row(room, "exception.close", in, f, 1, err);
	return r;
}

kc_result
cer_exception_form(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_form form = { .number = room->st.exceptions + 1 };
	char now[KC_TIME_CHARS];
	kc_result r;

	kc_clock_format(kc_clock_utc_ms(), now);
	(void)snprintf(form.opened, sizeof form.opened, "%.8s", now + 11);
	(void)snprintf(form.step, sizeof form.step, "%s",
	    in != NULL ? in->id : "");
	r = room->ui.form(room->ui.ctx, &room->view, &form, err);
	if (r.code == KC_ECANCEL)
		return KC_DONE;
	if (!kc_ok(r))
		return r;
	return form_rows(room, in, &form, err);
}

kc_result
cer_ask(struct cer_room *room, const struct cer_instance *in,
    const struct cer_prompt *p, struct cer_answer *ret, struct kc_err *err)
{
	kc_result r;

	for (;;) {
		cer_view_refresh(room);
		r = room->ui.ask(room->ui.ctx, &room->view, p, ret, err);
		if (r.code != KC_EEXCEPT)
			return r;
		r = cer_exception_form(room, in, err);
		if (!kc_ok(r))
			return r;
	}
}

kc_result
cer_refuse(struct cer_room *room, const struct cer_instance *in,
    const struct kc_err *why, const char *choices, char *ret,
    struct kc_err *err)
{
	kc_result r;

	for (;;) {
		cer_view_refresh(room);
		r = room->ui.refuse(room->ui.ctx, &room->view, why, choices,
		    ret, err);
		if (r.code != KC_EEXCEPT)
			return r;
		r = cer_exception_form(room, in, err);
		if (!kc_ok(r))
			return r;
	}
}

kc_result
cer_pin_ask(struct cer_room *room, const struct cer_instance *in,
    const struct cer_pin *p, struct kc_secret *ret, struct kc_err *err)
{
	kc_result r;

	for (;;) {
		cer_view_refresh(room);
		r = room->ui.pin(room->ui.ctx, &room->view, p, ret, err);
		if (r.code != KC_EEXCEPT)
			return r;
		r = cer_exception_form(room, in, err);
		if (!kc_ok(r))
			return r;
	}
}

kc_result
cer_continue(struct cer_room *room, const struct cer_instance *in,
    const char *key, const char *text, struct kc_err *err)
{
	struct cer_answer a;
	struct cer_prompt p = { .kind = CER_ASK_CONTINUE, .key = key,
		.person = in->person->id, .name = in->person->name,
		.text = text, .certain = room->view.certain };

	return cer_ask(room, in, &p, &a, err);
}
