/* SPDX-License-Identifier: Apache-2.0
 *
 * Evidence of a synthetic PKI: the honest one is proven, and each link fails
 * alone and is named.
 */
#include "tests/pool/faults.h"

#define Q 48			/* the report, behind the quote's header */

static void
proven(const struct rehearsal *h, struct sd_evidence *ret)
{
	struct kc_err err = { 0 };

	t_ok(sd_evidence_check(&h->x, &h->pins, ret, &err), &err);
	assert_true(ret->present && ret->parsed && ret->proven);
	assert_int_equal(count(ret, SD_LINK_FAILS), 0);
	assert_int_equal(count(ret, SD_LINK_SKIPPED), 0);
}

static void
an_honest_quote_is_proven_under_its_rehearsal_root(void **state)
{
	struct rehearsal h;
	struct sd_evidence e = { 0 };
	struct kc_err err = { 0 };
	uint8_t signer[KC_SHA256];

	(void)state;
	begin(&h, NULL);
	t_ok(issue(&h, exchange_key, &err), &err);
	proven(&h, &e);
	assert_true(e.rehearsal);
	t_ok(pool_mrsigner(signer, &err), &err);
	assert_memory_equal(e.mrsigner, signer, sizeof signer);
	assert_int_equal(e.prod_id, POOL_ENCLAVE_PRODUCT);
	assert_int_equal(e.svn, POOL_ENCLAVE_SVN);
	assert_int_equal(e.qe_svn, POOL_QE_SVN);
	assert_int_equal(link_of(&e, "collateral")->state, SD_LINK_UNPROVED);
	assert_non_null(strstr(link_of(&e, "pck-root")->text, "REHEARSAL"));
	end(&h);
}

static void
the_jwk_and_the_body_bring_the_same_evidence(void **state)
{
	static const struct { enum pool_carrier as; enum sd_carrier is; }
	    forms[] = { { POOL_AS_JWK, SD_CARRIER_JWK },
		{ POOL_AS_BODY, SD_CARRIER_BODY } };
	struct rehearsal h;
	struct pool_exchange how = { .pool = POOL, .pki = &h.pki };
	struct sd_evidence e = { 0 };
	struct kc_buf text = { 0 };
	struct kc_err err = { 0 };
	X509 *cert = NULL;

	(void)state;
	begin(&h, NULL);
	t_ok(pool_exchange_cert(&how, exchange_key, &cert, &err), &err);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		text.len = 0;
		t_ok(pool_carrier_write(cert, forms[i].as, &text, &err),
		    &err);
		t_ok(sd_exchange_read("it", text.p, text.len, &h.x, &err),
		    &err);
		assert_int_equal(h.x.carrier, forms[i].is);
		proven(&h, &e);
		sd_exchange_free(&h.x);
	}
	kc_buf_free(&text);
	X509_free(cert);
	end(&h);
}

/* Whatever it belongs to: name, dates, key, quote, chain, signature.  One in
 * five, with each bit in turn: all of them take ten seconds. */
static void
a_changed_byte_anywhere_is_refused(void **state)
{
	struct rehearsal h;
	struct sd_exchange x = { 0 };
	struct sd_evidence e = { 0 };
	struct kc_err err = { 0 };
	kc_result r;
	size_t len;

	(void)state;
	begin(&h, NULL);
	t_ok(issue(&h, exchange_key, &err), &err);
	len = h.x.cert.der.len;
	assert_true(len > 4000);
	for (size_t at = 0; at < len; at += 5) {
		uint8_t *p = &h.x.cert.der.p[at], was = *p;

		*p ^= (uint8_t)(1u << at % 8);
		r = sd_exchange_read("it", h.x.cert.der.p, len, &x, &err);
		if (kc_ok(r))
			r = sd_evidence_check(&x, &h.pins, &e, &err);
		sd_exchange_free(&x);
		if (kc_exit(r.code) != 1 && kc_exit(r.code) != 3)
			fail_msg("byte %zu: %s", at, kc_symbol(r.code));
		*p = was;
	}
	end(&h);
}

