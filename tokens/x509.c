/* SPDX-License-Identifier: Apache-2.0
 *
 * The card's self-signed certificate: built here, signed by the card,
 * verified before it is used.
 */
#include <string.h>
#include <time.h>

#include <openssl/bn.h>
#include <openssl/x509v3.h>

#include "base/hash.h"
#include "base/text.h"
#include "tokens/object.h"
#include "tokens/proto.h"

#define CN_MAX 64		/* ub-common-name, RFC 5280 */

static bool
set_serial(X509 *x)
{
	BIGNUM *b = BN_new();
	ASN1_INTEGER *i = NULL;
	bool ok = b != NULL &&
	    BN_rand(b, 128, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
	    (i = BN_to_ASN1_INTEGER(b, NULL)) != NULL &&
	    X509_set_serialNumber(x, i) == 1;

	ASN1_INTEGER_free(i);
	BN_free(b);
	return ok;
}

static bool
set_names(X509 *x, const char *cn)
{
	X509_NAME *n = X509_NAME_new();
	bool ok = n != NULL && X509_NAME_add_entry_by_txt(n, "CN",
	    MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0) == 1 &&
	    X509_set_subject_name(x, n) == 1 &&
	    X509_set_issuer_name(x, n) == 1;

	X509_NAME_free(n);
	return ok;
}

/* 24 hours back for clocks that disagree; archives outlive clocks. */
static bool
set_dates(X509 *x)
{
	return X509_time_adj_ex(X509_getm_notBefore(x), -1, 0, NULL) != NULL &&
	    ASN1_TIME_set_string_X509(X509_getm_notAfter(x),
	    "20491231235959Z") == 1;
}

static bool
add_ext(X509 *x, X509V3_CTX *ctx, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, ctx, nid, value);
	bool ok = e != NULL && X509_add_ext(x, e, -1) == 1;

	X509_EXTENSION_free(e);
	return ok;
}

static bool
set_extensions(X509 *x, enum tok_use use)
{
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	return add_ext(x, &ctx, NID_basic_constraints,
	    "critical,CA:FALSE") &&
	    add_ext(x, &ctx, NID_key_usage, use == TOK_WRAPPING ?
	    "critical,keyEncipherment" : "critical,digitalSignature") &&
	    add_ext(x, &ctx, NID_subject_key_identifier, "hash");
}

/* OpenSSL gives read access to these two parts only; a certificate whose key
 * it does not hold cannot be signed by it otherwise. */
static bool
set_algorithms(X509 *x)
{
	const X509_ALGOR *outer = NULL;
	const X509_ALGOR *inner = X509_get0_tbs_sigalg(x);

	X509_get0_signature(NULL, &outer, x);
	return X509_ALGOR_set0((X509_ALGOR *)(uintptr_t)inner,
	    OBJ_nid2obj(NID_sha256WithRSAEncryption), V_ASN1_NULL, NULL) == 1
	    && X509_ALGOR_set0((X509_ALGOR *)(uintptr_t)outer,
	    OBJ_nid2obj(NID_sha256WithRSAEncryption), V_ASN1_NULL, NULL) == 1;
}

static bool
set_signature(X509 *x, const struct kc_buf *sig)
{
	const ASN1_BIT_STRING *have = NULL;
	ASN1_BIT_STRING *s;

	X509_get0_signature(&have, NULL, x);
	s = (ASN1_BIT_STRING *)(uintptr_t)have;
	if (ASN1_STRING_set(s, sig->p, (int)sig->len) != 1)
		return false;
	s->flags &= ~(ASN1_STRING_FLAG_BITS_LEFT | 0x07);
	s->flags |= ASN1_STRING_FLAG_BITS_LEFT;
	return true;
}

static kc_result
sign(struct tok_mod *m, const struct tok_key *key, X509 *x,
    struct kc_err *err)
{
	struct kc_buf sig = { 0 };
	uint8_t digest[KC_SHA256];
	unsigned char *tbs = NULL;
	int len = i2d_re_X509_tbs(x, &tbs);
	kc_result r;

	if (len <= 0)
		return KC_FAIL_SSL(err, KC_EBUG,
		    "the certificate could not be encoded");
	KC_TRY(r, kc_sha256_one(tbs, (size_t)len, digest, err));
	KC_TRY(r, tok_rsa_sign(m, key, digest, &sig, err));
	if (!set_signature(x, &sig))
		r = KC_FAIL_SSL(err, KC_ENOMEM, "no memory for a signature");
out:
	OPENSSL_free(tbs);
	kc_buf_free(&sig);
	return r;
}

kc_result
tok_x509_make(struct tok_mod *m, const struct tok_key *key, enum tok_use use,
    const char *subject, struct kc_buf *ret, struct kc_err *err)
{
	unsigned char *der = NULL;
	EVP_PKEY *pk = NULL;
	X509 *x = NULL;
	kc_result r;
	int len;

	if (subject[0] == '\0' || strlen(subject) > CN_MAX ||
	    !kc_text_clean(subject))
		return KC_FAIL(err, KC_EUSAGE, 0, "the subject has %zu bytes; "
		    "1 to %d of clean text are a common name",
		    strlen(subject), CN_MAX);
	KC_TRY(r, tok_rsa_public(key, &pk, err));
	x = X509_new();
	if (x == NULL || X509_set_version(x, X509_VERSION_3) != 1 ||
	    !set_serial(x) || !set_names(x, subject) || !set_dates(x) ||
	    X509_set_pubkey(x, pk) != 1 || !set_extensions(x, use) ||
	    !set_algorithms(x)) {
		r = KC_FAIL_SSL(err, KC_EBUG,
		    "the certificate could not be built");
		goto out;
	}
	KC_TRY(r, sign(m, key, x, err));
	len = i2d_X509(x, &der);
	if (len <= 0 || len > TOK_CERT_MAX || X509_verify(x, pk) != 1) {
		r = KC_FAIL_SSL(err, KC_ECARD,
		    "the certificate the card signed does not verify");
		goto out;
	}
	r = kc_buf_add(ret, der, (size_t)len, err);
out:
	OPENSSL_free(der);
	X509_free(x);
	EVP_PKEY_free(pk);
	return r;
}
