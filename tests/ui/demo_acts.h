/* SPDX-License-Identifier: Apache-2.0
 *
 * The acts and steps of the demo's ceremony.
 */
#ifndef KC_TESTS_UI_DEMO_ACTS_H
#define KC_TESTS_UI_DEMO_ACTS_H

#include <stdio.h>

#include "ceremony/ui.h"

static const struct cer_item items[] = {
	{ 0, "1", "Opening", CER_ITEM_DONE, 3, 3 },
	{ 1, "1.1", "Roll call", CER_ITEM_DONE, 0, 0 },
	{ 1, "1.2", "Station", CER_ITEM_DONE, 0, 0 },
	{ 1, "1.3", "Clock", CER_ITEM_DONE, 0, 0 },
	{ 0, "2", "Quorum keys", CER_ITEM_NOW, 1, 5 },
	{ 1, "2.1", "holder 1", CER_ITEM_FAILED, 0, 0 },
	{ 1, "2.2", "holder 2", CER_ITEM_NOW, 0, 0 },
	{ 1, "2.3", "holder 3", CER_ITEM_AHEAD, 0, 0 },
	{ 1, "2.4", "holder 4", CER_ITEM_AHEAD, 0, 0 },
	{ 1, "2.5", "holder 5", CER_ITEM_AHEAD, 0, 0 },
	{ 0, "3", "Wrapping set", CER_ITEM_AHEAD, 0, 4 },
	{ 1, "3.1", "Build the set", CER_ITEM_AHEAD, 0, 0 },
	{ 1, "3.2", "Read it back", CER_ITEM_AHEAD, 0, 0 },
	{ 1, "3.3", "Drill every quorum", CER_ITEM_AHEAD, 0, 0 },
	{ 1, "3.4", "Seal the checkpoint", CER_ITEM_AHEAD, 0, 0 },
	{ 0, "4", "Domain", CER_ITEM_AHEAD, 0, 3 },
	{ 1, "4.1", "Import", CER_ITEM_AHEAD, 0, 0 },
	{ 1, "4.2", "Check", CER_ITEM_AHEAD, 0, 0 },
	{ 1, "4.3", "Prove", CER_ITEM_AHEAD, 0, 0 },
	{ 0, "5", "Custody", CER_ITEM_AHEAD, 0, 2 },
	{ 0, "6", "Closing", CER_ITEM_AHEAD, 0, 2 },
};

/* A thousand steps in ten acts, the middle one under way: tests/bench. */
static inline void
thousand(struct cer_view *v)
{
	static struct cer_item many[1010];
	size_t n = 0;

	for (unsigned act = 1; act <= 10; act++) {
		struct cer_item *head = &many[n++];

		(void)snprintf(head->number, sizeof head->number, "%u",
		    act % 100);
		(void)snprintf(head->label, sizeof head->label, "Act %u",
		    act % 100);
		head->total = 100;
		for (unsigned i = 1; i <= 100; i++) {
			struct cer_item *it = &many[n++];

			it->level = 1;
			(void)snprintf(it->number, sizeof it->number, "%u.%u",
			    act % 100, i % 1000);
			(void)snprintf(it->label, sizeof it->label,
			    "holder-%u seal", i % 1000);
			it->state = n < 505 ? CER_ITEM_DONE : n == 505 ?
			    CER_ITEM_NOW : CER_ITEM_AHEAD;
		}
	}
	v->items = many;
	v->n_items = n;
	v->current = 504;
}

#endif
