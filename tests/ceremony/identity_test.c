/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose card has a serial number.
 */
#include "ceremony/identity.h"

#include "tests/check.h"

static struct cer_room *
room_of(void)
{
	struct cer_room *room = calloc(1, sizeof *room);

	assert_non_null(room);
	room->site.card[0] = (struct cer_card_def){ .id = "a", .person =
		"holder-1", .module = "m", .serial = "" };
	room->site.card[1] = (struct cer_card_def){ .id = "b", .person =
		"holder-2", .module = "m", .serial = "5552" };
	room->site.card[2] = (struct cer_card_def){ .id = "c", .person =
		"holder-3", .module = "other", .serial = "5553" };
	room->site.n_cards = 3;
	for (size_t i = 0; i < 3; i++)
		room->st.card[i].def = &room->site.card[i];
	return room;
}

static void
a_serial_is_of_the_card_that_has_it(void **state)
{
	struct cer_room *room = room_of();
	const struct cer_card *mine = &room->st.card[0];

	(void)state;
	assert_ptr_equal(cer_card_bound(room, mine, "5552"),
	    &room->st.card[1]);
	assert_null(cer_card_bound(room, &room->st.card[1], "5552"));
	assert_null(cer_card_bound(room, mine, "5554"));
	/* Two modules may count alike. */
	assert_null(cer_card_bound(room, mine, "5553"));
	(void)snprintf(room->st.card[1].serial, sizeof room->st.card[1].serial,
	    "5559");
	assert_ptr_equal(cer_card_bound(room, mine, "5559"),
	    &room->st.card[1]);
	free(room);
}

/* A blank slot has none, and a card that is made in the room not yet. */
static void
no_serial_is_nobodys(void **state)
{
	struct cer_room *room = room_of();

	(void)state;
	assert_null(cer_card_bound(room, &room->st.card[1], ""));
	free(room);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_serial_is_of_the_card_that_has_it),
		cmocka_unit_test(no_serial_is_nobodys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
