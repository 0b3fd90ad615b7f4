/* SPDX-License-Identifier: Apache-2.0
 *
 * The APDU layer: both lengths, chaining, answers in pieces.
 */
#include "tests/cards/apdu.h"

#include "tests/check.h"

/* struct echo: a card that answers as many bytes as it is told to, and
 * remembers what came. */
struct echo {
	unsigned calls;
	uint8_t ins;
	uint8_t data[APDU_CHAIN_MAX];
	size_t len;
	size_t answer;
	uint16_t sw;
};

static struct apdu_layer layer;
static struct echo echo;

static uint16_t
on_command(void *ctx, const struct apdu *a, struct tlv_out *ret)
{
	struct echo *e = ctx;

	e->calls++;
	e->ins = a->ins;
	e->len = a->len;
	memcpy(e->data, a->data, a->len);
	for (size_t i = 0; i < e->answer; i++) {
		uint8_t b = (uint8_t)(i * 7);

		tlv_raw(ret, &b, 1);
	}
	return e->sw;
}

/* Send; the status word.  The data stays in got. */
static struct kc_buf got;

static unsigned
transmit(const void *p, size_t len)
{
	struct kc_err err = { 0 };
	unsigned sw;

	kc_buf_free(&got);
	t_ok(apdu_answer(&layer, p, len, on_command, &echo, &got, &err),
	    &err);
	assert_true(got.len >= 2);
	sw = (unsigned)got.p[got.len - 2] << 8 | got.p[got.len - 1];
	got.len -= 2;
	return sw;
}
#define SEND(...) transmit((const uint8_t[]){ __VA_ARGS__ }, \
	sizeof (const uint8_t[]){ __VA_ARGS__ })

static int
fresh(void **state)
{
	(void)state;
	apdu_reset(&layer);
	echo = (struct echo){ .sw = SW_OK };
	return 0;
}

static int
done(void **state)
{
	(void)state;
	apdu_reset(&layer);
	kc_buf_free(&got);
	return 0;
}

static void
the_four_short_cases_are_read(void **state)
{
	(void)state;
	echo.answer = 3;
	assert_int_equal(SEND(0, 0x10, 0, 0), SW_OK);
	assert_int_equal(echo.len, 0);
	assert_int_equal(got.len, 3);
	assert_int_equal(SEND(0, 0x11, 0, 0, 3), SW_OK);
	assert_int_equal(got.len, 3);
	assert_int_equal(SEND(0, 0x12, 0, 0, 2, 0xAA, 0xBB), SW_OK);
	assert_int_equal(echo.len, 2);
	assert_int_equal(echo.data[1], 0xBB);
	assert_int_equal(SEND(0, 0x13, 0, 0, 2, 0xAA, 0xBB, 0), SW_OK);
	assert_int_equal(echo.len, 2);
	assert_int_equal(echo.ins, 0x13);
	assert_int_equal(echo.calls, 4);
}

static void
extended_lengths_are_read(void **state)
{
	uint8_t big[9 + 300] = { 0, 0x20, 0, 0, 0, 300 >> 8, 300 & 0xFF };

	(void)state;
	echo.answer = 1000;
	/* 2E: any number; then exactly 1000 */
	assert_int_equal(SEND(0, 0x20, 0, 0, 0, 0, 0), SW_OK);
	assert_int_equal(got.len, 1000);
	assert_int_equal(SEND(0, 0x20, 0, 0, 0, 3, 0xE8), SW_OK);
	assert_int_equal(got.len, 1000);
	/* 3E, 4E */
	big[306] = 0x5A;
	assert_int_equal(transmit(big, 7 + 300), SW_OK);
	assert_int_equal(echo.len, 300);
	assert_int_equal(echo.data[299], 0x5A);
	big[308] = 10;
	assert_int_equal(transmit(big, sizeof big), SW_MORE);
	assert_int_equal(got.len, 10);
	assert_int_equal(echo.len, 300);
}

