/* SPDX-License-Identifier: Apache-2.0
 *
 * Bags: a card is put into one, or taken out of the one that came.
 */
#include <stdio.h>
#include <string.h>

#include "ceremony/steps.h"
#include "ceremony/suspend.h"

kc_result
cer_do_seal(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_card *card = cer_card_of(room, in->person->id);
	struct cer_answer a = { 0 };
	struct cer_prompt q = { .kind = CER_ASK_TEXT, .key = "bag",
		.person = in->person->id, .name = in->person->name,
		.max = 40, .text = "Put the card into a tamper-evident bag "
		"and read its number to the room. Bag number:" };
	kc_result r;

	if (card == NULL)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s has no card",
		    in->person->id);
	KC_TRY(r, cer_ask(room, in, &q, &a, err));
	KC_TRY(r, cer_bag_fresh(room, a.text, card, err));
	KC_TRY(r, cer_bag_row(room, in, card, a.text, false, err));
	cer_line(room, CER_LINE_OK, "Bag", "%s, card of %s", a.text,
	    in->person->id);
out:
	return r;
}

static kc_result
ask_yes(struct cer_room *room, const struct cer_instance *in,
    const struct cer_person *who, const char *key, const char *text,
    bool *ret, struct kc_err *err)
{
	struct cer_answer a = { 0 };
	struct cer_prompt q = { .kind = CER_ASK_YESNO, .key = key,
		.person = who->id, .name = who->name, .text = text,
		.certain = "the bag counts as closed; no card was used" };
	kc_result r = cer_ask(room, in, &q, &a, err);

	*ret = kc_ok(r) && strcmp(a.text, "yes") == 0;
	return r;
}

/* The number, by who brought the bag; a second person's eyes (there is one:
 * bind.c). */
static kc_result
look_at(struct cer_room *room, const struct cer_instance *in,
    struct cer_bag_seen *seen, struct cer_answer *ret, struct kc_err *err)
{
	struct cer_prompt q = { .kind = CER_ASK_TEXT, .key = "open-bag",
		.person = in->person->id, .name = in->person->name,
		.max = 40, .text = "Hold the unopened bag up and read its "
		"number to the room:",
		.certain = "the bag counts as closed; no card was used" };
	const struct cer_person *other = cer_step_reader(&room->site,
	    in->step);
	char text[240];
	kc_result r;

	KC_TRY(r, cer_ask(room, in, &q, ret, err));
	seen->by = other->id;
	(void)snprintf(text, sizeof text, "Is the number on the bag %.40s, "
	    "and is its seal whole?", ret->text);
	r = ask_yes(room, in, other, "open-seen", text, &seen->whole, err);
out:
	return r;
}

/* Another bag, and an exception since: people answer for it, or read again. */
static kc_result
insist(struct cer_room *room, const struct cer_instance *in,
    const struct cer_card *card, bool *ret, struct kc_err *err)
{
	const struct cer_person *other = cer_step_reader(&room->site,
	    in->step);
	char text[200];
	kc_result r = KC_DONE;

	*ret = false;
	if (card->bag_refused == 0 || other == NULL ||
	    room->st.exceptions < card->bag_refused)
		return r;
	(void)snprintf(text, sizeof text, "Does exception %lld answer for "
	    "this bag, and the card is taken out of it? (No: the bag is read "
	    "again.)", (long long)room->st.exceptions);
	KC_TRY(r, ask_yes(room, in, other, "open-anyway", text, ret, err));
	if (*ret)
		r = cer_bag_except(room, card, room->st.exceptions, err);
out:
	return r;
}

kc_result
cer_do_open(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_card *card = cer_card_of(room, in->person->id);
	struct cer_bag_seen seen = { 0 };
	struct cer_answer a = { 0 };
	bool insisted = false;
	kc_result r;

	if (card == NULL)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s has no card",
		    in->person->id);
	if (card->bag[0] == '\0')
		return KC_DONE;		/* opened before an interruption */
	KC_TRY(r, insist(room, in, card, &insisted, err));
	if (insisted)
		goto out;
	KC_TRY(r, look_at(room, in, &seen, &a, err));
	KC_TRY(r, cer_bag_open(room, in, card, a.text, &seen, err));
	cer_line(room, CER_LINE_OK, "Bag", "%s, opened; card of %s", a.text,
	    in->person->id);
out:
	return r;
}
