/* SPDX-License-Identifier: Apache-2.0
 *
 * What Intel signs beside the quote, as it was carried in.
 */
#include "sd/collateral.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "sd/signed.h"

#define CN_SIGNER "Intel SGX TCB Signing"

void
sd_collateral_free(struct sd_collateral *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n; i++)
		kc_buf_free(&c->file[i].data);
	*c = (struct sd_collateral){ 0 };
}

void
sd_found_free(struct sd_found *f)
{
	X509_free(f->signer);
	X509_CRL_free(f->root_crl);
	X509_CRL_free(f->pck_crl);
	for (size_t i = 0; i < f->n_tcb; i++)
		json_decref(f->tcb[i]);
	json_decref(f->qe);
	*f = (struct sd_found){ 0 };
}

/* A certificate of an issuer chain: the TCB signer is kept, the root and the
 * PCK CAs are those of the quote anyway. */
static kc_result
take_cert(X509 *x, const struct sd_pck *chain, int64_t at_ms,
    struct sd_found *f, struct kc_err *err)
{
	X509 *root = chain->cert[SD_PCK_ROOT];
	kc_result r;

	if (X509_cmp(x, root) == 0 || sd_pck_is_ca(x))
		return KC_DONE;
	if (!sd_pki_cn_is(x, CN_SIGNER))
		return KC_FAIL(err, KC_EREFUSED, 0, "it holds a certificate "
		    "that is neither \"" CN_SIGNER "\" nor of the quote's "
		    "chain");
	if (f->signer != NULL && X509_cmp(f->signer, x) == 0)
		return KC_DONE;
	if (f->signer != NULL)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "it brings a second \"" CN_SIGNER "\"");
	KC_TRY(r, sd_pki_leaf(x, err));
	KC_TRY(r, sd_pki_issued(x, root, err));
	KC_TRY(r, sd_pki_span_ok("\"" CN_SIGNER "\"",
	    X509_get0_notBefore(x), X509_get0_notAfter(x), at_ms, err));
	X509_up_ref(x);
	f->signer = x;
out:
	return r;
}

/* No critical extension: partial and indirect lists carry one. */
static bool
is_plain(const X509_CRL *crl)
{
	for (int i = 0; i < X509_CRL_get_ext_count(crl); i++)
		if (X509_EXTENSION_get_critical(X509_CRL_get_ext(crl, i)))
			return false;
	return true;
}

static kc_result
check_crl(X509_CRL *crl, X509 *issuer, int64_t at_ms, struct kc_err *err)
{
	if (X509_CRL_get_signature_nid(crl) != NID_ecdsa_with_SHA256 ||
	    X509_CRL_verify(crl, X509_get0_pubkey(issuer)) != 1)
		return KC_FAIL_SSL(err, KC_EREFUSED,
		    "the revocation list's signature does not hold");
	if (!is_plain(crl))
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the revocation list has a critical extension");
	return sd_pki_span_ok("the revocation list",
	    X509_CRL_get0_lastUpdate(crl), X509_CRL_get0_nextUpdate(crl),
	    at_ms, err);
}

/* A list of the root or of the quote's PCK CA; that of the other PCK CA may
 * lie beside them and says nothing here. */
static kc_result
take_crl(X509_CRL *crl, const struct sd_pck *chain, int64_t at_ms,
    struct sd_found *f, struct kc_err *err)
{
	const X509_NAME *who = X509_CRL_get_issuer(crl);
	X509 *root = chain->cert[SD_PCK_ROOT], *ca = chain->cert[SD_PCK_CA];
	bool of_root = X509_NAME_cmp(who, X509_get_subject_name(root)) == 0;
	bool of_ca = X509_NAME_cmp(who, X509_get_subject_name(ca)) == 0;
	X509_CRL **at = of_root ? &f->root_crl : &f->pck_crl;
	kc_result r;

	if (!of_root && !of_ca && sd_pck_is_ca_name(who))
		return KC_DONE;
	if (!of_root && !of_ca)
		return KC_FAIL(err, KC_EREFUSED, 0, "the revocation list is "
		    "of nobody in the quote's chain");
	if (*at != NULL)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "it is the second revocation list of one issuer");
	r = check_crl(crl, of_root ? root : ca, at_ms, err);
	if (!kc_ok(r))
		return r;
	X509_CRL_up_ref(crl);
	*at = crl;
	return KC_DONE;
}

