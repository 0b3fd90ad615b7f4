/* SPDX-License-Identifier: Apache-2.0
 *
 * The carriers of an exchange key, and what a bare one (2020) is worth.
 */
#include "tests/check.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/b64.h"
#include "base/clock.h"
#include "base/json.h"
#include "sd/evidence.h"

static EVP_PKEY *key;
static struct kc_buf der;	/* a bare certificate, extensions 30 00 */
static struct kc_buf x5c;	/* the same in base64 */

/* A DER value of 256 to 65535 bytes. */
static void
add_value(uint8_t tag, const struct kc_buf *v, struct kc_buf *ret)
{
	const uint8_t head[] = { tag, 0x82, (uint8_t)(v->len >> 8),
		(uint8_t)v->len };
	struct kc_err err = { 0 };

	t_ok(kc_buf_add(ret, head, sizeof head, &err), &err);
	t_ok(kc_buf_add(ret, v->p, v->len, &err), &err);
}

/* Sign x as the service of 2020 did: its extensions are there, and empty.
 * OpenSSL leaves such a field away, so it is put in by hand. */
static void
sign_empty(X509 *x)
{
	static const uint8_t empty[] = { 0xa3, 0x02, 0x30, 0x00 };
	static const uint8_t alg[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86,
		0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00 };
	struct kc_buf body = { 0 }, all = { 0 }, bits = { 0 };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct kc_err err = { 0 };
	unsigned char *tbs = NULL;
	uint8_t sig[385] = { 0 };
	size_t n = sizeof sig - 1;
	int len;

	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	len = i2d_re_X509_tbs(x, &tbs);
	assert_true(len > 256 + 4);
	t_ok(kc_buf_add(&body, tbs + 4, (size_t)len - 4, &err), &err);
	t_ok(kc_buf_add(&body, empty, sizeof empty, &err), &err);
	add_value(0x30, &body, &all);
	assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL,
	    key), 1);
	assert_int_equal(EVP_DigestSign(ctx, sig + 1, &n, all.p, all.len), 1);
	t_ok(kc_buf_add(&all, alg, sizeof alg, &err), &err);
	t_ok(kc_buf_add(&bits, sig, n + 1, &err), &err);
	add_value(0x03, &bits, &all);
	add_value(0x30, &all, &der);
	EVP_MD_CTX_free(ctx);
	OPENSSL_free(tbs);
	kc_buf_free(&body);
	kc_buf_free(&bits);
	kc_buf_free(&all);
}

static int
set_up(void **state)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);

	(void)state;
	key = EVP_RSA_gen(3072);
	assert_non_null(key);
	assert_int_equal(X509_set_version(x, X509_VERSION_3), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x), 1), 1);
	assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"transfer-key", -1, -1, 0), 1);
	assert_int_equal(X509_set_issuer_name(x, name), 1);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x), -60));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x), 86400));
	assert_int_equal(X509_set_pubkey(x, key), 1);
	sign_empty(x);
	X509_free(x);
	t_ok(kc_b64_encode(der.p, der.len, &x5c, NULL), &(struct kc_err){ 0 });
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	EVP_PKEY_free(key);
	kc_buf_free(&der);
	kc_buf_free(&x5c);
	return 0;
}

/* PEM in lines of so many columns. */
static void
pem(size_t columns, const char *end, bool ended, struct kc_buf *ret)
{
	struct kc_err err = { 0 };

	t_ok(kc_buf_addf(ret, &err, "-----BEGIN CERTIFICATE-----%s", end),
	    &err);
	for (size_t at = 0; at < x5c.len; at += columns)
		t_ok(kc_buf_addf(ret, &err, "%.*s%s", (int)columns,
		    kc_buf_str(&x5c) + at, end), &err);
	t_ok(kc_buf_addf(ret, &err, "-----END CERTIFICATE-----%s",
	    ended ? end : ""), &err);
}

static void
set_bytes(json_t *o, const char *name, const struct kc_buf *b)
{
	struct kc_buf text = { 0 };
	struct kc_err err = { 0 };

	t_ok(kc_b64url_encode(b->p, b->len, &text, &err), &err);
	t_ok(kc_json_set_str(o, name, kc_buf_str(&text), &err), &err);
	kc_buf_free(&text);
}

