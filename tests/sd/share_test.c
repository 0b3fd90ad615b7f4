/* SPDX-License-Identifier: Apache-2.0
 *
 * GF(257), nine-bit words, shares: worked examples and properties.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/hash.h"
#include "sd/kdf.h"
#include "sd/selftest.h"
#include "sd/share.h"

static struct kc_secret
hex_secret(const char *hex)
{
	struct kc_secret s = { 0 };

	assert_true(kc_ok(kc_secret_new(&s, strlen(hex) / 2, NULL)));
	s.len = strlen(hex) / 2;
	assert_true(kc_unhex(hex, s.len, s.p));
	return s;
}

static void
assert_hex(const struct kc_secret *s, const char *hex)
{
	char got[513];

	assert_true(s->len <= 256);
	kc_hex(s->p, s->len, got);
	assert_string_equal(got, hex);
}

static const char master_hex[] =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

static void
products_are_those_of_the_integers_modulo_257(void **state)
{
	(void)state;
	for (uint32_t a = 0; a <= 256; a++)
		for (uint32_t b = 0; b <= 256; b++)
			assert_int_equal(sd_gf_mul(a, b), a * b % 257);
}

static void
every_element_but_zero_has_its_inverse(void **state)
{
	(void)state;
	for (uint32_t a = 1; a <= 256; a++)
		assert_int_equal(a * sd_gf_inv(a) % 257, 1);
	assert_int_equal(sd_gf_inv(0), 0);
}

static void
a_value_of_256_takes_nine_bits(void **state)
{
	struct kc_secret zero = hex_secret("00"), coef = hex_secret("0001");
	struct kc_secret s[2] = { 0 }, back = { 0 };
	const struct kc_secret *pick[] = { &s[0], &s[1] };

	(void)state;
	for (uint32_t i = 0; i < 2; i++)
		assert_true(kc_ok(sd_share_make(&zero, &coef, 2, i + 1, &s[i],
		    NULL)));
	assert_hex(&s[0], "0003");
	assert_hex(&s[1], "ff04");
	assert_true(kc_ok(sd_share_combine(pick, 2, &back, NULL)));
	assert_hex(&back, "00");
	kc_secret_free(&zero);
	kc_secret_free(&coef);
	kc_secret_free(&back);
	kc_secret_free(&s[0]);
	kc_secret_free(&s[1]);
}

static void
the_two_of_three_example_comes_out_word_for_word(void **state)
{
	static const char *const want[] = {
		"0502170229023b024d025f02710283029502a702b902cb02dd02ef020002"
		"12022402360248025a026c027e029002a202b402c602d802ea02fc020d02"
		"1f023102",
		"0a042d04500473049604b904dc04ff042104440467048a04ad04d004f304"
		"150438045b047e04a104c404e70409042c044f0472049504b804db04fe04"
		"20044304",
		"0f0643067706ab06df06120646067a06ae06e206150649067d06b106e506"
		"18064c068006b406e8061b064f068306b706eb061e0652068606ba06ee06"
		"21065506",
	};
	struct kc_secret master = hex_secret(master_hex), coef = { 0 };
	struct kc_secret s[3] = { 0 };

	(void)state;
	assert_true(kc_ok(kc_secret_new(&coef, 64, NULL)));
	coef.len = 64;
	for (size_t i = 0; i < 32; i++) {
		size_t slope = (17 * i + 5) % 257;

		coef.p[2 * i] = (uint8_t)(slope & 0xff);
		coef.p[2 * i + 1] = (uint8_t)(slope >> 8);
	}
	for (uint32_t i = 0; i < 3; i++) {
		assert_true(kc_ok(sd_share_make(&master, &coef, 2, i + 1,
		    &s[i], NULL)));
		assert_hex(&s[i], want[i]);
	}
	for (size_t a = 0; a < 3; a++)
		for (size_t b = 0; b < 3; b++) {
			const struct kc_secret *pick[] = { &s[a], &s[b] };
			struct kc_secret back = { 0 };

			if (a == b) {
				assert_false(kc_ok(sd_share_combine(pick, 2,
				    &back, NULL)));
				continue;
			}
			assert_true(kc_ok(sd_share_combine(pick, 2, &back,
			    NULL)));
			assert_hex(&back, master_hex);
			kc_secret_free(&back);
		}
	kc_secret_free(&master);
	kc_secret_free(&coef);
	for (size_t i = 0; i < 3; i++)
		kc_secret_free(&s[i]);
}

/* Every M-subset of N shares, for one N and M. */
static void
all_subsets(size_t n, size_t m)
{
	struct kc_secret master = { 0 }, s[10] = { 0 };
	size_t seen = 0;

	assert_true(kc_ok(kc_secret_random(&master, SD_MASTER, NULL)));
	assert_true(kc_ok(sd_share_split(&master, m, n, s, NULL)));
	for (uint32_t set = 0; set < 1u << n; set++) {
		const struct kc_secret *pick[10];
		struct kc_secret back = { 0 };
		size_t k = 0;

		if ((size_t)__builtin_popcount(set) != m)
			continue;
		for (size_t i = 0; i < n; i++)
			if ((set >> i & 1) != 0)
				pick[k++] = &s[i];
		assert_true(kc_ok(sd_share_combine(pick, m, &back, NULL)));
		assert_memory_equal(back.p, master.p, SD_MASTER);
		kc_secret_free(&back);
		for (size_t i = 0; i < n; i++) {
			bool agrees = false;

			assert_true(kc_ok(sd_share_agrees(pick, m, &s[i],
			    &agrees, NULL)));
			assert_true(agrees);
		}
		seen++;
	}
	assert_true(seen > 0);
	kc_secret_free(&master);
	for (size_t i = 0; i < n; i++)
		kc_secret_free(&s[i]);
}

