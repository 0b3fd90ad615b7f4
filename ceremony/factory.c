/* SPDX-License-Identifier: Apache-2.0
 *
 * What the factory prints in every manual must not be on a card of ours; and
 * what we put in its place is proven before it is used.
 */
#include <string.h>

#include "ceremony/room.h"
#include "tokens/profile.h"

/* One login as SO, in rows of its own. */
static kc_result
try_so(struct cer_room *room, const struct cer_instance *in,
    struct cer_command *c, struct tok_card *tok, const struct kc_secret *so,
    bool wanted, struct kc_err *err)
{
	struct tok_info before, after;
	kc_result r;

	KC_TRY(r, tok_info(tok, &before, err));
	KC_TRY(r, cer_command_begin(room, in, c, err));
	r = tok_so_try(tok, so, err);
	c->n_seen = cer_tries(&before, kc_ok(tok_info(tok, &after, NULL)) ?
	    &after : NULL, true, c->seen);
	if (!wanted && kc_ok(r)) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "the card of %s, serial %s, "
		    "still has the factory's management key: anybody can put "
		    "other keys on it; initialise it here, or set another "
		    "management key", c->card->def->person,
		    c->card->serial);
		kc_certain(err, "no key of the card was used");
	} else if (!wanted && r.code == KC_EPIN) {
		r = KC_DONE;
	}
	r = cer_command_end(room, in, c, r, NULL, 0, err);
out:
	return r;
}

/* Tried where a wrong try costs nothing; elsewhere the card's own word. */
kc_result
cer_factory_left(struct cer_room *room, const struct cer_instance *in,
    struct cer_card *card, struct tok_card *tok, struct kc_err *err)
{
	struct cer_command c = { .command = "factory-key", .key = "",
		.cls = "repeatable", .card = card };
	const struct tok_profile *p;
	struct kc_secret so = { 0 };
	struct tok_info info;
	kc_result r;

	KC_TRY(r, tok_info(tok, &info, err));
	if (info.so_factory) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "the card of %s, serial %s, "
		    "says that it still has the factory's SO PIN; initialise "
		    "it here, or set another", card->def->person,
		    card->serial);
		goto out;
	}
	p = tok_profile_named(info.profile);
	if (p == NULL || p->birth != TOK_BIRTH_PIV)
		goto out;
	KC_TRY(r, kc_secret_new(&so, strlen(p->factory_so), err));
	so.len = strlen(p->factory_so);
	memcpy(so.p, p->factory_so, so.len);
	r = try_so(room, in, &c, tok, &so, false, err);
out:
	kc_secret_free(&so);
	return r;
}

kc_result
cer_so_login(struct cer_room *room, const struct cer_instance *in,
    struct cer_card *card, struct tok_card *tok, struct kc_err *err)
{
	struct cer_command c = { .command = "so-login", .key = "",
		.cls = "repeatable", .card = card };
	kc_result r;

	KC_TRY(r, try_so(room, in, &c, tok, &card->so, true, err));
	r = tok_so_pin(tok, &card->so, err);
out:
	return r;
}
