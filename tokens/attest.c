/* SPDX-License-Identifier: Apache-2.0
 *
 * Attestations judged from their bytes; no card is asked here.
 * Source: Yubico, "PIV attestation": extensions 1.3.6.1.4.1.41482.3.*
 */
#include "tokens/attest.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "tokens/object.h"

#define OID_FIRMWARE "1.3.6.1.4.1.41482.3.3"	/* three bytes */
#define OID_SERIAL "1.3.6.1.4.1.41482.3.7"	/* an INTEGER */
#define OID_POLICY "1.3.6.1.4.1.41482.3.8"	/* PIN, touch */
#define SUBJECT "YubiKey PIV Attestation "	/* then the slot */

static kc_result
parse(const struct kc_buf *der, const char *what, X509 **ret,
    struct kc_err *err)
{
	const unsigned char *at = der->p;
	X509 *x = der->len > 0 ? d2i_X509(NULL, &at, (long)der->len) : NULL;

	ERR_clear_error();
	if (x == NULL || at != der->p + der->len) {
		X509_free(x);
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "the %s is no X.509 certificate", what);
	}
	*ret = x;
	return KC_DONE;
}

/* The bytes of one extension, which must be there exactly once. */
static kc_result
extension(X509 *x, const char *oid, const char *what,
    const ASN1_OCTET_STRING **ret, struct kc_err *err)
{
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	int at = o != NULL ? X509_get_ext_by_OBJ(x, o, -1) : -1;
	int more = at >= 0 ? X509_get_ext_by_OBJ(x, o, at) : -1;

	ASN1_OBJECT_free(o);
	if (at < 0 || more >= 0)
		return KC_FAIL(err, KC_EFORMAT, 0, "the attestation says its "
		    "%s %s (extension %s)", what, at < 0 ? "nowhere" :
		    "twice", oid);
	*ret = X509_EXTENSION_get_data(X509_get_ext(x, at));
	return KC_DONE;
}

static kc_result
read_said(X509 *leaf, struct tok_attestation *ret, struct kc_err *err)
{
	const ASN1_OCTET_STRING *v = NULL;
	const unsigned char *at;
	ASN1_INTEGER *n = NULL;
	uint64_t serial = 0;
	kc_result r;

	KC_TRY(r, extension(leaf, OID_FIRMWARE, "firmware", &v, err));
	if (ASN1_STRING_length(v) != 3)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "the attestation's firmware has %d bytes, not 3",
		    ASN1_STRING_length(v));
	for (size_t i = 0; i < 3; i++)
		ret->firmware[i] = ASN1_STRING_get0_data(v)[i];
	KC_TRY(r, extension(leaf, OID_POLICY, "policies", &v, err));
	if (ASN1_STRING_length(v) != 2)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "the attestation's policies have %d bytes, not 2",
		    ASN1_STRING_length(v));
	ret->pin_policy = ASN1_STRING_get0_data(v)[0];
	ret->touch_policy = ASN1_STRING_get0_data(v)[1];
	KC_TRY(r, extension(leaf, OID_SERIAL, "serial", &v, err));
	at = ASN1_STRING_get0_data(v);
	n = d2i_ASN1_INTEGER(NULL, &at, ASN1_STRING_length(v));
	if (n == NULL || at != ASN1_STRING_get0_data(v) +
	    ASN1_STRING_length(v) || ASN1_INTEGER_get_uint64(&serial, n) != 1
	    || serial > UINT32_MAX)
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "the attestation's serial is no number of 32 bits");
	else
		ret->serial = (uint32_t)serial;
	ASN1_INTEGER_free(n);
	ERR_clear_error();
out:
	return r;
}

static bool
common_name(X509 *x, char *ret, size_t size)
{
	int n = X509_NAME_get_text_by_NID(X509_get_subject_name(x),
	    NID_commonName, ret, (int)size);

	return n > 0 && (size_t)n == strlen(ret);
}