static void
any_quorum_of_any_set_gives_the_master_key_back(void **state)
{
	(void)state;
	for (size_t n = 2; n <= 10; n++)
		for (size_t m = 2; m <= n; m++)
			all_subsets(n, m);
}

static void
a_changed_extra_share_does_not_agree(void **state)
{
	struct kc_secret master = { 0 }, s[4] = { 0 };
	const struct kc_secret *pick[] = { &s[0], &s[1] };
	bool agrees = true;

	(void)state;
	assert_true(kc_ok(kc_secret_random(&master, SD_MASTER, NULL)));
	assert_true(kc_ok(sd_share_split(&master, 2, 4, s, NULL)));
	s[3].p[40] ^= 1;
	assert_true(kc_ok(sd_share_agrees(pick, 2, &s[3], &agrees, NULL)));
	assert_false(agrees);
	assert_true(kc_ok(sd_share_agrees(pick, 2, &s[2], &agrees, NULL)));
	assert_true(agrees);
	kc_secret_free(&master);
	for (size_t i = 0; i < 4; i++)
		kc_secret_free(&s[i]);
}

static void
malformed_shares_are_refused_each_with_its_sentence(void **state)
{
	static const struct {
		const char *hex, *says;
	} bad[] = {
		{ "02", "no row of 16-bit words" },
		{ "", "no row of 16-bit words" },
		{ "02020104", "different x" },
		{ "0200", "x is 0" },
		{ "02fe", "x is 127" },
		{ "0103", "above 256" },
		{ "ff03", "above 256" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct kc_secret s = hex_secret(bad[i].hex);
		struct kc_err err = { 0 };
		uint32_t x = 99;

		assert_int_equal(sd_share_check("share 1", &s, &x, &err).code,
		    KC_EFORMAT);
		assert_non_null(strstr(err.msg, bad[i].says));
		assert_int_equal(x, 99);
		kc_secret_free(&s);
	}
}

static void
a_result_of_256_is_bad_shares(void **state)
{
	/* x=1 v=255, x=2 v=254: f(x) = 256 - x, f(0) = 256 */
	struct kc_secret a = hex_secret("ff02"), b = hex_secret("fe04");
	const struct kc_secret *pick[] = { &a, &b };
	struct kc_secret back = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	assert_int_equal(sd_share_combine(pick, 2, &back, &err).code,
	    KC_EMAC);
	assert_non_null(strstr(err.msg, "256"));
	assert_null(back.p);
	kc_secret_free(&a);
	kc_secret_free(&b);
}

static void
derived_keys_are_the_published_ones(void **state)
{
	static const struct {
		const char *label, *want;
	} v[] = {
		{ "base_enclave_backup",
		  "78be6b420dfb42efeb121abb53daebe68f7153b411a85a6eb209a14b608c"
		  "78fa537366c5d7f0121a7bf9a1f387567393a638a4f679041629e1a11fd0"
		  "3b8dc74e" },
		{ "partition_enclave_backup",
		  "79c6bafac278e74d8c05565c0859f5c4acd0a02904534042ce0a1f6db6cc"
		  "0fe02b6c83cc3f428b50433412caf92dea7c5bd6fd885f1c77611f63ecff"
		  "cf10a9e4" },
	};
	struct kc_secret master = hex_secret(master_hex), k = { 0 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_true(kc_ok(sd_kdf(&master, v[i].label, "", 64, &k,
		    NULL)));
		assert_hex(&k, v[i].want);
		kc_secret_free(&k);
	}
	kc_secret_free(&master);
	master = hex_secret("41414141414141414141414141414141"
	    "41414141414141414141414141414141");
	assert_true(kc_ok(sd_kdf(&master, "label", "context", 32, &k, NULL)));
	assert_hex(&k, "f0ca51f6308791404bf68b56024ee7c6"
	    "4d6c737716f81d47e1e68b5c4e399575");
	kc_secret_free(&k);
	assert_int_equal(sd_kdf(&master, "l", "", 65, &k, NULL).code,
	    KC_EBUG);
	kc_secret_free(&master);
}

static void
every_self_test_passes(void **state)
{
	const char *name = NULL;
	struct kc_err err = { 0 };

	(void)state;
	assert_true(sd_selftests() >= 3);
	for (size_t i = 0; i < sd_selftests(); i++)
		assert_true(kc_ok(sd_selftest(i, &name, &err)));
	assert_int_equal(sd_selftest(sd_selftests(), &name, &err).code,
	    KC_EBUG);
}

static int
heap(void **state)
{
	(void)state;
	return kc_ok(kc_secret_heap(NULL)) ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(products_are_those_of_the_integers_modulo_257),
		cmocka_unit_test(every_element_but_zero_has_its_inverse),
		cmocka_unit_test(a_value_of_256_takes_nine_bits),
		cmocka_unit_test(
		    the_two_of_three_example_comes_out_word_for_word),
		cmocka_unit_test(
		    any_quorum_of_any_set_gives_the_master_key_back),
		cmocka_unit_test(a_changed_extra_share_does_not_agree),
		cmocka_unit_test(
		    malformed_shares_are_refused_each_with_its_sentence),
		cmocka_unit_test(a_result_of_256_is_bad_shares),
		cmocka_unit_test(derived_keys_are_the_published_ones),
		cmocka_unit_test(every_self_test_passes),
	};

	return cmocka_run_group_tests(tests, heap, NULL);
}
