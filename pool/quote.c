/* SPDX-License-Identifier: Apache-2.0
 *
 * An SGX quote of version 3 under the rehearsal's PKI.
 */
#include "pool/quote.h"

#include <string.h>

#include <openssl/core_names.h>

#define REPORT 384
#define POINT 64		/* a public point, or a signature */
#define AUTH 32			/* what Intel's quoting enclave puts there */
#define CERT_TYPE_PEM 5
#define OE_VERSION 1
#define OE_TYPE_SGX 2

#define FLAG_INIT 0x01
#define FLAG_64BIT 0x04
#define FLAG_PROVISION 0x10

/* Intel's quoting enclave: its vendor, and the signer of the enclave. */
static const uint8_t qe_vendor[16] = { 0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c,
	0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07 };
static const uint8_t qe_signer[KC_SHA256] = { 0x8c, 0x4f, 0x57, 0x75, 0xd7,
	0x96, 0x50, 0x3e, 0x96, 0x13, 0x7f, 0x77, 0xc6, 0x8a, 0x82, 0x9a,
	0x00, 0x56, 0xac, 0x8d, 0xed, 0x70, 0x14, 0x0b, 0x08, 0x1b, 0x09,
	0x44, 0x90, 0xc5, 0x7b, 0xff };

static kc_result
hash_text(const char *text, uint8_t ret[static KC_SHA256],
    struct kc_err *err)
{
	return kc_sha256_one(text, strlen(text), ret, err);
}

kc_result
pool_mrsigner(uint8_t ret[static KC_SHA256], struct kc_err *err)
{
	return hash_text(POOL_MRSIGNER_TEXT, ret, err);
}

/* struct enclave: what a report says of one. */
struct enclave {
	uint8_t flags, xfrm;	/* low bytes of the attributes */
	uint8_t mrenclave[KC_SHA256], mrsigner[KC_SHA256];
	uint8_t product, svn;	/* low bytes too */
	uint8_t data[KC_SHA256];	/* report data; zeros follow */
};

static kc_result
add_report(const struct enclave *e, struct kc_buf *ret, struct kc_err *err)
{
	uint8_t p[REPORT] = { 0 };

	memcpy(p, pool_cpusvn, sizeof pool_cpusvn);
	p[48] = e->flags;
	p[56] = e->xfrm;
	memcpy(p + 64, e->mrenclave, sizeof e->mrenclave);
	memcpy(p + 128, e->mrsigner, sizeof e->mrsigner);
	p[256] = e->product;
	p[258] = e->svn;
	memcpy(p + 320, e->data, sizeof e->data);
	return kc_buf_add(ret, p, sizeof p, err);
}

/* Little endian, as everything in a quote. */
static kc_result
add_number(struct kc_buf *ret, size_t bytes, uint64_t v, struct kc_err *err)
{
	uint8_t p[8];

	for (size_t i = 0; i < bytes; i++)
		p[i] = (uint8_t)(v >> (8 * i));
	return kc_buf_add(ret, p, bytes, err);
}

/* The header, and the report of the enclave that vouches for the key. */
static kc_result
add_quoted(const struct kc_buf *spki, struct kc_buf *ret, struct kc_err *err)
{
	static const uint8_t user[20] = "REHEARSAL";
	struct enclave e = {
		.flags = FLAG_INIT | FLAG_64BIT, .xfrm = 0x07,
		.product = POOL_ENCLAVE_PRODUCT, .svn = POOL_ENCLAVE_SVN,
	};
	kc_result r;

	KC_TRY(r, add_number(ret, 2, 3, err));		/* version */
	KC_TRY(r, add_number(ret, 2, 2, err));		/* ECDSA, P-256 */
	KC_TRY(r, add_number(ret, 4, 0, err));
	KC_TRY(r, add_number(ret, 2, POOL_QE_SVN, err));
	KC_TRY(r, add_number(ret, 2, POOL_PCESVN, err));
	KC_TRY(r, kc_buf_add(ret, qe_vendor, sizeof qe_vendor, err));
	KC_TRY(r, kc_buf_add(ret, user, sizeof user, err));
	KC_TRY(r, hash_text(POOL_MRENCLAVE_TEXT, e.mrenclave, err));
	KC_TRY(r, pool_mrsigner(e.mrsigner, err));
	KC_TRY(r, kc_sha256_one(spki->p, spki->len, e.data, err));
	r = add_report(&e, ret, err);
out:
	return r;
}

/* The quoting enclave's report: it binds the attestation key. */
static kc_result
add_qe_report(const uint8_t point[static POINT],
    const uint8_t auth[static AUTH], struct kc_buf *ret, struct kc_err *err)
{
	struct enclave e = {
		.flags = FLAG_INIT | FLAG_64BIT | FLAG_PROVISION,
		.xfrm = 0xe7, .product = 1, .svn = POOL_QE_SVN,
	};
	kc_result r;

	memcpy(e.mrsigner, qe_signer, sizeof e.mrsigner);
	KC_TRY(r, hash_text("REHEARSAL quoting enclave of ceremony-pool",
	    e.mrenclave, err));
	KC_TRY(r, kc_sha256((struct kc_part[]){ { point, POINT },
	    { auth, AUTH } }, 2, e.data, err));
	r = add_report(&e, ret, err);
out:
	return r;
}

