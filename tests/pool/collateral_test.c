/* SPDX-License-Identifier: Apache-2.0
 *
 * What is carried in beside a quote: with it TCB status and revocation are
 * checked; each thing that is wrong with it fails one link by name.
 */
#include "tests/pool/faults.h"

#include <openssl/pem.h>

#define DAY_MS (24 * 3600 * 1000LL)

/* What may be put in place of a text; both as long or not. */
static const char *from_text, *to_text;

static void
reword(void *it)
{
	struct kc_buf *b = it, out = { 0 };
	const char *at = strstr(kc_buf_str(b), from_text);
	struct kc_err err = { 0 };

	assert_non_null(at);
	t_ok(kc_buf_add(&out, b->p, (size_t)(at - kc_buf_str(b)), &err),
	    &err);
	t_ok(kc_buf_adds(&out, to_text, &err), &err);
	t_ok(kc_buf_adds(&out, at + strlen(from_text), &err), &err);
	kc_buf_free(b);
	*b = out;
}

/* A rehearsal with collateral made so much later than it is judged. */
static void
judge_with(struct rehearsal *h, const struct fault *f, int64_t later_ms)
{
	struct kc_err err = { 0 };

	begin(h, f);
	t_ok(issue(h, exchange_key, &err), &err);
	carry(h, h->pins.at_ms + later_ms);
}

static const struct sd_link *
proven_link(struct rehearsal *h, const char *name, struct sd_evidence *e)
{
	struct kc_err err = { 0 };

	t_ok(sd_evidence_check(&h->x, &h->pins, e, &err), &err);
	assert_true(e->proven);
	return link_of(e, name);
}

