/* SPDX-License-Identifier: Apache-2.0
 *
 * Checkpoints, signers, the CMS encoding, exports: what is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "audit/verify.h"
#include "tests/audit/fixture.h"

static char dir[64], path[96];
static struct fix_key key[3], wrapping, ca;
static struct kc_buf twin;	/* key 0 under the name holder-3 */
static struct aud_journal *j;

static int
make_keys(void **state)
{
	static const char *const names[] = { "holder-1", "holder-2",
		"holder-3" };
	int ok = 1;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		ok &= fix_key_make(&key[i], names[i],
		    "critical,digitalSignature", "critical,CA:FALSE");
	ok &= fix_key_make(&wrapping, "holder-4",
	    "critical,digitalSignature,keyEncipherment",
	    "critical,CA:FALSE");
	ok &= fix_key_make(&ca, "holder-5", "critical,digitalSignature",
	    "critical,CA:TRUE");
	ok &= fix_cert_of(key[0].key, "holder-3",
	    "critical,digitalSignature", "critical,CA:FALSE", &twin);
	return ok ? 0 : -1;
}

static int
drop_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++)
		fix_key_free(&key[i]);
	fix_key_free(&wrapping);
	fix_key_free(&ca);
	kc_buf_free(&twin);
	return 0;
}

static int
setup(void **state)
{
	const char *h = "000102030405060708090a0b0c0d0e0f"
	    "000102030405060708090a0b0c0d0e0f";
	struct kc_err err = { 0 };

	(void)state;
	(void)snprintf(dir, sizeof dir, "%s", "/var/tmp/aud-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	(void)snprintf(path, sizeof path, "%s/journal.db", dir);
	return kc_ok(aud_create(path, AUD_REHEARSAL, &j, &err)) &&
	    kc_ok(aud_run(j, &err)) &&
	    kc_ok(aud_append(j, "genesis", "", (struct aud_fact[]){
	    AUD_S("mode", "rehearsal"), AUD_S("script", h),
	    AUD_S("site", h), AUD_S("software", h),
	    AUD_I("signers.required", 2) }, 5, NULL, &err)) ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	aud_close(&j);
	(void)unlink(path);
	(void)rmdir(dir);
	return 0;
}

static void
add_signers(size_t n)
{
	struct kc_err err = { 0 };

	for (size_t i = 0; i < n; i++)
		assert_true(kc_ok(aud_signer_add(j, "", key[i].name,
		    &key[i].cert, &err)));
}

#define REFUSED(call, code_, says) do {					\
	kc_result r_ = (call);						\
	if (r_.code != (code_) || strstr(err.msg, (says)) == NULL)	\
		fail_msg("%s: %s", kc_symbol(r_.code), err.msg);	\
} while (0)

static void
only_a_signing_certificate_becomes_a_signer(void **state)
{
	struct kc_err err = { 0 };
	struct kc_buf junk = { 0 };

	(void)state;
	REFUSED(aud_signer_add(j, "", "holder-4", &wrapping.cert, &err),
	    KC_EREFUSED, "keyEncipherment");
	REFUSED(aud_signer_add(j, "", "holder-5", &ca.cert, &err),
	    KC_EREFUSED, "CA:FALSE");
	REFUSED(aud_signer_add(j, "", "Holder 1", &key[0].cert, &err),
	    KC_EREFUSED, "no name of a signer");
	add_signers(1);
	REFUSED(aud_signer_add(j, "", "holder-2", &key[0].cert, &err),
	    KC_EREFUSED, "is that of holder-1");
	REFUSED(aud_signer_add(j, "", "holder-3", &twin, &err),
	    KC_EREFUSED, "the key of holder-3 is that of holder-1: one card "
	    "would sign for two people");
	assert_true(kc_ok(kc_buf_add(&junk, key[0].cert.p,
	    key[0].cert.len, &err)));
	assert_true(kc_ok(kc_buf_add(&junk, "x", 1, &err)));
	REFUSED(aud_signer_add(j, "", "holder-2", &junk, &err), KC_EFORMAT,
	    "not one DER certificate");
	kc_buf_free(&junk);
	assert_int_equal(aud_count(j), 2);
}

static void
a_checkpoint_needs_as_many_signers_as_required(void **state)
{
	struct kc_err err = { 0 };
	struct aud_text t = { 0 };

	(void)state;
	add_signers(1);
	REFUSED(aud_checkpoint_freeze(j, "", &t, &err), KC_EREFUSED,
	    "needs 2 signers; 1 are known");
	assert_int_equal(aud_count(j), 2);
}

static kc_result
sign_with(const struct fix_key *k, const char *name, struct aud_text *t,
    const struct kc_buf *cert, struct kc_err *err)
{
	struct kc_buf sig = { 0 };
	kc_result r = fix_sign(k, t->digest, &sig, err);

	if (kc_ok(r))
		r = aud_text_add(j, "", t, name, cert, &sig, err);
	kc_buf_free(&sig);
	return r;
}

