/* SPDX-License-Identifier: Apache-2.0
 *
 * A read-back: positions, words, tries, and what the journal remembers.
 */
#include "base/words.h"
#include "ceremony/readback.h"
#include "tests/ceremony/room.h"

static const char sha_hex[] =
    "c0668ba4f6c5b42f02f392c32659e7ee38dda77c7a34ec52f0c66667e97c45bf";

/* struct person: what the second person says.
 *  copy   the letter of where the copy is from
 *  spoil  so many tries get one wrong word
 *  typed  instead of words, or NULL */
struct person {
	const char *copy;
	int spoil;
	const char *typed;
	int asked;
	uint8_t at[CER_READBACK_TRIES + 1][CER_WORDS];
};

static void
nothing(void *ctx, const struct cer_view *v)
{
	(void)ctx;
	(void)v;
}

static kc_result
says(void *ctx, const struct cer_view *v, const struct cer_prompt *p,
    struct cer_answer *ret, struct kc_err *err)
{
	struct person *who = ctx;
	uint8_t sha[KC_SHA256];
	size_t n = 0;

	(void)v;
	(void)err;
	if (p->kind == CER_ASK_CHOICE) {
		(void)snprintf(ret->text, sizeof ret->text, "%s", who->copy);
		return KC_DONE;
	}
	assert_int_equal(p->kind, CER_ASK_WORDS);
	assert_true(who->asked <= CER_READBACK_TRIES);
	memcpy(who->at[who->asked++], p->at, CER_WORDS);
	assert_true(kc_unhex(sha_hex, sizeof sha, sha));
	ret->text[0] = '\0';
	for (size_t i = 0; i < CER_WORDS; i++) {
		size_t pos = (size_t)p->at[i] - 1;
		uint8_t byte = sha[pos];

		if (i == 2 && who->spoil > 0)
			byte ^= 1;	/* a word of the right list */
		n += (size_t)snprintf(ret->text + n, sizeof ret->text - n,
		    "%s%s", i > 0 ? "  " : "", kc_word(pos, byte));
	}
	who->spoil--;
	if (who->typed != NULL)
		(void)snprintf(ret->text, sizeof ret->text, "%s", who->typed);
	return KC_DONE;
}

static struct cer_room *
room_with(struct person *who)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);

	room->rehearsal = true;
	room->ui = (struct cer_ui){ .ctx = who, .show = nothing,
		.ask = says };
	return room;
}

static kc_result
read_it(struct cer_room *room, struct kc_err *err)
{
	struct cer_readback rb = { .subject = "exchange", .sha = sha_hex,
		.what = "the key", .by = cer_site_who(&room->site,
		"witness") };

	*err = (struct kc_err){ 0 };
	return cer_read_back(room, &room->inst[0], &rb, err);
}

static void
five_right_words_are_asked_for_once_in_a_step(void **state)
{
	struct person who = { .copy = "o" };
	struct cer_room *room = room_with(&who);
	struct kc_err err;

	(void)state;
	t_ok(read_it(room, &err), &err);
	assert_int_equal(who.asked, 1);
	assert_string_equal(room->st.read_step, room->inst[0].id);
	assert_string_equal(room->st.read_sha, sha_hex);
	t_ok(read_it(room, &err), &err);
	assert_int_equal(who.asked, 1);
	done(room);
}

static void
positions_are_drawn_anew_for_each_try(void **state)
{
	struct person who = { .copy = "v", .spoil = 2 };
	struct cer_room *room = room_with(&who);
	struct kc_err err;

	(void)state;
	t_ok(read_it(room, &err), &err);
	assert_int_equal(who.asked, 3);
	for (size_t t = 0; t < 3; t++)
		for (size_t i = 0; i < CER_WORDS; i++) {
			assert_in_range(who.at[t][i], 1, CER_WORD_POSITIONS);
			assert_true(i == 0 ||
			    who.at[t][i] > who.at[t][i - 1]);
		}
	assert_true(memcmp(who.at[0], who.at[1], CER_WORDS) != 0 ||
	    memcmp(who.at[1], who.at[2], CER_WORDS) != 0);
	done(room);
}

