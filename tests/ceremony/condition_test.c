/* SPDX-License-Identifier: Apache-2.0
 *
 * Conditions: what a row says a step found, and which steps are then
 * skipped, now and in a later run.
 */
#include "tests/ceremony/room.h"

#define IF(id, from, was)						\
	STEP_OF(id, "read", "administrator")				\
	"        if: {step: " from ", was: " was "}\n"
#define SCRIPT								\
	SCRIPT_HEAD							\
	"  - id: first\n"						\
	"    title: First act\n"					\
	"    steps:\n"							\
	STEP_OF("receiver", "exchange.ratify", "administrator")		\
	IF("sound", "first.receiver", "proven")				\
	IF("signed", "first.receiver", "excepted")			\
	STEP_OF("drill", "set.drill", "administrator")			\
	"        if: {step: first.receiver, was: excepted}\n"		\
	IF("all", "first.drill", "all")					\
	STEP_OF("open", "domain.prove", "administrator")		\
	IF("one", "first.open", "failed")

enum { RECEIVER, SOUND, SIGNED, DRILL, ALL, OPEN, ONE };

static void
nothing(void *ctx, const struct cer_view *v)
{
	(void)ctx;
	(void)v;
}

static struct cer_room *
room_with(const char *kind, size_t step, const char *fact, const char *value)
{
	struct cer_room *room = room_of(SCRIPT, SMALL_SITE);

	room->ui = (struct cer_ui){ .show = nothing };
	ROW(room, kind, &room->inst[step], AUD_S(fact, value));
	return room;
}

static bool
holds(struct cer_room *room, size_t step)
{
	struct kc_err err = { 0 };
	bool ret = false;

	t_ok(cer_condition(room, &room->inst[step], &ret, &err), &err);
	assert_int_equal(room->inst[step].done, !ret);
	assert_int_equal(room->inst[step].skipped, !ret);
	return ret;
}

static void
what_a_receiver_s_evidence_was_decides(void **state)
{
	static const struct {
		const char *evidence;
		bool proven;
	} want[] = {
		{ "proven", true },
		{ "proven under a rehearsal root", true },
		{ "none: exception", false },
		{ "not proven: exception", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		struct cer_room *room = room_with("exchange.ratified",
		    RECEIVER, "evidence", want[i].evidence);

		assert_int_equal(holds(room, SOUND), want[i].proven);
		assert_int_equal(holds(room, SIGNED), !want[i].proven);
		done(room);
	}
}

static void
a_step_without_a_condition_is_done(void **state)
{
	struct cer_room *room = room_with("exchange.ratified", RECEIVER,
	    "evidence", "proven");
	uint64_t before = aud_count(room->j);

	(void)state;
	assert_true(holds(room, OPEN));
	assert_int_equal(aud_count(room->j), before);
	done(room);
}

static void
what_stands_on_a_skipped_step_is_skipped_too(void **state)
{
	struct cer_room *room = room_with("exchange.ratified", RECEIVER,
	    "evidence", "proven");
	struct aud_entry e = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	assert_false(holds(room, DRILL));
	t_ok(aud_get(room->j, aud_count(room->j) - 1, &e, &err), &err);
	assert_string_equal(e.kind, "step.skipped");
	assert_string_equal(e.step, "first.drill");
	assert_string_equal(aud_entry_str(&e, "if"),
	    "first.receiver was excepted");
	assert_string_equal(aud_entry_str(&e, "found"), "proven");
	aud_entry_free(&e);
	assert_false(holds(room, ALL));
	t_ok(aud_get(room->j, aud_count(room->j) - 1, &e, &err), &err);
	assert_string_equal(aud_entry_str(&e, "found"), "skipped");
	aud_entry_free(&e);
	done(room);
}

static void
a_row_of_another_step_says_nothing(void **state)
{
	struct cer_room *room = room_with("domain.opened", RECEIVER,
	    "one-share-test", "failed");

	(void)state;
	assert_false(holds(room, ONE));
	done(room);
	room = room_with("domain.opened", OPEN, "one-share-test", "failed");
	assert_true(holds(room, ONE));
	done(room);
	room = room_with("domain.opened", OPEN, "one-share-test", "held");
	assert_false(holds(room, ONE));
	done(room);
}

static void
a_later_run_finds_it_in_the_journal(void **state)
{
	struct cer_room *room = room_with("exchange.ratified", RECEIVER,
	    "evidence", "none: exception");
	struct kc_err err = { 0 };

	(void)state;
	assert_false(holds(room, SOUND));
	/* The state is a replay of the rows and nothing else. */
	for (size_t i = 0; i < room->n_inst; i++) {
		room->inst[i].done = room->inst[i].skipped = false;
		room->inst[i].outcome = NULL;
	}
	room->applied = 0;
	t_ok(cer_catch_up(room, &err), &err);
	assert_true(room->inst[SOUND].done && room->inst[SOUND].skipped);
	assert_true(holds(room, SIGNED));
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
		cmocka_unit_test(what_a_receiver_s_evidence_was_decides),
		cmocka_unit_test(a_step_without_a_condition_is_done),
		cmocka_unit_test(what_stands_on_a_skipped_step_is_skipped_too),
		cmocka_unit_test(a_row_of_another_step_says_nothing),
		cmocka_unit_test(a_later_run_finds_it_in_the_journal),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
