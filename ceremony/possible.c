/* SPDX-License-Identifier: Apache-2.0
 *
 * The physical model when a ceremony begins: production does not begin what
 * cannot be walked; a rehearsal says so, and goes on under an exception.
 */
#include <stdio.h>
#include <string.h>

#include "ceremony/model.h"

kc_result
cer_possible(const struct cer_room *room, struct kc_err *err)
{
	kc_result r = KC_DONE;

	if (!room->rehearsal)
		r = cer_model(&room->script, &room->site, NULL, err);
	if (!kc_ok(r))
		kc_certain(err, "no ceremony was begun; ceremony script check "
		    "says what led there");
	return r;
}

static bool
is_begun(const struct cer_room *room)
{
	for (size_t i = 0; i < room->n_inst; i++)
		if (room->inst[i].begun)
			return true;
	return room->st.exceptions > 0;
}

kc_result
cer_possible_note(struct cer_room *room, struct kc_err *err)
{
	struct kc_err why = { 0 };
	char text[sizeof why.msg + 120];
	const char *found;
	kc_result r;

	if (!room->rehearsal || is_begun(room))
		return KC_DONE;
	r = cer_model(&room->script, &room->site, NULL, &why);
	if (r.code != KC_EREFUSED) {
		if (!kc_ok(r))
			*err = why;
		return r;
	}
	/* The journal needs no path of this machine. */
	found = why.msg + strlen(room->script.root->file) + 1;
	KC_TRY(r, cer_exception_note(room, NULL, "a script of which every "
	    "step can be", found, "rehearsal-script: the walk goes on; "
	    "production would not begin it", err));
	(void)snprintf(text, sizeof text, "Production would not begin this "
	    "script. Line %s\n\nThis rehearsal goes on; that is exception "
	    "%lld.", found, (long long)room->st.exceptions);
	room->ui.say(room->ui.ctx, &room->view, text);
out:
	return r;
}
