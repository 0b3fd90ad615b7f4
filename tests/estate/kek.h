/* SPDX-License-Identifier: Apache-2.0
 *
 * A key exchange key for the tests of this room, and what az shows of it.
 */
#ifndef KC_TESTS_ESTATE_KEK_H
#define KC_TESTS_ESTATE_KEK_H

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/b64.h"
#include "estate/byok.h"
#include "tests/check.h"

#define T_HOST "https://hsm1.managedhsm.azure.net"
#define T_VERSION "0123456789abcdef0123456789abcdef"
#define T_KID T_HOST "/keys/KEKforBYOK/" T_VERSION

/* t_public: the PEM of a key's public half. */
static inline void
t_public(EVP_PKEY *key, struct kc_buf *ret)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *p = NULL;
	long n;

	assert_int_equal(PEM_write_bio_PUBKEY(bio, key), 1);
	n = BIO_get_mem_data(bio, &p);
	assert_true(kc_ok(kc_buf_add(ret, p, (size_t)n, NULL)));
	BIO_free(bio);
}

/* t_number: one of its numbers as JSON writes it; free() */
static inline char *
t_number(EVP_PKEY *key, const char *which, bool url)
{
	struct kc_buf b = { 0 };
	uint8_t bytes[512];
	BIGNUM *v = NULL;
	int n;

	assert_int_equal(EVP_PKEY_get_bn_param(key, which, &v), 1);
	n = BN_bn2bin(v, bytes);
	assert_true(kc_ok(url ?
	    kc_b64url_encode(bytes, (size_t)n, &b, NULL) :
	    kc_b64_encode(bytes, (size_t)n, &b, NULL)));
	BN_free(v);
	return (char *)b.p;
}

#endif
