/* SPDX-License-Identifier: Apache-2.0
 *
 * Attestations under a root of the test's own: one that holds, and one for
 * each way not to.
 */
#include "tests/check.h"

#include <openssl/asn1.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "tokens/attest.h"

#define NOW_MS 1770000000000		/* 2026-02-02 */

static EVP_PKEY *root_key, *device_key, *card_key, *other_key;
static struct kc_buf root, device, leaf;
static struct tok_key key;

/* What a made leaf says. */
struct said {
	const char *cn;
	const uint8_t *firmware;
	size_t firmware_len;
	const uint8_t *serial;
	size_t serial_len;
	bool policies, twice;
	long from_days, to_days;	/* from NOW_MS */
};
static const uint8_t fw571[] = { 5, 7, 1 };
static const uint8_t serial42[] = { 0x02, 0x03, 0x01, 0x02, 0x03 };
static const uint8_t once_never[] = { TOK_PIN_ONCE, TOK_TOUCH_NEVER };
static const uint8_t *policy = once_never;	/* of the next leaf */
#define SERIAL_TEXT "66051"
#define GOOD { "YubiKey PIV Attestation 9d", fw571, 3, serial42, 5,	\
	true, false, -10, 1000 }

static EVP_PKEY *
new_key(void)
{
	EVP_PKEY *k = EVP_RSA_gen(2048);

	assert_non_null(k);
	return k;
}

static void
add(X509 *x, const char *oid, const uint8_t *p, size_t len)
{
	ASN1_OCTET_STRING *v = ASN1_OCTET_STRING_new();
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	X509_EXTENSION *e;

	assert_int_equal(ASN1_OCTET_STRING_set(v, p, (int)len), 1);
	e = X509_EXTENSION_create_by_OBJ(NULL, o, 0, v);
	assert_int_equal(X509_add_ext(x, e, -1), 1);
	X509_EXTENSION_free(e);
	ASN1_OBJECT_free(o);
	ASN1_OCTET_STRING_free(v);
}

static X509 *
new_cert(const char *cn, const char *issuer, EVP_PKEY *k, long from, long to)
{
	X509 *x = X509_new();
	time_t now = NOW_MS / 1000;

	assert_non_null(x);
	(void)X509_set_version(x, X509_VERSION_3);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
	(void)X509_time_adj_ex(X509_getm_notBefore(x), (int)from, 0, &now);
	(void)X509_time_adj_ex(X509_getm_notAfter(x), (int)to, 0, &now);
	(void)X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN",
	    MBSTRING_ASC, (const unsigned char *)cn, -1, -1, 0);
	(void)X509_NAME_add_entry_by_txt(X509_get_issuer_name(x), "CN",
	    MBSTRING_ASC, (const unsigned char *)issuer, -1, -1, 0);
	assert_int_equal(X509_set_pubkey(x, k), 1);
	return x;
}

static void
finish(X509 *x, EVP_PKEY *by, struct kc_buf *ret)
{
	unsigned char *der = NULL;
	int len;

	assert_true(X509_sign(x, by, EVP_sha256()) > 0);
	len = i2d_X509(x, &der);
	assert_true(len > 0);
	kc_buf_free(ret);
	assert_true(kc_ok(kc_buf_add(ret, der, (size_t)len, NULL)));
	OPENSSL_free(der);
	X509_free(x);
}

static void
make_leaf(const struct said *s, EVP_PKEY *of, EVP_PKEY *by,
    const char *issuer, struct kc_buf *ret)
{
	X509 *x = new_cert(s->cn, issuer, of, s->from_days, s->to_days);

	if (s->firmware != NULL)
		add(x, "1.3.6.1.4.1.41482.3.3", s->firmware,
		    s->firmware_len);
	if (s->twice)
		add(x, "1.3.6.1.4.1.41482.3.3", s->firmware,
		    s->firmware_len);
	if (s->serial != NULL)
		add(x, "1.3.6.1.4.1.41482.3.7", s->serial, s->serial_len);
	if (s->policies)
		add(x, "1.3.6.1.4.1.41482.3.8", policy, 2);
	finish(x, by, ret);
}

