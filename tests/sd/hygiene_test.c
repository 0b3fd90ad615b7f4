/* SPDX-License-Identifier: Apache-2.0
 *
 * RSA hygiene: each fault made on purpose is named; sound keys pass.
 */
#include "tests/sd/certs.h"

#include <openssl/bn.h>

#include "base/clock.h"
#include "sd/hygiene.h"

#define PRIMES 46		/* 1035 pairs */
#define HALF 1024		/* bits of a prime */

static BN_CTX *ctx;
static BIGNUM *prime[PRIMES];
static BIGNUM *f4;

/* struct pub: a key as bytes. */
struct pub {
	uint8_t n[1024], e[64];
	struct sd_rsa rsa;
};

static BIGNUM *
make_prime(int bits)
{
	BIGNUM *p = BN_new();

	assert_int_equal(BN_generate_prime_ex(p, bits, 0, NULL, NULL, NULL),
	    1);
	return p;
}

static BIGNUM *
times(const BIGNUM *a, const BIGNUM *b)
{
	BIGNUM *n = BN_new();

	assert_int_equal(BN_mul(n, a, b, ctx), 1);
	return n;
}

static void
set_key(struct pub *k, const char *name, const BIGNUM *n, const BIGNUM *e)
{
	k->rsa = (struct sd_rsa){ .name = name, .n = k->n, .e = k->e,
		.n_len = (size_t)BN_bn2bin(n, k->n),
		.e_len = (size_t)BN_bn2bin(e, k->e) };
}

/* The key of this modulus, which is freed, is refused with this text. */
static void
refused(BIGNUM *n, const char *text)
{
	struct kc_err err = { 0 };
	struct pub k;

	set_key(&k, "this.cer", n, f4);
	t_fails(sd_hygiene(&k.rsa, 1, &err), &err, KC_EREFUSED, text);
	assert_non_null(strstr(err.msg, "this.cer: "));
	BN_free(n);
}

static int
set_up(void **state)
{
	(void)state;
	ctx = BN_CTX_new();
	f4 = BN_new();
	if (ctx == NULL || f4 == NULL || BN_set_word(f4, 65537) != 1)
		return -1;
	for (size_t i = 0; i < PRIMES; i++)
		prime[i] = make_prime(HALF);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < PRIMES; i++)
		BN_free(prime[i]);
	BN_free(f4);
	BN_CTX_free(ctx);
	return 0;
}

static void
a_thousand_sound_keys_pass(void **state)
{
	size_t n_keys = 0;

	(void)state;
	for (size_t i = 0; i < PRIMES; i++)
		for (size_t k = 0; k < i; k++) {
			BIGNUM *n = times(prime[i], prime[k]);
			struct kc_err err = { 0 };
			struct pub key;

			set_key(&key, "sound", n, f4);
			t_ok(sd_hygiene(&key.rsa, 1, &err), &err);
			BN_free(n);
			n_keys++;
		}
	assert_true(n_keys >= 1000);
}

static void
ten_sound_keys_pass_as_a_set(void **state)
{
	struct sd_rsa keys[SD_MAX_HOLDERS];
	struct pub pub[SD_MAX_HOLDERS];
	struct kc_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < SD_MAX_HOLDERS; i++) {
		BIGNUM *n = times(prime[2 * i], prime[2 * i + 1]);

		set_key(&pub[i], "sound", n, f4);
		keys[i] = pub[i].rsa;
		BN_free(n);
	}
	t_ok(sd_hygiene(keys, SD_MAX_HOLDERS, &err), &err);
}

/* A prime k * M + (65537^a mod M), M the product of the first primes. */
static BIGNUM *
roca_prime(size_t n_primes)
{
	BIGNUM *m = BN_new(), *a = BN_new(), *r = BN_new(), *k = BN_new();
	BIGNUM *p = BN_new();
	BN_ULONG c = 1;

	assert_int_equal(BN_one(m), 1);
	while (n_primes > 0) {
		BN_ULONG d = 2;

		for (c++; d * d <= c && c % d != 0; d++)
			continue;
		if (d * d > c) {
			assert_int_equal(BN_mul_word(m, c), 1);
			n_primes--;
		}
	}
	do {
		/* The factor that makes a prime of HALF bits, top two set. */
		assert_int_equal(BN_rand(p, HALF, BN_RAND_TOP_TWO,
		    BN_RAND_BOTTOM_ANY), 1);
		assert_int_equal(BN_div(k, NULL, p, m, ctx), 1);
		assert_int_equal(BN_rand(a, 256, BN_RAND_TOP_ANY,
		    BN_RAND_BOTTOM_ANY), 1);
		assert_int_equal(BN_mod_exp(r, f4, a, m, ctx), 1);
		assert_int_equal(BN_mul(p, k, m, ctx), 1);
		assert_int_equal(BN_add(p, p, r), 1);
	} while (BN_num_bits(p) != HALF || BN_check_prime(p, ctx, NULL) != 1);
	BN_free(m);
	BN_free(a);
	BN_free(r);
	BN_free(k);
	return p;
}

