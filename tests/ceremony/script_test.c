/* SPDX-License-Identifier: Apache-2.0
 *
 * Scripts: what is read, and each field's refusal with its place.
 */
#include "ceremony/script.h"

#include <unistd.h>

#include "ceremony/action.h"
#include "tests/ceremony/site.h"

static char dir[256];

static void
script_refused(const char *from, const char *to, const char *sentence)
{
	struct cer_script *s = calloc(1, sizeof *s);
	char *text = swap(SMALL_SCRIPT, from, to);
	struct kc_err err = { 0 };

	assert_non_null(s);
	t_fails(cer_script_read(file_of(dir, text), s, &err), &err,
	    KC_EFORMAT, sentence);
	assert_null(s->root);
	assert_int_equal(s->n_steps, 0);
	free(text);
	free(s);
}

static void
a_script_is_read_in_order(void **state)
{
	struct cer_script *s = calloc(1, sizeof *s);
	struct kc_err err = { 0 };

	(void)state;
	assert_non_null(s);
	t_ok(cer_script_read(file_of(dir, SMALL_SCRIPT), s, &err), &err);
	assert_string_equal(s->name, "small");
	assert_int_equal(s->n_sizes, 1);
	assert_int_equal(s->sizes[0], 2048);
	assert_int_equal(s->n_acts, 2);
	assert_int_equal(s->n_steps, 4);
	assert_string_equal(s->step[1].id, "keys");
	assert_string_equal(s->step[1].for_each, "holder");
	assert_ptr_equal(s->step[1].action,
	    cer_action_find("card.generate"));
	assert_int_equal(s->step[2].act, 1);
	assert_int_equal(s->step[2].n_watch, 1);
	assert_int_equal(s->step[3].minutes, 2);
	cer_script_free(s);
	free(s);
}

static void
a_script_s_head_is_checked(void **state)
{
	(void)state;
	script_refused("ceremony: small", "other: x",
	    ":1:8: 'other' does not belong here");
	script_refused("ceremony: small\n", "", "'ceremony' is missing");
	script_refused("small", "Small!", ":1:11: 'ceremony' must be of a-z");
	script_refused("small", "\"\"", "'ceremony' is empty");
	script_refused("small", "a2345678901234567890123456789012345678901",
	    "at most 40");
	script_refused("format: 1", "format: 2",
	    ":2:9: 'format' is '2', not a number from 1 to 1");
	script_refused("title: A small one\n", "", "'title' is missing");
	script_refused("[2048]", "[1024]",
	    "'1024' is no RSA size of 2048, 3072, 4096");
	script_refused("[2048]", "[2048x]", "'2048x' is no RSA size");
	script_refused("[2048]", "{a: 2048}", "'sizes' is not a list");
	script_refused("[2048]", "[2048, 3072, 4096, 2048, 3072]",
	    "'sizes' has more than 4 items");
	script_refused("acts:\n", "acts: []\nx:\n", "'x' does not belong");
	script_refused(SMALL_SCRIPT, SCRIPT_HEAD "  []\n",
	    "there are no acts");
	script_refused(SMALL_SCRIPT, SCRIPT_HEAD "  none\n",
	    "there are no acts");
	script_refused(SMALL_SCRIPT, "- a\n", "the file is not a mapping");
}

static void
an_act_is_checked(void **state)
{
	(void)state;
	script_refused("  - id: first\n", "  - id: First\n", ":6:9: 'id' must");
	script_refused("  - id: second\n", "  - id: first\n",
	    "there is an act 'first' already");
	script_refused("    title: First act\n", "", "'title' is missing");
	script_refused("    title: First act\n",
	    "    title: First act\n    note: x\n",
	    ":8:11: 'note' does not belong here (known: id title steps)");
	script_refused(SMALL_SCRIPT, SCRIPT_HEAD
	    "  - {id: a, title: b, steps: []}\n", "act 'a' has no steps");
	script_refused(SMALL_SCRIPT, SCRIPT_HEAD "  - {id: a, title: b}\n",
	    "act 'a' has no steps");
	script_refused(SMALL_SCRIPT, SCRIPT_HEAD "  - a\n",
	    "this is not a mapping");
}

static void
a_step_is_checked(void **state)
{
	(void)state;
	script_refused("- id: welcome", "- id: Welcome", ":9:13: 'id' must");
	script_refused("- id: keys", "- id: welcome",
	    ":15:13: this act has a step 'welcome' already");
	script_refused("do: read", "do: reed",
	    ":10:13: there is no action 'reed'");
	script_refused("        do: read\n", "", "'do' is missing");
	script_refused("        title: Step of {person}\n", "",
	    "'title' is missing");
	script_refused("        by: administrator\n", "", "'by' is missing");
	script_refused("        why: because\n", "",
	    ":9:9: step 'welcome' does not say 'why': the threat");
	script_refused("why: because", "why: \"\"", "'why' is empty");
	script_refused("        minutes: 2\n", "", "'minutes' is missing");
	script_refused("minutes: 2", "minutes: 601",
	    "'minutes' is '601', not a number from 0 to 600");
	script_refused("minutes: 2", "minutes: soon", "'minutes' is 'soon'");
	script_refused("watch: [witness]", "watch: {a: b}",
	    "'watch' is not a list");
	script_refused("watch: [witness]", "watch: [[witness]]",
	    "an item of 'watch' is not a text");
	script_refused("minutes: 2", "minutes: 2\n        say: [a]",
	    "'say' is not a text");
}

