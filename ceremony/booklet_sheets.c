/* SPDX-License-Identifier: Apache-2.0
 *
 * The paper script: sheets for what was not planned, and signatures.
 */
#include <stdio.h>

#include "base/json.h"
#include "ceremony/booklet.h"

#define EXCEPTIONS 4
#define BAGS_SPARE 2

static kc_result
add_exceptions(json_t *doc, struct kc_err *err)
{
	static const char *const lines[] = { "Step, and time (UTC)",
		"Expected", "Happened", "", "Done about it", "",
		"Decided by", "Closed at, by" };
	kc_result r = KC_DONE;

	for (int i = 1; i <= EXCEPTIONS; i++) {
		json_t *fill = NULL;
		char head[40];

		if (i % 2 == 1)
			KC_TRY(r, aud_doc_page(doc, err));
		(void)snprintf(head, sizeof head, "Exception %d", i);
		KC_TRY(r, AUD_DOC(doc, "h", 2, err, head));
		if (i == 1)
			KC_TRY(r, AUD_DOC(doc, "p", 0, err, "Anyone may open "
			    "one at any moment: the key e. The station gives "
			    "it its number; all are closed before the "
			    "ceremony is."));
		KC_TRY(r, aud_doc_fill(doc, &fill, err));
		for (size_t k = 0; k < sizeof lines / sizeof *lines; k++)
			KC_TRY(r, aud_doc_blank(fill, lines[k], 1, err));
	}
out:
	return r;
}

static kc_result
add_suspension(const struct cer_room *room, json_t *doc, struct kc_err *err)
{
	char label[160];
	json_t *fill = NULL;
	kc_result r;

	KC_TRY(r, aud_doc_page(doc, err));
	KC_TRY(r, AUD_DOC(doc, "h", 2, err, "If the ceremony is suspended"));
	KC_TRY(r, AUD_DOC(doc, "p", 0, err, "The cards sign a checkpoint, "
	    "each card goes into a bag, and the head's words go onto this "
	    "sheet and onto one of every holder. To go on, the station "
	    "asks for bags and words."));
	KC_TRY(r, aud_doc_fill(doc, &fill, err));
	KC_TRY(r, aud_doc_blank(fill, "Suspended in step, at (UTC)", 1,
	    err));
	KC_TRY(r, aud_doc_blank(fill, "Head of the journal", 32, err));
	for (size_t i = 0; i < room->site.n_cards; i++) {
		(void)snprintf(label, sizeof label, "Bag of the card %s (%s)",
		    room->site.card[i].id, room->site.card[i].person);
		KC_TRY(r, aud_doc_blank(fill, label, 1, err));
	}
	for (int i = 0; i < BAGS_SPARE; i++)
		KC_TRY(r, aud_doc_blank(fill, "Bag of a medium or spare", 1,
		    err));
	r = aud_doc_blank(fill, "Resumed at (UTC), seals whole, by", 1, err);
out:
	return r;
}

kc_result
cer_booklet_sheets(const struct cer_room *room, json_t *doc,
    struct kc_err *err)
{
	json_t *lines = json_array();
	char line[200];
	kc_result r;

	KC_TRY(r, add_exceptions(doc, err));
	KC_TRY(r, add_suspension(room, doc, err));
	KC_TRY(r, aud_doc_page(doc, err));
	KC_TRY(r, AUD_DOC(doc, "h", 2, err, "Who was there"));
	KC_TRY(r, AUD_DOC(doc, "p", 0, err, "I was in the room from the first "
	    "step to the last, or as I note beside my name, and this "
	    "booklet says what I saw."));
	for (size_t i = 0; i < room->site.n_people; i++) {
		const struct cer_person *p = &room->site.person[i];

		(void)snprintf(line, sizeof line, "%s, %s", p->name, p->role);
		KC_TRY(r, kc_json_add_new(lines, json_string(line), err));
	}
	r = kc_json_add_new(doc, json_pack("{s:s,s:O}", "k", "sign", "lines",
	    lines), err);
out:
	json_decref(lines);
	return r;
}
