/* SPDX-License-Identifier: Apache-2.0
 *
 * What an amendment of the site file may change, and what the journal makes
 * of one.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "ceremony/amend.h"
#include "tests/ceremony/room.h"

#define SPARES								\
	"spares:\n"							\
	"  - {id: spare-1, module: soft, store: ../s1}\n"		\
	"  - {id: spare-2, module: soft, serial: \"77\"}\n"
#define SITE SMALL_SITE SPARES
#define CARD_2								\
	"  - {id: card-2, person: holder-2, module: soft, store: ../c2}\n"
#define SPARE_1								\
	"  - {id: spare-1, person: holder-2, module: soft, store: ../s1}\n"
#define LEFT								\
	"spares:\n"							\
	"  - {id: spare-2, module: soft, serial: \"77\"}\n"

static struct cer_site *
site_of(const char *text)
{
	struct cer_site *s = calloc(1, sizeof *s);
	struct kc_err err = { 0 };

	assert_non_null(s);
	t_ok(cer_site_read(file_of(dir, text), s, &err), &err);
	return s;
}

static void
drop(struct cer_site *s)
{
	cer_site_free(s);
	free(s);
}

/* SITE with one text after another exchanged; caller frees. */
static char *
changed(const char *const pair[][2], size_t n)
{
	char *text = strdup(SITE);

	assert_non_null(text);
	for (size_t i = 0; i < n; i++) {
		char *next = swap(text, pair[i][0], pair[i][1]);

		free(text);
		text = next;
	}
	return text;
}

static kc_result
judge(const char *text, struct kc_buf *ret, struct kc_err *err)
{
	struct cer_site *now = site_of(SITE), *next = site_of(text);
	kc_result r;

	*err = (struct kc_err){ 0 };
	r = cer_site_amends(now, next, ret, err);
	drop(now);
	drop(next);
	return r;
}

static const char *const exchange[][2] = { { CARD_2, SPARE_1 },
	{ SPARES, LEFT }, { "nonce: 0011", "nonce: 1100" } };

static void
a_card_may_be_given_to_a_spare(void **state)
{
	char *text = changed(exchange, 3);
	struct kc_buf replaced = { 0 };
	struct kc_err err;

	(void)state;
	t_ok(judge(text, &replaced, &err), &err);
	assert_string_equal(kc_buf_str(&replaced), "holder-2:card-2:spare-1");
	kc_buf_free(&replaced);
	free(text);
}

static void
anything_else_is_refused_by_name(void **state)
{
	static const struct {
		const char *from, *to, *found;
	} bad[] = {
		{ "nonce: 0011", "nonce: 1100", "exchanges no card" },
		{ "quorum: 2", "quorum: 3", "has another 'quorum'" },
		{ "name: Hal", "name: Hol", "has another 'people'" },
		{ "signers: 1", "signers: 2", "has another 'signers'" },
		{ "signers: 1\n", "signers: 1\nrsa-floor: 3072\n",
		  "has another 'rsa-floor'" },
		{ "/usr/lib/soft.so", "/usr/lib/sift.so",
		  "has another 'modules'" },
		{ "../medium", "../other", "has another 'places'" },
		{ CARD_2, "", "has 1 cards, not 2" },
		{ "{id: card-1, person: holder-1", "{id: card-1, person: "
		  "witness-1", "is of witness-1, it was of holder-1" },
		{ "store: ../c2", "store: ../c3",
		  "the card 'card-2' of holder-2 is no spare" },
		{ "id: card-2", "id: card-3",
		  "the card 'card-3' of holder-2 is no spare" },
	};
	struct kc_buf replaced = { 0 };
	struct kc_err err;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const char *const pair[][2] = { { bad[i].from, bad[i].to } };
		char *text = changed(pair, 1);

		t_fails(judge(text, &replaced, &err), &err, KC_EREFUSED,
		    bad[i].found);
		free(text);
	}
}

static void
a_spare_is_named_before_the_day(void **state)
{
	static const char *const pair[][2] = { { CARD_2, SPARE_1 },
		{ SPARES, LEFT "  - {id: spare-3, module: soft}\n" } };
	char *text = changed(pair, 2);
	struct kc_buf replaced = { 0 };
	struct kc_err err;

	(void)state;
	t_fails(judge(text, &replaced, &err), &err, KC_EREFUSED,
	    "the spare 'spare-3' is new");
	free(text);
}

