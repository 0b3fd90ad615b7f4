/* SPDX-License-Identifier: Apache-2.0
 *
 * The card's PINs, management key and objects.
 */
#include "tests/cards/wire.h"

static void
nothing_is_answered_before_the_application_is_selected(void **state)
{
	(void)state;
	piv_power_off(&card);
	assert_int_equal(verify(GOOD_PIN), SW_INS);
	assert_int_equal(select_piv(), SW_OK);
	assert_memory_equal(got.b.p, "\x61\x11\x4F\6", 4);
	assert_int_equal(verify(GOOD_PIN), SW_OK);
}

static void
a_foreign_application_is_not_found_and_changes_nothing(void **state)
{
	(void)state;
	assert_int_equal(verify(GOOD_PIN), SW_OK);
	assert_int_equal(command(0xA4, 4, 0, "\xA0\0\0\1\1", 5),
	    SW_NOT_FOUND);
	assert_int_equal(command(0xA4, 4, 0, "\xA0\0", 2), SW_NOT_FOUND);
	assert_int_equal(command(0x20, 0, 0x80, "", 0), SW_OK);
}

static void
wrong_pins_count_down_and_a_right_one_counts_up(void **state)
{
	(void)state;
	assert_int_equal(command(0x20, 0, 0x80, "", 0), SW_TRIES | 3);
	assert_int_equal(verify(WRONG_PIN), SW_TRIES | 2);
	assert_int_equal(verify(WRONG_PIN), SW_TRIES | 1);
	assert_int_equal(verify(GOOD_PIN), SW_OK);
	assert_int_equal(verify(WRONG_PIN), SW_TRIES | 2);
	assert_int_equal(verify(WRONG_PIN), SW_TRIES | 1);
	assert_int_equal(verify(WRONG_PIN), SW_BLOCKED);
	assert_int_equal(verify(GOOD_PIN), SW_BLOCKED);
	assert_int_equal(command(0x20, 0, 0x80, "", 0), SW_BLOCKED);
}

static void
a_pin_ends_by_a_wrong_one_by_logout_and_with_the_power(void **state)
{
	(void)state;
	assert_int_equal(verify(GOOD_PIN), SW_OK);
	assert_int_equal(verify(WRONG_PIN), SW_TRIES | 2);
	assert_int_equal(command(0x20, 0, 0x80, "", 0), SW_TRIES | 2);
	assert_int_equal(verify(GOOD_PIN), SW_OK);
	assert_int_equal(command(0x20, 0xFF, 0x80, "", 0), SW_OK);
	assert_int_equal(command(0x20, 0, 0x80, "", 0), SW_TRIES | 3);
	assert_int_equal(verify(GOOD_PIN), SW_OK);
	piv_power_off(&card);
	assert_int_equal(select_piv(), SW_OK);
	assert_int_equal(command(0x20, 0, 0x80, "", 0), SW_TRIES | 3);
}

static void
a_pin_is_changed_by_the_old_one_only(void **state)
{
	(void)state;
	assert_int_equal(command(0x24, 0, 0x80, WRONG_PIN "654321\xFF\xFF",
	    16), SW_TRIES | 2);
	/* too short, and padding in the middle: the old one stays */
	assert_int_equal(command(0x24, 0, 0x80,
	    GOOD_PIN "12345\xFF\xFF\xFF", 16), SW_DATA);
	assert_int_equal(command(0x24, 0, 0x80,
	    GOOD_PIN "123456\xFF" "8", 16), SW_DATA);
	assert_int_equal(verify(GOOD_PIN), SW_OK);
	assert_int_equal(command(0x24, 0, 0x80, GOOD_PIN "654321\xFF\xFF",
	    16), SW_OK);
	assert_int_equal(verify(GOOD_PIN), SW_TRIES | 2);
	assert_int_equal(verify("654321\xFF\xFF"), SW_OK);
	assert_int_equal(command(0x24, 0, 0x81, GOOD_PUK "87654321", 16),
	    SW_OK);
	assert_int_equal(command(0x24, 0, 0x81, GOOD_PUK "87654321", 16),
	    SW_TRIES | 2);
	assert_int_equal(command(0x24, 0, 0x82, GOOD_PUK "87654321", 16),
	    SW_P1P2);
}

