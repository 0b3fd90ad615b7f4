/* SPDX-License-Identifier: Apache-2.0
 *
 * card.retire: the keys on a card are destroyed, and that they are gone is
 * read from the card afterwards.  Most cards are emptied by their holder.
 *
 * On PIV nothing destroys a key over Cryptoki but a reset, and that wants the
 * management key, which was discarded when the keys were made.  So the card's
 * maker's tool resets it first; here it is reset once more, which only works
 * on a card that was, and given credentials that nobody has.
 */
#include <stdio.h>
#include <string.h>

#include "ceremony/identity.h"
#include "ceremony/steps.h"
#include "tokens/profile.h"

static kc_result
confirm(struct cer_room *room, const struct cer_instance *in,
    const struct cer_card *card, struct kc_err *err)
{
	struct cer_answer a = { 0 };
	struct cer_prompt q = { .kind = CER_ASK_WORD, .key = "retire",
		.person = in->person->id, .name = in->person->name,
		.word = "RETIRE", .certain = room->view.certain,
		.text = "The keys on this card will be destroyed, for ever." };

	cer_line(room, CER_LINE_LABEL, "Card", "serial %s, of %s",
	    card->serial, in->person->name);
	return cer_ask(room, in, &q, &a, err);
}

/* Reset, and PIN, PUK and management key drawn and told to nobody. */
static kc_result
reset(struct tok_card *tok, const struct tok_profile *p, struct kc_err *err)
{
	struct kc_secret so = { 0 }, pin = { 0 };
	kc_result r;

	KC_TRY(r, tok_profile_so_pin(p, &so, err));
	KC_TRY(r, kc_secret_random(&pin, 8, err));
	for (size_t i = 0; i < pin.len; i++)
		pin.p[i] = (uint8_t)('0' + pin.p[i] % 10);
	r = tok_init(tok, "retired", &so, &pin, NULL, err);
out:
	kc_secret_free(&so);
	kc_secret_free(&pin);
	return r;
}

/* What the card shows to the one who is logged in. */
static kc_result
prove_empty(struct tok_card *tok, struct kc_err *err)
{
	struct tok_key key[TOK_KEYS_MAX];
	size_t n = 0;
	kc_result r = tok_keys(tok, key, TOK_KEYS_MAX, &n, err);

	for (size_t i = 0; i < n; i++)
		tok_key_free(&key[i]);
	if (kc_ok(r) && n > 0)
		r = KC_FAIL(err, KC_ECARD, 0, "%zu keys are still on the card "
		    "after it was emptied: destroy the card itself", n);
	return r;
}

static kc_result
retire(struct cer_room *room, const struct cer_instance *in,
    struct cer_card *card, struct tok_card *tok,
    const struct tok_profile *piv, struct kc_err *err)
{
	struct cer_command c = { .command = "retire", .cls = "answerable",
		.key = "", .card = card };
	struct aud_fact f[2];
	kc_result r;

	KC_TRY(r, cer_command_begin(room, in, &c, err));
	r = piv != NULL ? reset(tok, piv, err) : tok_wipe(tok, err);
	if (kc_ok(r))
		r = prove_empty(tok, err);
	f[0] = AUD_S("how", piv != NULL ? "reset; PIN, PUK and management key "
	    "drawn and discarded" : "every object destroyed");
	f[1] = AUD_S("keys-left", "none shown after a login");
	r = cer_command_end(room, in, &c, r, f, 2, err);
	if (kc_ok(r))
		cer_line(room, CER_LINE_OK, "Card", "no key is left on it");
out:
	return r;
}

/* A session with the card, not logged in.
 *  ret_piv  its profile, if it is a PIV card; else NULL */
static kc_result
open_bound(struct cer_room *room, const struct cer_card *card,
    struct tok_card **ret, const struct tok_profile **ret_piv,
    struct kc_err *err)
{
	struct tok_wait wait = cer_card_wait(room, "Retiring the card");
	const struct tok_profile *p;
	struct tok_uri uri = { 0 };
	struct tok_module m;
	struct tok_info info;
	struct kc_buf env = { 0 };
	kc_result r;

	if (card->serial[0] == '\0')
		return KC_FAIL(err, KC_ECARDLESS, 0,
		    "no card of %s is bound to this ceremony yet",
		    card->def->person);
	(void)snprintf(uri.serial, sizeof uri.serial, "%s", card->serial);
	KC_TRY(r, cer_card_module(room, card, &env, &m, err));
	r = tok_open(room->app->server, &m, &uri, &wait, ret, err);
	if (!kc_ok(r)) {
		r = cer_card_missing(room, card, &m, r, err);
		goto out;
	}
	KC_TRY(r, tok_info(*ret, &info, err));
	p = tok_profile_named(info.profile);
	*ret_piv = p != NULL && p->birth == TOK_BIRTH_PIV ? p : NULL;
out:
	kc_buf_free(&env);
	return r;
}

kc_result
cer_do_retire(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_card *card = cer_card_of(room, in->person->id);
	const struct tok_profile *piv = NULL;
	struct tok_card *tok = NULL;
	kc_result r = KC_DONE;

	if (card->retired)
		return r;
	(void)snprintf(room->view.certain, sizeof room->view.certain,
	    "no other card is touched; until the word is typed neither is "
	    "this one");
	KC_TRY(r, cer_continue(room, in, "insert", "Put the card that is "
	    "retired into the reader, then Enter.", err));
	KC_TRY(r, open_bound(room, card, &tok, &piv, err));
	KC_TRY(r, confirm(room, in, card, err));
	if (piv == NULL) {
		tok_close(&tok);
		KC_TRY(r, cer_room_login(room, in, card, false, &tok, err));
	}
	r = retire(room, in, card, tok, piv, err);
out:
	tok_close(&tok);
	return r;
}