static void
spares_are_read_like_cards_of_nobody(void **state)
{
	static const struct {
		const char *from, *to, *found;
	} bad[] = {
		{ "id: spare-1", "id: card-1", "named twice" },
		{ "id: spare-2", "id: spare-1", "named twice" },
		{ "id: spare-1", "id: holder-2", "'holder-2' is a person" },
		{ "../s1", "../c1", "two cards share the store" },
		{ "{id: spare-1, module: soft", "{id: spare-1, module: hard",
		  "there is no module 'hard'" },
		{ "{id: spare-1, module", "{id: spare-1, person: holder-1, "
		  "module", "'person' does not belong here" },
	};
	struct cer_site *s = site_of(SITE);
	struct kc_err err;

	(void)state;
	assert_int_equal(s->n_spares, 2);
	assert_string_equal(s->spare[1].serial, "77");
	drop(s);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const char *const pair[][2] = { { bad[i].from, bad[i].to } };
		char *text = changed(pair, 1);

		s = calloc(1, sizeof *s);
		assert_non_null(s);
		err = (struct kc_err){ 0 };
		t_fails(cer_site_read(file_of(dir, text), s, &err), &err,
		    KC_EFORMAT, bad[i].found);
		drop(s);
		free(text);
	}
}

static void
the_spare_s_person_does_the_card_steps_again(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SITE);
	struct cer_card *card = &room->st.card[1];

	(void)state;
	for (size_t i = 0; i < 3; i++)
		ROW(room, "step.done", &room->inst[i], AUD_B("x", true));
	ROW(room, AUD_KIND_SIGNER, NULL, AUD_S("signer", "holder-2"));
	ROW(room, "custody", NULL, AUD_S("card", "card-2"),
	    AUD_S("bag", "B-1"));
	assert_true(card->is_signer && room->inst[2].done);
	ROW(room, CER_SITE_AMENDED, &room->inst[2], AUD_S("site", "ab"),
	    AUD_S("replaced", "holder-2:card-2:spare-1"));
	assert_string_equal(room->st.site, "ab");
	assert_false(card->is_signer);
	assert_true(card->is_spare);
	assert_string_equal(card->bag, "");
	assert_true(room->inst[0].done);	/* no card's */
	assert_true(room->inst[1].done);	/* another person's */
	assert_false(room->inst[2].done);
	done(room);
}

/* A room whose journal says that another file is the site file. */
static void
the_file_of_the_last_amendment_is_read_and_checked(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SITE);
	char *text = changed(exchange, 3), sha[KC_HEX], path[400];
	struct cer_site *next = site_of(text);
	struct kc_err err = { 0 };

	(void)state;
	room->dir = strdup(dir);
	kc_hex(next->sha256, KC_SHA256, sha);
	t_ok(cer_site_amended(room, &err), &err);
	assert_string_equal(room->site.card[1].id, "card-2");
	ROW(room, "step.done", &room->inst[2], AUD_B("x", true));
	ROW(room, CER_SITE_AMENDED, &room->inst[2], AUD_S("site", sha),
	    AUD_S("replaced", "holder-2:card-2:spare-1"));
	t_fails(cer_site_amended(room, &err), &err, KC_EIO, "site-");
	(void)snprintf(path, sizeof path, "%s/site-%.16s.yaml", dir, sha);
	t_ok(kc_file_write_new(path, text, strlen(text), 0600, &err), &err);
	t_ok(cer_room_again(room, &err), &err);
	assert_string_equal(room->site.card[1].id, "spare-1");
	assert_string_equal(room->st.card[1].def->person, "holder-2");
	assert_true(room->st.card[1].is_spare);
	assert_int_equal(room->n_inst, 5);
	assert_false(room->inst[2].done);
	assert_int_equal(unlink(path), 0);
	t_ok(kc_file_write_new(path, SITE, strlen(SITE), 0600, &err), &err);
	t_fails(cer_site_amended(room, &err), &err, KC_EOTHER,
	    "the journal's last amendment says");
	drop(next);
	free(text);
	done(room);
}

static void
nothing(void *ctx, const struct cer_view *v)
{
	(void)ctx;
	(void)v;
}

/* Who is asked to type AMEND, one after another. */
static kc_result
says(void *ctx, const struct cer_view *v, const struct cer_prompt *p,
    struct cer_answer *ret, struct kc_err *err)
{
	char *asked = ctx;

	(void)v;
	(void)err;
	if (p->kind == CER_ASK_WORD) {
		assert_string_equal(p->word, "AMEND");
		(void)snprintf(asked + strlen(asked), 60, "%s ", p->person);
	} else {
		(void)snprintf(ret->text, sizeof ret->text, "DEAD-1");
	}
	return KC_DONE;
}

