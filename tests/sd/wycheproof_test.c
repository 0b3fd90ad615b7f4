/* SPDX-License-Identifier: Apache-2.0
 *
 * Wycheproof's cases, and fewer of our own, through the code that opens a
 * domain with keys in files: A256CBC-HS512, compact JWE, RSA-OAEP.
 *
 * All of Wycheproof's "invalid" cases are refused.  Its "valid" ones pass
 * but for those outside what a domain may hold, which are refused and
 * counted: OAEP with a label (ours is empty), every JWE of other algorithms,
 * and the one JWE of ours that has no "kid".
 */
#include "tests/sd/certs.h"
#include "tests/vectors.h"

#include "base/b64.h"
#include "sd/jwe.h"
#include "sd/pemkey.h"
#include "sd/rsakey.h"

#define ROOM 4096

static void
put(struct kc_buf *b, const json_t *test, const char *key)
{
	size_t len = 0;
	uint8_t *p = t_hex(test, key, &len);

	assert_true(kc_ok(kc_buf_add(b, p, len, NULL)));
	OPENSSL_free(p);
}

/* Refused for what it holds, and not because something of ours broke. */
static void
is_refusal(const json_t *test, kc_result r)
{
	if (r.code != KC_EMAC && r.code != KC_EFORMAT && r.code != KC_EALG)
		fail_msg("case %lld: %s", t_id(test), kc_symbol(r.code));
}

static void
same(const json_t *test, const char *key, const uint8_t *p, size_t len)
{
	size_t n = 0;
	uint8_t *want = t_hex(test, key, &n);

	if (n != len || (n > 0 && memcmp(want, p, n) != 0))
		fail_msg("case %lld: another plaintext", t_id(test));
	OPENSSL_free(want);
}

/* --- A256CBC-HS512 --- */

static void
aead_case(void *ctx, const json_t *group, const json_t *test)
{
	struct kc_secret cek = { 0 };
	struct sd_jwe jwe = { 0 };
	struct kc_err err = { 0 };
	uint8_t out[ROOM];
	size_t *count = ctx, n = 0;
	uint8_t *key = t_hex(test, "key", &n);
	kc_result r;

	(void)group;
	t_ok(kc_secret_new(&cek, SD_CEK, &err), &err);
	assert_int_equal(n, SD_CEK);
	memcpy(cek.p, key, n);
	cek.len = n;
	OPENSSL_free(key);
	/* What a header is to a JWE are any bytes to its tag. */
	put(&jwe.header, test, "aad");
	put(&jwe.iv, test, "iv");
	put(&jwe.ciphertext, test, "ct");
	put(&jwe.tag, test, "tag");
	assert_true(jwe.ciphertext.len <= sizeof out);
	r = sd_jwe_decrypt("case", &jwe, &cek, out, &n, &err);
	if (t_is_valid(test)) {
		t_ok(r, &err);
		same(test, "msg", out, n);
	} else {
		is_refusal(test, r);
	}
	count[t_is_valid(test)]++;
	sd_jwe_free(&jwe);
	kc_secret_free(&cek);
}

static void
aead(json_t *file, const char *what)
{
	size_t count[2] = { 0 };

	t_for_each(file, aead_case, count);
	printf("%s: %zu passed, %zu refused\n", what, count[1], count[0]);
	assert_true(count[0] > 0 && count[1] > 0);
	json_decref(file);
}

static void
our_aead_cases_pass_or_are_refused_as_they_say(void **state)
{
	(void)state;
	aead(t_own("aead"), "own A256CBC-HS512");
}

static void
wycheproofs_aead_cases_pass_or_are_refused_as_they_say(void **state)
{
	(void)state;
	aead(t_wycheproof("a256cbc_hs512_test"), "A256CBC-HS512");
}

/* --- compact JWE --- */

/* struct jwe_count: what became of the cases. */
struct jwe_count {
	size_t opened;		/* valid, the whole way */
	size_t nameless;	/* valid, opened, but refused without kid */
	size_t pinned;		/* its header alone is refused */
	size_t refused;		/* the header is ours, the rest is not */
};

