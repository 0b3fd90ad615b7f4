/* SPDX-License-Identifier: Apache-2.0
 *
 * Compact JWS: the example of RFC 7515, and what is refused.
 */
#include "estate/jws.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/b64.h"
#include "tests/check.h"

/* RFC 7515, appendix A.2. */
#define A2_HEADER "eyJhbGciOiJSUzI1NiJ9"
#define A2_PAYLOAD \
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leG" \
	"FtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
#define A2_SIG \
	"cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZm" \
	"h7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKB" \
	"YNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L" \
	"07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6Bf" \
	"I7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWk" \
	"WywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
#define A2_N \
	"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfH" \
	"Qp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRP" \
	"EwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexM" \
	"dbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qC" \
	"o5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethF" \
	"kMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
#define A2 A2_HEADER "." A2_PAYLOAD "." A2_SIG
#define A2_KEYS "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"joe\",\"e\":\"AQAB\"," \
	"\"n\":\"" A2_N "\"}]}"

static void
the_example_of_the_rfc_verifies(void **state)
{
	struct est_jws j = { 0 };
	struct est_jwks k = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(est_jws_read("a2", A2 "\n", sizeof A2, &j, &err), &err);
	assert_string_equal(j.alg, "RS256");
	assert_null(j.kid);
	assert_string_equal(json_string_value(json_object_get(j.payload,
	    "iss")), "joe");
	t_ok(est_jwks_read("keys", A2_KEYS, sizeof A2_KEYS - 1, &k, &err),
	    &err);
	assert_null(est_jwks_find(&k, "jo"));
	t_ok(est_jws_verify(&j, est_jwks_find(&k, "joe"), &err), &err);
	/* A bit of what is covered, and one of the signature. */
	j.covered.p[30] ^= 1;
	t_fails(est_jws_verify(&j, k.is[0].key, &err), &err, KC_EREFUSED,
	    "not this key's");
	j.covered.p[30] ^= 1;
	j.sig.p[200] ^= 1;
	t_fails(est_jws_verify(&j, k.is[0].key, &err), &err, KC_EREFUSED,
	    "not this key's");
	est_jws_free(&j);
	est_jwks_free(&k);
}

static const struct {
	const char *text, *says;
} bad[] = {
	{ "", "three parts" },
	{ A2_HEADER "." A2_PAYLOAD, "three parts" },
	{ A2 ".", "more than three parts" },
	{ A2 "\n\n", "none of base64url's" },
	{ A2 "=", "none of base64url's" },
	{ " " A2, "byte 0 is none" },
	{ "." A2_PAYLOAD "." A2_SIG, "the header" },
	{ A2_HEADER "..", "the payload" },
	{ "W10." A2_PAYLOAD "." A2_SIG, "the header: it is no JSON object" },
	{ A2_HEADER ".W10." A2_SIG, "the payload: it is no JSON object" },
	{ "e30." A2_PAYLOAD "." A2_SIG, "\"alg\" is missing" },
	/* {"alg":7} {"alg":"RS256","kid":7} {"alg":"RS256","crit":[]}
	 * {"alg":"RS256","b64":false} {"alg":"a","alg":"b"} */
	{ "eyJhbGciOjd9." A2_PAYLOAD "." A2_SIG, "\"alg\" is not" },
	{ "eyJhbGciOiJSUzI1NiIsImtpZCI6N30." A2_PAYLOAD "." A2_SIG,
	  "\"kid\" is not" },
	{ "eyJhbGciOiJSUzI1NiIsImNyaXQiOltdfQ." A2_PAYLOAD "." A2_SIG,
	  "the header has \"crit\"" },
	{ "eyJhbGciOiJSUzI1NiIsImI2NCI6ZmFsc2V9." A2_PAYLOAD "." A2_SIG,
	  "the header has \"b64\"" },
	{ "eyJhbGciOiJhIiwiYWxnIjoiYiJ9." A2_PAYLOAD "." A2_SIG, "the header" },
};

static void
what_is_no_jws_of_ours_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct est_jws j = { 0 };
		struct kc_err err = { 0 };

		t_fails(est_jws_read("text", bad[i].text, strlen(bad[i].text),
		    &j, &err), &err, KC_EFORMAT, bad[i].says);
		assert_null(j.header);
		assert_null(j.covered.p);
	}
}

