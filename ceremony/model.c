/* SPDX-License-Identifier: Apache-2.0
 *
 * The physical model: from step to step, what the room needs and what is
 * left in it.
 */
#include "ceremony/model.h"

#include <stdlib.h>
#include <string.h>

#include "ceremony/modelling.h"
#include "sd/domain.h"

#define SET_MIN 3		/* holders of a wrapping set */
#define WORLDS_MAX 256

/* The first fact that is missing or in the way; false: none. */
static bool
is_fault(const struct cer_term *t, uint32_t have, struct cer_fault *f)
{
	uint32_t bad = t->bars & have;

	f->missing = bad == 0;
	if (f->missing)
		bad = t->needs & ~have;
	f->fact = bad & -bad;
	return bad != 0;
}

static kc_result
check_sets(struct cer_model *m, const struct cer_term *t)
{
	uint32_t sets = cer_model_sets(m, m->at, t);
	struct cer_fault f = { .card = -1 };

	for (size_t i = 0; i < CER_SETS; i++) {
		f.set = (int)i;
		if ((sets & 1U << i) != 0 && is_fault(t, m->set[i], &f))
			return cer_model_fault(m, &f);
	}
	return KC_DONE;
}

/* Is there a reader for this card, besides those in which cards stay? */
static bool
has_reader(const struct cer_model *m, size_t card)
{
	int64_t taken = 0;

	for (size_t i = 0; i < m->site->n_cards; i++)
		taken += (m->card[i] & CER_F_IN_READER) != 0;
	return (m->card[card] & CER_F_IN_READER) != 0 ||
	    taken < m->site->readers;
}

static bool
is_card_fault(const struct cer_model *m, const struct cer_term *t,
    size_t card, struct cer_fault *f)
{
	f->set = -1;
	f->card = (int)card;
	if (is_fault(t, m->card[card], f))
		return true;
	f->fact = CER_F_IN_READER;
	f->missing = true;
	return t->reads && !has_reader(m, card);
}

/* A set is of 3 to 10, and no quorum is larger. */
static kc_result
check_size(struct cer_model *m, const struct cer_term *t, size_t n)
{
	size_t set = t->of == CER_OF_EACH_NEW ||
	    cer_node_get(m->inst[m->at].step->node, "set") != NULL ? 1 : 0;
	int64_t quorum = set == 0 ? m->site->quorum : m->site->new_quorum;

	if (t->of != CER_OF_QUORUM && (n < SET_MIN || n > SD_MAX_HOLDERS))
		return cer_model_fail(m, -1, "the site file has %zu cards of "
		    "%ss, and a set is of %d to %d", n, cer_model_role(set),
		    SET_MIN, SD_MAX_HOLDERS);
	if ((int64_t)n < quorum)
		return cer_model_fail(m, -1, "the site file has %zu cards of "
		    "%ss, and the quorum is %lld", n, cer_model_role(set),
		    (long long)quorum);
	return KC_DONE;
}

/* Cards: each that is meant, or as many of them as it takes. */
static kc_result
check_cards(struct cer_model *m, const struct cer_term *t)
{
	uint32_t cards = cer_model_cards(m, m->at, t);
	bool some = t->of == CER_OF_QUORUM || t->of == CER_OF_SIGNERS;
	struct cer_fault f, first = { 0 };
	size_t n = 0, have = 0, want = 0;
	kc_result r = KC_DONE;

	for (size_t i = 0; i < m->site->n_cards; i++) {
		if ((cards & 1U << i) == 0)
			continue;
		n++;
		if (!is_card_fault(m, t, i, &f))
			have++;
		else if (!some)
			return cer_model_fault(m, &f);
		else if (first.fact == 0)
			first = f;
	}
	if (t->of == CER_OF_QUORUM || t->of == CER_OF_EACH ||
	    t->of == CER_OF_EACH_NEW)
		KC_TRY(r, check_size(m, t, n));
	if (some)
		want = (size_t)(t->of == CER_OF_SIGNERS ? m->site->signers :
		    cer_node_get(m->inst[m->at].step->node, "set") != NULL ?
		    m->site->new_quorum : m->site->quorum);
	if (have < want)
		r = cer_model_too_few(m, have, want, t->of == CER_OF_SIGNERS ?
		    "sign" : "open the domain", &first);
out:
	return r;
}

