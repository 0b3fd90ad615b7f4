/* SPDX-License-Identifier: Apache-2.0
 *
 * The plan of a script, and the state as a replay of the journal: rows of
 * every kind, intents without outcome, what a later run makes of them.
 */
#include <unistd.h>

#include "tests/ceremony/room.h"

static void
for_each_makes_one_step_for_every_person_of_a_role(void **state)
{
	static const char *const ids[] = { "first.welcome",
		"first.keys.holder-1", "first.keys.holder-2", "second.seal",
		"second.end" };
	static const char *const numbers[] = { "1.1", "1.2", "1.3", "2.1",
		"2.2" };
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);

	(void)state;
	assert_int_equal(room->n_inst, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_string_equal(room->inst[i].id, ids[i]);
		assert_string_equal(room->inst[i].number, numbers[i]);
	}
	assert_string_equal(room->inst[2].person->id, "holder-2");
	assert_string_equal(room->inst[0].person->id, "administrator-1");
	assert_string_equal(room->inst[2].label, "holder-2 keys");
	done(room);
}

static void
the_pane_counts_an_act_s_steps(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);

	(void)state;
	assert_int_equal(room->n_items, 7);
	assert_int_equal(room->item[0].level, 0);
	assert_int_equal(room->item[0].total, 3);
	assert_string_equal(room->item[0].number, "1");
	assert_int_equal(room->item[4].total, 2);
	assert_string_equal(room->item[4].label, "Second act");
	ROW(room, "step.begin", &room->inst[0], AUD_S("do", "read"));
	ROW(room, "step.done", &room->inst[0], AUD_S("do", "read"));
	assert_int_equal(room->item[0].done, 1);
	assert_int_equal(room->item[1].state, CER_ITEM_DONE);
	assert_int_equal(room->view.minutes_left, 8);
	done(room);
}

static void
more_steps_than_a_plan_holds_are_refused(void **state)
{
	struct cer_room *room = calloc(1, sizeof *room);
	struct kc_buf script = { 0 }, site = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	assert_non_null(room);
	t_ok(kc_buf_adds(&script, SCRIPT_HEAD
	    "  - id: a\n    title: A\n    steps:\n", &err), &err);
	for (int i = 0; i < 11; i++)
		t_ok(kc_buf_addf(&script, &err, "      - {id: s%d, do: read, "
		    "title: T, by: holder, why: w, minutes: 1, "
		    "for_each: holder}\n", i), &err);
	t_ok(kc_buf_adds(&site, "site: s\nformat: 1\n"
	    "nonce: 00112233445566778899aabbccddeeff\npool: a\n"
	    "destination: b\nquorum: 2\nsigners: 1\n"
	    "places: {medium: m, export: e}\nmodules: []\ncards: []\n"
	    "people:\n", &err), &err);
	for (int i = 0; i < 40; i++)
		t_ok(kc_buf_addf(&site, &err,
		    "  - {id: h%d, role: holder, name: H}\n", i), &err);
	room->lock = -1;
	t_ok(cer_script_read(file_of(dir, kc_buf_str(&script)),
	    &room->script, &err), &err);
	t_ok(cer_site_read(file_of(dir, kc_buf_str(&site)), &room->site,
	    &err), &err);
	t_fails(cer_plan(room, &err), &err, KC_ELIMIT,
	    "more than 400 steps");
	kc_buf_free(&script);
	kc_buf_free(&site);
	done(room);
}

static void
a_step_is_begun_failed_and_done_as_its_rows_say(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);
	struct cer_instance *in = &room->inst[0];

	(void)state;
	assert_false(in->begun);
	ROW(room, "step.begin", in, AUD_S("do", "read"));
	assert_true(in->begun && !in->done && !in->failed);
	ROW(room, "step.failed", in, AUD_S("code", "KC_ECARD"));
	assert_true(in->failed && !in->done);
	ROW(room, "step.begin", in, AUD_S("do", "read"));
	assert_false(in->failed);
	ROW(room, "step.done", in, AUD_S("do", "read"));
	assert_true(in->done && !in->failed);
	assert_false(room->inst[1].begun);
	done(room);
}

