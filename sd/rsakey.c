/* SPDX-License-Identifier: Apache-2.0
 *
 * RSA-OAEP with a private key in memory; a key pair for one moment.
 */
#include "sd/rsakey.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "sd/jwe.h"

#define THROWAWAY_BITS 3072u

kc_result
sd_oaep_open(EVP_PKEY *key, const uint8_t *ek, size_t len,
    struct kc_secret *ret, struct kc_err *err)
{
	size_t size = (size_t)EVP_PKEY_get_size(key), out = 0;
	struct kc_secret s = { 0 };
	EVP_PKEY_CTX *c = NULL;
	kc_result r;

	if (len != size)
		return KC_FAIL(err, KC_EMAC, 0,
		    "its key has %zu bytes, the encrypted key %zu", size,
		    len);
	KC_TRY(r, kc_secret_new(&s, size, err));
	c = EVP_PKEY_CTX_new(key, NULL);
	out = s.cap;
	if (c == NULL || EVP_PKEY_decrypt_init(c) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_OAEP_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_rsa_oaep_md(c, EVP_sha256()) != 1 ||
	    EVP_PKEY_CTX_set_rsa_mgf1_md(c, EVP_sha256()) != 1) {
		r = KC_FAIL_SSL(err, KC_ENOMEM, "RSA-OAEP did not start");
		goto out;
	}
	if (EVP_PKEY_decrypt(c, s.p, &out, ek, len) != 1) {
		ERR_clear_error();
		r = KC_FAIL(err, KC_EMAC, 0,
		    "it does not decrypt the encrypted key");
		goto out;
	}
	s.len = out;
	*ret = s;
	s = (struct kc_secret){ 0 };
out:
	EVP_PKEY_CTX_free(c);
	kc_secret_free(&s);
	return r;
}

kc_result
sd_rsa_unwrap(EVP_PKEY *key, const char *name, const uint8_t *ek, size_t len,
    struct kc_secret *ret_cek, struct kc_err *err)
{
	struct kc_secret s = { 0 };
	kc_result r = sd_oaep_open(key, ek, len, &s, err);

	/* A text of another length is no content key: the same sentence. */
	if (kc_ok(r) && s.len != SD_CEK)
		r = KC_FAIL(err, KC_EMAC, 0,
		    "it does not decrypt the encrypted key");
	if (kc_ok(r)) {
		*ret_cek = s;
		return r;
	}
	kc_secret_free(&s);
	(void)kc_prefix(err, "%s", name);
	return r;
}

/* The smallest certificate that sd_cert_read and sd_exchange_check take. */
static kc_result
self_sign(EVP_PKEY *key, struct sd_cert *ret, struct kc_err *err)
{
	X509 *x = X509_new();
	X509_NAME *name = x != NULL ? X509_get_subject_name(x) : NULL;
	unsigned char *der = NULL;
	int len = -1;
	kc_result r;

	if (name != NULL && X509_set_version(x, X509_VERSION_3) == 1 &&
	    ASN1_INTEGER_set(X509_get_serialNumber(x), 1) == 1 &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"drill", -1, -1, 0) == 1 &&
	    X509_set_issuer_name(x, name) == 1 &&
	    X509_gmtime_adj(X509_getm_notBefore(x), -1800) != NULL &&
	    X509_gmtime_adj(X509_getm_notAfter(x), 1800) != NULL &&
	    X509_set_pubkey(x, key) == 1 &&
	    X509_sign(x, key, EVP_sha256()) > 0)
		len = i2d_X509(x, &der);
	if (len > 0)
		r = sd_cert_read("the drill's exchange key", der, (size_t)len,
		    ret, err);
	else
		r = KC_FAIL_SSL(err, KC_EBUG,
		    "cannot certify the drill's exchange key");
	OPENSSL_free(der);
	X509_free(x);
	return r;
}

kc_result
sd_throwaway_new(struct sd_throwaway *ret, struct kc_err *err)
{
	struct sd_throwaway t = { .key = EVP_RSA_gen(THROWAWAY_BITS) };
	kc_result r;

	if (t.key == NULL)
		return KC_FAIL_SSL(err, KC_EBUG,
		    "cannot make the drill's exchange key");
	r = self_sign(t.key, &t.cert, err);
	if (kc_ok(r))
		*ret = t;
	else
		EVP_PKEY_free(t.key);
	return r;
}

void
sd_throwaway_free(struct sd_throwaway *t)
{
	EVP_PKEY_free(t->key);
	sd_cert_free(&t->cert);
	*t = (struct sd_throwaway){ 0 };
}

static kc_result
unwrap(void *ctx, const uint8_t *ek, size_t len, struct kc_secret *ret_cek,
    struct kc_err *err)
{
	struct sd_throwaway *t = ctx;

	return sd_rsa_unwrap(t->key, t->cert.name, ek, len, ret_cek, err);
}

struct sd_key
sd_throwaway_key(struct sd_throwaway *t)
{
	struct sd_key key = { .name = t->cert.name, .has_x5t = true,
		.ctx = t, .unwrap = unwrap };

	memcpy(key.x5t, t->cert.x5t, KC_SHA256);
	return key;
}
