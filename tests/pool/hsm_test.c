/* SPDX-License-Identifier: Apache-2.0
 *
 * The stand-in pool: activation, recovery, restore, and what it refuses.
 */
#include "tests/pool/holders.h"

#include <openssl/x509v3.h>
#include <openssl/pem.h>

static void
a_new_pool_has_the_data_of_a_real_one_marked_as_rehearsal(void **state)
{
	static const struct { const char *tag; size_t len; } want[] = {
		{ "hsm_backup", 8516 }, { "base_enclave_backup", 968 },
		{ "partition_enclave_backup", 3105 } };
	struct pool_state st = { 0 };
	struct pool_data d = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(pool_create(in_dir("p"), "fresh", &err), &err);
	t_ok(pool_load(in_dir("p"), "fresh", &st, &err), &err);
	assert_int_equal(st.mode, POOL_FRESH);
	t_ok(pool_load_data(in_dir("p"), &st, &d, &err), &err);
	assert_int_equal(d.n, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(d.item[i].tag, want[i].tag);
		assert_int_equal(d.item[i].len, want[i].len);
		assert_memory_equal(d.item[i].p, POOL_MARK,
		    strlen(POOL_MARK));
	}
	pool_data_free(&d);
	pool_data_free(NULL);
}

static void
a_pool_that_exists_is_not_made_again(void **state)
{
	struct kc_err err = { 0 };

	(void)state;
	t_ok(pool_create(in_dir("p"), "twice", &err), &err);
	t_fails(pool_create(in_dir("p"), "twice", &err), &err, KC_EEXISTS,
	    "the stand-in pool twice exists already");
}

static void
names_that_are_no_pool_names_are_refused(void **state)
{
	static const char *const bad[] = { "", "ab", "1abc", "-abc", "a/b",
		"../x", "a_b", "abc.d", "Zo\xc3\xab-pool",
		"abcdefghijklmnopqrstuvwxy" };
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		t_fails(pool_create(in_dir("p"), bad[i], &err), &err,
		    KC_EREFUSED, "is no pool name");
		t_fails(start_recovery(bad[i], true, &b, &err), &err,
		    KC_EREFUSED, "is no pool name");
	}
	assert_null(b.p);
	t_ok(pool_name_check("abcdefghijklmnopqrstuvwx", &err), &err);
}

static void
a_pool_that_is_not_there_is_named(void **state)
{
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_fails(pool_download(in_dir("p"), "nobody", in_dir("request.json"),
	    &b, &err), &err, KC_EREFUSED,
	    "there is no stand-in pool nobody");
	t_fails(start_recovery("nobody", false, &b, &err), &err,
	    KC_EREFUSED, "there is no stand-in pool nobody");
	t_fails(pool_upload(in_dir("p"), "nobody", in_dir("x"), NULL, &b,
	    &err), &err, KC_EREFUSED, "there is no stand-in pool nobody");
	assert_null(b.p);
}

static void
an_exchange_certificate_is_as_az_writes_it(void **state)
{
	struct kc_buf pem = { 0 }, again = { 0 };
	struct kc_err err = { 0 };
	char cn[80];
	BIO *bio;
	X509 *x;

	(void)state;
	t_ok(start_recovery("exchange", true, &pem, &err), &err);
	assert_int_equal(strncmp(kc_buf_str(&pem),
	    "-----BEGIN CERTIFICATE-----\n", 28), 0);
	assert_int_equal(pem.p[28 + 65], '\n');
	assert_int_equal(pem.p[pem.len - 1], '-');
	bio = BIO_new_mem_buf(pem.p, (int)pem.len);
	x = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	assert_non_null(x);
	assert_true(X509_NAME_get_text_by_NID(X509_get_subject_name(x),
	    NID_commonName, cn, sizeof cn) > 0);
	assert_string_equal(cn, "exchange.managedhsm.azure.net");
	assert_int_equal(X509_verify(x, X509_get0_pubkey(x)), 1);
	assert_int_equal(EVP_PKEY_get_bits(X509_get0_pubkey(x)), 3072);
	assert_int_equal(X509_get_key_usage(x), KU_KEY_ENCIPHERMENT);
	assert_int_equal(X509_check_ca(x), 0);
	assert_true(X509_get_ext_by_NID(x, NID_netscape_comment, -1) >= 0);
	X509_free(x);
	BIO_free(bio);
	t_ok(start_recovery("exchange", false, &again, &err), &err);
	assert_string_not_equal(kc_buf_str(&pem), kc_buf_str(&again));
	kc_buf_free(&pem);
	kc_buf_free(&again);
}

