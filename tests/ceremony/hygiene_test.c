/* SPDX-License-Identifier: Apache-2.0
 *
 * A key that a card just made: each fault is refused and named.
 */
#include "tests/sd/certs.h"

#include <openssl/bn.h>

#include "ceremony/steps.h"

static struct cer_room room;
static struct cer_card *first, *second;
static int64_t sizes[] = { 2048, 3072 };
static BIGNUM *p, *q, *f4;

/* The key that the second card made. */
static struct tok_key
made(const BIGNUM *n, BN_ULONG e)
{
	struct tok_key k = { .bits = (size_t)BN_num_bits(n) };
	BIGNUM *bn = BN_new();

	assert_int_equal(BN_set_word(bn, e), 1);
	k.n_len = (size_t)BN_bn2bin(n, k.n);
	k.e_len = (size_t)BN_bn2bin(bn, k.e);
	BN_free(bn);
	return k;
}

static BIGNUM *
prime(void)
{
	BIGNUM *r = BN_new();

	assert_int_equal(BN_generate_prime_ex(r, 1024, 0, NULL, NULL, NULL),
	    1);
	return r;
}

static BIGNUM *
product(const BIGNUM *a, const BIGNUM *b)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *n = BN_new();

	assert_int_equal(BN_mul(n, a, b, ctx), 1);
	BN_CTX_free(ctx);
	return n;
}

static kc_result
judge(const struct tok_key *k, const char *spki, struct kc_err *err)
{
	return cer_key_hygiene(&room, second, TOK_WRAPPING, k, spki, err);
}

/* The first card's wrapping key is p * q. */
static int
set_up(void **state)
{
	static const struct cer_card_def cards[] = { { .id = "c1", .person =
		"holder-1" }, { .id = "c2", .person = "holder-2" } };
	EVP_PKEY *signer = EVP_RSA_gen(2048);
	struct t_cert t = { .name = "c1", .signer = signer };
	struct sd_cert c;
	BIGNUM *n;

	(void)state;
	p = prime();
	q = prime();
	n = product(p, q);
	f4 = BN_new();
	assert_int_equal(BN_set_word(f4, 65537), 1);
	t.key = t_public(n, f4);
	c = t_cert_make(&t);
	room.site.rsa_floor = 2048;
	room.script.n_sizes = 2;
	memcpy(room.script.sizes, sizes, sizeof sizes);
	room.site.n_cards = 2;
	for (size_t i = 0; i < 2; i++)
		room.st.card[i].def = &cards[i];
	first = &room.st.card[0];
	second = &room.st.card[1];
	(void)snprintf(first->spki_sha[TOK_WRAPPING],
	    sizeof first->spki_sha[0], "aa");
	(void)snprintf(second->spki_sha[TOK_SIGNING],
	    sizeof second->spki_sha[0], "bb");
	first->cert[TOK_WRAPPING] = c.der;
	c.der = (struct kc_buf){ 0 };
	sd_cert_free(&c);
	EVP_PKEY_free(t.key);
	EVP_PKEY_free(signer);
	BN_free(n);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	kc_buf_free(&first->cert[TOK_WRAPPING]);
	BN_free(p);
	BN_free(q);
	BN_free(f4);
	return 0;
}

static void
a_sound_key_passes(void **state)
{
	BIGNUM *a = prime(), *b = prime(), *n = product(a, b);
	struct tok_key k = made(n, 65537);
	struct kc_err err = { 0 };

	(void)state;
	t_ok(judge(&k, "cc", &err), &err);
	BN_free(a);
	BN_free(b);
	BN_free(n);
}

static void
another_size_or_exponent_is_refused(void **state)
{
	BIGNUM *n = product(p, q);
	struct tok_key k = made(n, 3);
	struct kc_err err = { 0 };

	(void)state;
	t_fails(judge(&k, "cc", &err), &err, KC_EREFUSED,
	    "a public exponent other than 65537");
	assert_int_equal(BN_rshift1(n, n), 1);
	k = made(n, 65537);
	t_fails(judge(&k, "cc", &err), &err, KC_EREFUSED,
	    "a key of 2047 bits; the script names other sizes");
	BN_free(n);
}

