/* SPDX-License-Identifier: Apache-2.0
 *
 * What is remarked of a domain that opens: the one-share test, and an x out
 * of its place.
 */
#include "tests/sd/quorum.h"

/* Every share again on polynomials with these coefficients for byte i. */
static void
rewrite(struct sd_given *g, size_t n, const struct kc_secret *master,
    const struct kc_secret *coef)
{
	for (size_t i = 0; i < n; i++) {
		kc_secret_free(&g[i].share);
		assert_true(kc_ok(sd_share_make(master, coef, QUORUM,
		    (uint32_t)g[i].index + 1, &g[i].share, NULL)));
	}
}

static void
coefficients_that_are_the_same_for_every_byte_are_found(void **state)
{
	struct sd_given g[HOLDERS];
	struct kc_secret master = { 0 }, coef = { 0 };
	size_t n = give("024", g);

	(void)state;
	for (int same = 1; same >= 0; same--) {
		struct sd_opened o = { 0 };

		assert_true(kc_ok(sd_combine("sd", &dom, g, n, &o, NULL)));
		kc_secret_free(&master);
		master = o.master;
		o.master = (struct kc_secret){ 0 };
		sd_opened_free(&o);
		kc_secret_free(&coef);
		assert_true(kc_ok(kc_secret_new(&coef, 4 * SD_MASTER, NULL)));
		coef.len = 4 * SD_MASTER;
		for (size_t i = 0; i < SD_MASTER; i++) {
			coef.p[4 * i] = 201;
			coef.p[4 * i + 2] = 17;
		}
		/* One byte of the 32 with another slope is not the defect. */
		coef.p[4 * 31] = same == 1 ? 201 : 202;
		rewrite(g, n, &master, &coef);
		assert_true(kc_ok(sd_combine("sd", &dom, g, n, &o, NULL)));
		assert_int_equal(o.one_share_fails, same);
		if (same == 1)
			says(kc_buf_str(&o.warn),
			    "sd FAILS THE ONE-SHARE TEST");
		else
			assert_int_equal(o.warn.len, 0);
		sd_opened_free(&o);
	}
	kc_secret_free(&master);
	kc_secret_free(&coef);
	for (size_t i = 0; i < n; i++)
		kc_secret_free(&g[i].share);
}

static void
an_x_that_is_not_its_place_is_a_note_and_no_refusal(void **state)
{
	struct sd_given g[HOLDERS];
	struct sd_opened o = { 0 };
	size_t n = give("012", g);

	(void)state;
	g[0].index = 1;
	g[1].index = 0;
	assert_true(kc_ok(sd_combine("sd", &dom, g, n, &o, NULL)));
	says(kc_buf_str(&o.warn), "share 2 (ada) carries x = 1, not its place");
	sd_opened_free(&o);
	for (size_t i = 0; i < n; i++)
		kc_secret_free(&g[i].share);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    coefficients_that_are_the_same_for_every_byte_are_found),
		cmocka_unit_test(
		    an_x_that_is_not_its_place_is_a_note_and_no_refusal),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
