/* SPDX-License-Identifier: Apache-2.0
 *
 * The key that is brought along: read, checked, in the shape that is wrapped.
 */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/x509.h>

#include "base/file.h"
#include "estate/byok.h"
#include "sd/pemkey.h"

static const struct {
	const char *group, *curve;
} curves[] = {
	{ SN_X9_62_prime256v1, "P-256" },
	{ SN_secp384r1, "P-384" },
	{ SN_secp521r1, "P-521" },
};

void
est_target_free(struct est_target *t)
{
	kc_secret_free(&t->plain);
	kc_buf_free(&t->spki);
	*t = (struct est_target){ 0 };
}

static kc_result
weak(const char *name, const EVP_PKEY *key, struct kc_err *err)
{
	struct est_numbers v = { 0 };

	if (!est_numbers_get(key, &v))
		return KC_FAIL_SSL(err, KC_EREFUSED,
		    "an RSA key without n, e");
	return est_numbers_check(&v, name, err);
}

/* PKCS #8 as it is wrapped has two primes; of three, one would be lost. */
static bool
more_primes(const EVP_PKEY *key)
{
	OSSL_PARAM ask[2] = {
		OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_FACTOR3, NULL, 0),
		OSSL_PARAM_construct_end(),
	};
	bool more = EVP_PKEY_get_params(key, ask) == 1 &&
	    OSSL_PARAM_modified(&ask[0]) == 1 && ask[0].return_size > 0;

	ERR_clear_error();
	return more;
}

/* The kinds that a managed HSM takes. */
static kc_result
kind(const char *name, const EVP_PKEY *key, struct est_target *t,
    struct kc_err *err)
{
	char group[32] = "";

	t->bits = (size_t)EVP_PKEY_get_bits(key);
	if (EVP_PKEY_is_a(key, "RSA")) {
		t->type = "RSA";
		if (t->bits != 2048 && t->bits != 3072 && t->bits != 4096)
			return KC_FAIL(err, KC_EREFUSED, 0, "%s: an RSA key "
			    "of %zu bits; a managed HSM takes 2048, 3072 and "
			    "4096", name, t->bits);
		if (more_primes(key))
			return KC_FAIL(err, KC_EREFUSED, 0, "%s: an RSA key "
			    "of more than two primes", name);
		return weak(name, key, err);
	}
	t->type = "EC";
	if (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group,
	    sizeof group, NULL) == 1)
		for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
			if (strcmp(group, curves[i].group) == 0)
				t->curve = curves[i].curve;
	ERR_clear_error();
	if (t->curve == NULL)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s: neither RSA nor EC "
		    "on P-256, P-384 or P-521", name);
	return KC_DONE;
}

/* p * q = n, d * e = 1, the factors prime; the point on its curve, d's. */
static kc_result
consistent(const char *name, EVP_PKEY *key, struct kc_err *err)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	bool good = ctx != NULL && EVP_PKEY_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	if (!good)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s: the private key "
		    "does not agree with itself", name);
	return KC_DONE;
}

static kc_result
public_part(EVP_PKEY *key, struct kc_buf *ret, struct kc_err *err)
{
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(key, &der);
	kc_result r;

	if (n <= 0)
		r = KC_FAIL_SSL(err, KC_EBUG, "a public key without DER");
	else
		r = kc_buf_add(ret, der, (size_t)n, err);
	OPENSSL_free(der);
	return r;
}

/* An OpenSSL key as a target: of a kind that is taken, sound, in DER. */
static kc_result
take(const char *name, EVP_PKEY *key, struct est_target *ret,
    struct kc_err *err)
{
	struct est_target t = { 0 };
	kc_result r;

	KC_TRY(r, kind(name, key, &t, err));
	KC_TRY(r, consistent(name, key, err));
	KC_TRY(r, public_part(key, &t.spki, err));
	r = est_pkcs8(key, t.curve, &t.plain, err);
	if (!kc_ok(r)) {
		r = kc_prefix(err, "%s", name);
		goto out;
	}
	*ret = t;
	t = (struct est_target){ 0 };
out:
	est_target_free(&t);
	return r;
}

kc_result
est_target_pem(const char *path, const struct kc_secret *password,
    struct est_target *ret, struct kc_err *err)
{
	struct kc_secret text = { 0 };
	EVP_PKEY *key = NULL;
	kc_result r;