static void
one_wrong_word_three_times_is_refused(void **state)
{
	struct person who = { .copy = "p", .spoil = 9 };
	struct cer_room *room = room_with(&who);
	struct kc_err err;

	(void)state;
	t_fails(read_it(room, &err), &err, KC_EREFUSED, "3 times witness-1 "
	    "read words that are not those of the key");
	assert_int_equal(who.asked, CER_READBACK_TRIES);
	assert_string_equal(room->st.read_step, "");
	done(room);
}

static void
too_few_or_too_many_words_are_wrong(void **state)
{
	static const char *const typed[] = { "", "slowdown",
		"a b c d e f", "from-screen from-screen" };
	struct kc_err err;

	(void)state;
	for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
		struct person who = { .copy = "o", .typed = typed[i] };
		struct cer_room *room = room_with(&who);

		t_fails(read_it(room, &err), &err, KC_EREFUSED,
		    "read words that are not those");
		done(room);
	}
}

static void
an_answers_file_counts_in_a_rehearsal_only(void **state)
{
	struct person who = { .copy = "o", .typed = CER_FROM_SCREEN };
	struct cer_room *room = room_with(&who);
	struct kc_err err;

	(void)state;
	room->rehearsal = false;
	t_fails(read_it(room, &err), &err, KC_EREFUSED,
	    "an answers file cannot read back in production");
	assert_string_equal(room->st.read_step, "");
	room->rehearsal = true;
	t_ok(read_it(room, &err), &err);
	assert_string_equal(room->st.read_sha, sha_hex);
	done(room);
}

static void
a_copy_from_the_stick_is_no_second_path(void **state)
{
	struct person who = { .copy = "c" };
	struct cer_room *room = room_with(&who);
	struct kc_err err;

	(void)state;
	t_fails(read_it(room, &err), &err, KC_EREFUSED,
	    "that is no second path");
	assert_int_equal(who.asked, 0);
	who.copy = "ov";
	t_fails(read_it(room, &err), &err, KC_EREFUSED,
	    "'ov' says not where the copy");
	done(room);
}

static void
the_head_on_paper_is_that_of_a_checkpoint_or_suspension(void **state)
{
	struct person who = { .copy = "o" };
	struct cer_room *room = room_with(&who);
	uint8_t head[KC_SHA256];

	(void)state;
	assert_false(room->st.has_paper_head);
	ROW(room, "suspend", &room->inst[0], AUD_S("step", "first.welcome"));
	aud_head(room->j, head);
	assert_true(room->st.has_paper_head);
	assert_memory_equal(room->st.paper_head, head, sizeof head);
	ROW(room, "resume", NULL, AUD_S("a", "b"));
	assert_memory_equal(room->st.paper_head, head, sizeof head);
	done(room);
}

static void
the_ratified_key_is_what_its_row_says(void **state)
{
	struct person who = { .copy = "o" };
	struct cer_room *room = room_with(&who);

	(void)state;
	assert_string_equal(room->st.ratified, "");
	ROW(room, "exchange.link", &room->inst[0], AUD_S("name", "evidence"),
	    AUD_S("exchange.sha256", sha_hex));
	assert_string_equal(room->st.ratified, "");
	ROW(room, "exchange.ratified", &room->inst[0],
	    AUD_S("exchange.sha256", sha_hex));
	assert_string_equal(room->st.ratified, sha_hex);
	assert_string_equal(room->st.ratified_in, room->inst[0].id);
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
		    five_right_words_are_asked_for_once_in_a_step),
		cmocka_unit_test(positions_are_drawn_anew_for_each_try),
		cmocka_unit_test(one_wrong_word_three_times_is_refused),
		cmocka_unit_test(too_few_or_too_many_words_are_wrong),
		cmocka_unit_test(an_answers_file_counts_in_a_rehearsal_only),
		cmocka_unit_test(a_copy_from_the_stick_is_no_second_path),
		cmocka_unit_test(
		    the_head_on_paper_is_that_of_a_checkpoint_or_suspension),
		cmocka_unit_test(the_ratified_key_is_what_its_row_says),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
