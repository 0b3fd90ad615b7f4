/* SPDX-License-Identifier: Apache-2.0
 *
 * AES-256 key wrap with padding.  OpenSSL works in the output buffer, where
 * the key stands in clear before or after: so that is in the secure heap.
 */
#include "estate/byok.h"

#include <openssl/evp.h>

#define BLOCK 16		/* bytes more than OpenSSL may write */

size_t
est_kwp_bytes(size_t len)
{
	return (len + 7) / 8 * 8 + 8;
}

/* One pass over p; ret: what came, in the secure heap. */
static bool
run(const struct kc_secret *aes, const uint8_t *p, size_t len, int encrypt,
    struct kc_secret *ret)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0, last = 0;
	bool good = ctx != NULL && aes->len == EST_KWP_KEY;

	if (good)
		EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	good = good && EVP_CipherInit_ex(ctx, EVP_aes_256_wrap_pad(), NULL,
	    aes->p, NULL, encrypt) == 1 &&
	    EVP_CipherUpdate(ctx, ret->p, &n, p, (int)len) == 1 && n > 0 &&
	    EVP_CipherFinal_ex(ctx, ret->p + n, &last) == 1;
	EVP_CIPHER_CTX_free(ctx);
	ret->len = good ? (size_t)n + (size_t)last : 0;
	return good;
}

kc_result
est_kwp_seal(const struct kc_secret *aes, const struct kc_secret *plain,
    struct kc_buf *ret, struct kc_err *err)
{
	size_t want = est_kwp_bytes(plain->len);
	struct kc_secret out = { 0 };
	kc_result r;

	KC_TRY(r, kc_secret_new(&out, want + BLOCK, err));
	if (!run(aes, plain->p, plain->len, 1, &out) || out.len != want)
		r = KC_FAIL_SSL(err, KC_EBUG, "AES key wrap failed");
	else
		r = kc_buf_add(ret, out.p, want, err);
out:
	kc_secret_free(&out);
	return r;
}

kc_result
est_kwp_open(const struct kc_secret *aes, const struct kc_buf *wrapped,
    struct kc_secret *ret, struct kc_err *err)
{
	struct kc_secret out = { 0 };
	kc_result r;

	if (wrapped->len < 16 || wrapped->len % 8 != 0 ||
	    wrapped->len > EST_BYOK_MAX)
		return KC_FAIL(err, KC_EFORMAT, 0, "%zu bytes are no key "
		    "wrapped as RFC 5649 says", wrapped->len);
	KC_TRY(r, kc_secret_new(&out, wrapped->len + BLOCK, err));
	if (!run(aes, wrapped->p, wrapped->len, 0, &out)) {
		r = KC_FAIL_SSL(err, KC_EMAC, "the wrapped key does not open "
		    "as RFC 5649 says");
		goto out;
	}
	*ret = out;
	out = (struct kc_secret){ 0 };
out:
	kc_secret_free(&out);
	return r;
}
