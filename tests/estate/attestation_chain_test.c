/* SPDX-License-Identifier: Apache-2.0
 *
 * The chain of a key attestation, one certificate wrong at a time; the roots
 * are the manufacturer's unless a test says others.
 */
#include "tests/estate/attested.h"

static struct t_hsm hsm;

static int
make(void **state)
{
	(void)state;
	t_hsm_new(&hsm);
	return 0;
}

static int
unmake(void **state)
{
	(void)state;
	t_hsm_free(&hsm);
	return 0;
}

/* The i-th certificate changed. */
static void
changed(int i, struct t_cert c, enum est_attest_link link, const char *words)
{
	struct t_paper t = { .blobs = { .fw = 2 } };

	t.cert[i] = t_hsm_cert(&hsm, i, &c);
	t_refused(&hsm, &t, KC_EREFUSED, link, words);
	X509_free(t.cert[i]);
}

static void
the_order_of_the_bundle_does_not_matter(void **state)
{
	struct t_paper t = { .blobs = { .fw = 2 }, .reversed = true };
	struct est_attest found;

	(void)state;
	t_holds(&hsm, &t, &found);
}

static void
a_chain_that_others_made_is_refused(void **state)
{
	EVP_PKEY *other = hsm.other;

	(void)state;
	changed(T_CARD, (struct t_cert){ .signer = other },
	    EST_ATTEST_MANUFACTURER, "did not sign it");
	changed(T_PART, (struct t_cert){ .signer = other },
	    EST_ATTEST_MANUFACTURER, "by the manufacturer: its issuer's");
	changed(T_OWNER, (struct t_cert){ .signer = other },
	    EST_ATTEST_OWNER, "the owner root: its issuer's");
	changed(T_OWNED, (struct t_cert){ .signer = other },
	    EST_ATTEST_OWNER, "by the owner: its issuer's");
	changed(T_OWNED, (struct t_cert){ .key = other },
	    EST_ATTEST_PARTITION, "two partitions with different keys");
	changed(T_PART, (struct t_cert){ .key = other },
	    EST_ATTEST_PARTITION, "two partitions with different keys");
}

static void
a_certificate_that_is_missing_or_extra_is_named(void **state)
{
	struct t_paper t = { .blobs = { .fw = 2 }, .extra = hsm.x[T_PART] };
	struct t_cert stray = { .name = "stray", .issuer = "nobody",
		.key = hsm.other };

	(void)state;
	t_refused(&hsm, &t, KC_EREFUSED, EST_ATTEST_CERTIFICATES,
	    "two certificates could be the partition's");
	t.extra = t_x509(&stray);
	t_refused(&hsm, &t, KC_EREFUSED, EST_ATTEST_CERTIFICATES,
	    "certificate 5 belongs to neither chain");
	X509_free(t.extra);
	changed(T_CARD, (struct t_cert){ .issuer = "nobody" },
	    EST_ATTEST_CERTIFICATES, "the card's certificate is missing");
	changed(T_OWNER, (struct t_cert){ .issuer = "nobody" },
	    EST_ATTEST_CERTIFICATES, "the owner root is missing");
	changed(T_PART, (struct t_cert){ .issuer = "nobody" },
	    EST_ATTEST_CERTIFICATES, "belongs to neither chain");
}

static void
a_weak_key_or_certificate_is_refused(void **state)
{
	EVP_PKEY *small = EVP_RSA_gen(1024), *curve = EVP_EC_gen("P-256");

	(void)state;
	changed(T_CARD, (struct t_cert){ .key = small }, EST_ATTEST_STRENGTH,
	    "not RSA of 2048 bits");
	changed(T_CARD, (struct t_cert){ .key = curve }, EST_ATTEST_STRENGTH,
	    "not RSA of 2048 bits");
	changed(T_PART, (struct t_cert){ .signer = curve },
	    EST_ATTEST_STRENGTH, "is not signed with RSA and SHA-256");
	changed(T_OWNER, (struct t_cert){ .basic = "critical,CA:FALSE" },
	    EST_ATTEST_OWNER, "no CA that may sign");
	changed(T_OWNER, (struct t_cert){ .usage = "digitalSignature" },
	    EST_ATTEST_OWNER, "no CA that may sign");
	changed(T_OWNED, (struct t_cert){ .basic = "CA:TRUE" },
	    EST_ATTEST_OWNER, "is a CA");
	EVP_PKEY_free(small);
	EVP_PKEY_free(curve);
}

