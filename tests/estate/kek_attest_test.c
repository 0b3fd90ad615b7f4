/* SPDX-License-Identifier: Apache-2.0
 *
 * The attestation of a key exchange key: of that very key, or refused; and a
 * target key that a card wrapped.
 */
#include "tests/estate/attested.h"

#include "estate/byok.h"

static struct t_hsm hsm;

static int
make(void **state)
{
	(void)state;
	if (!kc_ok(kc_secret_heap(NULL)))
		return -1;
	t_hsm_new(&hsm);
	return 0;
}

static int
unmake(void **state)
{
	(void)state;
	t_hsm_free(&hsm);
	return 0;
}

/* key as the KEK that kid names, held against an attestation's paper. */
static kc_result
judge(EVP_PKEY *key, const char *kid, const struct t_paper *t,
    struct est_attest *found, struct kc_err *err)
{
	const struct est_attest_root root = { hsm.root.p, hsm.root.len };
	struct est_attest_ask ask = { .name = "att.json",
		.owner_root = t->owner_root, .at_ms = kc_clock_utc_ms(),
		.roots = &root, .n_roots = 1 };
	struct est_kek kek = { 0 };
	struct kc_buf file = { 0 };
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(key, &der);
	kc_result r;

	t_ok(est_kek_read("kek.pem", der, (size_t)n, kid, NULL, &kek, err),
	    err);
	t_file(&hsm, t, &file);
	ask.p = file.p;
	ask.len = file.len;
	r = est_kek_attested(&kek, ask, found, err);
	est_kek_free(&kek);
	kc_buf_free(&file);
	OPENSSL_free(der);
	return r;
}

static void
an_attestation_of_the_kek_holds_in_every_shape(void **state)
{
	struct est_attest found;
	struct kc_err err = { 0 };

	(void)state;
	for (const char *shape = "abc"; *shape != '\0'; shape++) {
		struct t_paper t = { .shape = *shape, .blobs = { .fw = 2 } };

		t_ok(judge(hsm.attested, T_KID, &t, &found, &err), &err);
		assert_int_equal(found.state[EST_ATTEST_KEY],
		    EST_ATTEST_HOLDS);
		assert_int_equal(found.state[EST_ATTEST_KID],
		    EST_ATTEST_HOLDS);
		assert_int_equal(found.state[EST_ATTEST_POOL],
		    EST_ATTEST_HOLDS);
	}
}

static void
refused(EVP_PKEY *key, const char *kid, const struct t_paper *t,
    const char *words)
{
	struct est_attest found;
	struct kc_err err = { 0 };

	t_fails(judge(key, kid, t, &found, &err), &err, KC_EREFUSED, words);
}

static void
an_attestation_of_another_key_kid_or_pool_is_refused(void **state)
{
	struct t_paper t = { .shape = 'c', .blobs = { .fw = 2 } };
	static const uint8_t another[KC_SHA256] = { 1 };

	(void)state;
	refused(hsm.other, T_KID, &t, "link key: the KEK");
	refused(hsm.attested, "https://" T_POOL ".managedhsm.azure.net/keys/"
	    "kek2/" T_VERSION, &t, "link key-id: the KEK");
	refused(hsm.attested, "https://pool-b.managedhsm.azure.net" T_ID, &t,
	    "link pool: the KEK");
	t.owner_root = another;
	refused(hsm.attested, T_KID, &t, "link owner-root");
}

static void
a_kek_that_could_leave_or_was_brought_in_is_refused(void **state)
{
	struct t_paper t = { .shape = 'c', .blobs = { .fw = 2, .change = {
	    0x0162, "\1", 1, 1 } } };

	(void)state;
	refused(hsm.attested, T_KID, &t, "link non-exportable");
	t.blobs.change = (struct t_change){ 0x0163, "\0", 1, 1 };
	refused(hsm.attested, T_KID, &t, "link generated-inside");
}

/* --- what a card wraps --- */

/* p under a drawn key, as a card would give it. */
static kc_result
wrapped(const void *p, size_t len, const struct est_wrapped *like,
    struct est_target *ret, struct kc_err *err)
{
	struct kc_secret aes = { 0 }, plain = { 0 };
	struct est_wrapped w = *like;
	struct kc_buf out = { 0 };
	kc_result r;

	t_ok(kc_secret_random(&aes, EST_KWP_KEY, err), err);
	t_ok(kc_secret_new(&plain, len, err), err);
	memcpy(plain.p, p, len);
	plain.len = len;
	t_ok(est_kwp_seal(&aes, &plain, &out, err), err);
	assert_int_equal(out.len, est_kwp_bytes(len));
	w.aes = &aes;
	w.wrapped = &out;
	r = est_target_wrapped("card", &w, ret, err);
	kc_secret_free(&aes);
	kc_secret_free(&plain);
	kc_buf_free(&out);
	return r;
}

