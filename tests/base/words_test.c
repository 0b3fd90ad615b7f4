/* SPDX-License-Identifier: Apache-2.0
 *
 * PGP words.
 */
#include "base/words.h"

#include <strings.h>

#include "tests/check.h"

static void
all_512_words_come_back_as_their_bytes(void **state)
{
	struct kc_err err = { 0 };
	char text[64];
	uint8_t back[2];

	(void)state;
	for (size_t b = 0; b < 256; b++) {
		(void)snprintf(text, sizeof text, "%s %s",
		    kc_word(0, (uint8_t)b), kc_word(1, (uint8_t)(255 - b)));
		t_ok(kc_words_parse(text, 2, back, &err), &err);
		assert_int_equal(back[0], b);
		assert_int_equal(back[1], 255 - b);
		assert_true(kc_word_is(kc_word(0, (uint8_t)b), 4,
		    (uint8_t)b));
		assert_true(kc_word_is(kc_word(1, (uint8_t)b), 5,
		    (uint8_t)b));
	}
}

/* A slip in the tables would show here.  The published list has one pair out
 * of order: applicant (09) before Apollo (0a). */
static void
both_lists_are_in_their_published_order(void **state)
{
	(void)state;
	for (size_t pos = 0; pos < 2; pos++)
		for (size_t b = 1; b < 256; b++)
			assert_int_equal(strcasecmp(
			    kc_word(pos, (uint8_t)(b - 1)),
			    kc_word(pos, (uint8_t)b)) < 0,
			    pos == 0 || b != 0x0a);
	assert_string_equal(kc_word(1, 0x09), "applicant");
	assert_string_equal(kc_word(1, 0x0a), "Apollo");
}

static void
no_word_is_in_both_lists_and_none_is_hex(void **state)
{
	(void)state;
	for (size_t a = 0; a < 256; a++) {
		const char *w = kc_word(0, (uint8_t)a);

		for (size_t b = 0; b < 256; b++)
			assert_int_not_equal(strcasecmp(w,
			    kc_word(1, (uint8_t)b)), 0);
		assert_true(w[strspn(w, "0123456789abcdefABCDEF")] != '\0');
		w = kc_word(1, (uint8_t)a);
		assert_true(w[strspn(w, "0123456789abcdefABCDEF")] != '\0');
	}
}

/* Published with the lists: the first line of the classic example. */
static void
a_known_fingerprint_reads_as_published(void **state)
{
	static const uint8_t bytes[] = { 0xe5, 0x82, 0x94, 0xf2, 0xe9, 0xa2,
		0x27, 0x48, 0x6e, 0x8b, 0x06, 0x1b, 0x31, 0xcc, 0x52, 0x8f,
		0xd7, 0xfa, 0x3f, 0x19 };
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(kc_words(bytes, sizeof bytes, " ", &b, &err), &err);
	assert_string_equal(kc_buf_str(&b), "topmost Istanbul Pluto vagabond "
	    "treadmill Pacific brackish dictator goldfish Medusa afflict "
	    "bravado chatter revolver Dupont midsummer stopwatch whimsical "
	    "cowbell bottomless");
	kc_buf_free(&b);
}

static void
case_blanks_and_dashes_do_not_matter(void **state)
{
	uint8_t back[3] = { 9, 9, 9 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(kc_words_parse(" AARDVARK-yucatan\n\tzulu ", 3, back, &err),
	    &err);
	assert_memory_equal(back, "\x00\xff\xff", 3);
	assert_true(kc_word_is("  ZULU ", 0, 0xff));
	assert_false(kc_word_is("zulus", 0, 0xff));
	assert_false(kc_word_is("zul", 0, 0xff));
	assert_false(kc_word_is("", 0, 0xff));
	assert_false(kc_word_is("zulu", 1, 0xff));
}

static void
hex_with_or_without_gaps_is_accepted(void **state)
{
	uint8_t back[4] = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(kc_words_parse("00 FF-7f:80", 4, back, &err), &err);
	assert_memory_equal(back, "\x00\xff\x7f\x80", 4);
	t_ok(kc_words_parse("deadbeef", 4, back, &err), &err);
	assert_memory_equal(back, "\xde\xad\xbe\xef", 4);
}

static void
a_missing_doubled_or_swapped_word_is_heard(void **state)
{
	static const char *const bad[] = {
		/* the second of "aardvark adroitness absurd adviser" lost */
		"aardvark absurd adviser accrue",
		"aardvark aardvark adroitness absurd",
		"adroitness aardvark absurd adviser",
	};
	uint8_t back[4] = { 1, 2, 3, 4 };
	struct kc_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		t_fails(kc_words_parse(bad[i], 4, back, &err), &err,
		    KC_EUSAGE, "is in the wrong place: a word before it is "
		    "missing or doubled");
		assert_memory_equal(back, "\1\2\3\4", 4);
	}
	assert_non_null(strstr(err.msg, "word 1, 'adroitness'"));
}

static void
a_word_of_neither_list_is_named(void **state)
{
	uint8_t back[2];
	struct kc_err err = { 0 };

	(void)state;
	t_fails(kc_words_parse("aardvark banana", 2, back, &err), &err,
	    KC_EUSAGE, "word 2, 'banana', is not a PGP word");
	t_fails(kc_words_parse("aardvark 00", 2, back, &err), &err,
	    KC_EUSAGE, "word 2, '00', is not a PGP word");
}

static void
too_few_and_too_many_words_are_counted(void **state)
{
	uint8_t back[64 + 1];
	struct kc_err err = { 0 };

	(void)state;
	t_fails(kc_words_parse("", 2, back, &err), &err, KC_EUSAGE,
	    "0 words, where 2 are needed");
	t_fails(kc_words_parse("aardvark", 2, back, &err), &err, KC_EUSAGE,
	    "1 words, where 2 are needed");
	t_fails(kc_words_parse("aardvark Yucatan Zulu", 2, back, &err), &err,
	    KC_EUSAGE, "more than 2 words");
	t_fails(kc_words_parse("00ff0", 2, back, &err), &err, KC_EUSAGE,
	    "not a PGP word");
	t_fails(kc_words_parse("x", 65, back, &err), &err, KC_EBUG, "words");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_512_words_come_back_as_their_bytes),
		cmocka_unit_test(
		    both_lists_are_in_their_published_order),
		cmocka_unit_test(no_word_is_in_both_lists_and_none_is_hex),
		cmocka_unit_test(a_known_fingerprint_reads_as_published),
		cmocka_unit_test(case_blanks_and_dashes_do_not_matter),
		cmocka_unit_test(hex_with_or_without_gaps_is_accepted),
		cmocka_unit_test(a_missing_doubled_or_swapped_word_is_heard),
		cmocka_unit_test(a_word_of_neither_list_is_named),
		cmocka_unit_test(too_few_and_too_many_words_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
