/* SPDX-License-Identifier: Apache-2.0
 *
 * Chains of certificates: PEM, parsing, the rules.
 */
#include "sd/pki.h"

#include <string.h>
#include <time.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/x509v3.h>

#include "base/b64.h"
#include "base/clock.h"

#define FENCE "-----"

/* t begins with these words, one after another: how many bytes; 0: not. */
static size_t
begins(const struct sd_text *t, const char *what, const char *label)
{
	const char *part[] = { FENCE, what, label, FENCE };
	size_t at = 0;

	for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
		size_t n = strlen(part[i]);

		if (t->len - at < n || memcmp(t->p + at, part[i], n) != 0)
			return 0;
		at += n;
	}
	return at;
}

static void
skip(struct sd_text *t, size_t n)
{
	t->p += n;
	t->len -= n;
}

/* The line end that must stand here; at the end of the text, if may_end,
 * none is needed. */
static bool
line_end(struct sd_text *t, bool may_end)
{
	if (t->len > 1 && t->p[0] == '\r' && t->p[1] == '\n')
		skip(t, 2);
	else if (t->len > 0 && t->p[0] == '\n')
		skip(t, 1);
	else
		return may_end && t->len == 0;
	return true;
}

bool
sd_pem_at(const struct sd_text *t, const char *label)
{
	return begins(t, "BEGIN ", label) != 0;
}

kc_result
sd_pem_next(struct sd_text *t, const char *label, struct kc_buf *ret_der,
    struct kc_err *err)
{
	struct sd_text at = *t;
	struct kc_buf b64 = { 0 };
	size_t n = begins(&at, "BEGIN ", label);
	kc_result r;

	skip(&at, n);
	if (n == 0 || !line_end(&at, false))
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "no PEM block %s begins where one must", label);
	while ((n = begins(&at, "END ", label)) == 0) {
		const char *nl = memchr(at.p, '\n', at.len);
		size_t line = nl != NULL ? (size_t)(nl - at.p) : 0;

		if (line > 0 && at.p[line - 1] == '\r')
			line--;
		if (line == 0) {
			r = KC_FAIL(err, KC_EFORMAT, 0,
			    "the PEM block %s has an empty line or no end",
			    label);
			goto out;
		}
		KC_TRY(r, kc_buf_add(&b64, at.p, line, err));
		skip(&at, line);
		(void)line_end(&at, false);
	}
	skip(&at, n);
	if (!line_end(&at, true)) {
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "something stands behind the PEM block %s in its last "
		    "line", label);
		goto out;
	}
	KC_TRY(r, kc_b64_decode(kc_buf_str(&b64), b64.len, ret_der, err));
	*t = at;
out:
	kc_buf_free(&b64);
	return r;
}

kc_result
sd_pki_cert(const uint8_t *p, size_t len, X509 **ret, struct kc_err *err)
{
	const unsigned char *at = p;
	unsigned char *again = NULL;
	X509 *x = d2i_X509(NULL, &at, (long)len);
	/* Written anew, not as OpenSSL kept what it read: a key has one
	 * encoding, or its hash has two. */
	int n = x != NULL && at == p + len && i2d_re_X509_tbs(x, NULL) > 0 ?
	    i2d_X509(x, &again) : -1;
	bool same = n > 0 && (size_t)n == len && memcmp(again, p, len) == 0;

	OPENSSL_free(again);
	if (!same) {
		X509_free(x);
		return KC_FAIL_SSL(err, KC_EFORMAT,
		    "it is no X.509 certificate in DER");
	}
	*ret = x;
	return KC_DONE;
}

kc_result
sd_pki_cn(const X509 *x, struct kc_buf *ret, struct kc_err *err)
{
	const X509_NAME *name = X509_get_subject_name(x);
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	unsigned char *utf8 = NULL;
	kc_result r;
	int n;

	if (at < 0)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the subject has no common name");
	if (X509_NAME_get_index_by_NID(name, NID_commonName, at) >= 0)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the subject has more than one common name");
	n = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(
	    X509_NAME_get_entry(name, at)));
	if (n <= 0 || memchr(utf8, '\0', (size_t)n) != NULL)
		r = KC_FAIL_SSL(err, KC_EREFUSED,
		    "the subject's common name is empty or holds a NUL");
	else
		r = kc_buf_add(ret, utf8, (size_t)n, err);
	OPENSSL_free(utf8);
	return r;
}

bool
sd_pki_cn_is(const X509 *x, const char *text)
{
	struct kc_buf cn = { 0 };
	bool same = kc_ok(sd_pki_cn(x, &cn, NULL)) &&
	    strcmp(kc_buf_str(&cn), text) == 0;

	kc_buf_free(&cn);
	return same;
}

static bool
is_p256(EVP_PKEY *key)
{
	char group[32];

	return key != NULL && EVP_PKEY_is_a(key, "EC") &&
	    EVP_PKEY_get_group_name(key, group, sizeof group, NULL) == 1 &&
	    strcmp(group, SN_X9_62_prime256v1) == 0;
}