static void
a_checkpoint_step_is_done_by_its_own_last_row_only(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);
	struct cer_instance *seal = &room->inst[3];

	(void)state;
	/* A row of that kind in a step that is no checkpoint ends nothing. */
	ROW(room, AUD_KIND_CP_END, &room->inst[0], AUD_I("number", 1));
	assert_false(room->inst[0].done);
	ROW(room, AUD_KIND_CP_BODY, seal, AUD_I("number", 1));
	assert_false(seal->done);
	ROW(room, AUD_KIND_CP_END, seal, AUD_I("number", 1));
	assert_true(seal->done);
	done(room);
}

static void
an_initialised_card_is_bound_by_its_serial(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);
	struct cer_card *card = cer_card_of(room, "holder-1");

	(void)state;
	assert_ptr_equal(card, &room->st.card[0]);
	assert_null(cer_card_of(room, "witness-1"));
	ROW(room, "card.intent", &room->inst[1], AUD_S("command.id", "c7"),
	    AUD_S("command", "initialise"), AUD_S("class", "answerable"),
	    AUD_S("card", "card-1"), AUD_S("key", ""),
	    AUD_S("label", "kc-x-1"));
	assert_string_equal(room->st.open_id, "c7");
	assert_string_equal(room->st.open_class, "answerable");
	assert_string_equal(room->st.open_step, "first.keys.holder-1");
	assert_string_equal(card->label, "kc-x-1");
	assert_int_equal(card->inits, 1);
	assert_false(card->initialised);
	ROW(room, "card.done", &room->inst[1], AUD_S("command.id", "c7"),
	    AUD_S("command", "initialise"), AUD_S("card", "card-1"),
	    AUD_S("key", ""), AUD_S("serial", "00ff"), AUD_S("atr", "3b00"));
	assert_true(card->initialised);
	assert_string_equal(card->serial, "00ff");
	assert_string_equal(card->atr, "3b00");
	assert_string_equal(room->st.open_id, "");
	assert_false(room->st.card[1].initialised);
	done(room);
}

static void
generate(struct cer_room *room, const char *kind)
{
	ROW(room, kind, &room->inst[1], AUD_S("command.id", "c9"),
	    AUD_S("command", "generate"), AUD_S("class", "answerable"),
	    AUD_S("card", "card-1"), AUD_S("key", "signing"),
	    AUD_S("spki.sha256", "abcd"), AUD_I("ms", 1234));
}

static void
a_key_asked_for_without_an_answer_stays_pending(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);
	struct cer_card *card = &room->st.card[0];

	(void)state;
	generate(room, "card.intent");
	assert_true(card->pending[TOK_SIGNING]);
	assert_false(card->pending[TOK_WRAPPING]);
	/* The next run closes the command; whether the key is there only the
	 * card knows. */
	generate(room, "card.unknown");
	assert_string_equal(room->st.open_id, "");
	assert_true(card->pending[TOK_SIGNING]);
	assert_false(card->made[TOK_SIGNING]);
	ROW(room, "card.intent", &room->inst[1], AUD_S("command.id", "c10"),
	    AUD_S("command", "erase"), AUD_S("card", "card-1"),
	    AUD_S("key", "signing"));
	assert_true(card->pending[TOK_SIGNING]);
	ROW(room, "card.done", &room->inst[1], AUD_S("command.id", "c10"),
	    AUD_S("command", "erase"), AUD_S("card", "card-1"),
	    AUD_S("key", "signing"));
	assert_false(card->pending[TOK_SIGNING]);
	generate(room, "card.intent");
	generate(room, "card.done");
	assert_true(card->made[TOK_SIGNING]);
	assert_false(card->pending[TOK_SIGNING]);
	assert_string_equal(card->spki_sha[TOK_SIGNING], "abcd");
	done(room);
}