static void
the_puk_unblocks_and_is_counted_itself(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		(void)verify(WRONG_PIN);
	assert_int_equal(verify(GOOD_PIN), SW_BLOCKED);
	assert_int_equal(command(0x2C, 0, 0x80, "99999999" GOOD_PIN, 16),
	    SW_TRIES | 2);
	assert_int_equal(command(0x2C, 0, 0x80, GOOD_PUK "777777\xFF\xFF",
	    16), SW_OK);
	assert_int_equal(verify("777777\xFF\xFF"), SW_OK);
	for (int i = 0; i < 3; i++)
		(void)command(0x2C, 0, 0x80, "99999999" GOOD_PIN, 16);
	assert_int_equal(command(0x2C, 0, 0x80, GOOD_PUK GOOD_PIN, 16),
	    SW_BLOCKED);
}

static void
the_management_key_opens_and_the_card_proves_it_too(void **state)
{
	(void)state;
	assert_int_equal(command(0xDB, 0x3F, 0xFF,
	    "\x5C\3\x5F\xC1\5\x53\1\7", 8), SW_SECURITY);
	assert_int_equal(manage(), SW_OK);
	assert_int_equal(command(0xDB, 0x3F, 0xFF,
	    "\x5C\3\x5F\xC1\5\x53\1\7", 8), SW_OK);
}

static void
a_wrong_management_key_is_refused(void **state)
{
	uint8_t wrong[24] = { 9 };
	uint8_t zeros[22] = { 0x7C, 20, 0x80, 8, [12] = 0x81, 8 };

	(void)state;
	assert_int_equal(mutual(3, "DES-EDE3-ECB", 8, wrong), SW_SECURITY);
	assert_false(card.mgm_ok);
	/* an answer that nobody asked for, even to the last question */
	memset(card.mgm_sent, 0, sizeof card.mgm_sent);
	assert_int_equal(command(0x87, 3, 0x9B, zeros, sizeof zeros),
	    SW_SECURITY);
	/* another algorithm than the key's */
	assert_int_equal(command(0x87, 8, 0x9B, "\x7C\2\x80\0", 4), SW_P1P2);
	/* and a failure closes what was open */
	assert_int_equal(manage(), SW_OK);
	assert_int_equal(mutual(3, "DES-EDE3-ECB", 8, wrong), SW_SECURITY);
	assert_false(card.mgm_ok);
}

static void
a_challenge_is_answered_once(void **state)
{
	uint8_t m[12] = { 0x7C, 10, 0x82, 8 };

	(void)state;
	assert_int_equal(command(0x87, 3, 0x9B, "\x7C\2\x81\0", 4), SW_OK);
	block("DES-EDE3-ECB", factory_mgm, 1, got.b.p + 4, 8, m + 4);
	assert_int_equal(command(0x87, 3, 0x9B, m, sizeof m), SW_OK);
	assert_true(card.mgm_ok);
	assert_int_equal(command(0x87, 3, 0x9B, m, sizeof m), SW_SECURITY);
}

static void
a_management_key_of_each_kind_can_be_set(void **state)
{
	static const struct {
		uint8_t alg, bytes;
		int block;
		const char *cipher;
	} kinds[] = {
		{ 8, 16, 16, "AES-128-ECB" }, { 10, 24, 16, "AES-192-ECB" },
		{ 12, 32, 16, "AES-256-ECB" }, { 3, 24, 8, "DES-EDE3-ECB" }
	};
	uint8_t m[35] = { 0, 0x9B };

	(void)state;
	memset(m + 3, 0x5A, 32);
	assert_int_equal(command(0xFF, 0xFF, 0xFF, m, 27), SW_SECURITY);
	assert_int_equal(manage(), SW_OK);
	for (size_t i = 0; i < 4; i++) {
		m[0] = kinds[i].alg;
		m[2] = kinds[i].bytes;
		assert_int_equal(command(0xFF, 0xFF, 0xFF, m,
		    2u + kinds[i].bytes), SW_DATA);
		assert_int_equal(command(0xFF, 0xFF, 0xFF, m,
		    3u + kinds[i].bytes), SW_OK);
		assert_int_equal(mutual(kinds[i].alg, kinds[i].cipher,
		    kinds[i].block, m + 3), SW_OK);
	}
	assert_int_equal(manage(), SW_SECURITY);
}

