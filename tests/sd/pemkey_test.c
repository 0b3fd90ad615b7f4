/* SPDX-License-Identifier: Apache-2.0
 *
 * Private keys in files: the work that an encrypted one may ask for.
 */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "base/file.h"
#include "sd/pbe.h"
#include "sd/pemkey.h"
#include "tests/check.h"

static char dir[256];

static int
set_up(void **state)
{
	(void)state;
	if (!kc_ok(kc_secret_heap(NULL)))
		return -1;
	t_dir(dir);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	t_remove(dir);
	return 0;
}

/* An encrypted private key that says it needs this; what it holds is noise,
 * which nobody finds out without doing the work. */
static void
write_key(const char *path, X509_ALGOR *how)
{
	X509_SIG *sig = X509_SIG_new();
	ASN1_OCTET_STRING *noise = NULL;
	X509_ALGOR *at = NULL;
	FILE *f = fopen(path, "w");

	assert_non_null(how);
	assert_non_null(f);
	X509_SIG_getm(sig, &at, &noise);
	assert_int_equal(X509_ALGOR_copy(at, how), 1);
	assert_int_equal(ASN1_OCTET_STRING_set(noise,
	    (const unsigned char *)"0123456789abcdef", 16), 1);
	assert_int_equal(PEM_write_PKCS8(f, sig), 1);
	assert_int_equal(fclose(f), 0);
	X509_SIG_free(sig);
	X509_ALGOR_free(how);
}

static void
refused(X509_ALGOR *how, enum kc_code code, const char *text)
{
	static unsigned n;
	struct kc_secret password = { 0 };
	struct sd_pemkey *k = NULL;
	struct kc_err err = { 0 };
	char path[300];

	(void)snprintf(path, sizeof path, "%s/%u.key", dir, n++);
	write_key(path, how);
	t_ok(kc_secret_random(&password, 8, &err), &err);
	t_fails(sd_pemkey_load(path, &password, &k, &err), &err, code, text);
	t_fails(sd_pemkey_load(path, &password, &k, &err), &err, code, path);
	assert_null(k);
	assert_int_equal(ERR_peek_error(), 0);
	kc_secret_free(&password);
}

static X509_ALGOR *
pbkdf2(int rounds)
{
	return PKCS5_pbe2_set(EVP_aes_256_cbc(), rounds, NULL, 0);
}

static X509_ALGOR *
scrypt(uint64_t n, uint64_t r, uint64_t p)
{
	return PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 0, NULL, n, r,
	    p);
}

static void
pbkdf2_beyond_the_limit_is_refused_before_any_round(void **state)
{
	(void)state;
	refused(pbkdf2(SD_PBE_ROUNDS + 1), KC_ELIMIT, "more than 5000000");
	refused(pbkdf2(INT32_MAX), KC_ELIMIT, "more than 5000000");
}

static void
the_old_encryptions_have_the_same_limit(void **state)
{
	(void)state;
	refused(PKCS5_pbe_set(NID_pbe_WithSHA1And3_Key_TripleDES_CBC,
	    INT32_MAX, NULL, 0), KC_ELIMIT, "more than 5000000");
	refused(PKCS5_pbe_set(NID_pbeWithMD5AndDES_CBC, INT32_MAX, NULL, 0),
	    KC_ELIMIT, "more than 5000000");
}

/* What openssl makes by default, and the largest that fits, are tried. */
static void
a_usual_key_is_tried_and_its_password_is_wrong(void **state)
{
	(void)state;
	refused(pbkdf2(2048), KC_EPASSWORD, "does not open");
	refused(PKCS5_pbe_set(NID_pbe_WithSHA1And3_Key_TripleDES_CBC, 2048,
	    NULL, 0), KC_EPASSWORD, "does not open");
	refused(scrypt(16384, 8, 1), KC_EPASSWORD, "does not open");
}

static void
limits(const X509_ALGOR *how, bool fits)
{
	struct kc_err err = { 0 };

	assert_non_null(how);
	if (fits)
		t_ok(sd_pbe_check(how, &err), &err);
	else
		t_fails(sd_pbe_check(how, &err), &err, KC_ELIMIT,
		    "N * r * p above 4194304");
}

