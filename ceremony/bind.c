/* SPDX-License-Identifier: Apache-2.0
 *
 * Fitting a script to a site file: who acts, watches, signs and reads back,
 * and with which card.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ceremony/action.h"
#include "ceremony/script.h"
#include "ceremony/steps.h"

const struct cer_person *
cer_step_reader(const struct cer_site *s, const struct cer_step *st)
{
	const struct cer_person *by = cer_site_who(s, st->by), *p;

	if (st->reader[0] != '\0') {
		p = cer_site_who(s, st->reader);
		return p != by ? p : NULL;
	}
	for (size_t i = 0; i < st->n_watch; i++) {
		p = cer_site_who(s, st->watch[i]);
		if (p != NULL && p != by)
			return p;
	}
	return NULL;
}

/* Where a step's field stands, or the i-th item of its list; else the step. */
static const struct cer_node *
place(const struct cer_step *st, const char *key, size_t i)
{
	const struct cer_node *n = cer_node_get(st->node, key);

	if (n != NULL && n->kind == CER_SEQ && i < n->n)
		n = n->child[i];
	return n != NULL ? n : st->node;
}

#define BIND_FAIL(node, st, err, ...) \
	bind_fail((node), (st), (err), __LINE__, __VA_ARGS__)
static kc_result KC_PRINTF(5, 6)
bind_fail(const struct cer_node *at, const struct cer_step *st,
    struct kc_err *err, int line, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return kc_fail(err, KC_EREFUSED, 0, __FILE__, line,
	    "%s:%zu:%zu: step '%s' %s", at->file, at->line, at->col, st->id,
	    text);
}

/* A step's person or role must exist, with a card where it needs one. */
static kc_result
bind_one(const struct cer_site *site, const struct cer_step *st,
    const struct cer_node *at, const char *who, bool card, struct kc_err *err)
{
	const struct cer_person *p = cer_site_who(site, who);

	if (p == NULL)
		return BIND_FAIL(at, st, err, "names '%s', whom the site file "
		    "does not have", who);
	for (size_t i = 0; card && i < site->n_people; i++) {
		const struct cer_person *q = &site->person[i];

		if ((strcmp(q->id, who) == 0 || strcmp(q->role, who) == 0) &&
		    cer_site_card_of(site, q->id) == NULL)
			return BIND_FAIL(at, st, err, "needs a card of %s; the "
			    "site file has none", q->id);
	}
	return KC_DONE;
}

/* Who receives a domain, or a key of ours: a second person reads the exchange
 * key back; whose cards may sign that it is not proven are two people, not one
 * twice. */
static kc_result
bind_ratify(const struct cer_site *site, const struct cer_step *st,
    struct kc_err *err)
{
	const char *by[CER_LIST_MAX], *reason;
	size_t n = 0, two = 0;
	kc_result r;

	if (strcmp(st->action->name, "exchange.ratify") != 0 &&
	    strcmp(st->action->name, "byok.wrap") != 0)
		return KC_DONE;
	if (st->reader[0] != '\0')
		KC_TRY(r, bind_one(site, st, place(st, "readback_by", 0),
		    st->reader, false, err));
	if (cer_step_reader(site, st) == NULL)
		return BIND_FAIL(place(st, st->reader[0] != '\0' ?
		    "readback_by" : "watch", 0), st, err, "has nobody but "
		    "'%s' to read the key back: name a second person in "
		    "'readback_by'", st->by);
	KC_TRY(r, cer_node_list(st->node, "exception_by", by, CER_LIST_MAX,
	    &n, err));
	if (cer_node_get(st->node, "exception_by") == NULL)
		goto out;	/* evidence or nothing */
	KC_TRY(r, cer_node_str(st->node, "reason", NULL, &reason, err));
	for (size_t i = 0; i < n; i++) {
		const struct cer_person *p = cer_site_who(site, by[i]);

		KC_TRY(r, bind_one(site, st, place(st, "exception_by", i),
		    p != NULL ? p->id : by[i], true, err));
		two += p != cer_site_who(site, by[0]);
	}
	if (two == 0)
		r = BIND_FAIL(cer_node_get(st->node, "exception_by"), st, err,
		    "needs the cards of two people in 'exception_by'");
out:
	return r;
}

/* One key a blob, and one blob a name. */
static kc_result
bind_blob(const struct cer_script *script, const struct cer_step *st,
    struct kc_err *err)
{
	const char *mine, *other;
	kc_result r;

	if (strcmp(st->action->name, "byok.wrap") != 0)
		return KC_DONE;
	if (st->for_each[0] != '\0')
		return BIND_FAIL(place(st, "for_each", 0), st, err, "makes one "
		    "blob: a step for each key");
	KC_TRY(r, cer_node_str(st->node, "blob", NULL, &mine, err));
	for (const struct cer_step *o = script->step; o < st; o++) {
		KC_TRY(r, cer_node_str(o->node, "blob", "", &other, err));
		if (strcmp(mine, other) == 0)
			return BIND_FAIL(place(st, "blob", 0), st, err, "makes "
			    "the blob '%.60s', which step '%s' has made",
			    mine, o->id);
	}
out:
	return r;
}

