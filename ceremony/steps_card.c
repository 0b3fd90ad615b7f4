/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions with one card: initialise, generate, prove, identify.  Initialise
 * and generate are answerable: after an interruption the card is asked, and
 * what is half made is erased under its own intent (design 8.6).
 */
#include <stdio.h>
#include <string.h>

#include "base/b64.h"
#include "ceremony/steps.h"

static struct cer_card *
my_card(struct cer_room *room, const struct cer_instance *in)
{
	return cer_card_of(room, in->person->id);
}

/* A PIN the holder chooses, typed twice. */
static kc_result
new_pin(struct cer_room *room, const struct cer_instance *in,
    struct kc_secret *ret, struct kc_err *err)
{
	struct cer_pin p = { .key = "new-pin", .person = in->person->id,
		.name = in->person->name, .twice = true, .min = 6, .max = 8,
		.tries = "", .text = "Choose a PIN for your new card." };

	return cer_pin_ask(room, in, &p, ret, err);
}

/* An SO PIN that nobody will ever know: 16 random hex digits, discarded. */
static kc_result
random_so_pin(struct kc_secret *ret, struct kc_err *err)
{
	static const char digits[] = "0123456789abcdef";
	kc_result r = kc_secret_random(ret, 17, err);

	if (!kc_ok(r))
		return r;
	for (size_t i = 0; i < 16; i++)
		ret->p[i] = (uint8_t)digits[ret->p[i] & 15];
	ret->p[16] = '\0';
	ret->len = 16;
	return r;
}

/* The tokens of the card's module: the blank one, and the one with our
 * label that an interrupted initialisation may have left. */
static kc_result
survey(struct cer_room *room, struct cer_card *card, struct tok_info *blank,
    struct tok_info *ours, struct kc_err *err)
{
	struct tok_info list[TOK_LIST_MAX];
	struct tok_module m;
	struct kc_buf env = { 0 };
	size_t n = 0;
	kc_result r;

	KC_TRY(r, cer_card_module(room, card, &env, &m, err));
	KC_TRY(r, tok_list(room->app->server, &m, list, TOK_LIST_MAX, &n,
	    err));
	blank->slot = ours->slot = (unsigned long)-1;
	for (size_t i = 0; i < n; i++) {
		if (!list[i].initialized)
			*blank = list[i];
		else if (card->label[0] != '\0' &&
		    strcmp(list[i].label, card->label) == 0)
			*ours = list[i];
	}
out:
	kc_buf_free(&env);
	return r;
}

static kc_result
init_done(struct cer_room *room, const struct cer_instance *in,
    const struct cer_command *c, kc_result r, const struct tok_info *info,
    bool adopted, struct kc_err *err)
{
	struct aud_fact f[] = {
		AUD_S("serial", info->serial),
		AUD_S("token", info->label),
		AUD_S("manufacturer", info->manufacturer),
		AUD_S("model", info->model),
		AUD_S("firmware", info->firmware),
		AUD_S("so-pin", "random, discarded"),
		AUD_B("software-token", tok_known_soft(info)),
		AUD_B("adopted", adopted),
	};

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
	if (!kc_ok(r) && tok_pid(tok) == 0) {
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

static kc_result
init_blank(struct cer_room *room, const struct cer_instance *in,
    struct cer_card *card, const struct tok_info *blank,
    const struct kc_secret *pin, struct kc_err *err)
{
	struct cer_command c = { .command = "initialise",
		.cls = "answerable", .key = "", .card = card };
	struct tok_wait wait = cer_card_wait(room, "Initialising the card");
	struct tok_uri uri = { .has_slot = true, .slot = blank->slot };
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
	KC_TRY(r, cer_card_module(room, card, &env, &m, err));
	KC_TRY(r, random_so_pin(&so, err));
	KC_TRY(r, cer_command_begin(room, in, &c, err));
	r = tok_open(room->app->server, &m, &uri, &wait, &tok, err);
	if (kc_ok(r))
		r = tok_init(tok, card->label, &so, pin, NULL, err);
	kc_secret_free(&so);
	if (kc_ok(r))
		r = tok_info(tok, &info, err);
	if (kc_ok(r) && tok_known_soft(&info) && !room->rehearsal)
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "a software token (%s); production refuses it",
		    info.model);
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

kc_result
cer_do_initialise(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_card *card = my_card(room, in);
	struct tok_info blank = { 0 }, ours = { 0 };
	struct kc_secret pin = { 0 };
	bool adopted = false;
	kc_result r = KC_DONE;

	if (card->initialised)
		return r;
	(void)snprintf(room->view.certain, sizeof room->view.certain,
	    "no other card is touched");
	KC_TRY(r, cer_continue(room, in, "insert",
	    "Put the blank card into the reader, then Enter.", err));
	KC_TRY(r, survey(room, card, &blank, &ours, err));
	if (blank.slot == (unsigned long)-1 &&
	    ours.slot == (unsigned long)-1) {
		r = KC_FAIL(err, KC_ECARDLESS, 0,
		    "no blank card for %s is present", in->person->id);
		goto out;
	}
	KC_TRY(r, new_pin(room, in, &pin, err));
	if (card->inits > 0 && ours.slot != (unsigned long)-1)
		KC_TRY(r, try_adopt(room, in, card, &ours, &pin, &adopted,
		    err));
	if (!adopted)
		r = init_blank(room, in, card, &blank, &pin, err);
out:
	kc_secret_free(&pin);
	return r;
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
	KC_TRY(r, cer_room_login(room, in, card, false, &tok, err));
	for (size_t u = 0; u < CER_USES; u++)
		/* Also one whose certificate is known: a kill may have come
		 * before its artifact and its signer row. */
		if (want[u])
			KC_TRY(r, cer_key_make(room, in, card, tok,
			    (enum tok_use)u, err));
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
	KC_TRY(r, cer_continue(room, in, "insert",
	    "Put your card into the reader, then Enter.", err));
	KC_TRY(r, cer_room_login(room, in, card, false, &tok, err));
	for (size_t u = 0; u < CER_USES; u++)
		if (want[u])
			KC_TRY(r, cer_key_identify(room, in, card, tok,
			    (enum tok_use)u, err));
out:
	tok_close(&tok);
	return r;
}
