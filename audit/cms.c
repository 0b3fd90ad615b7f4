/* SPDX-License-Identifier: Apache-2.0
 *
 * The one DER encoding of a detached CMS SignedData (RFC 5652 section 5):
 * version 1, SHA-256, PKCS#1 v1.5, signed attributes contentType and
 * messageDigest only, certificates included.
 */
#include <string.h>

#include "audit/cert.h"
#include "audit/cms.h"
#include "audit/der.h"

/* Complete DER of fixed parts. */
static const uint8_t oid_signed_data[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
	0xf7, 0x0d, 0x01, 0x07, 0x02 };
static const uint8_t encap[] = { 0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48,
	0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01 };
static const uint8_t alg_sha256[] = { 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86,
	0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01 };
static const uint8_t alg_rsa[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48,
	0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00 };
static const uint8_t version1[] = { 0x02, 0x01, 0x01 };
/* contentType = id-data, then messageDigest up to its 32 bytes. */
static const uint8_t attr_head[] = { 0x30, 0x18, 0x06, 0x09, 0x2a, 0x86, 0x48,
	0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03, 0x31, 0x0b, 0x06, 0x09, 0x2a,
	0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01, 0x30, 0x2f, 0x06,
	0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04, 0x31,
	0x22, 0x04, 0x20 };
#define ATTRS (sizeof attr_head + KC_SHA256)

static void
make_attrs(const uint8_t hash[static KC_SHA256], uint8_t ret[static ATTRS])
{
	memcpy(ret, attr_head, sizeof attr_head);
	memcpy(ret + sizeof attr_head, hash, KC_SHA256);
}

kc_result
aud_cms_digest_of(const uint8_t hash[static KC_SHA256],
    uint8_t ret[static KC_SHA256], struct kc_err *err)
{
	uint8_t attrs[ATTRS];
	const uint8_t set[] = { 0x31, ATTRS };

	make_attrs(hash, attrs);
	return kc_sha256((struct kc_part[]){ { set, sizeof set },
	    { attrs, sizeof attrs } }, 2, ret, err);
}

kc_result
aud_cms_digest(const void *content, size_t len,
    uint8_t ret[static KC_SHA256], struct kc_err *err)
{
	uint8_t hash[KC_SHA256];
	kc_result r;

	KC_TRY(r, kc_sha256_one(content, len, hash, err));
	r = aud_cms_digest_of(hash, ret, err);
out:
	return r;
}

static kc_result
signer_info(const struct aud_signature *s,
    const uint8_t attrs[static ATTRS], struct kc_buf *ret,
    struct kc_err *err)
{
	struct kc_buf in = { 0 }, name = { 0 }, serial = { 0 };
	kc_result r;

	KC_TRY(r, aud_cert_names(&s->cert, &name, &serial, err));
	KC_TRY(r, kc_buf_add(&name, serial.p, serial.len, err));
	KC_TRY(r, kc_buf_add(&in, version1, sizeof version1, err));
	KC_TRY(r, aud_der(&in, DER_SEQUENCE, name.p, name.len, err));
	KC_TRY(r, kc_buf_add(&in, alg_sha256, sizeof alg_sha256, err));
	KC_TRY(r, aud_der(&in, DER_CONTEXT0, attrs, ATTRS, err));
	KC_TRY(r, kc_buf_add(&in, alg_rsa, sizeof alg_rsa, err));
	KC_TRY(r, aud_der(&in, DER_OCTETS, s->sig.p, s->sig.len, err));
	r = aud_der(ret, DER_SEQUENCE, in.p, in.len, err);
out:
	kc_buf_free(&serial);
	kc_buf_free(&name);
	kc_buf_free(&in);
	return r;
}

/* The SignedData's members. */
static kc_result
signed_data(const uint8_t attrs[static ATTRS],
    const struct aud_signature *sigs, size_t n, struct kc_buf *ret,
    struct kc_err *err)
{
	struct kc_buf certs[AUD_SIGNERS_MAX], infos[AUD_SIGNERS_MAX] = { 0 };
	kc_result r = KC_DONE;

	for (size_t i = 0; i < n; i++) {
		certs[i] = sigs[i].cert;	/* borrowed */
		KC_TRY(r, signer_info(&sigs[i], attrs, &infos[i], err));
	}
	KC_TRY(r, kc_buf_add(ret, version1, sizeof version1, err));
	KC_TRY(r, aud_der(ret, DER_SET, alg_sha256, sizeof alg_sha256, err));
	KC_TRY(r, kc_buf_add(ret, encap, sizeof encap, err));
	KC_TRY(r, aud_der_set(ret, DER_CONTEXT0, certs, n, err));
	r = aud_der_set(ret, DER_SET, infos, n, err);
out:
	for (size_t i = 0; i < n; i++)
		kc_buf_free(&infos[i]);
	return r;
}

kc_result
aud_cms_build(const void *content, size_t len,
    const struct aud_signature *sigs, size_t n, struct kc_buf *ret_der,
    struct kc_err *err)
{
	struct kc_buf inner = { 0 }, seq = { 0 }, whole = { 0 };
	uint8_t hash[KC_SHA256], attrs[ATTRS];
	kc_result r;

	if (n == 0 || n > AUD_SIGNERS_MAX)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%zu signatures, where 1 to %d are possible", n,
		    AUD_SIGNERS_MAX);
	KC_TRY(r, kc_sha256_one(content, len, hash, err));
	make_attrs(hash, attrs);
	KC_TRY(r, signed_data(attrs, sigs, n, &inner, err));
	KC_TRY(r, aud_der(&seq, DER_SEQUENCE, inner.p, inner.len, err));
	KC_TRY(r, kc_buf_add(&whole, oid_signed_data, sizeof oid_signed_data,
	    err));
	KC_TRY(r, aud_der(&whole, DER_CONTEXT0, seq.p, seq.len, err));
	r = aud_der(ret_der, DER_SEQUENCE, whole.p, whole.len, err);
out:
	kc_buf_free(&whole);
	kc_buf_free(&seq);
	kc_buf_free(&inner);
	return r;
}