static void
without_the_rehearsal_root_the_chain_ends_in_no_root_of_intel(void **state)
{
	static const struct fault f = { .what = "no root given",
		.link = "pck-root", .code = KC_EREFUSED,
		.text = "root is not Intel's SGX root" };
	struct rehearsal h;
	struct kc_err err = { 0 };

	(void)state;
	begin(&h, NULL);
	t_ok(issue(&h, exchange_key, &err), &err);
	h.pins.root = NULL;
	fails_alone(&h, &f);
	end(&h);
}

static void
another_rehearsals_root_is_not_this_ones(void **state)
{
	static const struct fault f = { .what = "a foreign root",
		.link = "pck-root", .code = KC_EREFUSED,
		.text = "root is not the rehearsal root" };
	struct rehearsal h, other;
	struct kc_err err = { 0 };

	(void)state;
	begin(&h, NULL);
	begin(&other, NULL);
	t_ok(issue(&h, exchange_key, &err), &err);
	h.pins.root = &other.root;
	fails_alone(&h, &f);
	end(&other);
	end(&h);
}

static void
without_both_pins_nothing_is_proven(void **state)
{
	struct rehearsal h;
	struct sd_evidence e = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	begin(&h, NULL);
	t_ok(issue(&h, exchange_key, &err), &err);
	h.pins.has_mrsigner = false;
	t_fails(sd_evidence_check(&h.x, &h.pins, &e, &err), &err, KC_EREFUSED,
	    "not proven: the MRSIGNER is not pinned");
	assert_false(e.proven);
	h.pins.has_mrsigner = true;
	h.pins.pool = NULL;
	t_fails(sd_evidence_check(&h.x, &h.pins, &e, &err), &err, KC_EREFUSED,
	    "not proven: the pool's name is not pinned");
	assert_false(e.proven);
	assert_int_equal(count(&e, SD_LINK_FAILS), 0);
	end(&h);
}

static void
append_byte(void *it)
{
	struct kc_err err = { 0 };

	t_ok(kc_buf_add(it, "", 1, &err), &err);
}

static void
cut_byte(void *it)
{
	struct kc_buf *b = it;

	b->len--;
}