static void
a_failed_key_stays_pending_for_the_card_to_tell(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);

	(void)state;
	generate(room, "card.intent");
	generate(room, "card.failed");
	assert_true(room->st.card[0].pending[TOK_SIGNING]);
	assert_string_equal(room->st.open_id, "");
	done(room);
}

static void
a_recognised_card_has_the_atr_of_its_row(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);
	struct cer_card *card = &room->st.card[0];

	(void)state;
	ROW(room, "card.done", &room->inst[1], AUD_S("command", "identify"),
	    AUD_S("card", "card-1"), AUD_S("key", "signing"),
	    AUD_S("atr", "3bfd13"));
	assert_string_equal(card->atr, "3bfd13");
	assert_string_equal(room->st.card[1].atr, "");
	/* Rows of before there was such a fact. */
	ROW(room, "card.done", &room->inst[1], AUD_S("command", "identify"),
	    AUD_S("card", "card-1"), AUD_S("key", "wrapping"));
	assert_string_equal(card->atr, "3bfd13");
	done(room);
}

static void
a_certificate_comes_out_of_its_row(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);
	struct cer_card *card = &room->st.card[0];
	struct kc_err err = { 0 };
	struct aud_fact bad[] = { AUD_S("command", "certificate"),
		AUD_S("card", "card-1"), AUD_S("key", "wrapping"),
		AUD_S("cert", "not base64!") };

	(void)state;
	ROW(room, "card.done", &room->inst[1],
	    AUD_S("command", "certificate"), AUD_S("card", "card-1"),
	    AUD_S("key", "wrapping"), AUD_S("cert", "aGFsbG8="),
	    AUD_S("cert.sha256", "0123"));
	assert_int_equal(card->cert[TOK_WRAPPING].len, 5);
	assert_memory_equal(card->cert[TOK_WRAPPING].p, "hallo", 5);
	assert_string_equal(card->cert_sha[TOK_WRAPPING], "0123");
	assert_int_equal(card->cert[TOK_SIGNING].len, 0);
	t_fails(cer_row(room, "card.done", NULL, bad, 4, &err), &err,
	    KC_EFORMAT, "");
	done(room);
}

static void
certify(struct cer_room *room, const char *sha)
{
	ROW(room, "card.done", &room->inst[1], AUD_S("command", "identify"),
	    AUD_S("card", "card-1"), AUD_S("key", "wrapping"),
	    AUD_S("cert", "aGFsbG8="), AUD_S("cert.sha256", sha));
}

static void
a_proof_is_of_one_certificate_and_has_a_round_trip(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);
	struct cer_card *card = &room->st.card[0];

	(void)state;
	certify(room, "0123");
	assert_string_equal(card->proven[TOK_WRAPPING], "");
	ROW(room, "card.done", &room->inst[1], AUD_S("command", "prove"),
	    AUD_S("card", "card-1"), AUD_S("key", "wrapping"));
	assert_string_equal(card->proven[TOK_WRAPPING], "");
	ROW(room, "card.done", &room->inst[1], AUD_S("command", "prove"),
	    AUD_S("card", "card-1"), AUD_S("key", "wrapping"),
	    AUD_S("round-trip", "witnessed"));
	assert_string_equal(card->proven[TOK_WRAPPING], "0123");
	assert_string_equal(card->proven[TOK_SIGNING], "");
	assert_string_equal(room->st.card[1].proven[TOK_WRAPPING], "");
	certify(room, "4567");
	assert_string_equal(card->proven[TOK_WRAPPING], "0123");
	assert_string_equal(card->cert_sha[TOK_WRAPPING], "4567");
	done(room);
}

static void
rows_of_cards_that_the_site_does_not_have_change_no_card(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);

	(void)state;
	ROW(room, "card.done", NULL, AUD_S("command", "initialise"),
	    AUD_S("card", "card-9"), AUD_S("serial", "1"));
	ROW(room, "card.done", NULL, AUD_S("command", "generate"),
	    AUD_S("card", "card-1"), AUD_S("key", "other"));
	ROW(room, "custody", NULL, AUD_S("card", "card-9"),
	    AUD_S("bag", "B1"));
	for (size_t i = 0; i < 2; i++) {
		assert_false(room->st.card[i].initialised);
		assert_false(room->st.card[i].made[TOK_SIGNING]);
		assert_string_equal(room->st.card[i].bag, "");
	}
	done(room);
}

