/* SPDX-License-Identifier: Apache-2.0
 *
 * A room over a new journal, without cards and screens; its rows by hand.
 */
#ifndef KC_TESTS_CEREMONY_ROOM_H
#define KC_TESTS_CEREMONY_ROOM_H

#include "ceremony/room.h"
#include "tests/ceremony/site.h"

static char dir[256];

static inline struct cer_room *
room_of(const char *script, const char *site)
{
	struct cer_room *room = calloc(1, sizeof *room);
	struct aud_fact first[] = { AUD_S("mode", "rehearsal"),
		AUD_I("signers.required", 1) };
	struct kc_err err = { 0 };
	char db[300];
	static unsigned n;

	assert_non_null(room);
	room->lock = -1;
	t_ok(cer_script_read(file_of(dir, script), &room->script, &err),
	    &err);
	t_ok(cer_site_read(file_of(dir, site), &room->site, &err), &err);
	for (size_t i = 0; i < room->site.n_cards; i++)
		room->st.card[i].def = &room->site.card[i];
	t_ok(cer_plan(room, &err), &err);
	(void)snprintf(db, sizeof db, "%s/j%u.db", dir, n++);
	t_ok(aud_create(db, AUD_REHEARSAL, &room->j, &err), &err);
	t_ok(aud_run(room->j, &err), &err);
	t_ok(cer_row(room, AUD_KIND_GENESIS, NULL, first, 2, &err), &err);
	return room;
}

static inline void
done(struct cer_room *room)
{
	cer_room_close(room);
	free(room);
}

#define ROW(room, kind, in, ...)					\
	do {								\
		struct aud_fact row_f[] = { __VA_ARGS__ };		\
		struct kc_err row_err = { 0 };				\
		t_ok(cer_row((room), (kind), (in), row_f,		\
		    sizeof row_f / sizeof *row_f, &row_err), &row_err);	\
	} while (0)

#endif
