/* SPDX-License-Identifier: Apache-2.0
 *
 * Unanswerable commands (design 8.6): a PIN, a PUK or a management key was
 * being set when the answer was lost.  No program can find out; a person
 * decides, and the journal says who.
 */
#include <stdio.h>
#include <string.h>

#include "ceremony/room.h"

/* The sentence of the letter that was chosen. */
static void
sentence_of(const char *choices, char letter, char *ret, size_t size)
{
	const char *at = choices;

	ret[0] = '\0';
	while (at != NULL && *at != letter) {
		at = strchr(at, '\n');
		at = at != NULL ? at + 1 : NULL;
	}
	if (at != NULL)
		(void)snprintf(ret, size, "%.*s", (int)strcspn(at + 2, "\n"),
		    at + 2);
}

static kc_result
decided(struct cer_room *room, const struct cer_instance *in,
    const struct cer_card *card, const char *decision, struct kc_err *err)
{
	char happened[160];
	int64_t number = room->st.exceptions + 1;
	struct aud_fact opened[] = {
		AUD_I("number", number),
		AUD_S("expected", "an answer of the card"),
		AUD_S("happened", happened),
		AUD_S("action", decision),
		AUD_S("decided.by", in->person->name),
	};
	struct aud_fact f[] = {
		AUD_S("command", card->unanswered),
		AUD_S("card", card->def->id),
		AUD_S("decision", decision),
		AUD_S("decided.by", in->person->id),
	};
	kc_result r;

	(void)snprintf(happened, sizeof happened, "the command '%s' on the "
	    "card of %s began and was not answered", card->unanswered,
	    card->def->person);
	KC_TRY(r, cer_row(room, "exception.open", in, opened,
	    sizeof opened / sizeof *opened, err));
	KC_TRY(r, cer_row(room, "card.decided", in, f, sizeof f / sizeof *f,
	    err));
	r = cer_row(room, "exception.close", in, opened, 1, err);
out:
	return r;
}

kc_result
cer_unanswered(struct cer_room *room, const struct cer_instance *in,
    const struct cer_card *card, const char *choices, char *ret,
    struct kc_err *err)
{
	char all[512], text[320], decision[121];
	struct cer_answer a = { 0 };
	struct cer_prompt q = { .kind = CER_ASK_CHOICE, .key = "unanswered",
		.person = in->person->id, .name = in->person->name,
		.text = text, .choices = all,
		.certain = "this question changes nothing on the card" };
	kc_result r;

	(void)snprintf(text, sizeof text, "The command '%s' on the card of "
	    "%s began, and its answer never came. What the card holds now "
	    "nobody can ask it. What is done?", card->unanswered,
	    card->def->person);
	(void)snprintf(all, sizeof all, "%s\na Stop; nothing is decided",
	    choices);
	KC_TRY(r, cer_ask(room, in, &q, &a, err));
	sentence_of(choices, a.text[0], decision, sizeof decision);
	if (decision[0] == '\0') {
		r = KC_FAIL(err, KC_ECANCEL, 0, "what is done about the "
		    "command '%s' on the card of %s was not decided",
		    card->unanswered, card->def->person);
		kc_certain(err, "the card was not touched");
		goto out;
	}
	KC_TRY(r, decided(room, in, card, decision, err));
	*ret = a.text[0];
out:
	return r;
}