bool
tok_attest_is(const void *der, size_t len)
{
	const unsigned char *at = der;
	X509 *x = d2i_X509(NULL, &at, (long)len);
	char cn[64];
	bool is = x != NULL && common_name(x, cn, sizeof cn) &&
	    strncmp(cn, SUBJECT, strlen(SUBJECT)) == 0;

	X509_free(x);
	ERR_clear_error();
	return is;
}

/* Cryptoki's ids of PIV's slots: 1 9a, 2 9c, 3 9d, 4 9e, 5 to 24 82 to 95. */
static unsigned
slot_of(const struct tok_key *key)
{
	static const uint8_t first[] = { 0, 0x9a, 0x9c, 0x9d, 0x9e };
	uint8_t id = key->id_len == 1 ? key->id[0] : 0;

	return id < 5 ? first[id] : id <= 24 ? 0x82u + id - 5 : 0;
}

static kc_result
check_key(X509 *leaf, const struct tok_key *key, struct kc_err *err)
{
	EVP_PKEY *have = NULL;
	char cn[64] = "", want[64];
	kc_result r = tok_rsa_public(key, &have, err);

	if (!kc_ok(r))
		return r;
	(void)snprintf(want, sizeof want, SUBJECT "%02x", slot_of(key));
	if (EVP_PKEY_eq(X509_get0_pubkey(leaf), have) != 1)
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "the attestation is of another key");
	else if (!common_name(leaf, cn, sizeof cn) || strcmp(cn, want) != 0)
		r = KC_FAIL(err, KC_EREFUSED, 0, "the attestation is for "
		    "\"%.40s\", not for \"%s\"", cn, want);
	EVP_PKEY_free(have);
	ERR_clear_error();
	return r;
}

static kc_result
check_dates(X509 *x, const char *what, int64_t at_ms, struct kc_err *err)
{
	time_t at = (time_t)(at_ms / 1000);

	if (X509_cmp_time(X509_get0_notBefore(x), &at) < 0 &&
	    X509_cmp_time(X509_get0_notAfter(x), &at) > 0)
		return KC_DONE;
	return KC_FAIL(err, KC_EEXPIRED, 0,
	    "the %s is outside its dates", what);
}

/* Leaf by device, device by the pinned root; nothing else counts. */
static kc_result
check_chain(X509 *leaf, X509 *device, const struct tok_attest_rule *rule,
    struct kc_err *err)
{
	X509 *root = NULL;
	kc_result r = parse(rule->root, "pinned attestation root", &root, err);

	if (!kc_ok(r))
		return r;
	if (X509_check_ca(root) == 0 ||
	    X509_verify(device, X509_get0_pubkey(root)) != 1)
		r = KC_FAIL(err, KC_EREFUSED, 0, "the device's certificate "
		    "(slot f9) is not signed by the pinned root");
	else if (X509_NAME_cmp(X509_get_issuer_name(leaf),
	    X509_get_subject_name(device)) != 0 ||
	    X509_verify(leaf, X509_get0_pubkey(device)) != 1)
		r = KC_FAIL(err, KC_EREFUSED, 0, "the attestation is not "
		    "signed by the device's certificate (slot f9)");
	ERR_clear_error();
	if (kc_ok(r))
		r = check_dates(device, "device's certificate (slot f9)",
		    rule->at_ms, err);
	if (kc_ok(r))
		r = check_dates(leaf, "attestation", rule->at_ms, err);
	X509_free(root);
	return r;
}

static bool
older(const unsigned a[static 3], const unsigned b[static 3])
{
	for (size_t i = 0; i < 3; i++)
		if (a[i] != b[i])
			return a[i] < b[i];
	return false;
}

/* By number; the milder a policy, the smaller its strength.  0: unknown to
 * us, and so no stricter than any. */
static const struct {
	const char *name;
	unsigned strength;
} policies[2][4] = {
	[TOK_POLICY_PIN] = { { "unknown", 0 }, { "never", 1 },
	    { "once", 2 }, { "always", 3 } },
	[TOK_POLICY_TOUCH] = { { "unknown", 0 }, { "never", 1 },
	    { "always", 3 }, { "cached", 2 } },
};
#define POLICIES (sizeof policies[0] / sizeof policies[0][0])

