/* SPDX-License-Identifier: Apache-2.0
 *
 * What is expected of a card's next command, from the rows of its earlier
 * ones.
 */
#include <time.h>
#include <unistd.h>

#include "tests/ceremony/room.h"

static const struct timespec fifth = { 0, 200 * 1000 * 1000 };

static void
row(struct cer_room *room, const char *kind, const char *card,
    const char *command, const char *key)
{
	ROW(room, kind, &room->inst[1], AUD_S("command.id", "c1"),
	    AUD_S("command", command), AUD_S("class", "answerable"),
	    AUD_S("card", card), AUD_S("key", key));
}

/* A command of a fifth of a second, by its rows. */
static void
carried_out(struct cer_room *room, const char *card, const char *command,
    const char *key)
{
	row(room, "card.intent", card, command, key);
	(void)nanosleep(&fifth, NULL);
	row(room, "card.done", card, command, key);
}

/* What the screen is told at the first tick of a command. */
static int64_t
expected(struct cer_room *room, size_t card, const char *command)
{
	const struct cer_command c = { .command = command, .key = "signing",
		.card = &room->st.card[card] };

	cer_work_begin(room, &c);
	room->doing.began_ms -= 1000;
	assert_true(cer_work_tick(room, 1));
	assert_true(room->view.busy_ms >= 1000 &&
	    room->view.busy_ms < 60000);
	return room->view.busy_expected_ms;
}

static void
about_a_fifth(int64_t ms)
{
	assert_true(ms >= 200 && ms < 5000);
}

static void
nothing_is_expected_of_a_card_that_has_done_nothing(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);

	(void)state;
	assert_int_equal(expected(room, 0, "generate"), 0);
	assert_string_equal(room->view.busy,
	    "Generating a key on the card (signing)");
	cer_work_end(room);
	assert_string_equal(room->view.busy, "");
	done(room);
}

static void
a_card_s_same_command_is_expected_to_take_as_long(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);

	(void)state;
	carried_out(room, "card-1", "generate", "wrapping");
	about_a_fifth(expected(room, 0, "generate"));
	assert_int_equal(expected(room, 0, "certificate"), 0);
	assert_int_equal(expected(room, 1, "generate"), 0);
	done(room);
}

static void
several_are_expected_to_take_their_mean(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);
	struct cer_card *card = &room->st.card[0];

	(void)state;
	carried_out(room, "card-1", "generate", "wrapping");
	row(room, "card.intent", "card-1", "generate", "signing");
	room->st.timed.boot_ms -= 1000;	/* as if it had been begun before */
	(void)nanosleep(&fifth, NULL);
	row(room, "card.done", "card-1", "generate", "signing");
	assert_true(expected(room, 0, "generate") >= (200 + 1200) / 2);
	assert_true(expected(room, 0, "generate") < 1200);
	assert_int_equal(card->pace[1].runs, 2);
	done(room);
}

static void
an_earlier_run_of_the_journal_counts_too(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);
	struct cer_card *card = &room->st.card[0];
	struct kc_err err = { 0 };

	(void)state;
	carried_out(room, "card-1", "prove", "signing");
	/* The next run knows only what the journal says. */
	memset(card->pace, 0, sizeof card->pace);
	t_ok(aud_run(room->j, &err), &err);
	room->applied = 0;
	t_ok(cer_catch_up(room, &err), &err);
	about_a_fifth(expected(room, 0, "prove"));
	done(room);
}

static void
what_was_not_carried_out_counts_for_nothing(void **state)
{
	static const char *const kinds[] = { "card.failed", "card.unknown" };
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);
	struct kc_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		row(room, "card.intent", "card-1", "prove", "signing");
		row(room, kinds[i], "card-1", "prove", "signing");
		assert_int_equal(expected(room, 0, "prove"), 0);
	}
	/* Begun in one run, known as done in another: nobody watched it. */
	row(room, "card.intent", "card-1", "prove", "signing");
	t_ok(aud_run(room->j, &err), &err);
	row(room, "card.done", "card-1", "prove", "signing");
	assert_int_equal(expected(room, 0, "prove"), 0);
	/* A key found after a lost answer was not made just now. */
	row(room, "card.intent", "card-1", "generate", "signing");
	row(room, "card.unknown", "card-1", "generate", "signing");
	carried_out(room, "card-1", "generate", "signing");
	assert_int_equal(expected(room, 0, "generate"), 0);
	carried_out(room, "card-1", "generate", "wrapping");
	about_a_fifth(expected(room, 0, "generate"));
	done(room);
}

static void
initialised(struct cer_room *room, const char *serial)
{
	ROW(room, "card.done", &room->inst[1], AUD_S("command.id", "c1"),
	    AUD_S("command", "initialise"), AUD_S("card", "card-1"),
	    AUD_S("key", ""), AUD_S("serial", serial));
}

static void
another_device_of_the_same_person_has_a_pace_of_its_own(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);

	(void)state;
	initialised(room, "00ff");
	carried_out(room, "card-1", "generate", "signing");
	initialised(room, "00ff");
	about_a_fifth(expected(room, 0, "generate"));
	initialised(room, "00fe");
	assert_int_equal(expected(room, 0, "generate"), 0);
	done(room);
}

static void
outside_a_command_the_answer_s_own_time_is_told(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);

	(void)state;
	carried_out(room, "card-1", "generate", "signing");
	assert_true(expected(room, 0, "generate") > 0);
	cer_work_end(room);
	room->work = "Waiting for the card";
	assert_false(cer_work_tick(room, 299));
	assert_string_equal(room->view.busy, "");
	assert_true(cer_work_tick(room, 1500));
	assert_string_equal(room->view.busy, "Waiting for the card");
	assert_int_equal(room->view.busy_ms, 1500);
	assert_int_equal(room->view.busy_expected_ms, 0);
	done(room);
}

static int
setup(void **state)
{
	(void)state;
	t_dir(dir);
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    nothing_is_expected_of_a_card_that_has_done_nothing),
		cmocka_unit_test(
		    a_card_s_same_command_is_expected_to_take_as_long),
		cmocka_unit_test(several_are_expected_to_take_their_mean),
		cmocka_unit_test(an_earlier_run_of_the_journal_counts_too),
		cmocka_unit_test(what_was_not_carried_out_counts_for_nothing),
		cmocka_unit_test(
		    another_device_of_the_same_person_has_a_pace_of_its_own),
		cmocka_unit_test(
		    outside_a_command_the_answer_s_own_time_is_told),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