/* M has 39 primes in keys below 1,000 bits and 126 in those of 2,048. */
static void
a_key_of_the_roca_library_is_known_by_its_fingerprint(void **state)
{
	static const size_t sizes[] = { 39, 71, 126 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		BIGNUM *p = roca_prime(sizes[i]), *q = roca_prime(sizes[i]);

		refused(times(p, q), "ROCA (CVE-2017-15361)");
		BN_free(q);
		/* One such prime makes no fingerprint. */
		q = times(p, prime[0]);
		if (BN_num_bits(q) == 2 * HALF) {
			struct kc_err err = { 0 };
			struct pub key;

			set_key(&key, "half", q, f4);
			t_ok(sd_hygiene(&key.rsa, 1, &err), &err);
		}
		BN_free(q);
		BN_free(p);
	}
}

/* A prime at a distance of 2^bits or a little more from p. */
static BIGNUM *
neighbour(const BIGNUM *p, int bits)
{
	BIGNUM *q = BN_new();

	assert_int_equal(BN_one(q), 1);
	assert_int_equal(BN_lshift(q, q, bits), 1);
	assert_int_equal(BN_add(q, q, p), 1);
	while (BN_check_prime(q, ctx, NULL) != 1)
		assert_int_equal(BN_add_word(q, 2), 1);
	return q;
}

/* The rounds are the square of the distance by 8 roots of the modulus: 2^517
 * is about 128 rounds for primes of 1,024 bits, 2^530 is millions. */
static void
neighbouring_primes_are_found_as_fermat_did(void **state)
{
	BIGNUM *q = neighbour(prime[0], 1), *n;
	struct kc_err err = { 0 };
	struct pub key;

	(void)state;
	refused(times(prime[0], q), "Fermat's method finds them in round 1");
	BN_free(q);
	q = neighbour(prime[0], 517);
	refused(times(prime[0], q), "Fermat's method finds them in round 1");
	BN_free(q);
	q = neighbour(prime[0], 530);
	n = times(prime[0], q);
	set_key(&key, "far", n, f4);
	t_ok(sd_hygiene(&key.rsa, 1, &err), &err);
	BN_free(n);
	BN_free(q);
}

static void
every_small_factor_is_named(void **state)
{
	static const BN_ULONG small[] = { 3, 5, 251, 257, 32749, 65519,
		65521 };
	char text[40];

	(void)state;
	for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
		BIGNUM *n = times(prime[0], prime[1]), *q = BN_new(), *w;

		/* The rest must leave exactly the size, and is no concern. */
		w = BN_new();
		assert_int_equal(BN_set_word(w, small[i]), 1);
		assert_int_equal(BN_div(q, NULL, n, w, ctx), 1);
		assert_int_equal(BN_set_bit(q, 0), 1);
		for (BN_ULONG d = 3; d < small[i]; d += 2)
			if (BN_mod_word(q, d) == 0) {
				assert_int_equal(BN_add_word(q, 2), 1);
				d = 1;
			}
		assert_int_equal(BN_mul(n, q, w, ctx), 1);
		(void)snprintf(text, sizeof text, "is divided by %lu:",
		    (unsigned long)small[i]);
		refused(n, text);
		BN_free(q);
		BN_free(w);
	}
}

static void
an_even_modulus_a_square_and_an_odd_size_are_refused(void **state)
{
	BIGNUM *n = times(prime[0], prime[1]);

	(void)state;
	assert_int_equal(BN_sub_word(n, 1), 1);
	refused(n, "its RSA modulus is even");
	refused(times(prime[0], prime[0]), "the square of one number");
	n = times(prime[0], prime[1]);
	assert_int_equal(BN_rshift1(n, n), 1);
	assert_int_equal(BN_set_bit(n, 0), 1);
	refused(n, "has 2047 bits, no multiple of 512");
	n = BN_new();
	assert_int_equal(BN_set_word(n, 0), 1);
	refused(n, "has 0 bits");
}

static void
only_exponents_of_the_standard_pass(void **state)
{
	/* 2^power + low */
	static const struct {
		int power;
		BN_ULONG low;
		const char *text;
	} cases[] = {
		{ 0, 0, "below 65537 or even" },
		{ 1, 1, "below 65537 or even" },
		{ 15, 32767, "below 65537 or even" },
		{ 16, 0, "below 65537 or even" },
		{ 16, 1, NULL },
		{ 16, 2, "below 65537 or even" },
		{ 16, 3, NULL },
		{ 255, 1, NULL },
		{ 256, 1, "has 257 bits; 256 are the limit" },
	};
	BIGNUM *n = times(prime[0], prime[1]);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kc_err err = { 0 };
		BIGNUM *e = BN_new();
		struct pub key;

		assert_int_equal(BN_set_bit(e, cases[i].power), 1);
		assert_int_equal(BN_add_word(e, cases[i].low), 1);
		set_key(&key, "this.cer", n, e);
		if (cases[i].text == NULL)
			t_ok(sd_hygiene(&key.rsa, 1, &err), &err);
		else
			t_fails(sd_hygiene(&key.rsa, 1, &err), &err,
			    KC_EREFUSED, cases[i].text);
		BN_free(e);
	}
	BN_free(n);
}

