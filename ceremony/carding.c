/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions with the cards of a ceremony: which module, which token, whose
 * PIN.  A card is known by serial and certificate, never by its slot.
 */
#include <stdio.h>
#include <string.h>

#include "ceremony/away.h"
#include "ceremony/identity.h"
#include "ceremony/pinned.h"
#include "ceremony/writes.h"
#include "tokens/profile.h"

/* PIV's slots by their Cryptoki ids: 9d (key management) is 03, 9c (digital
 * signature) is 02.  Other cards take any id, so all have these. */
const uint8_t cer_key_id[CER_USES] = { 0x03, 0x02 };
const char *const cer_use_name[CER_USES] = { "wrapping", "signing" };

kc_result
cer_card_module(struct cer_room *room, const struct cer_card *card,
    struct kc_buf *env, struct tok_module *ret, struct kc_err *err)
{
	const struct cer_module_def *m = cer_site_module(&room->site,
	    card->def->module);
	struct kc_buf store = { 0 };
	struct cer_mended mended = { 0 };
	kc_result r = KC_DONE;

	*ret = (struct tok_module){ .path = m->path };
	cer_writes_module(m, ret);
	if (card->def->store[0] == '\0')
		return cer_pinned_need(room, m, err);
	if (!room->rehearsal)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "card '%s' is a software token; production refuses it",
		    card->def->id);
	KC_TRY(r, cer_path(room, card->def->store, "", &store, err));
	KC_TRY(r, cer_soft_store(kc_buf_str(&store), &mended, err));
	if (mended.put_back)
		KC_TRY(r, cer_exception_note(room, NULL,
		    "the software card's token file as it was closed",
		    "emptied: SoftHSM was ended while it wrote it anew",
		    "put back from the copy made when the card was last "
		    "opened", err));
	if (mended.set_aside)
		KC_TRY(r, cer_exception_note(room, NULL,
		    "a token initialised once",
		    "SoftHSM was ended while it made the token; no key is "
		    "in it", "set aside; a blank one is taken", err));
	env->len = 0;
	KC_TRY(r, kc_buf_addf(env, err, "SOFTHSM2_CONF=%s/softhsm2.conf",
	    kc_buf_str(&store)));
	ret->env[ret->n_env++] = kc_buf_str(env);
out:
	kc_buf_free(&store);
	return r;
}

static bool
on_tick(void *ctx, int64_t elapsed_ms)
{
	struct cer_room *room = ctx;

	(void)cer_readers_poll(room);
	if (!cer_work_tick(room, elapsed_ms))
		return true;
	return room->ui.tick(room->ui.ctx, &room->view);
}

struct tok_wait
cer_card_wait(struct cer_room *room, const char *work)
{
	room->work = work;
	room->view.busy[0] = '\0';
	return (struct tok_wait){ on_tick, room };
}

/* The card by its serial number, in whatever reader, and not a clone. */
static kc_result
find_card(struct cer_room *room, const struct cer_instance *in,
    const struct cer_card *card, struct tok_card **ret, struct kc_err *err)
{
	struct tok_wait wait = cer_card_wait(room, "Waiting for the card");
	struct tok_card *tok = NULL;
	struct tok_module m;
	struct tok_uri uri = { 0 };
	struct kc_buf env = { 0 };
	struct tok_info info;
	kc_result r;

	(void)snprintf(uri.serial, sizeof uri.serial, "%s", card->serial);
	KC_TRY(r, cer_card_there(room, in, card, err));
	KC_TRY(r, cer_card_module(room, card, &env, &m, err));
	r = tok_open(room->app->server, &m, &uri, &wait, &tok, err);
	if (!kc_ok(r)) {
		r = cer_card_missing(room, card, &m, r, err);
		goto out;
	}
	KC_TRY(r, cer_card_same(room, card, tok, false, err));
	KC_TRY(r, tok_info(tok, &info, err));
	cer_readers_known(room, info.reader, card->def->person);
	*ret = tok;
	tok = NULL;
out:
	if (r.code == KC_ECARDLESS)
		cer_card_want_new(room);
	tok_close(&tok);
	kc_buf_free(&env);
	return r;
}

