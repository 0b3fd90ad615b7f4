/* SPDX-License-Identifier: Apache-2.0
 *
 * Transfer blobs: the keys that go in, the bytes that come out, and what is
 * found wrong in a blob that is read back.
 */
#include "tests/estate/kek.h"

#include <openssl/ec.h>
#include <openssl/x509.h>

#include "base/file.h"

static char dir[256];
static EVP_PKEY *pair;
static struct est_kek kek;

static int
set_up(void **state)
{
	struct kc_buf pem = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	if (!kc_ok(kc_secret_heap(NULL)))
		return -1;
	t_dir(dir);
	pair = EVP_RSA_gen(2048);
	t_public(pair, &pem);
	t_ok(est_kek_read("kek.pem", pem.p, pem.len, T_KID, NULL, &kek, &err),
	    &err);
	kc_buf_free(&pem);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	est_kek_free(&kek);
	EVP_PKEY_free(pair);
	t_remove(dir);
	return 0;
}

/* The key as an unencrypted PEM file, and loaded. */
static kc_result
load(EVP_PKEY *key, struct est_target *ret, struct kc_err *err)
{
	static unsigned n;
	char path[300];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%u.pem", dir, n++);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL,
	    NULL), 1);
	assert_int_equal(fclose(f), 0);
	return est_target_pem(path, NULL, ret, err);
}

static void
oct(const void *p, size_t len, struct est_target *ret)
{
	static unsigned n;
	struct kc_err err = { 0 };
	char path[300];

	(void)snprintf(path, sizeof path, "%s/%u.oct", dir, n++);
	t_ok(kc_file_write_new(path, p, len, 0600, &err), &err);
	t_ok(est_target_oct(path, ret, &err), &err);
}

/* RFC and PKCS #11 sizes of the service's documentation. */
static void
the_ciphertext_has_the_sizes_of_the_table(void **state)
{
	(void)state;
	assert_int_equal(est_byok_bytes(3072, 1216), 1608);
	assert_int_equal(est_byok_bytes(3072, 138), 536);
	assert_int_equal(est_byok_bytes(3072, 241), 640);
	assert_int_equal(est_byok_bytes(3072, 32), 424);
	assert_int_equal(est_byok_bytes(2048, 16), 280);
	assert_int_equal(est_byok_bytes(4096, 17), 544);
}

/* The independent writer is OpenSSL's own. */
static void
the_private_key_is_written_as_openssl_writes_it(void **state)
{
	EVP_PKEY *key[] = { EVP_RSA_gen(2048), EVP_RSA_gen(3072),
		EVP_EC_gen("P-256"), EVP_EC_gen("P-384"),
		EVP_EC_gen("P-521") };
	static const size_t bits[] = { 2048, 3072, 256, 384, 521 };

	(void)state;
	for (size_t i = 0; i < sizeof key / sizeof *key; i++) {
		PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key[i]);
		struct est_target t = { 0 };
		struct kc_err err = { 0 };
		unsigned char *der = NULL;
		int n = i2d_PKCS8_PRIV_KEY_INFO(info, &der);

		t_ok(load(key[i], &t, &err), &err);
		assert_int_equal(t.plain.len, n);
		assert_memory_equal(t.plain.p, der, (size_t)n);
		assert_int_equal(CRYPTO_secure_allocated(t.plain.p), 1);
		assert_int_equal(t.bits, bits[i]);
		est_target_free(&t);
		OPENSSL_free(der);
		PKCS8_PRIV_KEY_INFO_free(info);
		EVP_PKEY_free(key[i]);
	}
}

/* Scalars with leading zeros keep the width of their curve. */
static void
a_small_private_scalar_keeps_its_width(void **state)
{
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	char group[] = "P-256";
	uint8_t five[32] = { 5 };	/* little-endian */
	uint8_t pub[65];	/* 5 G */
	EC_GROUP *g = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	EC_POINT *q = EC_POINT_new(g);
	BIGNUM *k = BN_new();
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
		    group, 0),
		OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, five,
		    sizeof five),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
		    pub, sizeof pub),
		OSSL_PARAM_construct_end(),
	};
	struct kc_err err = { 0 };
	struct est_target t = { 0 };

	(void)state;
	assert_int_equal(BN_set_word(k, 5), 1);
	assert_int_equal(EC_POINT_mul(g, q, k, NULL, NULL, NULL), 1);
	assert_int_equal(EC_POINT_point2oct(g, q,
	    POINT_CONVERSION_UNCOMPRESSED, pub, sizeof pub, NULL), 65);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR,
	    params), 1);
	t_ok(load(key, &t, &err), &err);
	assert_int_equal(t.plain.len, 138);
	est_target_free(&t);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	EC_POINT_free(q);
	EC_GROUP_free(g);
	BN_free(k);
}

static void
keys_that_no_managed_hsm_takes_are_refused(void **state)
{
	static const struct {
		const char *curve, *says;
		unsigned bits;
	} cases[] = {
		{ "secp256k1", "neither RSA nor EC on P-256", 0 },
		{ NULL, "an RSA key of 1024 bits", 1024 },
		{ NULL, "an RSA key of 2056 bits", 2056 },
	};
	EVP_PKEY *key;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct est_target t = { 0 };
		struct kc_err err = { 0 };

		key = cases[i].curve != NULL ? EVP_EC_gen(cases[i].curve) :
		    EVP_RSA_gen(cases[i].bits);
		t_fails(load(key, &t, &err), &err, KC_EREFUSED,
		    cases[i].says);
		assert_null(t.plain.p);
		EVP_PKEY_free(key);
	}
}

