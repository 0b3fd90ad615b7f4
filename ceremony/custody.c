/* SPDX-License-Identifier: Apache-2.0
 *
 * A custody plan is judged from both sides: what does whoever has one place,
 * or is one person, reach; and what is left when it is lost?
 */
#include "ceremony/custody.h"

#include <stdio.h>
#include <string.h>

/* struct one: a place (>= 0), or a person. */
struct one {
	int place;
	const char *person;
};

static bool
opens(const struct cer_place *p, const char *person)
{
	for (size_t i = 0; i < p->n_openers; i++)
		if (strcmp(p->opener[i], person) == 0)
			return true;
	return false;
}

/* Has whoever robs the place, or is the person, the thing? */
static bool
reaches(const struct cer_custody *c, const struct cer_thing *t,
    const struct one *o)
{
	if (o->person == NULL)
		return t->place == o->place;
	if (t->place < 0)
		return strcmp(t->person, o->person) == 0;
	return c->place[t->place].together < 2 &&
	    opens(&c->place[t->place], o->person);
}

/* Is the thing gone when the place has burnt, or the person has died? */
static bool
goes(const struct cer_custody *c, const struct cer_thing *t,
    const struct one *o)
{
	const struct cer_place *p;

	if (o->person == NULL)
		return t->place == o->place;
	if (t->place < 0)
		return strcmp(t->person, o->person) == 0;
	p = &c->place[t->place];
	return (int64_t)(p->n_openers - opens(p, o->person)) < p->together;
}

/* Is there a thing of this kind that belongs to the holder's key and is, or
 * is not, the one's?  o NULL: any. */
static bool
has(const struct cer_custody *c, const char *holder, enum cer_what what,
    const struct one *o, bool lost)
{
	for (size_t i = 0; i < c->n_things; i++) {
		const struct cer_thing *t = &c->thing[i];

		if (t->what == what && strcmp(t->of, holder) == 0 &&
		    (o == NULL || (lost ? !goes(c, t, o) :
		    reaches(c, t, o))))
			return true;
	}
	return false;
}

/* An attacker's eye: whatever may open a card counts as its PIN. */
static bool
reaches_key(const struct cer_custody *c, const char *h, const struct one *o)
{
	return (has(c, h, CER_CARD, o, false) &&
	    (has(c, h, CER_PIN, o, false) || has(c, h, CER_PUK, o, false) ||
	    has(c, h, CER_SO_PIN, o, false) ||
	    has(c, h, CER_MANAGEMENT_KEY, o, false))) ||
	    (has(c, h, CER_KEY_FILE, o, false) &&
	    has(c, h, CER_PASSWORD, o, false));
}

/* A holder's eye: a management key brings no PIN back. */
static bool
keeps_key(const struct cer_custody *c, const char *h, const struct one *o)
{
	return (has(c, h, CER_CARD, o, true) &&
	    (has(c, h, CER_PIN, o, true) || has(c, h, CER_PUK, o, true) ||
	    has(c, h, CER_SO_PIN, o, true))) ||
	    (has(c, h, CER_KEY_FILE, o, true) &&
	    has(c, h, CER_PASSWORD, o, true));
}

static kc_result
complete(const struct cer_custody *c, const struct cer_quorum *q,
    struct kc_err *err)
{
	for (size_t i = 0; i < q->n; i++) {
		const char *h = q->holder[i];
		bool card = has(c, h, CER_CARD, NULL, false);
		bool file = has(c, h, CER_KEY_FILE, NULL, false);

		if (!card && !file)
			return KC_FAIL(err, KC_EREFUSED, 0, "the custody plan "
			    "does not say where the card of %s goes", h);
		if (card && !has(c, h, CER_PIN, NULL, false))
			return KC_FAIL(err, KC_EREFUSED, 0, "the custody plan "
			    "does not say who has the PIN of %s", h);
		if (file && !has(c, h, CER_PASSWORD, NULL, false))
			return KC_FAIL(err, KC_EREFUSED, 0, "the custody plan "
			    "does not say who has the password of %s", h);
	}
	return KC_DONE;
}

static kc_result
judge_one(const struct cer_custody *c, const struct cer_quorum *q,
    const struct one *o, struct kc_err *err)
{
	const char *kind = o->person != NULL ? "person" : "place";
	const char *id = o->person != NULL ? o->person :
	    c->place[o->place].id;
	char names[200] = "";
	size_t reached = 0, kept = 0, at = 0;
	bool copy = false;

	for (size_t i = 0; i < q->n; i++) {
		kept += keeps_key(c, q->holder[i], o);
		if (!reaches_key(c, q->holder[i], o))
			continue;
		if (at < sizeof names)
			at += (size_t)snprintf(names + at, sizeof names - at,
			    "%s%s", reached > 0 ? ", " : "", q->holder[i]);
		reached++;
	}
	for (size_t i = 0; i < c->n_things; i++)
		copy = copy || (c->thing[i].what == CER_DOMAIN_COPY &&
		    !goes(c, &c->thing[i], o));
	if (reached >= q->m)
		return KC_FAIL(err, KC_EREFUSED, 0, "the custody plan lets "
		    "one %s, %s, reach %zu keys of the %zu that open the "
		    "domain: %s", kind, id, reached, q->m, names);
	if (kept < q->m)
		return KC_FAIL(err, KC_EREFUSED, 0, "without the %s %s the "
		    "custody plan leaves %zu keys that can be used, %zu are "
		    "needed", kind, id, kept, q->m);
	if (!copy)
		return KC_FAIL(err, KC_EREFUSED, 0, "without the %s %s the "
		    "custody plan leaves no copy of the domain file", kind,
		    id);
	return KC_DONE;
}

kc_result
cer_custody_judge(const struct cer_custody *c, const struct cer_quorum *q,
    struct kc_err *err)
{
	kc_result r = complete(c, q, err);

	for (size_t i = 0; i < c->n_places && kc_ok(r); i++) {
		const struct one o = { (int)i, NULL };

		r = judge_one(c, q, &o, err);
		for (size_t k = 0; k < c->place[i].n_openers && kc_ok(r);
		    k++) {
			const struct one p = { -1, c->place[i].opener[k] };

			r = judge_one(c, q, &p, err);
		}
	}
	for (size_t i = 0; i < c->n_things && kc_ok(r); i++) {
		const struct one o = { -1, c->thing[i].person };

		if (c->thing[i].place < 0)
			r = judge_one(c, q, &o, err);
	}
	return r;
}
