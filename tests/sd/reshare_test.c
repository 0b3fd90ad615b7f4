/* SPDX-License-Identifier: Apache-2.0
 *
 * From a quorum of three of five to two of four of the same holders.
 */
#include "tests/sd/quorum.h"

#include "sd/reshare.h"

/* The old master key. */
static void
open_old(struct sd_opened *ret)
{
	struct sd_given g[HOLDERS];
	size_t n = give("034", g);

	assert_true(kc_ok(sd_combine("sd", &dom, g, n, ret, NULL)));
	for (size_t i = 0; i < n; i++)
		kc_secret_free(&g[i].share);
}

static void
the_new_quorum_opens_the_same_data_and_the_old_key_none(void **state)
{
	const struct sd_new_set set = { cert + 1, 4, 2 };
	struct sd_key keys[] = { sd_pemkey_key(pem[4]),
		sd_pemkey_key(pem[1]) };
	struct sd_opened old = { 0 }, o = { 0 };
	struct sd_domain new = { 0 };
	struct kc_buf json = { 0 };

	(void)state;
	open_old(&old);
	assert_true(kc_ok(sd_reshare(&dom, &old.master, &set, &json, NULL)));
	assert_true(kc_ok(sd_reshare_check("new", &json, &dom, &old.master,
	    &set, NULL)));
	assert_true(kc_ok(sd_domain_read("new", json.p, json.len, &new,
	    NULL)));
	assert_int_equal(new.required, 2);
	assert_int_equal(new.n_shares, 4);
	assert_true(kc_ok(sd_open("new", &new, keys, 2, &o, NULL)));
	assert_int_equal(o.share_of[0], 3);
	assert_memory_not_equal(o.master.p, old.master.p, SD_MASTER);
	for (size_t i = 0; i < 2; i++) {
		struct sd_plain p = { 0 };

		assert_string_equal(new.datum[i].tag, data[i].tag);
		assert_true(kc_ok(sd_datum_open(&new, i, &o.master, &p,
		    NULL)));
		assert_int_equal(p.len, data[i].len);
		assert_memory_equal(p.p, data[i].p, p.len);
		sd_plain_free(&p);
		assert_int_equal(sd_datum_open(&new, i, &old.master, &p,
		    NULL).code, KC_EMAC);
	}
	keys[1] = sd_pemkey_key(pem[0]);
	assert_int_equal(sd_open("new", &new, keys, 2, &o, NULL).code,
	    KC_EREFUSED);
	sd_opened_free(&o);
	sd_opened_free(&old);
	sd_domain_free(&new);
	kc_buf_free(&json);
}

static void
a_file_that_the_old_key_opens_is_no_reshared_one(void **state)
{
	const struct sd_new_set same = { cert, 5, 3 };
	struct sd_opened old = { 0 };
	struct kc_buf json = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	open_old(&old);
	assert_true(kc_ok(kc_buf_add(&json, file.p, file.len, NULL)));
	assert_int_equal(sd_reshare_check("new", &json, &dom, &old.master,
	    &same, &err).code, KC_EREFUSED);
	says(err.msg, "the master key of the old quorum still opens");
	sd_opened_free(&old);
	kc_buf_free(&json);
}

static void
another_set_or_other_data_are_noticed(void **state)
{
	const struct sd_new_set set = { cert + 1, 4, 2 };
	const struct {
		struct sd_new_set want;
		const char *says;
	} bad[] = {
		{ { cert + 1, 4, 3 }, "is 2 of 4, not 3 of 4" },
		{ { cert + 1, 3, 2 }, "is 2 of 4, not 2 of 3" },
		{ { cert, 4, 2 }, "share 1 is not for" },
	};
	struct sd_opened old = { 0 };
	struct kc_buf json = { 0 };
	struct kc_err err = { 0 };
	struct sd_domain other = dom;

	(void)state;
	open_old(&old);
	assert_true(kc_ok(sd_reshare(&dom, &old.master, &set, &json, NULL)));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(sd_reshare_check("new", &json, &dom,
		    &old.master, &bad[i].want, &err).code, KC_EREFUSED);
		says(err.msg, bad[i].says);
	}
	other.n_data = 1;
	assert_int_equal(sd_reshare_check("new", &json, &other, &old.master,
	    &set, &err).code, KC_EREFUSED);
	says(err.msg, "new has 2 data, the old domain 1");
	other = dom;
	other.datum[1].tag[0] = 'O';
	assert_int_equal(sd_reshare_check("new", &json, &other, &old.master,
	    &set, &err).code, KC_EREFUSED);
	says(err.msg, "datum 1 is \"other\", not \"Other\"");
	json.len -= 1;
	assert_int_equal(sd_reshare_check("new", &json, &dom, &old.master,
	    &set, &err).code, KC_EFORMAT);
	sd_opened_free(&old);
	kc_buf_free(&json);
}

static void
nothing_comes_of_a_wrong_key_or_a_wrong_set(void **state)
{
	const struct sd_new_set set = { cert, 3, 2 }, two = { cert, 2, 2 };
	struct sd_opened old = { 0 };
	struct kc_buf json = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	open_old(&old);
	assert_int_equal(sd_reshare(&dom, &old.master, &two, &json,
	    &err).code, KC_EREFUSED);
	says(err.msg, "a set has 3 to 10");
	old.master.p[0] ^= 1;
	assert_int_equal(sd_reshare(&dom, &old.master, &set, &json,
	    &err).code, KC_EMAC);
	assert_null(json.p);
	sd_opened_free(&old);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_new_quorum_opens_the_same_data_and_the_old_key_none),
		cmocka_unit_test(
		    a_file_that_the_old_key_opens_is_no_reshared_one),
		cmocka_unit_test(another_set_or_other_data_are_noticed),
		cmocka_unit_test(nothing_comes_of_a_wrong_key_or_a_wrong_set),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