static void
every_write_wants_the_management_key(void **state)
{
	static const uint8_t parts[] = { 1, 1, 7, 2, 1, 7, 3, 1, 7, 4, 1, 7,
		5, 1, 7 };

	(void)state;
	assert_int_equal(verify(GOOD_PIN), SW_OK);
	assert_int_equal(command(0x47, 0, 0x9D, "\xAC\3\x80\1\7", 5),
	    SW_SECURITY);
	assert_int_equal(command(0xFE, 7, 0x9D, parts, sizeof parts),
	    SW_SECURITY);
	assert_int_equal(command(0xF6, 0xFF, 0x9D, "", 0), SW_SECURITY);
	assert_int_equal(command(0xFA, 5, 5, "", 0), SW_SECURITY);
	assert_int_equal(manage(), SW_OK);
	assert_int_equal(command(0xFE, 7, 0x9D, parts, sizeof parts),
	    SW_DATA);
	assert_int_equal(command(0xFA, 5, 4, "", 0), SW_OK);
	assert_int_equal(command(0x20, 0, 0x80, "", 0), SW_TRIES | 5);
	assert_int_equal(card.puk.left, 4);
}

static void
objects_are_written_read_and_deleted(void **state)
{
	uint8_t big[9 + PIV_OBJECT_MAX + 1] = { 0x5C, 3, 0x5F, 0xC1, 5, 0x53,
		0x82, PIV_OBJECT_MAX >> 8, PIV_OBJECT_MAX & 0xFF };

	(void)state;
	assert_int_equal(manage(), SW_OK);
	assert_int_equal(command(0xCB, 0x3F, 0xFF, "\x5C\3\x5F\xC1\5", 5),
	    SW_NOT_FOUND);
	assert_int_equal(command(0xDB, 0x3F, 0xFF, big, sizeof big - 1),
	    SW_OK);
	assert_int_equal(command(0xCB, 0x3F, 0xFF, "\x5C\3\x5F\xC1\5", 5),
	    SW_OK);
	assert_int_equal(got.b.len, PIV_OBJECT_MAX + 4);
	big[8]++;
	assert_int_equal(command(0xDB, 0x3F, 0xFF, big, sizeof big),
	    SW_MEMORY);
	assert_int_equal(command(0xDB, 0x3F, 0xFF, big, sizeof big - 1),
	    SW_DATA);
	assert_int_equal(command(0xDB, 0x3F, 0xFF,
	    "\x5C\3\x5F\xC1\5\x53\0", 7), SW_OK);
	assert_int_equal(command(0xCB, 0x3F, 0xFF, "\x5C\3\x5F\xC1\5", 5),
	    SW_NOT_FOUND);
	/* the discovery object is the card's own */
	assert_int_equal(command(0xCB, 0x3F, 0xFF, "\x5C\1\x7E", 3), SW_OK);
	assert_int_equal(got.b.p[0], 0x7E);
	assert_int_equal(command(0xDB, 0x3F, 0xFF, "\x5C\1\x7E\x53\1\7", 6),
	    SW_DATA);
}

static void
faults_of_objects_are_shown(void **state)
{
	(void)state;
	assert_int_equal(command(0xCB, 0x3F, 0xFF, "\x5C\3\x5F\xC1\2", 5),
	    SW_OK);
	card.unreadable = PIV_TAG_CHUID;
	assert_int_equal(command(0xCB, 0x3F, 0xFF, "\x5C\3\x5F\xC1\2", 5),
	    SW_FAULT);
	assert_int_equal(command(0xCB, 0x3F, 0xFF, "\x5C\1\x7E", 3), SW_OK);
	card.unreadable = 0;
	card.no_chuid = true;
	assert_int_equal(command(0xCB, 0x3F, 0xFF, "\x5C\3\x5F\xC1\2", 5),
	    SW_NOT_FOUND);
	card.all_unreadable = true;
	assert_int_equal(command(0xCB, 0x3F, 0xFF, "\x5C\1\x7E", 3),
	    SW_FAULT);
}

