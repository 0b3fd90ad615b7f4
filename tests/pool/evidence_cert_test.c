/* SPDX-License-Identifier: Apache-2.0
 *
 * Evidence of a synthetic PKI: what may be wrong with the certificates of
 * the chain, and with the exchange certificate itself.
 */
#include "tests/pool/faults.h"

#define SGX_OID "1.2.840.113741.1.13.1"
#define HOUR_S 3600L

static void
set_cn(X509 *x, const char *cn)
{
	X509_NAME *name = X509_NAME_new();

	assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)cn, -1, -1, 0), 1);
	assert_int_equal(X509_set_subject_name(x, name), 1);
	X509_NAME_free(name);
}

/* Replace the extensions of these kinds by OpenSSL's words. */
static void
set_ext(X509 *x, int nid, const char *text)
{
	struct kc_err err = { 0 };
	int at = nid != 0 ? X509_get_ext_by_NID(x, nid, -1) : -1;

	if (at >= 0)
		X509_EXTENSION_free(X509_delete_ext(x, at));
	if (text != NULL)
		t_ok(pool_pki_extend(x, x, text, &err), &err);
}

static int
sgx_at(const X509 *x)
{
	ASN1_OBJECT *oid = OBJ_txt2obj(SGX_OID, 1);
	int at = X509_get_ext_by_OBJ(x, oid, -1);

	ASN1_OBJECT_free(oid);
	assert_true(at >= 0);
	return at;
}

static void
ended(void *it)
{
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(it),
	    -24 * HOUR_S));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(it), -HOUR_S));
}

static void
not_yet(void *it)
{
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(it), HOUR_S));
}

static void
plain_leaf(void *it)
{
	set_cn(it, "Intel SGX Attestation Report Signing");
}

static void
longer_cn(void *it)
{
	set_cn(it, "Intel SGX PCK Certificate 2");
}

static void
two_cns(void *it)
{
	set_cn(it, "Intel SGX PCK Certificate");
	assert_int_equal(X509_NAME_add_entry_by_txt(
	    X509_get_subject_name(it), "CN", MBSTRING_ASC,
	    (const unsigned char *)"Intel SGX PCK Certificate", -1, -1, 0),
	    1);
}

static void
other_ca(void *it)
{
	set_cn(it, "Intel SGX Root CA");
}

static void
no_sgx(void *it)
{
	X509_EXTENSION_free(X509_delete_ext(it, sgx_at(it)));
}

static void
sgx_twice(void *it)
{
	assert_int_equal(X509_add_ext(it, X509_get_ext(it, sgx_at(it)), -1),
	    1);
}

/* A byte behind, or one changed, inside the extension's value. */
static void
bend_sgx(X509 *x, size_t at, bool longer)
{
	X509_EXTENSION *e = X509_delete_ext(x, sgx_at(x));
	const ASN1_OCTET_STRING *v = X509_EXTENSION_get_data(e);
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };
	ASN1_OCTET_STRING *n = ASN1_OCTET_STRING_new();

	t_ok(kc_buf_add(&b, ASN1_STRING_get0_data(v),
	    (size_t)ASN1_STRING_length(v), &err), &err);
	if (longer)
		t_ok(kc_buf_add(&b, "", 1, &err), &err);
	else
		b.p[at] ^= 1;
	assert_int_equal(ASN1_OCTET_STRING_set(n, b.p, (int)b.len), 1);
	assert_int_equal(X509_EXTENSION_set_data(e, n), 1);
	assert_int_equal(X509_add_ext(x, e, -1), 1);
	ASN1_OCTET_STRING_free(n);
	X509_EXTENSION_free(e);
	kc_buf_free(&b);
}

static void
sgx_longer(void *it)
{
	bend_sgx(it, 0, true);
}

static void
sgx_no_sequence(void *it)
{
	bend_sgx(it, 0, false);
}

static void
sgx_shorter(void *it)
{
	bend_sgx(it, 3, false);
}

static void
sgx_number(void *it)
{
	no_sgx(it);
	set_ext(it, 0, "[x]\n" SGX_OID "=ASN1:INTEGER:1\n");
}