static void
fields_of_another_action_do_not_belong(void **state)
{
	(void)state;
	script_refused("do: read", "do: read\n        keys: [signing]",
	    ":11:15: 'keys' does not belong here");
	script_refused("do: checkpoint",
	    "do: checkpoint\n        reason: why not",
	    "'reason' does not belong here");
	script_refused("do: close", "do: close\n        result: await",
	    "'result' does not belong here");
	script_refused("do: card.generate",
	    "do: card.generate\n        pool: x",
	    "'pool' does not belong here");
}

/* A key of an unknown name would have been a key never made. */
static void
values_of_an_action_s_own_fields_are_checked(void **state)
{
	(void)state;
	script_refused("do: card.generate",
	    "do: card.generate\n        keys: [singing]",
	    ":17:15: 'singing' is no key of a card: wrapping, signing");
	script_refused("do: card.generate",
	    "do: card.generate\n        keys: []", "'keys' names no key");
	script_refused("do: read",
	    "do: recovery.blob\n        result: later",
	    ":11:17: 'result' is 'later', not await");
}

static void
a_script_cut_at_any_line_is_refused_or_whole(void **state)
{
	struct cer_script *s = calloc(1, sizeof *s);
	const char *text = SMALL_SCRIPT;
	size_t bad = 0;

	(void)state;
	assert_non_null(s);
	for (size_t i = 0; text[i] != '\0'; i++) {
		struct kc_err err = { 0 };
		char *cut;
		kc_result r;

		cut = strndup(text, i);
		assert_non_null(cut);
		r = cer_script_read(file_of(dir, cut), s, &err);
		if (!kc_ok(r)) {
			assert_int_equal(err.code, KC_EFORMAT);
			assert_null(s->root);
			bad++;
		}
		cer_script_free(s);
		free(cut);
	}
	assert_true(bad > 300);
	free(s);
}

static void
the_shipped_scripts_are_read(void **state)
{
	static const char *const names[] = { "rehearsal", "activation",
		"recovery" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct cer_script *s = calloc(1, sizeof *s);
		struct kc_err err = { 0 };
		char path[80];

		assert_non_null(s);
		(void)snprintf(path, sizeof path, "scripts/%s.yaml",
		    names[i]);
		t_ok(cer_script_read(path, s, &err), &err);
		assert_string_equal(s->name, names[i]);
		for (size_t k = 0; k < s->n_steps; k++)
			assert_true(strlen(s->step[k].why) > 10);
		cer_script_free(s);
		free(s);
	}
}

static bool
is_do(const struct cer_script *s, size_t i, const char *action)
{
	return i < s->n_steps && strcmp(s->step[i].action->name, action) == 0;
}

/* What the cards sign first: that the pool gives its domain out (after
 * set.build), that a domain is opened for somebody else, and everything. */
static void
the_shipped_scripts_sign_before_what_cannot_be_undone(void **state)
{
	static const char *const names[] = { "rehearsal", "activation",
		"recovery", "reshare", "proof", "provenance", "byok" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct cer_script *s = calloc(1, sizeof *s);
		struct kc_err err = { 0 };
		bool built = false;
		char path[80];

		assert_non_null(s);
		(void)snprintf(path, sizeof path, "scripts/%s.yaml",
		    names[i]);
		t_ok(cer_script_read(path, s, &err), &err);
		for (size_t k = 0; k < s->n_steps; k++) {
			built = built || is_do(s, k, "set.build");
			if ((is_do(s, k, "domain.import") && built) ||
			    is_do(s, k, "recovery.unlock") ||
			    is_do(s, k, "domain.reshare") ||
			    is_do(s, k, "export"))
				assert_true(is_do(s, k - 1, "checkpoint"));
			if (is_do(s, k, "close"))
				assert_true(is_do(s, k + 1, "checkpoint"));
		}
		cer_script_free(s);
		free(s);
	}
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
		cmocka_unit_test(a_script_is_read_in_order),
		cmocka_unit_test(a_script_s_head_is_checked),
		cmocka_unit_test(an_act_is_checked),
		cmocka_unit_test(a_step_is_checked),
		cmocka_unit_test(fields_of_another_action_do_not_belong),
		cmocka_unit_test(values_of_an_action_s_own_fields_are_checked),
		cmocka_unit_test(a_script_cut_at_any_line_is_refused_or_whole),
		cmocka_unit_test(the_shipped_scripts_are_read),
		cmocka_unit_test(
		    the_shipped_scripts_sign_before_what_cannot_be_undone),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