/* The JWK as the service writes it. */
static json_t *
jwk(void)
{
	struct sd_cert c = { 0 };
	struct kc_err err = { 0 };
	struct kc_buf hash = { 0 };
	uint8_t sha1[20];
	json_t *o = json_pack("{s:s,s:s,s:[s,s,s],s:[s]}", "kty", "RSA",
	    "kid", "not used", "key_ops", "wrapKey", "verify", "encrypt",
	    "x5c", kc_buf_str(&x5c));

	t_ok(sd_cert_read("c", der.p, der.len, &c, &err), &err);
	set_bytes(o, "n", &c.n);
	set_bytes(o, "e", &c.e);
	t_ok(kc_buf_add(&hash, c.x5t, KC_SHA256, &err), &err);
	set_bytes(o, "x5t#S256", &hash);
	assert_int_equal(EVP_Digest(der.p, der.len, sha1, NULL, EVP_sha1(),
	    NULL), 1);
	kc_buf_free(&hash);
	t_ok(kc_buf_add(&hash, sha1, sizeof sha1, &err), &err);
	set_bytes(o, "x5t", &hash);
	kc_buf_free(&hash);
	sd_cert_free(&c);
	return o;
}

static kc_result
read_json(json_t *v, struct sd_exchange *ret, struct kc_err *err)
{
	struct kc_buf text = { 0 };
	kc_result r;

	t_ok(kc_json_canon(v, &text, err), err);
	r = sd_exchange_read("f", text.p, text.len, ret, err);
	kc_buf_free(&text);
	return r;
}

static void
same_key(struct sd_exchange *x, enum sd_carrier carrier)
{
	assert_int_equal(x->carrier, carrier);
	assert_int_equal(x->cert.der.len, der.len);
	assert_memory_equal(x->cert.der.p, der.p, der.len);
	assert_int_equal(x->cert.bits, 3072);
	assert_true(x->spki.len > 384);
	assert_false(x->has_evidence);
	sd_exchange_free(x);
}

static void
pem_of_any_width_and_line_end_is_read(void **state)
{
	static const size_t columns[] = { 64, 65, 76, 100000 };
	struct sd_exchange x = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < 4 * 4; i++) {
		struct kc_buf b = { 0 };

		pem(columns[i / 4], i & 1 ? "\r\n" : "\n", i & 2, &b);
		t_ok(sd_exchange_read("f", b.p, b.len, &x, &err), &err);
		same_key(&x, SD_CARRIER_CERT);
		kc_buf_free(&b);
	}
}

static void
der_jwk_and_both_bodies_are_read(void **state)
{
	struct sd_exchange x = { 0 };
	struct kc_err err = { 0 };
	json_t *k = jwk(), *body;
	char *text;

	(void)state;
	t_ok(sd_exchange_read("f", der.p, der.len, &x, &err), &err);
	same_key(&x, SD_CARRIER_CERT);
	t_ok(read_json(k, &x, &err), &err);
	same_key(&x, SD_CARRIER_JWK);
	text = json_dumps(k, JSON_COMPACT);
	body = json_pack("{s:s,s:s}", "key_format", "jwk", "transfer_key",
	    text);
	t_ok(read_json(body, &x, &err), &err);
	same_key(&x, SD_CARRIER_BODY);
	free(text);
	json_decref(body);
	body = json_pack("{s:s,s:O}", "key_format", "jwk", "transfer_key", k);
	t_ok(read_json(body, &x, &err), &err);
	same_key(&x, SD_CARRIER_BODY);
	json_object_set_new(body, "key_format", json_string("pem"));
	t_fails(read_json(body, &x, &err), &err, KC_EALG,
	    "\"key_format\" is \"pem\"");
	json_object_set_new(body, "key_format", json_string("jwk"));
	json_object_set_new(body, "transfer_key", json_integer(1));
	t_fails(read_json(body, &x, &err), &err, KC_EFORMAT,
	    "is not an object");
	json_object_set_new(body, "transfer_key", json_string("{\"n\":1,}"));
	t_fails(read_json(body, &x, &err), &err, KC_EFORMAT,
	    "its transfer_key");
	json_decref(body);
	json_decref(k);
}

