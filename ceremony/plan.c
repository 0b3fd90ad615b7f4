/* SPDX-License-Identifier: Apache-2.0
 *
 * From steps to step instances: for_each makes one for every person of a
 * role, in the order of the site file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceremony/room.h"

/* struct plan: instances so far. */
struct plan {
	const struct cer_script *script;
	const struct cer_site *site;
	struct cer_instance *inst;
	size_t n;
	size_t in_act;		/* of the act of the last one */
};

static kc_result
add(struct plan *p, const struct cer_step *st, const struct cer_person *who,
    bool each, struct kc_err *err)
{
	struct cer_instance *in = &p->inst[p->n];
	char title[128];
	int n;

	if (p->n == CER_INSTANCES_MAX)
		return KC_FAIL(err, KC_ELIMIT, 0, "more than %d steps",
		    CER_INSTANCES_MAX);
	*in = (struct cer_instance){ .step = st, .person = who };
	n = snprintf(in->id, sizeof in->id, "%s.%s%s%s",
	    p->script->act[st->act].id, st->id, each ? "." : "",
	    each ? who->id : "");
	if (n < 0 || (size_t)n >= sizeof in->id)
		return KC_FAIL(err, KC_ELIMIT, 0, "step name too long: %s",
		    st->id);
	cer_fill_in(p->script, p->site, st->title, who, title, sizeof title);
	(void)snprintf(in->label, sizeof in->label, "%.40s%s%.20s",
	    each ? who->id : title, each ? " " : "", each ? st->id : "");
	if (p->n == 0 || p->inst[p->n - 1].step->act != st->act)
		p->in_act = 0;
	(void)snprintf(in->number, sizeof in->number, "%zu.%zu", st->act + 1,
	    ++p->in_act);
	p->n++;
	return KC_DONE;
}

static kc_result
expand(struct plan *p, const struct cer_step *st, struct kc_err *err)
{
	kc_result r = KC_DONE;

	if (st->for_each[0] == '\0')
		return add(p, st, cer_site_who(p->site, st->by), false, err);
	for (size_t i = 0; i < p->site->n_people && kc_ok(r); i++) {
		const struct cer_person *who = &p->site->person[i];

		if (strcmp(who->role, st->for_each) == 0)
			r = add(p, st, who, true, err);
	}
	return r;
}

kc_result
cer_plan_steps(const struct cer_script *script, const struct cer_site *site,
    struct cer_instance *ret, size_t *ret_n, struct kc_err *err)
{
	struct plan p = { .script = script, .site = site, .inst = ret };
	kc_result r = KC_DONE;

	for (size_t i = 0; i < script->n_steps && kc_ok(r); i++)
		r = expand(&p, &script->step[i], err);
	if (kc_ok(r))
		*ret_n = p.n;
	return r;
}

/* The left pane: an act line before its instances, numbered as on paper. */
static void
list_items(struct cer_room *room)
{
	size_t act = CER_ACTS_MAX;
	struct cer_item *head = NULL;

	for (size_t i = 0; i < room->n_inst; i++) {
		const struct cer_instance *in = &room->inst[i];
		struct cer_item *it;

		if (in->step->act != act) {
			act = in->step->act;
			head = &room->item[room->n_items++];
			(void)snprintf(head->number, sizeof head->number,
			    "%zu", act + 1);
			(void)snprintf(head->label, sizeof head->label,
			    "%.60s", room->script.act[act].title);
		}
		it = &room->item[room->n_items++];
		it->level = 1;
		memcpy(it->number, in->number, sizeof it->number);
		memcpy(it->label, in->label, sizeof it->label);
		if (head != NULL)
			head->total++;
	}
}

kc_result
cer_plan(struct cer_room *room, struct kc_err *err)
{
	kc_result r;

	room->inst = calloc(CER_INSTANCES_MAX, sizeof *room->inst);
	room->item = calloc(CER_INSTANCES_MAX + CER_ACTS_MAX,
	    sizeof *room->item);
	if (room->inst == NULL || room->item == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for the plan");
	r = cer_plan_steps(&room->script, &room->site, room->inst,
	    &room->n_inst, err);
	if (kc_ok(r))
		list_items(room);
	return r;
}