/* The bytes of a quote: where they are is spec section 12. */
static const struct fault quote_faults[] = {
	{ "a header of version 2", POOL_PIECE_EVIDENCE, 0, "02", NULL,
	  "evidence", KC_EFORMAT, "header version" },
	{ "a header of type 1", POOL_PIECE_EVIDENCE, 4, "01", NULL,
	  "evidence", KC_EFORMAT, "header type" },
	{ "a header with another length", POOL_PIECE_EVIDENCE, 8, NULL, NULL,
	  "evidence", KC_EFORMAT, "quote's length" },
	{ "a byte behind the quote", POOL_PIECE_EVIDENCE, 0, NULL,
	  append_byte, "evidence", KC_EFORMAT, "quote's length" },
	{ "a byte less", POOL_PIECE_EVIDENCE, 0, NULL, cut_byte, "evidence",
	  KC_EFORMAT, "quote's length" },
	{ "a byte behind, counted", POOL_PIECE_QUOTE, 0, NULL, append_byte,
	  "evidence", KC_EFORMAT, "signature data's length" },
	{ "a byte less, counted", POOL_PIECE_QUOTE, 0, NULL, cut_byte,
	  "evidence", KC_EFORMAT, "signature data's length" },
	{ "a quote of version 4", POOL_PIECE_QUOTED, 0, "04", NULL,
	  "evidence", KC_EFORMAT, "quote version" },
	{ "an attestation key of P-384", POOL_PIECE_QUOTED, 2, "03", NULL,
	  "evidence", KC_EFORMAT, "attestation key type" },
	{ "signature data of another length", POOL_PIECE_QUOTE, 432, NULL,
	  NULL, "evidence", KC_EFORMAT, "signature data's length" },
	{ "authentication data of another length", POOL_PIECE_QUOTE, 1012,
	  NULL, NULL, "evidence", KC_EFORMAT, "certification data" },
	{ "certification data of type 1", POOL_PIECE_QUOTE, 1046, "01", NULL,
	  "evidence", KC_EFORMAT, "certification data type" },
	{ "a chain of another length", POOL_PIECE_QUOTE, 1048, NULL, NULL,
	  "evidence", KC_EFORMAT, "certification data's length" },
	{ "a foreign QE vendor", POOL_PIECE_QUOTED, 12, NULL, NULL,
	  "qe-identity", KC_EREFUSED, "QE vendor is not Intel" },
	{ "a foreign QE signer", POOL_PIECE_QE_REPORT, 128, NULL, NULL,
	  "qe-identity", KC_EREFUSED, "MRSIGNER is not Intel's" },
	{ "a QE signer that differs at its end", POOL_PIECE_QE_REPORT, 159,
	  NULL, NULL, "qe-identity", KC_EREFUSED, "MRSIGNER is not Intel's" },
	{ "a QE of product 2", POOL_PIECE_QE_REPORT, 256, "02", NULL,
	  "qe-identity", KC_EREFUSED, "ISVPRODID is 2, not 1" },
	{ "a QE of product 257", POOL_PIECE_QE_REPORT, 256, "0101", NULL,
	  "qe-identity", KC_EREFUSED, "ISVPRODID is 257, not 1" },
	{ "a QE with MISCSELECT", POOL_PIECE_QE_REPORT, 16, "01", NULL,
	  "qe-identity", KC_EREFUSED, "MISCSELECT is not 0" },
	{ "a QE in debug", POOL_PIECE_QE_REPORT, 48, "17", NULL, "qe-debug",
	  KC_EREFUSED, "the quoting enclave runs in DEBUG mode" },
	{ "a QE below the floor", POOL_PIECE_QE_REPORT, 258, "07", NULL,
	  "qe-svn", KC_EREFUSED, "ISVSVN 7, below the floor of 8" },
	{ "a QE report on another attestation key", POOL_PIECE_QE_REPORT,
	  320, NULL, NULL, "qe-binding", KC_EREFUSED,
	  "another attestation key" },
	{ "a QE report whose data go on", POOL_PIECE_QE_REPORT, 352, NULL,
	  NULL, "qe-binding", KC_EREFUSED, "another attestation key" },
	{ "authentication data that were changed", POOL_PIECE_QUOTE, 1014,
	  NULL, NULL, "qe-binding", KC_EREFUSED, "another attestation key" },
	{ "an attestation key that was changed", POOL_PIECE_QUOTE, 563, NULL,
	  NULL, "qe-binding", KC_EREFUSED, "another attestation key" },
	{ "a QE report that was changed", POOL_PIECE_QUOTE, 564 + 64, NULL,
	  NULL, "qe-signature", KC_EREFUSED, "signature does not hold" },
	{ "a QE signature that was changed", POOL_PIECE_QUOTE, 1011, NULL,
	  NULL, "qe-signature", KC_EREFUSED, "signature does not hold" },
	{ "a QE signature of zeros", POOL_PIECE_QUOTE, 948,
	  "00000000000000000000000000000000"
	  "00000000000000000000000000000000"
	  "00000000000000000000000000000000"
	  "00000000000000000000000000000000", NULL, "qe-signature",
	  KC_EREFUSED, "signature does not hold" },
	{ "a quote that was changed", POOL_PIECE_QUOTE, Q + 64, NULL, NULL,
	  "quote-signature", KC_EREFUSED, "signature does not hold" },
	{ "user data that were changed", POOL_PIECE_QUOTE, 28, NULL, NULL,
	  "quote-signature", KC_EREFUSED, "signature does not hold" },
	{ "a quote signature that was changed", POOL_PIECE_QUOTE, 436, NULL,
	  NULL, "quote-signature", KC_EREFUSED, "signature does not hold" },
	{ "an enclave in debug", POOL_PIECE_QUOTED, Q + 48, "07", NULL,
	  "enclave-debug", KC_EREFUSED, "the enclave runs in DEBUG mode" },
	{ "another enclave's signer", POOL_PIECE_QUOTED, Q + 128, NULL, NULL,
	  "enclave-signer", KC_EREFUSED, "not the pinned 090b4a3a" },
	{ "an enclave of product 2", POOL_PIECE_QUOTED, Q + 256, "02", NULL,
	  "enclave-product", KC_EREFUSED, "ISVPRODID is 2, not 1" },
	{ "an enclave below the floor", POOL_PIECE_QUOTED, Q + 258, "00",
	  NULL, "enclave-svn", KC_EREFUSED, "ISVSVN 0, below the floor of 1" },
	{ "a report on another key", POOL_PIECE_QUOTED, Q + 320, NULL, NULL,
	  "key-binding", KC_EREFUSED, "another key than this" },
	{ "report data that go on", POOL_PIECE_QUOTED, Q + 383, NULL, NULL,
	  "key-binding", KC_EREFUSED, "another key than this" },
};

