/* SPDX-License-Identifier: Apache-2.0
 *
 * The actions custody.place and, for close, the list of what is where.
 */
#include <stdio.h>
#include <string.h>

#include "ceremony/steps.h"
#include "ceremony/suspend.h"

static const char *
where(const struct cer_room *room, const struct cer_thing *t)
{
	return t->place >= 0 ? room->site.custody.place[t->place].id :
	    t->person;
}

/* "card of holder-1", "domain" */
static void
name_of(const struct cer_thing *t, char ret[static 96])
{
	(void)snprintf(ret, 96, "%s%s%.40s", cer_what_name(t->what),
	    t->of[0] != '\0' ? " of " : "", t->of);
}

/* What somebody knows is in no bag and is not handed over. */
static bool
is_known(const struct cer_thing *t)
{
	return t->place < 0 && (t->what == CER_PIN ||
	    t->what == CER_PASSWORD) && strcmp(t->person, t->of) == 0;
}

static kc_result
bag_of(struct cer_room *room, const struct cer_instance *in,
    const struct cer_thing *t, const char *name, struct cer_answer *ret,
    struct kc_err *err)
{
	const struct cer_card *card = cer_card_of(room, t->of);
	char text[300];
	struct cer_prompt q = { .kind = CER_ASK_TEXT, .key = "place-bag",
		.person = in->person->id, .name = in->person->name,
		.max = 40, .text = text,
		.certain = "nothing is written of this thing yet" };

	if (t->what == CER_CARD && card != NULL) {
		if (card->bag[0] == '\0')
			return KC_FAIL(err, KC_EREFUSED, 0, "the card of %s "
			    "is in no bag: it cannot be handed over", t->of);
		(void)snprintf(ret->text, sizeof ret->text, "%s", card->bag);
		return KC_DONE;
	}
	(void)snprintf(text, sizeof text, "The %s (%.40s) goes to %.40s. The "
	    "number of its bag or seal:", name, t->id, where(room, t));
	return cer_ask(room, in, &q, ret, err);
}

/* Who carries it there: a person of the site file. */
static kc_result
taker_of(struct cer_room *room, const struct cer_instance *in,
    const struct cer_thing *t, const char *name, struct cer_answer *ret,
    struct kc_err *err)
{
	char text[300];
	struct cer_prompt q = { .kind = CER_ASK_TEXT, .key = "hand-over",
		.person = in->person->id, .name = in->person->name,
		.max = 40, .text = text,
		.certain = "nothing is written of this thing yet" };
	kc_result r = KC_DONE;

	if (t->place < 0) {
		(void)snprintf(ret->text, sizeof ret->text, "%s", t->person);
		return r;
	}
	(void)snprintf(text, sizeof text, "Who takes the %s (%.40s) to "
	    "%.40s? The id, as witness-1:", name, t->id, where(room, t));
	KC_TRY(r, cer_ask(room, in, &q, ret, err));
	if (cer_site_person(&room->site, ret->text) == NULL)
		r = KC_FAIL(err, KC_EREFUSED, 0, "'%.40s' is no person of the "
		    "site file", ret->text);
out:
	return r;
}

static kc_result
hand_over(struct cer_room *room, const struct cer_instance *in,
    const struct cer_thing *t, struct kc_err *err)
{
	struct cer_answer bag = { "" }, by = { "" };
	char name[96];
	struct aud_fact f[7];
	kc_result r = KC_DONE;

	name_of(t, name);
	if (!is_known(t))
		KC_TRY(r, bag_of(room, in, t, name, &bag, err));
	KC_TRY(r, taker_of(room, in, t, name, &by, err));
	f[0] = AUD_S("item", t->id);
	f[1] = AUD_S("what", cer_what_name(t->what));
	f[2] = AUD_S("of", t->of);
	f[3] = AUD_S("to", where(room, t));
	f[4] = AUD_S("bag", bag.text);
	f[5] = AUD_S("taken.by", by.text);
	f[6] = AUD_B("place", t->place >= 0);
	KC_TRY(r, cer_row(room, CER_CUSTODY_PLACE, in, f, 7, err));
	cer_line(room, CER_LINE_OK, "Placed", "%s: %s", name,
	    where(room, t));
out:
	return r;
}