#define KEY(more) "{\"keys\":[{\"kty\":\"RSA\"," more "}]}"
#define NUMBERS "\"e\":\"AQAB\",\"n\":\"" A2_N "\""

static const struct {
	const char *text;
	enum kc_code code;
	const char *says;
} bad_keys[] = {
	{ "{}", KC_EFORMAT, "\"keys\" is missing" },
	{ "{\"keys\":[]}", KC_EFORMAT, "keys" },
	{ "{\"keys\":[7]}", KC_EFORMAT, "keys[0]" },
	{ "{\"keys\":[{}]}", KC_EFORMAT, "\"kty\" is missing" },
	{ "{\"keys\":[{\"kty\":\"EC\"}]}", KC_EREFUSED, "no RSA key is in" },
	{ KEY(NUMBERS), KC_EFORMAT, "\"kid\" is missing" },
	{ KEY("\"kid\":\"a\""), KC_EFORMAT, "neither \"n\" and" },
	{ KEY("\"kid\":\"a\",\"n\":\"AQAB\""), KC_EFORMAT,
	  "\"n\" and \"e\" are no RSA key" },
	{ KEY("\"kid\":\"a\",\"n\":\"*\",\"e\":\"AQAB\""), KC_EFORMAT,
	  "keys[0]" },
	{ KEY("\"kid\":\"a\",\"e\":\"AQAB\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb"
	  "4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzPw\""),
	  KC_EALG, "no RSA key of 2048 bits" },
	{ "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"a\"," NUMBERS "},{\"kty\":"
	  "\"RSA\",\"kid\":\"a\"," NUMBERS "}]}", KC_EREFUSED,
	  "two keys have the kid 'a'" },
	{ KEY("\"kid\":\"a\",\"x5c\":[7]"), KC_EFORMAT, "x5c[0] is no text" },
	{ KEY("\"kid\":\"a\",\"x5c\":[\"AAAA\"]"), KC_EFORMAT, "keys[0]" },
};

static void
a_set_of_keys_is_read_strictly(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad_keys / sizeof *bad_keys; i++) {
		struct est_jwks k = { 0 };
		struct kc_err err = { 0 };

		t_fails(est_jwks_read("keys", bad_keys[i].text,
		    strlen(bad_keys[i].text), &k, &err), &err,
		    bad_keys[i].code, bad_keys[i].says);
		assert_int_equal(k.n, 0);
		assert_null(k.json);
	}
}

/* A certificate of the key, as MAA's /certs has it. */
static void
a_key_is_that_of_its_certificate(void **state)
{
	struct kc_buf der = { 0 }, b64 = { 0 }, text = { 0 };
	struct kc_err err = { 0 };
	struct est_jwks k = { 0 };
	EVP_PKEY *key = EVP_RSA_gen(2048);
	X509 *x = X509_new();
	unsigned char *p = NULL;
	int n;

	(void)state;
	assert_true(key != NULL && x != NULL);
	assert_int_equal(X509_set_pubkey(x, key), 1);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x), 0));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x), 60));
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	n = i2d_X509(x, &p);
	assert_true(n > 0);
	t_ok(kc_buf_add(&der, p, (size_t)n, &err), &err);
	t_ok(kc_b64_encode(der.p, der.len, &b64, &err), &err);
	t_ok(kc_buf_addf(&text, &err, KEY("\"kid\":\"a\",\"x5c\":[\"%s\"]"),
	    kc_buf_str(&b64)), &err);
	t_ok(est_jwks_read("keys", text.p, text.len, &k, &err), &err);
	assert_int_equal(EVP_PKEY_eq(est_jwks_find(&k, "a"), key), 1);
	est_jwks_free(&k);
	text.len = 0;
	t_ok(kc_buf_addf(&text, &err, KEY("\"kid\":\"a\"," NUMBERS ",\"x5c\":["
	    "\"%s\"]"), kc_buf_str(&b64)), &err);
	t_fails(est_jwks_read("keys", text.p, text.len, &k, &err), &err,
	    KC_EREFUSED, "are different keys");
	OPENSSL_free(p);
	X509_free(x);
	EVP_PKEY_free(key);
	kc_buf_free(&der);
	kc_buf_free(&b64);
	kc_buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_the_rfc_verifies),
		cmocka_unit_test(what_is_no_jws_of_ours_is_refused),
		cmocka_unit_test(a_set_of_keys_is_read_strictly),
		cmocka_unit_test(a_key_is_that_of_its_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
