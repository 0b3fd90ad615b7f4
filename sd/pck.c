/* SPDX-License-Identifier: Apache-2.0
 *
 * PCK chains.  Source: Intel SGX PCK Certificate and Certificate Revocation
 * List Profile Specification, revision 1.5, sections 1.3.3 to 1.3.5.
 */
#include "sd/pck.h"

#include <string.h>

#include <openssl/err.h>

#define OID_SGX "1.2.840.113741.1.13.1"
#define CN_LEAF "Intel SGX PCK Certificate"

static const char *const issuers[] = {
	"Intel SGX PCK Platform CA", "Intel SGX PCK Processor CA",
};

static const char *const place_name[SD_PCK_CHAIN] = {
	"the PCK certificate", "the PCK CA", "the root",
};

void
sd_pck_free(struct sd_pck *c)
{
	for (size_t i = 0; i < SD_PCK_CHAIN; i++)
		X509_free(c->cert[i]);
	*c = (struct sd_pck){ 0 };
}

kc_result
sd_pck_read(const uint8_t *p, size_t len, struct sd_pck *ret,
    struct kc_err *err)
{
	struct sd_text t = { (const char *)p, len };
	struct sd_pck c = { 0 };
	struct kc_buf der = { 0 };
	kc_result r = KC_DONE;

	for (size_t i = 0; i < SD_PCK_CHAIN; i++) {
		kc_buf_free(&der);
		KC_TRY(r, sd_pem_next(&t, SD_PEM_CERT, &der, err));
		KC_TRY(r, sd_pki_cert(der.p, der.len, &c.cert[i], err));
	}
	if (t.len != 0) {
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "%zu bytes follow the third certificate", t.len);
		goto out;
	}
	*ret = c;
	c = (struct sd_pck){ 0 };
out:
	if (!kc_ok(r))
		r = kc_prefix(err, "the quote's PCK chain");
	kc_buf_free(&der);
	sd_pck_free(&c);
	return r;
}

kc_result
sd_pck_chain(const struct sd_pck *c, struct kc_err *err)
{
	size_t at = SD_PCK_LEAF;
	kc_result r;

	KC_TRY(r, sd_pki_leaf(c->cert[SD_PCK_LEAF], err));
	for (; at < SD_PCK_ROOT; at++) {
		KC_TRY(r, sd_pki_issued(c->cert[at], c->cert[at + 1], err));
		KC_TRY(r, sd_pki_ca(c->cert[at + 1], (long)at, err));
	}
	r = sd_pki_issued(c->cert[SD_PCK_ROOT], c->cert[SD_PCK_ROOT], err);
out:
	return kc_ok(r) ? r : kc_prefix(err, "from %s upwards",
	    place_name[at]);
}

kc_result
sd_pck_dates(const struct sd_pck *c, int64_t at_ms, struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < SD_PCK_CHAIN && kc_ok(r); i++)
		r = sd_pki_span_ok(place_name[i],
		    X509_get0_notBefore(c->cert[i]),
		    X509_get0_notAfter(c->cert[i]), at_ms, err);
	return r;
}

/* struct der: bytes of one constructed value, read item by item. */
struct der {
	const unsigned char *p, *end;
};

/* The next item, of this universal tag, moved over. */
static bool
item(struct der *d, int want, struct der *ret)
{
	const unsigned char *p = d->p;
	long len = 0;
	int tag = 0, class = 0;
	int form = ASN1_get_object(&p, &len, &tag, &class, d->end - d->p);

	if ((form & 0x81) != 0 || class != V_ASN1_UNIVERSAL || tag != want ||
	    ((form & V_ASN1_CONSTRUCTED) != 0) != (want == V_ASN1_SEQUENCE) ||
	    len > d->end - p)
		return false;
	*ret = (struct der){ p, p + len };
	d->p = p + len;
	return true;
}

/* The OID of a pair below OID_SGX as its last arcs: 2 for .2, 0x203 for
 * .2.3; 0 for any other. */
static unsigned
arc(const struct der *oid)
{
	/* 1.2.840.113741.1.13.1 */
	static const unsigned char base[] = { 0x2a, 0x86, 0x48, 0x86, 0xf8,
		0x4d, 0x01, 0x0d, 0x01 };
	size_t n = (size_t)(oid->end - oid->p);

	if (n <= sizeof base || n > sizeof base + 2 ||
	    memcmp(oid->p, base, sizeof base) != 0)
		return 0;
	return n == sizeof base + 1 ? oid->p[n - 1] :
	    (unsigned)oid->p[n - 2] << 8 | oid->p[n - 1];
}

/* A non-negative INTEGER of at most two bytes, shortest form. */
static bool
small_integer(struct der *d, unsigned max, unsigned *ret)
{
	struct der v;
	unsigned n = 0;
	size_t len;

	if (!item(d, V_ASN1_INTEGER, &v))
		return false;
	len = (size_t)(v.end - v.p);
	if (len == 0 || len > 3 || (v.p[0] & 0x80) != 0 ||
	    (len > 1 && v.p[0] == 0 && (v.p[1] & 0x80) == 0))
		return false;
	while (v.p < v.end)
		n = n << 8 | *v.p++;
	*ret = n;
	return n <= max;
}