/* A bag is looked at by two: whoever opens theirs, somebody else watches. */
static kc_result
bind_open(const struct cer_site *site, const struct cer_step *st,
    struct kc_err *err)
{
	const struct cer_person *other = cer_step_reader(site, st);

	if (strcmp(st->action->name, "custody.open") != 0 ||
	    (other != NULL && strcmp(other->role, st->for_each) != 0))
		return KC_DONE;
	return BIND_FAIL(place(st, "watch", 0), st, err, "has nobody in "
	    "'watch' but who opens a bag: name a second person to look at "
	    "number and seal");
}

/* A plan that one place or person spoils is refused before the day. */
static kc_result
bind_place(const struct cer_site *site, const struct cer_step *st,
    struct kc_err *err)
{
	kc_result r = KC_DONE;

	if (strcmp(st->action->name, "custody.place") == 0)
		r = cer_custody_fit(site, cer_node_get(st->node, "set") !=
		    NULL, err);
	if (!kc_ok(r))
		r = kc_prefix(err, "%s:%zu:%zu: step '%s'", st->node->file,
		    st->node->line, st->node->col, st->id);
	return r;
}

/* A wrong card is another person's. */
static kc_result
bind_instead(const struct cer_site *site, const struct cer_step *st,
    struct kc_err *err)
{
	const struct cer_person *p = NULL;
	const char *who;
	kc_result r;

	if (strcmp(st->action->name, "card.wrong") != 0)
		return KC_DONE;
	KC_TRY(r, cer_node_str(st->node, "instead", NULL, &who, err));
	KC_TRY(r, bind_one(site, st, place(st, "instead", 0), who, false,
	    err));
	KC_TRY(r, cer_instead(site, st, &p, err));
	if (cer_site_card_of(site, p->id) == NULL)
		return BIND_FAIL(place(st, "instead", 0), st, err, "needs a "
		    "card of %s; the site file has none", p->id);
	if (st->for_each[0] != '\0' ? strcmp(p->role, st->for_each) == 0 :
	    p == cer_site_who(site, st->by))
		r = BIND_FAIL(place(st, "instead", 0), st, err, "wants another "
		    "person's card: '%s' acts", p->id);
out:
	return r;
}

/* Whose the PUK is: the holder's, or nobody's. */
static kc_result
bind_puk(const struct cer_step *st, struct kc_err *err)
{
	const char *puk = "holder";
	kc_result r = cer_node_str(st->node, "puk", "holder", &puk, err);

	if (kc_ok(r) && strcmp(puk, "holder") != 0)
		r = BIND_FAIL(place(st, "puk", 0), st, err, "says '%.40s': the "
		    "PUK is 'holder' (chosen by the holder), or the key is "
		    "left out and the PUK discarded", puk);
	return r;
}

/* A step about the new set needs one in the site file. */
static kc_result
bind_new_set(const struct cer_site *site, const struct cer_step *st,
    struct kc_err *err)
{
	if (strcmp(st->action->name, "domain.reshare") != 0 &&
	    cer_node_get(st->node, "set") == NULL)
		return KC_DONE;
	if (site->new_quorum == 0)
		return BIND_FAIL(place(st, "set", 0), st, err, "is about a new "
		    "set; the site file has no 'new-quorum'");
	return bind_one(site, st, place(st, "set", 0), "new-holder", true,
	    err);
}

kc_result
cer_script_bind(const struct cer_script *script, const struct cer_site *site,
    struct kc_err *err)
{
	kc_result r = cer_parameters_bind(script, site, err);

	for (size_t i = 0; i < script->n_steps && kc_ok(r); i++) {
		const struct cer_step *st = &script->step[i];

		KC_TRY(r, bind_one(site, st, place(st, "by", 0), st->by,
		    false, err));
		if (st->for_each[0] == '\0')
			KC_TRY(r, bind_one(site, st, place(st, "by", 0),
			    cer_site_who(site, st->by)->id,
			    st->action->card || cer_byok_card(st->node),
			    err));
		KC_TRY(r, bind_ratify(site, st, err));
		KC_TRY(r, bind_blob(script, st, err));
		KC_TRY(r, bind_open(site, st, err));
		KC_TRY(r, bind_new_set(site, st, err));
		KC_TRY(r, bind_puk(st, err));
		KC_TRY(r, bind_instead(site, st, err));
		KC_TRY(r, bind_place(site, st, err));
		if (st->for_each[0] != '\0')
			KC_TRY(r, bind_one(site, st, place(st, "for_each", 0),
			    st->for_each, st->action->card, err));
		for (size_t k = 0; k < st->n_watch; k++)
			KC_TRY(r, bind_one(site, st, place(st, "watch", k),
			    st->watch[k], false, err));
		for (size_t k = 0; k < st->n_approve; k++)
			KC_TRY(r, bind_one(site, st, place(st, "approve", k),
			    st->approve[k], true, err));
	}
out:
	return r;
}
