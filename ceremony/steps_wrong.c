/* SPDX-License-Identifier: Apache-2.0
 *
 * card.wrong: the room sees once that a wrong card is refused.  Another
 * person's card is put in where this one is wanted; the step is done when it
 * was refused, by the same code that every other step asks.
 */
#include <stdio.h>
#include <string.h>

#include "ceremony/away.h"
#include "ceremony/identity.h"
#include "ceremony/steps.h"

kc_result
cer_instead(const struct cer_site *site, const struct cer_step *st,
    const struct cer_person **ret, struct kc_err *err)
{
	const char *who;
	kc_result r = cer_node_str(st->node, "instead", NULL, &who, err);

	if (kc_ok(r))
		*ret = cer_site_who(site, who);
	return r;
}

/* Is it there at all?  No card is no wrong card. */
static kc_result
is_there(struct cer_room *room, const struct tok_module *m,
    const struct cer_card *other, struct kc_err *err)
{
	struct tok_info list[TOK_LIST_MAX];
	size_t n = 0;
	kc_result r = tok_list(room->app->server, m, list, TOK_LIST_MAX, &n,
	    err);

	for (size_t i = 0; kc_ok(r) && i < n; i++)
		if (strcmp(list[i].serial, other->serial) == 0)
			return r;
	return !kc_ok(r) ? r : KC_FAIL(err, KC_ECARDLESS, 0, "the card of "
	    "%s, serial %s, is not there: it is the wrong card of this step; "
	    "put it into the reader", other->def->person, other->serial);
}

/* Ask for my card where the other one is: *ret_why is the refusal. */
static kc_result
refused(struct cer_room *room, const struct cer_card *mine,
    const struct cer_card *other, struct kc_err *ret_why, struct kc_err *err)
{
	struct tok_wait wait = cer_card_wait(room, "Looking for the card");
	struct tok_uri uri = { 0 };
	struct tok_card *tok = NULL;
	struct kc_buf env = { 0 };
	struct tok_module m;
	kc_result r;

	(void)snprintf(uri.serial, sizeof uri.serial, "%s", mine->serial);
	KC_TRY(r, cer_card_module(room, other, &env, &m, err));
	KC_TRY(r, is_there(room, &m, other, err));
	r = tok_open(room->app->server, &m, &uri, &wait, &tok, ret_why);
	tok_close(&tok);
	if (kc_ok(r)) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "the card of %s, serial %s, "
		    "is in a reader too, so nothing would be refused; take "
		    "it out", mine->def->person, mine->serial);
		goto out;
	}
	r = cer_card_missing(room, mine, &m, r, ret_why);
	if (r.code == KC_ECARDLESS)
		r = KC_DONE;
	else
		*err = *ret_why;
out:
	kc_buf_free(&env);
	return r;
}

kc_result
cer_do_wrong(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	const struct cer_card *mine = cer_card_of(room, in->person->id), *other;
	const struct cer_person *whose = NULL;
	struct kc_err why = { 0 };
	char text[200];
	kc_result r;

	(void)snprintf(room->view.certain, sizeof room->view.certain,
	    "no PIN is asked for, and no card is changed");
	KC_TRY(r, cer_instead(&room->site, in->step, &whose, err));
	other = cer_card_of(room, whose->id);
	(void)snprintf(text, sizeof text, "Put the card of %.60s into the "
	    "reader, and not yours, then Enter.", whose->name);
	KC_TRY(r, cer_card_insert(room, in, other, text, err));
	KC_TRY(r, refused(room, mine, other, &why, err));
	cer_line(room, CER_LINE_OK, "Refused", "%s", why.msg);
	r = cer_row(room, "card.refused", in, (struct aud_fact[]){
	    AUD_S("card", mine->def->id), AUD_S("wrong", other->def->id),
	    AUD_S("serial", other->serial), AUD_S("found", why.msg) }, 4,
	    err);
	if (kc_ok(r))
		r = cer_continue(room, in, "refused", "The station refused "
		    "the card, and asked for no PIN. Did the room see it?",
		    err);
out:
	return r;
}