/* A domain of a new pool, and an exchange key of another one. */
static void
prepare(const char *source, const char *dest, struct kc_buf *sd,
    struct kc_buf *pem)
{
	struct kc_err err = { 0 };

	t_ok(pool_create(in_dir("p"), source, &err), &err);
	t_ok(pool_download(in_dir("p"), source, in_dir("request.json"), sd,
	    &err), &err);
	t_ok(start_recovery(dest, true, pem, &err), &err);
}

static void
a_domain_recovers_into_another_pool_with_equal_data(void **state)
{
	struct kc_buf sd = { 0 }, pem = { 0 }, blob = { 0 }, result = { 0 };
	struct kc_buf again = { 0 };
	struct pool_state st = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	prepare("src-a", "dst-a", &sd, &pem);
	t_ok(pool_load(in_dir("p"), "src-a", &st, &err), &err);
	assert_int_equal(st.mode, POOL_ACTIVE);
	make_blob(&sd, &pem, &blob);
	put(in_dir("a.json"), blob.p, blob.len);
	t_ok(pool_upload(in_dir("p"), "dst-a", in_dir("a.json"), "src-a",
	    &result, &err), &err);
	assert_non_null(strstr(kc_buf_str(&result),
	    "\"status\":\"Success\",\"status_details\":\"rehearsal: the "
	    "stand-in pool dst-a restored 3 data, equal to those of src-a"));
	t_ok(pool_load(in_dir("p"), "dst-a", &st, &err), &err);
	assert_int_equal(st.mode, POOL_ACTIVE);
	assert_int_equal(st.n_tags, 3);
	/* the same blob may come again, another start of recovery may not */
	t_ok(pool_upload(in_dir("p"), "dst-a", in_dir("a.json"), "src-a",
	    &again, &err), &err);
	assert_string_equal(kc_buf_str(&again), kc_buf_str(&result));
	t_fails(start_recovery("dst-a", true, &pem, &err), &err, KC_EREFUSED,
	    "the pool dst-a is active");
	/* and it is a pool like any other now */
	t_ok(pool_download(in_dir("p"), "dst-a", in_dir("request.json"), &sd,
	    &err), &err);
	kc_buf_free(&sd);
	kc_buf_free(&pem);
	kc_buf_free(&blob);
	kc_buf_free(&result);
	kc_buf_free(&again);
}

static void
data_of_another_source_are_refused_and_the_pool_stays(void **state)
{
	struct kc_buf sd = { 0 }, pem = { 0 }, blob = { 0 }, result = { 0 };
	struct pool_state st = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	prepare("src-b", "dst-b", &sd, &pem);
	t_ok(pool_create(in_dir("p"), "other-b", &err), &err);
	make_blob(&sd, &pem, &blob);
	put(in_dir("b.json"), blob.p, blob.len);
	t_fails(pool_upload(in_dir("p"), "dst-b", in_dir("b.json"), "other-b",
	    &result, &err), &err, KC_EREFUSED, "hsm_backup has SHA-256");
	t_fails(pool_upload(in_dir("p"), "dst-b", in_dir("b.json"), "nobody",
	    &result, &err), &err, KC_EREFUSED, "no stand-in pool nobody");
	assert_null(result.p);
	t_ok(pool_load(in_dir("p"), "dst-b", &st, &err), &err);
	assert_int_equal(st.mode, POOL_RECOVERY);
	t_fails(pool_upload(in_dir("p"), "other-b", in_dir("b.json"), NULL,
	    &result, &err), &err, KC_EREFUSED,
	    "the pool other-b is NotActivated, not in recovery");
	t_fails(pool_download(in_dir("p"), "dst-b", in_dir("request.json"),
	    &result, &err), &err, KC_EREFUSED, "waits for a restore blob");
	kc_buf_free(&sd);
	kc_buf_free(&pem);
	kc_buf_free(&blob);
}