static void
a_signature_that_does_not_belong_is_no_row(void **state)
{
	struct kc_err err = { 0 };
	struct aud_text t = { 0 };
	uint64_t before;

	(void)state;
	add_signers(2);
	assert_true(kc_ok(aud_checkpoint_freeze(j, "", &t, &err)));
	assert_int_equal(t.number, 1);
	assert_int_equal(t.required, 2);
	before = aud_count(j);
	REFUSED(sign_with(&key[2], "holder-3", &t, &key[2].cert, &err),
	    KC_EREFUSED, "not among the 2 signers");
	REFUSED(sign_with(&key[1], "holder-1", &t, &key[0].cert, &err),
	    KC_EREFUSED, "does not hold");
	REFUSED(sign_with(&key[0], "holder-2", &t, &key[0].cert, &err),
	    KC_EREFUSED, "not among");
	REFUSED(sign_with(&wrapping, "holder-4", &t, &wrapping.cert, &err),
	    KC_EREFUSED, "keyEncipherment");
	assert_int_equal(aud_count(j), before);
	assert_true(kc_ok(sign_with(&key[0], "holder-1", &t, &key[0].cert,
	    &err)));
	REFUSED(sign_with(&key[0], "holder-1", &t, &key[0].cert, &err),
	    KC_EREFUSED, "signed this text already");
	REFUSED(aud_text_end(j, "", &t, &err), KC_EREFUSED, "1 of 2");
	assert_true(kc_ok(sign_with(&key[1], "holder-2", &t, &key[1].cert,
	    &err)));
	assert_true(kc_ok(aud_text_end(j, "", &t, &err)));
	aud_text_free(&t);
}

/* Holder 1 has a spare card; both of them together are one signer. */
static void
two_cards_of_one_holder_do_not_count_twice(void **state)
{
	struct kc_err err = { 0 };
	struct aud_text t = { 0 };

	(void)state;
	add_signers(2);
	assert_true(kc_ok(aud_checkpoint_freeze(j, "", &t, &err)));
	assert_true(kc_ok(sign_with(&key[0], "holder-1", &t, &key[0].cert,
	    &err)));
	REFUSED(sign_with(&key[2], "holder-1", &t, &key[2].cert, &err),
	    KC_EREFUSED, "is not among the 2 signers of this text");
	REFUSED(aud_text_end(j, "", &t, &err), KC_EREFUSED, "1 of 2");
	aud_text_free(&t);

	/* The spare takes the card's place; it does not stand beside it. */
	assert_true(kc_ok(aud_signer_add(j, "", "holder-1", &key[2].cert,
	    &err)));
	assert_true(kc_ok(aud_checkpoint_freeze(j, "", &t, &err)));
	assert_true(kc_ok(sign_with(&key[2], "holder-1", &t, &key[2].cert,
	    &err)));
	REFUSED(sign_with(&key[0], "holder-1", &t, &key[0].cert, &err),
	    KC_EREFUSED, "is not among the 2 signers of this text");
	REFUSED(aud_text_end(j, "", &t, &err), KC_EREFUSED, "1 of 2");
	aud_text_free(&t);
}

static void
an_unfinished_checkpoint_is_found_again_with_its_signatures(void **state)
{
	struct kc_err err = { 0 };
	struct aud_text t = { 0 }, u = { 0 };
	bool found = true;

	(void)state;
	add_signers(2);
	assert_true(kc_ok(aud_text_resume(j, "", false, &u, &found, &err)));
	assert_false(found);
	assert_true(kc_ok(aud_checkpoint_freeze(j, "", &t, &err)));
	assert_true(kc_ok(sign_with(&key[0], "holder-1", &t, &key[0].cert,
	    &err)));
	aud_close(&j);
	assert_true(kc_ok(aud_open(path, true, &j, &err)));
	assert_true(kc_ok(aud_run(j, &err)));
	assert_true(kc_ok(aud_text_resume(j, "", false, &u, &found, &err)));
	assert_true(found);
	assert_int_equal(u.n_signed, 1);
	assert_memory_equal(u.digest, t.digest, KC_SHA256);
	assert_int_equal(u.body.len, t.body.len);
	assert_true(kc_ok(sign_with(&key[1], "holder-2", &u, &key[1].cert,
	    &err)));
	assert_true(kc_ok(aud_text_end(j, "", &u, &err)));
	assert_true(kc_ok(aud_text_resume(j, "", false, &u, &found, &err)));
	assert_false(found);
	aud_text_free(&t);
	aud_text_free(&u);
}

