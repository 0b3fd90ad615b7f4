/* SPDX-License-Identifier: Apache-2.0
 *
 * OAEP towards a public key: OpenSSL opens it, and no freed memory holds
 * what was padded.
 */
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <malloc.h>

#include "sd/oaep.h"
#include "tests/check.h"

#define BLOCKS 4096
#define MOST 1024

/* What was freed while `watching`, as it was at that moment. */
static bool watching;
static uint8_t (*freed)[MOST];
static size_t n_freed;

static void *
get(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return malloc(n);
}

static void *
get_again(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return realloc(p, n);
}

static void
give_back(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	if (watching && p != NULL && n_freed < BLOCKS) {
		size_t n = malloc_usable_size(p);

		memcpy(freed[n_freed++], p, n < MOST ? n : MOST);
	}
	free(p);
}

static EVP_PKEY *key;

static int
set_up(void **state)
{
	(void)state;
	freed = calloc(BLOCKS, sizeof *freed);
	key = EVP_RSA_gen(2048);
	return freed != NULL && key != NULL &&
	    kc_ok(kc_secret_heap(NULL)) ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	EVP_PKEY_free(key);
	free(freed);
	return 0;
}

/* With OpenSSL's padding, or none: the length of what came out. */
static size_t
open_it(const struct kc_buf *ct, int padding, const EVP_MD *md,
    uint8_t ret[static MOST])
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(key, NULL);
	size_t n = MOST;

	assert_int_equal(EVP_PKEY_decrypt_init(c), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(c, padding), 1);
	if (md != NULL) {
		assert_int_equal(EVP_PKEY_CTX_set_rsa_oaep_md(c, md), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_mgf1_md(c, md), 1);
	}
	assert_int_equal(EVP_PKEY_decrypt(c, ret, &n, ct->p, ct->len), 1);
	EVP_PKEY_CTX_free(c);
	return n;
}

static void
openssl_opens_every_length_under_both_hashes(void **state)
{
	const EVP_MD *const md[] = { EVP_sha1(), EVP_sha256() };
	static const size_t most[] = { 256 - 42, 256 - 66 };
	uint8_t got[MOST];

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (size_t n = 1; n <= most[i]; n += n < 64 ? 1 : 21) {
			struct kc_secret msg = { 0 };
			struct kc_buf ct = { 0 };
			struct kc_err err = { 0 };

			t_ok(kc_secret_random(&msg, n, &err), &err);
			t_ok(sd_oaep_seal(key, md[i], &msg, &ct, &err), &err);
			assert_int_equal(ct.len, 256);
			assert_int_equal(open_it(&ct, RSA_PKCS1_OAEP_PADDING,
			    md[i], got), n);
			assert_memory_equal(got, msg.p, n);
			kc_secret_free(&msg);
			kc_buf_free(&ct);
		}
}

static void
what_does_not_fit_or_is_no_rsa_key_is_refused(void **state)
{
	EVP_PKEY *ec = EVP_EC_gen("P-256");
	struct kc_secret msg = { 0 };
	struct kc_buf ct = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(kc_secret_random(&msg, 256 - 65, &err), &err);
	t_fails(sd_oaep_seal(key, EVP_sha256(), &msg, &ct, &err), &err,
	    KC_EREFUSED, "no RSA key that OAEP can put 191 bytes under");
	t_fails(sd_oaep_seal(ec, EVP_sha1(), &msg, &ct, &err), &err,
	    KC_EREFUSED, "no RSA key");
	assert_int_equal(ct.len, 0);
	kc_secret_free(&msg);
	EVP_PKEY_free(ec);
}

/* Does a freed block hold a piece of the padded message? */
static bool
left(const uint8_t *em)
{
	for (size_t i = 0; i < n_freed; i++)
		if (memmem(freed[i], MOST, em + 64, 64) != NULL)
			return true;
	return false;
}

/* The second half shows that the first one would find it. */
static void
no_freed_memory_holds_the_padded_message(void **state)
{
	struct kc_secret msg = { 0 };
	struct kc_buf ct = { 0 };
	struct kc_err err = { 0 };
	uint8_t em[MOST];
	uint8_t *copy;

	(void)state;
	t_ok(kc_secret_random(&msg, 32, &err), &err);
	watching = true;
	t_ok(sd_oaep_seal(key, EVP_sha1(), &msg, &ct, &err), &err);
	watching = false;
	assert_true(n_freed > 0 && n_freed < BLOCKS);
	assert_int_equal(open_it(&ct, RSA_NO_PADDING, NULL, em), 256);
	assert_int_equal(em[0], 0);
	assert_false(left(em));
	copy = OPENSSL_malloc(256);
	memcpy(copy, em, 256);
	watching = true;
	OPENSSL_free(copy);
	watching = false;
	assert_true(left(em));
	kc_secret_free(&msg);
	kc_buf_free(&ct);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    openssl_opens_every_length_under_both_hashes),
		cmocka_unit_test(
		    what_does_not_fit_or_is_no_rsa_key_is_refused),
		cmocka_unit_test(no_freed_memory_holds_the_padded_message),
	};

	if (CRYPTO_set_mem_functions(get, get_again, give_back) != 1)
		return 1;
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
