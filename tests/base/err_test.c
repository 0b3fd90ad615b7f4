/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors: one list, messages cut where characters end.
 */
#include "base/err.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/text.h"
#include "tests/check.h"

static kc_result
refuse(struct kc_err *err)
{
	return KC_FAIL(err, KC_EMAC, 17, "file %s, place %d", "x.json", 4);
}

static void
a_failure_keeps_code_place_cause_and_sentence(void **state)
{
	struct kc_err err = { 0 };
	kc_result r = refuse(&err);

	(void)state;
	assert_int_equal(r.code, KC_EMAC);
	assert_int_equal(err.code, KC_EMAC);
	assert_int_equal(err.native, 17);
	assert_string_equal(err.msg, "file x.json, place 4");
	assert_string_equal(err.file, __FILE__);
	assert_true(err.line > 0);
	assert_string_equal(err.certain, "");
}

static void
a_failure_without_a_place_for_it_still_has_its_code(void **state)
{
	(void)state;
	assert_int_equal(refuse(NULL).code, KC_EMAC);
	kc_certain(NULL, "nothing");
	assert_int_equal(kc_prefix(NULL, "x").code, KC_EBUG);
}

static void
a_prefix_goes_before_the_message_and_keeps_the_code(void **state)
{
	struct kc_err err = { 0 };
	kc_result r;

	(void)state;
	(void)refuse(&err);
	r = kc_prefix(&err, "holder %d", 2);
	assert_int_equal(r.code, KC_EMAC);
	assert_string_equal(err.msg, "holder 2: file x.json, place 4");
}

static void
what_is_certain_is_said_once_and_forgotten_by_the_next_failure(void **state)
{
	struct kc_err err = { 0 };

	(void)state;
	(void)refuse(&err);
	kc_certain(&err, "nothing was %s", "written");
	kc_certain(&err, "another");
	assert_string_equal(err.certain, "nothing was written");
	(void)refuse(&err);
	assert_string_equal(err.certain, "");
}

/* Whatever the length, the cut is never inside a character. */
static void
a_long_message_is_cut_on_a_character_boundary(void **state)
{
	static const char *const chars[] = { "\xc3\xa9", "\xe2\x82\xac",
		"\xf0\x9f\x94\x91" };
	struct kc_err err = { 0 };
	char text[2 * sizeof err.msg];

	(void)state;
	for (size_t c = 0; c < 3; c++)
		for (size_t lead = 0; lead < 5; lead++) {
			size_t n = lead, w = strlen(chars[c]);

			memset(text, 'a', lead);
			for (; n + w < sizeof text; n += w)
				memcpy(text + n, chars[c], w);
			text[n] = '\0';
			(void)KC_FAIL(&err, KC_EIO, 0, "%s", text);
			assert_true(strlen(err.msg) > sizeof err.msg - 6);
			assert_true(kc_utf8_ok(err.msg, strlen(err.msg)));
			(void)kc_prefix(&err, "%s", "prefix");
			assert_true(kc_utf8_ok(err.msg, strlen(err.msg)));
			kc_certain(&err, "%s", text);
			assert_true(kc_utf8_ok(err.certain,
			    strlen(err.certain)));
		}
}

static void
every_code_has_symbol_sentence_and_an_exit_of_the_contract(void **state)
{
	(void)state;
	for (int c = 0; c < KC_CODES; c++) {
		enum kc_code code = (enum kc_code)c;

		assert_non_null(kc_symbol(code));
		assert_int_equal(strncmp(kc_symbol(code), "KC_", 3), 0);
		assert_true(strlen(kc_sentence(code)) > 0);
		assert_non_null(kc_next(code));
		assert_true(kc_exit(code) >= 0 && kc_exit(code) <= 6);
		assert_int_equal(kc_exit(code) == 0, code == KC_OK);
	}
}

static void
the_exit_codes_are_those_of_the_contract(void **state)
{
	static const struct { enum kc_code code; int exit; } want[] = {
		{ KC_OK, 0 }, { KC_EREFUSED, 1 }, { KC_EALG, 1 },
		{ KC_EMAC, 1 }, { KC_EQUORUM, 1 }, { KC_EEXISTS, 1 },
		{ KC_EPASSWORD, 1 }, { KC_EEXPIRED, 1 }, { KC_EOTHER, 1 },
		{ KC_EUSAGE, 2 }, { KC_EFORMAT, 3 }, { KC_ELIMIT, 3 },
		{ KC_ECARD, 4 }, { KC_EHANG, 4 }, { KC_EPIN, 4 },
		{ KC_ECANCEL, 5 }, { KC_ESUSPEND, 5 }, { KC_EIO, 6 },
		{ KC_ENOMEM, 6 }, { KC_ESELFTEST, 6 }, { KC_ESANDBOX, 6 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof want / sizeof *want; i++)
		assert_int_equal(kc_exit(want[i].code), want[i].exit);
}

static void
a_code_outside_the_list_is_a_bug_of_ours(void **state)
{
	(void)state;
	assert_int_equal(kc_exit(KC_CODES), 6);
	assert_string_equal(kc_symbol(KC_CODES), "KC_EBUG");
	assert_string_equal(kc_next(KC_CODES), "");
	assert_true(strlen(kc_sentence(KC_CODES)) > 0);
}

static void
openssls_reason_is_appended_and_its_queue_emptied(void **state)
{
	struct kc_err err = { 0 };
	BIO *bio = BIO_new_mem_buf("no pem", -1);

	(void)state;
	assert_non_null(bio);
	assert_null(PEM_read_bio_X509(bio, NULL, NULL, NULL));
	t_fails(KC_FAIL_SSL(&err, KC_EFORMAT, "x.cer"), &err, KC_EFORMAT,
	    "x.cer (no start line)");
	assert_true(err.native != 0);
	assert_int_equal(ERR_peek_error(), 0);
	t_fails(KC_FAIL_SSL(&err, KC_EFORMAT, "again"), &err, KC_EFORMAT,
	    "again");
	assert_string_equal(err.msg, "again");
	BIO_free(bio);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_keeps_code_place_cause_and_sentence),
		cmocka_unit_test(
		    a_failure_without_a_place_for_it_still_has_its_code),
		cmocka_unit_test(
		    a_prefix_goes_before_the_message_and_keeps_the_code),
		cmocka_unit_test(
	    what_is_certain_is_said_once_and_forgotten_by_the_next_failure),
		cmocka_unit_test(a_long_message_is_cut_on_a_character_boundary),
		cmocka_unit_test(
		    every_code_has_symbol_sentence_and_an_exit_of_the_contract),
		cmocka_unit_test(the_exit_codes_are_those_of_the_contract),
		cmocka_unit_test(a_code_outside_the_list_is_a_bug_of_ours),
		cmocka_unit_test(
		    openssls_reason_is_appended_and_its_queue_emptied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
