/* SPDX-License-Identifier: Apache-2.0
 *
 * Bags: a number names one bag, which is closed once and opened once.
 */
#include <string.h>

#include "ceremony/suspend.h"

/* struct seen: what the rows say of one bag's number. */
struct seen {
	const char *bag, *card;
	char of[41];		/* the card that was put into it, or "" */
	bool opened;
};

static kc_result
look(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	struct seen *s = ctx;
	const char *bag = aud_entry_str(e, "bag");
	const char *card = aud_entry_str(e, "card");

	(void)err;
	if (bag == NULL || card == NULL || strcmp(bag, s->bag) != 0)
		return KC_DONE;
	if (strcmp(e->kind, "custody") == 0 &&
	    (s->of[0] == '\0' || strcmp(card, s->card) != 0)) {
		size_t len = strlen(card);

		len = len < sizeof s->of ? len : sizeof s->of - 1;
		memcpy(s->of, card, len);
		s->of[len] = '\0';
	} else if (strcmp(e->kind, "custody.open") == 0) {
		s->opened = true;
	}
	return KC_DONE;
}

kc_result
cer_bag_fresh(struct cer_room *room, const char *bag,
    const struct cer_card *card, struct kc_err *err)
{
	struct seen s = { .bag = bag, .card = card->def->id };
	kc_result r = aud_each(room->j, 0, aud_count(room->j), look, &s,
	    err);

	if (!kc_ok(r) || s.of[0] == '\0')
		return r;
	if (strcmp(s.of, card->def->id) != 0)
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "bag %s holds the card %s already, or held it", bag,
		    s.of);
	else if (s.opened)
		r = KC_FAIL(err, KC_EREFUSED, 0, "bag %s was opened: a bag "
		    "that was opened seals nothing, take a new one", bag);
	if (!kc_ok(r))
		kc_certain(err, "nothing was written of this bag");
	return r;
}

kc_result
cer_bag_row(struct cer_room *room, const struct cer_instance *in,
    const struct cer_card *card, const char *bag, bool waits,
    struct kc_err *err)
{
	struct aud_fact f[] = {
		AUD_S("card", card->def->id),
		AUD_S("bag", bag),
		AUD_S("holder", card->def->person),
		AUD_B("until-resumed", waits),
	};

	return cer_row(room, "custody", in, f, waits ? 4 : 3, err);
}

static kc_result
wrong_bag(const struct cer_card *card, const char *bag, const char *said,
    bool right, const struct cer_bag_seen *seen, struct kc_err *err)
{
	const char *who = card->def->person;

	if (!right)
		(void)KC_FAIL(err, KC_EREFUSED, 0, "the bag of the card of %s "
		    "says %s; the %s sealed the card into another: who had "
		    "it meanwhile?", who, said, strcmp(bag, card->def->bag) ==
		    0 ? "ceremony of which the site file tells" : "journal");
	else
		(void)KC_FAIL(err, KC_EREFUSED, 0, "%s does not find the "
		    "number %s and a whole seal on the bag of the card of "
		    "%s: who had it meanwhile?", seen->by, said, who);
	kc_certain(err, "the bag counts as closed; no card was used");
	return (kc_result){ KC_EREFUSED };
}

kc_result
cer_bag_open(struct cer_room *room, const struct cer_instance *in,
    const struct cer_card *card, const char *said,
    const struct cer_bag_seen *seen, struct kc_err *err)
{
	bool right = strcmp(said, card->bag) == 0;
	bool good = right && (seen == NULL || seen->whole);
	char bag[sizeof card->bag];
	struct aud_fact f[] = {
		AUD_S("card", card->def->id),
		AUD_S("bag", bag),
		AUD_S("said", said),
		AUD_S("holder", card->def->person),
		AUD_B("right", good),
		AUD_S("seen.by", seen != NULL ? seen->by : ""),
		AUD_B("whole", seen != NULL && seen->whole),
	};
	kc_result r;

	memcpy(bag, card->bag, sizeof bag);	/* the row empties it */
	r = cer_row(room, "custody.open", in, f, seen != NULL ? 7 : 5, err);
	if (!kc_ok(r) || good)
		return r;
	return wrong_bag(card, bag, said, right, seen, err);
}

kc_result
cer_bag_except(struct cer_room *room, const struct cer_card *card,
    int64_t exception, struct kc_err *err)
{
	char bag[sizeof card->bag];
	struct aud_fact f[] = {
		AUD_S("card", card->def->id),
		AUD_S("bag", bag),
		AUD_S("holder", card->def->person),
		AUD_B("right", false),
		AUD_I("exception", exception),
	};

	memcpy(bag, card->bag, sizeof bag);
	return cer_row(room, "custody.open", NULL, f, sizeof f / sizeof *f,
	    err);
}
