/* SPDX-License-Identifier: Apache-2.0
 *
 * The physical model where a script has conditions: everything that may be
 * found is walked, one after the other.
 */
#include <stdio.h>
#include <string.h>

#include "ceremony/modelling.h"

/* Does a condition name this step? */
static bool
is_asked(const struct cer_model *m, size_t step)
{
	for (size_t i = 0; i < m->script->n_steps; i++)
		if (m->script->step[i].if_was[0] != '\0' &&
		    m->script->step[i].if_step == step)
			return true;
	return false;
}

bool
cer_model_done(const struct cer_model *m, const struct cer_step *st)
{
	/* A condition names an earlier step, so this ends. */
	while (st->if_was[0] != '\0') {
		const struct cer_step *from = &m->script->step[st->if_step];
		const struct cer_outcome *o = from->action->outcome;

		if (strcmp(o[m->found[st->if_step]].name, st->if_was) != 0)
			return false;
		st = from;
	}
	return true;
}

/* The next outcome of another name; CER_OUTCOMES: none. */
static size_t
next(const struct cer_step *st, size_t at)
{
	const struct cer_outcome *o = st->action->outcome;
	size_t i = at + 1;

	while (i < CER_OUTCOMES && o[i].name != NULL &&
	    strcmp(o[i].name, o[at].name) == 0)
		i++;
	return i < CER_OUTCOMES && o[i].name != NULL ? i : CER_OUTCOMES;
}

/* Like the digits of a number: the first that can go on does, and those
 * before it begin again. */
bool
cer_model_other(struct cer_model *m)
{
	for (size_t i = 0; i < m->script->n_steps; i++) {
		if (!is_asked(m, i))
			continue;
		m->found[i] = next(&m->script->step[i], m->found[i]);
		if (m->found[i] < CER_OUTCOMES)
			return true;
		m->found[i] = 0;
	}
	return false;
}

void
cer_model_found(const struct cer_model *m, char *ret, size_t size)
{
	size_t at = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < m->script->n_steps && at < size; i++) {
		const struct cer_step *st = &m->script->step[i];

		if (!is_asked(m, i) || !cer_model_done(m, st))
			continue;
		at += (size_t)snprintf(ret + at, size - at, "%s%s.%s was %s",
		    at == 0 ? " (where " : ", ", m->script->act[st->act].id,
		    st->id, st->action->outcome[m->found[i]].name);
	}
	if (at > 0 && at < size)
		(void)snprintf(ret + at, size - at, ")");
}