static void
with_all_of_it_status_and_revocation_hold(void **state)
{
	static const char *const names[] = { "collateral", "tcb-status",
		"qe-status", "revocation" };
	struct rehearsal h;
	struct sd_evidence e;

	(void)state;
	judge_with(&h, NULL, 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(proven_link(&h, names[i], &e)->state,
		    SD_LINK_HOLDS);
	assert_non_null(strstr(link_of(&e, "tcb-status")->text,
	    "the platform is UpToDate"));
	assert_non_null(strstr(link_of(&e, "qe-status")->text,
	    "the quoting enclave is UpToDate"));
	end(&h);
}

/* A JSON text of Intel's, differently worded before it is signed. */
static const struct {
	enum pool_piece piece;
	const char *from, *to, *link, *says;
	enum kc_code code;
} texts[] = {
	{ POOL_PIECE_TCB_INFO, "UpToDate", "OutOfDate", "tcb-status",
	  "the platform is OutOfDate", KC_EREFUSED },
	{ POOL_PIECE_TCB_INFO, "UpToDate", "ConfigurationNeeded",
	  "tcb-status", "is ConfigurationNeeded", KC_EREFUSED },
	{ POOL_PIECE_TCB_INFO, "UpToDate", "ConfigurationAndSWHardeningNeeded",
	  "tcb-status", "is ConfigurationAndSWHardeningNeeded", KC_EREFUSED },
	{ POOL_PIECE_TCB_INFO, "UpToDate", "Revoked", "tcb-status",
	  "the platform is Revoked", KC_EREFUSED },
	{ POOL_PIECE_TCB_INFO, "UpToDate", "Fine", "tcb-status",
	  "the platform is Fine", KC_EREFUSED },
	/* One component above the platform's: the next level counts. */
	{ POOL_PIECE_TCB_INFO, "{\"svn\":11}", "{\"svn\":12}", "tcb-status",
	  "the platform is OutOfDate", KC_EREFUSED },
	{ POOL_PIECE_TCB_INFO, "\"pcesvn\":13", "\"pcesvn\":14",
	  "tcb-status", "the platform is OutOfDate", KC_EREFUSED },
	{ POOL_PIECE_TCB_INFO, "{\"svn\":11},", "", "tcb-status",
	  "has 15 items", KC_EFORMAT },
	{ POOL_PIECE_TCB_INFO, "\"tcbType\":0", "\"tcbType\":1",
	  "tcb-status", "\"tcbType\" is 1", KC_EFORMAT },
	{ POOL_PIECE_TCB_INFO, "\"version\":3", "\"version\":2",
	  "collateral", "tcbInfo is \"SGX\" version 2", KC_EREFUSED },
	{ POOL_PIECE_TCB_INFO, "\"SGX\"", "\"TDX\"", "collateral",
	  "tcbInfo is \"TDX\"", KC_EREFUSED },
	{ POOL_PIECE_TCB_INFO, "\"issueDate\":\"2", "\"issueDate\":\"x",
	  "collateral", "\"issueDate\" is no time", KC_EFORMAT },
	{ POOL_PIECE_QE_IDENTITY, "UpToDate", "OutOfDate", "qe-status",
	  "the quoting enclave is OutOfDate", KC_EREFUSED },
	{ POOL_PIECE_QE_IDENTITY, "\"isvsvn\":8", "\"isvsvn\":9",
	  "qe-status", "the quoting enclave is OutOfDate", KC_EREFUSED },
	{ POOL_PIECE_QE_IDENTITY, "\"attributes\":\"11",
	  "\"attributes\":\"13", "qe-status",
	  "\"attributes\" is not that of Intel's", KC_EREFUSED },
	{ POOL_PIECE_QE_IDENTITY, "\"miscselect\":\"00",
	  "\"miscselect\":\"01", "qe-status",
	  "\"miscselect\" is not that of Intel's", KC_EREFUSED },
	{ POOL_PIECE_QE_IDENTITY, "8C4F", "8C4E", "qe-status",
	  "\"mrsigner\" is not that of Intel's", KC_EREFUSED },
	{ POOL_PIECE_QE_IDENTITY, "\"isvprodid\":1", "\"isvprodid\":2",
	  "qe-status", "\"isvprodid\" is not that", KC_EREFUSED },
	{ POOL_PIECE_QE_IDENTITY, "\"QE\"", "\"QVE\"", "collateral",
	  "enclaveIdentity is \"QVE\"", KC_EREFUSED },
};

static void
each_wording_that_does_not_hold_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct fault f = { .what = texts[i].to,
			.piece = texts[i].piece, .fn = reword,
			.link = texts[i].link, .code = texts[i].code,
			.text = texts[i].says };
		struct rehearsal h;

		from_text = texts[i].from;
		to_text = texts[i].to;
		judge_with(&h, &f, 0);
		fails_alone(&h, &f);
		end(&h);
	}
}

static void
software_hardening_holds_and_is_said_with_its_advisories(void **state)
{
	struct fault f = { .piece = POOL_PIECE_TCB_INFO, .fn = reword };
	struct rehearsal h;
	struct sd_evidence e;

	(void)state;
	from_text = "\"UpToDate\"";
	to_text = "\"SWHardeningNeeded\",\"advisoryIDs\":"
	    "[\"INTEL-SA-00334\",\"INTEL-SA-00615\"]";
	judge_with(&h, &f, 0);
	assert_non_null(strstr(proven_link(&h, "tcb-status", &e)->text,
	    "is SWHardeningNeeded by the level of 2024-11-13T00:00:00Z; "
	    "INTEL-SA-00334, INTEL-SA-00615"));
	end(&h);
}

static void
of_another_family_it_says_nothing(void **state)
{
	struct fault f = { .piece = POOL_PIECE_TCB_INFO, .fn = reword };
	struct rehearsal h;
	struct sd_evidence e;

	(void)state;
	from_text = "00606A000000";
	to_text = "00606A000001";
	judge_with(&h, &f, 0);
	assert_int_equal(proven_link(&h, "tcb-status", &e)->state,
	    SD_LINK_UNPROVED);
	assert_non_null(strstr(link_of(&e, "tcb-status")->text,
	    "no TCB info for FMSPC 00606a000000"));
	end(&h);
}