static void
only_what_its_certificate_says_may_stand_in_a_jwk(void **state)
{
	static const struct {
		const char *member, *json;	/* NULL: taken away */
		enum kc_code code;
		const char *says;
	} cases[] = {
		{ "n", "\"AQAB\"", KC_EREFUSED, "\"n\" is not what" },
		{ "n", NULL, KC_EFORMAT, "\"n\" is missing" },
		{ "e", "\"AQ\"", KC_EREFUSED, "\"e\" is not what" },
		{ "e", "\"AAEAAQ\"", KC_EREFUSED, "\"e\" is not what" },
		{ "e", "3", KC_EFORMAT, "\"e\" is not a string" },
		{ "kty", "\"EC\"", KC_EREFUSED, "\"kty\" is \"EC\"" },
		{ "x5t", "\"AA\"", KC_EREFUSED, "\"x5t\" is not what" },
		{ "x5t#S256", "\"AA\"", KC_EREFUSED, "\"x5t#S256\" is not" },
		{ "x5c", "[]", KC_EFORMAT, "\"x5c\" has 0 items" },
		{ "x5c", "[\"\",\"\"]", KC_EFORMAT, "\"x5c\" has 2 items" },
		{ "x5c", "[3]", KC_EFORMAT, "\"x5c\" holds no text" },
		{ "x5c", "[\"AA_-\"]", KC_EFORMAT, "base64" },
		{ "x5c", "[\"AAAA\"]", KC_EFORMAT, "no X.509 certificate" },
		{ "alg", "\"RSA-OAEP\"", KC_EALG, "\"alg\" is \"RSA-OAEP\"" },
		{ "use", "\"sig\"", KC_EALG, "\"use\" is \"sig\"" },
		{ "kid", "\"mine\"", KC_EREFUSED, "\"kid\" is neither" },
		{ "key_ops", "[\"verify\"]", KC_EREFUSED, "name wrapKey" },
		{ "key_ops", "[\"wrapKey\",\"x\"]", KC_EREFUSED,
		  "\"key_ops\"[1] is unknown" },
		{ "d", "\"AQAB\"", KC_EFORMAT, "\"d\"" },
	};
	struct sd_exchange x = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		json_t *k = jwk();

		if (cases[i].json != NULL)
			json_object_set_new(k, cases[i].member, json_loads(
			    cases[i].json, JSON_DECODE_ANY, NULL));
		else
			json_object_del(k, cases[i].member);
		t_fails(read_json(k, &x, &err), &err, cases[i].code,
		    cases[i].says);
		json_decref(k);
	}
}

static void
what_a_jwk_may_leave_out_it_may_leave_out(void **state)
{
	struct sd_exchange x = { 0 };
	struct kc_err err = { 0 };
	json_t *k = jwk();

	(void)state;
	json_object_set_new(k, "alg", json_string("RSA-OAEP-256"));
	json_object_set_new(k, "use", json_string("enc"));
	json_object_set_new(k, "kid",
	    json_string("acecd9a3-f6ae-0d83-b12e-68be7d31d315"));
	t_ok(read_json(k, &x, &err), &err);
	same_key(&x, SD_CARRIER_JWK);
	for (const char *const *m = (const char *const []){ "alg", "use",
	    "kid", "key_ops", "x5t", "x5t#S256", NULL }; *m != NULL; m++)
		json_object_del(k, *m);
	t_ok(read_json(k, &x, &err), &err);
	same_key(&x, SD_CARRIER_JWK);
	json_decref(k);
}