/* The RSA private key of a JSON Web Key. */
static EVP_PKEY *
jwk_private(const json_t *jwk)
{
	static const char *const names[][2] = {
		{ "n", OSSL_PKEY_PARAM_RSA_N }, { "e", OSSL_PKEY_PARAM_RSA_E },
		{ "d", OSSL_PKEY_PARAM_RSA_D },
		{ "p", OSSL_PKEY_PARAM_RSA_FACTOR1 },
		{ "q", OSSL_PKEY_PARAM_RSA_FACTOR2 },
		{ "dp", OSSL_PKEY_PARAM_RSA_EXPONENT1 },
		{ "dq", OSSL_PKEY_PARAM_RSA_EXPONENT2 },
		{ "qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1 },
	};
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params;
	EVP_PKEY *key = NULL;
	BIGNUM *bn[8];

	for (size_t i = 0; i < 8; i++) {
		const char *text = t_str(jwk, names[i][0]);
		struct kc_buf raw = { 0 };

		assert_true(kc_ok(kc_b64url_decode(text, strlen(text), &raw,
		    NULL)));
		bn[i] = BN_bin2bn(raw.p, (int)raw.len, NULL);
		assert_int_equal(OSSL_PARAM_BLD_push_BN(b, names[i][1],
		    bn[i]), 1);
		kc_buf_free(&raw);
	}
	params = OSSL_PARAM_BLD_to_param(b);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR,
	    params), 1);
	for (size_t i = 0; i < 8; i++)
		BN_free(bn[i]);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* Unwrap and decrypt what was parsed. */
static kc_result
open_jwe(const json_t *group, const json_t *test, const struct sd_jwe *jwe,
    struct kc_err *err)
{
	EVP_PKEY *key = jwk_private(json_object_get(group, "private"));
	struct kc_secret cek = { 0 };
	uint8_t out[ROOM];
	size_t n = 0;
	kc_result r;

	assert_true(jwe->ciphertext.len <= sizeof out);
	KC_TRY(r, sd_oaep_open(key, jwe->ek.p, jwe->ek.len, &cek, err));
	KC_TRY(r, sd_jwe_decrypt("case", jwe, &cek, out, &n, err));
	same(test, "pt", out, n);
out:
	kc_secret_free(&cek);
	EVP_PKEY_free(key);
	return r;
}

static void
jwe_case(void *ctx, const json_t *group, const json_t *test)
{
	const char *text = json_string_value(json_object_get(test, "jwe"));
	struct sd_jwe head = { 0 }, jwe = { 0 };
	struct jwe_count *c = ctx;
	struct kc_err err = { 0 };
	kc_result r, pin;

	if (text == NULL)	/* the JSON serialization, as an object */
		text = "{";
	/* The header alone: other algorithms are refused by it, whatever
	 * the lengths behind it are. */
	t_ok(kc_buf_add(&head.header, text, strcspn(text, "."), &err), &err);
	pin = sd_jwe_pin("case", &head, true, NULL, &err);
	r = sd_jwe_parse("case", text, true, &jwe, &err);
	if (kc_ok(pin) && kc_ok(r))
		r = open_jwe(group, test, &jwe, &err);
	if (kc_ok(pin) && t_is_valid(test)) {
		t_ok(r, &err);
		c->opened++;
	} else if (kc_ok(pin)) {
		is_refusal(test, r);
		c->refused++;
	} else {
		is_refusal(test, pin);
		c->pinned++;
		if (kc_ok(r) && strstr(err.msg, "\"kid\"") != NULL) {
			t_ok(open_jwe(group, test, &jwe, &err), &err);
			c->nameless++;
		}
	}
	sd_jwe_free(&head);
	sd_jwe_free(&jwe);
}

static struct jwe_count
jwes(json_t *file, const char *what)
{
	struct jwe_count c = { 0 };

	t_for_each(file, jwe_case, &c);
	printf("%s: %zu opened; %zu pinned out by their header, %zu of them "
	    "for want of a kid only; %zu refused behind it\n", what, c.opened,
	    c.pinned, c.nameless, c.refused);
	json_decref(file);
	return c;
}

static void
our_jwe_cases_pass_or_are_refused_as_they_say(void **state)
{
	struct jwe_count c = jwes(t_own("jwe"), "own JWE");

	(void)state;
	assert_int_equal(c.opened, 1);
	assert_true(c.pinned > 0 && c.refused > 0);
}

/* Of 139 cases one has our algorithms, and no kid. */
static void
wycheproofs_jwe_cases_are_pinned_out_or_open(void **state)
{
	struct jwe_count c = jwes(t_wycheproof("json_web_encryption_test"),
	    "JWE");

	(void)state;
	assert_int_equal(c.opened + c.nameless, 1);
	assert_true(c.pinned > 100);
}

/* --- RSA-OAEP with a key in a file --- */

