/* SPDX-License-Identifier: Apache-2.0
 *
 * HMAC-SHA-512 and the SP 800-108 derivation.
 */
#include "sd/kdf.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

kc_result
sd_hmac512(const uint8_t *key, size_t key_len, const struct kc_part *parts,
    size_t n, uint8_t ret[static SD_SHA512], struct kc_err *err)
{
	char digest[] = "SHA512";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
		    digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = mac != NULL ? EVP_MAC_CTX_new(mac) : NULL;
	size_t len = 0;
	bool good = ctx != NULL &&
	    EVP_MAC_init(ctx, key, key_len, params) == 1;

	for (size_t i = 0; good && i < n; i++)
		good = EVP_MAC_update(ctx, parts[i].p, parts[i].len) == 1;
	good = good && EVP_MAC_final(ctx, ret, &len, SD_SHA512) == 1 &&
	    len == SD_SHA512;
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
	if (!good)
		return KC_FAIL_SSL(err, KC_ENOMEM, "HMAC-SHA-512 failed");
	return KC_DONE;
}

kc_result
sd_kdf(const struct kc_secret *master, const char *label,
    const char *context, size_t len, struct kc_secret *ret,
    struct kc_err *err)
{
	static const uint8_t counter[4] = { 0, 0, 0, 1 }, zero[1] = { 0 };
	const uint8_t bits[4] = { 0, 0, (uint8_t)(len * 8 >> 8),
		(uint8_t)(len * 8 & 0xff) };
	const struct kc_part parts[] = {
		{ counter, sizeof counter }, { label, strlen(label) },
		{ zero, sizeof zero }, { context, strlen(context) },
		{ bits, sizeof bits },
	};
	struct kc_secret k = { 0 };
	kc_result r;

	if (len == 0 || len > SD_SHA512)
		return KC_FAIL(err, KC_EBUG, 0,
		    "a derived key of %zu bytes was asked for", len);
	KC_TRY(r, kc_secret_new(&k, SD_SHA512, err));
	KC_TRY(r, sd_hmac512(master->p, master->len, parts,
	    sizeof parts / sizeof *parts, k.p, err));
	OPENSSL_cleanse(k.p + len, SD_SHA512 - len);
	k.len = len;
	*ret = k;
	k = (struct kc_secret){ 0 };
out:
	kc_secret_free(&k);
	return r;
}
