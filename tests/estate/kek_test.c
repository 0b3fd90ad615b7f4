/* SPDX-License-Identifier: Apache-2.0
 *
 * The key exchange key: what makes it one, and what its key show must say.
 */
#include "tests/estate/kek.h"

#include "base/secret.h"

static EVP_PKEY *pair, *other;
static struct kc_buf pem;
static struct est_kek kek;
static char *n_url, *n_std;

static int
set_up(void **state)
{
	struct kc_err err = { 0 };

	(void)state;
	if (!kc_ok(kc_secret_heap(NULL)))
		return -1;
	pair = EVP_RSA_gen(2048);
	other = EVP_RSA_gen(2048);
	t_public(pair, &pem);
	n_url = t_number(pair, OSSL_PKEY_PARAM_RSA_N, true);
	n_std = t_number(pair, OSSL_PKEY_PARAM_RSA_N, false);
	t_ok(est_kek_read("kek.pem", pem.p, pem.len, T_KID, "hsm1", &kek,
	    &err), &err);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	est_kek_free(&kek);
	EVP_PKEY_free(pair);
	EVP_PKEY_free(other);
	kc_buf_free(&pem);
	free(n_url);
	free(n_std);
	return 0;
}

static void
refused(const void *p, size_t len, const char *kid, const char *pool,
    enum kc_code code, const char *text)
{
	struct est_kek k = { 0 };
	struct kc_err err = { 0 };

	t_fails(est_kek_read("kek.pem", p, len, kid, pool, &k, &err), &err,
	    code, text);
	assert_null(k.key);
	assert_null(k.kid);
}

static void
a_kek_is_read_from_pem_and_from_der_with_one_fingerprint(void **state)
{
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(pair, &der);
	struct est_kek k = { 0 };
	struct kc_err err = { 0 };
	uint8_t hash[KC_SHA256];

	(void)state;
	t_ok(est_kek_read("kek.der", der, (size_t)n, T_KID, NULL, &k, &err),
	    &err);
	t_ok(kc_sha256_one(der, (size_t)n, hash, &err), &err);
	assert_memory_equal(k.sha256, hash, KC_SHA256);
	assert_memory_equal(kek.sha256, hash, KC_SHA256);
	assert_int_equal(k.bits, 2048);
	assert_string_equal(k.kid, T_KID);
	est_kek_free(&k);
	refused(der, (size_t)n - 1, T_KID, NULL, KC_EFORMAT, "no public key");
	OPENSSL_free(der);
}

static void
a_kid_without_version_or_of_another_place_is_refused(void **state)
{
	static const char *const no_kid[] = {
		"", T_HOST, T_HOST "/keys/K", T_HOST "/keys/K/12",
		"http://hsm1.managedhsm.azure.net/keys/K/" T_VERSION,
		T_HOST "/secrets/K/" T_VERSION, T_KID "/", T_KID "?x=1",
		T_HOST ":444/keys/K/" T_VERSION,
		T_HOST "/keys/K\n/" T_VERSION,
	};

	(void)state;
	for (size_t i = 0; i < sizeof no_kid / sizeof *no_kid; i++)
		refused(pem.p, pem.len, no_kid[i], NULL, KC_EREFUSED,
		    "is not https://HOST/keys/NAME/VERSION");
	refused(pem.p, pem.len, "https://v.vault.azure.net/keys/K/" T_VERSION,
	    NULL, KC_EREFUSED, "v.vault.azure.net is no managed HSM's");
	refused(pem.p, pem.len, T_KID, "hsm2", KC_EREFUSED,
	    "is not that of the pool hsm2");
}

static void
another_kind_or_size_of_key_is_no_kek(void **state)
{
	EVP_PKEY *key[] = { EVP_EC_gen("P-256"), EVP_RSA_gen(1024),
		EVP_RSA_gen(2056) };

	(void)state;
	for (size_t i = 0; i < sizeof key / sizeof *key; i++) {
		struct kc_buf p = { 0 };

		t_public(key[i], &p);
		refused(p.p, p.len, T_KID, NULL, KC_EREFUSED,
		    "an RSA key of 2048, 3072 or 4096 bits");
		kc_buf_free(&p);
		EVP_PKEY_free(key[i]);
	}
}

static void
a_file_that_is_not_exactly_one_public_key_is_malformed(void **state)
{
	struct kc_buf two = { 0 };
	struct kc_err err = { 0 };
	char *big = calloc(1, EST_BYOK_MAX + 1);

	(void)state;
	t_ok(kc_buf_add(&two, pem.p, pem.len, &err), &err);
	t_ok(kc_buf_add(&two, pem.p, pem.len, &err), &err);
	refused(two.p, two.len, T_KID, NULL, KC_EFORMAT,
	    "something stands behind its public key");
	refused("", 0, T_KID, NULL, KC_EFORMAT, "kek.pem: it is no public");
	refused(big, EST_BYOK_MAX + 1, T_KID, NULL, KC_ELIMIT,
	    "more than any public key");
	for (size_t n = 0; n + 1 < pem.len; n++) {
		struct est_kek k = { 0 };

		assert_int_equal(est_kek_read("kek.pem", pem.p, n, T_KID, NULL,
		    &k, &err).code, KC_EFORMAT);
	}
	free(big);
	kc_buf_free(&two);
}

