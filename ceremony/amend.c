/* SPDX-License-Identifier: Apache-2.0
 *
 * The action site.amend, and what an amendment may change.
 */
#include "ceremony/amend.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ceremony/action.h"
#include "ceremony/steps.h"
#include "ceremony/suspend.h"

#define FILE_NAME "site.yaml"

/* What an amendment may change; the nonce with it. */
static bool
is_free(const char *key)
{
	return strcmp(key, "cards") == 0 || strcmp(key, "spares") == 0 ||
	    strcmp(key, "nonce") == 0;
}

/* The same values in the same order; where they stand does not matter. */
static bool
node_same(const struct cer_node *a, const struct cer_node *b, int depth)
{
	if (a == NULL || b == NULL || depth > 16 || a->kind != b->kind ||
	    a->n != b->n || (a->key == NULL) != (b->key == NULL) ||
	    (a->key != NULL && strcmp(a->key, b->key) != 0))
		return false;
	if (a->kind == CER_SCALAR)
		return strcmp(a->text, b->text) == 0;
	for (size_t i = 0; i < a->n; i++)
		if (!node_same(a->child[i], b->child[i], depth + 1))
			return false;
	return true;
}

static kc_result
rest_same(const struct cer_node *a, const struct cer_node *b,
    struct kc_err *err)
{
	for (size_t i = 0; i < a->n; i++)
		if (!is_free(a->child[i]->key) && !node_same(a->child[i],
		    cer_node_get(b, a->child[i]->key), 0))
			return KC_FAIL(err, KC_EREFUSED, 0, "the changed site "
			    "file has another '%s': an amendment gives cards "
			    "to spares, nothing else", a->child[i]->key);
	return KC_DONE;
}

static bool
def_same(const struct cer_card_def *a, const struct cer_card_def *b)
{
	return strcmp(a->id, b->id) == 0 &&
	    strcmp(a->module, b->module) == 0 &&
	    strcmp(a->serial, b->serial) == 0 &&
	    strcmp(a->store, b->store) == 0 &&
	    strcmp(a->bag, b->bag) == 0;
}

static const struct cer_card_def *
find_same(const struct cer_card_def *list, size_t n,
    const struct cer_card_def *c)
{
	for (size_t i = 0; i < n; i++)
		if (def_same(&list[i], c))
			return &list[i];
	return NULL;
}

kc_result
cer_site_amends(const struct cer_site *now, const struct cer_site *next,
    struct kc_buf *ret, struct kc_err *err)
{
	struct kc_buf b = { 0 };
	kc_result r;

	KC_TRY(r, rest_same(now->root, next->root, err));
	KC_TRY(r, rest_same(next->root, now->root, err));
	if (now->n_cards != next->n_cards) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "the changed site file has "
		    "%zu cards, not %zu", next->n_cards, now->n_cards);
		goto out;
	}
	for (size_t i = 0; i < now->n_cards; i++) {
		const struct cer_card_def *a = &now->card[i];
		const struct cer_card_def *c = &next->card[i];

		if (strcmp(a->person, c->person) != 0) {
			r = KC_FAIL(err, KC_EREFUSED, 0, "card %zu of the "
			    "changed site file is of %s, it was of %s", i + 1,
			    c->person, a->person);
			goto out;
		}
		if (def_same(a, c))
			continue;
		if (find_same(now->spare, now->n_spares, c) == NULL) {
			r = KC_FAIL(err, KC_EREFUSED, 0, "the card '%s' of %s "
			    "is no spare of the site file in use", c->id,
			    c->person);
			goto out;
		}
		KC_TRY(r, kc_buf_addf(&b, err, "%s%s:%s:%s", b.len > 0 ?
		    " " : "", c->person, a->id, c->id));
	}
	for (size_t i = 0; i < next->n_spares; i++)
		if (find_same(now->spare, now->n_spares, &next->spare[i]) ==
		    NULL) {
			r = KC_FAIL(err, KC_EREFUSED, 0, "the spare '%s' is "
			    "new: a spare is named before the day",
			    next->spare[i].id);
			goto out;
		}
	if (b.len == 0) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "the site file on the "
		    "medium exchanges no card");
		goto out;
	}
	*ret = b;
	b = (struct kc_buf){ 0 };
out:
	kc_buf_free(&b);
	return r;
}

