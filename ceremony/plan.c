/* SPDX-License-Identifier: Apache-2.0
 *
 * From steps to step instances: for_each makes one for every person of a
 * role, in the order of the site file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceremony/room.h"

static kc_result
add(struct cer_room *room, const struct cer_step *st,
    const struct cer_person *who, bool each, struct kc_err *err)
{
	struct cer_instance *in = &room->inst[room->n_inst];
	int n;

	if (room->n_inst == CER_INSTANCES_MAX)
		return KC_FAIL(err, KC_ELIMIT, 0, "more than %d steps",
		    CER_INSTANCES_MAX);
	*in = (struct cer_instance){ .step = st, .person = who };
	n = snprintf(in->id, sizeof in->id, "%s.%s%s%s",
	    room->script.act[st->act].id, st->id, each ? "." : "",
	    each ? who->id : "");
	if (n < 0 || (size_t)n >= sizeof in->id)
		return KC_FAIL(err, KC_ELIMIT, 0, "step name too long: %s",
		    st->id);
	(void)snprintf(in->label, sizeof in->label, "%.40s%s%.20s",
	    each ? who->id : st->title, each ? " " : "", each ? st->id : "");
	room->n_inst++;
	return KC_DONE;
}

static kc_result
expand(struct cer_room *room, const struct cer_step *st, struct kc_err *err)
{
	kc_result r = KC_DONE;

	if (st->for_each[0] == '\0')
		return add(room, st, cer_site_who(&room->site, st->by), false,
		    err);
	for (size_t i = 0; i < room->site.n_people && kc_ok(r); i++) {
		const struct cer_person *p = &room->site.person[i];

		if (strcmp(p->role, st->for_each) == 0)
			r = add(room, st, p, true, err);
	}
	return r;
}

/* The left pane: an act line before its instances, numbered as on paper. */
static void
list_items(struct cer_room *room)
{
	size_t act = CER_ACTS_MAX, in_act = 0;
	struct cer_item *head = NULL;

	for (size_t i = 0; i < room->n_inst; i++) {
		struct cer_instance *in = &room->inst[i];
		struct cer_item *it;

		if (in->step->act != act) {
			act = in->step->act;
			in_act = 0;
			head = &room->item[room->n_items++];
			(void)snprintf(head->number, sizeof head->number,
			    "%zu", act + 1);
			(void)snprintf(head->label, sizeof head->label,
			    "%.60s", room->script.act[act].title);
		}
		it = &room->item[room->n_items++];
		it->level = 1;
		in_act++;
		(void)snprintf(in->number, sizeof in->number, "%zu.%zu",
		    act + 1, in_act);
		memcpy(it->number, in->number, sizeof it->number);
		memcpy(it->label, in->label, sizeof it->label);
		if (head != NULL)
			head->total++;
	}
}

kc_result
cer_plan(struct cer_room *room, struct kc_err *err)
{
	kc_result r = KC_DONE;

	room->inst = calloc(CER_INSTANCES_MAX, sizeof *room->inst);
	room->item = calloc(CER_INSTANCES_MAX + CER_ACTS_MAX,
	    sizeof *room->item);
	if (room->inst == NULL || room->item == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for the plan");
	for (size_t i = 0; i < room->script.n_steps && kc_ok(r); i++)
		r = expand(room, &room->script.step[i], err);
	if (kc_ok(r))
		list_items(room);
	return r;
}