static X509 *revoked;		/* whose serial number goes on the list */

static void
put_on_the_list(void *it)
{
	X509_REVOKED *row = X509_REVOKED_new();
	ASN1_TIME *now = ASN1_TIME_set(NULL, time(NULL) - 60);

	assert_int_equal(X509_REVOKED_set_serialNumber(row,
	    X509_get_serialNumber(revoked)), 1);
	assert_int_equal(X509_REVOKED_set_revocationDate(row, now), 1);
	assert_int_equal(X509_CRL_add0_revoked(it, row), 1);
	ASN1_TIME_free(now);
}

static void
make_partial(void *it)
{
	ASN1_INTEGER *n = ASN1_INTEGER_new();

	assert_int_equal(ASN1_INTEGER_set(n, 1), 1);
	assert_int_equal(X509_CRL_add1_ext_i2d(it, NID_delta_crl, n, 1, 0),
	    1);
	ASN1_INTEGER_free(n);
}

static void
a_revoked_certificate_fails_the_link_revocation(void **state)
{
	static const struct {
		enum pool_piece list;
		enum pool_cert who;
		const char *says;
	} cases[] = {
		{ POOL_PIECE_PCK_CRL, POOL_PCK, "the PCK CA revoked" },
		{ POOL_PIECE_ROOT_CRL, POOL_CA, "the root revoked the PCK" },
		{ POOL_PIECE_ROOT_CRL, POOL_TCB, "or the TCB signer" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fault f = { .what = cases[i].says,
			.piece = cases[i].list, .fn = put_on_the_list,
			.link = "revocation", .code = KC_EREFUSED,
			.text = cases[i].says };
		struct rehearsal h;
		struct kc_err err = { 0 };

		begin(&h, &f);
		revoked = h.pki.of[cases[i].who].cert;
		t_ok(issue(&h, exchange_key, &err), &err);
		carry(&h, h.pins.at_ms);
		fails_alone(&h, &f);
		end(&h);
	}
}

static void
a_partial_list_is_refused(void **state)
{
	struct fault f = { .what = "a delta list", .piece =
		POOL_PIECE_PCK_CRL, .fn = make_partial, .link = "collateral",
		.code = KC_EREFUSED, .text = "has a critical extension" };
	struct rehearsal h;

	(void)state;
	judge_with(&h, &f, 0);
	fails_alone(&h, &f);
	end(&h);
}

static void
outside_its_dates_it_fails(void **state)
{
	static const struct fault late = { .what = "31 days old",
		.link = "collateral", .code = KC_EREFUSED, .text = "ended" };
	static const struct fault early = { .what = "of tomorrow",
		.link = "collateral", .code = KC_EREFUSED,
		.text = "is not valid before" };
	struct rehearsal h;

	(void)state;
	judge_with(&h, NULL, -31 * DAY_MS);
	fails_alone(&h, &late);
	/* The lists come first; without them the JSON's own dates count. */
	h.carried.n = POOL_TCB_CHAIN + 1;
	fails_alone(&h, &(struct fault){ .what = "31 days old",
	    .link = "collateral", .code = KC_EREFUSED,
	    .text = "tcbInfo was to be replaced by" });
	end(&h);
	judge_with(&h, NULL, DAY_MS);
	fails_alone(&h, &early);
	end(&h);
}

/* Only some of the files, by a mask over their places. */
static void
keep(struct rehearsal *h, unsigned mask)
{
	h->carried.n = 0;
	for (unsigned i = 0; i < POOL_COLLATERAL_FILES; i++)
		if (mask >> i & 1) {
			h->carried.file[h->carried.n].name =
			    pool_collateral_names[i];
			h->carried.file[h->carried.n++].data =
			    h->made.file[i];
		}
}

static void
what_is_missing_is_unproved_and_said(void **state)
{
	static const struct {
		unsigned mask;
		const char *link, *says;
	} cases[] = {
		{ 1u << POOL_PCK_CRL, "revocation", "list of the root was" },
		{ 1u << POOL_ROOT_CRL, "revocation", "of the PCK CA was" },
		{ 1u << POOL_TCB_CHAIN, "tcb-status", "no TCB info" },
		{ 1u << POOL_TCB_CHAIN, "qe-status", "no QE identity" },
		{ 1u << POOL_TCB_CHAIN, "revocation", "root and PCK CA" },
	};
	struct rehearsal h;
	struct sd_evidence e;

	(void)state;
	judge_with(&h, NULL, 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct sd_link *l;

		keep(&h, cases[i].mask);
		l = proven_link(&h, cases[i].link, &e);
		assert_int_equal(l->state, SD_LINK_UNPROVED);
		assert_non_null(strstr(l->text, cases[i].says));
	}
	keep(&h, 1u << POOL_TCB_INFO);
	fails_alone(&h, &(struct fault){ .what = "no signer", .link =
	    "collateral", .code = KC_EREFUSED, .text =
	    "no \"Intel SGX TCB Signing\" certificate was carried in" });
	end(&h);
}

/* One more file beside the five. */
static void
with_file(struct rehearsal *h, const struct kc_buf *data, const char *link,
    enum kc_code code, const char *text)
{
	struct fault f = { .what = text, .link = link, .code = code,
		.text = text };

	h->carried.n = POOL_COLLATERAL_FILES + 1;
	h->carried.file[POOL_COLLATERAL_FILES].name = "extra";
	h->carried.file[POOL_COLLATERAL_FILES].data = *data;
	fails_alone(h, &f);
}

static void
a_file_too_many_is_refused(void **state)
{
	uint8_t junk[] = "junk", object[] = "{\"a\":1}";
	struct kc_buf b = { 0 };
	struct rehearsal h;

	(void)state;
	judge_with(&h, NULL, 0);
	with_file(&h, &b, "collateral", KC_EFORMAT, "extra: it is empty");
	b = (struct kc_buf){ junk, 4, 5 };
	with_file(&h, &b, "collateral", KC_EFORMAT,
	    "extra: it is neither JSON");
	b = (struct kc_buf){ object, 7, 8 };
	with_file(&h, &b, "collateral", KC_EFORMAT, "extra holds neither");
	with_file(&h, &h.made.file[POOL_TCB_INFO], "tcb-status", KC_EREFUSED,
	    "two TCB infos");
	with_file(&h, &h.made.file[POOL_QE_IDENTITY], "collateral",
	    KC_EREFUSED, "extra is the second QE identity");
	with_file(&h, &h.made.file[POOL_PCK_CRL], "collateral", KC_EREFUSED,
	    "second revocation list of one issuer");
	with_file(&h, &h.x.cert.der, "collateral", KC_EREFUSED,
	    "neither \"Intel SGX TCB Signing\"");
	h.carried.n = SD_COLLATERAL_MAX + 1;
	fails_alone(&h, &(struct fault){ .what = "13 files", .link =
	    "collateral", .code = KC_ELIMIT, .text = "13 files" });
	end(&h);
}

/* The same bytes as PEM. */
static void
as_pem(const char *label, const struct kc_buf *der, struct kc_buf *ret)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct kc_err err = { 0 };
	char *p = NULL;
	long n;

	assert_true(PEM_write_bio(bio, label, "", der->p, (long)der->len) >
	    0);
	n = BIO_get_mem_data(bio, &p);
	t_ok(kc_buf_add(ret, p, (size_t)n, &err), &err);
	BIO_free(bio);
}