static void
a_key_of_another_card_or_use_is_refused(void **state)
{
	BIGNUM *a = prime(), *b = prime(), *n = product(a, b);
	struct tok_key k = made(n, 65537);
	struct kc_err err = { 0 };

	(void)state;
	t_fails(judge(&k, "aa", &err), &err, KC_EREFUSED,
	    "this key is on the card of holder-1 already");
	t_fails(judge(&k, "bb", &err), &err, KC_EREFUSED,
	    "this key is on the card of holder-2 already");
	BN_free(a);
	BN_free(b);
	BN_free(n);
}

static void
a_prime_of_another_cards_key_is_refused_with_both_names(void **state)
{
	BIGNUM *a = prime(), *n = product(p, a);
	struct tok_key k = made(n, 65537);
	struct kc_err err = { 0 };

	(void)state;
	t_fails(judge(&k, "cc", &err), &err, KC_EREFUSED, "the wrapping key "
	    "of holder-1 and the wrapping key of holder-2 have a prime in "
	    "common");
	BN_free(a);
	BN_free(n);
}

static void
a_weak_key_is_refused_by_name(void **state)
{
	BIGNUM *n = product(p, p);
	struct tok_key k = made(n, 65537);
	struct kc_err err = { 0 };

	(void)state;
	t_fails(judge(&k, "cc", &err), &err, KC_EREFUSED,
	    "the wrapping key of holder-2: its RSA modulus is the square");
	BN_free(n);
}

static void
the_largest_size_that_card_and_site_allow_is_made(void **state)
{
	struct tok_info i = { .profile = "ykcs11", .rsa_min = 1024,
		.rsa_max = 4096 };
	struct kc_err err = { 0 };
	size_t bits = 0;

	(void)state;
	t_ok(cer_key_size(&room, &i, &bits, &err), &err);
	assert_int_equal(bits, 3072);
	i.rsa_max = 2048;
	t_ok(cer_key_size(&room, &i, &bits, &err), &err);
	assert_int_equal(bits, 2048);
	i.rsa_min = 3072;
	i.rsa_max = 16384;
	t_ok(cer_key_size(&room, &i, &bits, &err), &err);
	assert_int_equal(bits, 3072);
}

static void
a_card_that_makes_no_size_of_the_list_is_refused(void **state)
{
	struct tok_info i = { .profile = "ykcs11", .rsa_min = 1024,
		.rsa_max = 2047 };
	struct kc_err err = { 0 };
	size_t bits = 7;

	(void)state;
	t_fails(cer_key_size(&room, &i, &bits, &err), &err, KC_EREFUSED,
	    "(1024 to 2047 bits) and the site file allows (2048 or more); "
	    "ykcs11: makes RSA keys of at most 2048 bits");
	assert_string_equal(err.certain, "nothing on the card was changed");
	assert_int_equal(bits, 7);
	i = (struct tok_info){ .profile = "OpenSC" };
	t_fails(cer_key_size(&room, &i, &bits, &err), &err, KC_EREFUSED,
	    "OpenSC: on PIV cards: no key generation");
}

static void
a_size_below_the_site_s_floor_is_neither_made_nor_taken(void **state)
{
	struct tok_info i = { .profile = "ykcs11", .rsa_min = 1024,
		.rsa_max = 2048 };
	BIGNUM *a = prime(), *b = prime(), *n = product(a, b);
	struct tok_key k = made(n, 65537);
	struct kc_err err = { 0 };
	size_t bits = 0;

	(void)state;
	room.site.rsa_floor = 3072;
	t_fails(cer_key_size(&room, &i, &bits, &err), &err, KC_EREFUSED,
	    "the site file allows (3072 or more)");
	t_fails(judge(&k, "cc", &err), &err, KC_EREFUSED,
	    "a key of 2048 bits; the site file allows none below 3072");
	i.rsa_max = 4096;
	t_ok(cer_key_size(&room, &i, &bits, &err), &err);
	assert_int_equal(bits, 3072);
	room.site.rsa_floor = 2048;
	BN_free(a);
	BN_free(b);
	BN_free(n);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_key_passes),
		cmocka_unit_test(another_size_or_exponent_is_refused),
		cmocka_unit_test(a_key_of_another_card_or_use_is_refused),
		cmocka_unit_test(
		    a_prime_of_another_cards_key_is_refused_with_both_names),
		cmocka_unit_test(a_weak_key_is_refused_by_name),
		cmocka_unit_test(
		    the_largest_size_that_card_and_site_allow_is_made),
		cmocka_unit_test(
		    a_card_that_makes_no_size_of_the_list_is_refused),
		cmocka_unit_test(
		    a_size_below_the_site_s_floor_is_neither_made_nor_taken),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
