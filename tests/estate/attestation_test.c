/* SPDX-License-Identifier: Apache-2.0
 *
 * Key attestations of an HSM of the test's own: shapes, firmwares, objects,
 * the key they are held against, properties.  The chain: see
 * attestation_chain_test.c.
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

static void
every_shape_alphabet_and_firmware_verifies(void **state)
{
	static const char shapes[] = "abc";
	struct est_attest found;

	(void)state;
	for (int i = 0; i < 12; i++) {
		struct t_paper t = { .shape = shapes[i % 3],
			.az = i / 3 % 2 == 1, .blobs = { .fw = 2 + i / 6 } };

		t_holds(&hsm, &t, &found);
		assert_int_equal(found.firmware, t.blobs.fw);
		assert_string_equal(found.id, T_ID);
		assert_int_equal(found.state[EST_ATTEST_KEY], t.shape == 'a' ?
		    EST_ATTEST_HOLDS : EST_ATTEST_UNPROVED);
		assert_int_equal(found.state[EST_ATTEST_ROOT],
		    EST_ATTEST_UNPROVED);
		for (int k = EST_ATTEST_PROOFS; k < EST_ATTEST_LINKS; k++)
			assert_int_equal(found.state[k], EST_ATTEST_HOLDS);
		t.outside = true;
		t_holds(&hsm, &t, &found);
		assert_int_equal(found.state[EST_ATTEST_POOL],
		    EST_ATTEST_HOLDS);
	}
}

static void
both_halves_in_one_blob_of_firmware_3_verify(void **state)
{
	struct t_paper t = { .blobs = { .fw = 3, .together = true } };
	struct est_attest found;

	(void)state;
	t_holds(&hsm, &t, &found);
}

static void
files_of_another_kind_are_malformed(void **state)
{
	struct t_paper t = { .blobs = { .fw = 2 }, .public = "\"a+-_\"" };

	(void)state;
	t_refused(&hsm, &t, KC_EFORMAT, EST_ATTEST_FILE, "is not base64");
	t.public = "7";
	t_refused(&hsm, &t, KC_EFORMAT, EST_ATTEST_FILE, "is not a string");
	t.public = "\"\",\"more\":1";
	t_refused(&hsm, &t, KC_EFORMAT, EST_ATTEST_FILE, "more");
	t.public = "null";
	t.version = "MRVL-2";
	t_refused(&hsm, &t, KC_EREFUSED, EST_ATTEST_FILE, "not MRVL-1");
	t.version = NULL;
	t.beside = "\"d\":\"AQAB\",";
	t_refused(&hsm, &t, KC_EREFUSED, EST_ATTEST_FILE,
	    "a private member \"d\"");
	t.beside = "\"keyOps\":[],";
	t_refused(&hsm, &t, KC_EFORMAT, EST_ATTEST_FILE, "both");
}

static void
a_signature_of_the_other_firmware_does_not_hold(void **state)
{
	struct t_paper t = { .blobs = { .fw = 2, .style = 3 } };

	(void)state;
	t_refused(&hsm, &t, KC_EREFUSED, EST_ATTEST_PRIVATE,
	    "of firmware 2.x, does not hold");
	t.blobs = (struct t_blobs){ .fw = 3, .style = 2 };
	t_refused(&hsm, &t, KC_EREFUSED, EST_ATTEST_PRIVATE,
	    "of firmware 3.x, does not hold");
	t.blobs = (struct t_blobs){ .fw = 2, .signer = hsm.other };
	t_refused(&hsm, &t, KC_EREFUSED, EST_ATTEST_PRIVATE, "does not hold");
}

static void not_zero(struct kc_buf *b) { b->p[b->len - 1] = 1; }
static void neither(struct kc_buf *b) { b->p[0] = 1; }
static void more_area(struct kc_buf *b) { b->p[29] = 0xff; }
static void no_count(struct kc_buf *b) { b->p[27] = 0; }
static void more_count(struct kc_buf *b) { b->p[27]++; }
static void long_value(struct kc_buf *b) { b->p[37] = 1; }
static void twice(struct kc_buf *b) { memset(b->p + 41, 0, 4); }
static void bad_code(struct kc_buf *b) { b->p[3] = 1; }
static void bad_flags(struct kc_buf *b) { b->p[7] = 4; }
static void far_object(struct kc_buf *b) { b->p[20] = 0xff; }
static void over_itself(struct kc_buf *b) { b->p[23] = 8; }
static void long_object(struct kc_buf *b) { b->p[32] = 1; }

static void
a_blob_of_another_layout_is_malformed(void **state)
{
	static const struct {
		int fw;
		void (*spoil)(struct kc_buf *b);
		const char *words;
	} bad[] = {
		{ 2, not_zero, "the padding is not zero" },
		{ 2, neither, "neither firmware" },
		{ 2, more_area, "neither firmware" },
		{ 2, no_count, "0 attributes" },
		{ 2, more_count, "is cut at offset" },
		{ 2, long_value, "says 65537 bytes" },
		{ 2, twice, "stands twice" },
		{ 3, not_zero, "the padding is not zero" },
		{ 3, bad_code, "response code 1" },
		{ 3, bad_flags, "flags 4" },
		{ 3, far_object, "is cut or lies over another" },
		{ 3, over_itself, "is cut or lies over another" },
		{ 3, long_object, "more than are left" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct t_paper t = { .blobs = { .fw = bad[i].fw,
			.spoil = bad[i].spoil } };

		t_refused(&hsm, &t, KC_EFORMAT, EST_ATTEST_LAYOUT,
		    bad[i].words);
	}
}

struct bad {
	struct t_change change;
	enum kc_code code;
	enum est_attest_link link;
	const char *words;
};

static void
each_attribute_that_is_wrong_is_named(void **state)
{
	static const char id[128] =
	    "/keys/kek/00000000000000000000000000000000";
	static const char dirty[128] = "/keys\0kek";
	static const struct bad bad[] = {
		{ { 0x0000, "\4", 1, 1 }, KC_EREFUSED, EST_ATTEST_OBJECTS,
		    "does not go with class 4" },
		{ { 0x0000, "\2", 1, 1 }, KC_EREFUSED, EST_ATTEST_OBJECTS,
		    "two public objects" },
		{ { 0x0000, "\3", 1, 2 }, KC_EREFUSED, EST_ATTEST_OBJECTS,
		    "two private or secret" },
		{ { 0x0000, "\7", 1, 2 }, KC_EREFUSED, EST_ATTEST_OBJECTS,
		    "no key's" },
		{ { 0x0000, NULL, 0, 1 }, KC_EREFUSED, EST_ATTEST_OBJECTS,
		    "no key's" },
		{ { 0x0100, "\37", 1, 1 }, KC_EREFUSED, EST_ATTEST_OBJECTS,
		    "key type 0x1f" },
		{ { 0x0102, dirty, 128, 1 }, KC_EFORMAT, EST_ATTEST_OBJECTS,
		    "does not belong there" },
		{ { 0x0102, NULL, 0, 1 }, KC_EFORMAT, EST_ATTEST_OBJECTS,
		    "no ID" },
		{ { 0x0162, NULL, 0, 1 }, KC_EFORMAT, EST_ATTEST_OBJECTS,
		    "0x0162 is missing" },
		{ { 0x0163, "\2", 1, 1 }, KC_EFORMAT, EST_ATTEST_OBJECTS,
		    "neither 00 nor 01" },
		{ { 0x0102, id, 128, 2 }, KC_EREFUSED, EST_ATTEST_PAIR, "ID" },
		{ { 0x0120, "\1\1", 2, 2 }, KC_EREFUSED, EST_ATTEST_PAIR,
		    "modulus" },
		{ { 0x0122, "\3", 1, 2 }, KC_EREFUSED, EST_ATTEST_PAIR,
		    "public exponent" },
		{ { 0x0173, "abc", 3, 2 }, KC_EREFUSED, EST_ATTEST_PAIR,
		    "check value" },
		{ { 0x0173, "abc", 3, 3 }, KC_EREFUSED, EST_ATTEST_KCV,
		    "not that of the attested public key" },
		{ { 0x0173, "ab", 2, 3 }, KC_EFORMAT, EST_ATTEST_KCV,
		    "no check value of 3 bytes" },
		{ { 0x0121, "\0\0\14\0", 4, 3 }, KC_EREFUSED, EST_ATTEST_KCV,
		    "says 3072 bits" },
		{ { 0x0120, NULL, 0, 3 }, KC_EREFUSED, EST_ATTEST_KCV,
		    "lacks a modulus" },
		{ { 0x0122, "\3", 1, 3 }, KC_EREFUSED, EST_ATTEST_KCV,
		    "not that of the attested public key" },
		{ { 0x0102, id, 128, 3 }, KC_EREFUSED, EST_ATTEST_KID,
		    "attested is /keys/kek/0000" },
		{ { 0x0162, "\1", 1, 1 }, KC_EREFUSED, EST_ATTEST_KEPT,
		    "EXTRACTABLE is 01" },
		{ { 0x0164, "", 1, 1 }, KC_EREFUSED, EST_ATTEST_KEPT,
		    "NEVER_EXTRACTABLE is 00" },
		{ { 0x0103, "", 1, 1 }, KC_EREFUSED, EST_ATTEST_KEPT,
		    "SENSITIVE is 00" },
		{ { 0x0165, "", 1, 1 }, KC_EREFUSED, EST_ATTEST_KEPT,
		    "ALWAYS_SENSITIVE is 00" },
		{ { 0x0163, "", 1, 1 }, KC_EREFUSED, EST_ATTEST_LOCAL,
		    "LOCAL is 00" },
		{ { 0x0108, "", 1, 1 }, KC_EREFUSED, EST_ATTEST_USAGE,
		    "it may sign" },
		{ { 0x010a, "", 1, 2 }, KC_EREFUSED, EST_ATTEST_USAGE,
		    "it may verify" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		for (int fw = 2; fw <= 3; fw++) {
			struct t_paper t = { .blobs = { .fw = fw,
				.change = bad[i].change } };

			t_refused(&hsm, &t, bad[i].code, bad[i].link,
			    bad[i].words);
		}
}

static void
an_extractable_key_has_its_other_properties_judged(void **state)
{
	struct t_paper t = { .blobs = { .fw = 2,
		.change = { 0x0162, "\1", 1, 1 } } };
	struct est_attest found;
	struct kc_err err = { 0 };

	(void)state;
	t_fails(t_judge(&hsm, &t, &found, &err), &err, KC_EREFUSED,
	    "non-exportable");
	assert_int_equal(found.state[EST_ATTEST_RESIDENT], EST_ATTEST_HOLDS);
	assert_int_equal(found.state[EST_ATTEST_LOCAL], EST_ATTEST_HOLDS);
	assert_int_equal(found.state[EST_ATTEST_USAGE], EST_ATTEST_HOLDS);
}

static void
a_private_object_comes_with_its_public_one(void **state)
{
	struct t_paper t = { .blobs = { .fw = 2 }, .public = "null" };

	(void)state;
	t_refused(&hsm, &t, KC_EREFUSED, EST_ATTEST_OBJECTS,
	    "without its public one");
}

static void
another_key_than_the_attested_is_named(void **state)
{
	static const struct {
		struct t_paper paper;
		enum est_attest_link link;
		const char *words;
	} bad[] = {
		{ { .kty = "RSA" }, EST_ATTEST_KEY, "attested is RSA-HSM" },
		{ { .kty = "EC-HSM" }, EST_ATTEST_KEY, "attested is RSA" },
		{ { .e = "Aw" }, EST_ATTEST_KEY, "its exponent" },
		{ { .n = "\"AQAB\"" }, EST_ATTEST_KEY, "its modulus" },
		{ { .kid = "http://pool-a.managedhsm.azure.net" T_ID },
		    EST_ATTEST_KID, "no https address" },
		{ { .kid = "https://pool-a.managedhsm.azure.net/keys/x/"
		    T_VERSION }, EST_ATTEST_KID, "the kid names /keys/x" },
		{ { .kid = "https://pool-b.managedhsm.azure.net" T_ID },
		    EST_ATTEST_POOL, "the owner root's pool pool-a" },
		{ { .kid = "https://pool-a.vault.azure.net" T_ID },
		    EST_ATTEST_POOL, "the owner root's pool pool-a" },
		{ { .exportable = "true" }, EST_ATTEST_KEPT,
		    "\"exportable\": true" },
		{ { .ops = "\"encipher\"" }, EST_ATTEST_USAGE,
		    "is no key operation" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct t_paper t = bad[i].paper;

		t.blobs.fw = 2;
		t_refused(&hsm, &t, KC_EREFUSED, bad[i].link, bad[i].words);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shape_alphabet_and_firmware_verifies),
		cmocka_unit_test(both_halves_in_one_blob_of_firmware_3_verify),
		cmocka_unit_test(files_of_another_kind_are_malformed),
		cmocka_unit_test(
		    a_signature_of_the_other_firmware_does_not_hold),
		cmocka_unit_test(a_blob_of_another_layout_is_malformed),
		cmocka_unit_test(each_attribute_that_is_wrong_is_named),
		cmocka_unit_test(
		    an_extractable_key_has_its_other_properties_judged),
		cmocka_unit_test(a_private_object_comes_with_its_public_one),
		cmocka_unit_test(another_key_than_the_attested_is_named),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}