static void
lists_and_certificates_are_read_as_pem_and_as_der(void **state)
{
	struct kc_buf pck = { 0 }, root = { 0 }, signer = { 0 }, ca = { 0 };
	struct sd_evidence e;
	struct rehearsal h;

	(void)state;
	judge_with(&h, NULL, 0);
	as_pem(PEM_STRING_X509_CRL, &h.made.file[POOL_PCK_CRL], &pck);
	as_pem(PEM_STRING_X509_CRL, &h.made.file[POOL_ROOT_CRL], &root);
	to_der(h.pki.of[POOL_TCB].cert, &signer);
	to_der(h.pki.of[POOL_CA].cert, &ca);
	h.carried.file[POOL_PCK_CRL].data = pck;
	h.carried.file[POOL_ROOT_CRL].data = root;
	h.carried.file[POOL_TCB_CHAIN].data = signer;
	h.carried.file[POOL_COLLATERAL_FILES].name = "ca.der";
	h.carried.file[POOL_COLLATERAL_FILES].data = ca;
	h.carried.file[POOL_COLLATERAL_FILES + 1].name = "root.der";
	h.carried.file[POOL_COLLATERAL_FILES + 1].data = h.root;
	h.carried.n = POOL_COLLATERAL_FILES + 2;
	assert_int_equal(proven_link(&h, "revocation", &e)->state,
	    SD_LINK_HOLDS);
	assert_int_equal(link_of(&e, "tcb-status")->state, SD_LINK_HOLDS);
	/* A block cut short is no block. */
	h.carried.file[POOL_PCK_CRL].data.len -= 10;
	fails_alone(&h, &(struct fault){ .what = "a cut list", .link =
	    "collateral", .code = KC_EFORMAT, .text = "or no end" });
	kc_buf_free(&pck);
	kc_buf_free(&root);
	kc_buf_free(&signer);
	kc_buf_free(&ca);
	end(&h);
}

