/* SPDX-License-Identifier: Apache-2.0
 *
 * Suspension and resumption.
 */
#include "ceremony/suspend.h"

#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "ceremony/action.h"
#include "ceremony/gonogo.h"
#include "ceremony/readback.h"

#define HEAD "head"		/* what is read back */
#define BAG_TRIES 3

/* Failures that are the journal's or the program's, not a person's no. */
static bool
is_fatal(kc_result r)
{
	return r.code == KC_EDB || r.code == KC_ENOMEM || r.code == KC_EBUG;
}

/* Does the card hold something that must not be had by others? */
static bool
is_loaded(const struct cer_card *card)
{
	return !card->retired && (card->initialised ||
	    card->def->bag[0] != '\0' ||
	    card->cert[TOK_WRAPPING].len > 0 ||
	    card->cert[TOK_SIGNING].len > 0);
}

static bool
can_sign(const struct cer_room *room)
{
	int64_t n = 0;

	for (size_t i = 0; i < room->site.n_cards; i++)
		n += room->st.card[i].is_signer;
	return n >= room->site.signers;
}

/* No or silence is an answer too. */
static kc_result
checkpoint(struct cer_room *room, const struct cer_instance *in,
    const struct cer_instance *none, bool *ret_sealed, struct kc_err *err)
{
	struct cer_answer a = { 0 };
	struct cer_prompt q = { .kind = CER_ASK_YESNO, .key = "suspend-seal",
		.person = in->person->id, .name = in->person->name,
		.text = "Suspending. Do the cards sign a checkpoint first?",
		.certain = "the ceremony is suspended, signed or not" };
	struct kc_err why = { 0 };
	kc_result r;

	/* A text that is being signed is not signed in the middle of it. */
	if (in->step->action->own_end || !can_sign(room))
		return KC_DONE;
	r = cer_ask(room, none, &q, &a, &why);
	if (kc_ok(r) && strcmp(a.text, "yes") == 0) {
		r = cer_sign_text(room, none, false, &why);
		*ret_sealed = kc_ok(r);
		if (!kc_ok(r) && !is_fatal(r))
			cer_line(room, CER_LINE_NOGO, "Checkpoint", "%s",
			    why.msg);
	}
	if (!is_fatal(r))
		return KC_DONE;
	*err = why;
	return r;
}

/* One card's bag, asked until the number is one of a new bag. */
static kc_result
bag_one(struct cer_room *room, const struct cer_instance *none,
    const struct cer_card *card, bool *ret_sealed, struct kc_err *err)
{
	const struct cer_person *who = cer_site_person(&room->site,
	    card->def->person);
	struct cer_answer a;
	char text[200];
	struct cer_prompt q = { .kind = CER_ASK_TEXT, .key = "suspend-bag",
		.person = who->id, .name = who->name, .max = 40,
		.text = text,
		.certain = "the ceremony is suspended, sealed or not" };
	struct kc_err why = { 0 };
	int tries = 0;
	kc_result r;

	(void)snprintf(text, sizeof text, "Suspending. The card of %.60s goes "
	    "into a bag that nobody opens before the resumption. Its number:",
	    who->name);
	do {
		a = (struct cer_answer){ 0 };
		r = cer_ask(room, none, &q, &a, &why);
		if (!kc_ok(r))
			break;
		r = cer_bag_fresh(room, a.text, card, &why);
		if (r.code == KC_EREFUSED)
			cer_line(room, CER_LINE_NOGO, "Bag", "%s", why.msg);
	} while (r.code == KC_EREFUSED && ++tries < BAG_TRIES);
	if (kc_ok(r)) {
		KC_TRY(r, cer_bag_row(room, none, card, a.text, true, err));
		*ret_sealed = true;
	} else if (is_fatal(r)) {
		*err = why;
	} else {
		r = KC_DONE;
	}
out:
	return r;
}

