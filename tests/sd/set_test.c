/* SPDX-License-Identifier: Apache-2.0
 *
 * A new wrapping set: each rule broken once, and each warning.
 */
#include "tests/sd/certs.h"

#include <openssl/bn.h>

#include "base/clock.h"

#define KEYS (SD_MAX_HOLDERS + 1)

static EVP_PKEY *key[KEYS];
static struct sd_cert sound[KEYS];	/* h0 to h10, nothing to be said */

static int
set_up(void **state)
{
	static const char *const names[KEYS] = { "h0", "h1", "h2", "h3", "h4",
		"h5", "h6", "h7", "h8", "h9", "h10" };

	(void)state;
	for (size_t i = 0; i < KEYS; i++) {
		struct t_cert t = { .name = names[i], .basic =
			"critical,CA:FALSE", .usage =
			"critical,keyEncipherment" };

		key[i] = t.key = EVP_RSA_gen(i < 3 ? 3072 : 2048);
		assert_non_null(key[i]);
		sound[i] = t_cert_make(&t);
	}
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < KEYS; i++) {
		EVP_PKEY_free(key[i]);
		sd_cert_free(&sound[i]);
	}
	return 0;
}

static kc_result
check(const struct sd_cert *certs, size_t n, size_t m, struct kc_buf *warn,
    struct kc_err *err)
{
	return sd_set_check(certs, n, m, kc_clock_utc_ms(), warn, err);
}

/* The set of the first three, the last one replaced, is refused. */
static void
refused(const struct t_cert *t, enum kc_code code, const char *text)
{
	struct sd_cert certs[] = { sound[0], sound[1], t_cert_make(t) };
	struct kc_buf warn = { 0 };
	struct kc_err err = { 0 };

	t_fails(check(certs, 3, 2, &warn, &err), &err, code, text);
	assert_null(warn.p);
	sd_cert_free(&certs[2]);
}

/* The same is accepted, with this warning; NULL: with none. */
static void
warned(const struct t_cert *t, const char *text)
{
	struct sd_cert certs[] = { sound[0], sound[1], t_cert_make(t) };
	struct kc_buf warn = { 0 };
	struct kc_err err = { 0 };

	t_ok(check(certs, 3, 2, &warn, &err), &err);
	if (text == NULL)
		assert_string_equal(kc_buf_str(&warn), "");
	else if (strstr(kc_buf_str(&warn), text) == NULL)
		fail_msg("'%s' is not in: %s", text, kc_buf_str(&warn));
	kc_buf_free(&warn);
	sd_cert_free(&certs[2]);
}

static void
a_sound_set_passes_without_a_word(void **state)
{
	struct kc_buf warn = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(check(sound, 3, 2, &warn, &err), &err);
	assert_null(warn.p);
}

static void
numbers_outside_the_limits_are_refused(void **state)
{
	static const struct {
		size_t n, m;
		const char *text;
	} cases[] = {
		{ 2, 2, "2 certificates are given; a set has 3 to 10" },
		{ 11, 2, "11 certificates are given; a set has 3 to 10" },
		{ 3, 1, "the quorum is 1, outside 2 to 10" },
		{ 3, 11, "the quorum is 11, outside 2 to 10" },
		{ 3, 4, "the quorum is 4 but there are only 3 holders" },
	};
	struct kc_buf warn = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		t_fails(check(sound, cases[i].n, cases[i].m, &warn, &err),
		    &err, KC_EREFUSED, cases[i].text);
	assert_null(warn.p);
	t_ok(check(sound, 10, 10, &warn, &err), &err);
	kc_buf_free(&warn);
}

static void
a_certificate_or_key_twice_is_refused_with_both_names(void **state)
{
	struct sd_cert twice[] = { sound[0], sound[1], sound[0] };
	struct kc_buf warn = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	twice[2].name = "copy";
	t_fails(check(twice, 3, 2, &warn, &err), &err, KC_EREFUSED,
	    "h0 and copy are the same certificate");
	refused(&(struct t_cert){ .name = "renewed", .key = key[1] },
	    KC_EREFUSED, "h1 and renewed have the same key");
}

static void
a_certificate_outside_its_dates_is_refused(void **state)
{
	struct kc_buf warn = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	refused(&(struct t_cert){ .name = "old", .key = key[2], .ends_s =
	    -3600 }, KC_EEXPIRED, "old: the certificate ended");
	t_fails(sd_set_check(sound, 3, 2, 0, &warn, &err), &err, KC_EEXPIRED,
	    "h0: the certificate is not valid before");
}

