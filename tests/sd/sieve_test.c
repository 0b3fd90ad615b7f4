/* SPDX-License-Identifier: Apache-2.0
 *
 * Small factors, beside plain division by OpenSSL.
 */
#include <openssl/bn.h>

#include "sd/sieve.h"
#include "tests/check.h"

#define BYTES 384	/* 3072 bits */

static struct sd_sieve *sieve;

static int
set_up(void **state)
{
	(void)state;
	return kc_ok(sd_sieve_new(&sieve, NULL)) ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	free(sieve);
	return 0;
}

static uint64_t
factor_of(const BIGNUM *n, int bytes)
{
	uint8_t text[BYTES + 8];
	struct kc_err err = { 0 };
	uint64_t p = 1;

	assert_true(bytes <= (int)sizeof text);
	assert_int_equal(BN_bn2binpad(n, text, bytes), bytes);
	t_ok(sd_small_factor(sieve, text, (size_t)bytes, &p, &err), &err);
	return p;
}

static uint64_t
by_division(const BIGNUM *n)
{
	for (BN_ULONG p = 3; p < SD_SMALL_MAX; p += 2)
		if (BN_mod_word(n, p) == 0)
			return p;
	return 0;
}

static void
the_sieve_knows_the_odd_primes_below_65536(void **state)
{
	BIGNUM *p = BN_new();

	(void)state;
	assert_int_equal(sieve->words, SD_SMALL_WORDS);
	assert_int_equal(sieve->end[sieve->words - 1], SD_SMALL_PRIMES);
	assert_int_equal(sieve->prime[0], 3);
	assert_int_equal(sieve->prime[SD_SMALL_PRIMES - 1], 65521);
	for (size_t i = 0; i < SD_SMALL_PRIMES; i++) {
		assert_true(i == 0 || sieve->prime[i] > sieve->prime[i - 1]);
		assert_int_equal(BN_set_word(p, sieve->prime[i]), 1);
		assert_int_equal(BN_check_prime(p, NULL, NULL), 1);
	}
	BN_free(p);
}

/* Every one, so that none falls between two products. */
static void
every_odd_prime_is_found_in_a_multiple_of_it(void **state)
{
	BIGNUM *prime = BN_new(), *n = BN_new();

	(void)state;
	assert_int_equal(BN_generate_prime_ex(prime, 512, 0, NULL, NULL,
	    NULL), 1);
	assert_int_equal(factor_of(prime, 64), 0);
	for (size_t i = 0; i < SD_SMALL_PRIMES; i++) {
		assert_non_null(BN_copy(n, prime));
		assert_int_equal(BN_mul_word(n, sieve->prime[i]), 1);
		assert_int_equal(factor_of(n, 66), sieve->prime[i]);
	}
	BN_free(prime);
	BN_free(n);
}

static void
random_numbers_have_the_factor_that_division_finds(void **state)
{
	BIGNUM *n = BN_new();

	(void)state;
	for (int i = 0; i < 200; i++) {
		int bytes = BYTES - i;	/* also no whole limbs */

		assert_int_equal(BN_rand(n, 8 * bytes, BN_RAND_TOP_ONE,
		    BN_RAND_BOTTOM_ODD), 1);
		assert_int_equal(factor_of(n, bytes), by_division(n));
	}
	BN_free(n);
}

static void
leading_zeros_and_a_limb_of_ones_change_nothing(void **state)
{
	static const char *const hex[] = {
		"FFFFFFFFFFFFFFFF", "10000000000000000", "1",
		"FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
		"FFFFFFFFFFFFFFFF0000000000000000FFFFFFFFFFFFFFFF",
	};

	(void)state;
	for (size_t i = 0; i < sizeof hex / sizeof *hex; i++) {
		BIGNUM *n = NULL;

		assert_true(BN_hex2bn(&n, hex[i]) > 0);
		assert_int_equal(factor_of(n, 48), by_division(n));
		assert_int_equal(factor_of(n, 51), by_division(n));
		BN_free(n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sieve_knows_the_odd_primes_below_65536),
		cmocka_unit_test(
		    every_odd_prime_is_found_in_a_multiple_of_it),
		cmocka_unit_test(
		    random_numbers_have_the_factor_that_division_finds),
		cmocka_unit_test(
		    leading_zeros_and_a_limb_of_ones_change_nothing),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
