/* SPDX-License-Identifier: Apache-2.0
 *
 * Faults fire once, where they were put.
 */
#include "tests/cards/fault.h"

#include "tests/check.h"

static const uint8_t verify[] = { 0, 0x20, 0, 0x80 };
static const uint8_t use[] = { 0, 0x87, 7, 0x9D };

static enum fault_kind
next(struct faults *f, const uint8_t apdu[static 4])
{
	return fault_next(f, apdu, 4).kind;
}

static void
a_fault_fires_at_its_apdu_and_only_once(void **state)
{
	struct faults f = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(fault_add(&f, "pull-at", "2", &err), &err);
	assert_int_equal(next(&f, verify), FAULT_NONE);
	assert_int_equal(next(&f, verify), FAULT_PULL);
	assert_int_equal(next(&f, verify), FAULT_NONE);
	assert_int_equal(f.count, 3);
	/* counted from now */
	t_ok(fault_add(&f, "hang-at", "1", &err), &err);
	assert_int_equal(next(&f, verify), FAULT_HANG);
}

static void
a_fault_of_an_instruction_counts_only_that(void **state)
{
	struct faults f = { 0 };
	struct kc_err err = { 0 };
	struct fault x;

	(void)state;
	t_ok(fault_add(&f, "status-at", "87:2,6f00", &err), &err);
	assert_int_equal(next(&f, use), FAULT_NONE);
	assert_int_equal(next(&f, verify), FAULT_NONE);
	x = fault_next(&f, use, sizeof use);
	assert_int_equal(x.kind, FAULT_STATUS);
	assert_int_equal(x.value, 0x6F00);
}

static void
of_two_that_are_due_the_first_added_fires(void **state)
{
	struct faults f = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(fault_add(&f, "slow-at", "1,250", &err), &err);
	t_ok(fault_add(&f, "pull-after", "20:1", &err), &err);
	t_ok(fault_add(&f, "pull-at", "2", &err), &err);
	assert_int_equal(next(&f, verify), FAULT_SLOW);
	assert_int_equal(next(&f, verify), FAULT_PULL);
	assert_int_equal(f.n, 0);
}

static void
what_is_no_fault_is_refused(void **state)
{
	static const char *const bad[][2] = {
		{ "pull-at", "" }, { "pull-at", "0" }, { "pull-at", "-1" },
		{ "pull-at", " 1" }, { "pull-at", "1x" }, { "pull-at", "1,2" },
		{ "pull-at", "100:1" }, { "pull-at", ":1" },
		{ "pull-at", "g7:1" }, { "status-at", "1" },
		{ "status-at", "1,10000" }, { "status-at", "1," },
		{ "slow-at", "1,6f" }, { "slow-at", "1,600001" },
		{ "pull", "1" }
	};
	struct faults f = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		t_fails(fault_add(&f, bad[i][0], bad[i][1], &err), &err,
		    KC_EUSAGE, "takes no");
	assert_int_equal(f.n, 0);
	for (size_t i = 0; i < FAULTS_MAX; i++)
		t_ok(fault_add(&f, "pull-at", "9", &err), &err);
	t_fails(fault_add(&f, "pull-at", "9", &err), &err, KC_ELIMIT,
	    "at most 16");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fault_fires_at_its_apdu_and_only_once),
		cmocka_unit_test(a_fault_of_an_instruction_counts_only_that),
		cmocka_unit_test(of_two_that_are_due_the_first_added_fires),
		cmocka_unit_test(what_is_no_fault_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
