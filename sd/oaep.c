/* SPDX-License-Identifier: Apache-2.0
 *
 * RSA-OAEP: the encoded message is in the secure heap, and wiped.
 */
#include "sd/oaep.h"

#include <string.h>

#include <openssl/rand.h>
#include <openssl/rsa.h>

#define RSA_MAX 1024		/* bytes of the largest modulus */

/* p ^= MGF1(seed).  RFC 8017 B.2.1 */
static bool
mask(const EVP_MD *md, const uint8_t *seed, size_t seed_len, uint8_t *p,
    size_t len)
{
	size_t h = (size_t)EVP_MD_get_size(md);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t block[EVP_MAX_MD_SIZE];
	bool good = ctx != NULL;

	for (size_t at = 0, i = 0; good && at < len; i++) {
		uint8_t count[4] = { 0, 0, (uint8_t)(i >> 8), (uint8_t)i };

		good = EVP_DigestInit_ex(ctx, md, NULL) == 1 &&
		    EVP_DigestUpdate(ctx, seed, seed_len) == 1 &&
		    EVP_DigestUpdate(ctx, count, sizeof count) == 1 &&
		    EVP_DigestFinal_ex(ctx, block, NULL) == 1;
		for (size_t k = 0; good && k < h && at < len; k++)
			p[at++] ^= block[k];
	}
	OPENSSL_cleanse(block, sizeof block);
	EVP_MD_CTX_free(ctx);
	return good;
}

/* 00 || masked seed || masked (hash of the label, zeros, 01, msg).  em is
 * zeroed and has exactly len bytes. */
static bool
encode(const EVP_MD *md, const struct kc_secret *msg, uint8_t *em,
    size_t len)
{
	size_t h = (size_t)EVP_MD_get_size(md);
	uint8_t *seed = em + 1, *db = seed + h;
	size_t db_len = len - h - 1;

	if (EVP_Digest("", 0, db, NULL, md, NULL) != 1 ||
	    RAND_priv_bytes(seed, (int)h) != 1)
		return false;
	db[db_len - msg->len - 1] = 1;
	memcpy(db + db_len - msg->len, msg->p, msg->len);
	return mask(md, seed, h, db, db_len) && mask(md, db, db_len, seed, h);
}

/* The bare RSA operation; its own copies are wiped (rsa_ossl.c). */
static kc_result
raw(EVP_PKEY *key, const uint8_t *em, size_t len, struct kc_buf *ret,
    struct kc_err *err)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	uint8_t out[RSA_MAX];
	size_t n = sizeof out;
	kc_result r;

	if (ctx == NULL || EVP_PKEY_encrypt_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) != 1 ||
	    EVP_PKEY_encrypt(ctx, out, &n, em, len) != 1 || n != len)
		r = KC_FAIL_SSL(err, KC_EREFUSED, "RSA-OAEP failed");
	else
		r = kc_buf_add(ret, out, n, err);
	EVP_PKEY_CTX_free(ctx);
	return r;
}

kc_result
sd_oaep_seal(EVP_PKEY *key, const EVP_MD *md, const struct kc_secret *msg,
    struct kc_buf *ret, struct kc_err *err)
{
	size_t h = (size_t)EVP_MD_get_size(md);
	size_t len = (size_t)EVP_PKEY_get_size(key);
	struct kc_secret em = { 0 };
	kc_result r;

	if (!EVP_PKEY_is_a(key, "RSA") || len > RSA_MAX ||
	    len < 2 * h + 2 + msg->len)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "no RSA key that OAEP can put %zu bytes under", msg->len);
	KC_TRY(r, kc_secret_new(&em, len, err));
	if (!encode(md, msg, em.p, len))
		r = KC_FAIL_SSL(err, KC_EBUG, "OAEP's padding failed");
	else
		r = raw(key, em.p, len, ret, err);
out:
	kc_secret_free(&em);
	return r;
}