static kc_result
public_point(const EVP_PKEY *key, uint8_t ret[static POINT],
    struct kc_err *err)
{
	BIGNUM *x = NULL, *y = NULL;
	kc_result r = KC_DONE;

	if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_X, &x) != 1 ||
	    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_Y, &y) != 1 ||
	    BN_bn2binpad(x, ret, POINT / 2) < 0 ||
	    BN_bn2binpad(y, ret + POINT / 2, POINT / 2) < 0)
		r = KC_FAIL_SSL(err, KC_ENOMEM, "cannot encode a public key");
	BN_free(x);
	BN_free(y);
	return r;
}

/* struct parts: what a quote is put together from. */
struct parts {
	struct kc_buf quoted;	/* header and report: 432 bytes */
	uint8_t signature[POINT];	/* of quoted, by the attestation key */
	uint8_t point[POINT];	/* the attestation key */
	struct kc_buf qe_report;
	uint8_t qe_signature[POINT];	/* of qe_report, by the PCK key */
	uint8_t auth[AUTH];
	struct kc_buf chain;	/* PCK certificate to root, PEM, and a NUL */
};

static kc_result
make_parts(const struct pool_pki *pki, const struct kc_buf *spki,
    struct parts *t, struct kc_err *err)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	kc_result r;

	if (key == NULL)
		return KC_FAIL_SSL(err, KC_ENOMEM, "cannot make a key");
	for (size_t i = 0; i < AUTH; i++)
		t->auth[i] = (uint8_t)i;
	KC_TRY(r, public_point(key, t->point, err));
	KC_TRY(r, add_quoted(spki, &t->quoted, err));
	KC_TRY(r, pool_edit_piece(pki->edit, POOL_PIECE_QUOTED, &t->quoted,
	    err));
	KC_TRY(r, pool_ecdsa(key, t->quoted.p, t->quoted.len, t->signature,
	    err));
	KC_TRY(r, add_qe_report(t->point, t->auth, &t->qe_report, err));
	KC_TRY(r, pool_edit_piece(pki->edit, POOL_PIECE_QE_REPORT,
	    &t->qe_report, err));
	KC_TRY(r, pool_ecdsa(pki->of[POOL_PCK].key, t->qe_report.p,
	    t->qe_report.len, t->qe_signature, err));
	KC_TRY(r, pool_pki_chain(pki, POOL_PCK, &t->chain, err));
	KC_TRY(r, kc_buf_add(&t->chain, "", 1, err));
	r = pool_edit_piece(pki->edit, POOL_PIECE_CHAIN, &t->chain, err);
out:
	EVP_PKEY_free(key);
	return r;
}

static kc_result
assemble(const struct parts *t, struct kc_buf *ret, struct kc_err *err)
{
	size_t len = POINT + POINT + REPORT + POINT + 2 + AUTH + 2 + 4 +
	    t->chain.len;
	kc_result r;

	KC_TRY(r, kc_buf_add(ret, t->quoted.p, t->quoted.len, err));
	KC_TRY(r, add_number(ret, 4, len, err));
	KC_TRY(r, kc_buf_add(ret, t->signature, POINT, err));
	KC_TRY(r, kc_buf_add(ret, t->point, POINT, err));
	KC_TRY(r, kc_buf_add(ret, t->qe_report.p, t->qe_report.len, err));
	KC_TRY(r, kc_buf_add(ret, t->qe_signature, POINT, err));
	KC_TRY(r, add_number(ret, 2, AUTH, err));
	KC_TRY(r, kc_buf_add(ret, t->auth, AUTH, err));
	KC_TRY(r, add_number(ret, 2, CERT_TYPE_PEM, err));
	KC_TRY(r, add_number(ret, 4, t->chain.len, err));
	r = kc_buf_add(ret, t->chain.p, t->chain.len, err);
out:
	return r;
}

/* Open Enclave's header before the quote. */
static kc_result
wrap(const struct kc_buf *quote, struct kc_buf *ret, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, add_number(ret, 4, OE_VERSION, err));
	KC_TRY(r, add_number(ret, 4, OE_TYPE_SGX, err));
	KC_TRY(r, add_number(ret, 8, quote->len, err));
	r = kc_buf_add(ret, quote->p, quote->len, err);
out:
	return r;
}

kc_result
pool_evidence(const struct pool_pki *pki, const struct kc_buf *spki,
    struct kc_buf *ret, struct kc_err *err)
{
	struct kc_buf quote = { 0 }, evidence = { 0 };
	struct parts t = { 0 };
	kc_result r;

	KC_TRY(r, make_parts(pki, spki, &t, err));
	KC_TRY(r, assemble(&t, &quote, err));
	KC_TRY(r, pool_edit_piece(pki->edit, POOL_PIECE_QUOTE, &quote, err));
	KC_TRY(r, wrap(&quote, &evidence, err));
	KC_TRY(r, pool_edit_piece(pki->edit, POOL_PIECE_EVIDENCE, &evidence,
	    err));
	kc_buf_free(ret);
	*ret = evidence;
	evidence = (struct kc_buf){ 0 };
out:
	kc_buf_free(&evidence);
	kc_buf_free(&quote);
	kc_buf_free(&t.chain);
	kc_buf_free(&t.qe_report);
	kc_buf_free(&t.quoted);
	return r;
}