static void
exceptions_are_open_until_closed(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);
	struct kc_err err = { 0 };

	(void)state;
	ROW(room, "exception.open", NULL, AUD_I("number", 1));
	ROW(room, "exception.open", NULL, AUD_I("number", 2));
	ROW(room, "exception.close", NULL, AUD_I("number", 1));
	assert_int_equal(room->st.exceptions, 2);
	assert_false(room->st.exception_open[1]);
	assert_true(room->st.exception_open[2]);
	assert_int_equal(room->view.open_exceptions, 1);
	ROW(room, "exception.open", NULL, AUD_I("number", 5000));
	ROW(room, "exception.open", NULL, AUD_I("number", -1));
	assert_int_equal(room->st.exceptions, 2);
	t_ok(cer_exception_note(room, NULL, "a", "b", "c", &err), &err);
	assert_int_equal(room->st.exceptions, 3);
	assert_int_equal(room->view.open_exceptions, 1);
	done(room);
}

static void
files_announced_and_kept_are_remembered(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);

	(void)state;
	ROW(room, "file.intent", NULL, AUD_S("name", "set.json"),
	    AUD_S("sha256", "aa"), AUD_I("bytes", 3));
	assert_string_equal(room->st.intent_name, "set.json");
	assert_string_equal(room->st.intent_sha, "aa");
	assert_null(cer_artifact_get(room, "set.json"));
	ROW(room, "artifact", NULL, AUD_S("name", "set.json"),
	    AUD_S("sha256", "aa"), AUD_I("bytes", 3));
	assert_string_equal(cer_artifact_get(room, "set.json")->sha256, "aa");
	/* The first row of a name stands. */
	ROW(room, "artifact", NULL, AUD_S("name", "set.json"),
	    AUD_S("sha256", "bb"), AUD_I("bytes", 3));
	assert_string_equal(cer_artifact_get(room, "set.json")->sha256, "aa");
	assert_int_equal(room->st.n_artifacts, 1);
	done(room);
}

/* A room whose directory is dir, with a file announced and written. */
static struct cer_room *
announced(const char *text, const char *sha)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);
	struct kc_err err = { 0 };
	static unsigned n;
	char path[300];
	size_t at;

	(void)snprintf(path, sizeof path, "%s/r%u", dir, n++);
	t_ok(kc_dir_new(path, &err), &err);
	room->dir = strdup(path);
	assert_non_null(room->dir);
	at = strlen(path);
	(void)snprintf(path + at, sizeof path - at, "/artifacts");
	t_ok(kc_dir_new(path, &err), &err);
	at = strlen(path);
	(void)snprintf(path + at, sizeof path - at, "/x.json");
	t_ok(kc_file_write_new(path, text, strlen(text), 0600, &err), &err);
	ROW(room, "file.intent", NULL, AUD_S("name", "x.json"),
	    AUD_S("sha256", sha), AUD_I("bytes", 3));
	return room;
}

static void
a_file_written_before_its_row_is_adopted_by_its_hash(void **state)
{
	static const char abc[] = "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad";
	struct cer_room *room = announced("abc", abc);
	struct kc_err err = { 0 };
	struct aud_entry e = { 0 };
	uint64_t rows;

	(void)state;
	t_ok(cer_artifact_adopt(room, NULL, "y.json", &err), &err);
	assert_null(cer_artifact_get(room, "y.json"));
	t_ok(cer_artifact_adopt(room, NULL, "x.json", &err), &err);
	assert_string_equal(cer_artifact_get(room, "x.json")->sha256, abc);
	rows = aud_count(room->j);
	t_ok(aud_get(room->j, rows - 1, &e, &err), &err);
	assert_string_equal(e.kind, "artifact");
	assert_true(json_is_true(json_object_get(e.facts, "adopted")));
	aud_entry_free(&e);
	t_ok(cer_artifact_adopt(room, NULL, "x.json", &err), &err);
	assert_int_equal(aud_count(room->j), rows);
	done(room);
	room = announced("abd", abc);
	t_ok(cer_artifact_adopt(room, NULL, "x.json", &err), &err);
	assert_null(cer_artifact_get(room, "x.json"));
	done(room);
}

