/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers from a file: which one a prompt gets, PINs of rehearsal cards, and
 * what is refused.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "ceremony/unattended.h"
#include "tests/ceremony/site.h"

static char dir[256];

#define HEAD								\
	"answers-for: test\nformat: 1\npin-file: pins-{person}\n"	\
	"wait-seconds: 1\ncard-retries: 2\nanswers:\n"

static struct cer_ui
open_answers(const char *text)
{
	struct cer_ui ui = { 0 };
	struct kc_err err = { 0 };

	t_ok(cer_answers_open(file_of(dir, text), dir, &ui, &err), &err);
	return ui;
}

static void
not_opened(const char *from, const char *to, const char *sentence)
{
	struct cer_ui ui = { 0 };
	struct kc_err err = { 0 };
	char *text = swap(HEAD "  a: b\n", from, to);

	t_fails(cer_answers_open(file_of(dir, text), dir, &ui, &err), &err,
	    KC_EFORMAT, sentence);
	assert_null(ui.ctx);
	free(text);
}

static void
an_answers_file_is_checked(void **state)
{
	(void)state;
	not_opened("format: 1", "format: 3", ":2:9: 'format' is '3'");
	not_opened("wait-seconds: 1", "wait-seconds: 0", "'wait-seconds'");
	not_opened("card-retries: 2", "card-retries: 101", "'card-retries'");
	not_opened("pin-file: pins-{person}\n", "", "'pin-file' is missing");
	not_opened("format: 1", "format: 1\npin: 1234",
	    ":3:6: 'pin' does not belong here");
}

static kc_result
ask(const struct cer_ui *ui, const struct cer_prompt *p,
    struct cer_answer *ret, struct kc_err *err)
{
	struct cer_view *v = calloc(1, sizeof *v);
	kc_result r;

	assert_non_null(v);
	*err = (struct kc_err){ 0 };
	memcpy(v->number, "2.3", 4);
	r = ui->ask(ui->ctx, v, p, ret, err);
	free(v);
	return r;
}

static void
the_nearest_answer_is_taken(void **state)
{
	struct cer_ui ui = open_answers(HEAD
	    "  bag: B-{person}!\n"
	    "  bag/holder-2: two\n"
	    "  2.3/bag/holder-3: three\n"
	    "  2.4/bag/holder-1: wrong step\n");
	static const char *const who[] = { "holder-1", "holder-2",
		"holder-3" };
	static const char *const want[] = { "B-holder-1!", "two", "three" };
	struct kc_err err;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct cer_prompt p = { .kind = CER_ASK_TEXT, .key = "bag",
			.person = who[i], .text = "?", .max = 40 };
		struct cer_answer a = { 0 };

		t_ok(ask(&ui, &p, &a, &err), &err);
		assert_string_equal(a.text, want[i]);
	}
	ui.close(ui.ctx);
}

static void
an_answer_that_is_missing_or_does_not_fit_stops_the_walk(void **state)
{
	struct cer_ui ui = open_answers(HEAD
	    "  close: close\n  long: abcdef\n  list: [a]\n");
	struct cer_prompt p = { .kind = CER_ASK_YESNO, .key = "present",
		.person = "holder-1", .text = "?" };
	struct cer_answer a = { 0 };
	struct kc_err err;

	(void)state;
	t_fails(ask(&ui, &p, &a, &err), &err, KC_ECANCEL,
	    "the answers file has no answer 'present' for holder-1 in step "
	    "2.3");
	p.key = "list";
	t_fails(ask(&ui, &p, &a, &err), &err, KC_ECANCEL,
	    "no answer 'list'");
	p = (struct cer_prompt){ .kind = CER_ASK_WORD, .key = "close",
		.person = "x", .text = "?", .word = "CLOSE" };
	t_fails(ask(&ui, &p, &a, &err), &err, KC_ECANCEL,
	    "the answer 'close' is not the word CLOSE");
	p = (struct cer_prompt){ .kind = CER_ASK_TEXT, .key = "long",
		.person = "x", .text = "?", .max = 5 };
	t_fails(ask(&ui, &p, &a, &err), &err, KC_ECANCEL,
	    "the answer 'long' is longer than 5");
	ui.close(ui.ctx);
}

static void
enter_needs_no_answer_but_can_suspend(void **state)
{
	struct cer_ui ui = open_answers(HEAD "  go: suspend\n");
	struct cer_prompt p = { .kind = CER_ASK_CONTINUE, .key = "read",
		.person = "x", .text = "?" };
	struct cer_answer a = { 0 };
	struct kc_err err;

	(void)state;
	t_ok(ask(&ui, &p, &a, &err), &err);
	p.key = "go";
	t_fails(ask(&ui, &p, &a, &err), &err, KC_ESUSPEND,
	    "the answers suspend");
	ui.close(ui.ctx);
}

static bool
count_down(void *ctx)
{
	int *n = ctx;

	return --*n <= 0;
}

