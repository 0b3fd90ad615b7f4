/* SPDX-License-Identifier: Apache-2.0
 *
 * The least a program can do to open shares: load PEM keys, decrypt one
 * RSA-OAEP-256 text with each.  For tests/bench/run.
 * Usage: bare TEXT KEY [TEXT KEY]...
 */
#include <stdio.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

static int
decrypt(EVP_PKEY *key, const unsigned char *text, size_t len)
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

static EVP_PKEY *
load(const char *path)
{
	FILE *f = fopen(path, "r");
	EVP_PKEY *key = NULL;

	if (f == NULL)
		return NULL;
	key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	(void)fclose(f);
	return key;
}

static size_t
read_text(const char *path, unsigned char *ret, size_t size)
{
	FILE *f = fopen(path, "rb");
	size_t len;

	if (f == NULL)
		return 0;
	len = fread(ret, 1, size, f);
	(void)fclose(f);
	return len;
}

int
main(int argc, char **argv)
{
	if (argc < 3 || argc % 2 == 0)
		return 2;
	for (int i = 1; i < argc; i += 2) {
		unsigned char text[1024];
		size_t len = read_text(argv[i], text, sizeof text);
		EVP_PKEY *key = load(argv[i + 1]);
		int good = len > 0 && key != NULL && decrypt(key, text, len);

		EVP_PKEY_free(key);
		if (!good)
			return 1;
	}
	return 0;
}