	KC_TRY(r, kc_file_read_secret(path, SD_PEM_MAX, &text, err));
	r = sd_pem_private(&text, password, &key, err);
	if (!kc_ok(r)) {
		r = kc_prefix(err, "%s", path);
		goto out;
	}
	r = take(path, key, ret, err);
out:
	EVP_PKEY_free(key);
	kc_secret_free(&text);
	return r;
}

/* The check value by which an HSM's AES key is compared. */
static kc_result
check_value(const struct kc_secret *key, uint8_t ret[static 3],
    struct kc_err *err)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	const EVP_CIPHER *aes = key->len == 16 ? EVP_aes_128_ecb() :
	    key->len == 24 ? EVP_aes_192_ecb() : EVP_aes_256_ecb();
	uint8_t block[16] = { 0 }, out[32];
	int n = 0;
	bool good = ctx != NULL &&
	    EVP_EncryptInit_ex(ctx, aes, NULL, key->p, NULL) == 1 &&
	    EVP_EncryptUpdate(ctx, out, &n, block, sizeof block) == 1 &&
	    n == sizeof block;

	EVP_CIPHER_CTX_free(ctx);
	if (!good)
		return KC_FAIL_SSL(err, KC_EBUG, "AES did not start");
	memcpy(ret, out, 3);
	return KC_DONE;
}

/* Raw bytes as a target; they move into it. */
static kc_result
take_oct(const char *name, struct kc_secret *raw, struct est_target *ret,
    struct kc_err *err)
{
	struct est_target t = { .type = "oct", .bits = raw->len * 8 };
	kc_result r;

	if (t.bits != 128 && t.bits != 192 && t.bits != 256)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s: %zu bytes; an oct "
		    "key has 16, 24 or 32, raw", name, raw->len);
	KC_TRY(r, check_value(raw, t.kcv, err));
	t.plain = *raw;
	*raw = (struct kc_secret){ 0 };
	*ret = t;
out:
	return r;
}

kc_result
est_target_oct(const char *path, struct est_target *ret, struct kc_err *err)
{
	struct kc_secret raw = { 0 };
	kc_result r;

	KC_TRY(r, kc_file_read_secret(path, SD_PEM_MAX, &raw, err));
	r = take_oct(path, &raw, ret, err);
out:
	kc_secret_free(&raw);
	return r;
}

/* PrivateKeyInfo, and nothing behind it but the zeros, fewer than 8, that
 * SoftHSM 2.6.1 adds before it pads (tests/e2e/byok_card.sh). */
static kc_result
parse(const struct kc_secret *der, EVP_PKEY **ret, struct kc_err *err)
{
	const unsigned char *at = der->p, *end = der->p + der->len;
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &at, (long)der->len);
	bool good = key != NULL && end - at < 8;

	for (; good && at < end; at++)
		good = *at == 0;
	if (!good) {
		EVP_PKEY_free(key);
		return KC_FAIL_SSL(err, KC_EFORMAT, "what the card wrapped "
		    "is no private key as PKCS #8 says");
	}
	*ret = key;
	return KC_DONE;
}

static kc_result
same_modulus(const EVP_PKEY *key, const struct est_wrapped *w,
    struct kc_err *err)
{
	struct est_numbers v = { 0 };

	if (w->n_len == 0 || (est_numbers_get(key, &v) && v.n_len ==
	    w->n_len && CRYPTO_memcmp(v.n, w->n, v.n_len) == 0))
		return KC_DONE;
	return KC_FAIL(err, KC_EREFUSED, 0, "the card wrapped another key "
	    "than the one it shows: their public halves differ");
}

kc_result
est_target_wrapped(const char *name, const struct est_wrapped *w,
    struct est_target *ret, struct kc_err *err)
{
	struct kc_secret plain = { 0 };
	EVP_PKEY *key = NULL;
	kc_result r;

	r = est_kwp_open(w->aes, w->wrapped, &plain, err);
	if (kc_ok(r) && !w->oct) {
		r = parse(&plain, &key, err);
		if (kc_ok(r))
			r = same_modulus(key, w, err);
	}
	if (!kc_ok(r)) {
		r = kc_prefix(err, "%s", name);
		goto out;
	}
	r = w->oct ? take_oct(name, &plain, ret, err) :
	    take(name, key, ret, err);
out:
	EVP_PKEY_free(key);
	kc_secret_free(&plain);
	return r;
}
