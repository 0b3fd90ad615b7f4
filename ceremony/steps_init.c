/* SPDX-License-Identifier: Apache-2.0
 *
 * card.initialise: a card becomes one of this ceremony.  Where it is a token
 * that can be asked afterwards, an interruption is answered by asking it.  On
 * PIV nobody can ask which management key was set, so the card is
 * initialised again (design 8.6).
 */
#include <stdio.h>
#include <string.h>

#include "ceremony/away.h"
#include "ceremony/identity.h"
#include "ceremony/steps.h"
#include "tokens/profile.h"

/* struct found: what the card's module shows. */
struct found {
	struct tok_info info;
	bool there;		/* a card to initialise */
	struct tok_info ours;	/* with the label of an earlier attempt */
	bool ours_there;
};

static bool
is_piv(const struct tok_info *i)
{
	const struct tok_profile *p = tok_profile_named(i->profile);

	return p != NULL && p->birth == TOK_BIRTH_PIV;
}

/* Real cards: the one with the site file's serial; without one, the only
 * card there that is nobody else's. */
static kc_result
choose_card(struct cer_room *room, const struct cer_card *card,
    const struct tok_info *list, size_t n, struct found *ret,
    struct kc_err *err)
{
	const struct cer_card *other = NULL;
	size_t fit = 0;

	for (size_t i = 0; i < n; i++) {
		const struct cer_card *c = cer_card_bound(room, card,
		    list[i].serial);

		if (c != NULL) {
			other = c;
			continue;
		}
		if (card->def->serial[0] != '\0' &&
		    strcmp(card->def->serial, list[i].serial) != 0)
			continue;
		ret->info = list[i];
		fit++;
	}
	ret->there = fit == 1;
	if (fit > 1)
		return KC_FAIL(err, KC_ECARD, 0, "%zu cards are present that "
		    "could be %s's: leave only that one in the readers", fit,
		    card->def->person);
	if (fit == 0 && other != NULL && other->initialised)
		return KC_FAIL(err, KC_EREFUSED, 0, "the card with serial %s "
		    "was made %s's in this ceremony: it is given a second "
		    "time, for %s; take it out and put in a card of %s's own",
		    other->serial, other->def->person, card->def->person,
		    card->def->person);
	if (fit == 0 && other != NULL)
		return KC_FAIL(err, KC_EREFUSED, 0, "the card with serial %s "
		    "is %s's, not %s's: take it out and put in the right one",
		    other->serial[0] != '\0' ?
		    other->serial : other->def->serial, other->def->person,
		    card->def->person);
	if (fit == 0 && n > 0)
		return KC_FAIL(err, KC_ECARDLESS, 0, "none of the %zu cards "
		    "present has the serial %s of %s's card; put that one "
		    "into the reader", n, card->def->serial,
		    card->def->person);
	return KC_DONE;
}

static kc_result
survey(struct cer_room *room, struct cer_card *card, struct found *ret,
    struct kc_err *err)
{
	struct tok_info list[TOK_LIST_MAX];
	struct tok_module m;
	struct kc_buf env = { 0 };
	size_t n = 0;
	kc_result r;

	KC_TRY(r, cer_card_module(room, card, &env, &m, err));
	KC_TRY(r, tok_list(room->app->server, &m, list, TOK_LIST_MAX, &n,
	    err));
	if (n > 0 && is_piv(&list[0])) {
		r = choose_card(room, card, list, n, ret, err);
		goto out;
	}
	for (size_t i = 0; i < n; i++) {
		if (!list[i].initialized) {
			ret->info = list[i];
			ret->there = true;
		} else if (card->label[0] != '\0' &&
		    strcmp(list[i].label, card->label) == 0) {
			ret->ours = list[i];
			ret->ours_there = true;
		}
	}
out:
	kc_buf_free(&env);
	return r;
}

/* Who has the SO PIN and the PUK afterwards. */
static const char *
so_said(const struct tok_info *i)
{
	return i->pin_pad ? "typed on the reader's pad" : is_piv(i) ?
	    "random, until the keys are made, then discarded" :
	    "random, discarded";
}