static void
of_another_root_it_is_refused(void **state)
{
	static const struct fault f = { .what = "another rehearsal's",
		.link = "collateral", .code = KC_EREFUSED,
		.text = "signature does not hold" };
	struct rehearsal h, other;

	(void)state;
	judge_with(&h, NULL, 0);
	judge_with(&other, NULL, 0);
	h.pins.collateral = &other.carried;
	keep(&other, 1u << POOL_PCK_CRL);
	fails_alone(&h, &f);
	keep(&other, 1u << POOL_ROOT_CRL);
	fails_alone(&h, &f);
	end(&other);
	end(&h);
}

static void
no_changed_byte_of_signed_json_is_accepted(void **state)
{
	static const enum pool_collateral_file files[] = { POOL_TCB_INFO,
		POOL_QE_IDENTITY };
	struct sd_evidence e;
	struct rehearsal h;

	(void)state;
	judge_with(&h, NULL, 0);
	for (size_t i = 0; i < 2; i++) {
		struct kc_buf *b = &h.made.file[files[i]];

		keep(&h, 1u << files[i] | 1u << POOL_TCB_CHAIN);
		for (size_t k = 0; k < b->len; k++) {
			b->p[k] ^= 1;
			/* A hex digit of the signature in the other case
			 * would be the same one; bit 0 is never that. */
			(void)!kc_ok(sd_evidence_check(&h.x, &h.pins, &e,
			    NULL));
			assert_int_equal(link_of(&e, "collateral")->state,
			    SD_LINK_FAILS);
			assert_false(e.proven);
			b->p[k] ^= 1;
		}
	}
	end(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_all_of_it_status_and_revocation_hold),
		cmocka_unit_test(each_wording_that_does_not_hold_is_named),
		cmocka_unit_test(
		    software_hardening_holds_and_is_said_with_its_advisories),
		cmocka_unit_test(of_another_family_it_says_nothing),
		cmocka_unit_test(
		    a_revoked_certificate_fails_the_link_revocation),
		cmocka_unit_test(a_partial_list_is_refused),
		cmocka_unit_test(outside_its_dates_it_fails),
		cmocka_unit_test(what_is_missing_is_unproved_and_said),
		cmocka_unit_test(a_file_too_many_is_refused),
		cmocka_unit_test(
		    lists_and_certificates_are_read_as_pem_and_as_der),
		cmocka_unit_test(of_another_root_it_is_refused),
		cmocka_unit_test(no_changed_byte_of_signed_json_is_accepted),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
