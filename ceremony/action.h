/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions: what a step does.  One const table; a step without a row there is
 * refused when the script is read.
 */
#ifndef KC_CEREMONY_ACTION_H
#define KC_CEREMONY_ACTION_H

#include "base/err.h"

struct cer_room;
struct cer_instance;

/* struct cer_action: one row.
 *  fields    extra fields a step may carry, blank separated
 *  card      the acting person needs a card
 *  own_end   the action writes its own last row (checkpoint, export)
 *  run       acts; rows of its own in the journal; the engine adds
 *            step.begin before and step.done after */
struct cer_action {
	const char *name;
	const char *fields;
	bool card;
	bool own_end;
	kc_result (*run)(struct cer_room *room, const struct cer_instance *in,
	    struct kc_err *err);
};

const struct cer_action *cer_action_find(const char *name);

#endif
