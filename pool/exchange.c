/* SPDX-License-Identifier: Apache-2.0
 *
 * The stand-in pool's exchange key.
 */
#include "pool/exchange.h"

#include <stdio.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/b64.h"
#include "base/file.h"

#define AZ_COLUMNS 65
#define YEAR_S (365L * 24 * 3600)

static const struct {
	int nid;
	const char *value;
} extensions[] = {
	{ NID_basic_constraints, "critical,CA:FALSE" },
	{ NID_key_usage, "critical,keyEncipherment" },
	{ NID_netscape_comment, "REHEARSAL: a stand-in for a Managed HSM" },
};

static kc_result
add_extensions(X509 *cert, struct kc_err *err)
{
	for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
		X509_EXTENSION *x = X509V3_EXT_conf_nid(NULL, NULL,
		    extensions[i].nid, extensions[i].value);
		int good = x != NULL && X509_add_ext(cert, x, -1) == 1;

		X509_EXTENSION_free(x);
		if (!good)
			return KC_FAIL_SSL(err, KC_ENOMEM,
			    "cannot add a certificate extension");
	}
	return KC_DONE;
}

static kc_result
make_certificate(const char *pool, EVP_PKEY *key, X509 **ret,
    struct kc_err *err)
{
	X509 *cert = X509_new();
	X509_NAME *name = cert != NULL ? X509_get_subject_name(cert) : NULL;
	char cn[65];
	kc_result r;

	(void)snprintf(cn, sizeof cn, "%s.managedhsm.azure.net", pool);
	if (cert == NULL || X509_set_version(cert, X509_VERSION_3) != 1 ||
	    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1) != 1 ||
	    X509_gmtime_adj(X509_getm_notBefore(cert), 0) == NULL ||
	    X509_gmtime_adj(X509_getm_notAfter(cert), YEAR_S) == NULL ||
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	    (const unsigned char *)cn, -1, -1, 0) != 1 ||
	    X509_set_issuer_name(cert, name) != 1 ||
	    X509_set_pubkey(cert, key) != 1) {
		r = KC_FAIL_SSL(err, KC_ENOMEM,
		    "cannot make the exchange certificate");
		goto out;
	}
	KC_TRY(r, add_extensions(cert, err));
	if (X509_sign(cert, key, EVP_sha256()) == 0) {
		r = KC_FAIL_SSL(err, KC_ENOMEM,
		    "cannot sign the exchange certificate");
		goto out;
	}
	*ret = cert;
	cert = NULL;
out:
	X509_free(cert);
	return r;
}

/* Spec section 7: az writes x5c[0] in lines of 65 columns, unended. */
static kc_result
az_pem(X509 *cert, struct kc_buf *ret, struct kc_err *err)
{
	struct kc_buf b64 = { 0 }, pem = { 0 };
	unsigned char *der = NULL;
	int len = i2d_X509(cert, &der);
	kc_result r;

	if (len <= 0) {
		r = KC_FAIL_SSL(err, KC_ENOMEM,
		    "cannot encode the exchange certificate");
		goto out;
	}
	KC_TRY(r, kc_b64_encode(der, (size_t)len, &b64, err));
	KC_TRY(r, kc_buf_adds(&pem, "-----BEGIN CERTIFICATE-----\n", err));
	for (size_t at = 0; at < b64.len; at += AZ_COLUMNS) {
		size_t n = b64.len - at < AZ_COLUMNS ? b64.len - at :
		    AZ_COLUMNS;

		KC_TRY(r, kc_buf_add(&pem, b64.p + at, n, err));
		KC_TRY(r, kc_buf_adds(&pem, "\n", err));
	}
	KC_TRY(r, kc_buf_adds(&pem, "-----END CERTIFICATE-----", err));
	kc_buf_free(ret);
	*ret = pem;
	pem = (struct kc_buf){ 0 };
out:
	OPENSSL_free(der);
	kc_buf_free(&pem);
	kc_buf_free(&b64);
	return r;
}

static kc_result
write_key(const char *path, EVP_PKEY *key, struct kc_err *err)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	char *p = NULL;
	long len = 0;
	kc_result r;

	if (bio != NULL && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL,
	    0, NULL, NULL) == 1)
		len = BIO_get_mem_data(bio, &p);
	if (len > 0)
		r = kc_file_write_new(path, p, (size_t)len, 0600, err);
	else
		r = KC_FAIL_SSL(err, KC_ENOMEM,
		    "cannot encode the exchange key");
	BIO_free(bio);
	return r;
}

kc_result
pool_exchange_new(const char *pool, unsigned bits, const char *key_path,
    const char *cer_path, struct kc_buf *ret_pem, struct kc_err *err)
{
	struct kc_buf pem = { 0 };
	EVP_PKEY *key = EVP_RSA_gen(bits);
	X509 *cert = NULL;
	kc_result r;

	if (key == NULL) {
		r = KC_FAIL_SSL(err, KC_ENOMEM,
		    "cannot generate the exchange key");
		goto out;
	}
	KC_TRY(r, make_certificate(pool, key, &cert, err));
	KC_TRY(r, az_pem(cert, &pem, err));
	KC_TRY(r, write_key(key_path, key, err));
	KC_TRY(r, kc_file_write_new(cer_path, pem.p, pem.len, 0600, err));
	kc_buf_free(ret_pem);
	*ret_pem = pem;
	pem = (struct kc_buf){ 0 };
out:
	kc_buf_free(&pem);
	X509_free(cert);
	EVP_PKEY_free(key);
	return r;
}
