/* SPDX-License-Identifier: Apache-2.0
 *
 * The physical model: whom the terms of an action are about, in one step
 * instance.
 */
#include <string.h>

#include "ceremony/modelling.h"
#include "ceremony/readback.h"
#include "ceremony/steps.h"

static const char *const roles[CER_SETS] = { "holder", "new-holder" };

const char *
cer_model_role(size_t set)
{
	return roles[set];
}

const struct cer_action *
cer_model_action(const struct cer_model *m, size_t at)
{
	return at < m->n ? m->inst[at].step->action : &cer_action_end;
}

/* Does the step mean this key of the card? */
static bool
means(const struct cer_step *st, const char *use)
{
	const char *name[CER_USES];
	size_t n = 0;
	bool found;

	if (strstr(st->action->fields, "keys") == NULL || !kc_ok(
	    cer_node_list(st->node, "keys", name, CER_USES, &n, NULL)))
		return true;
	found = n == 0;
	for (size_t i = 0; i < n; i++)
		found = found || strcmp(name[i], use) == 0;
	return found;
}

struct cer_term
cer_model_term(const struct cer_model *m, size_t at, size_t i)
{
	struct cer_term t = { CER_OF_NOBODY, 0, 0, 0, 0, false };
	const struct cer_step *st;
	uint32_t other = 0;
	const char *subject;

	if (i < CER_TERMS)
		t = cer_model_action(m, at)->term[i];
	if (at == m->n)
		return t;
	st = m->inst[at].step;
	/* After the row's own terms that of what is read back. */
	if (t.of == CER_OF_NOBODY && i > 0 && i <= CER_TERMS &&
	    st->action->term[i - 1].of != CER_OF_NOBODY &&
	    cer_node_get(st->node, "subject") != NULL &&
	    kc_ok(cer_node_str(st->node, "subject", "", &subject, NULL)))
		return cer_readback_term(subject);
	if (t.of != CER_OF_CARD)
		return t;
	/* Only where the key is on a card and nowhere else. */
	if (strcmp(st->action->name, "byok.wrap") == 0 &&
	    !cer_byok_card(st->node))
		t.of = CER_OF_NOBODY;
	if (!means(st, "wrapping"))
		other |= CER_F_WRAPPING | CER_F_PROVEN;
	if (!means(st, "signing"))
		other |= CER_F_SIGNING;
	t.needs &= ~other;
	t.bars &= ~other;
	t.gives &= ~other;
	t.takes &= ~other;
	return t;
}

static size_t
set_of(const struct cer_step *st)
{
	return cer_node_get(st->node, "set") != NULL ? 1 : 0;
}

uint32_t
cer_model_sets(const struct cer_model *m, size_t at, const struct cer_term *t)
{
	uint32_t ret = 0;

	switch (t->of) {
	case CER_OF_SET:
		return 1U << set_of(m->inst[at].step);
	case CER_OF_NEW_SET:
		return 1U << 1;
	case CER_OF_SETS:
		return (1U << CER_SETS) - 1;
	case CER_OF_OWN_SET:
		for (size_t i = 0; i < CER_SETS; i++)
			if (means(m->inst[at].step, "wrapping") && strcmp(
			    m->inst[at].person->role, roles[i]) == 0)
				ret |= 1U << i;
		return ret;
	default:
		return 0;
	}
}

/* Is there such a card in the plan of who takes what where? */
static bool
is_planned(const struct cer_site *site, const char *person)
{
	const struct cer_custody *c = &site->custody;

	for (size_t i = 0; i < c->n_things; i++)
		if (c->thing[i].what == CER_CARD &&
		    strcmp(c->thing[i].of, person) == 0)
			return true;
	return false;
}

uint32_t
cer_model_cards(const struct cer_model *m, size_t at,
    const struct cer_term *t)
{
	uint32_t ret = 0;

	for (size_t i = 0; i < m->site->n_cards; i++) {
		const struct cer_person *p = cer_site_person(m->site,
		    m->site->card[i].person), *other = NULL;
		bool is = false;

		switch (t->of) {
		case CER_OF_CARD:
			is = p == m->inst[at].person;
			break;
		case CER_OF_INSTEAD:
			is = kc_ok(cer_instead(m->site, m->inst[at].step,
			    &other, NULL)) && p == other;
			break;
		case CER_OF_EACH:
		case CER_OF_QUORUM:
			is = strcmp(p->role, roles[set_of(
			    m->inst[at].step)]) == 0;
			break;
		case CER_OF_EACH_NEW:
			is = strcmp(p->role, roles[1]) == 0;
			break;
		case CER_OF_PLANNED:
			is = is_planned(m->site, p->id);
			break;
		case CER_OF_SIGNERS:
		case CER_OF_CARDS:
			is = true;
			break;
		default:
			break;
		}
		if (is)
			ret |= 1U << i;
	}
	return ret;
}
