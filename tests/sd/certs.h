/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificates made for a test: of any key, sound or not.
 */
#ifndef KC_TESTS_SD_CERTS_H
#define KC_TESTS_SD_CERTS_H

#include "tests/check.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "sd/cert.h"

/* struct t_cert: what a certificate is to say.  NULL and 0: the usual. */
struct t_cert {
	const char *name;	/* file name for messages, and CN */
	const char *subject;	/* CN instead */
	const char *issuer;	/* CN of another; NULL: the subject */
	const char *usage;	/* key usage; NULL: no extension */
	const char *basic;	/* basic constraints; NULL: no extension */
	long ends_s;		/* seconds from now; 0: a day */
	EVP_PKEY *key;		/* public half */
	EVP_PKEY *signer;	/* NULL: key */
};

static inline void
t_cn(X509_NAME *n, const char *cn)
{
	assert_int_equal(X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_ASC,
	    (const unsigned char *)cn, -1, -1, 0), 1);
}

static inline void
t_extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e;

	if (value == NULL)
		return;
	e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	assert_non_null(e);
	assert_int_equal(X509_add_ext(x, e, -1), 1);
	X509_EXTENSION_free(e);
}

/* t_x509: the certificate.  Caller: X509_free */
static inline X509 *
t_x509(const struct t_cert *t)
{
	const char *cn = t->subject != NULL ? t->subject : t->name;
	X509 *x = X509_new();

	assert_non_null(x);
	assert_int_equal(X509_set_version(x, X509_VERSION_3), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x), 4711), 1);
	t_cn(X509_get_subject_name(x), cn);
	t_cn(X509_get_issuer_name(x), t->issuer != NULL ? t->issuer : cn);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x), -86400));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x),
	    t->ends_s != 0 ? t->ends_s : 86400));
	assert_int_equal(X509_set_pubkey(x, t->key), 1);
	t_extension(x, NID_key_usage, t->usage);
	t_extension(x, NID_basic_constraints, t->basic);
	assert_true(X509_sign(x, t->signer != NULL ? t->signer : t->key,
	    EVP_sha256()) > 0);
	return x;
}

/* t_cert_make: read it as a file would be.  Caller: sd_cert_free */
static inline struct sd_cert
t_cert_make(const struct t_cert *t)
{
	X509 *x = t_x509(t);
	struct sd_cert c = { 0 };
	struct kc_err err = { 0 };
	unsigned char *der = NULL;
	int len = i2d_X509(x, &der);

	assert_true(len > 0);
	t_ok(sd_cert_read(t->name, der, (size_t)len, &c, &err), &err);
	OPENSSL_free(der);
	X509_free(x);
	return c;
}

/* t_public: the RSA key of these numbers, without private half. */
static inline EVP_PKEY *
t_public(const BIGNUM *n, const BIGNUM *e)
{
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params;
	EVP_PKEY *key = NULL;

	assert_int_equal(OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, n),
	    1);
	assert_int_equal(OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, e),
	    1);
	params = OSSL_PARAM_BLD_to_param(b);
	assert_non_null(params);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY,
	    params), 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

#endif