kc_result
cer_custody_fit(const struct cer_site *site, bool fresh, struct kc_err *err)
{
	const char *role = fresh ? "new-holder" : "holder";
	const char *holder[CER_PEOPLE_MAX];
	struct cer_quorum q = { holder, 0, (size_t)(fresh ?
	    site->new_quorum : site->quorum) };

	for (size_t i = 0; i < site->n_people; i++)
		if (strcmp(site->person[i].role, role) == 0)
			holder[q.n++] = site->person[i].id;
	if (site->custody.n_things == 0)
		return KC_FAIL(err, KC_EREFUSED, 0, "the site file has no "
		    "custody plan ('custody')");
	return cer_custody_judge(&site->custody, &q, err);
}

kc_result
cer_do_place(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	const struct cer_custody *c = &room->site.custody;
	kc_result r;

	KC_TRY(r, cer_custody_fit(&room->site, cer_node_get(in->step->node,
	    "set") != NULL, err));
	cer_line(room, CER_LINE_OK, "Plan", "no place and no person reaches "
	    "a quorum, and none is missed");
	for (size_t i = 0; i < c->n_things; i++)
		if (!room->st.placed[i])
			KC_TRY(r, hand_over(room, in, &c->thing[i], err));
out:
	return r;
}

/* Where a card is in the end; false: nobody said. */
static bool
card_where(const struct cer_card *card, char ret[static 96])
{
	bool wraps = card->cert[TOK_WRAPPING].len > 0 ||
	    card->def->bag[0] != '\0' ||
	    card->made[TOK_WRAPPING] || card->pending[TOK_WRAPPING];
	bool holds = wraps || card->initialised || card->made[TOK_SIGNING] ||
	    card->cert[TOK_SIGNING].len > 0;

	if (card->bag[0] != '\0')
		(void)snprintf(ret, 96, "bag %.64s", card->bag);
	else if (card->retired)
		(void)snprintf(ret, 96, "retired in this ceremony");
	else if (!holds)
		(void)snprintf(ret, 96, "not used");
	else if (!wraps)
		(void)snprintf(ret, 96, "with %.40s, for the last "
		    "signatures", card->def->person);
	else
		return false;
	return true;
}

static kc_result
item_row(struct cer_room *room, const struct cer_instance *in,
    const char *item, const char *what, const char *at, struct kc_err *err)
{
	const struct aud_fact f[] = {
		AUD_S("item", item),
		AUD_S("what", what),
		AUD_S("where", at),
	};

	return cer_row(room, "custody.item", in, f, 3, err);
}

/* The names of what nobody has said a word of. */
static size_t
missing(struct cer_room *room, char *ret, size_t size)
{
	const struct cer_custody *c = &room->site.custody;
	size_t n = 0, at = 0;
	char text[96];

	ret[0] = '\0';
	for (size_t i = 0; i < room->site.n_cards; i++)
		if (!card_where(&room->st.card[i], text)) {
			if (at < size)
				at += (size_t)snprintf(ret + at, size - at,
				    "%sthe card %s", n > 0 ? ", " : "",
				    room->site.card[i].id);
			n++;
		}
	for (size_t i = 0; room->st.any_placed && i < c->n_things; i++)
		if (!room->st.placed[i]) {
			if (at < size)
				at += (size_t)snprintf(ret + at, size - at,
				    "%s%s", n > 0 ? ", " : "",
				    c->thing[i].id);
			n++;
		}
	return n;
}

kc_result
cer_close_out(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	char text[400];
	size_t n = missing(room, text, sizeof text);
	kc_result r = KC_DONE;

	if (n > 0) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "%zu item(s) are "
		    "unaccounted for, in no bag and in no place: %s", n,
		    text);
		kc_certain(err, "the ceremony is not closed");
		return r;
	}
	for (size_t i = 0; i < room->site.n_cards; i++) {
		char at[96] = "";

		(void)card_where(&room->st.card[i], at);
		KC_TRY(r, item_row(room, in, room->site.card[i].id, "card",
		    at, err));
	}
	for (size_t i = 0; i < room->site.n_spares; i++)
		KC_TRY(r, item_row(room, in, room->site.spare[i].id,
		    "spare card", "not used", err));
out:
	return r;
}
