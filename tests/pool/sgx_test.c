/* SPDX-License-Identifier: Apache-2.0
 *
 * What the rehearsal's PKI makes, read back with OpenSSL and by the offsets
 * of spec section 12; the checker of evidence has no part in it.
 */
#include "tests/pool/faults.h"

#include <unistd.h>

#include "base/file.h"
#include "base/json.h"

#define QUOTE 16		/* behind Open Enclave's header */

/* Chain building of OpenSSL's own, as strict as it gets. */
static int
verify(X509 *leaf, X509 *middle, X509 *root, X509_CRL *crl)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *rest = sk_X509_new_null();
	int good;

	assert_int_equal(X509_STORE_add_cert(store, root), 1);
	if (crl != NULL)
		assert_int_equal(X509_STORE_add_crl(store, crl), 1);
	assert_true(middle == NULL || sk_X509_push(rest, middle) > 0);
	assert_int_equal(X509_STORE_CTX_init(ctx, store, leaf, rest), 1);
	X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_X509_STRICT |
	    (crl != NULL ? X509_V_FLAG_CRL_CHECK : 0));
	good = X509_verify_cert(ctx) == 1 ? X509_V_OK :
	    X509_STORE_CTX_get_error(ctx);
	sk_X509_free(rest);
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	return good;
}

static void
the_chains_hold_under_their_own_root_only(void **state)
{
	struct rehearsal a, b;

	(void)state;
	begin(&a, NULL);
	begin(&b, NULL);
	assert_int_equal(verify(a.pki.of[POOL_PCK].cert,
	    a.pki.of[POOL_CA].cert, a.pki.of[POOL_ROOT].cert, NULL),
	    X509_V_OK);
	assert_int_equal(verify(a.pki.of[POOL_TCB].cert, NULL,
	    a.pki.of[POOL_ROOT].cert, NULL), X509_V_OK);
	assert_int_not_equal(verify(a.pki.of[POOL_PCK].cert,
	    a.pki.of[POOL_CA].cert, b.pki.of[POOL_ROOT].cert, NULL),
	    X509_V_OK);
	end(&b);
	end(&a);
}

static void
every_certificate_says_rehearsal_and_none_says_intel_corporation(void **state)
{
	struct rehearsal h;
	char o[100];

	(void)state;
	begin(&h, NULL);
	for (size_t i = 0; i < POOL_CERTS; i++) {
		X509_NAME *name = X509_get_subject_name(h.pki.of[i].cert);

		assert_int_equal(X509_NAME_entry_count(name), 2);
		assert_true(X509_NAME_get_text_by_NID(name,
		    NID_organizationName, o, sizeof o) > 0);
		assert_string_equal(o, "REHEARSAL, made by ceremony-pool");
	}
	end(&h);
}

static void
the_pck_certificate_says_the_platform_as_intels_do(void **state)
{
	static const uint8_t fmspc[] = { 0x30, 0x14, 0x06, 0x0a, 0x2a, 0x86,
		0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01, 0x04, 0x04, 0x06,
		0x00, 0x60, 0x6a, 0x00, 0x00, 0x00 };
	static const uint8_t pcesvn[] = { 0x30, 0x10, 0x06, 0x0b, 0x2a, 0x86,
		0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01, 0x02, 0x11, 0x02,
		0x01, 0x0d };
	static const uint8_t svn5[] = { 0x30, 0x11, 0x06, 0x0b, 0x2a, 0x86,
		0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01, 0x02, 0x05, 0x02,
		0x02, 0x00, 0xff };
	struct rehearsal h;
	struct kc_buf der = { 0 };

	(void)state;
	begin(&h, NULL);
	to_der(h.pki.of[POOL_PCK].cert, &der);
	assert_non_null(memmem(der.p, der.len, fmspc, sizeof fmspc));
	assert_non_null(memmem(der.p, der.len, pcesvn, sizeof pcesvn));
	assert_non_null(memmem(der.p, der.len, svn5, sizeof svn5));
	kc_buf_free(&der);
	end(&h);
}

/* struct seen: how often each piece was shown. */
struct seen {
	unsigned n[POOL_PIECE_PCK_CRL + 1];
};

static kc_result
note(void *ctx, enum pool_piece piece, void *it, struct kc_err *err)
{
	struct seen *s = ctx;

	(void)err;
	assert_non_null(it);
	s->n[piece]++;
	return KC_DONE;
}

static void
a_test_sees_each_piece_once(void **state)
{
	struct seen s = { 0 };
	struct rehearsal h;
	struct kc_err err = { 0 };

	(void)state;
	begin(&h, NULL);
	pool_pki_free(&h.pki);
	h.edit = (struct pool_edit){ &s, note };
	t_ok(pool_pki_make(&h.edit, &h.pki, &err), &err);
	t_ok(issue(&h, exchange_key, &err), &err);
	carry(&h, kc_clock_utc_ms());
	for (size_t i = 0; i < sizeof s.n / sizeof *s.n; i++)
		assert_int_equal(s.n[i], 1);
	end(&h);
}

