/* SPDX-License-Identifier: Apache-2.0
 *
 * Suspension with bags, resumption by words and numbers: a room whose people
 * answer from a table.
 */
#include "base/words.h"
#include "ceremony/suspend.h"
#include "tests/ceremony/room.h"

#define LINES 8

/* struct people: what they say; NULL: silence, as an answers file.
 *  spoil   so many read-backs with a wrong word
 *  letter  at a refusal
 *  form    is the exception form filled in? */
struct people {
	const char *bag[LINES], *number[LINES];
	size_t bags, numbers;
	int spoil, asked_words;
	char letter;
	bool form;
	uint8_t head[KC_SHA256];
	char said[2000];
};

static void
nothing(void *ctx, const struct cer_view *v)
{
	(void)ctx;
	(void)v;
}

static kc_result
next(const char *const *line, size_t *n, struct cer_answer *ret,
    struct kc_err *err)
{
	const char *text = *n < LINES ? line[(*n)++] : NULL;

	if (text == NULL)
		return KC_FAIL(err, KC_ECANCEL, 0, "nobody answers");
	(void)snprintf(ret->text, sizeof ret->text, "%s", text);
	return KC_DONE;
}

static kc_result
says(void *ctx, const struct cer_view *v, const struct cer_prompt *p,
    struct cer_answer *ret, struct kc_err *err)
{
	struct people *who = ctx;
	size_t n = 0;

	(void)v;
	if (strcmp(p->key, "suspend-bag") == 0)
		return next(who->bag, &who->bags, ret, err);
	if (strcmp(p->key, "resume-bag") == 0)
		return next(who->number, &who->numbers, ret, err);
	assert_int_equal(p->kind, CER_ASK_WORDS);
	assert_string_equal(p->person, "witness-1");
	who->asked_words++;
	for (size_t i = 0; i < CER_WORDS; i++) {
		size_t at = (size_t)p->at[i] - 1;
		uint8_t byte = who->head[at];

		byte ^= i == 1 && who->spoil > 0;
		n += (size_t)snprintf(ret->text + n, sizeof ret->text - n,
		    "%s%s", i > 0 ? " " : "", kc_word(at, byte));
	}
	who->spoil--;
	return KC_DONE;
}

static kc_result
refuses(void *ctx, const struct cer_view *v, const struct kc_err *why,
    const char *choices, char *ret, struct kc_err *err)
{
	struct people *who = ctx;

	(void)v;
	(void)why;
	(void)err;
	assert_non_null(strchr(choices, who->letter));
	*ret = who->letter;
	return KC_DONE;
}

static kc_result
fills(void *ctx, const struct cer_view *v, struct cer_form *form,
    struct kc_err *err)
{
	const struct people *who = ctx;

	(void)v;
	if (!who->form)
		return KC_FAIL(err, KC_ECANCEL, 0, "left");
	(void)snprintf(form->expected, sizeof form->expected, "B-1");
	(void)snprintf(form->happened, sizeof form->happened, "torn");
	(void)snprintf(form->action, sizeof form->action, "looked at it");
	(void)snprintf(form->decided, sizeof form->decided, "auditor");
	return KC_DONE;
}

static void
hears(void *ctx, const struct cer_view *v, const char *text)
{
	struct people *who = ctx;

	(void)v;
	(void)snprintf(who->said, sizeof who->said, "%s", text);
}

static const struct people nobody = { .letter = 'a' };

/* A room with two initialised cards. */
static struct cer_room *
room_with(struct people *who)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);

	room->rehearsal = true;
	room->dir = strdup(dir);
	room->ui = (struct cer_ui){ .ctx = who, .show = nothing,
		.ask = says, .refuse = refuses, .form = fills,
		.say = hears };
	for (int i = 0; i < 2; i++) {
		const char *card = i == 0 ? "card-1" : "card-2";

		ROW(room, "card.intent", &room->inst[1],
		    AUD_S("command.id", card), AUD_S("command", "initialise"),
		    AUD_S("class", "answerable"), AUD_S("card", card),
		    AUD_S("key", ""), AUD_S("label", card));
		ROW(room, "card.done", &room->inst[1],
		    AUD_S("command.id", card), AUD_S("command", "initialise"),
		    AUD_S("card", card), AUD_S("key", ""),
		    AUD_S("serial", card));
	}
	return room;
}

