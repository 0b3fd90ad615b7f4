/* SPDX-License-Identifier: Apache-2.0
 *
 * Hand-overs of a custody plan, and the close-out: nothing is unaccounted
 * for when a ceremony closes.
 */
#include "ceremony/steps.h"
#include "ceremony/suspend.h"
#include "tests/ceremony/room.h"

#define SCRIPT								\
	SCRIPT_HEAD							\
	"  - id: only\n    title: Only act\n    steps:\n"		\
	STEP_OF("place", "custody.place", "administrator")		\
	STEP_OF("end", "close", "administrator")
#define PEOPLE								\
	"  - {id: holder-2, role: holder, name: Hea}\n"		\
	"  - {id: holder-3, role: holder, name: Hib}\n"
#define CARDS								\
	"  - {id: card-2, person: holder-2, module: soft, store: ../c2}\n" \
	"  - {id: card-3, person: holder-3, module: soft, store: ../c3}\n" \
	"custody:\n"							\
	"  places:\n"							\
	"    - {id: bank-a, opened-by: [administrator-1, witness-1]}\n"	\
	"    - {id: bank-b, opened-by: [administrator-1, witness-1]}\n"	\
	"  things:\n"							\
	"    - {id: c1, what: card, of: holder-1, place: bank-a}\n"	\
	"    - {id: c2, what: card, of: holder-2, place: bank-b}\n"	\
	"    - {id: c3, what: card, of: holder-3, person: holder-3}\n"	\
	"    - {id: n1, what: pin, of: holder-1, person: holder-1}\n"	\
	"    - {id: n2, what: pin, of: holder-2, person: holder-2}\n"	\
	"    - {id: n3, what: pin, of: holder-3, person: holder-3}\n"	\
	"    - {id: d1, what: domain, place: bank-a}\n"			\
	"    - {id: d2, what: domain, place: bank-b}\n"

/* struct people: who takes what; bags are drawn. */
struct people {
	const char *taker, *word;
	int bags, asked;
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
	struct people *who = ctx;

	(void)v;
	who->asked++;
	if (strcmp(p->key, "place-bag") == 0)
		(void)snprintf(ret->text, sizeof ret->text, "D-%d",
		    ++who->bags);
	else if (strcmp(p->key, "hand-over") == 0 && who->taker != NULL)
		(void)snprintf(ret->text, sizeof ret->text, "%s", who->taker);
	else if (p->kind != CER_ASK_WORD)
		return KC_FAIL(err, KC_ECANCEL, 0, "nobody answers");
	return KC_DONE;
}

static struct cer_room *
room_with(struct people *who)
{
	char *some = swap(SMALL_SITE, "  - {id: holder-2, role: holder, "
	    "name: Hea}\n", PEOPLE);
	char *site = swap(some, "  - {id: card-2, person: holder-2, module: "
	    "soft, store: ../c2}\n", CARDS);
	struct cer_room *room = room_of(SCRIPT, site);

	room->rehearsal = true;
	room->ui = (struct cer_ui){ .ctx = who, .show = nothing,
		.ask = says };
	free(site);
	free(some);
	return room;
}

/* Every card has a wrapping key; in bags: those below n. */
static void
make_cards(struct cer_room *room, size_t n)
{
	static const char *const id[] = { "card-1", "card-2", "card-3" };
	static const char *const bag[] = { "B-1", "B-2", "B-3" };
	struct kc_err err = { 0 };

	for (size_t i = 0; i < 3; i++) {
		ROW(room, "card.done", &room->inst[0],
		    AUD_S("command.id", id[i]), AUD_S("command", "generate"),
		    AUD_S("card", id[i]), AUD_S("key", "wrapping"));
		if (i < n)
			t_ok(cer_bag_row(room, &room->inst[0],
			    &room->st.card[i], bag[i], false, &err), &err);
	}
}

static void
each_thing_is_handed_over_once(void **state)
{
	struct people who = { .taker = "witness-1" };
	struct cer_room *room = room_with(&who);
	struct kc_err err = { 0 };

	(void)state;
	make_cards(room, 3);
	t_ok(cer_do_place(room, &room->inst[0], &err), &err);
	/* two cards carried, two domains bagged and carried */
	assert_int_equal(who.asked, 6);
	for (size_t i = 0; i < room->site.custody.n_things; i++)
		assert_true(room->st.placed[i]);
	t_ok(cer_do_place(room, &room->inst[0], &err), &err);
	assert_int_equal(who.asked, 6);
	done(room);
}

static void
a_card_without_a_bag_and_a_stranger_are_refused(void **state)
{
	struct people who = { .taker = "stranger" };
	struct cer_room *room = room_with(&who);
	struct kc_err err = { 0 };

	(void)state;
	make_cards(room, 1);
	t_fails(cer_do_place(room, &room->inst[0], &err), &err, KC_EREFUSED,
	    "'stranger' is no person of the site file");
	assert_false(room->st.placed[0]);
	who.taker = "witness-1";
	t_fails(cer_do_place(room, &room->inst[0], &err), &err, KC_EREFUSED,
	    "the card of holder-2 is in no bag");
	assert_true(room->st.placed[0]);
	assert_false(room->st.placed[1]);
	done(room);
}

