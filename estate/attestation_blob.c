/* SPDX-License-Identifier: Apache-2.0
 *
 * The signed blobs: two layouts, attributes as type, length, value, and the
 * signature at the end.  Every length is held against what is left.
 */
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "estate/attestation_in.h"

#define HEAD2 32	/* bytes before the attributes, firmware 2.x */
#define HEAD3 16	/* of the response, firmware 3.x */
#define INFO3 8		/* of the attribute buffer */
#define OBJECT3 12	/* of an object */
#define TLV 8
#define FLAGS3 3u	/* attributes, attestation; header not left out */

static uint32_t
u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static uint32_t
u16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

const struct est_attr *
est_attr_get(const struct est_object *o, uint32_t type)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->attr[i].type == type)
			return &o->attr[i];
	return NULL;
}

int
est_attr_byte(const struct est_object *o, uint32_t type)
{
	const struct est_attr *a = est_attr_get(o, type);

	return a != NULL && a->len == 1 ? a->p[0] : -1;
}

bool
est_attr_is(const struct est_object *o, uint32_t type, bool value)
{
	return est_attr_byte(o, type) == (value ? 1 : 0);
}

static kc_result
zeros(const struct est_signed_blob *b, size_t from, size_t to,
    struct kc_err *err)
{
	for (size_t i = from; i < to; i++)
		if (b->bytes.p[i] != 0)
			return KC_FAIL(err, KC_EFORMAT, 0, "%s: the padding "
			    "is not zero at offset %zu", b->where, i);
	return KC_DONE;
}

/* count attributes in [at, at + area), zeros behind them. */
static kc_result
attributes(struct est_signed_blob *b, size_t at, size_t area, size_t count,
    struct kc_err *err)
{
	struct est_object *o = &b->object[b->n];
	size_t end = at + area;

	if (count == 0 || count > EST_ATTR_MAX)
		return KC_FAIL(err, KC_EFORMAT, 0, "%s: %zu attributes, not "
		    "1 to %d", b->where, count, EST_ATTR_MAX);
	for (o->n = 0; o->n < count; o->n++) {
		struct est_attr a = { 0 };

		if (end - at < TLV)
			return KC_FAIL(err, KC_EFORMAT, 0, "%s: attribute "
			    "%zu of %zu is cut at offset %zu", b->where,
			    o->n + 1, count, at);
		a = (struct est_attr){ u32(b->bytes.p + at),
			u32(b->bytes.p + at + 4), b->bytes.p + at + TLV };
		if (a.len > end - at - TLV)
			return KC_FAIL(err, KC_EFORMAT, 0, "%s: attribute "
			    "0x%04x at offset %zu says %zu bytes, %zu are "
			    "left", b->where, a.type, at, a.len,
			    end - at - TLV);
		if (est_attr_get(o, a.type) != NULL)
			return KC_FAIL(err, KC_EFORMAT, 0, "%s: attribute "
			    "0x%04x stands twice, at offset %zu", b->where,
			    a.type, at);
		o->attr[o->n] = a;
		at += TLV + a.len;
	}
	b->n++;
	return zeros(b, at, end, err);
}

static bool
fits2(const struct est_signed_blob *b, size_t end)
{
	const uint8_t *p = b->bytes.p;
	uint32_t area;

	if (end < HEAD2)
		return false;
	for (size_t i = 0; i < 16; i++)
		if (p[i] != 0)
			return false;
	area = u32(p + 28);
	return area <= end - HEAD2 && u32(p + 16) == area + 12;
}

static bool
fits3(const struct est_signed_blob *b, size_t end)
{
	const uint8_t *p = b->bytes.p;

	return end >= HEAD3 + INFO3 && u32(p + 8) == b->bytes.len &&
	    u32(p + 12) >= INFO3 && u32(p + 12) <= end - HEAD3;
}

static kc_result
read2(struct est_signed_blob *b, size_t end, struct kc_err *err)
{
	size_t area = u32(b->bytes.p + 28);
	kc_result r = attributes(b, HEAD2, area, u32(b->bytes.p + 24), err);

	return kc_ok(r) ? zeros(b, HEAD2 + area, end, err) : r;
}

/* One object of the buffer at start; *at is where what is read so far ends. */
static kc_result
object3(struct est_signed_blob *b, size_t start, size_t offset, size_t end,
    size_t *at, struct kc_err *err)
{
	const uint8_t *p = b->bytes.p + start + offset;
	size_t area;
	kc_result r;

	if (start + offset < *at || offset > end - start ||
	    end - start - offset < OBJECT3)
		return KC_FAIL(err, KC_EFORMAT, 0, "%s: the object at offset "
		    "%zu of the buffer is cut or lies over another",
		    b->where, offset);
	area = u32(p + 8);
	if (area > end - start - offset - OBJECT3)
		return KC_FAIL(err, KC_EFORMAT, 0, "%s: the object at offset "
		    "%zu of the buffer says %zu bytes, more than are left",
		    b->where, offset, area);
	KC_TRY(r, zeros(b, *at, start + offset, err));
	*at = start + offset + OBJECT3 + area;
	r = attributes(b, start + offset + OBJECT3, area, u32(p + 4), err);
out:
	return r;
}