static void
nothing_is_carried_beside_a_certificate(void **state)
{
	struct sd_exchange x = { 0 };
	struct kc_err err = { 0 };
	struct kc_buf b = { 0 };

	(void)state;
	pem(64, "\n", true, &b);
	t_ok(kc_buf_adds(&b, "x", &err), &err);
	t_fails(sd_exchange_read("f", b.p, b.len, &x, &err), &err,
	    KC_EFORMAT, "something follows its certificate");
	b.p[b.len - 2] = ' ';
	t_fails(sd_exchange_read("f", b.p, b.len - 1, &x, &err), &err,
	    KC_EFORMAT, "something stands behind the PEM block");
	kc_buf_free(&b);
	t_ok(kc_buf_add(&b, der.p, der.len, &err), &err);
	t_ok(kc_buf_adds(&b, "x", &err), &err);
	t_fails(sd_exchange_read("f", b.p, b.len, &x, &err), &err,
	    KC_EFORMAT, "no X.509 certificate");
	for (size_t n = 0; n < der.len; n++)
		assert_int_equal(sd_exchange_read("f", der.p, n, &x,
		    &err).code, KC_EFORMAT);
	kc_buf_free(&b);
	b.p = calloc(1, SD_EXCHANGE_FILE_MAX + 1);
	t_fails(sd_exchange_read("f", b.p, SD_EXCHANGE_FILE_MAX + 1, &x,
	    &err), &err, KC_ELIMIT, "no exchange key");
	free(b.p);
}

/* OpenSSL reads BER; then what is hashed is not what stands in the file. */
static void
a_key_that_is_not_written_as_der_writes_it_is_refused(void **state)
{
	static const uint8_t bits[] = { 0x03, 0x82, 0x01, 0x8f, 0x00 };
	struct sd_exchange x = { 0 };
	struct kc_err err = { 0 };
	uint8_t *at = memmem(der.p, der.len, bits, sizeof bits);

	(void)state;
	assert_non_null(at);
	at[4] = 1;		/* one unused bit, which is not zero */
	t_fails(sd_exchange_read("f", der.p, der.len, &x, &err), &err,
	    KC_EFORMAT, "f: it is no X.509 certificate in DER");
	at[4] = 0;
	t_ok(sd_exchange_read("f", der.p, der.len, &x, &err), &err);
	sd_exchange_free(&x);
}

static void
a_bare_certificate_is_not_proven_whatever_is_pinned(void **state)
{
	struct sd_pins pins = SD_PINS_DEFAULT;
	struct sd_exchange x = { 0 };
	struct sd_evidence e;
	struct kc_err err = { 0 };

	(void)state;
	pins.at_ms = kc_clock_utc_ms();
	pins.pool = "pool";
	t_ok(sd_exchange_read("f", der.p, der.len, &x, &err), &err);
	t_fails(sd_evidence_check(&x, &pins, &e, &err), &err, KC_EREFUSED,
	    "not proven: f carries no evidence");
	assert_false(e.proven);
	assert_string_equal(e.link[4].name, "pool-name");
	assert_int_equal(e.link[4].state, SD_LINK_UNPROVED);
	assert_non_null(strstr(e.link[4].text, "CN=transfer-key, names no"));
	pins.pool = NULL;
	t_fails(sd_evidence_check(&x, &pins, &e, &err), &err, KC_EREFUSED,
	    "not proven: f carries no evidence");
	assert_false(e.proven || e.present || e.parsed || e.rehearsal);
	assert_string_equal(e.link[5].name, "evidence");
	assert_int_equal(e.link[5].state, SD_LINK_UNPROVED);
	assert_string_equal(e.link[6].name, "pck-root");
	assert_int_equal(e.link[6].state, SD_LINK_SKIPPED);
	pins.at_ms = 0;
	t_fails(sd_evidence_check(&x, &pins, &e, &err), &err, KC_EEXPIRED,
	    "link certificate-dates: ");
	sd_exchange_free(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pem_of_any_width_and_line_end_is_read),
		cmocka_unit_test(der_jwk_and_both_bodies_are_read),
		cmocka_unit_test(
		    only_what_its_certificate_says_may_stand_in_a_jwk),
		cmocka_unit_test(what_a_jwk_may_leave_out_it_may_leave_out),
		cmocka_unit_test(nothing_is_carried_beside_a_certificate),
		cmocka_unit_test(
		    a_key_that_is_not_written_as_der_writes_it_is_refused),
		cmocka_unit_test(
		    a_bare_certificate_is_not_proven_whatever_is_pinned),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
