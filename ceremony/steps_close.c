/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions that seal: checkpoint, export, close.
 */
#include "ceremony/steps.h"

kc_result
cer_do_checkpoint(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	return cer_sign_text(room, in, false, err);
}

kc_result
cer_do_export(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	return cer_sign_text(room, in, true, err);
}

/* The last word of the journal's story; the final checkpoint seals it. */
kc_result
cer_do_close(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_answer a = { 0 };
	struct cer_prompt q = { .kind = CER_ASK_WORD, .key = "close",
		.person = in->person->id, .name = in->person->name,
		.word = "CLOSE", .certain = "everything so far is in the "
		"journal", .text = "Nothing can be added to the story after "
		"this." };
	size_t open = 0;
	struct aud_fact f[2];
	kc_result r = KC_DONE;

	if (room->st.closed)
		return r;
	for (size_t i = 0; i < CER_EXCEPTIONS_MAX; i++)
		open += room->st.exception_open[i];
	if (open > 0) {
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "%zu exception(s) are still open", open);
		goto out;
	}
	KC_TRY(r, cer_close_out(room, in, err));
	KC_TRY(r, cer_ask(room, in, &q, &a, err));
	f[0] = AUD_I("exceptions", room->st.exceptions);
	f[1] = AUD_I("approvals", room->st.approvals);
	r = cer_row(room, "close", in, f, 2, err);
out:
	return r;
}
