/* SPDX-License-Identifier: Apache-2.0
 *
 * Shares that do not fit together: whose fault it is, and what is said when
 * nobody can know.
 */
#include "tests/sd/quorum.h"

/* Other values, same x, every word well-formed: v becomes 256 - v. */
static void
forge(struct sd_given *g)
{
	uint32_t x;

	for (size_t i = 0; i < SD_MASTER; i++) {
		uint8_t *p = g->share.p + 2 * i;
		uint32_t v = 256 - (p[0] | (p[1] & 1u) << 8);

		p[0] = (uint8_t)(v & 0xff);
		p[1] = (uint8_t)((p[1] & 0xfe) | v >> 8);
	}
	assert_true(kc_ok(sd_share_check("forged", &g->share, &x, NULL)));
	assert_int_equal(x, g->index + 1);
}

/* Combine, expect this failure, and give its sentence. */
static const char *
refused(struct sd_given *g, size_t n, enum kc_code code)
{
	static struct kc_err err;
	struct sd_opened o = { 0 };

	err = (struct kc_err){ 0 };
	assert_int_equal(sd_combine("sd", &dom, g, n, &o, &err).code, code);
	assert_null(o.master.p);
	for (size_t i = 0; i < n; i++)
		kc_secret_free(&g[i].share);
	return err.msg;
}

static void
all_the_holders_of_a_sound_domain_agree(void **state)
{
	struct sd_given g[HOLDERS];
	struct sd_opened o = { 0 };
	size_t n = give("40213", g);

	(void)state;
	assert_true(kc_ok(sd_combine("sd", &dom, g, n, &o, NULL)));
	assert_int_equal(o.n_keys, 5);
	assert_int_equal(o.share_of[0], 4);
	assert_false(o.one_share_fails);
	assert_int_equal(o.warn.len, 0);
	sd_opened_free(&o);
	for (size_t i = 0; i < n; i++)
		kc_secret_free(&g[i].share);
}

static void
one_forged_share_of_five_is_named_by_its_holder(void **state)
{
	(void)state;
	for (size_t bad = 0; bad < HOLDERS; bad++) {
		struct sd_given g[HOLDERS];
		size_t n = give("01234", g);
		char want[64];
		const char *msg;

		forge(&g[bad]);
		(void)snprintf(want, sizeof want, "sd: share %zu (%s) is not "
		    "on the polynomial", bad + 1, who[bad]);
		msg = refused(g, n, KC_EREFUSED);
		says(msg, want);
		says(msg, "then reshare");
		for (size_t i = 0; i < HOLDERS; i++)
			says(msg, who[i]);
	}
}

static void
one_share_more_than_the_quorum_is_enough_to_name_it(void **state)
{
	(void)state;
	for (size_t bad = 0; bad < 4; bad++) {
		struct sd_given g[HOLDERS];
		size_t n = give("0134", g);
		char want[64];

		(void)snprintf(want, sizeof want, "(%s) is not on", g[bad].who);
		forge(&g[bad]);
		says(refused(g, n, KC_EREFUSED), want);
	}
}

static void
two_forged_shares_of_five_are_both_named(void **state)
{
	struct sd_given g[HOLDERS];
	size_t n = give("01234", g);

	(void)state;
	forge(&g[0]);
	forge(&g[3]);
	says(refused(g, n, KC_EREFUSED),
	    "share 1 (ada), share 4 (dan) are not on");
}

static void
a_quorum_with_a_forged_share_lists_who_was_used(void **state)
{
	struct sd_given g[HOLDERS];
	size_t n = give("421", g);
	const char *msg;

	(void)state;
	forge(&g[1]);
	msg = refused(g, n, KC_EMAC);
	says(msg, "the shares disagree with the data");
	says(msg, "Used: share 5 (eve), share 3 (cyn), share 2 (bob).");
	says(msg, "a further holder would tell which");
}

static void
three_forged_shares_of_five_leave_nothing_to_tell(void **state)
{
	struct sd_given g[HOLDERS];
	size_t n = give("01234", g);
	const char *msg;

	(void)state;
	forge(&g[0]);
	forge(&g[2]);
	g[4].share.p[0] ^= 1;
	msg = refused(g, n, KC_EMAC);
	says(msg, "no 3 of them open any: either more than 2 of the 5");
	says(msg, "share 1 (ada), share 2 (bob), share 3 (cyn), share 4");
}

static void
a_master_byte_of_256_is_said(void **state)
{
	/* x = 1, 2, 3 on f(x) = x - 1 + 257k, f(0) = 256 */
	struct sd_given g[HOLDERS];
	size_t n = give("012", g);

	(void)state;
	for (size_t k = 0; k < n; k++) {
		g[k].share.p[0] = (uint8_t)k;
		g[k].share.p[1] &= 0xfe;
	}
	says(refused(g, n, KC_EMAC),
	    "a byte of the master key comes out as 256");
}

