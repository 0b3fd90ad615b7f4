/* SPDX-License-Identifier: Apache-2.0
 *
 * A site file for a script that is checked without one: as many people as
 * make a set, each with a card that exists, and whoever the script names.
 */
#include <string.h>

#include "ceremony/action.h"
#include "ceremony/modelling.h"

#define EACH 3

static const struct {
	const char *role, *id[EACH];
} nominal[] = {
	{ "administrator", { "administrator-1", "administrator-2",
	  "administrator-3" } },
	{ "operator", { "operator-1", "operator-2", "operator-3" } },
	{ "witness", { "witness-1", "witness-2", "witness-3" } },
	{ "auditor", { "auditor-1", "auditor-2", "auditor-3" } },
	{ "holder", { "holder-1", "holder-2", "holder-3" } },
	{ "new-holder", { "new-holder-1", "new-holder-2", "new-holder-3" } },
};
#define ROLES (sizeof nominal / sizeof *nominal)

static void
add(struct cer_site *s, const char *id, const char *role)
{
	if (cer_site_who(s, id) != NULL || s->n_people == CER_PEOPLE_MAX)
		return;
	s->person[s->n_people++] = (struct cer_person){ id, role, id };
	if (s->n_cards < CER_CARDS_MAX)
		s->card[s->n_cards++] = (struct cer_card_def){ .id = id,
			.person = id, .module = "", .serial = id,
			.store = "", .bag = "" };
}

/* Whose bags are opened, their cards come in bags. */
static void
bag(struct cer_site *s, const struct cer_step *st)
{
	for (size_t i = 0; i < s->n_cards; i++) {
		const struct cer_person *p = cer_site_person(s,
		    s->card[i].person);

		if (st->for_each[0] != '\0' ? strcmp(p->role, st->for_each) ==
		    0 : p == cer_site_who(s, st->by))
			s->card[i].bag = s->card[i].id;
	}
}

void
cer_nominal(const struct cer_script *script, struct cer_site *ret)
{
	ret->quorum = ret->new_quorum = 2;
	ret->signers = ret->readers = 1;
	for (size_t i = 0; i < ROLES; i++)
		for (size_t k = 0; k < EACH; k++)
			add(ret, nominal[i].id[k], nominal[i].role);
	/* People by name, whose role nobody says. */
	for (size_t i = 0; i < script->n_steps; i++) {
		const struct cer_step *st = &script->step[i];

		add(ret, st->by, "");
		for (size_t k = 0; k < st->n_approve; k++)
			add(ret, st->approve[k], "");
	}
	for (size_t i = 0; i < script->n_steps; i++)
		if (strcmp(script->step[i].action->name, "custody.open") == 0)
			bag(ret, &script->step[i]);
}
