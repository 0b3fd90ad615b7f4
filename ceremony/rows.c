/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows: appended, read back, applied.  A card command is two of them.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ceremony/away.h"

kc_result
cer_catch_up(struct cer_room *room, struct kc_err *err)
{
	kc_result r = KC_DONE;

	while (kc_ok(r) && room->applied < aud_count(room->j)) {
		struct aud_entry e = { 0 };

		r = aud_get(room->j, room->applied, &e, err);
		if (kc_ok(r))
			r = cer_state_apply(room, &e, err);
		aud_entry_free(&e);
		room->applied++;
	}
	cer_view_refresh(room);
	return r;
}

kc_result
cer_row(struct cer_room *room, const char *kind,
    const struct cer_instance *in, const struct aud_fact *facts, size_t n,
    struct kc_err *err)
{
	kc_result r = aud_append(room->j, kind, in != NULL ? in->id : "",
	    facts, n, NULL, err);

	if (kc_ok(r))
		r = cer_catch_up(room, err);
	return r;
}

kc_result
cer_command_begin(struct cer_room *room, const struct cer_instance *in,
    struct cer_command *c, struct kc_err *err)
{
	struct aud_fact f[] = {
		AUD_S("command.id", c->id),
		AUD_S("command", c->command),
		AUD_S("class", c->cls),
		AUD_S("card", c->card->def->id),
		AUD_S("serial", c->card->serial),
		AUD_S("key", c->key),
		AUD_S("label", c->card->label),
	};
	kc_result r;

	(void)snprintf(c->id, sizeof c->id, "c%llu",
	    (unsigned long long)aud_count(room->j));
	r = cer_row(room, "card.intent", in, f, sizeof f / sizeof *f, err);
	if (kc_ok(r))
		cer_work_begin(room, c);
	return r;
}

size_t
cer_tries(const struct tok_info *before, const struct tok_info *after,
    bool so, struct aud_fact ret[static CER_TRIES])
{
	ret[0] = so ? AUD_B("so.low.before", before->so_low) :
	    AUD_B("pin.low.before", before->pin_low);
	ret[1] = so ? AUD_B("so.last.before", before->so_last) :
	    AUD_B("pin.last.before", before->pin_last);
	ret[2] = so ? AUD_B("so.locked.before", before->so_locked) :
	    AUD_B("pin.locked.before", before->pin_locked);
	if (after == NULL)
		return 3;
	ret[3] = so ? AUD_B("so.low.after", after->so_low) :
	    AUD_B("pin.low.after", after->pin_low);
	ret[4] = so ? AUD_B("so.last.after", after->so_last) :
	    AUD_B("pin.last.after", after->pin_last);
	ret[5] = so ? AUD_B("so.locked.after", after->so_locked) :
	    AUD_B("pin.locked.after", after->pin_locked);
	return 6;
}

/* After these the card may or may not have done it.  What nobody can ask the
 * card about is refused by ourselves, without a native code, only before
 * anything is sent: then it did not. */
static bool
is_lost(const struct cer_command *c, enum kc_code code,
    const struct kc_err *err)
{
	return code == KC_EHANG || code == KC_ECARDLESS ||
	    code == KC_ECANCEL || (code == KC_ECARD && (err->native != 0 ||
	    strcmp(c->cls, "unanswerable") != 0));
}

kc_result
cer_command_end(struct cer_room *room, const struct cer_instance *in,
    const struct cer_command *c, kc_result r, const struct aud_fact *facts,
    size_t n, struct kc_err *err)
{
	struct aud_fact f[CER_FACTS_MAX] = {
		AUD_S("command.id", c->id),
		AUD_S("command", c->command),
		AUD_S("card", c->card->def->id),
		AUD_S("key", c->key),
	};
	size_t have = 4;
	const char *kind;
	struct kc_buf found = { 0 };
	struct kc_err row = { 0 };
	kc_result w;

	cer_work_end(room);
	r = cer_card_gone(room, r, err);
	if (r.code == KC_ECARDLESS) {
		/* That it went comes before what became of the command. */
		w = cer_readers_note(room, in, &row);
		if (!kc_ok(w)) {
			*err = row;
			return w;
		}
	}
	kind = kc_ok(r) ? "card.done" : is_lost(c, r.code, err) ?
	    "card.unknown" : "card.failed";
	if (kc_ok(r)) {
		for (size_t i = 0; i < n && have < CER_FACTS_MAX; i++)
			f[have++] = facts[i];
	} else {
		f[have++] = AUD_S("code", kc_symbol(r.code));
		if (!kc_ok(kc_text_escape(err->msg, strlen(err->msg), &found,
		    NULL)))
			found.len = 0;
		f[have++] = AUD_S("found", kc_buf_str(&found));
		f[have++] = AUD_I("native", err->native);
	}
	for (size_t i = 0; i < c->n_seen && have < CER_FACTS_MAX; i++)
		f[have++] = c->seen[i];
	w = cer_row(room, kind, in, f, have, &row);
	kc_buf_free(&found);
	if (kc_ok(w))
		return r;
	*err = row;		/* a journal that fails outweighs a card */
	return w;
}

kc_result
cer_exception_note(struct cer_room *room, const struct cer_instance *in,
    const char *expected, const char *happened, const char *action,
    struct kc_err *err)
{
	int64_t number = room->st.exceptions + 1;
	struct aud_fact f[] = {
		AUD_I("number", number),
		AUD_S("expected", expected),
		AUD_S("happened", happened),
		AUD_S("action", action),
		AUD_S("decided.by", "the program, by its rules"),
	};
	kc_result r = cer_row(room, "exception.open", in, f,
	    sizeof f / sizeof *f, err);

	if (kc_ok(r))
		r = cer_row(room, "exception.close", in, f, 1, err);
	return r;
}