static void
a_self_signature_of_another_key_is_refused(void **state)
{
	(void)state;
	refused(&(struct t_cert){ .name = "forged", .key = key[2], .signer =
	    key[3] }, KC_EREFUSED, "forged: it names itself as its issuer, "
	    "but the signature is not its key's");
}

static void
a_signing_certificate_is_refused(void **state)
{
	(void)state;
	refused(&(struct t_cert){ .name = "signer", .key = key[2], .usage =
	    "critical,digitalSignature" }, KC_EREFUSED,
	    "signer: its key usage does not hold keyEncipherment");
	warned(&(struct t_cert){ .name = "both", .key = key[2], .usage =
	    "digitalSignature,keyEncipherment" }, NULL);
}

static void
malformed_extensions_are_refused(void **state)
{
	(void)state;
	/* A path length below zero is one that RFC 5280 does not know. */
	refused(&(struct t_cert){ .name = "odd", .key = key[2], .basic =
	    "DER:30:06:01:01:FF:02:01:FF" }, KC_EFORMAT,
	    "odd: the certificate's extensions are malformed");
}

static void
a_weak_key_is_refused_by_name(void **state)
{
	BIGNUM *n = NULL, *e = NULL;
	EVP_PKEY *bad;

	(void)state;
	assert_int_equal(EVP_PKEY_get_bn_param(key[2], "n", &n), 1);
	assert_int_equal(EVP_PKEY_get_bn_param(key[2], "e", &e), 1);
	assert_int_equal(BN_sub_word(n, BN_mod_word(n, 3)), 1);
	assert_int_equal(BN_add_word(n, BN_is_odd(n) ? 0 : 3), 1);
	bad = t_public(n, e);
	refused(&(struct t_cert){ .name = "weak", .key = bad, .issuer = "ca",
	    .signer = key[3] }, KC_EREFUSED,
	    "weak: its RSA modulus is divided by 3");
	EVP_PKEY_free(bad);
	assert_int_equal(BN_set_word(e, 3), 1);
	bad = t_public(n, e);
	refused(&(struct t_cert){ .name = "weak", .key = bad, .issuer = "ca",
	    .signer = key[3] }, KC_EREFUSED,
	    "weak: the RSA exponent is below 65537 or even");
	EVP_PKEY_free(bad);
	BN_free(n);
	BN_free(e);
}

static void
what_is_usual_but_not_best_is_warned_of(void **state)
{
	(void)state;
	warned(&(struct t_cert){ .name = "plain", .key = key[2] }, NULL);
	warned(&(struct t_cert){ .name = "small", .key = key[3] },
	    "small: its RSA key has 2048 bits");
	warned(&(struct t_cert){ .name = "ca", .key = key[2], .basic =
	    "critical,CA:TRUE" }, "1 of 3 certificates say that they may "
	    "issue others (CA:TRUE)");
	warned(&(struct t_cert){ .name = "issued", .key = key[2], .issuer =
	    "somebody", .signer = key[4] }, "issued: it is issued by another");
	warned(&(struct t_cert){ .name = "again", .key = key[2], .subject =
	    "h1" }, "h1 and again name the same subject");
}

static void
quorums_that_are_all_or_half_are_warned_of(void **state)
{
	struct kc_buf warn = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(check(sound, 3, 3, &warn, &err), &err);
	assert_non_null(strstr(kc_buf_str(&warn), "all 3 holders are needed: "
	    "one lost card loses the domain"));
	assert_null(strstr(kc_buf_str(&warn), "two separate groups"));
	kc_buf_free(&warn);
	t_ok(check(sound, 4, 2, &warn, &err), &err);
	assert_non_null(strstr(kc_buf_str(&warn), "two separate groups of 2 "
	    "can each open the domain"));
	assert_null(strstr(kc_buf_str(&warn), "holders are needed"));
	kc_buf_free(&warn);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_set_passes_without_a_word),
		cmocka_unit_test(numbers_outside_the_limits_are_refused),
		cmocka_unit_test(
		    a_certificate_or_key_twice_is_refused_with_both_names),
		cmocka_unit_test(a_certificate_outside_its_dates_is_refused),
		cmocka_unit_test(a_self_signature_of_another_key_is_refused),
		cmocka_unit_test(a_signing_certificate_is_refused),
		cmocka_unit_test(malformed_extensions_are_refused),
		cmocka_unit_test(a_weak_key_is_refused_by_name),
		cmocka_unit_test(what_is_usual_but_not_best_is_warned_of),
		cmocka_unit_test(quorums_that_are_all_or_half_are_warned_of),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