const char *
tok_policy_name(enum tok_policy which, unsigned policy)
{
	return policies[which][policy < POLICIES ? policy : 0].name;
}

kc_result
tok_policy_parse(const char *text, enum tok_policy which, unsigned *ret,
    struct kc_err *err)
{
	for (unsigned i = 1; i < POLICIES; i++)
		if (strcmp(text, policies[which][i].name) == 0) {
			*ret = i;
			return KC_DONE;
		}
	return KC_FAIL(err, KC_EUSAGE, 0, "'%.20s' is no %s: it is never, %s "
	    "or always", text, which == TOK_POLICY_PIN ? "PIN policy" :
	    "touch policy", which == TOK_POLICY_PIN ? "once" : "cached");
}

static kc_result
check_policy(enum tok_policy which, unsigned said, unsigned wanted,
    struct kc_err *err)
{
	unsigned have = policies[which][said < POLICIES ? said : 0].strength;

	if (wanted == 0 || have >= policies[which][wanted].strength)
		return KC_DONE;
	return KC_FAIL(err, KC_EREFUSED, 0, "the key's %s policy is %s; the "
	    "site file wants %s%s", which == TOK_POLICY_PIN ? "PIN" :
	    "touch", tok_policy_name(which, said), tok_policy_name(which,
	    wanted), policies[which][wanted].strength == 3 ? "" :
	    " or stricter");
}

static kc_result
check_rule(const struct tok_attestation *a,
    const struct tok_attest_rule *rule, struct kc_err *err)
{
	char serial[16];
	kc_result r;

	(void)snprintf(serial, sizeof serial, "%u", a->serial);
	if (rule->serial[0] != '\0' && strcmp(rule->serial, serial) != 0)
		return KC_FAIL(err, KC_EREFUSED, 0, "the attestation is by "
		    "the device with serial %s; the card says %s", serial,
		    rule->serial);
	if (older(a->firmware, rule->firmware))
		return KC_FAIL(err, KC_EREFUSED, 0, "the card's firmware is "
		    "%u.%u.%u; the site file wants %u.%u.%u or later",
		    a->firmware[0], a->firmware[1], a->firmware[2],
		    rule->firmware[0], rule->firmware[1], rule->firmware[2]);
	r = check_policy(TOK_POLICY_PIN, a->pin_policy, rule->pin_policy,
	    err);
	if (kc_ok(r))
		r = check_policy(TOK_POLICY_TOUCH, a->touch_policy,
		    rule->touch_policy, err);
	return r;
}

kc_result
tok_attest_check(const struct tok_key *key, const struct kc_buf *leaf,
    const struct kc_buf *device, const struct tok_attest_rule *rule,
    struct tok_attestation *ret, struct kc_err *err)
{
	struct tok_attestation a = { 0 };
	X509 *l = NULL, *d = NULL;
	kc_result r;

	KC_TRY(r, parse(leaf, "attestation", &l, err));
	KC_TRY(r, parse(device, "device's certificate (slot f9)", &d, err));
	KC_TRY(r, check_key(l, key, err));
	KC_TRY(r, check_chain(l, d, rule, err));
	KC_TRY(r, read_said(l, &a, err));
	KC_TRY(r, check_rule(&a, rule, err));
	*ret = a;
out:
	X509_free(l);
	X509_free(d);
	return r;
}

kc_result
tok_firmware_parse(const char *text, unsigned ret[static 3],
    struct kc_err *err)
{
	unsigned v[3];
	int end = 0;

	if (strlen(text) > 11 || strspn(text, "0123456789.") != strlen(text)
	    || sscanf(text, "%3u.%3u.%3u%n", &v[0], &v[1], &v[2], &end) != 3
	    || text[end] != '\0' || v[0] > 255 || v[1] > 255 || v[2] > 255)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "'%.20s' is no firmware version like 5.7.1", text);
	memcpy(ret, v, sizeof v);
	return KC_DONE;
}