static void
each_link_of_the_quote_fails_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof quote_faults / sizeof *quote_faults;
	    i++) {
		struct rehearsal h;
		struct kc_err err = { 0 };

		begin(&h, &quote_faults[i]);
		t_ok(issue(&h, exchange_key, &err), &err);
		fails_alone(&h, &quote_faults[i]);
		end(&h);
	}
}

static struct kc_buf genuine;

static void
put_genuine(void *it)
{
	struct kc_err err = { 0 };
	struct kc_buf *b = it;

	b->len = 0;
	t_ok(kc_buf_add(b, genuine.p, genuine.len, &err), &err);
}

/* What is honest for one key says nothing for another: the same platform,
 * and the exchange key signs what it carries. */
static void
a_genuine_quote_for_another_key_is_refused(void **state)
{
	static const struct fault f = { .what = "another key's quote",
		.piece = POOL_PIECE_EVIDENCE, .fn = put_genuine,
		.link = "key-binding", .code = KC_EREFUSED,
		.text = "another key than this certificate's" };
	struct rehearsal h;
	struct sd_evidence e = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	begin(&h, NULL);
	t_ok(issue(&h, other_key, &err), &err);
	proven(&h, &e);
	genuine = h.x.evidence;
	h.x.evidence = (struct kc_buf){ 0 };
	sd_exchange_free(&h.x);
	h.edit.ctx = (void *)(uintptr_t)&f;
	h.pki.edit = &h.edit;
	t_ok(issue(&h, exchange_key, &err), &err);
	fails_alone(&h, &f);
	kc_buf_free(&genuine);
	end(&h);
}

static void
the_floors_and_the_product_are_the_sites(void **state)
{
	static const struct {
		struct fault f;
		uint16_t product, svn, qe_svn;
	} cases[] = {
		{ { .what = "product 2 pinned", .link = "enclave-product",
		    .code = KC_EREFUSED, .text = "ISVPRODID is 1, not 2" },
		  2, 1, 8 },
		{ { .what = "a floor of 2", .link = "enclave-svn",
		    .code = KC_EREFUSED, .text = "below the floor of 2" },
		  1, 2, 8 },
		{ { .what = "a QE floor of 9", .link = "qe-svn",
		    .code = KC_EREFUSED, .text = "below the floor of 9" },
		  1, 1, 9 },
	};
	struct rehearsal h;
	struct kc_err err = { 0 };

	(void)state;
	begin(&h, NULL);
	t_ok(issue(&h, exchange_key, &err), &err);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		h.pins.prod_id = cases[i].product;
		h.pins.svn_min = cases[i].svn;
		h.pins.qe_svn_min = cases[i].qe_svn;
		fails_alone(&h, &cases[i].f);
	}
	end(&h);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    an_honest_quote_is_proven_under_its_rehearsal_root),
		cmocka_unit_test(the_jwk_and_the_body_bring_the_same_evidence),
		cmocka_unit_test(
		    a_changed_byte_anywhere_is_refused),
		cmocka_unit_test(
	    without_the_rehearsal_root_the_chain_ends_in_no_root_of_intel),
		cmocka_unit_test(another_rehearsals_root_is_not_this_ones),
		cmocka_unit_test(without_both_pins_nothing_is_proven),
		cmocka_unit_test(each_link_of_the_quote_fails_alone),
		cmocka_unit_test(a_genuine_quote_for_another_key_is_refused),
		cmocka_unit_test(the_floors_and_the_product_are_the_sites),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
