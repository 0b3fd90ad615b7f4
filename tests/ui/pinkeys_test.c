/* SPDX-License-Identifier: Apache-2.0
 *
 * What the terminal sends becomes a PIN, and nothing else does.
 */
#include "ui/pinkeys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <openssl/crypto.h>

#include <cmocka.h>

struct typed {
	struct kc_secret pin;
	struct ui_pin_keys keys;
};

static int
set_up(void **state)
{
	static struct typed t;

	t = (struct typed){ 0 };
	if (!kc_ok(kc_secret_heap(NULL)) ||
	    !kc_ok(kc_secret_new(&t.pin, 9, NULL)))
		return -1;
	t.keys = (struct ui_pin_keys){ .pin = &t.pin, .max = 8 };
	*state = &t;
	return 0;
}

static int
tear_down(void **state)
{
	kc_secret_free(&((struct typed *)*state)->pin);
	return 0;
}

static enum ui_pin_event
feed(struct typed *t, const char *bytes)
{
	enum ui_pin_event e = UI_PIN_MORE;

	for (; *bytes != '\0' && e == UI_PIN_MORE; bytes++) {
		uint8_t b = (uint8_t)*bytes;

		e = ui_pin_feed(&t->keys, &b);
	}
	return e;
}

static void
holds(const struct typed *t, const char *want)
{
	assert_int_equal(t->pin.len, strlen(want));
	assert_memory_equal(t->pin.p, want, strlen(want));
}

static void
digits_and_enter_are_a_pin(void **state)
{
	assert_int_equal(feed(*state, "1234\r"), UI_PIN_ENTER);
	holds(*state, "1234");
	assert_true(CRYPTO_secure_allocated(
	    ((struct typed *)*state)->pin.p));
}

static void
arrow_and_function_keys_are_no_part_of_it(void **state)
{
	assert_int_equal(feed(*state, "1\x1b[A2\x1bOD3\x1b[3~4\x1b[1;5C"
	    "\x1b[[A\x1b[20~5\n"), UI_PIN_ENTER);
	holds(*state, "12345");
}

static void
paste_marks_are_no_part_of_it(void **state)
{
	(void)feed(*state, "\x1b[200~5150\x1b[201~");
	holds(*state, "5150");
}

static void
control_bytes_are_dropped(void **state)
{
	(void)feed(*state, "1\t2\x01\x1f" "3");
	holds(*state, "123");
}

static void
backspace_takes_one_character(void **state)
{
	(void)feed(*state, "\x7f" "12\x7f" "3\x08" "4");
	holds(*state, "14");
	(void)feed(*state, "é\x7f");
	holds(*state, "14");
}

static void
clearing_wipes_the_bytes(void **state)
{
	static const uint8_t zero[9];
	struct typed *t = *state;

	(void)feed(t, "8629\x15");
	holds(t, "");
	assert_memory_equal(t->pin.p, zero, sizeof zero);
}

static void
too_much_is_remembered_not_cut(void **state)
{
	struct typed *t = *state;

	(void)feed(t, "123456789");
	assert_true(t->keys.overlong);
	assert_int_equal(t->pin.len, 8);
	(void)feed(t, "\x7f");
	assert_false(t->keys.overlong);
	holds(t, "");
}

static void
a_lone_escape_cancels(void **state)
{
	struct typed *t = *state;

	assert_int_equal(feed(t, "12\x1b"), UI_PIN_MORE);
	assert_int_equal(ui_pin_idle(&t->keys), UI_PIN_CANCEL);
	assert_int_equal(ui_pin_idle(&t->keys), UI_PIN_MORE);
}

static void
a_cut_sequence_cancels_nothing(void **state)
{
	struct typed *t = *state;

	(void)feed(t, "12\x1b[");
	assert_int_equal(ui_pin_idle(&t->keys), UI_PIN_MORE);
	(void)feed(t, "3");
	holds(t, "123");
}

static void
f2_and_f3_of_each_terminal_are_known(void **state)
{
	assert_int_equal(feed(*state, "\x1bOQ"), UI_PIN_EXCEPT);
	assert_int_equal(feed(*state, "\x1b[12~"), UI_PIN_EXCEPT);
	assert_int_equal(feed(*state, "\x1b[[B"), UI_PIN_EXCEPT);
	assert_int_equal(feed(*state, "\x1bOR"), UI_PIN_SUSPEND);
	assert_int_equal(feed(*state, "\x1b[13~"), UI_PIN_SUSPEND);
	assert_int_equal(feed(*state, "\x1b[[C"), UI_PIN_SUSPEND);
	assert_int_equal(feed(*state, "\x03"), UI_PIN_SUSPEND);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(digits_and_enter_are_a_pin),
		T(arrow_and_function_keys_are_no_part_of_it),
		T(paste_marks_are_no_part_of_it),
		T(control_bytes_are_dropped),
		T(backspace_takes_one_character),
		T(clearing_wipes_the_bytes),
		T(too_much_is_remembered_not_cut),
		T(a_lone_escape_cancels),
		T(a_cut_sequence_cancels_nothing),
		T(f2_and_f3_of_each_terminal_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