static kc_result
read3(struct est_signed_blob *b, size_t end, struct kc_err *err)
{
	const uint8_t *p = b->bytes.p;
	size_t start = end - u32(p + 12), at = start + INFO3;
	size_t second = u16(p + start + 6);
	kc_result r;

	if (u32(p) != 0 || (u32(p + 4) & ~FLAGS3) != 0)
		return KC_FAIL(err, KC_EFORMAT, 0, "%s: response code %u "
		    "with flags %u, which this program does not know",
		    b->where, u32(p), u32(p + 4));
	KC_TRY(r, zeros(b, HEAD3, start, err));
	KC_TRY(r, object3(b, start, u16(p + start + 4), end, &at, err));
	if (second != 0)
		KC_TRY(r, object3(b, start, second, end, &at, err));
	r = zeros(b, at, end, err);
out:
	return r;
}

kc_result
est_blob_read(struct est_signed_blob *b, size_t sig_len, struct kc_err *err)
{
	size_t end = b->bytes.len - sig_len;
	bool two, three;
	kc_result r;

	if (b->bytes.len <= sig_len)
		return KC_FAIL(err, KC_EFORMAT, 0, "%s: %zu bytes are no "
		    "more than a signature", b->where, b->bytes.len);
	two = fits2(b, end);
	three = fits3(b, end);
	if (two == three)
		return KC_FAIL(err, KC_EFORMAT, 0, "%s: the layout is %s",
		    b->where, two ? "of firmware 2.x and 3.x alike" :
		    "neither firmware 2.x's nor 3.x's");
	r = two ? read2(b, end, err) : read3(b, end, err);
	if (kc_ok(r))
		b->firmware = two ? 2 : 3;
	return r;
}

kc_result
est_attest_layout(struct est_attest_work *w, struct kc_err *err)
{
	size_t sig = (size_t)EVP_PKEY_get_size(X509_get0_pubkey(
	    w->cert[EST_C_PARTITION]));
	kc_result r;

	KC_TRY(r, est_blob_read(&w->blob[0], sig, err));
	if (w->blob[1].bytes.len > 0) {
		KC_TRY(r, est_blob_read(&w->blob[1], sig, err));
		if (w->blob[0].firmware != w->blob[1].firmware) {
			r = KC_FAIL(err, KC_EREFUSED, 0, "one blob is of "
			    "firmware %d.x, the other of %d.x",
			    w->blob[0].firmware, w->blob[1].firmware);
			goto out;
		}
	}
	w->ret->firmware = w->blob[0].firmware;
	est_attest_say(w, "firmware %d.x", w->ret->firmware);
out:
	return r;
}

/* PKCS #1 type 1 padding, compared whole by OpenSSL: around the bare hash
 * (2.x signs so), or around DigestInfo. */
static kc_result
signature(struct est_attest_work *w, const struct est_signed_blob *b,
    struct kc_err *err)
{
	EVP_PKEY *key = X509_get0_pubkey(w->cert[EST_C_PARTITION]);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t sig = (size_t)EVP_PKEY_get_size(key), n = b->bytes.len - sig;
	uint8_t hash[KC_SHA256];
	kc_result r;

	KC_TRY(r, kc_sha256_one(b->bytes.p, n, hash, err));
	if (ctx == NULL || EVP_PKEY_verify_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1 ||
	    (b->firmware == 3 &&
	    EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) != 1))
		r = KC_FAIL_SSL(err, KC_ENOMEM, "no verification began");
	else if (EVP_PKEY_verify(ctx, b->bytes.p + n, sig, hash,
	    sizeof hash) != 1)
		r = KC_FAIL_SSL(err, KC_EREFUSED, b->firmware == 2 ?
		    "the partition's signature, of firmware 2.x, does not "
		    "hold" : "the partition's signature, of firmware 3.x, "
		    "does not hold");
	else
		est_attest_say(w, "the partition's key signed %zu bytes", n);
out:
	EVP_PKEY_CTX_free(ctx);
	return kc_ok(r) ? r : kc_prefix(err, "%s", b->where);
}

kc_result
est_attest_private(struct est_attest_work *w, struct kc_err *err)
{
	return signature(w, &w->blob[0], err);
}

kc_result
est_attest_public(struct est_attest_work *w, struct kc_err *err)
{
	if (w->blob[1].bytes.len > 0)
		return signature(w, &w->blob[1], err);
	est_attest_say(w, "the file has no public half of its own");
	return KC_DONE;
}