static kc_result
check(struct cer_model *m, const struct cer_term *t)
{
	struct cer_fault f = { .set = -1, .card = -1 };
	kc_result r;

	if (t->of == CER_OF_ROOM)
		return is_fault(t, m->room, &f) ? cer_model_fault(m, &f) :
		    KC_DONE;
	r = check_sets(m, t);
	return kc_ok(r) ? check_cards(m, t) : r;
}

/* What no row has to say of itself. */
static kc_result
check_always(struct cer_model *m)
{
	const struct cer_action *a = cer_model_action(m, m->at);
	const struct cer_term t = { CER_OF_ROOM, .bars = CER_F_EXPORTED |
	    (a->after ? 0 : CER_F_CLOSED), .needs = a->final ? CER_F_GO : 0 };

	return m->at < m->n ? check(m, &t) : KC_DONE;
}

/* People whose cards sign for the step. */
static kc_result
check_approvals(struct cer_model *m)
{
	static const struct cer_term signs = { CER_OF_CARD, .needs =
	    CER_F_KNOWN | CER_F_SIGNING, .bars = CER_F_BAG | CER_F_AWAY |
	    CER_F_RETIRED, .reads = true };
	const char *who[2 * CER_LIST_MAX];
	const struct cer_step *st;
	struct cer_fault f;
	size_t n, more = 0;
	kc_result r = KC_DONE;

	if (m->at == m->n)
		return r;
	st = m->inst[m->at].step;
	n = st->n_approve;
	memcpy(who, st->approve, n * sizeof *who);
	KC_TRY(r, cer_node_list(st->node, "exception_by", who + n,
	    CER_LIST_MAX, &more, m->err));
	for (size_t i = 0; i < n + more; i++) {
		const struct cer_person *p = cer_site_who(m->site, who[i]);

		for (size_t k = 0; k < m->site->n_cards; k++)
			if (p != NULL && strcmp(m->site->card[k].person,
			    p->id) == 0 && is_card_fault(m, &signs, k, &f))
				return cer_model_fault(m, &f);
	}
out:
	return r;
}

/* Pieces of a material: each instance uses one up. */
static kc_result
check_uses(struct cer_model *m)
{
	for (size_t i = 0; m->at < m->n && i < m->script->n_materials; i++) {
		const struct cer_material *a = &m->script->material[i];
		int64_t had = cer_material_count(a, m->site);

		if ((m->inst[m->at].step->uses & 1U << i) == 0 ||
		    a->count == 0)
			continue;
		if (m->left[i] == 0)
			return cer_model_fail(m, -1, "of '%s' (line %zu) %lld "
			    "are laid ready, and the steps before used them "
			    "up", a->id, a->node->line, (long long)had);
		m->left[i]--;
	}
	return KC_DONE;
}

/* What a step gives, it gives again; what it takes must have been there. */
static uint32_t
change(uint32_t *have, const struct cer_term *t)
{
	uint32_t taken = *have & t->takes;

	*have = (*have & ~t->takes) | t->gives;
	return taken | t->gives;
}

/* A card with a wrapping key is loose unless it is in a bag, gone, or
 * retired. */
static void
settle(uint32_t *card)
{
	bool loose = (*card & CER_F_WRAPPING) != 0 && (*card & (CER_F_BAG |
	    CER_F_AWAY | CER_F_RETIRED)) == 0;

	*card = loose ? *card | CER_F_LOOSE : *card & ~(uint32_t)CER_F_LOOSE;
}

