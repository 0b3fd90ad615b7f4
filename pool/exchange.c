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

#include "base/file.h"
#include "pool/quote.h"

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

/* Evidence for the key of cert, from the rehearsal's PKI. */
static kc_result
add_evidence(X509 *cert, const struct pool_pki *pki, struct kc_err *err)
{
	ASN1_OBJECT *oid = OBJ_txt2obj(POOL_EVIDENCE_OID, 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	struct kc_buf spki = { 0 }, evidence = { 0 };
	X509_EXTENSION *x = NULL;
	unsigned char *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
	kc_result r;

	if (oid == NULL || value == NULL || len <= 0) {
		r = KC_FAIL_SSL(err, KC_ENOMEM, "cannot encode a public key");
		goto out;
	}
	KC_TRY(r, kc_buf_add(&spki, der, (size_t)len, err));
	KC_TRY(r, pool_evidence(pki, &spki, &evidence, err));
	if (ASN1_OCTET_STRING_set(value, evidence.p, (int)evidence.len) != 1 ||
	    (x = X509_EXTENSION_create_by_OBJ(NULL, oid, 0, value)) == NULL ||
	    X509_add_ext(cert, x, -1) != 1)
		r = KC_FAIL_SSL(err, KC_ENOMEM,
		    "cannot add the evidence to a certificate");
out:
	X509_EXTENSION_free(x);
	kc_buf_free(&evidence);
	kc_buf_free(&spki);
	OPENSSL_free(der);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(oid);
	return r;
}

kc_result
pool_exchange_cert(const struct pool_exchange *how, EVP_PKEY *key, X509 **ret,
    struct kc_err *err)
{
	X509 *cert = X509_new();
	X509_NAME *name = cert != NULL ? X509_get_subject_name(cert) : NULL;
	char cn[65] = "transfer-key";	/* 2020, with nothing else */
	kc_result r;

	if (how->pki != NULL)
		(void)snprintf(cn, sizeof cn, "%s.managedhsm.azure.net",
		    how->pool);
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
	if (how->pki != NULL) {
		KC_TRY(r, add_extensions(cert, err));
		KC_TRY(r, add_evidence(cert, how->pki, err));
		KC_TRY(r, pool_edit_piece(how->pki->edit, POOL_PIECE_EXCHANGE,
		    cert, err));
	}
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
pool_exchange_new(const struct pool_exchange *how, const char *key_path,
    const char *cer_path, enum pool_carrier as, struct kc_buf *ret,
    struct kc_err *err)
{
	struct kc_buf pem = { 0 }, text = { 0 };
	EVP_PKEY *key = EVP_RSA_gen(how->bits);
	X509 *cert = NULL;
	kc_result r;

	if (key == NULL) {
		r = KC_FAIL_SSL(err, KC_ENOMEM,
		    "cannot generate the exchange key");
		goto out;
	}
	KC_TRY(r, pool_exchange_cert(how, key, &cert, err));
	KC_TRY(r, pool_carrier_write(cert, POOL_AS_PEM, &pem, err));
	KC_TRY(r, pool_carrier_write(cert, as, &text, err));
	KC_TRY(r, write_key(key_path, key, err));
	KC_TRY(r, kc_file_write_new(cer_path, pem.p, pem.len, 0600, err));
	kc_buf_free(ret);
	*ret = text;
	text = (struct kc_buf){ 0 };
out:
	kc_buf_free(&text);
	kc_buf_free(&pem);
	X509_free(cert);
	EVP_PKEY_free(key);
	return r;
}
