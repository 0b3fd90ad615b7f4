/* SPDX-License-Identifier: Apache-2.0
 *
 * The quote's parser, on bytes made here: every cut, every length, every
 * field that has one right value.
 */
#include "tests/check.h"

#include "sd/quote.h"

#define OE 16
#define AUTH 5
#define CHAIN 9
#define TOTAL (OE + 436 + 576 + 2 + AUTH + 6 + CHAIN)

static void
put(uint8_t *p, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++, v >>= 8)
		p[i] = (uint8_t)v;
}

/* A quote whose every free byte is its offset. */
static void
make(uint8_t b[static TOTAL])
{
	uint8_t *q = b + OE;

	for (size_t i = 0; i < TOTAL; i++)
		b[i] = (uint8_t)i;
	put(b, 1, 4);
	put(b + 4, 2, 4);
	put(b + 8, TOTAL - OE, 8);
	put(q, 3, 2);
	put(q + 2, 2, 2);
	put(q + 432, TOTAL - OE - 436, 4);
	put(q + 1012, AUTH, 2);
	put(q + 1014 + AUTH, 5, 2);
	put(q + 1016 + AUTH, CHAIN, 4);
	b[TOTAL - 1] = 0;
}

static void
every_field_is_found_where_the_format_puts_it(void **state)
{
	uint8_t b[TOTAL], *q = b + OE;
	struct kc_err err = { 0 };
	struct sd_quote found;

	(void)state;
	make(b);
	put(q + 48 + 256, 0x1234, 2);
	put(q + 48 + 258, 0x5678, 2);
	q[48 + 48] = 0x05;
	q[564 + 48] = 0x17;
	t_ok(sd_quote_parse(b, TOTAL, &found, &err), &err);
	assert_ptr_equal(found.signed_part, q);
	assert_ptr_equal(found.vendor, q + 12);
	assert_ptr_equal(found.enclave.bytes, q + 48);
	assert_ptr_equal(found.enclave.mrenclave, q + 48 + 64);
	assert_ptr_equal(found.enclave.mrsigner, q + 48 + 128);
	assert_int_equal(found.enclave.prod_id, 0x1234);
	assert_int_equal(found.enclave.svn, 0x5678);
	assert_false(found.enclave.debug);
	assert_ptr_equal(found.enclave.data, q + 48 + 320);
	assert_ptr_equal(found.signature, q + 436);
	assert_ptr_equal(found.key, q + 500);
	assert_ptr_equal(found.qe.bytes, q + 564);
	assert_true(found.qe.debug);
	assert_ptr_equal(found.qe_signature, q + 948);
	assert_ptr_equal(found.auth, q + 1014);
	assert_int_equal(found.auth_len, AUTH);
	assert_ptr_equal(found.chain, q + 1020 + AUTH);
	/* The NUL that ends the chain is not part of it. */
	assert_int_equal(found.chain_len, CHAIN - 1);
}

static void
a_quote_cut_at_any_length_is_malformed(void **state)
{
	uint8_t b[TOTAL];
	struct kc_err err = { 0 };
	struct sd_quote found;

	(void)state;
	make(b);
	for (size_t n = 0; n < TOTAL; n++) {
		/* An own block, so that a read behind it is seen. */
		uint8_t *cut = malloc(n + 1);

		assert_non_null(cut);
		memcpy(cut, b, n);
		t_fails(sd_quote_parse(cut, n, &found, &err), &err,
		    KC_EFORMAT, "the evidence");
		free(cut);
	}
}

static void
a_cut_quote_whose_lengths_were_mended_is_malformed(void **state)
{
	uint8_t b[TOTAL];
	struct kc_err err = { 0 };
	struct sd_quote found;

	(void)state;
	for (size_t n = OE + 436; n < TOTAL - CHAIN; n++) {
		make(b);
		put(b + 8, n - OE, 8);
		put(b + OE + 432, n - OE - 436, 4);
		t_fails(sd_quote_parse(b, n, &found, &err), &err, KC_EFORMAT,
		    "the evidence");
	}
}

static void
a_byte_behind_the_quote_is_malformed(void **state)
{
	uint8_t b[TOTAL + 1] = { 0 };
	struct kc_err err = { 0 };
	struct sd_quote found;

	(void)state;
	make(b);
	t_fails(sd_quote_parse(b, TOTAL + 1, &found, &err), &err, KC_EFORMAT,
	    "quote's length at offset 8");
	put(b + 8, TOTAL + 1 - OE, 8);
	t_fails(sd_quote_parse(b, TOTAL + 1, &found, &err), &err, KC_EFORMAT,
	    "signature data's length at offset 448");
	put(b + OE + 432, TOTAL + 1 - OE - 436, 4);
	t_fails(sd_quote_parse(b, TOTAL + 1, &found, &err), &err, KC_EFORMAT,
	    "certification data's length");
}

static void
each_length_and_type_has_one_right_value(void **state)
{
	static const struct {
		size_t at, n;
		const char *name;
	} fields[] = {
		{ 0, 4, "header version" },
		{ 4, 4, "header type" },
		{ 8, 8, "quote's length" },
		{ OE, 2, "quote version" },
		{ OE + 2, 2, "attestation key type" },
		{ OE + 432, 4, "signature data's length" },
		{ OE + 1014 + AUTH, 2, "certification data type" },
		{ OE + 1016 + AUTH, 4, "certification data's length" },
	};
	uint8_t b[TOTAL];
	struct kc_err err = { 0 };
	struct sd_quote found;

	(void)state;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		for (size_t bit = 0; bit < 8 * fields[i].n; bit++) {
			make(b);
			b[fields[i].at + bit / 8] ^= (uint8_t)(1 << bit % 8);
			t_fails(sd_quote_parse(b, TOTAL, &found, &err), &err,
			    KC_EFORMAT, fields[i].name);
		}
}

static void
an_auth_length_beyond_the_end_is_malformed(void **state)
{
	uint8_t b[TOTAL];
	struct kc_err err = { 0 };
	struct sd_quote found;

	(void)state;
	for (unsigned n = 0; n <= UINT16_MAX; n++) {
		if (n == AUTH)
			continue;
		make(b);
		put(b + OE + 1012, n, 2);
		assert_int_equal(sd_quote_parse(b, TOTAL, &found, &err).code,
		    KC_EFORMAT);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    every_field_is_found_where_the_format_puts_it),
		cmocka_unit_test(a_quote_cut_at_any_length_is_malformed),
		cmocka_unit_test(
		    a_cut_quote_whose_lengths_were_mended_is_malformed),
		cmocka_unit_test(a_byte_behind_the_quote_is_malformed),
		cmocka_unit_test(each_length_and_type_has_one_right_value),
		cmocka_unit_test(an_auth_length_beyond_the_end_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
