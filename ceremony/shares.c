/* SPDX-License-Identifier: Apache-2.0
 *
 * Shares of holders, card after card; a quorum of them opens a domain.
 */
#include <stdio.h>
#include <string.h>

#include "ceremony/steps.h"

/* sd_key over a logged-in card. */
struct card_key {
	struct tok_card *tok;
	enum tok_oaep way;
	const char *person;
};

static kc_result
unwrap(void *ctx, const uint8_t *ek, size_t len, struct kc_secret *ret,
    struct kc_err *err)
{
	const struct card_key *k = ctx;
	kc_result r = tok_unwrap(k->tok, &cer_key_id[TOK_WRAPPING], 1, k->way,
	    ek, len, ret, err);

	return kc_ok(r) ? r : kc_prefix(err, "the card of %s", k->person);
}

kc_result
cer_share_take(struct cer_room *room, const struct cer_instance *in,
    const char *name, const struct sd_domain *d, struct cer_card *card,
    size_t *ret_index, struct kc_secret *ret_share, struct kc_err *err)
{
	struct cer_command c = { .command = "unwrap", .cls = "repeatable",
		.key = "wrapping", .card = card };
	struct card_key ck = { .way = card->way,
		.person = card->def->person };
	struct sd_key key = { .name = card->def->person, .has_x5t = true,
		.ctx = &ck, .unwrap = unwrap };
	struct aud_fact f[1];
	kc_result r;

	if (!kc_unhex(card->cert_sha[TOK_WRAPPING], KC_SHA256, key.x5t))
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s has no wrapping certificate", card->def->person);
	KC_TRY(r, cer_room_login(room, in, card, false, &ck.tok, err));
	KC_TRY(r, cer_command_begin(room, in, &c, err));
	r = sd_share_unwrap(name, d, &key, ret_index, ret_share, err);
	f[0] = AUD_I("share", kc_ok(r) ? (int64_t)*ret_index + 1 : 0);
	r = cer_command_end(room, in, &c, r, f, 1, err);
	if (kc_ok(r))
		cer_line(room, CER_LINE_OK, card->def->person,
		    "share %zu unwrapped", *ret_index + 1);
out:
	tok_close(&ck.tok);
	return r;
}

/* Any M of the holders: each in turn may say that another one will. */
static kc_result
gives(struct cer_room *room, const struct cer_instance *in,
    const struct cer_person *p, bool *ret, struct kc_err *err)
{
	struct cer_answer a = { 0 };
	struct cer_prompt q = { .kind = CER_ASK_YESNO, .key = "give",
		.person = p->id, .name = p->name,
		.certain = room->view.certain,
		.text = "Will this holder give a share now? (No: the next "
		"one is asked.)" };
	kc_result r = cer_ask(room, in, &q, &a, err);

	*ret = kc_ok(r) && strcmp(a.text, "yes") == 0;
	return r;
}

/* The quorum is there: one more share must lie on the same polynomials. */
static kc_result
wants_more(struct cer_room *room, const struct cer_instance *in, bool *ret,
    struct kc_err *err)
{
	struct cer_answer a = { 0 };
	struct cer_prompt q = { .kind = CER_ASK_YESNO, .key = "cross",
		.person = in->person->id, .name = in->person->name,
		.certain = room->view.certain,
		.text = "The quorum is there. Shall another holder give a "
		"share, to cross-check?" };
	kc_result r = cer_ask(room, in, &q, &a, err);

	*ret = kc_ok(r) && strcmp(a.text, "yes") == 0;
	return r;
}

/* struct gifts: the shares that are here. */
struct gifts {
	struct sd_given from[SD_MAX_HOLDERS];
	size_t n;
};

/* Any M holders, one after another, then whoever cross-checks. */
static kc_result
collect(struct cer_room *room, const struct cer_instance *in,
    const struct cer_set *set, const struct sd_domain *d, struct gifts *g,
    struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < room->site.n_people; i++) {
		const struct cer_person *p = &room->site.person[i];
		struct sd_given *next = &g->from[g->n];
		bool yes = true;

		if (strcmp(p->role, set->role) != 0)
			continue;
		if (g->n >= d->required)
			KC_TRY(r, wants_more(room, in, &yes, err));
		if (!yes || g->n == SD_MAX_HOLDERS)
			break;
		KC_TRY(r, gives(room, in, p, &yes, err));
		if (!yes)
			continue;
		next->who = p->id;
		KC_TRY(r, cer_share_take(room, in, set->domain, d,
		    cer_card_of(room, p->id), &next->index, &next->share,
		    err));
		g->n++;
	}
out:
	return r;
}

/* What the room must know of a domain that opened: it opened, and how. */
static kc_result
note_opened(struct cer_room *room, const struct cer_instance *in,
    const struct sd_domain *d, const struct sd_opened *o, struct kc_err *err)
{
	struct aud_fact f = AUD_S("one-share-test", o->one_share_fails ?
	    "failed" : "held");
	kc_result r = cer_row(room, "domain.opened", in, &f, 1, err);

	if (!kc_ok(r))
		return r;
	if (o->n_keys > d->required)
		cer_line(room, CER_LINE_OK, "Cross-check",
		    "the shares of all %zu holders agree", o->n_keys);
	if (!o->one_share_fails)
		cer_line(room, CER_LINE_OK, "One-share test",
		    "one share alone tells nothing of the master key");
	cer_warn_lines(room, kc_buf_str(&o->warn));
	return r;
}

kc_result
cer_shares_open(struct cer_room *room, const struct cer_instance *in,
    const struct cer_set *set, const struct sd_domain *d,
    struct kc_secret *ret_master, struct kc_err *err)
{
	struct gifts g = { .n = 0 };
	struct sd_opened o = { 0 };
	kc_result r;

	(void)snprintf(room->view.certain, sizeof room->view.certain,
	    "the domain file is only read; no file is written");
	KC_TRY(r, collect(room, in, set, d, &g, err));
	KC_TRY(r, sd_combine(set->domain, d, g.from, g.n, &o, err));
	KC_TRY(r, note_opened(room, in, d, &o, err));
	*ret_master = o.master;
	o.master = (struct kc_secret){ 0 };
out:
	for (size_t i = 0; i < SD_MAX_HOLDERS; i++)
		kc_secret_free(&g.from[i].share);
	sd_opened_free(&o);
	return r;
}