static kc_result
say_head(struct cer_room *room, const struct cer_instance *in,
    int64_t bags, int64_t loose, struct kc_err *err)
{
	struct kc_buf words = { 0 }, text = { 0 };
	uint8_t head[KC_SHA256];
	kc_result r;

	aud_head(room->j, head);
	KC_TRY(r, kc_words(head, sizeof head, " ", &words, err));
	KC_TRY(r, kc_buf_addf(&text, err,
	    "Suspended in step %s, after %llu journal entries; %lld card(s) "
	    "in bags, %lld without.\n\n"
	    "Write these head words on paper and let a second person compare:"
	    "\n\n%s\n\nThe resumption asks for words of this paper and for "
	    "the bags' numbers.\nGo on with: ceremony resume --dir %s",
	    in->number, (unsigned long long)aud_count(room->j),
	    (long long)bags, (long long)loose, kc_buf_str(&words),
	    room->dir));
	room->ui.say(room->ui.ctx, &room->view, kc_buf_str(&text));
out:
	kc_buf_free(&words);
	kc_buf_free(&text);
	return r;
}

kc_result
cer_suspend(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	/* Rows and prompts of no step: a suspension is none. */
	const struct cer_instance none = { .person = in->person };
	bool sealed = false;
	int64_t bags = 0, loose = 0;
	struct aud_fact f[4];
	kc_result r;

	KC_TRY(r, checkpoint(room, in, &none, &sealed, err));
	for (size_t i = 0; i < room->site.n_cards; i++) {
		struct cer_card *card = &room->st.card[i];
		bool in_bag = card->bag[0] != '\0';

		if (!is_loaded(card))
			continue;
		if (!in_bag)
			KC_TRY(r, bag_one(room, &none, card, &in_bag, err));
		bags += in_bag;
		loose += !in_bag;
	}
	f[0] = AUD_S("step", in->id);
	f[1] = AUD_B("checkpoint", sealed);
	f[2] = AUD_I("bags", bags);
	f[3] = AUD_I("loose", loose);
	KC_TRY(r, cer_row(room, "suspend", in, f, 4, err));
	KC_TRY(r, say_head(room, in, bags, loose, err));
	r = KC_FAIL(err, KC_ESUSPEND, 0, "suspended in step %s (%s)",
	    in->number, in->id);
out:
	return r;
}

/* Who has the paper: a witness; else anybody but who leads. */
static const struct cer_person *
second_person(const struct cer_site *site)
{
	static const char *const roles[] = { "witness", "auditor", "holder",
		"operator", "new-holder", "administrator" };
	const struct cer_person *p = NULL;

	for (size_t i = 0; p == NULL && i < sizeof roles / sizeof *roles; i++)
		p = cer_site_who(site, roles[i]);
	return p;
}

/* The pane says what is going on: there is no step yet. */
static void
view_resume(struct cer_room *room, const struct cer_person *who)
{
	struct cer_view *v = &room->view;
	const struct cer_person *adm = cer_site_who(&room->site,
	    "administrator");

	v->number[0] = v->busy[0] = '\0';
	v->n_lines = 0;
	(void)snprintf(v->title, sizeof v->title, "Resumption");
	(void)snprintf(v->reads, sizeof v->reads, "%s", adm != NULL ?
	    adm->name : who->name);
	(void)snprintf(v->acts, sizeof v->acts, "%s", who->name);
	v->watches[0] = '\0';
	(void)snprintf(v->say, sizeof v->say, "We go on where we stopped. "
	    "The words come from paper, the numbers from the bags.");
	(void)snprintf(v->why, sizeof v->why, "An older copy of the journal, "
	    "or another one, would look just like this one.");
	(void)snprintf(v->certain, sizeof v->certain,
	    "the ceremony stays suspended; nothing but the journal changes");
	cer_view_refresh(room);
}