static void
a_disturbed_checkpoint_is_given_up_and_ends_no_export(void **state)
{
	struct aud_source src = { j, dir };
	struct kc_err err = { 0 };
	struct aud_text t = { 0 };
	uint64_t size = 99;
	bool found = true;

	(void)state;
	assert_true(kc_ok(aud_export_size(j, &size, &err)));
	assert_int_equal(size, 0);
	REFUSED(aud_export_write(&src, path, NULL, &err), KC_EREFUSED,
	    "nothing to export");
	add_signers(2);
	assert_true(kc_ok(aud_checkpoint_freeze(j, "", &t, &err)));
	assert_true(kc_ok(aud_append(j, "note", "", NULL, 0, NULL, &err)));
	assert_true(kc_ok(fix_sign_text(j, &t, key, 2, &err)));
	aud_text_free(&t);
	REFUSED(aud_export_size(j, &size, &err), KC_EREFUSED,
	    "make another checkpoint");
	assert_true(kc_ok(aud_checkpoint_freeze(j, "", &t, &err)));
	assert_true(kc_ok(aud_append(j, "note", "", NULL, 0, NULL, &err)));
	aud_text_free(&t);
	assert_true(kc_ok(aud_text_resume(j, "", false, &t, &found, &err)));
	assert_false(found);
	assert_true(kc_ok(aud_checkpoint_freeze(j, "", &t, &err)));
	assert_int_equal(t.number, 3);
	assert_true(kc_ok(fix_sign_text(j, &t, key, 2, &err)));
	aud_text_free(&t);
	assert_true(kc_ok(aud_export_size(j, &size, &err)));
	assert_int_equal(size, aud_count(j));
	REFUSED(aud_export_freeze(&src, size, "", &t, &err), KC_EIO,
	    "script.yaml");
}

static void
a_replaced_signer_signs_with_the_new_certificate_only(void **state)
{
	struct kc_err err = { 0 };
	struct aud_text t = { 0 };

	(void)state;
	add_signers(2);
	assert_true(kc_ok(aud_signer_add(j, "", "holder-1", &key[2].cert,
	    &err)));
	assert_true(kc_ok(aud_checkpoint_freeze(j, "", &t, &err)));
	REFUSED(sign_with(&key[0], "holder-1", &t, &key[0].cert, &err),
	    KC_EREFUSED, "not among");
	assert_true(kc_ok(sign_with(&key[2], "holder-1", &t, &key[2].cert,
	    &err)));
	aud_text_free(&t);
}

static void
the_verifier_refuses_rows_that_contradict(void **state)
{
	static const struct {
		const char *kind, *fact, *value, *says;
	} rows[] = {
		{ "signer.remove", "signer", "nobody", "who is no signer" },
		{ "artifact", "name", "../x", "artifact's name" },
		{ "card.done", "command.id", "c9", "not open" },
		{ "exception.close", "x", "y", "no number" },
		{ "checkpoint.end", "x", "y", "no text" },
		{ "run.begin", "software", "none", "no SHA-256" },
	};
	struct kc_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct aud_verify opt = { 0 };
		struct aud_verdict v = { 0 };
		char where[32];

		(void)teardown(NULL);
		assert_int_equal(setup(NULL), 0);
		assert_true(kc_ok(aud_append(j, rows[i].kind, "",
		    (struct aud_fact[]){ AUD_S(rows[i].fact, rows[i].value)
		    }, 1, NULL, &err)));
		aud_close(&j);
		(void)snprintf(where, sizeof where, "entry 1");
		REFUSED(aud_verify(path, &opt, &v, &err), KC_EREFUSED,
		    rows[i].says);
		assert_non_null(strstr(err.msg, where));
		aud_verdict_free(&v);
	}
}

/* The encoding of the digest by hand: DER SET of the two attributes. */
static void
a_card_signs_the_digest_of_the_signed_attributes(void **state)
{
	/* printf 'abc' put through the attributes with Python's hashlib */
	static const char want[] = "9bbc6b5c610511c968f19646d250e742"
	    "3f97c40f76ddb58718fa67c47a304eed";
	struct kc_err err = { 0 };
	uint8_t digest[KC_SHA256];
	char hex[KC_HEX];

	(void)state;
	assert_true(kc_ok(aud_cms_digest("abc", 3, digest, &err)));
	kc_hex(digest, sizeof digest, hex);
	assert_string_equal(hex, want);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(only_a_signing_certificate_becomes_a_signer),
		T(a_checkpoint_needs_as_many_signers_as_required),
		T(a_signature_that_does_not_belong_is_no_row),
		T(two_cards_of_one_holder_do_not_count_twice),
		T(an_unfinished_checkpoint_is_found_again_with_its_signatures),
		T(a_disturbed_checkpoint_is_given_up_and_ends_no_export),
		T(a_replaced_signer_signs_with_the_new_certificate_only),
		T(the_verifier_refuses_rows_that_contradict),
		T(a_card_signs_the_digest_of_the_signed_attributes),
	};

	return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