static void
each_certificate_is_within_its_dates(void **state)
{
	(void)state;
	for (int i = T_CARD; i < T_CERTS; i++)
		changed(i, (struct t_cert){ .ends_s = -60 },
		    EST_ATTEST_DATES, "ended");
}

static void
the_owner_root_is_the_recorded_one_or_not_proven(void **state)
{
	uint8_t recorded[KC_SHA256];
	struct t_paper t = { .blobs = { .fw = 2 } };
	struct est_attest found;

	(void)state;
	t_holds(&hsm, &t, &found);
	assert_int_equal(found.state[EST_ATTEST_ROOT], EST_ATTEST_UNPROVED);
	assert_true(found.has_root);
	memcpy(recorded, found.owner_root, sizeof recorded);
	t.owner_root = recorded;
	t_holds(&hsm, &t, &found);
	assert_int_equal(found.state[EST_ATTEST_ROOT], EST_ATTEST_HOLDS);
	recorded[31] ^= 1;
	t_refused(&hsm, &t, KC_EREFUSED, EST_ATTEST_ROOT, "recorded was");
}

static void
an_hsm_of_nobodys_is_not_the_manufacturers(void **state)
{
	struct t_paper t = { .blobs = { .fw = 2 } };
	struct kc_buf file = { 0 };
	struct est_attest_ask ask = { .name = "att.json",
		.at_ms = kc_clock_utc_ms() };
	struct est_attest found;
	struct kc_err err = { 0 };

	(void)state;
	t_file(&hsm, &t, &file);
	ask.p = file.p;
	ask.len = file.len;
	t_fails(est_attest_verify(&ask, &found, &err), &err, KC_EREFUSED,
	    "nothing names a pinned root");
	kc_buf_free(&file);
}

/* Base64 is changed to another letter of it, so that what fails is what the
 * letter says. */
static void
any_letter_changed_is_refused_with_a_link_named(void **state)
{
	struct t_paper t = { .blobs = { .fw = 2 }, .shape = 'c' };
	struct est_attest_root root = { hsm.root.p, hsm.root.len };
	struct est_attest_ask ask = { .name = "att.json",
		.at_ms = kc_clock_utc_ms(), .roots = &root, .n_roots = 1 };
	struct kc_buf file = { 0 };
	struct est_attest found;
	struct kc_err err = { 0 };
	size_t tried = 0;

	(void)state;
	t_file(&hsm, &t, &file);
	ask.p = file.p;
	ask.len = file.len;
	t_ok(est_attest_verify(&ask, &found, &err), &err);
	for (size_t i = 0; i < file.len; i += 13) {
		uint8_t was = file.p[i];
		kc_result r;

		file.p[i] = was == 'A' ? 'B' : 'A';
		r = est_attest_verify(&ask, &found, &err);
		if (kc_ok(r))
			fail_msg("byte %zu changed and it holds", i);
		assert_true(r.code == KC_EREFUSED || r.code == KC_EFORMAT);
		assert_non_null(strstr(err.msg, "att.json: link "));
		file.p[i] = was;
		tried++;
	}
	assert_true(tried >= 200);
	t_ok(est_attest_verify(&ask, &found, &err), &err);
	kc_buf_free(&file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_order_of_the_bundle_does_not_matter),
		cmocka_unit_test(a_chain_that_others_made_is_refused),
		cmocka_unit_test(
		    a_certificate_that_is_missing_or_extra_is_named),
		cmocka_unit_test(a_weak_key_or_certificate_is_refused),
		cmocka_unit_test(each_certificate_is_within_its_dates),
		cmocka_unit_test(
		    the_owner_root_is_the_recorded_one_or_not_proven),
		cmocka_unit_test(an_hsm_of_nobodys_is_not_the_manufacturers),
		cmocka_unit_test(
		    any_letter_changed_is_refused_with_a_link_named),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}
