/* SPDX-License-Identifier: Apache-2.0
 *
 * Holders on files for the tests of this room: keys made for the run.
 */
#ifndef KC_TESTS_SD_KEYS_H
#define KC_TESTS_SD_KEYS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "sd/cert.h"
#include "sd/pemkey.h"

/* A key and its self-signed certificate in one PEM file at path, which is
 * their name; both loaded. */
static inline void
t_holder(const char *path, unsigned int bits, struct sd_pemkey **ret_pem,
    struct sd_cert *ret_cert)
{
	EVP_PKEY *k = EVP_RSA_gen(bits);
	X509 *x = X509_new();
	X509_NAME *n = X509_get_subject_name(x);
	struct kc_buf text = { 0 };
	FILE *f;

	assert_non_null(k);
	assert_int_equal(X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_ASC,
	    (const unsigned char *)"holder", -1, -1, 0), 1);
	assert_int_equal(X509_set_issuer_name(x, n), 1);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x), -60));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x), 86400));
	assert_int_equal(X509_set_pubkey(x, k), 1);
	assert_true(X509_sign(x, k, EVP_sha256()) > 0);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(PEM_write_PrivateKey(f, k, NULL, NULL, 0, NULL,
	    NULL), 1);
	assert_int_equal(PEM_write_X509(f, x), 1);
	assert_int_equal(fclose(f), 0);
	assert_true(kc_ok(sd_pemkey_load(path, NULL, ret_pem, NULL)));
	assert_true(kc_ok(sd_cert_pem(sd_pemkey_cert(*ret_pem), &text,
	    NULL)));
	assert_true(kc_ok(sd_cert_read(path, text.p, text.len, ret_cert,
	    NULL)));
	kc_buf_free(&text);
	X509_free(x);
	EVP_PKEY_free(k);
}

#endif