/* A spare can take the place of a card while the card's own key is in
 * nothing: not in a set, and not in a domain from another day. */
static kc_result
in_time(const struct cer_room *room, const struct cer_card_def *old,
    struct kc_err *err)
{
	const struct cer_person *who = cer_site_person(&room->site,
	    old->person);
	bool fresh = strcmp(who->role, "new-holder") == 0;
	const char *why = NULL;

	if (strcmp(who->role, "holder") != 0 && !fresh)
		return KC_DONE;
	for (size_t i = 0; i < room->n_inst; i++) {
		const struct cer_instance *in = &room->inst[i];
		const char *action = in->step->action->name;

		if (in->done && !in->skipped && strcmp(action, fresh ?
		    "domain.reshare" : "set.build") == 0)
			why = "the set is built with the certificate of this "
			    "card";
		if (in->person == who && strcmp(action, "card.identify") == 0)
			why = "the domain's share is for the key on this "
			    "card, which no spare has";
	}
	if (why == NULL)
		return KC_DONE;
	return KC_FAIL(err, KC_EREFUSED, 0, "the card of %s cannot be "
	    "replaced any more: %s; go on with the other holders, and "
	    "reshare afterwards", who->id, why);
}

/* What is about to change, on the screen; and may it still? */
static kc_result
show(struct cer_room *room, const struct cer_site *next, struct kc_err *err)
{
	char hex[KC_HEX];
	kc_result r = KC_DONE;

	room->view.n_lines = 0;
	for (size_t i = 0; i < room->site.n_cards; i++) {
		const struct cer_card_def *a = &room->site.card[i];
		const struct cer_card_def *c = &next->card[i];

		if (def_same(a, c))
			continue;
		KC_TRY(r, in_time(room, a, err));
		cer_line(room, CER_LINE_LABEL, "Card", "of %s: %s %s",
		    a->person, a->id, a->serial);
		cer_line(room, CER_LINE_LABEL, "becomes", "%s %s", c->id,
		    c->serial);
	}
	kc_hex(next->sha256, KC_SHA256, hex);
	cer_line(room, CER_LINE_HASH, "Site", "%s", hex);
out:
	return r;
}

/* Two people, each for themselves. */
static kc_result
both(struct cer_room *room, const struct cer_instance *in,
    const struct cer_person *one, const struct cer_person *two,
    struct kc_err *err)
{
	const struct cer_person *who[] = { one, two };
	kc_result r = KC_DONE;

	for (size_t i = 0; i < 2 && kc_ok(r); i++) {
		struct cer_answer a = { 0 };
		struct cer_prompt q = { .kind = CER_ASK_WORD, .key = "amend",
			.person = who[i]->id, .name = who[i]->name,
			.word = "AMEND", .certain = "the site file in use "
			"stays until both have said so", .text = "Is this "
			"what you want changed, and nothing else?" };

		r = cer_ask(room, in, &q, &a, err);
	}
	return r;
}

/* A dead card still holds what it holds: it is sealed like any other. */
static kc_result
bag_dead(struct cer_room *room, const struct cer_instance *in,
    const struct cer_site *next, struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < room->site.n_cards && kc_ok(r); i++) {
		struct cer_card *old = &room->st.card[i];
		const struct cer_person *who = cer_site_person(&room->site,
		    old->def->person);
		struct cer_answer a = { 0 };
		struct cer_prompt q = { .kind = CER_ASK_TEXT,
			.key = "dead-bag", .person = who->id,
			.name = who->name, .max = 40, .text = "The card that "
			"is replaced goes into a bag, to be destroyed. Bag "
			"number:" };

		if (def_same(old->def, &next->card[i]) || old->bag[0] != '\0')
			continue;
		KC_TRY(r, cer_ask(room, in, &q, &a, err));
		KC_TRY(r, cer_bag_fresh(room, a.text, old, err));
		r = cer_bag_row(room, in, old, a.text, false, err);
	}
out:
	return r;
}

/* The file under its hash's name.  One of that name is from an amendment
 * that was cut off, or somebody else's: no row may name that. */
static kc_result
put_file(struct cer_room *room, const struct cer_site *next, const char *sha,
    struct kc_err *err)
{
	struct kc_buf name = { 0 }, path = { 0 }, have = { 0 };
	uint8_t found[KC_SHA256];
	char hex[KC_HEX];
	kc_result r;