/* struct file_key: a key, bare and as a PEM file with a certificate. */
struct file_key {
	const json_t *group;
	EVP_PKEY *key;
	struct sd_pemkey *pem;
	struct t_oaep bare, file;
};

static void
load_key(struct file_key *k, const json_t *group)
{
	struct t_cert t = { .name = "vectors" };
	struct kc_err err = { 0 };
	char dir[256], path[280];
	X509 *x;
	FILE *f;

	k->group = group;
	k->key = t.key = t_private(group);
	x = t_x509(&t);
	t_dir(dir);
	(void)snprintf(path, sizeof path, "%s/key.pem", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(t_str(group, "privateKeyPem"), f) >= 0);
	assert_int_equal(PEM_write_X509(f, x), 1);
	assert_int_equal(fclose(f), 0);
	t_ok(sd_pemkey_load(path, NULL, &k->pem, &err), &err);
	assert_int_equal(t_remove(dir), 0);
	X509_free(x);
}

static void
oaep_case(void *ctx, const json_t *group, const json_t *test)
{
	struct file_key *k = ctx;
	struct kc_secret bare = { 0 }, file = { 0 };
	struct kc_err err = { 0 };
	struct kc_buf ct = { 0 };
	bool valid = t_is_valid(test), label = t_str(test, "label")[0] != 0;
	struct sd_key key;
	kc_result r;

	if (k->group != group)
		load_key(k, group);
	put(&ct, test, "ct");
	r = sd_oaep_open(k->key, ct.p, ct.len, &bare, &err);
	if (valid && !label) {
		t_ok(r, &err);
		same(test, "msg", bare.p, bare.len);
		k->bare.valid++;
	} else {
		is_refusal(test, r);
		k->bare.label += valid;
		k->bare.refused += !valid;
	}
	/* The same with the rule that a content key has 64 bytes. */
	key = sd_pemkey_key(k->pem);
	r = key.unwrap(key.ctx, ct.p, ct.len, &file, &err);
	if (valid && !label && bare.len == SD_CEK) {
		t_ok(r, &err);
		same(test, "msg", file.p, file.len);
		k->file.valid++;
	} else {
		is_refusal(test, r);
		k->file.other += valid;
		k->file.refused += !valid;
	}
	kc_secret_free(&bare);
	kc_secret_free(&file);
	kc_buf_free(&ct);
}

static struct file_key
oaep(json_t *file, const char *what)
{
	struct file_key k = { 0 };

	t_for_each(file, oaep_case, &k);
	printf("%s: %zu passed, %zu refused, %zu with a label refused; as a "
	    "content key %zu passed, %zu refused, %zu of another length or "
	    "with a label refused\n", what, k.bare.valid, k.bare.refused,
	    k.bare.label, k.file.valid, k.file.refused, k.file.other);
	assert_true(k.bare.valid > 0 && k.bare.refused > 0 &&
	    k.bare.label > 0);
	sd_pemkey_free(&k.pem);
	EVP_PKEY_free(k.key);
	json_decref(file);
	return k;
}

static void
our_oaep_cases_pass_or_are_refused_as_they_say(void **state)
{
	struct file_key k = oaep(t_own("oaep"), "own OAEP");

	(void)state;
	assert_int_equal(k.file.valid, 1);
}

static void
wycheproofs_oaep_cases_of_2048_bits_pass_or_are_refused(void **state)
{
	(void)state;
	(void)oaep(t_wycheproof("rsa_oaep_2048_sha256_mgf1sha256_test"),
	    "OAEP 2048");
}

static void
wycheproofs_oaep_cases_of_3072_bits_pass_or_are_refused(void **state)
{
	(void)state;
	(void)oaep(t_wycheproof("rsa_oaep_3072_sha256_mgf1sha256_test"),
	    "OAEP 3072");
}

static int
set_up(void **state)
{
	(void)state;
	return kc_ok(kc_secret_heap(NULL)) ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    our_aead_cases_pass_or_are_refused_as_they_say),
		cmocka_unit_test(
		    wycheproofs_aead_cases_pass_or_are_refused_as_they_say),
		cmocka_unit_test(
		    our_jwe_cases_pass_or_are_refused_as_they_say),
		cmocka_unit_test(wycheproofs_jwe_cases_are_pinned_out_or_open),
		cmocka_unit_test(
		    our_oaep_cases_pass_or_are_refused_as_they_say),
		cmocka_unit_test(
		    wycheproofs_oaep_cases_of_2048_bits_pass_or_are_refused),
		cmocka_unit_test(
		    wycheproofs_oaep_cases_of_3072_bits_pass_or_are_refused),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
