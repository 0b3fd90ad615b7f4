/* SPDX-License-Identifier: Apache-2.0
 *
 * The site file's cards and spares.
 */
#include <string.h>

#include "ceremony/script.h"

/* What a card may not share with another, in use or spare. */
static kc_result
distinct(const struct cer_card_def *list, size_t n,
    const struct cer_card_def *c, const struct cer_node *node,
    struct kc_err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i].id, c->id) == 0 ||
		    (c->person[0] != '\0' &&
		    strcmp(list[i].person, c->person) == 0))
			return CER_NODE_FAIL(node, err,
			    "card or person named twice");
		if (c->store[0] != '\0' &&
		    strcmp(list[i].store, c->store) == 0)
			return CER_NODE_FAIL(node, err,
			    "two cards share the store '%.80s'", c->store);
		if (c->serial[0] != '\0' &&
		    strcmp(list[i].serial, c->serial) == 0 &&
		    strcmp(list[i].module, c->module) == 0)
			return CER_NODE_FAIL(node, err, "two cards have the "
			    "serial '%.40s': which is whose?", c->serial);
	}
	return KC_DONE;
}

static kc_result
read_def(struct cer_site *s, const struct cer_node *node,
    struct cer_card_def *c, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, cer_node_name(node, "id", &c->id, err));
	KC_TRY(r, cer_node_str(node, "module", NULL, &c->module, err));
	KC_TRY(r, cer_node_str(node, "serial", "", &c->serial, err));
	KC_TRY(r, cer_node_str(node, "store", "", &c->store, err));
	if (cer_site_module(s, c->module) == NULL)
		return CER_NODE_FAIL(cer_node_get(node, "module"), err,
		    "there is no module '%.40s'", c->module);
	KC_TRY(r, distinct(s->card, s->n_cards, c, node, err));
	r = distinct(s->spare, s->n_spares, c, node, err);
out:
	return r;
}

/* A bag is one card's, and of a card that was somewhere before. */
static kc_result
own_bag(const struct cer_site *s, const struct cer_card_def *c,
    const struct cer_node *node, struct kc_err *err)
{
	const struct cer_node *at = cer_node_get(node, "bag");

	if (at == NULL)
		return KC_DONE;
	if (c->bag[0] == '\0' || strlen(c->bag) > 40)
		return CER_NODE_FAIL(at, err, "the number of a bag has 1 to "
		    "40 characters");
	if (cer_node_get(node, "serial") == NULL)
		return CER_NODE_FAIL(at, err, "a card that comes in a bag is "
		    "known: give its 'serial' too");
	for (size_t i = 0; i < s->n_cards; i++)
		if (strcmp(s->card[i].bag, c->bag) == 0)
			return CER_NODE_FAIL(at, err, "the card '%.40s' is in "
			    "the bag %.40s", s->card[i].id, c->bag);
	return KC_DONE;
}

kc_result
cer_site_card(struct cer_site *s, const struct cer_node *node,
    struct kc_err *err)
{
	struct cer_card_def *c = &s->card[s->n_cards];
	kc_result r;

	if (s->n_cards == CER_CARDS_MAX)
		return CER_NODE_FAIL(node, err, "more than %d cards",
		    CER_CARDS_MAX);
	KC_TRY(r, cer_node_only(node, "id person module serial store bag",
	    err));
	KC_TRY(r, cer_node_str(node, "person", NULL, &c->person, err));
	if (cer_site_person(s, c->person) == NULL)
		return CER_NODE_FAIL(cer_node_get(node, "person"), err,
		    "there is no person '%.40s'", c->person);
	KC_TRY(r, cer_node_str(node, "bag", "", &c->bag, err));
	KC_TRY(r, own_bag(s, c, node, err));
	KC_TRY(r, read_def(s, node, c, err));
	s->n_cards++;
out:
	return r;
}

/* A spare is nobody's until an amendment; a person's name would be that of
 * a file, and its file is named by the card. */
kc_result
cer_site_spare(struct cer_site *s, const struct cer_node *node,
    struct kc_err *err)
{
	struct cer_card_def *c = &s->spare[s->n_spares];
	kc_result r;

	if (s->n_spares == CER_CARDS_MAX)
		return CER_NODE_FAIL(node, err, "more than %d spares",
		    CER_CARDS_MAX);
	c->person = c->bag = "";
	KC_TRY(r, cer_node_only(node, "id module serial store", err));
	KC_TRY(r, read_def(s, node, c, err));
	if (cer_site_person(s, c->id) != NULL)
		return CER_NODE_FAIL(cer_node_get(node, "id"), err,
		    "'%.40s' is a person: a spare is nobody's", c->id);
	s->n_spares++;
out:
	return r;
}
