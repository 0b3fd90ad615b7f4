/* SPDX-License-Identifier: Apache-2.0
 *
 * A256CBC-HS512 (RFC 7518 5.2): the MAC first, always.  A branch that a
 * secret decides is marked "verdict": tests/e2e/consttime.sh knows no other.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/b64.h"
#include "base/json.h"
#include "sd/jwe.h"
#include "sd/kdf.h"
#include "sd/oaep.h"

/* RFC 7518 5.2.2.1: MAC over AAD || IV || ciphertext || bits of the AAD. */
static kc_result
mac(const struct kc_secret *cek, const struct kc_buf *header,
    const uint8_t *iv, const struct kc_buf *ct, uint8_t ret[static SD_SHA512],
    struct kc_err *err)
{
	uint64_t bits = (uint64_t)header->len * 8;
	uint8_t al[8];
	const struct kc_part parts[] = {
		{ header->p, header->len }, { iv, SD_JWE_IV },
		{ ct->p, ct->len }, { al, sizeof al },
	};

	for (size_t i = 0; i < 8; i++)
		al[i] = (uint8_t)(bits >> (56 - 8 * i));
	return sd_hmac512(cek->p, SD_CEK / 2, parts, 4, ret, err);
}

static kc_result
check_cek(const char *where, const struct kc_secret *cek, struct kc_err *err)
{
	if (cek->len != SD_CEK)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: the content key has %zu bytes, not %d", where,
		    cek->len, SD_CEK);
	return KC_DONE;
}

/* PKCS#7 padding of the last block: its length, 0 when malformed.  No branch
 * and no index depends on a byte: OpenSSL's own unpadding has both. */
static uint32_t
padding(const uint8_t last[static 16])
{
	uint32_t pad = last[15];
	uint32_t bad = (pad - 1) >> 31 | (16 - pad) >> 31;

	for (uint32_t i = 0; i < 16; i++) {
		uint32_t in = 0u - ((i - pad) >> 31);	/* i < pad */

		bad |= in & (last[15 - i] ^ pad);
	}
	return pad & (0u - ((bad - 1) >> 31));
}

kc_result
sd_jwe_verify(const char *where, const struct sd_jwe *jwe,
    const struct kc_secret *cek, struct kc_err *err)
{
	uint8_t want[SD_SHA512];
	kc_result r;

	if (jwe->tag.len != SD_JWE_TAG || jwe->iv.len != SD_JWE_IV)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: the authentication tag has %zu bytes, not %d", where,
		    jwe->tag.len, SD_JWE_TAG);
	KC_TRY(r, check_cek(where, cek, err));
	KC_TRY(r, mac(cek, &jwe->header, jwe->iv.p, &jwe->ciphertext, want,
	    err));
	if (CRYPTO_memcmp(want, jwe->tag.p, SD_JWE_TAG) != 0)	/* verdict */
		r = KC_FAIL(err, KC_EMAC, 0,
		    "%s: the authentication tag does not hold", where);
out:
	OPENSSL_cleanse(want, sizeof want);
	return r;
}

kc_result
sd_jwe_decrypt(const char *where, const struct sd_jwe *jwe,
    const struct kc_secret *cek, uint8_t *ret, size_t *ret_len,
    struct kc_err *err)
{
	EVP_CIPHER_CTX *ctx = NULL;
	size_t len = jwe->ciphertext.len;
	uint32_t pad;
	int n = 0, last = 0;
	kc_result r = sd_jwe_verify(where, jwe, cek, err);

	if (!kc_ok(r))
		return r;
	if (len == 0 || len % 16 != 0)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: the ciphertext has %zu bytes, no multiple of 16",
		    where, len);
	ctx = EVP_CIPHER_CTX_new();
	if (ctx == NULL || len > INT32_MAX ||
	    EVP_DecryptInit_ex(ctx, EVP_aes_256_cbc(), NULL,
	    cek->p + SD_CEK / 2, jwe->iv.p) != 1 ||
	    EVP_CIPHER_CTX_set_padding(ctx, 0) != 1 ||
	    EVP_DecryptUpdate(ctx, ret, &n, jwe->ciphertext.p,
	    (int)len) != 1 ||
	    EVP_DecryptFinal_ex(ctx, ret + n, &last) != 1 ||
	    (size_t)n + (size_t)last != len) {
		r = KC_FAIL_SSL(err, KC_ENOMEM, "AES-256-CBC failed");
		goto out;
	}
	pad = padding(ret + len - 16);
	/* Authenticated already: bad padding is its writer's mistake. */
	if (pad == 0) {	/* verdict */
		OPENSSL_cleanse(ret, len);
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: the padding inside the ciphertext is malformed",
		    where);
		goto out;
	}
	*ret_len = len - pad;
out:
	EVP_CIPHER_CTX_free(ctx);
	return r;
}

kc_result
sd_jwe_decrypt_secret(const char *where, const struct sd_jwe *jwe,
    const struct kc_secret *cek, struct kc_secret *ret, struct kc_err *err)
{
	struct kc_secret s = { 0 };
	kc_result r;

	KC_TRY(r, kc_secret_new(&s, jwe->ciphertext.len, err));
	KC_TRY(r, sd_jwe_decrypt(where, jwe, cek, s.p, &s.len, err));
	*ret = s;
	s = (struct kc_secret){ 0 };
out:
	kc_secret_free(&s);
	return r;
}

