/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine: one step after another, each begun and ended in the journal.
 * Where it stands is what the journal says.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ceremony/action.h"
#include "ceremony/amend.h"
#include "ceremony/away.h"
#include "ceremony/gonogo.h"
#include "ceremony/model.h"
#include "ceremony/suspend.h"

static kc_result
begin_row(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	char title[128];
	struct aud_fact f[] = {
		AUD_S("do", in->step->action->name),
		AUD_S("number", in->number),
		AUD_S("title", title),
		AUD_S("by", in->person->id),
		AUD_B("again", in->begun),
	};

	cer_fill_in(&room->script, &room->site, in->step->title, in->person,
	    title, sizeof title);
	return cer_row(room, "step.begin", in, f, sizeof f / sizeof *f, err);
}

static kc_result
failed_row(struct cer_room *room, const struct cer_instance *in,
    const struct kc_err *why, struct kc_err *err)
{
	struct kc_buf text = { 0 };
	struct aud_fact f[2];
	kc_result r = kc_text_escape(why->msg, strlen(why->msg), &text, err);

	f[0] = AUD_S("code", kc_symbol(why->code));
	f[1] = AUD_S("found", kc_buf_str(&text));
	if (kc_ok(r))
		r = cer_row(room, "step.failed", in, f, 2, err);
	kc_buf_free(&text);
	return r;
}

/* People whose cards approve the step: each signs its digest. */
static kc_result
approvals(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	char digest[KC_HEX];
	uint8_t sha[KC_SHA256], head[KC_SHA256];
	struct kc_part part[2];
	kc_result r = KC_DONE;

	if (in->step->n_approve == 0)
		return r;
	/* What is approved: this step, on everything that went before. */
	aud_head(room->j, head);
	part[0] = (struct kc_part){ head, sizeof head };
	part[1] = (struct kc_part){ in->id, strlen(in->id) };
	KC_TRY(r, kc_sha256(part, 2, sha, err));
	kc_hex(sha, sizeof sha, digest);
	for (size_t i = 0; i < in->step->n_approve; i++)
		KC_TRY(r, cer_approve(room, in, cer_site_who(&room->site,
		    in->step->approve[i])->id, in->id, digest, err));
out:
	return r;
}

static kc_result
act(struct cer_room *room, struct cer_instance *in, struct kc_err *err)
{
	kc_result r;

	cer_card_unused(room);
	KC_TRY(r, cer_readers_note(room, in, err));
	KC_TRY(r, cer_plugged_note(room, in, err));
	KC_TRY(r, begin_row(room, in, err));
	cer_show(room);
	KC_TRY(r, cer_go_before(room, in, err));
	KC_TRY(r, approvals(room, in, err));
	KC_TRY(r, in->step->action->run(room, in, err));
	if (!in->step->action->own_end)
		KC_TRY(r, cer_readers_note(room, in, err));
	if (!in->step->action->own_end)
		r = cer_row(room, "step.done", in, NULL, 0, err);
out:
	return r;
}

/* Failures after which the journal itself cannot be trusted to go on. */
static bool
is_fatal(enum kc_code code)
{
	return code == KC_EDB || code == KC_ENOMEM || code == KC_EBUG ||
	    code == KC_ESELFTEST || code == KC_ESANDBOX;
}

/* After a refusal: again, exception and again, a spare card, or stop here. */
static kc_result
refused(struct cer_room *room, struct cer_instance *in,
    struct kc_err *why, bool *ret_again, struct kc_err *err)
{
	const char *choices = room->site.n_spares > 0 ?
	    "r Try this step again\nx Record an exception, then try again\n"
	    "m Bring in a changed site file: a spare for a dead card\n"
	    "a Stop here; the ceremony can be resumed" :
	    "r Try this step again\nx Record an exception, then try again\n"
	    "a Stop here; the ceremony can be resumed";
	char letter;
	kc_result r;

	for (;;) {
		letter = 'a';
		*ret_again = false;
		KC_TRY(r, failed_row(room, in, why, err));
		KC_TRY(r, cer_refuse(room, in, why, choices, &letter, err));
		if (letter != 'm')
			break;
		r = cer_amend(room, in, err);
		if (kc_ok(r) || is_fatal(r.code) || r.code == KC_ESUSPEND)
			goto out;
		*why = *err;
	}
	if (letter == 'x')
		KC_TRY(r, cer_exception_form(room, in, err));
	*ret_again = letter != 'a';
	if (letter == 'a') {
		*err = *why;
		r = (kc_result){ why->code };
	}
out:
	return r;
}

static kc_result
step(struct cer_room *room, struct cer_instance *in, struct kc_err *err)
{
	bool again = true;
	struct kc_err why;
	kc_result r = KC_DONE;

	while (again) {
		cer_view_step(room, in);
		r = cer_card_gone(room, act(room, in, err), err);
		if (kc_ok(r))
			break;
		kc_secret_free(&room->master);
		if (is_fatal(r.code) || r.code == KC_ESUSPEND)
			break;
		why = *err;
		r = refused(room, in, &why, &again, err);
		if (!kc_ok(r))
			break;
	}
	return r;
}

/* Intents without outcome from an earlier run.  Repeatable ones are closed
 * here; the others are asked of the card by their step. */
static kc_result
close_open_command(struct cer_room *room, struct kc_err *err)
{
	struct cer_state *st = &room->st;
	struct aud_fact f[] = {
		AUD_S("command.id", st->open_id),
		AUD_S("command", st->open_command),
		AUD_S("card", st->open_card),
		AUD_S("key", st->open_key),
		AUD_S("code", "interrupted"),
		AUD_S("found", strcmp(st->open_class, "unanswerable") == 0 ?
		    "the program ended before the answer; a person decides" :
		    "the program ended before the answer; the step asks the "
		    "card again"),
	};

	if (st->open_id[0] == '\0')
		return KC_DONE;
	return cer_row(room, "card.unknown", NULL, f, sizeof f / sizeof *f,
	    err);
}

/* Exceptions that were filed whole, but cut off before their closing row.
 * The one about an exchange key waits for its signatures: its step goes on
 * with it. */
static kc_result
close_cut_exceptions(struct cer_room *room, struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (int64_t i = 1; kc_ok(r) && i < CER_EXCEPTIONS_MAX; i++) {
		struct aud_fact f[] = {
			AUD_I("number", i),
			AUD_S("found", "the program ended between filing "
			    "and closing"),
		};

		if (room->st.exception_open[i] && i != room->st.unproven)
			r = cer_row(room, "exception.close", NULL, f, 2, err);
	}
	return r;
}

kc_result
cer_walk(struct cer_room *room, struct kc_err *err)
{
	bool holds;
	kc_result r;

	KC_TRY(r, close_open_command(room, err));
	KC_TRY(r, close_cut_exceptions(room, err));
	KC_TRY(r, cer_possible_note(room, err));
	KC_TRY(r, cer_resume(room, err));
	for (size_t i = 0; i < room->n_inst; ) {
		struct cer_instance *in = &room->inst[i++];

		if (in->done)
			continue;
		KC_TRY(r, cer_condition(room, in, &holds, err));
		if (!holds)
			continue;
		r = step(room, in, err);
		if (r.code == KC_ESUSPEND)
			r = cer_suspend(room, in, err);
		if (!kc_ok(r))
			break;
		if (!room->amended)
			continue;
		/* Steps of the card that is gone are to be done again. */
		KC_TRY(r, cer_room_again(room, err));
		i = 0;
	}
out:
	return r;
}