/* Suspend in the first step; the head is on everybody's paper. */
static void
stop(struct cer_room *room, struct people *who)
{
	struct kc_err err = { 0 };

	t_fails(cer_suspend(room, &room->inst[0], &err), &err, KC_ESUSPEND,
	    "suspended in step 1.1");
	aud_head(room->j, who->head);
}

static kc_result
go_on(struct cer_room *room, struct kc_err *err)
{
	*err = (struct kc_err){ 0 };
	ROW(room, "run.begin", NULL, AUD_S("version", "2"));
	return cer_resume(room, err);
}

static void
each_card_goes_into_a_bag_and_the_head_onto_paper(void **state)
{
	struct people who = { .bag = { "B-1", "B-2" } };
	struct cer_room *room = room_with(&who);
	struct kc_buf words = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	stop(room, &who);
	assert_true(room->st.suspended);
	assert_string_equal(room->st.card[0].bag, "B-1");
	assert_string_equal(room->st.card[1].bag, "B-2");
	assert_true(room->st.card[0].bag_waits);
	assert_non_null(strstr(who.said, "2 card(s) in bags, 0 without"));
	t_ok(kc_words(who.head, KC_SHA256, " ", &words, &err), &err);
	assert_non_null(strstr(who.said, kc_buf_str(&words)));
	kc_buf_free(&words);
	done(room);
}

static void
a_suspension_without_answers_says_what_is_loose(void **state)
{
	struct people who = nobody;
	struct cer_room *room = room_with(&who);
	struct kc_err err;

	(void)state;
	stop(room, &who);
	assert_non_null(strstr(who.said, "0 card(s) in bags, 2 without"));
	t_ok(go_on(room, &err), &err);
	assert_int_equal(who.asked_words, 1);
	assert_false(room->st.suspended);
	done(room);
}

static void
right_words_and_numbers_resume(void **state)
{
	struct people who = { .bag = { "B-1", "B-2" },
		.number = { "B-1", "B-2" } };
	struct cer_room *room = room_with(&who);
	struct kc_err err;

	(void)state;
	stop(room, &who);
	t_ok(go_on(room, &err), &err);
	assert_false(room->st.suspended);
	assert_string_equal(room->st.card[0].bag, "");
	assert_false(room->st.card[1].bag_waits);
	/* And nothing is asked when nothing was suspended. */
	t_ok(go_on(room, &err), &err);
	assert_int_equal(who.asked_words, 1);
	assert_int_equal(who.numbers, 2);
	done(room);
}

static void
wrong_words_leave_it_suspended_and_right_ones_do_not(void **state)
{
	struct people who = { .spoil = 3 };
	struct cer_room *room = room_with(&who);
	struct kc_err err;

	(void)state;
	stop(room, &who);
	t_fails(go_on(room, &err), &err, KC_EREFUSED, "3 times witness-1 read "
	    "words that are not those of the head of the suspension");
	assert_non_null(strstr(err.certain, "the ceremony stays suspended"));
	assert_true(room->st.suspended);
	t_ok(go_on(room, &err), &err);
	assert_int_equal(who.asked_words, 4);
	assert_false(room->st.suspended);
	done(room);
}

static void
the_words_are_those_of_the_last_suspension(void **state)
{
	struct people who = nobody;
	struct cer_room *room = room_with(&who);
	uint8_t first[KC_SHA256];
	struct kc_err err;

	(void)state;
	stop(room, &who);
	memcpy(first, who.head, sizeof first);
	t_ok(go_on(room, &err), &err);
	stop(room, &who);
	assert_memory_not_equal(first, who.head, sizeof first);
	memcpy(who.head, first, sizeof first);	/* the old paper */
	t_fails(go_on(room, &err), &err, KC_EREFUSED, "3 times");
	done(room);
}

static void
another_bag_is_refused_and_asked_for_again_later(void **state)
{
	struct people who = { .bag = { "B-1", "B-2" }, .letter = 'a',
		.number = { "B-1", "B-9", "B-2" } };
	struct cer_room *room = room_with(&who);
	struct kc_err err;

	(void)state;
	stop(room, &who);
	t_fails(go_on(room, &err), &err, KC_EREFUSED,
	    "the bag of the card of holder-2 says B-9");
	assert_non_null(strstr(err.certain, "the bag counts as closed"));
	assert_true(room->st.suspended);
	assert_string_equal(room->st.card[0].bag, "");
	assert_string_equal(room->st.card[1].bag, "B-2");
	/* Words that were right are not asked for twice, nor is a bag. */
	t_ok(go_on(room, &err), &err);
	assert_int_equal(who.asked_words, 1);
	assert_false(room->st.suspended);
	done(room);
}