static kc_result
init_done(struct cer_room *room, const struct cer_instance *in,
    const struct cer_command *c, kc_result r, const struct tok_info *info,
    bool adopted, struct kc_err *err)
{
	char atr[67];
	struct aud_fact f[] = {
		AUD_S("serial", info->serial),
		AUD_S("atr", atr),
		AUD_S("token", info->label),
		AUD_S("manufacturer", info->manufacturer),
		AUD_S("model", info->model),
		AUD_S("firmware", info->firmware),
		AUD_S("module", info->profile),
		AUD_S("so-pin", so_said(info)),
		AUD_S("puk", !is_piv(info) ? "none" : cer_puk_by_holder(in) ?
		    "the holder's" : "random, discarded"),
		AUD_B("software-token", tok_known_soft(info)),
		AUD_B("adopted", adopted),
		AUD_I("rsa.min", (int64_t)info->rsa_min),
		AUD_I("rsa.max", (int64_t)info->rsa_max),
	};

	cer_readers_atr(room, info->reader, atr);
	if (kc_ok(r))
		cer_readers_known(room, info->reader, c->card->def->person);
	return cer_command_end(room, in, c, r, f, sizeof f / sizeof *f, err);
}

/* Was the interrupted initialisation complete after all?  Then the PIN just
 * typed opens it and no key is on it. */
static kc_result
try_adopt(struct cer_room *room, const struct cer_instance *in,
    struct cer_card *card, const struct tok_info *found,
    const struct kc_secret *pin, bool *ret_adopted, struct kc_err *err)
{
	struct cer_command c = { .command = "initialise",
		.cls = "answerable", .key = "", .card = card };
	struct tok_wait wait = cer_card_wait(room, "Asking the card");
	struct tok_uri uri = { 0 };
	struct tok_card *tok = NULL;
	struct tok_key key[TOK_KEYS_MAX];
	struct tok_module m;
	struct kc_buf env = { 0 };
	struct kc_err why;
	size_t n = 0;
	kc_result r;

	*ret_adopted = false;
	(void)snprintf(uri.serial, sizeof uri.serial, "%s", found->serial);
	KC_TRY(r, cer_card_module(room, card, &env, &m, err));
	KC_TRY(r, tok_open(room->app->server, &m, &uri, &wait, &tok, err));
	r = tok_login(tok, pin, &why);
	if (kc_ok(r))
		r = tok_keys(tok, key, TOK_KEYS_MAX, &n, &why);
	for (size_t i = 0; i < n; i++)
		tok_key_free(&key[i]);
	if (!kc_ok(r))
		r = cer_card_gone(room, r, &why);
	if (!kc_ok(r) && (tok_pid(tok) == 0 || r.code == KC_ECARDLESS)) {
		/* Nobody answered: that says nothing about the card. */
		*err = why;
		goto out;
	}
	if (!kc_ok(r) || n > 0) {
		r = cer_exception_note(room, in, "a token initialised once",
		    "an interrupted initialisation left a token without a "
		    "usable PIN and without keys",
		    "that token is abandoned; the next blank one is taken",
		    err);
		goto out;
	}
	KC_TRY(r, cer_command_begin(room, in, &c, err));
	*ret_adopted = true;
	r = init_done(room, in, &c, KC_DONE, found, true, err);
out:
	tok_close(&tok);
	kc_buf_free(&env);
	return r;
}

/* Where the SO makes the keys, its PIN waits for them in the secure heap. */
static void
keep_so(struct cer_card *card, const struct tok_info *info,
    struct kc_secret *so)
{
	kc_secret_free(&card->so);
	if (is_piv(info)) {
		card->so = *so;
		*so = (struct kc_secret){ 0 };
	}
}