/* Ten keys of which the two at a and b are of these primes. */
static void
set_with_pair(size_t a, size_t b, bool equal, const char *text)
{
	static const char *const names[SD_MAX_HOLDERS] = { "k0", "k1", "k2",
		"k3", "k4", "k5", "k6", "k7", "k8", "k9" };
	struct sd_rsa keys[SD_MAX_HOLDERS];
	struct pub pub[SD_MAX_HOLDERS];
	struct kc_buf warn = { 0 };
	struct kc_err err = { 0 };

	for (size_t i = 0; i < SD_MAX_HOLDERS; i++) {
		BIGNUM *n = i != b ? times(prime[2 * i], prime[2 * i + 1]) :
		    times(prime[2 * a], prime[equal ? 2 * a + 1 : 40]);

		set_key(&pub[i], names[i], n, f4);
		keys[i] = pub[i].rsa;
		BN_free(n);
	}
	t_fails(sd_hygiene(keys, SD_MAX_HOLDERS, &err), &err, KC_EREFUSED,
	    text);
	t_ok(sd_hygiene_warn(keys, SD_MAX_HOLDERS, &warn, &err), &err);
	assert_non_null(strstr(kc_buf_str(&warn), text));
	kc_buf_free(&warn);
}

static void
two_keys_with_a_common_prime_are_both_named(void **state)
{
	(void)state;
	set_with_pair(0, 1, false, "k0 and k1 have a prime in common");
	set_with_pair(3, 9, false, "k3 and k9 have a prime in common");
	set_with_pair(8, 9, false, "k8 and k9 have a prime in common");
	set_with_pair(2, 7, true, "k2 and k7 have the same key");
}

static void
warnings_name_every_bad_key_and_stop_nothing(void **state)
{
	BIGNUM *good = times(prime[0], prime[1]);
	BIGNUM *square = times(prime[2], prime[2]);
	BIGNUM *q = neighbour(prime[4], 1), *near = times(prime[4], q);
	struct sd_rsa keys[3];
	struct pub pub[3];
	struct kc_buf warn = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	set_key(&pub[0], "good", good, f4);
	set_key(&pub[1], "square", square, f4);
	set_key(&pub[2], "near", near, f4);
	for (size_t i = 0; i < 3; i++)
		keys[i] = pub[i].rsa;
	t_ok(sd_hygiene_warn(keys, 1, &warn, &err), &err);
	assert_int_equal(warn.len, 0);
	t_ok(sd_hygiene_warn(keys, 3, &warn, &err), &err);
	assert_null(strstr(kc_buf_str(&warn), "good"));
	assert_non_null(strstr(kc_buf_str(&warn), "square: its RSA modulus"));
	assert_non_null(strstr(kc_buf_str(&warn), "near: the two primes"));
	kc_buf_free(&warn);
	BN_free(good);
	BN_free(square);
	BN_free(q);
	BN_free(near);
}

static void
an_exchange_certificate_of_a_bad_key_is_refused(void **state)
{
	BIGNUM *p = make_prime(1536), *q = neighbour(p, 1), *n = times(p, q);
	EVP_PKEY *bad = t_public(n, f4), *signer = EVP_RSA_gen(2048);
	struct t_cert t = { .name = "ex.cer", .key = bad, .signer = signer };
	struct sd_cert c = t_cert_make(&t);
	struct kc_err err = { 0 };

	(void)state;
	t_fails(sd_exchange_check(&c, kc_clock_utc_ms(), &err), &err,
	    KC_EREFUSED, "ex.cer: the two primes of its RSA key are "
	    "neighbours");
	sd_cert_free(&c);
	EVP_PKEY_free(bad);
	EVP_PKEY_free(signer);
	BN_free(p);
	BN_free(q);
	BN_free(n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thousand_sound_keys_pass),
		cmocka_unit_test(ten_sound_keys_pass_as_a_set),
		cmocka_unit_test(
		    a_key_of_the_roca_library_is_known_by_its_fingerprint),
		cmocka_unit_test(neighbouring_primes_are_found_as_fermat_did),
		cmocka_unit_test(every_small_factor_is_named),
		cmocka_unit_test(
		    an_even_modulus_a_square_and_an_odd_size_are_refused),
		cmocka_unit_test(only_exponents_of_the_standard_pass),
		cmocka_unit_test(two_keys_with_a_common_prime_are_both_named),
		cmocka_unit_test(warnings_name_every_bad_key_and_stop_nothing),
		cmocka_unit_test(
		    an_exchange_certificate_of_a_bad_key_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
