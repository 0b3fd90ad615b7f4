/* SPDX-License-Identifier: Apache-2.0
 *
 * The growing buffer.
 */
#include "base/buf.h"

#include "tests/check.h"

static void
an_empty_buffer_reads_as_the_empty_string(void **state)
{
	struct kc_buf b = { 0 };

	(void)state;
	assert_string_equal(kc_buf_str(&b), "");
	kc_buf_free(&b);
	kc_buf_free(NULL);
}

static void
bytes_are_appended_and_ended_by_a_nul_that_does_not_count(void **state)
{
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(kc_buf_add(&b, "a\0b", 3, &err), &err);
	t_ok(kc_buf_adds(&b, "cd", &err), &err);
	t_ok(kc_buf_addf(&b, &err, "%d-%s", 7, "x"), &err);
	t_ok(kc_buf_add(&b, NULL, 0, &err), &err);
	assert_int_equal(b.len, 8);
	assert_memory_equal(b.p, "a\0bcd7-x", 9);
	kc_buf_free(&b);
	assert_null(b.p);
	assert_int_equal(b.len, 0);
	assert_int_equal(b.cap, 0);
}

static void
adding_nothing_makes_an_empty_string(void **state)
{
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(kc_buf_adds(&b, "", &err), &err);
	assert_non_null(b.p);
	assert_int_equal(b.p[0], 0);
	kc_buf_free(&b);
}

static void
it_grows_over_every_boundary_without_losing_a_byte(void **state)
{
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < 5000; i++) {
		uint8_t byte = (uint8_t)(i * 7);

		t_ok(kc_buf_add(&b, &byte, 1, &err), &err);
		assert_true(b.cap > b.len);
		assert_int_equal(b.p[b.len], 0);
	}
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(b.p[i], (uint8_t)(i * 7));
	kc_buf_free(&b);
}

static void
an_absurd_size_is_refused_and_changes_nothing(void **state)
{
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(kc_buf_adds(&b, "kept", &err), &err);
	t_fails(kc_buf_add(&b, "x", SIZE_MAX / 2, &err), &err, KC_ENOMEM,
	    "absurd");
	assert_string_equal(kc_buf_str(&b), "kept");
	kc_buf_free(&b);
}

static void
a_copied_string_is_another_one(void **state)
{
	struct kc_err err = { 0 };
	const char *from = "text";
	char *copy = NULL;

	(void)state;
	t_ok(kc_strdup(from, &copy, &err), &err);
	assert_string_equal(copy, from);
	assert_ptr_not_equal(copy, from);
	free(copy);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_buffer_reads_as_the_empty_string),
		cmocka_unit_test(
		    bytes_are_appended_and_ended_by_a_nul_that_does_not_count),
		cmocka_unit_test(adding_nothing_makes_an_empty_string),
		cmocka_unit_test(
		    it_grows_over_every_boundary_without_losing_a_byte),
		cmocka_unit_test(an_absurd_size_is_refused_and_changes_nothing),
		cmocka_unit_test(a_copied_string_is_another_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
