/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificates of the attestation chain: root, F9, and a leaf for each key.
 */
#include "tests/cards/x509.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/x509v3.h>

static bool
set_serial(X509 *x)
{
	BIGNUM *b = BN_new();
	ASN1_INTEGER *i = NULL;
	bool ok = b != NULL &&
	    BN_rand(b, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
	    (i = BN_to_ASN1_INTEGER(b, NULL)) != NULL &&
	    X509_set_serialNumber(x, i) == 1;

	ASN1_INTEGER_free(i);
	BN_free(b);
	return ok;
}

X509 *
piv_x509_new(const char *subject, const X509_NAME *issuer, EVP_PKEY *key)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_NAME_new();
	bool ok = x != NULL && name != NULL &&
	    X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	    (const unsigned char *)subject, -1, -1, 0) == 1 &&
	    X509_set_subject_name(x, name) == 1 &&
	    X509_set_issuer_name(x, issuer != NULL ? issuer : name) == 1 &&
	    ASN1_TIME_set_string_X509(X509_getm_notBefore(x),
	    "20160101000000Z") == 1 &&
	    ASN1_TIME_set_string_X509(X509_getm_notAfter(x),
	    "20491231235959Z") == 1 &&
	    X509_set_pubkey(x, key) == 1;

	X509_NAME_free(name);
	if (!ok) {
		X509_free(x);
		return NULL;
	}
	return x;
}

bool
piv_x509_octets(X509 *x, const char *oid, const uint8_t *p, size_t len)
{
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *s = ASN1_OCTET_STRING_new();
	X509_EXTENSION *e = NULL;
	bool ok = o != NULL && s != NULL &&
	    ASN1_OCTET_STRING_set(s, p, (int)len) == 1 &&
	    (e = X509_EXTENSION_create_by_OBJ(NULL, o, 0, s)) != NULL &&
	    X509_add_ext(x, e, -1) == 1;

	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(s);
	ASN1_OBJECT_free(o);
	return ok;
}

static bool
add(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	bool ok = e != NULL && X509_add_ext(x, e, -1) == 1;

	X509_EXTENSION_free(e);
	return ok;
}

bool
piv_x509_ca(X509 *x, bool last)
{
	return add(x, NID_basic_constraints, last ?
	    "critical,CA:TRUE,pathlen:0" : "critical,CA:TRUE") &&
	    add(x, NID_key_usage, "critical,keyCertSign");
}

bool
piv_x509_der(X509 *x, struct tlv_out *ret)
{
	uint8_t *der = NULL;
	int len = i2d_X509(x, &der);

	if (len > 0)
		tlv_raw(ret, der, (size_t)len);
	OPENSSL_free(der);
	return len > 0;
}
