/* SPDX-License-Identifier: Apache-2.0
 *
 * card.pin: the holder changes the PIN of a card in use.  The old one is
 * proven by a login; the new one by another.  Between the two nobody can ask
 * the card which one it takes (design 8.6).
 */
#include <stdio.h>
#include <string.h>

#include "ceremony/steps.h"

static kc_result
change(struct cer_room *room, const struct cer_instance *in,
    struct cer_card *card, struct tok_card *tok, struct kc_err *err)
{
	struct cer_command c = { .command = "pin", .cls = "unanswerable",
		.key = "", .card = card };
	struct kc_secret pin = { 0 };
	struct tok_info before, after;
	kc_result r;

	KC_TRY(r, tok_info(tok, &before, err));
	KC_TRY(r, cer_choose_pin(room, in, &before, "changed-pin", &pin,
	    err));
	KC_TRY(r, cer_command_begin(room, in, &c, err));
	r = tok_set_pin(tok, &pin, err);
	c.n_seen = cer_tries(&before, kc_ok(tok_info(tok, &after, NULL)) ?
	    &after : NULL, false, c.seen);
	r = cer_command_end(room, in, &c, r, NULL, 0, err);
	if (kc_ok(r))
		cer_line(room, CER_LINE_OK, "PIN", "changed, and proven by a "
		    "login");
out:
	kc_secret_free(&pin);
	return r;
}

/* Nobody may rely on a card that is emptied. */
static kc_result
begin_anew(struct cer_room *room, const struct cer_instance *in,
    struct cer_card *card, struct kc_err *err)
{
	for (size_t u = 0; u < CER_USES; u++)
		if (card->cert[u].len > 0)
			return KC_FAIL(err, KC_EREFUSED, 0, "the %s key of "
			    "%s's card is in use: the card is not initialised "
			    "again; unblock it with its PUK, or replace it",
			    cer_use_name[u], card->def->person);
	return cer_card_initialise(room, in, card, err);
}

kc_result
cer_do_pin(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_card *card = cer_card_of(room, in->person->id);
	struct tok_card *tok = NULL;
	char letter = 'o';
	kc_result r;

	(void)snprintf(room->view.certain, sizeof room->view.certain,
	    "the keys stay on the card; no other card is touched");
	if (strcmp(card->unanswered, "pin") == 0)
		KC_TRY(r, cer_unanswered(room, in, card,
		    "n " CER_TRY_NEW_PIN "\n"
		    "o Try the old PIN; the card counts it if it is wrong\n"
		    "i Initialise the card again", &letter, err));
	if (letter == 'i') {
		r = begin_anew(room, in, card, err);
		goto out;
	}
	KC_TRY(r, cer_room_login(room, in, card, false, &tok, err));
	if (letter == 'n')
		cer_line(room, CER_LINE_OK, "PIN", "the card takes the new "
		    "one");
	else
		r = change(room, in, card, tok, err);
out:
	tok_close(&tok);
	return r;
}