static kc_result
ask_words(struct cer_room *room, const struct cer_instance *none,
    struct kc_err *err)
{
	char sha[KC_HEX];
	const struct cer_readback rb = { .subject = HEAD, .sha = sha,
		.what = "the head of the suspension", .by = none->person };

	kc_hex(room->st.paper_head, KC_SHA256, sha);
	if (!room->st.suspended || cer_has_read_back(room, "", sha))
		return KC_DONE;
	return cer_read_words(room, none, &rb, "earlier paper", err);
}

static kc_result
ask_bag(struct cer_room *room, const struct cer_instance *none,
    const struct cer_card *card, struct kc_err *err)
{
	const struct cer_person *who = cer_site_person(&room->site,
	    card->def->person);
	struct cer_answer a = { 0 };
	char text[200];
	struct cer_prompt q = { .kind = CER_ASK_TEXT, .key = "resume-bag",
		.person = who->id, .name = who->name, .max = 40,
		.text = text, .certain = room->view.certain };
	kc_result r;

	(void)snprintf(text, sizeof text, "Show the unopened bag with the "
	    "card of %.60s, read its number, then open it. The number:",
	    who->name);
	KC_TRY(r, cer_ask(room, none, &q, &a, err));
	r = cer_bag_open(room, none, card, a.text, NULL, err);
	if (kc_ok(r))
		cer_line(room, CER_LINE_OK, "Bag", "%s, card of %s", a.text,
		    who->id);
out:
	return r;
}

/* Another bag: read again, or an exception that people answer for says how
 * that came about; then the card counts as taken out. */
static kc_result
open_bag(struct cer_room *room, const struct cer_instance *none,
    const struct cer_card *card, struct kc_err *err)
{
	int64_t before = room->st.exceptions;
	struct kc_err why;
	char letter;
	kc_result r;

	for (;;) {
		r = ask_bag(room, none, card, err);
		if (r.code != KC_EREFUSED)
			return r;
		why = *err;
		r = cer_refuse(room, none, &why, "r Read the number again\n"
		    "x Record an exception, then go on with this card\n"
		    "a Stop; the ceremony stays suspended", &letter, err);
		if (kc_ok(r) && letter == 'x')
			r = cer_exception_form(room, none, err);
		if (!kc_ok(r))
			return r;
		if (room->st.exceptions > before)
			return cer_bag_except(room, card,
			    room->st.exceptions, err);
		if (letter == 'a') {
			*err = why;
			return (kc_result){ KC_EREFUSED };
		}
	}
}

kc_result
cer_resume(struct cer_room *room, struct kc_err *err)
{
	const struct cer_instance none = { .person =
		second_person(&room->site) };
	int64_t opened = 0;
	/* A run that was cut off is judged like a suspended one: what was
	 * plugged in meanwhile nobody saw.  After close nothing but
	 * signatures may follow. */
	bool judge = cer_go_guards(room) && !room->st.closed;
	bool any = room->st.suspended || judge;
	size_t bad;
	struct aud_fact f[1];
	kc_result r = KC_DONE;

	for (size_t i = 0; i < room->site.n_cards; i++)
		any = any || room->st.card[i].bag_waits;
	if (!any || none.person == NULL)
		return r;
	view_resume(room, none.person);
	cer_show(room);
	KC_TRY(r, ask_words(room, &none, err));
	for (size_t i = 0; i < room->site.n_cards; i++) {
		if (!room->st.card[i].bag_waits)
			continue;
		KC_TRY(r, open_bag(room, &none, &room->st.card[i], err));
		opened++;
	}
	if (judge)
		KC_TRY(r, cer_go(room, &none, "resumption", &bad, err));
	f[0] = AUD_I("bags", opened);
	if (room->st.suspended)
		r = cer_row(room, "resume", NULL, f, 1, err);
out:
	if (!kc_ok(r))
		kc_certain(err, "the ceremony stays suspended; every row in "
		    "its journal stands");
	return r;
}
