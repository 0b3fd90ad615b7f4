/* SPDX-License-Identifier: Apache-2.0
 *
 * Conditions: a step that is only for one outcome of an earlier one.
 */
#include <stdio.h>
#include <string.h>

#include "ceremony/action.h"
#include "ceremony/room.h"

/* An earlier step as "ACT.STEP"; n_steps: there is none. */
static size_t
find(const struct cer_script *s, const char *name)
{
	size_t i = 0;

	for (; i < s->n_steps; i++) {
		const char *act = s->act[s->step[i].act].id;
		size_t len = strlen(act);

		if (strncmp(name, act, len) == 0 && name[len] == '.' &&
		    strcmp(name + len + 1, s->step[i].id) == 0)
			break;
	}
	return i;
}

kc_result
cer_condition_read(const struct cer_script *s, struct cer_step *st,
    struct kc_err *err)
{
	const struct cer_node *node = cer_node_get(st->node, "if");
	const struct cer_action *a;
	const char *name;
	kc_result r = KC_DONE;

	st->if_was = "";
	if (node == NULL)
		return r;
	if (node->kind != CER_MAP)
		return CER_NODE_FAIL(node, err, "'if' says 'step' and 'was'");
	KC_TRY(r, cer_node_only(node, "step was", err));
	KC_TRY(r, cer_node_str(node, "step", NULL, &name, err));
	KC_TRY(r, cer_node_str(node, "was", NULL, &st->if_was, err));
	st->if_step = find(s, name);
	if (st->if_step == s->n_steps)
		return CER_NODE_FAIL(cer_node_get(node, "step"), err,
		    "'%.80s' is no step before this one (ACT.STEP)", name);
	if (s->step[st->if_step].for_each[0] != '\0')
		return CER_NODE_FAIL(cer_node_get(node, "step"), err,
		    "'%.80s' is done for each %s: it has no one outcome",
		    name, s->step[st->if_step].for_each);
	a = s->step[st->if_step].action;
	if (a->outcome[0].name == NULL)
		return CER_NODE_FAIL(cer_node_get(node, "step"), err,
		    "'%.80s' (%s) has one outcome only", name, a->name);
	for (size_t i = 0; i < CER_OUTCOMES && a->outcome[i].name != NULL;
	    i++)
		if (strcmp(a->outcome[i].name, st->if_was) == 0)
			goto out;
	r = CER_NODE_FAIL(cer_node_get(node, "was"), err, "'%.40s' is no "
	    "outcome of %s: %s, %s", st->if_was, a->name, a->outcome[0].name,
	    a->outcome[1].name);
out:
	return r;
}

static const struct cer_instance *
source(const struct cer_room *room, const struct cer_instance *in)
{
	const struct cer_step *st = &room->script.step[in->step->if_step];

	for (size_t i = 0; i < room->n_inst; i++)
		if (room->inst[i].step == st)
			return &room->inst[i];
	return NULL;
}

kc_result
cer_condition(struct cer_room *room, const struct cer_instance *in,
    bool *ret_holds, struct kc_err *err)
{
	const struct cer_instance *from;
	char text[200];
	struct aud_fact f[2];
	kc_result r;

	*ret_holds = true;
	if (in->step->if_was[0] == '\0')
		return KC_DONE;
	from = source(room, in);
	*ret_holds = from != NULL && from->outcome != NULL &&
	    strcmp(from->outcome, in->step->if_was) == 0;
	if (*ret_holds)
		return KC_DONE;
	(void)snprintf(text, sizeof text, "%s was %s", from != NULL ?
	    from->id : "", in->step->if_was);
	f[0] = AUD_S("if", text);
	f[1] = AUD_S("found", from != NULL && from->outcome != NULL ?
	    from->outcome : "skipped");
	r = cer_row(room, CER_STEP_SKIPPED, in, f, 2, err);
	cer_view_step(room, in);
	cer_line(room, CER_LINE_LABEL, "Skipped", "only if %s", text);
	cer_show(room);
	return r;
}

void
cer_state_outcome(struct cer_instance *in, const struct aud_entry *e)
{
	const struct cer_outcome *o = in->step->action->outcome;

	if (strcmp(e->kind, CER_STEP_SKIPPED) == 0)
		in->done = in->skipped = true;
	for (size_t i = 0; i < CER_OUTCOMES && o[i].name != NULL; i++) {
		const char *found = strcmp(e->kind, o[i].kind) == 0 ?
		    aud_entry_str(e, o[i].fact) : NULL;

		if (found != NULL && strncmp(found, o[i].begins,
		    strlen(o[i].begins)) == 0)
			in->outcome = o[i].name;
	}
}