static void
make_device(const char *issuer, EVP_PKEY *by, long to, struct kc_buf *ret)
{
	finish(new_cert("Device", issuer, device_key, -100, to), by, ret);
}

static int
set_up(void **state)
{
	static const struct said good = GOOD;
	X509 *x;
	BIGNUM *n = NULL;

	(void)state;
	root_key = new_key();
	device_key = new_key();
	card_key = new_key();
	other_key = new_key();
	x = new_cert("Root", "Root", root_key, -1000, 5000);
	assert_int_equal(X509_add1_ext_i2d(x, NID_basic_constraints,
	    &(BASIC_CONSTRAINTS){ .ca = 1 }, 1, 0), 1);
	finish(x, root_key, &root);
	make_device("Root", root_key, 4000, &device);
	make_leaf(&good, card_key, device_key, "Device", &leaf);
	key.id[0] = 3;
	key.id_len = 1;
	assert_int_equal(EVP_PKEY_get_bn_param(card_key,
	    OSSL_PKEY_PARAM_RSA_N, &n), 1);
	key.n_len = (size_t)BN_bn2bin(n, key.n);
	BN_free(n);
	memcpy(key.e, "\1\0\1", 3);
	key.e_len = 3;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	EVP_PKEY_free(root_key);
	EVP_PKEY_free(device_key);
	EVP_PKEY_free(card_key);
	EVP_PKEY_free(other_key);
	kc_buf_free(&root);
	kc_buf_free(&device);
	kc_buf_free(&leaf);
	return 0;
}

static struct tok_attest_rule
rule(void)
{
	return (struct tok_attest_rule){ .root = &root,
		.serial = SERIAL_TEXT, .firmware = { 5, 7, 0 },
		.at_ms = NOW_MS };
}

static void
a_good_attestation_says_firmware_serial_and_policies(void **state)
{
	struct tok_attest_rule want = rule();
	struct tok_attestation a;
	struct kc_err err = { 0 };

	(void)state;
	t_ok(tok_attest_check(&key, &leaf, &device, &want, &a, &err), &err);
	assert_int_equal(a.firmware[0], 5);
	assert_int_equal(a.firmware[1], 7);
	assert_int_equal(a.firmware[2], 1);
	assert_int_equal(a.serial, 66051);
	assert_int_equal(a.pin_policy, TOK_PIN_ONCE);
	assert_int_equal(a.touch_policy, TOK_TOUCH_NEVER);
	assert_true(tok_attest_is(leaf.p, leaf.len));
	assert_false(tok_attest_is(device.p, device.len));
	assert_false(tok_attest_is("x", 1));
}

static void
refused(const struct kc_buf *l, const struct kc_buf *d,
    const struct tok_attest_rule *want, enum kc_code code, const char *says)
{
	struct tok_attestation a = { .serial = 99 };
	struct kc_err err = { 0 };

	t_fails(tok_attest_check(&key, l, d, want, &a, &err), &err, code,
	    says);
	assert_int_equal(a.serial, 99);
}