static void
serial_number_version_and_counters_are_told(void **state)
{
	(void)state;
	assert_int_equal(command(0xFD, 0, 0, "", 0), SW_OK);
	assert_memory_equal(got.b.p, "\5\7\1", 3);
	assert_int_equal(command(0xF8, 0, 0, "", 0), SW_OK);
	assert_memory_equal(got.b.p, "\0\x98\x96\x81", 4);
	assert_int_equal(command(0xF7, 0, 0x80, "", 0), SW_OK);
	assert_memory_equal(got.b.p, "\1\1\xFF\5\1\1\6\2\3\3", 10);
	(void)verify(WRONG_PIN);
	assert_int_equal(command(0x24, 0, 0x81, GOOD_PUK "87654321", 16),
	    SW_OK);
	assert_int_equal(command(0xF7, 0, 0x80, "", 0), SW_OK);
	assert_memory_equal(got.b.p, "\1\1\xFF\5\1\1\6\2\3\2", 10);
	assert_int_equal(command(0xF7, 0, 0x81, "", 0), SW_OK);
	assert_memory_equal(got.b.p, "\1\1\xFF\5\1\0\6\2\3\3", 10);
	assert_int_equal(command(0xF7, 0, 0x9B, "", 0), SW_OK);
	assert_memory_equal(got.b.p, "\1\1\3\2\2\0\1\5\1\1", 10);
	assert_int_equal(command(0xF7, 0, 0x9D, "", 0), SW_NOT_FOUND);
}

static void
an_older_card_lacks_what_it_lacked(void **state)
{
	(void)state;
	card.firmware[1] = 2;
	assert_int_equal(command(0xF7, 0, 0x80, "", 0), SW_INS);
	card.firmware[0] = 4;
	assert_int_equal(command(0xF8, 0, 0, "", 0), SW_INS);
	assert_int_equal(command(0xF9, 0x9D, 0, "", 0), SW_INS);
	assert_int_equal(command(0xF6, 0xFF, 0x9D, "", 0), SW_INS);
}

static void
a_reset_wants_both_counters_at_nothing(void **state)
{
	(void)state;
	assert_int_equal(manage(), SW_OK);
	assert_int_equal(command(0xDB, 0x3F, 0xFF,
	    "\x5C\3\x5F\xC1\5\x53\1\7", 8), SW_OK);
	assert_int_equal(command(0xFB, 0, 0, "", 0), SW_CONDITIONS);
	card.pin.left = 0;
	assert_int_equal(command(0xFB, 0, 0, "", 0), SW_CONDITIONS);
	card.puk.left = 0;
	assert_int_equal(command(0xFB, 0, 0, "", 0), SW_OK);
	assert_int_equal(command(0x20, 0, 0x80, "", 0), SW_TRIES | 3);
	assert_int_equal(verify(GOOD_PIN), SW_OK);
	assert_int_equal(command(0xCB, 0x3F, 0xFF, "\x5C\3\x5F\xC1\5", 5),
	    SW_NOT_FOUND);
	assert_false(card.mgm_ok);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(nothing_is_answered_before_the_application_is_selected),
		CASE(a_foreign_application_is_not_found_and_changes_nothing),
		CASE(wrong_pins_count_down_and_a_right_one_counts_up),
		CASE(a_pin_ends_by_a_wrong_one_by_logout_and_with_the_power),
		CASE(a_pin_is_changed_by_the_old_one_only),
		CASE(the_puk_unblocks_and_is_counted_itself),
		CASE(the_management_key_opens_and_the_card_proves_it_too),
		CASE(a_wrong_management_key_is_refused),
		CASE(a_challenge_is_answered_once),
		CASE(a_management_key_of_each_kind_can_be_set),
		CASE(every_write_wants_the_management_key),
		CASE(objects_are_written_read_and_deleted),
		CASE(faults_of_objects_are_shown),
		CASE(serial_number_version_and_counters_are_told),
		CASE(an_older_card_lacks_what_it_lacked),
		CASE(a_reset_wants_both_counters_at_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
