/* SPDX-License-Identifier: Apache-2.0
 *
 * The card's keys: made, used, imported, attested; the state file.
 */
#include "tests/cards/wire.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/file.h"

static char dir[256];

static unsigned
generate(uint8_t slot, uint8_t alg)
{
	const uint8_t m[5] = { 0xAC, 3, 0x80, 1, alg };

	return command(0x47, 0, slot, m, sizeof m);
}

/* The bare private operation on len bytes of value. */
static unsigned
use(uint8_t slot, uint8_t alg, uint8_t value, size_t len)
{
	struct tlv_out inner = { 0 }, m = { 0 };
	uint8_t in[512];
	unsigned sw;

	memset(in, value, len);
	tlv_add(&inner, 0x82, "", 0);
	tlv_add(&inner, 0x81, in, len);
	tlv_add(&m, 0x7C, inner.b.p, inner.b.len);
	sw = command(0x87, alg, slot, m.b.p, m.b.len);
	kc_buf_free(&inner.b);
	kc_buf_free(&m.b);
	return sw;
}

/* The last answer, raised to 65537 with the slot's modulus, is all value. */
static void
check_answer(uint8_t slot, uint8_t value, size_t len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(piv_key(&card, slot)->key,
	    NULL);
	struct tlv t, s;
	uint8_t out[512];
	size_t n = sizeof out;

	assert_true(tlv_find(got.b.p, got.b.len, 0x7C, &t));
	assert_true(tlv_find(t.p, t.len, 0x82, &s));
	assert_int_equal(s.len, len);
	assert_int_equal(EVP_PKEY_encrypt_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING),
	    1);
	assert_int_equal(EVP_PKEY_encrypt(ctx, out, &n, s.p, s.len), 1);
	assert_int_equal(n, len);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(out[i], value);
	EVP_PKEY_CTX_free(ctx);
}

static void
keys_of_each_size_are_made_and_used(void **state)
{
	static const struct {
		uint8_t alg;
		size_t len;
	} kinds[] = { { 6, 128 }, { 7, 256 }, { 5, 384 }, { 0x16, 512 } };
	struct tlv public, modulus;

	(void)state;
	assert_int_equal(manage(), SW_OK);
	assert_int_equal(verify(GOOD_PIN), SW_OK);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(generate(0x9D, kinds[i].alg), SW_OK);
		assert_true(tlv_find(got.b.p, got.b.len, 0x7F49, &public));
		assert_true(tlv_find(public.p, public.len, 0x81, &modulus));
		assert_int_equal(modulus.len, kinds[i].len);
		assert_int_equal(use(0x9D, kinds[i].alg, 0x11, kinds[i].len),
		    SW_OK);
		check_answer(0x9D, 0x11, kinds[i].len);
	}
	/* alike in length only */
	assert_int_equal(use(0x9D, 0x16, 0x11, 511), SW_DATA);
	assert_int_equal(use(0x9D, 0x16, 0xFF, 512), SW_DATA);
	assert_int_equal(use(0x9D, 7, 0x11, 256), SW_P1P2);
	assert_int_equal(use(0x9A, 7, 0x11, 256), SW_NOT_FOUND);
	assert_int_equal(generate(0x9D, 0x11), SW_DATA);
	assert_int_equal(generate(0x80, 7), SW_P1P2);
	card.firmware[1] = 4;
	assert_int_equal(generate(0x9D, 5), SW_DATA);
}

static void
the_signing_slot_wants_the_pin_each_time(void **state)
{
	(void)state;
	assert_int_equal(manage(), SW_OK);
	assert_int_equal(generate(0x9C, 6), SW_OK);
	assert_int_equal(generate(0x9D, 6), SW_OK);
	assert_int_equal(generate(0x9E, 6), SW_OK);
	assert_int_equal(use(0x9C, 6, 1, 128), SW_SECURITY);
	assert_int_equal(use(0x9D, 6, 1, 128), SW_SECURITY);
	assert_int_equal(use(0x9E, 6, 1, 128), SW_OK);
	assert_int_equal(verify(GOOD_PIN), SW_OK);
	assert_int_equal(use(0x9C, 6, 1, 128), SW_OK);
	assert_int_equal(use(0x9C, 6, 1, 128), SW_SECURITY);
	assert_int_equal(use(0x9D, 6, 1, 128), SW_OK);
	/* not the very last command before it */
	assert_int_equal(verify(GOOD_PIN), SW_OK);
	assert_int_equal(use(0x9D, 6, 1, 128), SW_OK);
	assert_int_equal(use(0x9C, 6, 1, 128), SW_SECURITY);
}