/* What az, or the service, shows; each part may be replaced. */
struct shown {
	const char *kid, *kty, *ops, *n, *more, *attributes;
};

static void
shown(const struct shown *s, char ret[static 2048])
{
	(void)snprintf(ret, 2048, "{\"key\":{\"kid\":\"%s\",\"kty\":\"%s\","
	    "%s,\"n\":\"%s\",\"e\":\"AQAB\"%s},\"attributes\":{%s}}",
	    s->kid != NULL ? s->kid : T_KID,
	    s->kty != NULL ? s->kty : "RSA-HSM",
	    s->ops != NULL ? s->ops : "\"key_ops\":[\"import\"]",
	    s->n != NULL ? s->n : n_url, s->more != NULL ? s->more : "",
	    s->attributes != NULL ? s->attributes : "\"enabled\":true");
}

static void
show_refused(struct shown s, enum kc_code code, const char *text)
{
	struct kc_err err = { 0 };
	char json[2048];

	shown(&s, json);
	t_fails(est_kek_shown(&kek, "show.json", json, strlen(json), 1000,
	    &err), &err, code, text);
	assert_non_null(strstr(err.msg, "show.json"));
}

static void
the_shapes_of_az_and_of_the_service_are_both_taken(void **state)
{
	const struct shown az = { .n = n_std,
		.ops = "\"keyOps\":[\"import\"],\"crv\":null,\"d\":null" };
	const struct shown rest = { 0 };
	struct kc_err err = { 0 };
	char json[2048];

	(void)state;
	shown(&az, json);
	t_ok(est_kek_shown(&kek, "az", json, strlen(json), 1000, &err), &err);
	shown(&rest, json);
	t_ok(est_kek_shown(&kek, "rest", json, strlen(json), 1000, &err),
	    &err);
}

static void
a_key_show_of_another_key_is_refused(void **state)
{
	char *n = t_number(other, OSSL_PKEY_PARAM_RSA_N, true);

	(void)state;
	show_refused((struct shown){ .kid = T_HOST "/keys/Other/" T_VERSION },
	    KC_EREFUSED, "its kid is not " T_KID);
	show_refused((struct shown){ .kty = "RSA" }, KC_EREFUSED,
	    "\"kty\" is not RSA-HSM");
	show_refused((struct shown){ .n = n }, KC_EREFUSED,
	    "its \"n\" is not that of the KEK's public key");
	show_refused((struct shown){ .n = "!" }, KC_EFORMAT, "\"n\"");
	free(n);
}

static void
a_kek_that_may_do_more_than_import_is_refused(void **state)
{
	static const char *const ops[] = {
		"\"key_ops\":[\"import\",\"decrypt\"]", "\"key_ops\":[]",
		"\"key_ops\":[\"unwrapKey\"]", "\"x\":0",
		"\"key_ops\":[\"import\",\"import\"]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
		show_refused((struct shown){ .ops = ops[i] }, KC_EREFUSED,
		    "are not exactly \"import\"");
	show_refused((struct shown){ .more = ",\"d\":\"AQAB\"" }, KC_EREFUSED,
	    "it has \"d\", a part of a private key");
	show_refused((struct shown){ .attributes =
	    "\"enabled\":true,\"exportable\":true" }, KC_EREFUSED,
	    "the KEK is exportable");
}

static void
a_kek_that_is_not_enabled_or_outside_its_dates_is_refused(void **state)
{
	(void)state;
	show_refused((struct shown){ .attributes = "\"enabled\":false" },
	    KC_EREFUSED, "is not enabled");
	show_refused((struct shown){ .attributes = "\"created\":1" },
	    KC_EREFUSED, "is not enabled");
	show_refused((struct shown){ .attributes =
	    "\"enabled\":true,\"exp\":1" }, KC_EEXPIRED, "outside its dates");
	show_refused((struct shown){ .attributes =
	    "\"enabled\":true,\"nbf\":2" }, KC_EEXPIRED, "outside its dates");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_kek_is_read_from_pem_and_from_der_with_one_fingerprint),
		cmocka_unit_test(
		    a_kid_without_version_or_of_another_place_is_refused),
		cmocka_unit_test(another_kind_or_size_of_key_is_no_kek),
		cmocka_unit_test(
		    a_file_that_is_not_exactly_one_public_key_is_malformed),
		cmocka_unit_test(
		    the_shapes_of_az_and_of_the_service_are_both_taken),
		cmocka_unit_test(a_key_show_of_another_key_is_refused),
		cmocka_unit_test(
		    a_kek_that_may_do_more_than_import_is_refused),
		cmocka_unit_test(
		    a_kek_that_is_not_enabled_or_outside_its_dates_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