static void
sgx_empty(void *it)
{
	no_sgx(it);
	set_ext(it, 0, "[x]\n" SGX_OID "=ASN1:SEQUENCE:e\n[e]\n");
}

static void
leaf_is_ca(void *it)
{
	set_ext(it, NID_basic_constraints,
	    "[x]\nbasicConstraints=critical,CA:TRUE\n");
}

static void
leaf_signs_certs(void *it)
{
	set_ext(it, NID_key_usage,
	    "[x]\nkeyUsage=critical,digitalSignature,keyCertSign\n");
}

static void
leaf_signs_nothing(void *it)
{
	set_ext(it, NID_key_usage, "[x]\nkeyUsage=critical,keyEncipherment\n");
}

static void
no_usage(void *it)
{
	set_ext(it, NID_key_usage, NULL);
}

static void
unknown_critical(void *it)
{
	set_ext(it, 0, "[x]\n1.2.3.4=critical,ASN1:NULL\n");
}

static void
no_ca(void *it)
{
	set_ext(it, NID_basic_constraints,
	    "[x]\nbasicConstraints=critical,CA:FALSE\n");
}

static void
no_pathlen(void *it)
{
	set_ext(it, NID_basic_constraints,
	    "[x]\nbasicConstraints=critical,CA:TRUE\n");
}

static void
pathlen_0(void *it)
{
	set_ext(it, NID_basic_constraints,
	    "[x]\nbasicConstraints=critical,CA:TRUE,pathlen:0\n");
}

static void
other_issuer(void *it)
{
	X509_NAME *name = X509_NAME_new();

	assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"Intel SGX PCK Processor CA", -1, -1, 0),
	    1);
	assert_int_equal(X509_set_issuer_name(it, name), 1);
	X509_NAME_free(name);
}

static void
two_certificates(void *it)
{
	struct kc_buf *b = it;
	char *last = NULL;

	for (char *p = (char *)b->p; (p = strstr(p, "-----BEGIN")) != NULL;
	    p++)
		last = p;
	assert_non_null(last);
	b->len = (size_t)(last - (char *)b->p);
}

static void
four_certificates(void *it)
{
	struct kc_buf *b = it, copy = { 0 };
	struct kc_err err = { 0 };
	const char *second = strstr(strstr((char *)b->p, "-----END"),
	    "-----BEGIN");

	b->len--;
	t_ok(kc_buf_adds(&copy, second, &err), &err);
	t_ok(kc_buf_add(b, copy.p, copy.len, &err), &err);
	kc_buf_free(&copy);
}

static void
no_chain(void *it)
{
	struct kc_buf *b = it;

	b->len = 0;
}

static void
words_between(void *it)
{
	struct kc_buf *b = it, copy = { 0 };
	struct kc_err err = { 0 };
	const char *second = strstr(strstr((char *)b->p, "-----END"),
	    "-----BEGIN");

	t_ok(kc_buf_adds(&copy, second, &err), &err);
	b->len = (size_t)(second - (char *)b->p);
	t_ok(kc_buf_adds(b, "issuer:\n", &err), &err);
	t_ok(kc_buf_add(b, copy.p, copy.len, &err), &err);
	kc_buf_free(&copy);
}

#define LEAF(what, fn, link, text) \
	{ what, POOL_PIECE_PCK, 0, NULL, fn, link, KC_EREFUSED, text }
#define CA(what, fn, link, text) \
	{ what, POOL_PIECE_CA, 0, NULL, fn, link, KC_EREFUSED, text }
#define ROOT(what, fn, link, text) \
	{ what, POOL_PIECE_ROOT, 0, NULL, fn, link, KC_EREFUSED, text }
#define CHAIN(what, fn, text) \
	{ what, POOL_PIECE_CHAIN, 0, NULL, fn, "evidence", KC_EFORMAT, text }