/* SMALL_SCRIPT with one step another; the changed file on the medium. */
static struct cer_room *
room_with(const char *from, const char *to, char *asked)
{
	char *script = swap(SMALL_SCRIPT, from, to);
	char *text = changed(exchange, 3), path[400];
	struct cer_room *room = room_of(script, SITE);
	struct kc_err err = { 0 };

	room->dir = strdup(dir);
	room->rehearsal = true;
	room->site.medium = "medium";
	room->ui = (struct cer_ui){ .ctx = asked, .show = nothing,
		.ask = says };
	(void)snprintf(path, sizeof path, "%s/medium", dir);
	(void)mkdir(path, 0700);
	(void)snprintf(path, sizeof path, "%s/medium/to-offline", dir);
	(void)mkdir(path, 0700);
	(void)snprintf(path, sizeof path, "%s/medium/to-offline/site.yaml",
	    dir);
	(void)unlink(path);
	t_ok(kc_file_write_new(path, text, strlen(text), 0600, &err), &err);
	free(text);
	free(script);
	return room;
}

static void
two_people_amend_and_an_exception_is_numbered(void **state)
{
	char asked[200] = "";
	struct cer_room *room = room_with("title: A small one",
	    "title: A small one", asked);
	struct kc_err err = { 0 };

	char path[400], sha[KC_HEX], *text = changed(exchange, 3);
	struct cer_site *next = site_of(text);

	(void)state;
	kc_hex(next->sha256, KC_SHA256, sha);
	(void)snprintf(path, sizeof path, "%s/site-%.16s.yaml", dir, sha);
	(void)unlink(path);
	t_ok(kc_file_write_new(path, SITE, strlen(SITE), 0600, &err), &err);
	t_fails(cer_amend(room, &room->inst[1], &err), &err, KC_EEXISTS,
	    "is there with other content");
	assert_false(room->amended);
	assert_int_equal(room->st.exceptions, 0);
	assert_int_equal(unlink(path), 0);
	/* One that was cut off after its file is done with the same file. */
	t_ok(kc_file_write_new(path, text, strlen(text), 0600, &err), &err);
	drop(next);
	free(text);
	asked[0] = '\0';
	t_ok(cer_amend(room, &room->inst[1], &err), &err);
	assert_string_equal(asked, "administrator-1 witness-1 ");
	assert_true(room->amended);
	assert_int_equal(room->st.exceptions, 1);
	assert_false(room->st.exception_open[1]);
	t_ok(cer_room_again(room, &err), &err);
	assert_false(room->amended);
	assert_string_equal(room->site.card[1].id, "spare-1");
	done(room);
}

static void
a_card_whose_certificate_is_in_the_set_stays(void **state)
{
	char asked[200] = "";
	struct cer_room *room = room_with("do: checkpoint", "do: set.build",
	    asked);
	struct kc_err err = { 0 };

	(void)state;
	ROW(room, "step.done", &room->inst[3], AUD_B("x", true));
	t_fails(cer_amend(room, &room->inst[1], &err), &err, KC_EREFUSED,
	    "the card of holder-2 cannot be replaced any more: the set is "
	    "built with the certificate of this card");
	assert_non_null(strstr(err.certain, "is the one before"));
	assert_string_equal(asked, "");
	assert_false(room->amended);
	assert_int_equal(room->st.exceptions, 0);
	done(room);
}

static void
no_spare_has_the_key_of_a_card_that_is_identified(void **state)
{
	char asked[200] = "";
	struct cer_room *room = room_with("do: card.generate",
	    "do: card.identify", asked);
	struct kc_err err = { 0 };

	(void)state;
	t_fails(cer_amend(room, &room->inst[1], &err), &err, KC_EREFUSED,
	    "the domain's share is for the key on this card");
	assert_string_equal(asked, "");
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
		cmocka_unit_test(a_card_may_be_given_to_a_spare),
		cmocka_unit_test(anything_else_is_refused_by_name),
		cmocka_unit_test(a_spare_is_named_before_the_day),
		cmocka_unit_test(spares_are_read_like_cards_of_nobody),
		cmocka_unit_test(the_spare_s_person_does_the_card_steps_again),
		cmocka_unit_test(
		    the_file_of_the_last_amendment_is_read_and_checked),
		cmocka_unit_test(two_people_amend_and_an_exception_is_numbered),
		cmocka_unit_test(a_card_whose_certificate_is_in_the_set_stays),
		cmocka_unit_test(
		    no_spare_has_the_key_of_a_card_that_is_identified),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
