/* SPDX-License-Identifier: Apache-2.0
 *
 * The PCK chain: as PEM, and, for input that is no PEM, as the value of the
 * leaf's extension, in a leaf made around it.
 */
#include <string.h>

#include <openssl/ec.h>
#include <openssl/x509v3.h>

#include "sd/pck.h"
#include "tests/fuzz/fuzz.h"

static EVP_PKEY *key;
static X509 *ca;
static ASN1_OBJECT *sgx;

static void
name_it(X509 *x, const char *cn)
{
	fuzz_must(X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN",
	    MBSTRING_ASC, (const unsigned char *)cn, -1, -1, 0) == 1);
}

void
fuzz_start(void)
{
	key = EVP_EC_gen("P-256");
	ca = X509_new();
	sgx = OBJ_txt2obj("1.2.840.113741.1.13.1", 1);
	fuzz_must(key != NULL && ca != NULL && sgx != NULL);
	name_it(ca, "Intel SGX PCK Platform CA");
}

static void
judged(const struct sd_pck *c)
{
	struct sd_platform p;
	struct kc_err err = { 0 };
	kc_result r = sd_pck_chain(c, &err);

	if (!kc_ok(r))
		fuzz_failed(r, &err);
	r = sd_pck_dates(c, INT64_C(1800000000000), &err);
	if (!kc_ok(r))
		fuzz_failed(r, &err);
	fuzz_mark(&p, sizeof p);
	r = sd_pck_leaf(c, &p, &err);
	if (!kc_ok(r)) {
		fuzz_failed(r, &err);
		fuzz_must(fuzz_marked(&p, sizeof p));
	}
}

static void
as_chain(const uint8_t *p, size_t len)
{
	struct kc_err err = { 0 };
	struct sd_pck c;
	kc_result r;

	fuzz_mark(&c, sizeof c);
	r = sd_pck_read(p, len, &c, &err);
	if (!kc_ok(r)) {
		fuzz_failed(r, &err);
		fuzz_must(fuzz_marked(&c, sizeof c));
		return;
	}
	for (size_t i = 0; i < SD_PCK_CHAIN; i++)
		fuzz_must(c.cert[i] != NULL);
	judged(&c);
	fuzz_all_holds = true;
	judged(&c);
	fuzz_all_holds = false;
	sd_pck_free(&c);
}

/* A leaf with this extension; nothing else about it matters here. */
static void
as_extension(const uint8_t *p, size_t len)
{
	ASN1_OCTET_STRING *v = ASN1_OCTET_STRING_new();
	X509 *leaf = X509_new();
	X509_EXTENSION *ext;
	struct sd_pck c = { { leaf, ca, ca } };

	fuzz_must(v != NULL && leaf != NULL);
	fuzz_must(ASN1_OCTET_STRING_set(v, p, (int)len) == 1);
	ext = X509_EXTENSION_create_by_OBJ(NULL, sgx, 0, v);
	fuzz_must(ext != NULL && X509_add_ext(leaf, ext, -1) == 1);
	fuzz_must(X509_set_pubkey(leaf, key) == 1);
	name_it(leaf, "Intel SGX PCK Certificate");
	judged(&c);
	X509_EXTENSION_free(ext);
	ASN1_OCTET_STRING_free(v);
	X509_free(leaf);
}

void
fuzz_one(const uint8_t *p, size_t len)
{
	if (len > 0 && p[0] == '-')
		as_chain(p, len);
	else
		as_extension(p, len);
}