static const struct fault chain_faults[] = {
	LEAF("an expired PCK certificate", ended, "pck-dates",
	    "the PCK certificate ended"),
	LEAF("a PCK certificate of tomorrow", not_yet, "pck-dates",
	    "the PCK certificate is not valid before"),
	CA("an expired PCK CA", ended, "pck-dates", "the PCK CA ended"),
	ROOT("an expired root", ended, "pck-dates", "the root ended"),
	LEAF("another Intel leaf", plain_leaf, "pck-leaf", "is not named"),
	LEAF("a leaf whose name goes on", longer_cn, "pck-leaf",
	    "is not named"),
	LEAF("a leaf with two names", two_cns, "pck-leaf", "is not named"),
	CA("a CA that issues no PCK certificates", other_ca, "pck-leaf",
	    "no Intel SGX PCK Platform or Processor CA"),
	LEAF("a leaf without SGX's extension", no_sgx, "pck-leaf",
	    "has no extension " SGX_OID),
	LEAF("a leaf with SGX's extension twice", sgx_twice, "pck-leaf",
	    "or two"),
	LEAF("a byte behind SGX's extension", sgx_longer, "pck-leaf",
	    "is malformed"),
	LEAF("SGX's extension under another tag", sgx_no_sequence,
	    "pck-leaf", "is malformed"),
	LEAF("SGX's extension of another length", sgx_shorter, "pck-leaf",
	    "is malformed"),
	LEAF("a number as SGX's extension", sgx_number, "pck-leaf",
	    "is malformed"),
	LEAF("nothing in SGX's extension", sgx_empty, "pck-leaf",
	    "is malformed"),
	LEAF("a leaf that is a CA", leaf_is_ca, "pck-chain",
	    "the leaf is a CA"),
	LEAF("a leaf that signs certificates", leaf_signs_certs, "pck-chain",
	    "the leaf is a CA"),
	LEAF("a leaf that may not sign", leaf_signs_nothing, "pck-chain",
	    "lacks digitalSignature"),
	LEAF("a leaf without key usage", no_usage, "pck-chain",
	    "malformed, incomplete, or critical"),
	LEAF("a leaf with something critical", unknown_critical, "pck-chain",
	    "malformed, incomplete, or critical"),
	LEAF("a leaf of another issuer's name", other_issuer, "pck-chain",
	    "issuer is not the next one's subject"),
	CA("a PCK CA that is none", no_ca, "pck-chain", "is no CA"),
	CA("a PCK CA without a path length", no_pathlen, "pck-chain",
	    "path length"),
	CA("a PCK CA with something critical", unknown_critical, "pck-chain",
	    "malformed, incomplete, or critical"),
	ROOT("a root that is no CA", no_ca, "pck-chain", "is no CA"),
	ROOT("a root for leaves only", pathlen_0, "pck-chain",
	    "path length is 0, not 1"),
	CHAIN("a chain of two", two_certificates, "no PEM block"),
	CHAIN("a chain of four", four_certificates,
	    "follow the third certificate"),
	CHAIN("no chain", no_chain, "no PEM block"),
	CHAIN("words between certificates", words_between, "no PEM block"),
};

static void
each_link_of_the_chain_fails_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof chain_faults / sizeof *chain_faults;
	    i++) {
		struct rehearsal h;
		struct kc_err err = { 0 };

		begin(&h, &chain_faults[i]);
		t_ok(issue(&h, exchange_key, &err), &err);
		fails_alone(&h, &chain_faults[i]);
		end(&h);
	}
}

/* A platform's certificate of another rehearsal, under this one's CA: the
 * names are the same, the signature is not. */
static void
a_leaf_that_another_ca_of_that_name_signed_is_refused(void **state)
{
	static const struct fault f = { .what = "a foreign leaf",
		.link = "pck-chain", .code = KC_EREFUSED,
		.text = "signature does not hold" };
	struct rehearsal h, other;
	struct kc_err err = { 0 };
	X509 *cert;
	EVP_PKEY *key;

	(void)state;
	begin(&h, NULL);
	begin(&other, NULL);
	cert = h.pki.of[POOL_PCK].cert;
	key = h.pki.of[POOL_PCK].key;
	h.pki.of[POOL_PCK] = other.pki.of[POOL_PCK];
	other.pki.of[POOL_PCK].cert = cert;
	other.pki.of[POOL_PCK].key = key;
	t_ok(issue(&h, exchange_key, &err), &err);
	fails_alone(&h, &f);
	end(&other);
	end(&h);
}