/* A command of any wrong length gets 6700 and never reaches the card. */
static void
every_wrong_length_is_refused(void **state)
{
	uint8_t c[64] = { 0, 0x20, 0, 0, 20 };

	(void)state;
	for (size_t n = 0; n < 4; n++)
		assert_int_equal(transmit(c, n), SW_LENGTH);
	for (size_t n = 6; n < sizeof c; n++)
		if (n != 25 && n != 26)
			assert_int_equal(transmit(c, n), SW_LENGTH);
	c[4] = 0;
	c[6] = 20;
	for (size_t n = 6; n < sizeof c; n++)
		if (n != 7 && n != 27 && n != 29)
			assert_int_equal(transmit(c, n), SW_LENGTH);
	/* an extended Lc of nothing */
	assert_int_equal(SEND(0, 0x20, 0, 0, 0, 0, 0, 0), SW_LENGTH);
	assert_int_equal(echo.calls, 0);
	assert_int_equal(transmit(c, 27), SW_OK);
	assert_int_equal(echo.calls, 1);
}

static void
a_foreign_class_is_refused(void **state)
{
	(void)state;
	assert_int_equal(SEND(0x80, 0x20, 0, 0), SW_CLASS);
	assert_int_equal(SEND(0x0C, 0x20, 0, 0), SW_CLASS);
	assert_int_equal(echo.calls, 0);
}

static void
le_is_honoured_and_the_rest_is_fetched(void **state)
{
	(void)state;
	echo.answer = 20;
	assert_int_equal(SEND(0, 0xCB, 0, 0, 8), SW_MORE | 12);
	assert_int_equal(got.len, 8);
	assert_int_equal(SEND(0, 0xC0, 0, 0, 5), SW_MORE | 7);
	assert_int_equal(got.len, 5);
	assert_int_equal(got.p[0], (uint8_t)(8 * 7));
	assert_int_equal(SEND(0, 0xC0, 0, 0, 0), SW_OK);
	assert_int_equal(got.len, 7);
	assert_int_equal(got.p[6], (uint8_t)(19 * 7));
	assert_int_equal(SEND(0, 0xC0, 0, 0, 0), SW_CONDITIONS);
	assert_int_equal(echo.calls, 1);
}

static void
a_long_answer_comes_in_pieces_of_256(void **state)
{
	struct kc_buf all = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	echo.answer = 700;
	assert_int_equal(SEND(0, 0xCB, 0, 0), SW_MORE);
	assert_int_equal(got.len, 256);
	t_ok(kc_buf_add(&all, got.p, got.len, &err), &err);
	assert_int_equal(SEND(0, 0xC0, 0, 0, 0), SW_MORE | (700 - 512));
	t_ok(kc_buf_add(&all, got.p, got.len, &err), &err);
	assert_int_equal(SEND(0, 0xC0, 0, 0, 700 - 512), SW_OK);
	t_ok(kc_buf_add(&all, got.p, got.len, &err), &err);
	assert_int_equal(all.len, 700);
	for (size_t i = 0; i < 700; i++)
		assert_int_equal(all.p[i], (uint8_t)(i * 7));
	kc_buf_free(&all);
}

static void
another_command_drops_what_was_not_fetched(void **state)
{
	(void)state;
	echo.answer = 20;
	assert_int_equal(SEND(0, 0xCB, 0, 0, 8), SW_MORE | 12);
	echo.answer = 0;
	assert_int_equal(SEND(0, 0x20, 0, 0), SW_OK);
	assert_int_equal(SEND(0, 0xC0, 0, 0, 0), SW_CONDITIONS);
}

static void
an_error_brings_no_data(void **state)
{
	(void)state;
	echo.answer = 5;
	echo.sw = SW_SECURITY;
	assert_int_equal(SEND(0, 0x87, 0, 0), SW_SECURITY);
	assert_int_equal(got.len, 0);
}

static void
a_chain_is_one_command(void **state)
{
	(void)state;
	assert_int_equal(SEND(0x10, 0x87, 7, 0x9D, 2, 1, 2), SW_OK);
	assert_int_equal(SEND(0x10, 0x87, 7, 0x9D, 2, 3, 4), SW_OK);
	assert_int_equal(echo.calls, 0);
	echo.answer = 1;
	assert_int_equal(SEND(0, 0x87, 7, 0x9D, 1, 5, 0), SW_OK);
	assert_int_equal(echo.calls, 1);
	assert_int_equal(echo.len, 5);
	assert_memory_equal(echo.data, "\1\2\3\4\5", 5);
	/* and it is over */
	assert_int_equal(SEND(0, 0x87, 7, 0x9D, 1, 9), SW_OK);
	assert_int_equal(echo.len, 1);
}

