/* SPDX-License-Identifier: Apache-2.0
 *
 * A small whole ceremony for tests: keys made in process, no card.
 */
#ifndef KC_TESTS_AUDIT_FIXTURE_H
#define KC_TESTS_AUDIT_FIXTURE_H

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "audit/export.h"
#include "audit/sign.h"
#include "base/file.h"

struct fix_key {
	EVP_PKEY *key;
	struct kc_buf cert;
	char name[32];
};

static inline void
fix_ext(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	(void)X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
}

/* A self-signed certificate of key; usage and ca as X509v3 writes them. */
static inline int
fix_cert_of(EVP_PKEY *key, const char *name, const char *usage,
    const char *ca, struct kc_buf *ret)
{
	X509 *x = X509_new();
	unsigned char *der = NULL;
	struct kc_err err;
	int n, ok;

	(void)X509_set_version(x, 2);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(x),
	    (long)(unsigned char)name[strlen(name) - 1] * 7919);
	(void)X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN",
	    MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
	(void)X509_set_issuer_name(x, X509_get_subject_name(x));
	(void)X509_gmtime_adj(X509_getm_notBefore(x), -86400);
	(void)ASN1_TIME_set_string(X509_getm_notAfter(x), "491231235959Z");
	(void)X509_set_pubkey(x, key);
	fix_ext(x, NID_basic_constraints, ca);
	if (usage != NULL)
		fix_ext(x, NID_key_usage, usage);
	(void)X509_sign(x, key, EVP_sha256());
	n = i2d_X509(x, &der);
	ok = n > 0 && kc_ok(kc_buf_add(ret, der, (size_t)n, &err));
	OPENSSL_free(der);
	X509_free(x);
	return ok;
}

static inline int
fix_key_make(struct fix_key *k, const char *name, const char *usage,
    const char *ca)
{
	(void)snprintf(k->name, sizeof k->name, "%s", name);
	k->key = EVP_RSA_gen(2048);
	return fix_cert_of(k->key, k->name, usage, ca, &k->cert);
}

static inline void
fix_key_free(struct fix_key *k)
{
	EVP_PKEY_free(k->key);
	kc_buf_free(&k->cert);
}

/* What a card does: PKCS#1 v1.5 over a given SHA-256. */
static inline kc_result
fix_sign(const struct fix_key *k, const uint8_t *digest, struct kc_buf *ret,
    struct kc_err *err)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(k->key, NULL);
	unsigned char sig[1024];
	size_t len = sizeof sig;
	kc_result r;

	if (EVP_PKEY_sign_init(c) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_signature_md(c, EVP_sha256()) != 1 ||
	    EVP_PKEY_sign(c, sig, &len, digest, KC_SHA256) != 1)
		r = KC_FAIL_SSL(err, KC_EBUG, "no signature");
	else
		r = kc_buf_add(ret, sig, len, err);
	EVP_PKEY_CTX_free(c);
	return r;
}

/* Intent, signature, row; then the end row. */
static inline kc_result
fix_sign_text(struct aud_journal *j, struct aud_text *t,
    const struct fix_key *k, size_t n, struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < n; i++) {
		struct kc_buf sig = { 0 };

		r = aud_text_intent(j, "seal", t, k[i].name, err);
		if (kc_ok(r))
			r = fix_sign(&k[i], t->digest, &sig, err);
		if (kc_ok(r))
			r = aud_text_add(j, "seal", t, k[i].name, &k[i].cert,
			    &sig, err);
		kc_buf_free(&sig);
		if (!kc_ok(r))
			return r;
	}
	return aud_text_end(j, "seal", t, err);
}

static inline kc_result
fix_write(const char *dir, const char *name, const char *text,
    char hex[static KC_HEX], struct kc_err *err)
{
	struct kc_buf path = { 0 };
	uint8_t hash[KC_SHA256];
	kc_result r;

	KC_TRY(r, kc_path_join(dir, name, &path, err));
	KC_TRY(r, kc_file_write_new(kc_buf_str(&path), text, strlen(text),
	    0600, err));
	KC_TRY(r, kc_sha256_one(text, strlen(text), hash, err));
	kc_hex(hash, sizeof hash, hex);
out:
	kc_buf_free(&path);
	return r;
}

#endif