static void
another_bag_goes_on_with_an_exception_only(void **state)
{
	struct people who = { .bag = { "B-1" }, .letter = 'x',
		.number = { "B-9", "B-8", NULL } };
	struct cer_room *room = room_with(&who);
	struct kc_err err;

	(void)state;
	stop(room, &who);
	/* The form was left: the number is asked for again, in vain. */
	t_fails(go_on(room, &err), &err, KC_ECANCEL, "nobody answers");
	assert_string_equal(room->st.card[0].bag, "B-1");
	who.numbers = 0;
	who.form = true;
	t_ok(go_on(room, &err), &err);
	assert_int_equal(room->st.exceptions, 1);
	assert_string_equal(room->st.card[0].bag, "");
	assert_false(room->st.suspended);
	done(room);
}

static void
a_bag_s_number_seals_once(void **state)
{
	struct people who = { .bag = { "B-1", "B-1", "B-2" },
		.number = { "B-1", "B-2" } };
	struct cer_room *room = room_with(&who);
	const struct cer_card *card = room->st.card;
	struct kc_err err = { 0 };

	(void)state;
	stop(room, &who);	/* B-1 for the second card: asked again */
	assert_string_equal(card[1].bag, "B-2");
	t_fails(cer_bag_fresh(room, "B-1", &card[1], &err), &err,
	    KC_EREFUSED, "bag B-1 holds the card card-1 already");
	/* A kill after the row: the same card, the same bag. */
	t_ok(cer_bag_fresh(room, "B-1", &card[0], &err), &err);
	t_ok(go_on(room, &err), &err);
	t_fails(cer_bag_fresh(room, "B-1", &card[0], &err), &err,
	    KC_EREFUSED, "bag B-1 was opened");
	t_ok(cer_bag_fresh(room, "B-3", &card[0], &err), &err);
	done(room);
}

static void
bags_of_a_suspension_that_was_killed_are_opened(void **state)
{
	struct people who = { .number = { "B-1" } };
	struct cer_room *room = room_with(&who);
	struct kc_err err = { 0 };

	(void)state;
	/* Killed between the bag and the suspension's own row. */
	t_ok(cer_bag_row(room, NULL, &room->st.card[0], "B-1", true, &err),
	    &err);
	assert_false(room->st.suspended);
	t_ok(go_on(room, &err), &err);
	assert_int_equal(who.asked_words, 0);
	assert_string_equal(room->st.card[0].bag, "");
	done(room);
}

static void
a_bag_of_custody_stays_closed(void **state)
{
	struct people who = { .bag = { "B-2" }, .number = { "B-2" } };
	struct cer_room *room = room_with(&who);
	struct kc_err err = { 0 };

	(void)state;
	t_ok(cer_bag_row(room, &room->inst[1], &room->st.card[0], "B-1",
	    false, &err), &err);
	stop(room, &who);
	assert_non_null(strstr(who.said, "2 card(s) in bags"));
	assert_string_equal(room->st.card[1].bag, "B-2");
	t_ok(go_on(room, &err), &err);
	assert_string_equal(room->st.card[0].bag, "B-1");
	assert_string_equal(room->st.card[1].bag, "");
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
		    each_card_goes_into_a_bag_and_the_head_onto_paper),
		cmocka_unit_test(
		    a_suspension_without_answers_says_what_is_loose),
		cmocka_unit_test(right_words_and_numbers_resume),
		cmocka_unit_test(
		    wrong_words_leave_it_suspended_and_right_ones_do_not),
		cmocka_unit_test(the_words_are_those_of_the_last_suspension),
		cmocka_unit_test(
		    another_bag_is_refused_and_asked_for_again_later),
		cmocka_unit_test(another_bag_goes_on_with_an_exception_only),
		cmocka_unit_test(a_bag_s_number_seals_once),
		cmocka_unit_test(
		    bags_of_a_suspension_that_was_killed_are_opened),
		cmocka_unit_test(a_bag_of_custody_stays_closed),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