static void
scrypt_is_limited_by_the_product_of_its_parameters(void **state)
{
	static const struct {
		uint64_t n, r, p;
		bool fits;
	} cases[] = {
		{ 1 << 17, 8, 1, true }, { 1 << 17, 8, 4, true },
		{ 1 << 17, 8, 5, false }, { 2, 1, 1 << 21, true },
		{ 2, 1, (1 << 21) + 1, false }, { 2, 1 << 21, 2, false },
		{ 1 << 20, 8, 1, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		SCRYPT_PARAMS *s = SCRYPT_PARAMS_new();
		PBE2PARAM *p = PBE2PARAM_new();
		X509_ALGOR *how = X509_ALGOR_new();

		assert_int_equal(ASN1_INTEGER_set_uint64(s->costParameter,
		    cases[i].n), 1);
		assert_int_equal(ASN1_INTEGER_set_uint64(s->blockSize,
		    cases[i].r), 1);
		assert_int_equal(ASN1_INTEGER_set_uint64(
		    s->parallelizationParameter, cases[i].p), 1);
		p->keyfunc->algorithm = OBJ_nid2obj(NID_id_scrypt);
		assert_non_null(ASN1_TYPE_pack_sequence(
		    ASN1_ITEM_rptr(SCRYPT_PARAMS), s,
		    &p->keyfunc->parameter));
		p->encryption->algorithm = OBJ_nid2obj(NID_aes_256_cbc);
		how->algorithm = OBJ_nid2obj(NID_pbes2);
		assert_non_null(ASN1_TYPE_pack_sequence(
		    ASN1_ITEM_rptr(PBE2PARAM), p, &how->parameter));
		limits(how, cases[i].fits);
		X509_ALGOR_free(how);
		PBE2PARAM_free(p);
		SCRYPT_PARAMS_free(s);
	}
}

static void
parameters_that_cannot_be_read_are_malformed(void **state)
{
	X509_ALGOR *how = X509_ALGOR_new();
	PBE2PARAM *p = PBE2PARAM_new();

	(void)state;
	assert_int_equal(X509_ALGOR_set0(how, OBJ_nid2obj(NID_pbes2),
	    V_ASN1_NULL, NULL), 1);
	refused(how, KC_EFORMAT, "encryption are malformed");
	how = X509_ALGOR_new();
	assert_int_equal(X509_ALGOR_set0(how,
	    OBJ_nid2obj(NID_pbeWithMD5AndDES_CBC), V_ASN1_UNDEF, NULL), 1);
	refused(how, KC_EFORMAT, "encryption are malformed");
	how = X509_ALGOR_new();
	how->algorithm = OBJ_nid2obj(NID_pbes2);
	p->keyfunc->algorithm = OBJ_nid2obj(NID_sha256);
	p->encryption->algorithm = OBJ_nid2obj(NID_aes_256_cbc);
	assert_non_null(ASN1_TYPE_pack_sequence(ASN1_ITEM_rptr(PBE2PARAM), p,
	    &how->parameter));
	refused(how, KC_EFORMAT, "neither PBKDF2 nor scrypt");
	PBE2PARAM_free(p);
}

/* d, p, q and their three companions: as many bytes as the modulus has, and
 * five times half of it. */
static void
the_private_numbers_of_a_key_lie_in_the_secure_heap(void **state)
{
	EVP_PKEY *made = EVP_RSA_gen(2048), *read = NULL;
	BIO *bio = BIO_new(BIO_s_secmem());
	struct kc_secret text = { 0 };
	struct kc_err err = { 0 };
	size_t before, held;
	int n;

	(void)state;
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, made, NULL, NULL,
	    0, NULL, NULL), 1);
	EVP_PKEY_free(made);
	t_ok(kc_secret_new(&text, 4096, &err), &err);
	n = BIO_read(bio, text.p, 4095);
	assert_true(n > 0);
	text.len = (size_t)n;
	BIO_free(bio);
	before = CRYPTO_secure_used();
	t_ok(sd_pem_private(&text, NULL, &read, &err), &err);
	held = CRYPTO_secure_used() - before;
	assert_true(held >= 256 + 5 * 128);
	EVP_PKEY_free(read);
	assert_int_equal(CRYPTO_secure_used(), before);
	kc_secret_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_private_numbers_of_a_key_lie_in_the_secure_heap),
		cmocka_unit_test(
		    pbkdf2_beyond_the_limit_is_refused_before_any_round),
		cmocka_unit_test(the_old_encryptions_have_the_same_limit),
		cmocka_unit_test(
		    a_usual_key_is_tried_and_its_password_is_wrong),
		cmocka_unit_test(
		    scrypt_is_limited_by_the_product_of_its_parameters),
		cmocka_unit_test(
		    parameters_that_cannot_be_read_are_malformed),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
