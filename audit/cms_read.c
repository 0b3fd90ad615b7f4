/* SPDX-License-Identifier: Apache-2.0
 *
 * CMS files read back: OpenSSL takes them apart, our writer must give the
 * same bytes again, and OpenSSL's own verification is a second opinion.
 */
#include <string.h>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "audit/cms.h"
#include "audit/finding.h"

#define CMS_MAX ((size_t)1 << 20)

static kc_result
parse(const char *name, const struct kc_buf *der, CMS_ContentInfo **ret,
    struct kc_err *err)
{
	const unsigned char *p = der->p;
	CMS_ContentInfo *cms = NULL;

	if (der->len == 0 || der->len > CMS_MAX ||
	    (cms = d2i_CMS_ContentInfo(NULL, &p, (long)der->len)) == NULL ||
	    p != der->p + der->len ||
	    OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed) {
		CMS_ContentInfo_free(cms);
		ERR_clear_error();
		return AUD_REFUSE(err, SIGNATURE,
		    "%s is not one DER CMS SignedData", name);
	}
	*ret = cms;
	return KC_DONE;
}

/* One SignerInfo and the certificate it names. */
static kc_result
take_pair(CMS_SignerInfo *si, const STACK_OF(X509) *certs, const char *name,
    struct aud_signature *ret, struct kc_err *err)
{
	const ASN1_OCTET_STRING *sig = CMS_SignerInfo_get0_signature(si);
	unsigned char *der = NULL;
	kc_result r;
	int n = 0;

	for (int i = 0; i < sk_X509_num(certs) && n == 0; i++)
		if (CMS_SignerInfo_cert_cmp(si, sk_X509_value(certs, i)) == 0)
			n = i2d_X509(sk_X509_value(certs, i), &der);
	if (n <= 0 || sig == NULL) {
		r = AUD_REFUSE(err, FOREIGN,
		    "%s names a signer without a certificate", name);
		goto out;
	}
	KC_TRY(r, kc_buf_add(&ret->cert, der, (size_t)n, err));
	r = kc_buf_add(&ret->sig, ASN1_STRING_get0_data(sig),
	    (size_t)ASN1_STRING_length(sig), err);
out:
	OPENSSL_free(der);
	return r;
}

static kc_result
same_again(const char *name, const struct kc_buf *der,
    const struct kc_buf *content, const struct aud_signature *pairs,
    size_t n, struct kc_err *err)
{
	struct kc_buf again = { 0 };
	size_t at = 0;
	kc_result r;

	KC_TRY(r, aud_cms_build(content->p, content->len, pairs, n, &again,
	    err));
	while (at < again.len && at < der->len && again.p[at] == der->p[at])
		at++;
	if (again.len != der->len || at < der->len)
		r = AUD_REFUSE(err, SIGNATURE, "%s is not the one encoding "
		    "of its signatures over this content: it differs at byte "
		    "%zu", name, at);
out:
	kc_buf_free(&again);
	return r;
}

kc_result
aud_cms_read(const char *name, const struct kc_buf *der,
    const struct kc_buf *content, struct aud_signature *ret, size_t *ret_n,
    struct kc_err *err)
{
	struct aud_signature pairs[AUD_SIGNERS_MAX] = { 0 };
	CMS_ContentInfo *cms = NULL;
	STACK_OF(CMS_SignerInfo) *infos;
	STACK_OF(X509) *certs = NULL;
	int n = 0;
	kc_result r;

	KC_TRY(r, parse(name, der, &cms, err));
	infos = CMS_get0_SignerInfos(cms);
	certs = CMS_get1_certs(cms);
	n = sk_CMS_SignerInfo_num(infos);
	if (certs == NULL || n < 1 || n > AUD_SIGNERS_MAX) {
		n = 0;
		r = AUD_REFUSE(err, STRIPPED,
		    "%s has no signers or no certificates", name);
		goto out;
	}
	for (int i = 0; i < n; i++)
		KC_TRY(r, take_pair(sk_CMS_SignerInfo_value(infos, i), certs,
		    name, &pairs[i], err));
	KC_TRY(r, same_again(name, der, content, pairs, (size_t)n, err));
	memcpy(ret, pairs, sizeof pairs);
	memset(pairs, 0, sizeof pairs);
	*ret_n = (size_t)n;
out:
	for (int i = 0; i < n; i++) {
		kc_buf_free(&pairs[i].cert);
		kc_buf_free(&pairs[i].sig);
	}
	sk_X509_pop_free(certs, X509_free);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return r;
}

static X509_STORE *
make_store(const struct aud_signature *trusted, size_t n)
{
	X509_STORE *store = X509_STORE_new();
	X509_VERIFY_PARAM *p;

	if (store == NULL)
		return NULL;
	p = X509_STORE_get0_param(store);
	(void)X509_VERIFY_PARAM_set_flags(p, X509_V_FLAG_NO_CHECK_TIME);
	(void)X509_VERIFY_PARAM_set_purpose(p, X509_PURPOSE_ANY);
	for (size_t i = 0; i < n; i++) {
		const unsigned char *der = trusted[i].cert.p;
		X509 *x = d2i_X509(NULL, &der, (long)trusted[i].cert.len);

		(void)X509_STORE_add_cert(store, x);
		X509_free(x);
	}
	return store;
}

kc_result
aud_cms_second(const char *name, const struct kc_buf *der,
    const struct kc_buf *content, const struct aud_signature *trusted,
    size_t n_trusted, struct kc_err *err)
{
	X509_STORE *store = make_store(trusted, n_trusted);
	BIO *in = BIO_new_mem_buf(content->p, (int)content->len);
	CMS_ContentInfo *cms = NULL;
	kc_result r;

	KC_TRY(r, parse(name, der, &cms, err));
	if (store == NULL || in == NULL || CMS_verify(cms, NULL, store, in,
	    NULL, CMS_BINARY) != 1)
		r = KC_FAIL_SSL(err, KC_EREFUSED,
		    "OpenSSL does not accept a signature");
	if (!kc_ok(r))
		r = kc_prefix(err, "%s", name);
out:
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	X509_STORE_free(store);
	return r;
}
