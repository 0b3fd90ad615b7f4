/* SPDX-License-Identifier: Apache-2.0
 *
 * The quote's parser: one cursor, every length checked before it is used.
 */
#include "sd/quote.h"

#define OE_VERSION 1
#define OE_TYPE_SGX_REMOTE 2
#define QUOTE_VERSION 3
#define KEY_ECDSA_P256 2
#define CERT_PEM_CHAIN 5
#define ATTRIBUTE_DEBUG 0x02

/* Offsets inside an enclave report. */
enum {
	R_CPUSVN = 0, R_MISCSELECT = 16, R_ATTRIBUTES = 48, R_MRENCLAVE = 64,
	R_MRSIGNER = 128, R_PROD_ID = 256, R_SVN = 258, R_DATA = 320
};

struct cursor {
	const uint8_t *p;
	size_t at, len;
};

/* The next n bytes. */
static kc_result
take(struct cursor *c, const char *what, size_t n, const uint8_t **ret,
    struct kc_err *err)
{
	if (c->len - c->at < n)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "the evidence ends at offset %zu, inside its %s of %zu "
		    "bytes at %zu", c->len, what, n, c->at);
	*ret = c->p + c->at;
	c->at += n;
	return KC_DONE;
}

/* Little-endian number of n <= 8 bytes. */
static uint64_t
number(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

static kc_result
take_number(struct cursor *c, const char *what, size_t n, uint64_t *ret,
    struct kc_err *err)
{
	const uint8_t *p = NULL;
	kc_result r = take(c, what, n, &p, err);

	if (kc_ok(r))
		*ret = number(p, n);
	return r;
}

/* A number that has one right value only. */
static kc_result
want(struct cursor *c, const char *what, size_t n, uint64_t right,
    struct kc_err *err)
{
	size_t at = c->at;
	uint64_t v = 0;
	kc_result r = take_number(c, what, n, &v, err);

	if (kc_ok(r) && v != right)
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "the evidence's %s at offset %zu is %llu, not %llu",
		    what, at, (unsigned long long)v,
		    (unsigned long long)right);
	return r;
}

/* A length that must be what is left. */
static kc_result
want_rest(struct cursor *c, const char *what, size_t n, struct kc_err *err)
{
	size_t left = c->len - c->at;

	return want(c, what, n, left < n ? 0 : left - n, err);
}

static void
report_at(const uint8_t *p, struct sd_report *ret)
{
	*ret = (struct sd_report){
		.bytes = p,
		.cpusvn = p + R_CPUSVN,
		.miscselect = p + R_MISCSELECT,
		.attributes = p + R_ATTRIBUTES,
		.debug = (p[R_ATTRIBUTES] & ATTRIBUTE_DEBUG) != 0,
		.mrenclave = p + R_MRENCLAVE,
		.mrsigner = p + R_MRSIGNER,
		.prod_id = (uint16_t)number(p + R_PROD_ID, 2),
		.svn = (uint16_t)number(p + R_SVN, 2),
		.data = p + R_DATA,
	};
}

/* Quote header and enclave report: what the attestation key signs. */
static kc_result
signed_part(struct cursor *c, struct sd_quote *q, struct kc_err *err)
{
	const uint8_t *p = NULL;
	kc_result r;

	q->signed_part = c->p + c->at;
	KC_TRY(r, want(c, "quote version", 2, QUOTE_VERSION, err));
	KC_TRY(r, want(c, "attestation key type", 2, KEY_ECDSA_P256, err));
	KC_TRY(r, take(c, "reserved and SVN fields", 8, &p, err));
	KC_TRY(r, take(c, "QE vendor", 16, &q->vendor, err));
	KC_TRY(r, take(c, "user data", 20, &p, err));
	KC_TRY(r, take(c, "enclave report", SD_REPORT, &p, err));
	report_at(p, &q->enclave);
out:
	return r;
}

static kc_result
signatures(struct cursor *c, struct sd_quote *q, struct kc_err *err)
{
	const uint8_t *p = NULL;
	uint64_t n = 0;
	kc_result r;

	KC_TRY(r, take(c, "signature", 64, &q->signature, err));
	KC_TRY(r, take(c, "attestation key", 64, &q->key, err));
	KC_TRY(r, take(c, "QE report", SD_REPORT, &p, err));
	report_at(p, &q->qe);
	KC_TRY(r, take(c, "QE report's signature", 64, &q->qe_signature,
	    err));
	KC_TRY(r, take_number(c, "QE authentication data's length", 2, &n,
	    err));
	q->auth_len = (size_t)n;
	KC_TRY(r, take(c, "QE authentication data", q->auth_len, &q->auth,
	    err));
	KC_TRY(r, want(c, "certification data type", 2, CERT_PEM_CHAIN, err));
	KC_TRY(r, want_rest(c, "certification data's length", 4, err));
	q->chain_len = c->len - c->at;
	r = take(c, "certification data", q->chain_len, &q->chain, err);
	/* Intel's library hands the chain on as a C string. */
	if (kc_ok(r) && q->chain_len > 0 && q->chain[q->chain_len - 1] == 0)
		q->chain_len--;
out:
	return r;
}

kc_result
sd_quote_parse(const uint8_t *p, size_t len, struct sd_quote *ret,
    struct kc_err *err)
{
	struct cursor c = { p, 0, len };
	struct sd_quote q = { 0 };
	kc_result r;

	KC_TRY(r, want(&c, "header version", 4, OE_VERSION, err));
	KC_TRY(r, want(&c, "header type", 4, OE_TYPE_SGX_REMOTE, err));
	KC_TRY(r, want_rest(&c, "quote's length", 8, err));
	KC_TRY(r, signed_part(&c, &q, err));
	KC_TRY(r, want_rest(&c, "signature data's length", 4, err));
	KC_TRY(r, signatures(&c, &q, err));
	*ret = q;
out:
	return r;
}
