/* SPDX-License-Identifier: Apache-2.0
 *
 * Custody plans: 2 of 3 keys, three places, who reaches them and what is
 * left.
 */
#include "ceremony/custody.h"
#include "tests/ceremony/site.h"

static const char *const holders[] = { "h1", "h2", "h3" };
static const struct cer_quorum two_of_three = { holders, 3, 2 };

static bool
anybody(const void *ctx, const char *id)
{
	(void)ctx;
	return id[0] == 'h' || id[0] == 'p';
}

/* Cards and domain in three banks, each opened by its keeper with h1..h3's
 * PINs in their heads. */
#define PLACES								\
	"places:\n"							\
	"  - {id: bank-a, opened-by: [p1, p2]}\n"			\
	"  - {id: bank-b, opened-by: [p3, p4]}\n"			\
	"  - {id: bank-c, opened-by: [p5, p6]}\n"
#define THINGS								\
	"things:\n"							\
	"  - {id: c1, what: card, of: h1, place: bank-a}\n"		\
	"  - {id: c2, what: card, of: h2, place: bank-b}\n"		\
	"  - {id: c3, what: card, of: h3, place: bank-c}\n"		\
	"  - {id: n1, what: pin, of: h1, person: h1}\n"			\
	"  - {id: n2, what: pin, of: h2, person: h2}\n"			\
	"  - {id: n3, what: pin, of: h3, person: h3}\n"			\
	"  - {id: d1, what: domain, place: bank-a}\n"			\
	"  - {id: d2, what: domain, place: bank-b}\n"
#define PLAN PLACES THINGS

static kc_result
read_plan(const char *text, struct cer_custody *ret, struct cer_node **root,
    struct kc_err *err)
{
	kc_result r;

	*err = (struct kc_err){ 0 };
	memset(ret, 0, sizeof *ret);
	*root = NULL;
	KC_TRY(r, cer_yaml_read("plan", text, strlen(text), root, err));
	r = cer_custody_read(ret, *root, anybody, NULL, err);
out:
	return r;
}

static kc_result
judge(const char *text, struct kc_err *err)
{
	struct cer_custody c;
	struct cer_node *root;
	kc_result r;

	t_ok(read_plan(text, &c, &root, err), err);
	r = cer_custody_judge(&c, &two_of_three, err);
	cer_node_free(&root);
	return r;
}

static void
a_plan_that_is_spread_out_holds(void **state)
{
	struct kc_err err;

	(void)state;
	t_ok(judge(PLAN, &err), &err);
}

static void
too_much_for_one_and_too_little_for_all_are_refused(void **state)
{
	static const struct {
		const char *from, *to, *found;
	} bad[] = {
		/* two cards in one place, with both PINs beside them */
		{ "n1, what: pin, of: h1, person: h1}\n  - {id: n2, what: "
		  "pin, of: h2, person: h2", "n1, what: pin, of: h1, place: "
		  "bank-a}\n  - {id: n2, what: pin, of: h2, place: bank-a}\n"
		  "  - {id: c4, what: key-file, of: h2, place: bank-a}\n"
		  "  - {id: w4, what: password, of: h2, place: bank-a",
		  "lets one place, bank-a, reach 2 keys of the 2 that open "
		  "the domain: h1, h2" },
		/* one person opens two banks and knows both PINs */
		{ "[p3, p4]}", "[p3, p1]}\n  - {id: safe, opened-by: [p1]}",
		  NULL },
		{ "of: h2, place: bank-b", "of: h2, person: h2", NULL },
		/* two cards burn with one bank */
		{ "of: h2, place: bank-b", "of: h2, place: bank-a",
		  "without the place bank-a the custody plan leaves 1 keys "
		  "that can be used, 2 are needed" },
		/* one who alone opens a bank, and has a PIN in it */
		{ "[p1, p2]}\n", "[h2, p2], together: 2}\n",
		  "without the person h2 the custody plan leaves 1 keys that "
		  "can be used" },
		/* one copy */
		{ "  - {id: d2, what: domain, place: bank-b}\n", "",
		  "without the place bank-a the custody plan leaves no copy "
		  "of the domain file" },
		{ "d2, what: domain, place: bank-b",
		  "d2, what: domain, place: bank-a",
		  "leaves no copy of the domain file" },
		/* what is left out */
		{ "  - {id: c3, what: card, of: h3, place: bank-c}\n", "",
		  "does not say where the card of h3 goes" },
		{ "  - {id: n3, what: pin, of: h3, person: h3}\n", "",
		  "does not say who has the PIN of h3" },
		{ "c3, what: card, of: h3", "c3, what: key-file, of: h3",
		  "does not say who has the password of h3" },
	};
	struct kc_err err;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char *text = swap(PLAN, bad[i].from, bad[i].to);

		if (bad[i].found == NULL)
			t_ok(judge(text, &err), &err);
		else
			t_fails(judge(text, &err), &err, KC_EREFUSED,
			    bad[i].found);
		free(text);
	}
}