/* The protected header as transmitted. */
static kc_result
make_header(const struct sd_seal *s, struct kc_buf *ret, struct kc_err *err)
{
	struct kc_buf text = { 0 };
	json_t *h = json_pack("{s:s,s:s,s:s}", "alg",
	    s->ek != NULL ? "RSA-OAEP-256" : "dir", "enc", "A256CBC-HS512",
	    "kid", s->kid);
	kc_result r;

	if (h == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for a header");
	KC_TRY(r, kc_json_canon(h, &text, err));
	r = kc_b64url_encode(text.p, text.len, ret, err);
out:
	kc_buf_free(&text);
	json_decref(h);
	return r;
}

static kc_result
encrypt(const struct sd_seal *s, const struct kc_secret *cek,
    const uint8_t *iv, struct kc_buf *ret, struct kc_err *err)
{
	uint8_t *ct = malloc(s->plain_len + 16);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0, last = 0;
	kc_result r;

	if (ct == NULL || ctx == NULL || s->plain_len > INT32_MAX - 16 ||
	    EVP_EncryptInit_ex(ctx, EVP_aes_256_cbc(), NULL,
	    cek->p + SD_CEK / 2, iv) != 1 ||
	    EVP_EncryptUpdate(ctx, ct, &n, s->plain, (int)s->plain_len) != 1 ||
	    EVP_EncryptFinal_ex(ctx, ct + n, &last) != 1)
		r = KC_FAIL_SSL(err, KC_ENOMEM, "AES-256-CBC failed");
	else
		r = kc_buf_add(ret, ct, (size_t)n + (size_t)last, err);
	EVP_CIPHER_CTX_free(ctx);
	free(ct);
	return r;
}

kc_result
sd_jwe_seal(const struct sd_seal *s, const struct kc_secret *cek,
    struct kc_buf *ret, struct kc_err *err)
{
	struct kc_buf header = { 0 }, ct = { 0 }, out = { 0 };
	uint8_t iv[SD_JWE_IV], tag[SD_SHA512];
	kc_result r;

	KC_TRY(r, check_cek("sealing", cek, err));
	if (s->iv != NULL)
		memcpy(iv, s->iv, sizeof iv);
	else
		KC_TRY(r, kc_random(iv, sizeof iv, err));
	KC_TRY(r, make_header(s, &header, err));
	KC_TRY(r, encrypt(s, cek, iv, &ct, err));
	KC_TRY(r, mac(cek, &header, iv, &ct, tag, err));
	KC_TRY(r, kc_buf_add(&out, header.p, header.len, err));
	KC_TRY(r, kc_buf_adds(&out, ".", err));
	if (s->ek != NULL)
		KC_TRY(r, kc_b64url_encode(s->ek, s->ek_len, &out, err));
	KC_TRY(r, kc_buf_adds(&out, ".", err));
	KC_TRY(r, kc_b64url_encode(iv, sizeof iv, &out, err));
	KC_TRY(r, kc_buf_adds(&out, ".", err));
	KC_TRY(r, kc_b64url_encode(ct.p, ct.len, &out, err));
	KC_TRY(r, kc_buf_adds(&out, ".", err));
	KC_TRY(r, kc_b64url_encode(tag, SD_JWE_TAG, &out, err));
	r = kc_buf_add(ret, out.p, out.len, err);
out:
	OPENSSL_cleanse(tag, sizeof tag);
	kc_buf_free(&header);
	kc_buf_free(&ct);
	kc_buf_free(&out);
	return r;
}

/* RSA-OAEP with SHA-256 and MGF1-SHA-256, empty label. */
static kc_result
oaep(const struct sd_cert *to, const struct kc_secret *cek,
    struct kc_buf *ret, struct kc_err *err)
{
	const unsigned char *p = to->der.p;
	X509 *x = d2i_X509(NULL, &p, (long)to->der.len);
	EVP_PKEY *key = x != NULL ? X509_get0_pubkey(x) : NULL;
	kc_result r;

	if (key == NULL)
		r = KC_FAIL_SSL(err, KC_EREFUSED, "a certificate has no key");
	else
		r = sd_oaep_seal(key, EVP_sha256(), cek, ret, err);
	if (!kc_ok(r))
		r = kc_prefix(err, "%s", to->name);
	X509_free(x);
	return r;
}

kc_result
sd_jwe_wrap(const struct sd_cert *to, const struct kc_secret *plain,
    struct kc_buf *ret, struct kc_err *err)
{
	struct kc_secret cek = { 0 };
	struct kc_buf ek = { 0 };
	struct sd_seal s = { 0 };
	kc_result r;

	KC_TRY(r, kc_secret_random(&cek, SD_CEK, err));
	KC_TRY(r, oaep(to, &cek, &ek, err));
	s = (struct sd_seal){ .kid = "not used", .ek = ek.p,
		.ek_len = ek.len, .plain = plain->p,
		.plain_len = plain->len };
	r = sd_jwe_seal(&s, &cek, ret, err);
out:
	kc_secret_free(&cek);
	kc_buf_free(&ek);
	return r;
}