static void
policies_come_with_the_command(void **state)
{
	(void)state;
	assert_int_equal(manage(), SW_OK);
	assert_int_equal(command(0x47, 0, 0x9D,
	    "\xAC\x09\x80\1\6\xAA\1\1\xAB\1\2", 11), SW_OK);
	assert_int_equal(use(0x9D, 6, 1, 128), SW_OK);
	assert_int_equal(command(0xF7, 0, 0x9D, "", 0), SW_OK);
	assert_memory_equal(got.b.p, "\1\1\6\2\2\1\2\3\1\1\4", 11);
	assert_int_equal(command(0x47, 0, 0x9D,
	    "\xAC\6\x80\1\6\xAA\1\7", 8), SW_DATA);
}

/* The five numbers of a new key as IMPORT takes them. */
static void
crt_parts(EVP_PKEY *key, struct tlv_out *ret)
{
	static const char *const names[5] = { OSSL_PKEY_PARAM_RSA_FACTOR1,
		OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT1,
		OSSL_PKEY_PARAM_RSA_EXPONENT2,
		OSSL_PKEY_PARAM_RSA_COEFFICIENT1 };

	for (uint32_t i = 0; i < 5; i++) {
		BIGNUM *n = NULL;
		uint8_t b[256];

		assert_int_equal(EVP_PKEY_get_bn_param(key, names[i], &n),
		    1);
		tlv_add(ret, i + 1, b, (size_t)BN_bn2bin(n, b));
		BN_clear_free(n);
	}
}

static void
an_imported_key_works_and_is_never_attested(void **state)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	struct tlv_out m = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(piv_attest_root(&card, dir, &err), &err);
	crt_parts(key, &m);
	assert_int_equal(manage(), SW_OK);
	assert_int_equal(command(0xFE, 7, 0x9D, m.b.p, m.b.len), SW_OK);
	assert_int_equal(EVP_PKEY_eq(piv_key(&card, 0x9D)->key, key), 1);
	assert_int_equal(verify(GOOD_PIN), SW_OK);
	assert_int_equal(use(0x9D, 7, 0x22, 256), SW_OK);
	check_answer(0x9D, 0x22, 256);
	assert_int_equal(command(0xF7, 0, 0x9D, "", 0), SW_OK);
	assert_memory_equal(got.b.p, "\1\1\7\2\2\2\1\3\1\2\4", 11);
	assert_int_equal(command(0xF9, 0x9D, 0, "", 0), SW_CONDITIONS);
	assert_int_equal(generate(0x9D, 7), SW_OK);
	assert_int_equal(command(0xF9, 0x9D, 0, "", 0), SW_OK);
	/* a part that disagrees: each byte's last bit in turn would do */
	m.b.p[m.b.len - 1] ^= 1;
	assert_int_equal(command(0xFE, 7, 0x9D, m.b.p, m.b.len), SW_DATA);
	m.b.p[m.b.len - 1] ^= 1;
	m.b.p[20] ^= 1;
	assert_int_equal(command(0xFE, 7, 0x9D, m.b.p, m.b.len), SW_DATA);
	m.b.p[20] ^= 1;
	assert_int_equal(command(0xFE, 5, 0x9D, m.b.p, m.b.len), SW_DATA);
	assert_false(piv_key(&card, 0x9D)->imported);
	kc_buf_free(&m.b);
	EVP_PKEY_free(key);
}

/* The value of an extension, compared. */
static void
check_extension(X509 *x, const char *oid, const void *want, int len)
{
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	int at = X509_get_ext_by_OBJ(x, o, -1);
	const ASN1_OCTET_STRING *s;

	ASN1_OBJECT_free(o);
	assert_true(at >= 0);
	s = X509_EXTENSION_get_data(X509_get_ext(x, at));
	assert_int_equal(ASN1_STRING_length(s), len);
	assert_memory_equal(ASN1_STRING_get0_data(s), want, (size_t)len);
}