/* One DER value: a certificate, or else a revocation list. */
static kc_result
take_der(const uint8_t *p, size_t len, const struct sd_pck *chain,
    int64_t at_ms, struct sd_found *f, struct kc_err *err)
{
	const unsigned char *at = p;
	X509_CRL *crl = NULL;
	X509 *x = NULL;
	kc_result r = len > 0 ? sd_pki_cert(p, len, &x, NULL) : KC_DONE;

	if (len == 0) {
		r = KC_FAIL(err, KC_EFORMAT, 0, "it is empty");
	} else if (kc_ok(r)) {
		r = take_cert(x, chain, at_ms, f, err);
	} else {
		crl = d2i_X509_CRL(NULL, &at, (long)len);
		if (crl == NULL || at != p + len)
			r = KC_FAIL_SSL(err, KC_EFORMAT, "it is neither JSON, "
			    "nor a certificate, nor a revocation list");
		else
			r = take_crl(crl, chain, at_ms, f, err);
	}
	ERR_clear_error();	/* of certificates that nobody asks about */
	X509_free(x);
	X509_CRL_free(crl);
	return r;
}

static kc_result
take_pem(const struct kc_buf *data, const struct sd_pck *chain,
    int64_t at_ms, struct sd_found *f, struct kc_err *err)
{
	struct sd_text t = { kc_buf_str(data), data->len };
	struct kc_buf der = { 0 };
	kc_result r = KC_DONE;

	while (t.len > 0) {
		kc_buf_free(&der);
		KC_TRY(r, sd_pem_next(&t, sd_pem_at(&t, SD_PEM_CRL) ?
		    SD_PEM_CRL : SD_PEM_CERT, &der, err));
		KC_TRY(r, take_der(der.p, der.len, chain, at_ms, f, err));
	}
out:
	kc_buf_free(&der);
	return r;
}

static bool
is_json(const struct kc_buf *data)
{
	return data->len > 0 && data->p[0] == '{';
}

static bool
is_pem(const struct kc_buf *data)
{
	struct sd_text t = { kc_buf_str(data), data->len };

	return sd_pem_at(&t, SD_PEM_CERT) || sd_pem_at(&t, SD_PEM_CRL);
}

static kc_result
take_json(const char *name, const struct kc_buf *data, int64_t at_ms,
    struct sd_found *f, struct kc_err *err)
{
	const char *kind = NULL;
	json_t *v = NULL;
	kc_result r;

	KC_TRY(r, sd_signed_kind(name, data, &kind, err));
	if (kind == NULL)
		return KC_FAIL(err, KC_EFORMAT, 0, "%s holds neither \""
		    SD_TCB_INFO "\" nor \"" SD_QE_IDENTITY "\"", name);
	if (f->signer == NULL)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s is signed, but no \""
		    CN_SIGNER "\" certificate was carried in", name);
	KC_TRY(r, sd_signed_read(name, data, kind,
	    X509_get0_pubkey(f->signer), at_ms, &v, err));
	if (strcmp(kind, SD_TCB_INFO) == 0)
		f->tcb[f->n_tcb++] = v;
	else if (f->qe == NULL)
		f->qe = v;
	else {
		json_decref(v);
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "%s is the second QE identity", name);
	}
out:
	return r;
}

kc_result
sd_collateral_check(const struct sd_collateral *c,
    const struct sd_pck *chain, int64_t at_ms, struct sd_found *ret,
    struct kc_err *err)
{
	kc_result r = KC_DONE;

	if (c->n > SD_COLLATERAL_MAX)
		return KC_FAIL(err, KC_ELIMIT, 0,
		    "%zu files; at most %d are read", c->n,
		    SD_COLLATERAL_MAX);
	/* Certificates first: a file's place in the list says nothing. */
	for (size_t i = 0; i < c->n; i++) {
		const struct kc_buf *data = &c->file[i].data;

		if (is_json(data))
			continue;
		r = is_pem(data) ? take_pem(data, chain, at_ms, ret, err) :
		    take_der(data->p, data->len, chain, at_ms, ret, err);
		if (!kc_ok(r))
			return kc_prefix(err, "%s", c->file[i].name);
	}
	for (size_t i = 0; i < c->n && kc_ok(r); i++)
		if (is_json(&c->file[i].data))
			r = take_json(c->file[i].name, &c->file[i].data,
			    at_ms, ret, err);
	return r;
}
