/* SPDX-License-Identifier: Apache-2.0
 *
 * Signing certificates.
 */
#include "audit/cert.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "audit/finding.h"
#include "base/b64.h"

static kc_result
parse(const char *who, const struct kc_buf *der, X509 **ret,
    struct kc_err *err)
{
	const unsigned char *p = der->p;
	X509 *x = NULL;

	if (der->len == 0 || der->len > AUD_CERT_MAX ||
	    (x = d2i_X509(NULL, &p, (long)der->len)) == NULL ||
	    p != der->p + der->len) {
		X509_free(x);
		ERR_clear_error();
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "the certificate of %s is not one DER certificate", who);
	}
	*ret = x;
	return KC_DONE;
}

/* What is wrong with the shape; NULL when nothing. */
static const char *
fault(X509 *x, EVP_PKEY *key)
{
	uint32_t flags = X509_get_extension_flags(x);
	uint32_t usage = X509_get_key_usage(x);
	int critical = 0;
	BASIC_CONSTRAINTS *bc = X509_get_ext_d2i(x, NID_basic_constraints,
	    &critical, NULL);
	bool has_bc = bc != NULL, ca = bc != NULL && bc->ca != 0;

	BASIC_CONSTRAINTS_free(bc);
	if ((flags & EXFLAG_INVALID) != 0)
		return "has extensions that are not well-formed";
	if (key == NULL || !EVP_PKEY_is_a(key, "RSA"))
		return "has no RSA key";
	if (EVP_PKEY_get_bits(key) < 2048 || EVP_PKEY_get_bits(key) > 8192)
		return "has a key outside 2048 to 8192 bits";
	if (!has_bc || ca)
		return "does not say CA:FALSE";
	if ((flags & EXFLAG_KUSAGE) == 0 ||
	    (usage & KU_DIGITAL_SIGNATURE) == 0)
		return "does not have the key usage digitalSignature";
	if ((usage & (KU_KEY_ENCIPHERMENT | KU_KEY_CERT_SIGN)) != 0)
		return "is for keyEncipherment or keyCertSign: a wrapping "
		    "or CA key is no signer";
	if (X509_NAME_cmp(X509_get_subject_name(x),
	    X509_get_issuer_name(x)) != 0 || X509_verify(x, key) != 1)
		return "is not signed by its own key";
	if (ASN1_TIME_compare(X509_get0_notBefore(x),
	    X509_get0_notAfter(x)) != -1)
		return "has no validity";
	return NULL;
}

kc_result
aud_cert_check(const char *who, const struct kc_buf *der, struct kc_err *err)
{
	const char *why;
	X509 *x = NULL;
	kc_result r = parse(who, der, &x, err);

	if (!kc_ok(r))
		return r;
	why = fault(x, X509_get0_pubkey(x));
	ERR_clear_error();
	X509_free(x);
	if (why != NULL)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the certificate of %s %s", who, why);
	return KC_DONE;
}

kc_result
aud_cert_verify(const char *who, const struct kc_buf *der,
    const uint8_t digest[static KC_SHA256], const struct kc_buf *sig,
    struct kc_err *err)
{
	EVP_PKEY_CTX *ctx = NULL;
	X509 *x = NULL;
	kc_result r;

	KC_TRY(r, parse(who, der, &x, err));
	ctx = EVP_PKEY_CTX_new(X509_get0_pubkey(x), NULL);
	if (ctx == NULL || EVP_PKEY_verify_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) != 1 ||
	    EVP_PKEY_verify(ctx, sig->p, sig->len, digest, KC_SHA256) != 1)
		r = AUD_REFUSE(err, SIGNATURE,
		    "the signature of %s does not hold", who);
	ERR_clear_error();
out:
	EVP_PKEY_CTX_free(ctx);
	X509_free(x);
	return r;
}

kc_result
aud_cert_same_key(const struct kc_buf *a, const struct kc_buf *b, bool *ret,
    struct kc_err *err)
{
	X509 *x = NULL, *y = NULL;
	kc_result r;

	KC_TRY(r, parse("a signer", a, &x, err));
	KC_TRY(r, parse("a signer", b, &y, err));
	*ret = EVP_PKEY_eq(X509_get0_pubkey(x), X509_get0_pubkey(y)) == 1;
	ERR_clear_error();
out:
	X509_free(x);
	X509_free(y);
	return r;
}

kc_result
aud_cert_names(const struct kc_buf *der, struct kc_buf *ret_issuer,
    struct kc_buf *ret_serial, struct kc_err *err)
{
	unsigned char *issuer = NULL, *serial = NULL;
	int n_issuer, n_serial;
	X509 *x = NULL;
	kc_result r;

	KC_TRY(r, parse("a signer", der, &x, err));
	n_issuer = i2d_X509_NAME(X509_get_issuer_name(x), &issuer);
	n_serial = i2d_ASN1_INTEGER(X509_get0_serialNumber(x), &serial);
	if (n_issuer <= 0 || n_serial <= 0) {
		r = KC_FAIL_SSL(err, KC_ENOMEM, "no DER of a name");
		goto out;
	}
	KC_TRY(r, kc_buf_add(ret_issuer, issuer, (size_t)n_issuer, err));
	r = kc_buf_add(ret_serial, serial, (size_t)n_serial, err);
out:
	OPENSSL_free(issuer);
	OPENSSL_free(serial);
	X509_free(x);
	return r;
}

kc_result
aud_cert_pem(const struct kc_buf *der, struct kc_buf *ret,
    struct kc_err *err)
{
	struct kc_buf b64 = { 0 };
	kc_result r;

	KC_TRY(r, kc_b64_encode(der->p, der->len, &b64, err));
	KC_TRY(r, kc_buf_adds(ret, "-----BEGIN CERTIFICATE-----\n", err));
	for (size_t i = 0; i < b64.len; i += 64)
		KC_TRY(r, kc_buf_addf(ret, err, "%.64s\n", b64.p + i));
	r = kc_buf_adds(ret, "-----END CERTIFICATE-----\n", err);
out:
	kc_buf_free(&b64);
	return r;
}