kc_result
sd_pki_issued(X509 *child, X509 *issuer, struct kc_err *err)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer);

	if (!is_p256(key) || !is_p256(X509_get0_pubkey(child)))
		return KC_FAIL_SSL(err, KC_EREFUSED,
		    "a key of the chain is not ECDSA P-256");
	if (X509_get_signature_nid(child) != NID_ecdsa_with_SHA256)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "a certificate is not signed with ECDSA and SHA-256");
	if (X509_NAME_cmp(X509_get_issuer_name(child),
	    X509_get_subject_name(issuer)) != 0)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "a certificate's issuer is not the next one's subject");
	if (X509_verify(child, key) != 1)
		return KC_FAIL_SSL(err, KC_EREFUSED,
		    "a certificate's signature does not hold");
	return KC_DONE;
}

/* OpenSSL knows every critical extension, and none is malformed. */
static kc_result
sound(X509 *x, uint32_t *ret_flags, struct kc_err *err)
{
	uint32_t flags = X509_get_extension_flags(x);

	if (X509_get_version(x) != X509_VERSION_3 ||
	    (flags & (EXFLAG_INVALID | EXFLAG_CRITICAL)) != 0 ||
	    (flags & EXFLAG_KUSAGE) == 0 || (flags & EXFLAG_BCONS) == 0)
		return KC_FAIL_SSL(err, KC_EREFUSED,
		    "a certificate's extensions are malformed, incomplete, "
		    "or critical and unknown");
	*ret_flags = flags;
	return KC_DONE;
}

kc_result
sd_pki_ca(X509 *x, long path, struct kc_err *err)
{
	uint32_t flags = 0;
	kc_result r = sound(x, &flags, err);
	long below;

	if (!kc_ok(r))
		return r;
	below = X509_get_pathlen(x);
	if ((flags & EXFLAG_CA) == 0 ||
	    (X509_get_key_usage(x) & KU_KEY_CERT_SIGN) == 0)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "a certificate that issued another is no CA");
	if (path == 0 ? below != 0 : below >= 0 && below < path)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "a CA's path length is %ld, not %ld", below, path);
	return KC_DONE;
}

kc_result
sd_pki_leaf(X509 *x, struct kc_err *err)
{
	uint32_t flags = 0;
	kc_result r = sound(x, &flags, err);

	if (!kc_ok(r))
		return r;
	if ((flags & EXFLAG_CA) != 0 ||
	    (X509_get_key_usage(x) & KU_KEY_CERT_SIGN) != 0)
		return KC_FAIL(err, KC_EREFUSED, 0, "the leaf is a CA");
	if ((X509_get_key_usage(x) & KU_DIGITAL_SIGNATURE) == 0)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the leaf's key usage lacks digitalSignature");
	return KC_DONE;
}

static bool
to_ms(const ASN1_TIME *t, int64_t *ret)
{
	struct tm tm = { 0 };

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	*ret = (int64_t)timegm(&tm) * 1000;
	return true;
}

kc_result
sd_pki_span_ok(const char *what, const ASN1_TIME *from, const ASN1_TIME *to,
    int64_t at_ms, struct kc_err *err)
{
	char day[KC_TIME_CHARS];
	int64_t first, last;

	if (!to_ms(from, &first) || !to_ms(to, &last))
		return KC_FAIL_SSL(err, KC_EREFUSED,
		    "a date cannot be read or is missing");
	if (at_ms >= first && at_ms <= last)
		return KC_DONE;
	kc_clock_format(at_ms < first ? first : last, day);
	return KC_FAIL(err, KC_EREFUSED, 0, "%s %s %s", what,
	    at_ms < first ? "is not valid before" : "ended", day);
}

kc_result
sd_pki_sha256(X509 *x, uint8_t ret[static KC_SHA256], struct kc_err *err)
{
	if (X509_digest(x, EVP_sha256(), ret, NULL) != 1)
		return KC_FAIL_SSL(err, KC_ENOMEM,
		    "a certificate cannot be hashed");
	return KC_DONE;
}

kc_result
sd_p256_key(const uint8_t xy[static 64], EVP_PKEY **ret, struct kc_err *err)
{
	uint8_t point[65] = { 0x04 };	/* uncompressed */
	char group[] = SN_X9_62_prime256v1;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
		    group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
		    point, sizeof point),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;
	bool good;

	memcpy(point + 1, xy, 64);
	good = ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1;
	EVP_PKEY_CTX_free(ctx);
	if (!good) {
		EVP_PKEY_free(key);
		return KC_FAIL_SSL(err, KC_EREFUSED,
		    "a key is no point of the curve P-256");
	}
	*ret = key;
	return KC_DONE;
}

static bool
to_der(const uint8_t rs[static 64], unsigned char **ret, int *ret_len)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(rs, 32, NULL), *s = BN_bin2bn(rs + 32, 32, NULL);
	bool good = sig != NULL && r != NULL && s != NULL &&
	    ECDSA_SIG_set0(sig, r, s) == 1;

	if (!good) {
		BN_free(r);
		BN_free(s);
	} else {
		*ret_len = i2d_ECDSA_SIG(sig, ret);
		good = *ret_len > 0;
	}
	ECDSA_SIG_free(sig);
	return good;
}

kc_result
sd_p256_verify(EVP_PKEY *key, const void *msg, size_t len,
    const uint8_t rs[static 64], struct kc_err *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char *der = NULL;
	int n = 0;
	bool good = is_p256(key) && ctx != NULL && to_der(rs, &der, &n) &&
	    EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, der, (size_t)n, msg, len) == 1;

	OPENSSL_free(der);
	EVP_MD_CTX_free(ctx);
	if (!good)
		return KC_FAIL_SSL(err, KC_EREFUSED,
		    "the ECDSA signature does not hold");
	return KC_DONE;
}