static void
each_wrong_leaf_is_refused_by_name(void **state)
{
	static const uint8_t short_fw[] = { 5, 7 };
	static const uint8_t old_fw[] = { 5, 6, 9 };
	static const uint8_t long_serial[] = { 2, 6, 1, 2, 3, 4, 5, 6 };
	static const struct {
		struct said said;
		enum kc_code code;
		const char *says;
	} rows[] = {
		{ { "YubiKey PIV Attestation 9c", fw571, 3, serial42, 5,
		    true, false, -10, 1000 }, KC_EREFUSED, "Attestation 9c" },
		{ { "Somebody", fw571, 3, serial42, 5, true, false, -10,
		    1000 }, KC_EREFUSED, "is for \"Somebody\"" },
		{ { "YubiKey PIV Attestation 9d", NULL, 0, serial42, 5, true,
		    false, -10, 1000 }, KC_EFORMAT, "firmware nowhere" },
		{ { "YubiKey PIV Attestation 9d", fw571, 3, serial42, 5,
		    true, true, -10, 1000 }, KC_EFORMAT, "firmware twice" },
		{ { "YubiKey PIV Attestation 9d", short_fw, 2, serial42, 5,
		    true, false, -10, 1000 }, KC_EFORMAT, "2 bytes, not 3" },
		{ { "YubiKey PIV Attestation 9d", old_fw, 3, serial42, 5,
		    true, false, -10, 1000 }, KC_EREFUSED,
		  "firmware is 5.6.9; the site file wants 5.7.0" },
		{ { "YubiKey PIV Attestation 9d", fw571, 3, NULL, 0, true,
		    false, -10, 1000 }, KC_EFORMAT, "serial nowhere" },
		{ { "YubiKey PIV Attestation 9d", fw571, 3, long_serial, 8,
		    true, false, -10, 1000 }, KC_EFORMAT, "32 bits" },
		{ { "YubiKey PIV Attestation 9d", fw571, 3, serial42, 5,
		    false, false, -10, 1000 }, KC_EFORMAT,
		  "policies nowhere" },
		{ { "YubiKey PIV Attestation 9d", fw571, 3, serial42, 5,
		    true, false, -10, -1 }, KC_EEXPIRED,
		  "attestation is outside its dates" },
	};
	struct tok_attest_rule want = rule();
	struct kc_buf bad = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		make_leaf(&rows[i].said, card_key, device_key, "Device",
		    &bad);
		refused(&bad, &device, &want, rows[i].code, rows[i].says);
	}
	kc_buf_free(&bad);
}

static void
a_chain_that_breaks_is_refused_where_it_breaks(void **state)
{
	static const struct said good = GOOD;
	struct tok_attest_rule want = rule();
	struct kc_buf bad = { 0 };

	(void)state;
	make_leaf(&good, other_key, device_key, "Device", &bad);
	refused(&bad, &device, &want, KC_EREFUSED, "of another key");
	make_leaf(&good, card_key, other_key, "Device", &bad);
	refused(&bad, &device, &want, KC_EREFUSED, "not signed by the device");
	make_leaf(&good, card_key, device_key, "Nobody", &bad);
	refused(&bad, &device, &want, KC_EREFUSED, "not signed by the device");
	make_device("Root", other_key, 4000, &bad);
	refused(&leaf, &bad, &want, KC_EREFUSED, "pinned root");
	make_device("Root", root_key, -1, &bad);
	refused(&leaf, &bad, &want, KC_EEXPIRED, "slot f9");
	want.root = &device;
	refused(&leaf, &device, &want, KC_EREFUSED, "pinned root");
	want = rule();
	want.serial = "66052";
	refused(&leaf, &device, &want, KC_EREFUSED, "the card says 66052");
	kc_buf_free(&bad);
}

static void
every_cut_and_every_changed_byte_is_refused(void **state)
{
	struct tok_attest_rule want = rule();
	struct tok_attestation a;
	struct kc_buf bad = { 0 };
	size_t held = 0;

	(void)state;
	t_ok(kc_buf_add(&bad, leaf.p, leaf.len, NULL), &(struct kc_err){ 0 });
	for (size_t i = 0; i < leaf.len; i++) {
		bad.len = i;
		held += kc_ok(tok_attest_check(&key, &bad, &device, &want, &a,
		    NULL));
		bad.len = leaf.len;
		bad.p[i] ^= 1;
		held += kc_ok(tok_attest_check(&key, &bad, &device, &want, &a,
		    NULL));
		bad.p[i] ^= 1;
	}
	kc_buf_free(&bad);
	assert_int_equal(held, 0);
}