/* The PIN, or none: where the reader has a pad it is typed there. */
static kc_result
ask_pin(struct cer_room *room, const struct cer_instance *in,
    const struct cer_card *card, const struct tok_info *info,
    struct kc_secret *pin, struct kc_err *err)
{
	const struct cer_person *who = cer_site_person(&room->site,
	    card->def->person);
	struct cer_pin p = { .key = card->pin_changed ? "changed-pin" : "pin",
		.person = who->id,
		.name = who->name, .text = "Your PIN, please.",
		.tries = info->pin_low ? "A wrong PIN was entered before." :
		"", .min = 4, .max = 64 };

	if (info->pin_pad)
		return cer_continue(room, in, "pad", "Press Enter, then type "
		    "the PIN on the reader's pad, not here.", err);
	return cer_pin_ask(room, in, &p, pin, err);
}

/* A PIN that every manual prints protects nothing. */
static kc_result
factory_pin(const struct cer_card *card, struct kc_err *err)
{
	kc_result r = KC_FAIL(err, KC_EREFUSED, 0, "the card of %s, serial %s, "
	    "accepted the factory's PIN: whoever finds the card can use it; "
	    "change its PIN, then go on", card->def->person, card->serial);

	kc_certain(err, "no key of the card was used");
	return r;
}

/* One PIN, typed, sent to the card, wiped. */
static kc_result
try_login(struct cer_room *room, const struct cer_instance *in,
    struct cer_card *card, bool quiet, struct tok_card *tok,
    struct kc_err *err)
{
	struct cer_command c = { .command = "login", .cls = "repeatable",
		.key = "", .card = card };
	const struct tok_profile *profile;
	struct kc_secret pin = { 0 };
	struct tok_info before, after;
	bool factory;
	kc_result r;

	KC_TRY(r, tok_info(tok, &before, err));
	KC_TRY(r, tok_may_login(&before, err));
	KC_TRY(r, ask_pin(room, in, card, &before, &pin, err));
	if (!quiet)
		KC_TRY(r, cer_command_begin(room, in, &c, err));
	r = tok_login(tok, &pin, err);
	profile = tok_profile_named(before.profile);
	factory = kc_ok(r) && (before.factory_pin || (profile != NULL &&
	    tok_profile_is_factory(profile, &pin)));
	kc_secret_free(&pin);
	if (factory)
		r = factory_pin(card, err);
	if (quiet)
		goto out;
	c.n_seen = cer_tries(&before, kc_ok(tok_info(tok, &after, NULL)) ?
	    &after : NULL, false, c.seen);
	r = cer_command_end(room, in, &c, r, NULL, 0, err);
out:
	kc_secret_free(&pin);
	return r;
}

/* A wrong PIN: shown, and typed again if the person wants to. */
static kc_result
again_after(struct cer_room *room, const struct cer_instance *in,
    const struct kc_err *why, bool *ret_again, struct kc_err *err)
{
	char letter = 'a';
	kc_result r = cer_refuse(room, in, why,
	    "r Type the PIN again\na Stop; the card stays as it is", &letter,
	    err);

	*ret_again = letter == 'r';
	return r;
}

kc_result
cer_room_login(struct cer_room *room, const struct cer_instance *in,
    struct cer_card *card, bool quiet, struct tok_card **ret,
    struct kc_err *err)
{
	struct tok_card *tok = NULL;
	struct kc_err why;
	bool again = true;
	kc_result r;

	if (card->retired)
		return KC_FAIL(err, KC_EREFUSED, 0, "the card of %s was "
		    "retired in this ceremony: it holds no key any more",
		    card->def->person);
	if (card->serial[0] == '\0')
		return KC_FAIL(err, KC_ECARDLESS, 0,
		    "no card of %s is bound to this ceremony yet",
		    card->def->person);
	KC_TRY(r, find_card(room, in, card, &tok, err));
	while (again) {
		r = try_login(room, in, card, quiet, tok, err);
		if (r.code != KC_EPIN)
			break;
		why = *err;
		KC_TRY(r, again_after(room, in, &why, &again, err));
		if (!again) {
			*err = why;
			r = (kc_result){ KC_EPIN };
		}
	}
	if (kc_ok(r))
		r = cer_card_same(room, card, tok, true, err);
	if (kc_ok(r)) {
		*ret = tok;
		tok = NULL;
	}
out:
	tok_close(&tok);
	return r;
}