static void
an_attestation_names_the_card_and_chains_to_the_root(void **state)
{
	struct kc_err err = { 0 };
	X509 *leaf, *f9;
	struct tlv object, der;
	const uint8_t *p;

	(void)state;
	t_ok(piv_attest_root(&card, dir, &err), &err);
	assert_int_equal(manage(), SW_OK);
	assert_int_equal(command(0xF9, 0x9D, 0, "", 0), SW_NOT_FOUND);
	assert_int_equal(generate(0x9D, 7), SW_OK);
	assert_int_equal(command(0xCB, 0x3F, 0xFF, "\x5C\3\x5F\xFF\1", 5),
	    SW_OK);
	assert_true(tlv_find(got.b.p, got.b.len, 0x53, &object));
	assert_true(tlv_find(object.p, object.len, 0x70, &der));
	p = der.p;
	f9 = d2i_X509(NULL, &p, (long)der.len);
	assert_int_equal(command(0xF9, 0x9D, 0, "", 0), SW_OK);
	p = got.b.p;
	leaf = d2i_X509(NULL, &p, (long)got.b.len);
	assert_non_null(leaf);
	assert_int_equal(X509_check_issued(f9, leaf), X509_V_OK);
	assert_int_equal(X509_verify(leaf, X509_get0_pubkey(f9)), 1);
	assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(leaf),
	    piv_key(&card, 0x9D)->key), 1);
	check_extension(leaf, "1.3.6.1.4.1.41482.3.3", "\5\7\1", 3);
	check_extension(leaf, "1.3.6.1.4.1.41482.3.7",
	    "\2\4\0\x98\x96\x81", 6);
	check_extension(leaf, "1.3.6.1.4.1.41482.3.8", "\2\1", 2);
	check_extension(leaf, "1.3.6.1.4.1.41482.3.9", "\1", 1);
	X509_free(leaf);
	X509_free(f9);
	/* F9 outlives a reset, the key that it attested does not */
	card.pin.left = card.puk.left = 0;
	assert_int_equal(command(0xFB, 0, 0, "", 0), SW_OK);
	assert_non_null(piv_key(&card, 0xF9)->key);
	assert_null(piv_key(&card, 0x9D)->key);
	assert_int_equal(command(0xCB, 0x3F, 0xFF, "\x5C\3\x5F\xFF\1", 5),
	    SW_OK);
}

static void
a_key_is_moved_and_deleted(void **state)
{
	(void)state;
	assert_int_equal(manage(), SW_OK);
	assert_int_equal(generate(0x9D, 6), SW_OK);
	assert_int_equal(command(0xF6, 0x82, 0x9D, "", 0), SW_OK);
	assert_null(piv_key(&card, 0x9D)->key);
	assert_non_null(piv_key(&card, 0x82)->key);
	assert_int_equal(command(0xF6, 0x82, 0x82, "", 0), SW_CONDITIONS);
	assert_int_equal(command(0xF6, 0xFF, 0x82, "", 0), SW_OK);
	assert_null(piv_key(&card, 0x82)->key);
	assert_int_equal(command(0xF6, 0xFF, 0x82, "", 0), SW_NOT_FOUND);
	assert_int_equal(command(0xF6, 0xFF, 0xF9, "", 0), SW_P1P2);
}

static void
a_card_is_the_same_after_its_state_was_kept(void **state)
{
	struct kc_err err = { 0 };
	struct kc_buf first = { 0 }, second = { 0 };
	struct piv_card again = { 0 };
	char a[300], b[300];

	(void)state;
	(void)snprintf(a, sizeof a, "%s/a.json", dir);
	(void)snprintf(b, sizeof b, "%s/b.json", dir);
	assert_int_equal(manage(), SW_OK);
	assert_int_equal(generate(0x9C, 6), SW_OK);
	assert_int_equal(verify(WRONG_PIN), SW_TRIES | 2);
	t_ok(piv_save(&card, a, &err), &err);
	t_ok(piv_save(&card, a, &err), &err);
	t_ok(piv_load(&again, a, &err), &err);
	assert_int_equal(again.serial, card.serial);
	assert_int_equal(again.pin.left, 2);
	assert_int_equal(EVP_PKEY_eq(piv_key(&again, 0x9C)->key,
	    piv_key(&card, 0x9C)->key), 1);
	t_ok(piv_save(&again, b, &err), &err);
	t_ok(kc_file_read(a, KC_FILE_MAX, &first, &err), &err);
	t_ok(kc_file_read(b, KC_FILE_MAX, &second, &err), &err);
	assert_int_equal(first.len, second.len);
	assert_memory_equal(first.p, second.p, first.len);
	kc_buf_free(&first);
	kc_buf_free(&second);
	piv_free(&again);
}

static void
a_damaged_state_is_refused(void **state)
{
	struct kc_err err = { 0 };
	struct piv_card again = { 0 };
	char path[300];

	(void)state;
	(void)snprintf(path, sizeof path, "%s/bad.json", dir);
	t_fails(piv_load(&again, path, &err), &err, KC_EIO, "the card in");
	piv_free(&again);
	t_ok(kc_file_write_new(path, "{\"serial\":1}", 12, 0600, &err), &err);
	t_fails(piv_load(&again, path, &err), &err, KC_EFORMAT, "firmware");
	piv_free(&again);
}

static int
make_dir(void **state)
{
	(void)state;
	t_dir(dir);
	return 0;
}

static int
remove_dir(void **state)
{
	(void)state;
	return t_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(keys_of_each_size_are_made_and_used),
		CASE(the_signing_slot_wants_the_pin_each_time),
		CASE(policies_come_with_the_command),
		CASE(an_imported_key_works_and_is_never_attested),
		CASE(an_attestation_names_the_card_and_chains_to_the_root),
		CASE(a_key_is_moved_and_deleted),
		CASE(a_card_is_the_same_after_its_state_was_kept),
		CASE(a_damaged_state_is_refused),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
