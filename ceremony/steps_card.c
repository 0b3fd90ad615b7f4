/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions with one card that is initialised: generate, prove, identify.
 * Generate is answerable: after an interruption the card is asked, and what
 * is half made is erased under its own intent (design 8.6).
 */
#include <stdio.h>
#include <string.h>

#include "base/b64.h"
#include "ceremony/away.h"
#include "ceremony/steps.h"
#include "tokens/profile.h"

static struct cer_card *
my_card(struct cer_room *room, const struct cer_instance *in)
{
	return cer_card_of(room, in->person->id);
}

/* Which keys a step is about: the field "keys", else both. */
static kc_result
wanted_uses(const struct cer_instance *in, bool ret[static CER_USES],
    struct kc_err *err)
{
	const char *name[CER_USES];
	size_t n = 0;
	kc_result r = cer_node_list(in->step->node, "keys", name, CER_USES,
	    &n, err);

	if (!kc_ok(r))
		return r;
	for (size_t u = 0; u < CER_USES; u++) {
		ret[u] = n == 0;
		for (size_t i = 0; i < n; i++)
			ret[u] = ret[u] ||
			    strcmp(name[i], cer_use_name[u]) == 0;
	}
	return r;
}

/* Does a later step still make a key on this person's card? */
static bool
makes_more(const struct cer_room *room, const struct cer_instance *in)
{
	for (size_t i = 0; i < room->n_inst; i++) {
		const struct cer_instance *other = &room->inst[i];

		if (other != in && !other->done &&
		    other->person == in->person &&
		    strcmp(other->step->action->name, "card.generate") == 0)
			return true;
	}
	return false;
}

/* The SO PIN is gone with the run that drew it.  A card nobody relies on yet
 * is initialised again; one with a key in use is not.  Nobody logs in before:
 * the card may have been reset, and has another PIN then. */
static kc_result
begin_again(struct cer_room *room, const struct cer_instance *in,
    struct cer_card *card, struct kc_err *err)
{
	kc_result r;

	for (size_t u = 0; u < CER_USES; u++)
		if (card->cert[u].len > 0)
			return KC_FAIL(err, KC_EREFUSED, 0, "the management "
			    "key of %s's card is gone with the run that drew "
			    "it, and its %s key is in use: no further key can "
			    "be made on it; replace the card",
			    card->def->person, cer_use_name[u]);
	KC_TRY(r, cer_card_initialise(room, in, card, err));
	r = cer_exception_note(room, in,
	    "keys made in the run that initialised the card",
	    "the run ended first, and the card's management key with it",
	    "the card was initialised again; no key of it was in use", err);
out:
	return r;
}

/* Does the SO make a key in this step, on a card initialised here? */
static bool
so_makes(const struct cer_card *card, const bool want[static CER_USES])
{
	const struct tok_profile *p = tok_profile_named(card->module);
	bool missing = false;

	for (size_t u = 0; u < CER_USES; u++)
		missing = missing || (want[u] && card->cert[u].len == 0);
	return missing && p != NULL && p->so_makes;
}

kc_result
cer_do_generate(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_card *card = my_card(room, in);
	struct tok_card *tok = NULL;
	bool want[CER_USES];
	kc_result r;

	(void)snprintf(room->view.certain, sizeof room->view.certain,
	    "no other card is touched; pulling the card now leaves it "
	    "without a usable key, never with half of one");
	KC_TRY(r, wanted_uses(in, want, err));
	if (so_makes(card, want) && card->so.len == 0)
		KC_TRY(r, begin_again(room, in, card, err));
	KC_TRY(r, cer_room_login(room, in, card, false, &tok, err));
	if (so_makes(card, want))
		KC_TRY(r, cer_so_login(room, in, card, tok, err));
	for (size_t u = 0; u < CER_USES; u++)
		/* Also one whose certificate is known: a kill may have come
		 * before its artifact and its signer row. */
		if (want[u])
			KC_TRY(r, cer_key_make(room, in, card, tok,
			    (enum tok_use)u, err));
	if (!makes_more(room, in))
		kc_secret_free(&card->so);
out:
	tok_close(&tok);
	return r;
}

kc_result
cer_do_prove(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_card *card = my_card(room, in);
	struct tok_card *tok = NULL;
	bool want[CER_USES];
	kc_result r;

	KC_TRY(r, wanted_uses(in, want, err));
	KC_TRY(r, cer_room_login(room, in, card, false, &tok, err));
	for (size_t u = 0; u < CER_USES; u++)
		if (want[u])
			KC_TRY(r, cer_key_prove(room, in, card, tok,
			    (enum tok_use)u, err));
out:
	tok_close(&tok);
	return r;
}

/* A card that exists already: its keys and certificates become known. */
kc_result
cer_do_identify(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_card *card = my_card(room, in);
	struct tok_card *tok = NULL;
	bool want[CER_USES];
	kc_result r;

	(void)snprintf(room->view.certain, sizeof room->view.certain,
	    "the card is only read");
	KC_TRY(r, wanted_uses(in, want, err));
	KC_TRY(r, cer_card_insert(room, in, card,
	    "Put your card into the reader, then Enter.", err));
	KC_TRY(r, cer_room_login(room, in, card, false, &tok, err));
	KC_TRY(r, cer_factory_left(room, in, card, tok, err));
	for (size_t u = 0; u < CER_USES; u++)
		if (want[u])
			KC_TRY(r, cer_key_identify(room, in, card, tok,
			    (enum tok_use)u, err));
out:
	tok_close(&tok);
	return r;
}