static void
a_chain_that_another_command_interrupts_is_forgotten(void **state)
{
	(void)state;
	assert_int_equal(SEND(0x10, 0x87, 7, 0x9D, 2, 1, 2), SW_OK);
	assert_int_equal(SEND(0, 0xA4, 4, 0, 1, 9), SW_OK);
	assert_int_equal(echo.ins, 0xA4);
	assert_int_equal(echo.len, 1);
	assert_int_equal(SEND(0, 0x87, 7, 0x9D, 1, 5), SW_OK);
	assert_int_equal(echo.len, 1);
	assert_int_equal(echo.data[0], 5);
}

static void
a_chain_without_end_is_refused(void **state)
{
	uint8_t c[5 + 255] = { 0x10, 0xDB, 0x3F, 0xFF, 255 };
	unsigned links = 0;

	(void)state;
	while (transmit(c, sizeof c) == SW_OK)
		assert_true(++links <= APDU_CHAIN_MAX / 255);
	assert_int_equal(links, APDU_CHAIN_MAX / 255);
	assert_int_equal(echo.calls, 0);
	assert_int_equal(SEND(0, 0xDB, 0x3F, 0xFF, 1, 5), SW_OK);
	assert_int_equal(echo.len, 1);
}

static void
the_power_takes_chain_and_rest_with_it(void **state)
{
	(void)state;
	assert_int_equal(SEND(0x10, 0x87, 7, 0x9D, 2, 1, 2), SW_OK);
	apdu_reset(&layer);
	assert_int_equal(SEND(0, 0x87, 7, 0x9D, 1, 5), SW_OK);
	assert_int_equal(echo.len, 1);
	echo.answer = 20;
	assert_int_equal(SEND(0, 0xCB, 0, 0, 8), SW_MORE | 12);
	apdu_reset(&layer);
	assert_int_equal(SEND(0, 0xC0, 0, 0, 0), SW_CONDITIONS);
}

static void
malformed_elements_are_never_found(void **state)
{
	static const uint8_t good[] = { 0x5C, 3, 0x5F, 0xC1, 2, 0x7F, 0x49,
		0x81, 1, 0xAA };
	struct tlv t;

	(void)state;
	assert_true(tlv_find(good, sizeof good, 0x7F49, &t));
	assert_int_equal(t.len, 1);
	assert_int_equal(t.p[0], 0xAA);
	assert_false(tlv_find(good, sizeof good, 0x53, &t));
	for (size_t n = 0; n < sizeof good; n++) {
		bool found = tlv_find(good, n, 0x5C, &t);

		/* only where the first element ends is it a whole run */
		assert_int_equal(found, n == 5);
	}
	assert_false(tlv_find((const uint8_t[]){ 0x5C, 0x80 }, 2, 0x5C, &t));
	assert_false(tlv_find((const uint8_t[]){ 0x5C, 0x83, 0, 0, 0 }, 5,
	    0x5C, &t));
	assert_false(tlv_find((const uint8_t[]){ 0x5F, 0x81, 0x82, 0x83, 0 },
	    5, 0x5F, &t));
}

static void
lengths_are_written_shortest(void **state)
{
	static const uint8_t zeros[300];
	struct tlv_out o = { 0 };

	(void)state;
	tlv_add(&o, 0x53, zeros, 127);
	assert_memory_equal(o.b.p, "\x53\x7F", 2);
	kc_buf_free(&o.b);
	tlv_add(&o, 0x53, zeros, 128);
	assert_memory_equal(o.b.p, "\x53\x81\x80", 3);
	kc_buf_free(&o.b);
	tlv_add(&o, 0x7F49, zeros, 300);
	assert_memory_equal(o.b.p, "\x7F\x49\x82\x01\x2C", 5);
	assert_int_equal(o.b.len, 305);
	kc_buf_free(&o.b);
	tlv_add(&o, 0x53, zeros, 65536);
	assert_true(o.bad);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, fresh, done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_four_short_cases_are_read),
		CASE(extended_lengths_are_read),
		CASE(every_wrong_length_is_refused),
		CASE(a_foreign_class_is_refused),
		CASE(le_is_honoured_and_the_rest_is_fetched),
		CASE(a_long_answer_comes_in_pieces_of_256),
		CASE(another_command_drops_what_was_not_fetched),
		CASE(an_error_brings_no_data),
		CASE(a_chain_is_one_command),
		CASE(a_chain_that_another_command_interrupts_is_forgotten),
		CASE(a_chain_without_end_is_refused),
		CASE(the_power_takes_chain_and_rest_with_it),
		CASE(malformed_elements_are_never_found),
		CASE(lengths_are_written_shortest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