/* The private key in PKCS #8, room for more behind it; free */
static uint8_t *
pkcs8(EVP_PKEY *key, size_t *ret_len)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
	uint8_t *der = calloc(1, 4096), *at = der;
	int n = i2d_PKCS8_PRIV_KEY_INFO(info, &at);

	assert_true(n > 0 && n < 4000);
	PKCS8_PRIV_KEY_INFO_free(info);
	*ret_len = (size_t)n;
	return der;
}

static void
a_wrapped_key_is_taken_with_a_few_zeros_behind_and_no_more(void **state)
{
	static const struct est_wrapped any = { 0 };
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct est_target t = { 0 };
	struct kc_err err = { 0 };
	size_t n = 0;
	uint8_t *der = pkcs8(key, &n);

	(void)state;
	for (size_t more = 0; more < 8; more++) {
		t_ok(wrapped(der, n + more, &any, &t, &err), &err);
		assert_int_equal(t.plain.len, n);
		assert_memory_equal(t.plain.p, der, n);
		est_target_free(&t);
	}
	t_fails(wrapped(der, n + 8, &any, &t, &err), &err, KC_EFORMAT,
	    "card: what the card wrapped is no private key");
	der[n] = 1;
	t_fails(wrapped(der, n + 1, &any, &t, &err), &err, KC_EFORMAT,
	    "no private key");
	t_fails(wrapped(der, n - 1, &any, &t, &err), &err, KC_EFORMAT,
	    "no private key");
	free(der);
	EVP_PKEY_free(key);
}

static void
a_card_that_wraps_another_key_than_it_shows_is_refused(void **state)
{
	struct est_numbers v = { 0 };
	struct est_wrapped w = { .n = v.n };
	struct est_target t = { 0 };
	struct kc_err err = { 0 };
	size_t n = 0;
	uint8_t *der = pkcs8(hsm.other, &n);

	(void)state;
	assert_true(est_numbers_get(hsm.attested, &v));
	w.n_len = v.n_len;
	t_fails(wrapped(der, n, &w, &t, &err), &err, KC_EREFUSED,
	    "wrapped another key than the one it shows");
	assert_true(est_numbers_get(hsm.other, &v));
	w.n_len = v.n_len;
	t_ok(wrapped(der, n, &w, &t, &err), &err);
	est_target_free(&t);
	free(der);
}

static void
a_secret_key_of_another_size_than_aes_is_refused(void **state)
{
	static const struct est_wrapped oct = { .oct = true };
	static const uint8_t raw[64] = { 9 };
	struct est_target t = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(wrapped(raw, 24, &oct, &t, &err), &err);
	assert_int_equal(t.bits, 192);
	est_target_free(&t);
	t_fails(wrapped(raw, 20, &oct, &t, &err), &err, KC_EREFUSED,
	    "card: 20 bytes; an oct key has 16, 24 or 32");
}

/* Each bit of a wrapped key, each length: it does not open. */
static void
a_wrapped_key_that_was_changed_does_not_open(void **state)
{
	struct kc_secret aes = { 0 }, plain = { 0 }, out = { 0 };
	struct kc_buf b = { 0 }, cut;
	struct kc_err err = { 0 };

	(void)state;
	t_ok(kc_secret_random(&aes, EST_KWP_KEY, &err), &err);
	t_ok(kc_secret_random(&plain, 33, &err), &err);
	t_ok(est_kwp_seal(&aes, &plain, &b, &err), &err);
	for (size_t i = 0; i < 8 * b.len; i++) {
		b.p[i / 8] ^= (uint8_t)(1U << i % 8);
		assert_int_equal(est_kwp_open(&aes, &b, &out, &err).code,
		    KC_EMAC);
		b.p[i / 8] ^= (uint8_t)(1U << i % 8);
	}
	cut = b;
	for (cut.len = 0; cut.len < b.len; cut.len++)
		assert_int_not_equal(est_kwp_open(&aes, &cut, &out,
		    &err).code, KC_OK);
	t_ok(est_kwp_open(&aes, &b, &out, &err), &err);
	assert_int_equal(out.len, plain.len);
	assert_memory_equal(out.p, plain.p, plain.len);
	kc_secret_free(&aes);
	kc_secret_free(&plain);
	kc_secret_free(&out);
	kc_buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    an_attestation_of_the_kek_holds_in_every_shape),
		cmocka_unit_test(
		    an_attestation_of_another_key_kid_or_pool_is_refused),
		cmocka_unit_test(
		    a_kek_that_could_leave_or_was_brought_in_is_refused),
		cmocka_unit_test(
		    a_wrapped_key_is_taken_with_a_few_zeros_behind_and_no_more),
		cmocka_unit_test(
		    a_card_that_wraps_another_key_than_it_shows_is_refused),
		cmocka_unit_test(
		    a_secret_key_of_another_size_than_aes_is_refused),
		cmocka_unit_test(a_wrapped_key_that_was_changed_does_not_open),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}