static void
firmware_versions_are_read_strictly(void **state)
{
	static const char *const bad[] = { "", "5", "5.7", "5.7.", "5.7.1.2",
		"5.7.1 ", "-5.7.1", "5.7.256", "a.b.c", "+5.7.1" };
	unsigned v[3];
	struct kc_err err = { 0 };

	(void)state;
	t_ok(tok_firmware_parse("5.7.1", v, &err), &err);
	assert_int_equal(v[0] * 10000 + v[1] * 100 + v[2], 50701);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		t_fails(tok_firmware_parse(bad[i], v, &err), &err, KC_EUSAGE,
		    "no firmware version");
}

static void
a_policy_milder_than_the_site_wants_is_refused(void **state)
{
	struct tok_attest_rule want = rule();
	struct tok_attestation a;
	struct kc_err err = { 0 };

	(void)state;
	/* The leaf says: PIN once, touch never. */
	want.pin_policy = TOK_PIN_ONCE;
	want.touch_policy = TOK_TOUCH_NEVER;
	t_ok(tok_attest_check(&key, &leaf, &device, &want, &a, &err), &err);
	want.pin_policy = TOK_PIN_ALWAYS;
	refused(&leaf, &device, &want, KC_EREFUSED,
	    "the key's PIN policy is once; the site file wants always");
	want.pin_policy = TOK_PIN_NEVER;
	want.touch_policy = TOK_TOUCH_CACHED;
	refused(&leaf, &device, &want, KC_EREFUSED, "the key's touch policy "
	    "is never; the site file wants cached or stricter");
	want.touch_policy = TOK_TOUCH_ALWAYS;
	refused(&leaf, &device, &want, KC_EREFUSED,
	    "touch policy is never; the site file wants always");
}

static void
policies_have_names_and_touch_is_strictest_always(void **state)
{
	static const uint8_t odd[] = { 9, 9 }, cached[] = { 3, 3 };
	static const struct said good = GOOD;
	struct tok_attest_rule want = rule();
	struct tok_attestation a;
	struct kc_buf other = { 0 };
	struct kc_err err = { 0 };
	unsigned p = 99;

	(void)state;
	t_ok(tok_policy_parse("once", TOK_POLICY_PIN, &p, &err), &err);
	assert_int_equal(p, TOK_PIN_ONCE);
	t_ok(tok_policy_parse("cached", TOK_POLICY_TOUCH, &p, &err), &err);
	assert_int_equal(p, TOK_TOUCH_CACHED);
	t_fails(tok_policy_parse("cached", TOK_POLICY_PIN, &p, &err), &err,
	    KC_EUSAGE, "'cached' is no PIN policy: it is never, once or");
	t_fails(tok_policy_parse("unknown", TOK_POLICY_TOUCH, &p, &err), &err,
	    KC_EUSAGE, "no touch policy");
	assert_string_equal(tok_policy_name(TOK_POLICY_PIN, 9), "unknown");

	policy = cached;
	make_leaf(&good, card_key, device_key, "Device", &other);
	want.touch_policy = TOK_TOUCH_CACHED;
	t_ok(tok_attest_check(&key, &other, &device, &want, &a, &err), &err);
	want.touch_policy = TOK_TOUCH_ALWAYS;
	refused(&other, &device, &want, KC_EREFUSED,
	    "touch policy is cached; the site file wants always");
	policy = odd;
	make_leaf(&good, card_key, device_key, "Device", &other);
	want.touch_policy = 0;
	want.pin_policy = TOK_PIN_NEVER;
	refused(&other, &device, &want, KC_EREFUSED,
	    "PIN policy is unknown; the site file wants never or stricter");
	policy = once_never;
	kc_buf_free(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_good_attestation_says_firmware_serial_and_policies),
		cmocka_unit_test(each_wrong_leaf_is_refused_by_name),
		cmocka_unit_test(
		    a_chain_that_breaks_is_refused_where_it_breaks),
		cmocka_unit_test(every_cut_and_every_changed_byte_is_refused),
		cmocka_unit_test(firmware_versions_are_read_strictly),
		cmocka_unit_test(
		    a_policy_milder_than_the_site_wants_is_refused),
		cmocka_unit_test(
		    policies_have_names_and_touch_is_strictest_always),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