/* One bit of d: still a key by its shape, but of no public key. */
static void
a_private_key_that_disagrees_with_itself_is_refused(void **state)
{
	EVP_PKEY *key = EVP_RSA_gen(2048), *bad = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	OSSL_PARAM *params = NULL, *d;
	struct kc_err err = { 0 };
	struct est_target t = { 0 };

	(void)state;
	assert_int_equal(EVP_PKEY_todata(key, EVP_PKEY_KEYPAIR, &params), 1);
	d = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_RSA_D);
	assert_non_null(d);
	((uint8_t *)d->data)[1] ^= 0x10;
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &bad, EVP_PKEY_KEYPAIR,
	    params), 1);
	t_fails(load(bad, &t, &err), &err, KC_EREFUSED,
	    "does not agree with itself");
	EVP_PKEY_free(bad);
	EVP_PKEY_free(key);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
}

static void
an_oct_key_has_the_check_value_of_aes(void **state)
{
	static const uint8_t zeros[32];
	static const size_t good[] = { 16, 24, 32 };
	/* First bytes of AES of a zero block under a key of zeros. */
	static const uint8_t kcv[][3] = { { 0x66, 0xe9, 0x4b },
		{ 0xaa, 0xe0, 0x69 }, { 0xdc, 0x95, 0xc0 } };
	struct est_target t = { 0 };
	struct kc_err err = { 0 };
	char path[300];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		oct(zeros, good[i], &t);
		assert_int_equal(t.bits, good[i] * 8);
		assert_memory_equal(t.kcv, kcv[i], 3);
		est_target_free(&t);
	}
	(void)snprintf(path, sizeof path, "%s/short", dir);
	t_ok(kc_file_write_new(path, zeros, 31, 0600, &err), &err);
	t_fails(est_target_oct(path, &t, &err), &err, KC_EREFUSED,
	    "31 bytes; an oct key has 16, 24 or 32");
}

static void
blob_of(struct kc_buf *ret, size_t *ret_len)
{
	struct est_target t = { 0 };
	struct kc_err err = { 0 };

	oct("0123456789abcdef", 16, &t);
	t_ok(est_byok_wrap(&kek, &t, "a test", ret, &err), &err);
	*ret_len = t.plain.len;
	t_ok(est_byok_check("b", ret->p, ret->len, &kek, *ret_len, &err),
	    &err);
	est_target_free(&t);
}

static void
two_blobs_of_one_key_share_no_ciphertext(void **state)
{
	struct kc_buf a = { 0 }, b = { 0 };
	size_t n = 0;

	(void)state;
	blob_of(&a, &n);
	blob_of(&b, &n);
	assert_int_equal(a.len, b.len);
	assert_memory_not_equal(a.p, b.p, a.len);
	kc_buf_free(&a);
	kc_buf_free(&b);
}

/* from -> to in the blob's text: the check says so. */
static void
changed(const char *from, const char *to, enum kc_code code,
    const char *says)
{
	struct kc_buf b = { 0 }, c = { 0 };
	struct kc_err err = { 0 };
	const char *at;
	size_t n = 0;

	blob_of(&b, &n);
	at = strstr(kc_buf_str(&b), from);
	assert_non_null(at);
	t_ok(kc_buf_add(&c, b.p, (size_t)(at - kc_buf_str(&b)), &err), &err);
	t_ok(kc_buf_adds(&c, to, &err), &err);
	t_ok(kc_buf_adds(&c, at + strlen(from), &err), &err);
	t_fails(est_byok_check("b.byok", c.p, c.len, &kek, n, &err), &err,
	    code, says);
	kc_buf_free(&b);
	kc_buf_free(&c);
}

static void
a_blob_that_was_changed_is_refused_by_its_member(void **state)
{
	(void)state;
	changed("1.0.0", "1.0.1", KC_EALG, "\"schema_version\" is not 1.0.0");
	changed("CKM_RSA_AES", "CKM_RSB_AES", KC_EALG,
	    "\"enc\" is not CKM_RSA_AES_KEY_WRAP");
	changed("\"dir\"", "\"DIR\"", KC_EALG, "\"alg\" is not dir");
	changed("KEKforBYOK", "KEKforBYOQ", KC_EREFUSED,
	    "\"kid\" is not " T_KID);
	changed("\"ciphertext\":\"", "\"ciphertext\":\"AAAA", KC_EREFUSED,
	    "its ciphertext has 283 bytes");
	changed("\"ciphertext\":\"", "\"ciphertext\":\"+", KC_EFORMAT,
	    "\"ciphertext\"");
	changed("\"generator\"", "\"generators\"", KC_EFORMAT, "generators");
	changed("\"generator\":\"a test\"", "\"generator\":7", KC_EFORMAT,
	    "generator");
	changed("}", "", KC_EFORMAT, "b.byok");
}

static void
a_blob_cut_anywhere_is_malformed(void **state)
{
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };
	size_t n = 0;

	(void)state;
	blob_of(&b, &n);
	for (size_t i = 0; i < b.len; i++)
		assert_int_equal(est_byok_check("b", b.p, i, &kek, n,
		    &err).code, KC_EFORMAT);
	kc_buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_ciphertext_has_the_sizes_of_the_table),
		cmocka_unit_test(
		    the_private_key_is_written_as_openssl_writes_it),
		cmocka_unit_test(a_small_private_scalar_keeps_its_width),
		cmocka_unit_test(keys_that_no_managed_hsm_takes_are_refused),
		cmocka_unit_test(
		    a_private_key_that_disagrees_with_itself_is_refused),
		cmocka_unit_test(an_oct_key_has_the_check_value_of_aes),
		cmocka_unit_test(two_blobs_of_one_key_share_no_ciphertext),
		cmocka_unit_test(
		    a_blob_that_was_changed_is_refused_by_its_member),
		cmocka_unit_test(a_blob_cut_anywhere_is_malformed),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