	KC_TRY(r, kc_buf_addf(&name, err, "site-%.16s.yaml", sha));
	KC_TRY(r, cer_path(room, kc_buf_str(&name), "", &path, err));
	if (!kc_file_exists(kc_buf_str(&path))) {
		r = kc_file_write_new(kc_buf_str(&path), next->bytes.p,
		    next->bytes.len, 0600, err);
		goto out;
	}
	KC_TRY(r, kc_file_read(kc_buf_str(&path), CER_YAML_MAX, &have, err));
	KC_TRY(r, kc_sha256_one(have.p, have.len, found, err));
	kc_hex(found, sizeof found, hex);
	if (strcmp(hex, sha) != 0)
		r = KC_FAIL(err, KC_EEXISTS, 0, "%s is there with other "
		    "content: move it away", kc_buf_str(&path));
out:
	kc_buf_free(&have);
	kc_buf_free(&path);
	kc_buf_free(&name);
	return r;
}

/* The file, then the row that makes it the one in use. */
static kc_result
put(struct cer_room *room, const struct cer_instance *in,
    const struct cer_site *next, const char *replaced, const char *by,
    struct kc_err *err)
{
	int64_t number = room->st.exceptions + 1;
	char old[KC_HEX], sha[KC_HEX];
	const struct aud_fact open[] = {
		AUD_I("number", number),
		AUD_S("expected", "the cards of the site file"),
		AUD_S("happened", "a card is replaced by a spare"),
		AUD_S("action", replaced),
		AUD_S("decided.by", by),
	};
	const struct aud_fact f[] = {
		AUD_S("old", old),
		AUD_S("site", sha),
		AUD_S("replaced", replaced),
		AUD_S("decided.by", by),
		AUD_I("exception", number),
	};
	kc_result r;

	kc_hex(room->site.sha256, KC_SHA256, old);
	kc_hex(next->sha256, KC_SHA256, sha);
	KC_TRY(r, put_file(room, next, sha, err));
	KC_TRY(r, cer_row(room, "exception.open", in, open, 5, err));
	KC_TRY(r, cer_row(room, CER_SITE_AMENDED, in, f, 5, err));
	room->amended = true;
	r = cer_row(room, "exception.close", in, open, 1, err);
out:
	return r;
}

kc_result
cer_amend(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	const struct cer_person *one = cer_site_who(&room->site,
	    "administrator"), *two = cer_site_who(&room->site, "witness");
	struct cer_site *next = calloc(1, sizeof *next);
	struct kc_buf bytes = { 0 }, replaced = { 0 }, by = { 0 };
	kc_result r;

	if (two == NULL)
		two = cer_site_who(&room->site, "auditor");
	if (next == NULL || one == NULL || two == NULL) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "an amendment needs an "
		    "administrator and a witness or auditor");
		goto out;
	}
	KC_TRY(r, cer_medium_take(room, in, FILE_NAME, &bytes, err));
	KC_TRY(r, cer_site_parse(FILE_NAME, &bytes, next, err));
	KC_TRY(r, cer_site_amends(&room->site, next, &replaced, err));
	KC_TRY(r, cer_script_bind(&room->script, next, err));
	KC_TRY(r, show(room, next, err));
	KC_TRY(r, both(room, in, one, two, err));
	KC_TRY(r, bag_dead(room, in, next, err));
	KC_TRY(r, kc_buf_addf(&by, err, "%s and %s", one->id, two->id));
	r = put(room, in, next, kc_buf_str(&replaced), kc_buf_str(&by), err);
out:
	if (!kc_ok(r))
		kc_certain(err, "the site file in use is the one before");
	cer_site_free(next);
	free(next);
	kc_buf_free(&bytes);
	kc_buf_free(&replaced);
	kc_buf_free(&by);
	return r;
}

kc_result
cer_do_amend(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_answer a = { 0 };
	struct cer_prompt q = { .kind = CER_ASK_YESNO, .key = "amend-needed",
		.person = in->person->id, .name = in->person->name,
		.certain = "the site file stays as it is", .text = "Is a "
		"changed site file to be brought in, for a card that died?" };
	kc_result r = cer_ask(room, in, &q, &a, err);

	if (kc_ok(r) && strcmp(a.text, "yes") == 0)
		r = cer_amend(room, in, err);
	return r;
}
