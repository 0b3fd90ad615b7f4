/* SPDX-License-Identifier: Apache-2.0
 *
 * Is it the right card?  Another's, a clone, a blank one and one that cannot
 * be read are different things, and each is said.
 */
#include "ceremony/identity.h"

#include <string.h>

#include "ceremony/readers.h"
#include "tokens/profile.h"

const struct cer_card *
cer_card_bound(const struct cer_room *room, const struct cer_card *mine,
    const char *serial)
{
	/* A blank slot has no serial, and so have cards that are to be made. */
	if (serial[0] == '\0')
		return NULL;
	for (size_t i = 0; i < room->site.n_cards; i++) {
		const struct cer_card *c = &room->st.card[i];

		if (c != mine && c->def->module != NULL &&
		    strcmp(c->def->module, mine->def->module) == 0 &&
		    (strcmp(c->serial, serial) == 0 ||
		    strcmp(c->def->serial, serial) == 0))
			return c;
	}
	return NULL;
}

/* Not there: whose card is there instead? */
kc_result
cer_card_missing(struct cer_room *room, const struct cer_card *card,
    const struct tok_module *m, kc_result r, struct kc_err *err)
{
	struct tok_info list[TOK_LIST_MAX];
	const struct cer_card *other = NULL;
	size_t n = 0, i = 0;

	if (r.code != KC_ECARDLESS || !kc_ok(tok_list(room->app->server, m,
	    list, TOK_LIST_MAX, &n, NULL)))
		return r;
	for (; i < n && other == NULL; i++)
		other = cer_card_bound(room, card, list[i].serial);
	if (other != NULL)
		r = KC_FAIL(err, KC_ECARDLESS, 0, "the card with serial %s is "
		    "%s's: %s's card, serial %s, is wanted; put that one into "
		    "the reader", list[i - 1].serial, other->def->person,
		    card->def->person, card->serial);
	else if (n > 0)
		r = KC_FAIL(err, KC_ECARDLESS, 0, "none of the %zu cards "
		    "present has the serial %s of %s's card; put that one "
		    "into the reader", n, card->serial, card->def->person);
	else
		r = KC_FAIL(err, KC_ECARDLESS, 0, "no card is present; put "
		    "%s's card, serial %s, into the reader",
		    card->def->person, card->serial);
	kc_certain(err, "no PIN was asked for");
	return r;
}

enum same { SAME, NONE, OTHER };

/* The certificate under our id on the card, against the journal's. */
static enum same
compare(const struct cer_card *card, size_t u, const struct tok_key *key,
    size_t n)
{
	enum same found = NONE;

	for (size_t i = 0; i < n; i++) {
		if (key[i].id_len != 1 || key[i].id[0] != cer_key_id[u] ||
		    key[i].cert.len == 0)
			continue;
		if (key[i].cert.len == card->cert[u].len &&
		    memcmp(key[i].cert.p, card->cert[u].p,
		    key[i].cert.len) == 0)
			return SAME;
		found = OTHER;
	}
	return found;
}

/* The answer to reset, as far as a reader told it then and now. */
static kc_result
same_atr(struct cer_room *room, const struct cer_card *card,
    const char *reader, struct kc_err *err)
{
	char atr[67];

	(void)cer_readers_poll(room);
	cer_readers_atr(room, reader, atr);
	if (card->atr[0] == '\0' || atr[0] == '\0' ||
	    strcmp(card->atr, atr) == 0)
		return KC_DONE;
	return KC_FAIL(err, KC_ECARDLESS, 0, "the card has %s's serial %s, but "
	    "answers a reset with %s and not with %s: it is another make of "
	    "card; put it aside and ask where it comes from",
	    card->def->person, card->serial, atr, card->atr);
}

/* The certificates on the card must be the ones the journal holds.  Before
 * the login some modules show none, though not of PIV cards; another one they
 * show tells enough. */
kc_result
cer_card_same(struct cer_room *room, const struct cer_card *card,
    struct tok_card *tok, bool logged_in, struct kc_err *err)
{
	struct tok_key key[TOK_KEYS_MAX];
	const struct tok_profile *p;
	struct tok_info info;
	size_t n = 0;
	bool all;
	kc_result r = tok_info(tok, &info, err);

	if (kc_ok(r))
		r = tok_keys(tok, key, TOK_KEYS_MAX, &n, err);
	if (!kc_ok(r))
		return r;
	r = same_atr(room, card, info.reader, err);
	p = tok_profile_named(info.profile);
	all = logged_in || (p != NULL && (p->birth == TOK_BIRTH_PIV ||
	    p->birth == TOK_BIRTH_NONE));
	for (size_t u = 0; u < CER_USES && kc_ok(r); u++) {
		enum same is = card->cert[u].len == 0 ? SAME :
		    compare(card, u, key, n);

		if (is == OTHER) {
			r = KC_FAIL(err, KC_ECARDLESS, 0, "the card has %s's "
			    "serial %s, but another %s certificate than the "
			    "journal knows: it is not the same card, or not "
			    "as it was; put it aside and ask where it comes "
			    "from", card->def->person, card->serial,
			    cer_use_name[u]);
		} else if (is == NONE && all) {
			r = KC_FAIL(err, KC_ECARD, 0, "the card with serial "
			    "%s shows no %s certificate, and the journal knows "
			    "one of %s: it cannot be read, or is gone; that "
			    "does not make the card blank", card->serial,
			    cer_use_name[u], card->def->person);
		}
	}
	if (!kc_ok(r) && !logged_in)
		kc_certain(err, "no PIN was asked for");
	for (size_t i = 0; i < n; i++)
		tok_key_free(&key[i]);
	return r;
}

/* A card that is read must hold the key, and be nobody else's. */
kc_result
cer_card_holds(const struct cer_room *room, const struct cer_card *card,
    enum tok_use use, bool found, const struct tok_key *key,
    struct kc_err *err)
{
	const char *name = cer_use_name[use];

	if (!found)
		return KC_FAIL(err, KC_ECARDLESS, 0, "the card of %s, serial "
		    "%s, is blank where its %s key should be: put in the card "
		    "that was made for it", card->def->person, card->serial,
		    name);
	if (key->cert.len == 0)
		return KC_FAIL(err, KC_ECARD, 0, "the card of %s, serial %s, "
		    "has a %s key, but its certificate cannot be read: the "
		    "card is not blank; take it out, put it in again, and if "
		    "it stays so replace it", card->def->person,
		    card->serial, name);
	for (size_t i = 0; i < room->site.n_cards; i++) {
		const struct cer_card *c = &room->st.card[i];

		if (c != card && c->cert[use].len == key->cert.len &&
		    memcmp(c->cert[use].p, key->cert.p, key->cert.len) == 0)
			return KC_FAIL(err, KC_EREFUSED, 0, "the card of %s, "
			    "serial %s, holds the %s certificate of %s: one "
			    "key cannot stand for two people",
			    card->def->person, card->serial, name,
			    c->def->person);
	}
	return KC_DONE;
}