static void
leave(struct cer_model *m, const struct cer_term *t)
{
	struct cer_changed *c = &m->changed[m->at];
	uint32_t sets = cer_model_sets(m, m->at, t);
	uint32_t cards = cer_model_cards(m, m->at, t);
	const struct cer_node *stays = cer_node_get(
	    m->inst[m->at].step->node, "card");
	struct cer_term with = *t;

	if (t->of == CER_OF_ROOM)
		c->room |= change(&m->room, t);
	for (size_t i = 0; i < CER_SETS; i++)
		if ((sets & 1U << i) != 0)
			c->set[i] |= change(&m->set[i], t);
	/* A card is taken out again, unless the step says that it stays. */
	if (t->reads && stays != NULL)
		with.gives |= CER_F_IN_READER;
	else if (t->reads)
		with.takes |= CER_F_IN_READER;
	for (size_t i = 0; i < m->site->n_cards; i++) {
		if ((cards & 1U << i) != 0 &&
		    change(&m->card[i], &with) != 0)
			c->cards |= 1U << i;
		settle(&m->card[i]);
	}
}

static kc_result
step(struct cer_model *m)
{
	kc_result r = KC_DONE;
	struct cer_term t;

	if (m->at < m->n && !cer_model_done(m, m->inst[m->at].step))
		goto out;
	KC_TRY(r, check_always(m));
	for (size_t i = 0; (t = cer_model_term(m, m->at, i)).of !=
	    CER_OF_NOBODY; i++)
		KC_TRY(r, check(m, &t));
	KC_TRY(r, check_approvals(m));
	KC_TRY(r, check_uses(m));
	for (size_t i = 0; m->at < m->n && (t = cer_model_term(m, m->at,
	    i)).of != CER_OF_NOBODY; i++)
		leave(m, &t);
out:
	return r;
}

/* From an empty room to the end. */
static kc_result
walk(struct cer_model *m)
{
	kc_result r = KC_DONE;

	m->room = 0;
	memset(m->set, 0, sizeof m->set);
	memset(m->changed, 0, m->n * sizeof *m->changed);
	for (size_t i = 0; i < m->site->n_cards; i++)
		m->card[i] = (m->site->card[i].serial[0] != '\0' ?
		    CER_F_BOUND : 0) | (m->site->card[i].bag[0] != '\0' ?
		    CER_F_BAG : 0);
	for (size_t i = 0; i < m->script->n_materials; i++)
		m->left[i] = cer_material_count(&m->script->material[i],
		    m->site);
	for (m->at = 0; m->at <= m->n; m->at++)
		KC_TRY(r, step(m));
out:
	return r;
}

static kc_result
too_many(struct cer_model *m)
{
	const struct cer_node *last = m->script->root;

	for (size_t i = 0; i < m->script->n_steps; i++)
		if (m->script->step[i].if_was[0] != '\0')
			last = cer_node_get(m->script->step[i].node, "if");
	return KC_FAIL(m->err, KC_ELIMIT, 0, "%s:%zu:%zu: with this condition "
	    "there are more than %d ways through the script", last->file,
	    last->line, last->col, WORLDS_MAX);
}

/* Whatever its steps find, the script can be walked. */
static kc_result
walk_all(struct cer_model *m)
{
	size_t worlds = 0;
	kc_result r;

	KC_TRY(r, cer_plan_steps(m->script, m->site, m->inst, &m->n, m->err));
	do {
		if (++worlds > WORLDS_MAX)
			return too_many(m);
		KC_TRY(r, walk(m));
	} while (cer_model_other(m));
	r = cer_materials_used(m->script, m->err);
out:
	return r;
}

kc_result
cer_model(const struct cer_script *script, const struct cer_site *site,
    struct cer_trail *ret, struct kc_err *err)
{
	struct cer_model m = { .script = script, .site = site, .trail = ret,
		.err = err };
	struct cer_site *nominal = calloc(1, sizeof *nominal);
	kc_result r;

	m.inst = calloc(CER_INSTANCES_MAX, sizeof *m.inst);
	m.changed = calloc(CER_INSTANCES_MAX, sizeof *m.changed);
	if (nominal == NULL || m.inst == NULL || m.changed == NULL) {
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for the model");
		goto out;
	}
	if (site == NULL) {
		cer_nominal(script, nominal);
		m.site = nominal;
	}
	r = walk_all(&m);
out:
	free(m.inst);
	free(m.changed);
	free(nominal);
	return r;
}