static void
a_blob_for_an_exchange_key_before_the_last_opens_no_more(void **state)
{
	struct kc_buf sd = { 0 }, pem = { 0 }, blob = { 0 }, result = { 0 };
	struct kc_err err = { 0 };
	kc_result r;

	(void)state;
	prepare("src-c", "dst-c", &sd, &pem);
	make_blob(&sd, &pem, &blob);
	put(in_dir("c.json"), blob.p, blob.len);
	t_ok(start_recovery("dst-c", true, &pem, &err), &err);
	r = pool_upload(in_dir("p"), "dst-c", in_dir("c.json"), NULL, &result,
	    &err);
	assert_int_equal(kc_exit(r.code), 1);
	assert_null(result.p);
	blob.p[blob.len / 2] ^= 1;
	put(in_dir("c2.json"), blob.p, blob.len);
	r = pool_upload(in_dir("p"), "dst-c", in_dir("c2.json"), NULL,
	    &result, &err);
	assert_true(kc_exit(r.code) == 1 || kc_exit(r.code) == 3);
	assert_null(result.p);
	kc_buf_free(&sd);
	kc_buf_free(&pem);
	kc_buf_free(&blob);
}

static void
a_damaged_state_file_is_refused(void **state)
{
	struct pool_state st = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(pool_create(in_dir("p"), "damaged", &err), &err);
	assert_int_equal(unlink(in_dir("p/damaged/pool.json")), 0);
	put(in_dir("p/damaged/pool.json"), "{\"name\":\"damaged\"}", 18);
	t_fails(pool_load(in_dir("p"), "damaged", &st, &err), &err,
	    KC_EFORMAT, "\"created\" is missing");
}

static void
tags_that_are_no_file_names_or_doubled_are_refused(void **state)
{
	static const char *const bad[] = { "", "../x", "a/b", "a b", ".",
		"\xc3\xa9" };
	struct pool_data d = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		t_fails(pool_data_add(&d, bad[i], "x", 1, &err), &err,
		    KC_EREFUSED, "is no plain name");
	t_ok(pool_data_add(&d, "a", "x", 1, &err), &err);
	t_fails(pool_data_add(&d, "a", "x", 1, &err), &err, KC_EREFUSED,
	    "the tag a is there twice");
	assert_int_equal(d.n, 1);
	pool_data_free(&d);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_new_pool_has_the_data_of_a_real_one_marked_as_rehearsal),
		cmocka_unit_test(a_pool_that_exists_is_not_made_again),
		cmocka_unit_test(names_that_are_no_pool_names_are_refused),
		cmocka_unit_test(a_pool_that_is_not_there_is_named),
		cmocka_unit_test(an_exchange_certificate_is_as_az_writes_it),
		cmocka_unit_test(
		    a_domain_recovers_into_another_pool_with_equal_data),
		cmocka_unit_test(
		    data_of_another_source_are_refused_and_the_pool_stays),
		cmocka_unit_test(
		    a_blob_for_an_exchange_key_before_the_last_opens_no_more),
		cmocka_unit_test(a_damaged_state_file_is_refused),
		cmocka_unit_test(
		    tags_that_are_no_file_names_or_doubled_are_refused),
	};

	return cmocka_run_group_tests(tests, make_holders, remove_all);
}