static void
two_shares_at_one_place_are_named_and_the_odd_one_told(void **state)
{
	struct sd_given g[HOLDERS];
	size_t n = give("013", g);
	const char *msg;

	(void)state;
	memcpy(g[1].share.p, g[2].share.p, SD_SHARE);
	msg = refused(g, n, KC_EFORMAT);
	says(msg, "share 2 (bob), share 4 (dan) have the same x = 4");
	says(msg, "share 2 is the wrong one");
	n = give("013", g);
	for (size_t i = 0; i < SD_MASTER; i++) {
		g[0].share.p[2 * i + 1] |= 7 << 1;
		g[1].share.p[2 * i + 1] |= 7 << 1;
	}
	msg = refused(g, n, KC_EFORMAT);
	says(msg, "have the same x = 7");
	assert_null(strstr(msg, "the wrong one"));
}

static void
a_share_that_is_given_twice_counts_once(void **state)
{
	struct sd_given g[HOLDERS];
	size_t n = give("011", g);

	(void)state;
	g[2].who = "mallory";
	says(refused(g, n, KC_EQUORUM),
	    "bob and mallory are the same holder (share 2)");
	n = give("01", g);
	says(refused(g, n, KC_EQUORUM), "needs 3 holders; 2 of 3 are here");
}

/* The domain's data, one bit of each datum in the mask changed. */
static void
spoil_data(uint32_t mask)
{
	for (size_t i = 0; i < dom.n_data; i++)
		dom.datum[i].jwe.tag.p[0] ^= (uint8_t)(mask >> i & 1);
}

static void
one_changed_datum_is_told_from_wrong_shares(void **state)
{
	struct sd_given g[HOLDERS];
	size_t n = give("012", g);
	const char *msg;

	(void)state;
	spoil_data(2);
	msg = refused(g, n, KC_EMAC);
	says(msg, "sd: EncData.data[1]: other: the authentication tag does");
	says(msg, "1 of 2 data does not open");
	says(msg, "the shares are right");
	spoil_data(2);
}

static void
when_every_datum_was_changed_the_shares_are_cleared_or_not(void **state)
{
	struct sd_given g[HOLDERS];
	size_t n;
	const char *msg;

	(void)state;
	spoil_data(3);
	n = give("012", g);
	says(refused(g, n, KC_EMAC), "or every datum was changed");
	n = give("0123", g);
	msg = refused(g, n, KC_EMAC);
	says(msg, "all 4 agree with one another, so the shares are right");
	n = give("01234", g);
	forge(&g[1]);
	msg = refused(g, n, KC_EMAC);
	says(msg, "share 1 (ada), share 3 (cyn), share 4 (dan), share 5 (eve) "
	    "agree with one another, share 2 (bob) does not");
	spoil_data(3);
}

static void
ten_long_names_fit_into_one_message(void **state)
{
	struct sd_given g[HOLDERS];
	size_t n = give("012", g);
	char name[200];
	const char *msg;

	(void)state;
	(void)memset(name, 'n', sizeof name);
	memcpy(name + 190, "the-end.k", 10);
	for (size_t i = 0; i < n; i++)
		g[i].who = name;
	forge(&g[0]);
	msg = refused(g, n, KC_EMAC);
	says(msg, "share 1 (...nnnn");
	says(msg, "the-end.k), share 2 (...nnnn");
	/* Seven more of them still leave room for what to do. */
	assert_true(strlen(msg) + 7 * strlen("share 10 (..., ") +
	    7 * 40 + 64 <
	    sizeof ((struct kc_err *)0)->msg);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_the_holders_of_a_sound_domain_agree),
		cmocka_unit_test(
		    one_forged_share_of_five_is_named_by_its_holder),
		cmocka_unit_test(
		    one_share_more_than_the_quorum_is_enough_to_name_it),
		cmocka_unit_test(two_forged_shares_of_five_are_both_named),
		cmocka_unit_test(
		    a_quorum_with_a_forged_share_lists_who_was_used),
		cmocka_unit_test(
		    three_forged_shares_of_five_leave_nothing_to_tell),
		cmocka_unit_test(a_master_byte_of_256_is_said),
		cmocka_unit_test(
		    two_shares_at_one_place_are_named_and_the_odd_one_told),
		cmocka_unit_test(a_share_that_is_given_twice_counts_once),
		cmocka_unit_test(one_changed_datum_is_told_from_wrong_shares),
		cmocka_unit_test(
		    when_every_datum_was_changed_the_shares_are_cleared_or_not),
		cmocka_unit_test(ten_long_names_fit_into_one_message),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