static bool
octets(struct der *d, uint8_t *ret, size_t len)
{
	struct der v;

	if (!item(d, V_ASN1_OCTET_STRING, &v) || (size_t)(v.end - v.p) != len)
		return false;
	memcpy(ret, v.p, len);
	return true;
}

/* .2: sixteen component SVNs, PCESVN, CPUSVN, in this order. */
static bool
read_tcb(struct der *d, struct sd_platform *ret)
{
	struct der seq, pair, oid;
	uint8_t cpusvn[16];
	unsigned v = 0;

	if (!item(d, V_ASN1_SEQUENCE, &seq))
		return false;
	for (unsigned i = 1; i <= SD_TCB_COMPONENTS + 2; i++) {
		bool pcesvn = i == SD_TCB_COMPONENTS + 1;

		if (!item(&seq, V_ASN1_SEQUENCE, &pair) ||
		    !item(&pair, V_ASN1_OBJECT, &oid) ||
		    arc(&oid) != (2u << 8 | i))
			return false;
		if (i > SD_TCB_COMPONENTS + 1 ? !octets(&pair, cpusvn, 16) :
		    !small_integer(&pair, pcesvn ? UINT16_MAX : UINT8_MAX,
		    &v))
			return false;
		if (pair.p != pair.end)
			return false;
		if (pcesvn)
			ret->pcesvn = (uint16_t)v;
		else if (i <= SD_TCB_COMPONENTS)
			ret->component[i - 1] = (uint8_t)v;
	}
	return seq.p == seq.end;
}

/* The extension's value; .2, .3 and .4 must be there once. */
static bool
read_platform(const unsigned char *p, int len, struct sd_platform *ret)
{
	struct der d = { p, p + len }, seq, pair, oid;
	unsigned seen = 0, bit;

	if (!item(&d, V_ASN1_SEQUENCE, &seq) || d.p != d.end)
		return false;
	while (seq.p < seq.end) {
		bool good = item(&seq, V_ASN1_SEQUENCE, &pair) &&
		    item(&pair, V_ASN1_OBJECT, &oid);
		unsigned which = good ? arc(&oid) : 0;

		if (which == 0 || which > 31)
			return false;
		bit = 1u << which;
		if ((seen & bit) != 0)
			return false;
		seen |= bit;
		if ((which == 2 && !read_tcb(&pair, ret)) ||
		    (which == 3 && !octets(&pair, ret->pceid, 2)) ||
		    (which == 4 && !octets(&pair, ret->fmspc, 6)))
			return false;
		if (which >= 2 && which <= 4 && pair.p != pair.end)
			return false;
	}
	return (seen & 0x1c) == 0x1c;
}

bool
sd_pck_is_ca_name(const X509_NAME *name)
{
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	const ASN1_STRING *cn = at < 0 ? NULL : X509_NAME_ENTRY_get_data(
	    X509_NAME_get_entry(name, at));

	for (size_t i = 0; cn != NULL && i < sizeof issuers / sizeof *issuers;
	    i++) {
		size_t n = strlen(issuers[i]);

		if ((size_t)ASN1_STRING_length(cn) == n &&
		    memcmp(ASN1_STRING_get0_data(cn), issuers[i], n) == 0)
			return true;
	}
	return false;
}

bool
sd_pck_is_ca(const X509 *x)
{
	return sd_pck_is_ca_name(X509_get_subject_name(x));
}

kc_result
sd_pck_leaf(const struct sd_pck *c, struct sd_platform *ret,
    struct kc_err *err)
{
	const X509 *leaf = c->cert[SD_PCK_LEAF];
	ASN1_OBJECT *oid = OBJ_txt2obj(OID_SGX, 1);
	int at = oid != NULL ? X509_get_ext_by_OBJ(leaf, oid, -1) : -1;
	bool once = at >= 0 && X509_get_ext_by_OBJ(leaf, oid, at) < 0;
	struct sd_platform found = { 0 };
	const ASN1_OCTET_STRING *v;

	ASN1_OBJECT_free(oid);
	if (!sd_pki_cn_is(leaf, CN_LEAF))
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the leaf is not named \"" CN_LEAF "\"");
	if (!sd_pck_is_ca(c->cert[SD_PCK_CA]))
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the leaf's issuer is no Intel SGX PCK Platform or "
		    "Processor CA");
	if (!once)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the leaf has no extension " OID_SGX ", or two");
	v = X509_EXTENSION_get_data(X509_get_ext(leaf, at));
	if (!read_platform(ASN1_STRING_get0_data(v), ASN1_STRING_length(v),
	    &found))
		return KC_FAIL_SSL(err, KC_EREFUSED,
		    "the leaf's extension " OID_SGX " is malformed");
	*ret = found;
	return KC_DONE;
}