static void
other_pool(void *it)
{
	X509_NAME *name = X509_NAME_new();

	assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"src-pool.managedhsm.azure.net", -1, -1,
	    0), 1);
	assert_int_equal(X509_set_subject_name(it, name), 1);
	assert_int_equal(X509_set_issuer_name(it, name), 1);
	X509_NAME_free(name);
}

static void
longer_pool(void *it)
{
	X509_NAME *name = X509_NAME_new();

	assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)POOL ".managedhsm.azure.net.example.org",
	    -1, -1, 0), 1);
	assert_int_equal(X509_set_subject_name(it, name), 1);
	assert_int_equal(X509_set_issuer_name(it, name), 1);
	X509_NAME_free(name);
}

static void
more_than_a_cn(void *it)
{
	X509_NAME *name = X509_get_subject_name(it);

	assert_int_equal(X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC,
	    (const unsigned char *)"x", -1, -1, 0), 1);
	assert_int_equal(X509_set_issuer_name(it, name), 1);
}

static void
own_usage(void *it)
{
	set_ext(it, NID_key_usage,
	    "[x]\nkeyUsage=critical,digitalSignature\n");
}

#define CERT(what, fn, link, code, text) \
	{ what, POOL_PIECE_EXCHANGE, 0, NULL, fn, link, code, text }

static const struct fault own_faults[] = {
	CERT("another pool's name", other_pool, "pool-name", KC_EREFUSED,
	    "is for src-pool.managedhsm.azure.net, not for " POOL),
	CERT("a name that goes on", longer_pool, "pool-name", KC_EREFUSED,
	    "not for " POOL ".managedhsm.azure.net"),
	CERT("a subject of more than a name", more_than_a_cn, "pool-name",
	    KC_EREFUSED, "is not one common name"),
	CERT("another issuer", other_issuer, "certificate-signature",
	    KC_EREFUSED, "issuer is not its subject"),
	CERT("an expired exchange certificate", ended, "certificate-dates",
	    KC_EEXPIRED, "ended"),
	CERT("an exchange certificate of tomorrow", not_yet,
	    "certificate-dates", KC_EEXPIRED, "is not valid before"),
	CERT("an exchange certificate that is a CA", leaf_is_ca,
	    "certificate-use", KC_EREFUSED, "is a CA"),
	CERT("one that may not encipher", own_usage, "certificate-use",
	    KC_EREFUSED, "lacks keyEncipherment"),
	CERT("one with something critical", unknown_critical,
	    "certificate-use", KC_EREFUSED, "critical and unknown"),
};

static void
each_link_of_the_exchange_certificate_fails_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof own_faults / sizeof *own_faults; i++) {
		struct rehearsal h;
		struct kc_err err = { 0 };

		begin(&h, NULL);
		h.edit.ctx = (void *)(uintptr_t)&own_faults[i];
		h.pki.edit = &h.edit;
		t_ok(issue(&h, exchange_key, &err), &err);
		fails_alone(&h, &own_faults[i]);
		end(&h);
	}
}

static void
a_short_exchange_key_is_refused_whoever_vouches(void **state)
{
	static const struct fault f = { .what = "2048 bits",
		.link = "certificate-key", .code = KC_EREFUSED,
		.text = "2048" };
	struct rehearsal h;
	struct kc_err err = { 0 };

	(void)state;
	begin(&h, NULL);
	t_ok(issue(&h, short_key, &err), &err);
	fails_alone(&h, &f);
	end(&h);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_link_of_the_chain_fails_alone),
		cmocka_unit_test(
		    a_leaf_that_another_ca_of_that_name_signed_is_refused),
		cmocka_unit_test(
		    each_link_of_the_exchange_certificate_fails_alone),
		cmocka_unit_test(
		    a_short_exchange_key_is_refused_whoever_vouches),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
