/* SPDX-License-Identifier: Apache-2.0
 *
 * The quorums of a drill, for every shape that a set may have.
 */
#include "sd/cover.h"
#include "tests/check.h"

static size_t
choose(size_t n, size_t m)
{
	size_t c = 1;

	for (size_t i = 0; i < m; i++)
		c = c * (n - i) / (i + 1);
	return c;
}

static size_t
members(uint32_t set)
{
	size_t n = 0;

	for (; set != 0; set &= set - 1)
		n++;
	return n;
}

/* Every set of 3 to 10 holders with every quorum. */
static void
each_shape(void (*fn)(size_t n, size_t m, const struct sd_cover *c))
{
	size_t shapes = 0;

	for (size_t n = 3; n <= 10; n++)
		for (size_t m = 2; m <= n; m++) {
			struct sd_cover c;

			sd_cover(n, m, &c);
			fn(n, m, &c);
			shapes++;
		}
	assert_int_equal(shapes, 44);
}

static void
check_form(size_t n, size_t m, const struct sd_cover *c)
{
	assert_true(c->n > 0 && c->n <= SD_COVER_MAX);
	for (size_t i = 0; i < c->n; i++) {
		assert_int_equal(c->set[i] >> n, 0);
		assert_int_equal(members(c->set[i]), m);
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(c->set[i], c->set[k]);
	}
}

static void
each_quorum_has_m_holders_of_the_set_and_none_comes_twice(void **state)
{
	(void)state;
	each_shape(check_form);
}

static void
check_all(size_t n, size_t m, const struct sd_cover *c)
{
	assert_int_equal(c->all, choose(n, m) <= 120);
	if (c->all)
		assert_int_equal(c->n, choose(n, m));
	else
		assert_int_equal(c->n, n);
}

static void
up_to_120_quorums_are_all_opened(void **state)
{
	(void)state;
	each_shape(check_all);
}

static void
check_pairs(size_t n, size_t m, const struct sd_cover *c)
{
	for (size_t a = 0; a < n; a++)
		for (size_t b = 0; b < a; b++) {
			uint32_t pair = 1u << a | 1u << b;
			size_t together = 0;

			for (size_t i = 0; i < c->n; i++)
				together += (c->set[i] & pair) == pair;
			if (together == 0)
				fail_msg("%zu of %zu: holders %zu and %zu "
				    "never meet", m, n, b, a);
		}
}

static void
every_two_holders_meet_in_a_quorum(void **state)
{
	(void)state;
	each_shape(check_pairs);
}

static void
check_turns(size_t n, size_t m, const struct sd_cover *c)
{
	for (size_t a = 0; a < n && !c->all; a++) {
		size_t in = 0;

		for (size_t i = 0; i < c->n; i++)
			in += c->set[i] >> a & 1;
		assert_int_equal(in, m);
	}
}

static void
in_the_design_every_holder_is_in_as_many_quorums(void **state)
{
	(void)state;
	each_shape(check_turns);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_quorum_has_m_holders_of_the_set_and_none_comes_twice),
		cmocka_unit_test(up_to_120_quorums_are_all_opened),
		cmocka_unit_test(every_two_holders_meet_in_a_quorum),
		cmocka_unit_test(
		    in_the_design_every_holder_is_in_as_many_quorums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