/* Each thing that opens a card in the hands of who also has the card. */
static void
a_puk_an_so_pin_or_a_management_key_counts_as_the_pin(void **state)
{
	static const char *const opens[] = { "pin", "puk", "so-pin",
		"management-key" };
	struct kc_err err;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		char more[200], *one, *text;

		/* p1 opens bank-a with the card of h1, and bank-b. */
		(void)snprintf(more, sizeof more, "d1, what: domain, place: "
		    "bank-a}\n  - {id: x1, what: %s, of: h1, person: p1}\n"
		    "  - {id: x2, what: %s, of: h2, person: p1", opens[i],
		    opens[i]);
		one = swap(PLAN, "d1, what: domain, place: bank-a", more);
		t_ok(judge(one, &err), &err);
		text = swap(one, "[p3, p4]", "[p3, p1]");
		t_fails(judge(text, &err), &err, KC_EREFUSED, "lets one "
		    "person, p1, reach 2 keys of the 2 that open the domain: "
		    "h1, h2");
		free(text);
		/* Two together open the bank: p1 alone does not. */
		text = swap(one, "[p3, p4]", "[p3, p1, p4], together: 2");
		t_ok(judge(text, &err), &err);
		free(text);
		free(one);
	}
}

static void
a_key_file_with_its_password_is_a_key(void **state)
{
	static const char file[] = "d1, what: domain, place: bank-a}\n"
	    "  - {id: f1, what: key-file, of: h1, person: p1}\n"
	    "  - {id: f2, what: key-file, of: h2, person: p1}\n"
	    "  - {id: w1, what: password, of: h1, person: h1}\n"
	    "  - {id: w2, what: password, of: h2, person: p1";
	char *one = swap(PLAN, "d1, what: domain, place: bank-a", file);
	char *text;
	struct kc_err err;

	(void)state;
	t_ok(judge(one, &err), &err);
	text = swap(one, "w1, what: password, of: h1, person: h1",
	    "w1, what: password, of: h1, person: p1");
	t_fails(judge(text, &err), &err, KC_EREFUSED,
	    "lets one person, p1, reach 2 keys");
	free(text);
	free(one);
}

/* A management key brings back no PIN; a PUK does. */
static void
who_forgets_a_pin_needs_a_puk(void **state)
{
	char *one = swap(PLAN, "n1, what: pin, of: h1, person: h1",
	    "n1, what: pin, of: h1, person: h2");
	char *text;
	struct kc_err err;

	(void)state;
	t_fails(judge(one, &err), &err, KC_EREFUSED, "without the person h2 "
	    "the custody plan leaves 1 keys");
	text = swap(one, "d1, what: domain, place: bank-a",
	    "d1, what: domain, place: bank-a}\n"
	    "  - {id: m1, what: management-key, of: h1, person: p6");
	t_fails(judge(text, &err), &err, KC_EREFUSED, "without the person h2 "
	    "the custody plan leaves 1 keys");
	free(text);
	text = swap(one, "d1, what: domain, place: bank-a",
	    "d1, what: domain, place: bank-a}\n"
	    "  - {id: m1, what: puk, of: h1, person: p6");
	t_ok(judge(text, &err), &err);
	free(text);
	free(one);
}

static void
a_plan_that_is_no_plan_is_refused_where_it_stands(void **state)
{
	static const struct {
		const char *from, *to, *found;
	} bad[] = {
		{ "id: bank-b", "id: bank-a", "a place 'bank-a' already" },
		{ "[p1, p2]", "[p1, x2]", "plan:2:" },
		{ "[p1, p2]", "[p1, p1]", "'p1' is named twice" },
		{ "[p1, p2]", "[]", "nobody opens the place 'bank-a'" },
		{ "[p1, p2]", "[p1, p2], together: 3",
		  "2 people, 3 needed" },
		{ "id: c2", "id: c1", "a thing 'c1' already" },
		{ "what: pin, of: h1", "what: pen, of: h1",
		  "'pen' is nothing that is kept" },
		{ "of: h1, place: bank-a", "of: x1, place: bank-a",
		  "a card is 'of' a person" },
		{ "what: domain, place", "what: domain, of: h1, place",
		  "a domain is 'of' nobody" },
		{ "of: h1, place: bank-a", "of: h1, place: bank-x",
		  "there is no place 'bank-x'" },
		{ "of: h1, person: h1", "of: h1, person: x1",
		  "there is no person 'x1'" },
		{ "of: h1, person: h1", "of: h1, person: h1, place: bank-a",
		  "in one place or with one person" },
		{ "of: h1, person: h1", "of: h1",
		  "in one place or with one person" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char *text = swap(PLAN, bad[i].from, bad[i].to);
		struct cer_custody c;
		struct cer_node *root;
		struct kc_err err;

		t_fails(read_plan(text, &c, &root, &err), &err, KC_EFORMAT,
		    bad[i].found);
		cer_node_free(&root);
		free(text);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plan_that_is_spread_out_holds),
		cmocka_unit_test(
		    too_much_for_one_and_too_little_for_all_are_refused),
		cmocka_unit_test(
		    a_puk_an_so_pin_or_a_management_key_counts_as_the_pin),
		cmocka_unit_test(a_key_file_with_its_password_is_a_key),
		cmocka_unit_test(who_forgets_a_pin_needs_a_puk),
		cmocka_unit_test(
		    a_plan_that_is_no_plan_is_refused_where_it_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
