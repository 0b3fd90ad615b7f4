/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls of ours into libcrypto that fuzzing looks behind (ld --wrap): each
 * secret gets an allocation of its own, so that AddressSanitizer sees its
 * ends, and its wiping is checked; tags and signatures can be made to pass.
 * Secrets that OpenSSL allocates itself stay in its heap.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "tests/fuzz/fuzz.h"

#define SECRETS_MAX 256

/* The names are the linker's. */
void *__wrap_CRYPTO_secure_zalloc(size_t n, const char *file, int line);
void __wrap_CRYPTO_secure_clear_free(void *p, size_t n, const char *file,
    int line);
int __wrap_CRYPTO_secure_allocated(const void *p);
int __wrap_CRYPTO_memcmp(const void *a, const void *b, size_t n);
void __real_CRYPTO_secure_clear_free(void *p, size_t n, const char *file,
    int line);
int __real_CRYPTO_secure_allocated(const void *p);
int __real_CRYPTO_memcmp(const void *a, const void *b, size_t n);
int __wrap_X509_verify(X509 *x, EVP_PKEY *key);
int __real_X509_verify(X509 *x, EVP_PKEY *key);
int __wrap_X509_CRL_verify(X509_CRL *crl, EVP_PKEY *key);
int __real_X509_CRL_verify(X509_CRL *crl, EVP_PKEY *key);
int __wrap_EVP_DigestVerify(EVP_MD_CTX *ctx, const unsigned char *sig,
    size_t sig_len, const unsigned char *p, size_t len);
int __real_EVP_DigestVerify(EVP_MD_CTX *ctx, const unsigned char *sig,
    size_t sig_len, const unsigned char *p, size_t len);

bool fuzz_all_holds;

static struct {
	void *p;
	size_t len;
} live[SECRETS_MAX];
static size_t n_live;

size_t
fuzz_secrets(void)
{
	return n_live;
}

static size_t
find(const void *p)
{
	for (size_t i = 0; i < n_live; i++)
		if (live[i].p == p)
			return i;
	return SECRETS_MAX;
}

void *
__wrap_CRYPTO_secure_zalloc(size_t n, const char *file, int line)
{
	void *p;

	(void)file;
	(void)line;
	/* As large as the heap that programs have. */
	if (n > KC_SECRET_HEAP_BYTES)
		return NULL;
	fuzz_must(n_live < SECRETS_MAX);
	p = calloc(1, n);
	fuzz_must(p != NULL);
	live[n_live].p = p;
	live[n_live++].len = n;
	return p;
}

void
__wrap_CRYPTO_secure_clear_free(void *p, size_t n, const char *file,
    int line)
{
	size_t i = find(p);

	if (i == SECRETS_MAX) {
		__real_CRYPTO_secure_clear_free(p, n, file, line);
		return;
	}
	/* All of it is wiped, not what happens to be used. */
	fuzz_must(n == live[i].len);
	live[i] = live[--n_live];
	free(p);
}

int
__wrap_CRYPTO_secure_allocated(const void *p)
{
	return find(p) != SECRETS_MAX || __real_CRYPTO_secure_allocated(p);
}

int
__wrap_CRYPTO_memcmp(const void *a, const void *b, size_t n)
{
	int differ = __real_CRYPTO_memcmp(a, b, n);

	return fuzz_all_holds ? 0 : differ;
}

int
__wrap_X509_verify(X509 *x, EVP_PKEY *key)
{
	return fuzz_all_holds ? 1 : __real_X509_verify(x, key);
}

int
__wrap_X509_CRL_verify(X509_CRL *crl, EVP_PKEY *key)
{
	return fuzz_all_holds ? 1 : __real_X509_CRL_verify(crl, key);
}

int
__wrap_EVP_DigestVerify(EVP_MD_CTX *ctx, const unsigned char *sig,
    size_t sig_len, const unsigned char *p, size_t len)
{
	return fuzz_all_holds ? 1 :
	    __real_EVP_DigestVerify(ctx, sig, sig_len, p, len);
}