/* A public key from x || y, through its DER. */
static EVP_PKEY *
from_point(const uint8_t *xy)
{
	uint8_t der[27 + 64] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a,
		0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
		0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04 };
	const uint8_t *at = der;

	memcpy(der + 27, xy, 64);
	return d2i_PUBKEY(NULL, &at, sizeof der);
}

static bool
signed_by(EVP_PKEY *key, const uint8_t *rs, const void *p, size_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	ECDSA_SIG *sig = ECDSA_SIG_new();
	unsigned char *der = NULL;
	bool good;
	int n;

	assert_int_equal(ECDSA_SIG_set0(sig, BN_bin2bn(rs, 32, NULL),
	    BN_bin2bn(rs + 32, 32, NULL)), 1);
	n = i2d_ECDSA_SIG(sig, &der);
	good = EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, der, (size_t)n, p, len) == 1;
	OPENSSL_free(der);
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(ctx);
	return good;
}

static void
the_quote_is_what_the_specification_says(void **state)
{
	static const uint8_t start[] = { 1, 0, 0, 0, 2, 0, 0, 0 };
	static const uint8_t zero[32];
	struct rehearsal h;
	struct kc_err err = { 0 };
	uint8_t hash[KC_SHA256];
	const uint8_t *q;
	EVP_PKEY *attestation;
	size_t len;

	(void)state;
	begin(&h, NULL);
	t_ok(issue(&h, exchange_key, &err), &err);
	q = h.x.evidence.p + QUOTE;
	len = h.x.evidence.len - QUOTE;
	assert_memory_equal(h.x.evidence.p, start, sizeof start);
	assert_int_equal(h.x.evidence.p[8] | h.x.evidence.p[9] << 8, len);
	assert_int_equal(q[432] | q[433] << 8, len - 436);
	attestation = from_point(q + 500);
	assert_non_null(attestation);
	assert_true(signed_by(attestation, q + 436, q, 432));
	assert_true(signed_by(h.pki.of[POOL_PCK].key, q + 948, q + 564,
	    384));
	t_ok(kc_sha256((struct kc_part[]){ { q + 500, 64 },
	    { q + 1014, 32 } }, 2, hash, &err), &err);
	assert_memory_equal(q + 564 + 320, hash, sizeof hash);
	assert_memory_equal(q + 564 + 352, zero, sizeof zero);
	t_ok(kc_sha256_one(h.x.spki.p, h.x.spki.len, hash, &err), &err);
	assert_memory_equal(q + 48 + 320, hash, sizeof hash);
	assert_memory_equal(q + 48 + 352, zero, sizeof zero);
	assert_int_equal(q[1012], 32);
	assert_int_equal(q[1046], 5);
	assert_int_equal(q[1048] | q[1049] << 8, len - 1052);
	assert_int_equal(q[len - 1], 0);
	EVP_PKEY_free(attestation);
	end(&h);
}

/* The signed body of {"<member>":<body>,"signature":"<hex>"}. */
static void
check_signed(const struct rehearsal *h, enum pool_collateral_file i,
    const char *member, const char *id)
{
	const struct kc_buf *b = &h->made.file[i];
	const json_t *body = NULL;
	struct kc_err err = { 0 };
	json_t *v = NULL;
	const char *text, *from;
	uint8_t sig[64];

	t_ok(kc_json_read("it", b->p, b->len, b->len, &v, &err), &err);
	t_ok(kc_json_only(v, "it", "tcbInfo enclaveIdentity signature", &err),
	    &err);
	t_ok(kc_json_obj(v, "it", member, &body, &err), &err);
	t_ok(kc_json_str(body, "it", "id", &text, &err), &err);
	assert_string_equal(text, id);
	t_ok(kc_json_str(v, "it", "signature", &text, &err), &err);
	assert_true(kc_unhex(text, sizeof sig, sig));
	assert_int_equal(strlen(text), 2 * sizeof sig);
	from = (const char *)b->p + strlen(member) + 4;
	assert_true(signed_by(h->pki.of[POOL_TCB].key, sig, from,
	    (size_t)(strstr((const char *)b->p, ",\"signature\"") - from)));
	json_decref(v);
}

static void
the_tcb_signer_signed_what_it_says_of_platform_and_quoting_enclave(
    void **state)
{
	struct rehearsal h;

	(void)state;
	begin(&h, NULL);
	carry(&h, kc_clock_utc_ms());
	check_signed(&h, POOL_TCB_INFO, "tcbInfo", "SGX");
	check_signed(&h, POOL_QE_IDENTITY, "enclaveIdentity", "QE");
	end(&h);
}

