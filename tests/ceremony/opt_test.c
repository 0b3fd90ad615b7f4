/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line: positional arguments, lists, and each refusal; and the
 * report of an error for people.
 */
#include <unistd.h>

#include "ceremony/cmd.h"
#include "tests/check.h"

enum { JSON, ONE, KEYS, OUT };
static const struct cer_opt table[] = {
	{ "--json", CER_FLAG, false },
	{ "--one", CER_ONE, false },
	{ "--keys", CER_LIST, false },
	{ "-o", CER_ONE, true },
};

/* Words until NULL. */
static kc_result
parse(const char *const *words, struct cer_args *ret, struct kc_err *err)
{
	char *argv[80];
	int argc = 0;

	for (; words[argc] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc];
	*err = (struct kc_err){ 0 };
	return cer_parse(table, 4, 1, 2, argc, argv, ret, err);
}
#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
lists_end_at_the_next_option_and_may_be_repeated(void **state)
{
	struct cer_args a;
	struct kc_err err;

	(void)state;
	t_ok(parse(WORDS("in", "--keys", "a", "b", "--json", "--keys", "c",
	    "-o", "out"), &a, &err), &err);
	assert_int_equal(a.n_pos, 1);
	assert_string_equal(a.pos[0], "in");
	assert_int_equal(a.opt[KEYS].n, 3);
	assert_string_equal(a.opt[KEYS].v[2], "c");
	assert_true(a.opt[JSON].given);
	assert_false(a.opt[ONE].given);
	assert_string_equal(a.opt[OUT].v[0], "out");
}

static void
a_lone_dash_is_an_argument(void **state)
{
	struct cer_args a;
	struct kc_err err;

	(void)state;
	t_ok(parse(WORDS("-", "-o", "-"), &a, &err), &err);
	assert_string_equal(a.pos[0], "-");
	assert_string_equal(a.opt[OUT].v[0], "-");
}

static void
refused(const char *const *words, const char *sentence)
{
	struct cer_args a = { .n_pos = 77 };
	struct kc_err err;

	t_fails(parse(words, &a, &err), &err, KC_EUSAGE, sentence);
	assert_int_equal(a.n_pos, 77);
}

static void
each_mistake_has_its_sentence(void **state)
{
	(void)state;
	refused(WORDS("in", "--other", "-o", "x"),
	    "--other is no option of this command");
	refused(WORDS("in", "-x", "-o", "x"), "-x is no option");
	refused(WORDS("in", "--json", "--json", "-o", "x"),
	    "--json is given twice");
	refused(WORDS("in", "--one", "1", "--one", "2", "-o", "x"),
	    "--one is given twice");
	refused(WORDS("in", "-o", "x", "-o", "y"), "-o is given twice");
	refused(WORDS("in", "--one", "-o", "x"), "--one wants a value");
	refused(WORDS("in", "--keys", "--json", "-o", "x"),
	    "--keys wants a value");
	refused(WORDS("in", "-o"), "-o wants a value");
	refused(WORDS("in"), "-o is missing");
	refused(WORDS("-o", "x"), "an argument is missing");
	refused(WORDS("in", "also", "third", "-o", "x"),
	    "'third' is one argument too many");
	refused(WORDS("in", "--json=1", "-o", "x"), "--json=1 is no option");
}

static void
a_secret_on_the_command_line_is_refused_with_its_way(void **state)
{
	(void)state;
	refused(WORDS("in", "--passwords", "s3cret"),
	    "--passwords: passwords on a command line are seen by every "
	    "process; give --password-fd N");
	refused(WORDS("in", "--password", "s3cret"), "--password-fd N");
	refused(WORDS("in", "--pin", "1234"), "give --pin-fd N");
	refused(WORDS("in", "--so-pin", "1234"), "give --so-pin-fd N");
}

static void
the_refused_secret_is_not_in_the_sentence(void **state)
{
	struct cer_args a;
	struct kc_err err;

	(void)state;
	t_fails(parse(WORDS("in", "--passwords", "s3cret"), &a, &err), &err,
	    KC_EUSAGE, "--passwords");
	assert_null(strstr(err.msg, "s3cret"));
}