static void
waiting_ends_when_it_is_there_or_the_time_is_over(void **state)
{
	struct cer_ui ui = open_answers(HEAD "  a: b\n");
	int soon = 3, never = 1 << 20;
	struct cer_prompt p = { .kind = CER_ASK_WAIT, .key = "medium",
		.person = "x", .text = "Waiting for a file.",
		.ready = count_down, .ready_ctx = &soon };
	struct cer_answer a = { 0 };
	struct kc_err err;

	(void)state;
	t_ok(ask(&ui, &p, &a, &err), &err);
	p.ready_ctx = &never;
	t_fails(ask(&ui, &p, &a, &err), &err, KC_ECANCEL,
	    "nothing came within 1 s: Waiting for a file.");
	ui.close(ui.ctx);
}

static kc_result
pin(const struct cer_ui *ui, const char *person, bool twice,
    struct kc_secret *ret, struct kc_err *err)
{
	struct cer_pin p = { .key = "pin", .person = person, .name = person,
		.text = "?", .tries = "", .twice = twice, .min = 4,
		.max = 8 };
	struct cer_view *v = calloc(1, sizeof *v);
	kc_result r;

	assert_non_null(v);
	*err = (struct kc_err){ 0 };
	r = ui->pin(ui->ctx, v, &p, ret, err);
	free(v);
	return r;
}

static void
a_new_pin_is_drawn_once_and_kept_for_its_owner(void **state)
{
	struct cer_ui ui = open_answers(HEAD "  a: b\n");
	struct kc_secret one = { 0 }, again = { 0 }, other = { 0 };
	struct kc_err err;
	struct stat st;
	char path[300];

	(void)state;
	t_fails(pin(&ui, "holder-1", false, &one, &err), &err, KC_EIO,
	    "pins-holder-1");
	t_ok(pin(&ui, "holder-1", true, &one, &err), &err);
	assert_int_equal(one.len, 8);
	assert_int_equal(strspn((const char *)one.p, "0123456789"), 8);
	t_ok(pin(&ui, "holder-1", false, &again, &err), &err);
	assert_memory_equal(one.p, again.p, 9);
	t_ok(pin(&ui, "holder-2", true, &other, &err), &err);
	assert_memory_not_equal(one.p, other.p, 8);
	(void)snprintf(path, sizeof path, "%s/pins-holder-1", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	kc_secret_free(&one);
	kc_secret_free(&again);
	kc_secret_free(&other);
	ui.close(ui.ctx);
}

static void
a_pin_s_line_end_is_not_part_of_it(void **state)
{
	struct cer_ui ui = open_answers(HEAD "  a: b\n");
	struct kc_secret s = { 0 };
	struct kc_err err;
	char path[300];

	(void)state;
	(void)snprintf(path, sizeof path, "%s/pins-typed", dir);
	t_ok(kc_file_write_new(path, "12 34\r\n", 7, 0600, &err), &err);
	t_ok(pin(&ui, "typed", false, &s, &err), &err);
	assert_int_equal(s.len, 5);
	assert_string_equal((const char *)s.p, "12 34");
	kc_secret_free(&s);
	ui.close(ui.ctx);
}

static char
refuse(const struct cer_ui *ui, enum kc_code code)
{
	struct cer_view *v = calloc(1, sizeof *v);
	struct kc_err why = { .code = code }, err = { 0 };
	char letter = '?';

	assert_non_null(v);
	t_ok(ui->refuse(ui->ctx, v, &why, "r x\na y", &letter, &err), &err);
	free(v);
	return letter;
}

static void
a_card_is_asked_again_a_few_times_a_pin_never(void **state)
{
	struct cer_ui ui = open_answers(HEAD "  a: b\n");

	(void)state;
	assert_int_equal(refuse(&ui, KC_EREFUSED), 'a');
	assert_int_equal(refuse(&ui, KC_EPIN), 'a');
	assert_int_equal(refuse(&ui, KC_EPINLAST), 'a');
	assert_int_equal(refuse(&ui, KC_ECARD), 'r');
	assert_int_equal(refuse(&ui, KC_EHANG), 'r');
	assert_int_equal(refuse(&ui, KC_ECARD), 'a');
	ui.close(ui.ctx);
}

static int
setup(void **state)
{
	struct kc_err err = { 0 };

	(void)state;
	t_dir(dir);
	return kc_ok(kc_secret_heap(&err)) ? 0 : -1;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answers_file_is_checked),
		cmocka_unit_test(the_nearest_answer_is_taken),
		cmocka_unit_test(
		    an_answer_that_is_missing_or_does_not_fit_stops_the_walk),
		cmocka_unit_test(enter_needs_no_answer_but_can_suspend),
		cmocka_unit_test(
		    waiting_ends_when_it_is_there_or_the_time_is_over),
		cmocka_unit_test(
		    a_new_pin_is_drawn_once_and_kept_for_its_owner),
		cmocka_unit_test(a_pin_s_line_end_is_not_part_of_it),
		cmocka_unit_test(
		    a_card_is_asked_again_a_few_times_a_pin_never),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
