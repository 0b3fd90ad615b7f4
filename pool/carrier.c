/* SPDX-License-Identifier: Apache-2.0
 *
 * An exchange certificate as it may reach the room.
 */
#include "pool/carrier.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "base/b64.h"
#include "base/hash.h"
#include "base/json.h"

#define AZ_COLUMNS 65
#define MODULUS_MAX 512		/* bytes: 4096 bits */
#define SHA1_BYTES 20

static const char *const names[POOL_CARRIERS] = {
	[POOL_AS_PEM] = "pem",
	[POOL_AS_JWK] = "jwk",
	[POOL_AS_BODY] = "body",
};

kc_result
pool_carrier_parse(const char *name, enum pool_carrier *ret,
    struct kc_err *err)
{
	for (enum pool_carrier c = 0; c < POOL_CARRIERS; c++)
		if (strcmp(name, names[c]) == 0) {
			*ret = c;
			return KC_DONE;
		}
	return KC_FAIL(err, KC_EUSAGE, 0,
	    "--as: '%.20s' is none of pem, jwk, body", name);
}

static kc_result
to_der(X509 *cert, struct kc_buf *ret, struct kc_err *err)
{
	unsigned char *der = NULL;
	int len = i2d_X509(cert, &der);
	kc_result r;

	if (len > 0)
		r = kc_buf_add(ret, der, (size_t)len, err);
	else
		r = KC_FAIL_SSL(err, KC_ENOMEM,
		    "cannot encode the exchange certificate");
	OPENSSL_free(der);
	return r;
}

/* Spec section 7: az writes x5c[0] in lines of 65 columns, unended. */
static kc_result
as_pem(const struct kc_buf *der, struct kc_buf *ret, struct kc_err *err)
{
	struct kc_buf b64 = { 0 };
	kc_result r;

	KC_TRY(r, kc_b64_encode(der->p, der->len, &b64, err));
	KC_TRY(r, kc_buf_adds(ret, "-----BEGIN CERTIFICATE-----\n", err));
	for (size_t at = 0; at < b64.len; at += AZ_COLUMNS) {
		size_t n = b64.len - at < AZ_COLUMNS ? b64.len - at :
		    AZ_COLUMNS;

		KC_TRY(r, kc_buf_add(ret, b64.p + at, n, err));
		KC_TRY(r, kc_buf_adds(ret, "\n", err));
	}
	r = kc_buf_adds(ret, "-----END CERTIFICATE-----", err);
out:
	kc_buf_free(&b64);
	return r;
}

static kc_result
set_url(json_t *o, const char *key, const uint8_t *p, size_t len,
    struct kc_err *err)
{
	struct kc_buf b = { 0 };
	kc_result r;

	KC_TRY(r, kc_b64url_encode(p, len, &b, err));
	r = kc_json_set_str(o, key, kc_buf_str(&b), err);
out:
	kc_buf_free(&b);
	return r;
}

static kc_result
set_number(json_t *o, const char *key, const EVP_PKEY *pub,
    const char *param, struct kc_err *err)
{
	uint8_t p[MODULUS_MAX];
	BIGNUM *bn = NULL;
	kc_result r;

	if (EVP_PKEY_get_bn_param(pub, param, &bn) != 1 ||
	    BN_num_bytes(bn) > MODULUS_MAX)
		r = KC_FAIL_SSL(err, KC_EBUG, "the exchange key is not RSA");
	else
		r = set_url(o, key, p, (size_t)BN_bn2bin(bn, p), err);
	BN_free(bn);
	return r;
}

/* Members and their values as the service sent them in 2025. */
static kc_result
fill_jwk(json_t *o, X509 *cert, const struct kc_buf *der, struct kc_err *err)
{
	const EVP_PKEY *pub = X509_get0_pubkey(cert);
	uint8_t sha1[SHA1_BYTES], sha256[KC_SHA256];
	struct kc_buf b = { 0 };
	kc_result r;

	if (EVP_Digest(der->p, der->len, sha1, NULL, EVP_sha1(), NULL) != 1)
		return KC_FAIL_SSL(err, KC_ENOMEM, "SHA-1 failed");
	KC_TRY(r, kc_sha256_one(der->p, der->len, sha256, err));
	KC_TRY(r, kc_json_set_str(o, "kty", "RSA", err));
	KC_TRY(r, kc_json_set_str(o, "kid", "not used", err));
	KC_TRY(r, kc_json_set_new(o, "key_ops", json_pack("[s,s,s]",
	    "wrapKey", "verify", "encrypt"), err));
	KC_TRY(r, set_number(o, "n", pub, OSSL_PKEY_PARAM_RSA_N, err));
	KC_TRY(r, set_number(o, "e", pub, OSSL_PKEY_PARAM_RSA_E, err));
	KC_TRY(r, kc_b64_encode(der->p, der->len, &b, err));
	KC_TRY(r, kc_json_set_new(o, "x5c", json_pack("[s]", kc_buf_str(&b)),
	    err));
	KC_TRY(r, set_url(o, "x5t", sha1, sizeof sha1, err));
	r = set_url(o, "x5t#S256", sha256, sizeof sha256, err);
out:
	kc_buf_free(&b);
	return r;
}

static kc_result
as_json(X509 *cert, const struct kc_buf *der, bool body, struct kc_buf *ret,
    struct kc_err *err)
{
	json_t *jwk = json_object(), *outer = json_object();
	struct kc_buf text = { 0 };
	kc_result r;

	KC_TRY(r, fill_jwk(jwk, cert, der, err));
	if (!body) {
		r = kc_json_canon(jwk, ret, err);
		goto out;
	}
	KC_TRY(r, kc_json_canon(jwk, &text, err));
	KC_TRY(r, kc_json_set_str(outer, "key_format", "jwk", err));
	KC_TRY(r, kc_json_set_str(outer, "transfer_key", kc_buf_str(&text),
	    err));
	r = kc_json_canon(outer, ret, err);
out:
	kc_buf_free(&text);
	json_decref(outer);
	json_decref(jwk);
	return r;
}

kc_result
pool_carrier_write(X509 *cert, enum pool_carrier as, struct kc_buf *ret,
    struct kc_err *err)
{
	struct kc_buf der = { 0 };
	kc_result r;

	KC_TRY(r, to_der(cert, &der, err));
	r = as == POOL_AS_PEM ? as_pem(&der, ret, err) :
	    as_json(cert, &der, as == POOL_AS_BODY, ret, err);
out:
	kc_buf_free(&der);
	return r;
}