static void
a_list_takes_64_values_and_no_more(void **state)
{
	const char *words[80] = { "in", "-o", "x", "--keys" };
	struct cer_args a;
	struct kc_err err;

	(void)state;
	for (size_t i = 0; i < CER_VALUES_MAX; i++)
		words[4 + i] = "k";
	t_ok(parse(words, &a, &err), &err);
	assert_int_equal(a.opt[KEYS].n, CER_VALUES_MAX);
	words[4 + CER_VALUES_MAX] = "k";
	t_fails(parse(words, &a, &err), &err, KC_EUSAGE,
	    "--keys: more than 64 values");
}

static void
numbers_are_decimals_in_their_range(void **state)
{
	static const char *const bad[] = { "", "x", "1x", "-1", "+1", " 1",
		"0", "11", "99999999999999999999" };
	struct kc_err err = { 0 };
	long v = 42;

	(void)state;
	t_ok(cer_number("--sd-quorum", "10", 1, 10, &v, &err), &err);
	assert_int_equal(v, 10);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		t_fails(cer_number("--sd-quorum", bad[i], 1, 10, &v, &err),
		    &err, KC_EUSAGE, "is not a number from 1 to 10");
	assert_int_equal(v, 10);
}

/* What cer_report writes to stderr. */
static int
report(const struct kc_err *err, char ret[static 2048])
{
	int saved = dup(STDERR_FILENO), fd[2], code;
	ssize_t n;

	assert_int_equal(pipe(fd), 0);
	(void)fflush(stderr);
	assert_true(dup2(fd[1], STDERR_FILENO) >= 0);
	code = cer_report("sd prove", err);
	(void)fflush(stderr);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	(void)close(saved);
	(void)close(fd[1]);
	n = read(fd[0], ret, 2047);
	(void)close(fd[0]);
	assert_true(n >= 0);
	ret[n] = '\0';
	return code;
}

static void
a_report_says_what_was_found_what_is_certain_and_what_next(void **state)
{
	struct kc_err err = { 0 };
	kc_result r = KC_FAIL(&err, KC_EMAC, 0, "x.json: the tag \x1b[2J");
	char text[2048];

	(void)state;
	assert_false(kc_ok(r));
	kc_certain(&err, "nothing was written");
	assert_int_equal(report(&err, text), 1);
	assert_non_null(strstr(text, "ceremony sd prove: REFUSED: "));
	assert_non_null(strstr(text, "Found     x.json: the tag \\u{1b}[2J\n"));
	assert_non_null(strstr(text, "Certain   nothing was written\n"));
	assert_non_null(strstr(text, "Next      "));
	assert_null(strchr(text, '\x1b'));
}

static void
each_exit_code_has_its_heading(void **state)
{
	static const struct {
		enum kc_code code;
		int exit;
		const char *heading;
	} want[] = {
		{ KC_EREFUSED, 1, ": REFUSED: " },
		{ KC_EUSAGE, 2, ": USAGE: " },
		{ KC_EFORMAT, 3, ": MALFORMED: " }, { KC_EPIN, 4, ": CARD: " },
		{ KC_ESUSPEND, 5, ": STOPPED: " }, { KC_EIO, 6, ": MACHINE: " },
	};
	char text[2048];

	(void)state;
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		struct kc_err err = { .code = want[i].code };

		assert_int_equal(report(&err, text), want[i].exit);
		assert_non_null(strstr(text, want[i].heading));
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    lists_end_at_the_next_option_and_may_be_repeated),
		cmocka_unit_test(a_lone_dash_is_an_argument),
		cmocka_unit_test(each_mistake_has_its_sentence),
		cmocka_unit_test(
		    a_secret_on_the_command_line_is_refused_with_its_way),
		cmocka_unit_test(the_refused_secret_is_not_in_the_sentence),
		cmocka_unit_test(a_list_takes_64_values_and_no_more),
		cmocka_unit_test(numbers_are_decimals_in_their_range),
		cmocka_unit_test(
		    a_report_says_what_was_found_what_is_certain_and_what_next),
		cmocka_unit_test(each_exit_code_has_its_heading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
