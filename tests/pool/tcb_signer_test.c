/* SPDX-License-Identifier: Apache-2.0
 *
 * Collateral of a synthetic PKI: who signed it, and a platform that no level
 * covers.  What it says is in collateral_test.c.
 */
#include "tests/pool/faults.h"

#define SIGNER "\"Intel SGX TCB Signing\""

static void
ended(void *it)
{
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(it), -3600L));
}

static void
other_name(void *it)
{
	X509_NAME *name = X509_NAME_new();

	assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"Intel SGX Signing", -1, -1, 0), 1);
	assert_int_equal(X509_set_subject_name(it, name), 1);
	X509_NAME_free(name);
}

static void
signs_certificates(void *it)
{
	int at = X509_get_ext_by_NID(it, NID_key_usage, -1);
	struct kc_err err = { 0 };

	X509_EXTENSION_free(X509_delete_ext(it, at));
	t_ok(pool_pki_extend(it, it, "[x]\n"
	    "keyUsage=critical,digitalSignature,keyCertSign\n", &err), &err);
}

static void
list_ended(void *it)
{
	ASN1_TIME *t = X509_gmtime_adj(NULL, -60L);

	assert_int_equal(X509_CRL_set1_nextUpdate(it, t), 1);
	ASN1_TIME_free(t);
}

/* The lowest level asks for more than the platform has, as all above do. */
static void
no_level(void *it)
{
	struct kc_buf *b = it;
	char *at = (char *)b->p;

	while ((at = strstr(at, "{\"svn\":0}]")) != NULL)
		at[7] = '1';
}

#define ONE(what, piece, fn, link, text) \
	{ what, piece, 0, NULL, fn, link, KC_EREFUSED, text }

static const struct fault faults[] = {
	ONE("an expired TCB signer", POOL_PIECE_TCB, ended, "collateral",
	    "tcb-signing-chain.pem: " SIGNER " ended"),
	ONE("a TCB signer of another name", POOL_PIECE_TCB, other_name,
	    "collateral", "neither " SIGNER),
	ONE("a TCB signer that signs certificates", POOL_PIECE_TCB,
	    signs_certificates, "collateral", "the leaf is a CA"),
	ONE("an old PCK list", POOL_PIECE_PCK_CRL, list_ended, "collateral",
	    "pck-platform.crl: the revocation list ended"),
	ONE("an old root list", POOL_PIECE_ROOT_CRL, list_ended,
	    "collateral", "root.crl: the revocation list ended"),
	ONE("a platform below all levels", POOL_PIECE_TCB_INFO, no_level,
	    "tcb-status", "the platform reaches no level"),
};

/* Issued two minutes ago, so that a list may have ended since. */
static void
start(struct rehearsal *h, const struct fault *f)
{
	struct kc_err err = { 0 };

	begin(h, f);
	t_ok(issue(h, exchange_key, &err), &err);
	carry(h, kc_clock_utc_ms() - 120000);
}

static void
each_signer_and_list_fails_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		struct rehearsal h;

		start(&h, &faults[i]);
		fails_alone(&h, &faults[i]);
		end(&h);
	}
}

/* One file of another rehearsal in its place: the names are all the same. */
static void
what_another_signer_of_that_name_signed_is_refused(void **state)
{
	static const struct {
		struct fault f;
		enum pool_collateral_file at;
	} cases[] = {
		{ { .what = "another TCB info",
		    .text = "ECDSA signature does not hold" },
		  POOL_TCB_INFO },
		{ { .what = "another QE identity",
		    .text = "ECDSA signature does not hold" },
		  POOL_QE_IDENTITY },
		{ { .what = "another signer",
		    .text = "a certificate's signature does not hold" },
		  POOL_TCB_CHAIN },
	};
	struct rehearsal h, other;

	(void)state;
	start(&h, NULL);
	start(&other, NULL);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fault f = cases[i].f;

		f.link = "collateral";
		f.code = KC_EREFUSED;
		h.carried.file[cases[i].at].data =
		    other.made.file[cases[i].at];
		fails_alone(&h, &f);
		h.carried.file[cases[i].at].data = h.made.file[cases[i].at];
	}
	end(&other);
	end(&h);
}

static void
a_list_changed_after_signing_is_refused(void **state)
{
	static const struct fault f = { .what = "a changed list",
		.link = "collateral", .code = KC_EREFUSED,
		.text = "the revocation list's signature does not hold" };
	struct rehearsal h;
	struct kc_buf *b;

	(void)state;
	start(&h, NULL);
	b = &h.made.file[POOL_PCK_CRL];
	b->p[b->len - 1] ^= 1;
	fails_alone(&h, &f);
	end(&h);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_signer_and_list_fails_alone),
		cmocka_unit_test(
		    what_another_signer_of_that_name_signed_is_refused),
		cmocka_unit_test(a_list_changed_after_signing_is_refused),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
