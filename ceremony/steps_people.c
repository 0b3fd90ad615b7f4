/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions of people: reading aloud, roll-call.
 */
#include <stdio.h>
#include <string.h>

#include "ceremony/steps.h"
#include "ceremony/suspend.h"

kc_result
cer_do_read(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	return cer_continue(room, in, "read",
	    "Press Enter when it has been read and understood.", err);
}

kc_result
cer_do_roll_call(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < room->site.n_people && kc_ok(r); i++) {
		const struct cer_person *p = &room->site.person[i];
		struct cer_answer a = { 0 };
		char text[256];
		struct cer_prompt q = { .kind = CER_ASK_YESNO,
			.key = "present", .person = p->id, .name = p->name,
			.text = text };
		struct aud_fact f[] = {
			AUD_S("person", p->id),
			AUD_S("role", p->role),
			AUD_S("name", p->name),
			AUD_B("present", false),
			AUD_S("identity", "asserted"),
		};

		(void)snprintf(text, sizeof text,
		    "Is %.80s (%.40s) in the room, seen by the others?",
		    p->name, p->id);
		KC_TRY(r, cer_ask(room, in, &q, &a, err));
		f[3].i = strcmp(a.text, "yes") == 0;
		KC_TRY(r, cer_row(room, "person", in, f, 5, err));
		cer_line(room, f[3].i ? CER_LINE_OK : CER_LINE_NOGO,
		    p->id, "%s%s", p->name, f[3].i ? "" : " is not here");
		if (!f[3].i)
			r = KC_FAIL(err, KC_EREFUSED, 0,
			    "%s is not in the room", p->id);
	}
out:
	return r;
}

kc_result
cer_do_suspend(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	(void)room;
	/* Planned: the step is done when the room comes back to it. */
	if (in->suspended)
		return KC_DONE;
	return KC_FAIL(err, KC_ESUSPEND, 0, "the script suspends here");
}