/* The PCK certificate onto its CA's list. */
static kc_result
revoke_pck(void *ctx, enum pool_piece piece, void *it, struct kc_err *err)
{
	const struct pool_pki *pki = ctx;
	X509_REVOKED *one;

	(void)err;
	if (piece != POOL_PIECE_PCK_CRL)
		return KC_DONE;
	one = X509_REVOKED_new();
	assert_int_equal(X509_REVOKED_set_serialNumber(one,
	    X509_get_serialNumber(pki->of[POOL_PCK].cert)), 1);
	assert_int_equal(X509_REVOKED_set_revocationDate(one,
	    X509_getm_notBefore(pki->of[POOL_PCK].cert)), 1);
	assert_int_equal(X509_CRL_add0_revoked(it, one), 1);
	return KC_DONE;
}

static int
verify_with_crl(struct rehearsal *h)
{
	const struct kc_buf *b = &h->made.file[POOL_PCK_CRL];
	const uint8_t *at = b->p;
	X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)b->len);
	int good;

	assert_non_null(crl);
	good = verify(h->pki.of[POOL_PCK].cert, h->pki.of[POOL_CA].cert,
	    h->pki.of[POOL_ROOT].cert, crl);
	X509_CRL_free(crl);
	return good;
}

static void
a_list_revokes_nobody_unless_a_test_puts_one_there(void **state)
{
	struct rehearsal h;

	(void)state;
	begin(&h, NULL);
	carry(&h, kc_clock_utc_ms());
	assert_int_equal(verify_with_crl(&h), X509_V_OK);
	pool_collateral_free(&h.made);
	h.edit = (struct pool_edit){ &h.pki, revoke_pck };
	h.pki.edit = &h.edit;
	carry(&h, kc_clock_utc_ms());
	assert_int_equal(verify_with_crl(&h), X509_V_ERR_CERT_REVOKED);
	end(&h);
}

static void
a_pki_stays_the_same_once_it_is_made(void **state)
{
	struct pool_pki a = { 0 }, b = { 0 };
	struct kc_err err = { 0 };
	char dir[256], path[300];

	(void)state;
	t_dir(dir);
	t_ok(pool_pki_open(dir, &a, &err), &err);
	t_ok(pool_pki_open(dir, &b, &err), &err);
	for (size_t i = 0; i < POOL_CERTS; i++) {
		assert_int_equal(X509_cmp(a.of[i].cert, b.of[i].cert), 0);
		assert_int_equal(EVP_PKEY_eq(a.of[i].key, b.of[i].key), 1);
	}
	(void)snprintf(path, sizeof path, "%s/" POOL_PKI_FILE, dir);
	assert_int_equal(truncate(path, 700), 0);
	pool_pki_free(&b);
	t_fails(pool_pki_open(dir, &b, &err), &err, KC_EFORMAT,
	    POOL_PKI_FILE ": it is not what ceremony-pool wrote");
	assert_null(b.of[POOL_ROOT].cert);
	pool_pki_free(&a);
	pool_pki_free(&b);
	pool_pki_free(NULL);
	assert_int_equal(t_remove(dir), 0);
}

static void
a_bare_certificate_has_the_shape_of_2020(void **state)
{
	struct pool_exchange how = { .pool = POOL };
	struct kc_err err = { 0 };
	X509 *x = NULL;
	char cn[80];

	(void)state;
	t_ok(pool_exchange_cert(&how, exchange_key, &x, &err), &err);
	assert_int_equal(X509_get_ext_count(x), 0);
	assert_true(X509_NAME_get_text_by_NID(X509_get_subject_name(x),
	    NID_commonName, cn, sizeof cn) > 0);
	assert_string_equal(cn, "transfer-key");
	assert_int_equal(X509_verify(x, exchange_key), 1);
	X509_free(x);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_chains_hold_under_their_own_root_only),
		cmocka_unit_test(
	    every_certificate_says_rehearsal_and_none_says_intel_corporation),
		cmocka_unit_test(
		    the_pck_certificate_says_the_platform_as_intels_do),
		cmocka_unit_test(a_test_sees_each_piece_once),
		cmocka_unit_test(the_quote_is_what_the_specification_says),
		cmocka_unit_test(
	    the_tcb_signer_signed_what_it_says_of_platform_and_quoting_enclave),
		cmocka_unit_test(
		    a_list_revokes_nobody_unless_a_test_puts_one_there),
		cmocka_unit_test(a_pki_stays_the_same_once_it_is_made),
		cmocka_unit_test(a_bare_certificate_has_the_shape_of_2020),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