static void
runs_suspensions_bags_signers_and_the_close_are_remembered(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);
	struct cer_state *st = &room->st;

	(void)state;
	ROW(room, "run.begin", NULL, AUD_B("resumed", false));
	ROW(room, "run.begin", NULL, AUD_B("resumed", true));
	assert_int_equal(st->runs, 2);
	ROW(room, "suspend", &room->inst[0], AUD_S("step", "first.welcome"));
	assert_true(st->suspended && room->inst[0].suspended);
	assert_false(room->inst[0].done);
	ROW(room, "resume", NULL, AUD_B("x", true));
	assert_false(st->suspended);
	ROW(room, AUD_KIND_SIGNER, NULL, AUD_S("signer", "holder-2"));
	assert_true(st->card[1].is_signer && !st->card[0].is_signer);
	ROW(room, "custody", NULL, AUD_S("card", "card-2"),
	    AUD_S("bag", "RB-1"));
	assert_string_equal(st->card[1].bag, "RB-1");
	ROW(room, "approval", NULL, AUD_S("signer", "holder-2"));
	assert_int_equal(st->approvals, 1);
	assert_false(st->closed);
	ROW(room, "close", NULL, AUD_I("exceptions", 0));
	assert_true(st->closed);
	done(room);
}

static void
a_second_replay_of_the_same_rows_is_the_same_state(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);
	struct cer_state *before = calloc(1, sizeof *before);
	struct kc_err err = { 0 };

	(void)state;
	assert_non_null(before);
	generate(room, "card.intent");
	generate(room, "card.done");
	ROW(room, "exception.open", NULL, AUD_I("number", 1));
	ROW(room, "suspend", &room->inst[0], AUD_S("step", "x"));
	*before = room->st;
	memset(&room->st, 0, sizeof room->st);
	for (size_t i = 0; i < room->site.n_cards; i++)
		room->st.card[i].def = &room->site.card[i];
	room->applied = 0;
	t_ok(cer_catch_up(room, &err), &err);
	assert_memory_equal(&room->st, before, sizeof *before);
	free(before);
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
		    for_each_makes_one_step_for_every_person_of_a_role),
		cmocka_unit_test(the_pane_counts_an_act_s_steps),
		cmocka_unit_test(more_steps_than_a_plan_holds_are_refused),
		cmocka_unit_test(
		    a_step_is_begun_failed_and_done_as_its_rows_say),
		cmocka_unit_test(
		    a_checkpoint_step_is_done_by_its_own_last_row_only),
		cmocka_unit_test(an_initialised_card_is_bound_by_its_serial),
		cmocka_unit_test(
		    a_key_asked_for_without_an_answer_stays_pending),
		cmocka_unit_test(
		    a_failed_key_stays_pending_for_the_card_to_tell),
		cmocka_unit_test(a_recognised_card_has_the_atr_of_its_row),
		cmocka_unit_test(a_certificate_comes_out_of_its_row),
		cmocka_unit_test(
		    a_proof_is_of_one_certificate_and_has_a_round_trip),
		cmocka_unit_test(
		    rows_of_cards_that_the_site_does_not_have_change_no_card),
		cmocka_unit_test(exceptions_are_open_until_closed),
		cmocka_unit_test(files_announced_and_kept_are_remembered),
		cmocka_unit_test(
		    a_file_written_before_its_row_is_adopted_by_its_hash),
		cmocka_unit_test(
		    runs_suspensions_bags_signers_and_the_close_are_remembered),
		cmocka_unit_test(
		    a_second_replay_of_the_same_rows_is_the_same_state),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
