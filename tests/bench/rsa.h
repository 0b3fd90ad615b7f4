/* SPDX-License-Identifier: Apache-2.0
 *
 * The bare OpenSSL calls that ours are measured beside: nothing of ours.
 */
#ifndef KC_TESTS_BENCH_RSA_H
#define KC_TESTS_BENCH_RSA_H

#include <stdio.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

static inline EVP_PKEY *
bare_load(const char *path)
{
	FILE *f = fopen(path, "r");
	EVP_PKEY *key = NULL;

	if (f == NULL)
		return NULL;
	key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	(void)fclose(f);
	return key;
}

/* RSA-OAEP-256 with the private key. */
static inline int
bare_decrypt(EVP_PKEY *key, const unsigned char *text, size_t len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	unsigned char out[1024];
	size_t out_len = sizeof out;
	int good = ctx != NULL && EVP_PKEY_decrypt_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) == 1 &&
	    EVP_PKEY_decrypt(ctx, out, &out_len, text, len) == 1;

	EVP_PKEY_CTX_free(ctx);
	return good;
}

/* RSA-OAEP-256 of 64 bytes to the certificate in a PEM file. */
static inline int
bare_encrypt(const char *path)
{
	static const unsigned char text[64] = { 1 };
	FILE *f = fopen(path, "r");
	X509 *x = f != NULL ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
	EVP_PKEY_CTX *ctx = x != NULL ?
	    EVP_PKEY_CTX_new(X509_get0_pubkey(x), NULL) : NULL;
	unsigned char out[1024];
	size_t out_len = sizeof out;
	int good = ctx != NULL && EVP_PKEY_encrypt_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) == 1 &&
	    EVP_PKEY_encrypt(ctx, out, &out_len, text, sizeof text) == 1;

	EVP_PKEY_CTX_free(ctx);
	X509_free(x);
	if (f != NULL)
		(void)fclose(f);
	return good;
}

#endif