static kc_result
init_card(struct cer_room *room, const struct cer_instance *in,
    struct cer_card *card, const struct tok_info *found,
    const struct cer_chosen *by, struct kc_err *err)
{
	struct cer_command c = { .command = "initialise", .cls =
		is_piv(found) ? "unanswerable" : "answerable", .key = "",
		.card = card };
	struct tok_wait wait = cer_card_wait(room, "Initialising the card");
	struct tok_uri uri = { .has_slot = true, .slot = found->slot };
	struct tok_card *tok = NULL;
	struct tok_info info = { 0 };
	struct kc_secret so = { 0 };
	struct tok_module m;
	struct kc_buf env = { 0 };
	kc_result r;

	/* Another label for each attempt: it tells them apart afterwards. */
	(void)snprintf(card->label, sizeof card->label, "kc-%.8s-%u-%.16s",
	    aud_get_id(room->j), (uint8_t)(card->inits + 1),
	    card->def->id);
	(void)snprintf(uri.serial, sizeof uri.serial, "%s",
	    is_piv(found) ? found->serial : "");
	KC_TRY(r, cer_card_module(room, card, &env, &m, err));
	if (!found->pin_pad)
		KC_TRY(r, tok_profile_so_pin(tok_profile_named(
		    found->profile), &so, err));
	KC_TRY(r, tok_open(room->app->server, &m, &uri, &wait, &tok, err));
	KC_TRY(r, cer_command_begin(room, in, &c, err));
	r = tok_init(tok, card->label, &so, &by->pin, &by->puk, err);
	if (kc_ok(r))
		r = tok_info(tok, &info, err);
	if (kc_ok(r) && tok_known_soft(&info) && !room->rehearsal)
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "a software token (%s); production refuses it",
		    info.model);
	if (kc_ok(r))
		keep_so(card, &info, &so);
	c.n_seen = cer_tries(found, kc_ok(r) ? &info : NULL, true, c.seen);
	r = init_done(room, in, &c, r, &info, false, err);
	if (kc_ok(r))
		cer_line(room, CER_LINE_LABEL, "Card", "%s, serial %s",
		    info.model, info.serial);
out:
	kc_secret_free(&so);
	tok_close(&tok);
	kc_buf_free(&env);
	return r;
}

/* A real card may hold somebody's keys: the word, with its serial in view. */
static kc_result
confirm(struct cer_room *room, const struct cer_instance *in,
    const struct cer_card *card, const struct tok_info *found,
    struct kc_err *err)
{
	struct cer_answer a = { 0 };
	struct cer_prompt q = { .kind = CER_ASK_WORD, .key = "initialise",
		.person = in->person->id, .name = in->person->name,
		.word = "INITIALISE", .certain = room->view.certain,
		.text = "Everything on this card will be lost." };
	char letter;
	kc_result r = KC_DONE;

	if (!is_piv(found))
		return r;
	cer_line(room, CER_LINE_LABEL, "Card", "%s, serial %s, in %s",
	    found->model, found->serial, found->reader);
	if (card->unanswered[0] != '\0')
		KC_TRY(r, cer_unanswered(room, in, card,
		    "i Initialise the card again\n"
		    "b The card is as it was before; go on", &letter, err));
	r = cer_ask(room, in, &q, &a, err);
out:
	return r;
}

kc_result
cer_card_initialise(struct cer_room *room, const struct cer_instance *in,
    struct cer_card *card, struct kc_err *err)
{
	struct found found = { 0 };
	const struct tok_info *info;
	struct cer_chosen by = { 0 };
	bool adopted = false;
	kc_result r;

	KC_TRY(r, cer_card_there(room, in, card, err));
	KC_TRY(r, survey(room, card, &found, err));
	if (!found.there && !found.ours_there) {
		r = KC_FAIL(err, KC_ECARDLESS, 0,
		    "no blank card for %s is present", in->person->id);
		cer_card_want_new(room);
		goto out;
	}
	info = found.there ? &found.info : &found.ours;
	if (found.there)
		KC_TRY(r, confirm(room, in, card, info, err));
	KC_TRY(r, cer_choose(room, in, info, &by, err));
	if (card->inits > 0 && found.ours_there)
		KC_TRY(r, try_adopt(room, in, card, &found.ours, &by.pin,
		    &adopted, err));
	if (!adopted && !found.there)
		r = KC_FAIL(err, KC_ECARDLESS, 0, "the card of %s was "
		    "interrupted while it was initialised, and no blank one "
		    "is present", in->person->id);
	else if (!adopted)
		r = init_card(room, in, card, &found.info, &by, err);
out:
	kc_secret_free(&by.pin);
	kc_secret_free(&by.puk);
	return r;
}

kc_result
cer_do_initialise(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_card *card = cer_card_of(room, in->person->id);
	kc_result r = KC_DONE;

	if (card->initialised)
		return r;
	(void)snprintf(room->view.certain, sizeof room->view.certain,
	    "no other card is touched");
	KC_TRY(r, cer_card_insert(room, in, card,
	    "Put the blank card into the reader, then Enter.", err));
	r = cer_card_initialise(room, in, card, err);
out:
	return r;
}