static void
close_lists_what_is_unaccounted_for(void **state)
{
	struct people who = { .taker = "witness-1" };
	struct cer_room *room = room_with(&who);
	struct kc_err err = { 0 };

	(void)state;
	make_cards(room, 1);
	t_fails(cer_do_close(room, &room->inst[1], &err), &err, KC_EREFUSED,
	    "2 item(s) are unaccounted for, in no bag and in no place: the "
	    "card card-2, the card card-3");
	assert_non_null(strstr(err.certain, "the ceremony is not closed"));
	assert_false(room->st.closed);
	done(room);
}

static void
a_plan_that_was_begun_is_finished_before_the_close(void **state)
{
	struct people who = { .taker = NULL };
	struct cer_room *room = room_with(&who);
	struct kc_err err = { 0 };

	(void)state;
	make_cards(room, 3);
	ROW(room, CER_CUSTODY_PLACE, &room->inst[0], AUD_S("item", "c1"));
	t_fails(cer_do_close(room, &room->inst[1], &err), &err, KC_EREFUSED,
	    "7 item(s) are unaccounted for, in no bag and in no place: c2, "
	    "c3, n1");
	who.taker = "witness-1";
	t_ok(cer_do_place(room, &room->inst[0], &err), &err);
	t_ok(cer_do_close(room, &room->inst[1], &err), &err);
	assert_true(room->st.closed);
	done(room);
}

static void
an_open_exception_keeps_the_ceremony_open(void **state)
{
	struct people who = { .taker = "witness-1" };
	struct cer_room *room = room_with(&who);
	struct kc_err err = { 0 };

	(void)state;
	make_cards(room, 3);
	for (int64_t i = 1; i <= 2; i++)
		ROW(room, "exception.open", &room->inst[0],
		    AUD_I("number", i));
	ROW(room, "exception.close", &room->inst[0], AUD_I("number", 1));
	t_fails(cer_do_close(room, &room->inst[1], &err), &err, KC_EREFUSED,
	    "1 exception(s) are still open");
	assert_false(room->st.closed);
	ROW(room, "exception.close", &room->inst[0], AUD_I("number", 2));
	t_ok(cer_do_close(room, &room->inst[1], &err), &err);
	assert_true(room->st.closed);
	done(room);
}

static kc_result
count(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	size_t *n = ctx;

	(void)err;
	if (strcmp(e->kind, "custody.item") == 0) {
		const char *at = aud_entry_str(e, "where");

		assert_non_null(at);
		assert_true(at[0] != '\0');
		*n += 1;
	}
	return KC_DONE;
}

static void
the_close_out_lists_every_card(void **state)
{
	struct people who = { .taker = "witness-1" };
	struct cer_room *room = room_with(&who);
	struct kc_err err = { 0 };
	size_t n = 0;

	(void)state;
	make_cards(room, 3);
	ROW(room, "card.done", &room->inst[0], AUD_S("command.id", "r"),
	    AUD_S("command", "retire"), AUD_S("card", "card-3"),
	    AUD_S("key", ""));
	t_ok(cer_do_close(room, &room->inst[1], &err), &err);
	t_ok(aud_each(room->j, 0, aud_count(room->j), count, &n, &err),
	    &err);
	assert_int_equal(n, 3);
	done(room);
}

static void
a_script_that_places_needs_a_plan_that_holds(void **state)
{
	struct people who = { .taker = NULL };
	struct cer_room *room = room_with(&who);
	struct cer_site *site = &room->site;
	struct kc_err err = { 0 };

	(void)state;
	t_ok(cer_script_bind(&room->script, site, &err), &err);
	site->custody.thing[1].place = 0;	/* two cards in bank-a */
	t_fails(cer_script_bind(&room->script, site, &err), &err,
	    KC_EREFUSED, "step 'place': without the place bank-a");
	site->custody.n_things = 0;
	t_fails(cer_script_bind(&room->script, site, &err), &err,
	    KC_EREFUSED, "the site file has no custody plan");
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
		cmocka_unit_test(each_thing_is_handed_over_once),
		cmocka_unit_test(
		    a_card_without_a_bag_and_a_stranger_are_refused),
		cmocka_unit_test(close_lists_what_is_unaccounted_for),
		cmocka_unit_test(
		    a_plan_that_was_begun_is_finished_before_the_close),
		cmocka_unit_test(an_open_exception_keeps_the_ceremony_open),
		cmocka_unit_test(the_close_out_lists_every_card),
		cmocka_unit_test(a_script_that_places_needs_a_plan_that_holds),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
