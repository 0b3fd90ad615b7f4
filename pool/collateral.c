/* SPDX-License-Identifier: Apache-2.0
 *
 * Collateral under the rehearsal's root.
 *  Source: Intel SGX Provisioning Certification Service API, version 4
 */
#include "pool/collateral.h"

#include <stdlib.h>

#include <openssl/x509v3.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "pool/store.h"

#define GOOD_DAYS 30
#define DAY_MS (24L * 3600 * 1000)
#define DATE 21			/* "2026-11-23T18:40:01Z" and NUL */
#define SIGNATURE 64

const char *const pool_collateral_names[POOL_COLLATERAL_FILES] = {
	[POOL_TCB_INFO] = "tcb-info.json",
	[POOL_QE_IDENTITY] = "qe-identity.json",
	[POOL_TCB_CHAIN] = "tcb-signing-chain.pem",
	[POOL_PCK_CRL] = "pck-platform.crl",
	[POOL_ROOT_CRL] = "root.crl",
};

/* What a platform needs for a status; the newest first. */
static const struct {
	uint8_t svn[POOL_CPUSVN];
	unsigned pcesvn;
	const char *date;
	const char *status;
} levels[] = {
	{ { 11, 11, 2, 2, 255, 1 }, 13, "2024-11-13", "UpToDate" },
	{ { 7, 9, 2, 2, 1, 0 }, 13, "2022-11-09", "OutOfDate" },
	{ { 0 }, 5, "2018-01-04", "OutOfDate" },
};
#define LEVELS (sizeof levels / sizeof *levels)

/* Intel's quoting enclave by its own publication: mask bits count. */
#define QE_IDENTITY \
	"\"tcbEvaluationDataNumber\":17," \
	"\"miscselect\":\"00000000\",\"miscselectMask\":\"FFFFFFFF\"," \
	"\"attributes\":\"11000000000000000000000000000000\"," \
	"\"attributesMask\":\"FBFFFFFFFFFFFFFF0000000000000000\"," \
	"\"mrsigner\":\"8C4F5775D796503E96137F77C68A829A" \
	"0056AC8DED70140B081B094490C57BFF\",\"isvprodid\":1," \
	"\"tcbLevels\":[{\"tcb\":{\"isvsvn\":8}," \
	"\"tcbDate\":\"2024-11-13T00:00:00Z\"," \
	"\"tcbStatus\":\"UpToDate\"}," \
	"{\"tcb\":{\"isvsvn\":6}," \
	"\"tcbDate\":\"2021-11-10T00:00:00Z\"," \
	"\"tcbStatus\":\"OutOfDate\"}]}"

/* struct span: the time between this collateral and the next. */
struct span {
	char from[DATE], to[DATE];
	time_t from_s, to_s;
};

static void
date(int64_t at_ms, char ret[static DATE], time_t *ret_s)
{
	char text[KC_TIME_CHARS];

	kc_clock_format(at_ms, text);
	(void)snprintf(ret, DATE, "%.19sZ", text);
	*ret_s = (time_t)(at_ms / 1000);
}

void
pool_collateral_free(struct pool_collateral *c)
{
	for (size_t i = 0; i < POOL_COLLATERAL_FILES; i++)
		kc_buf_free(&c->file[i]);
}

static kc_result
add_level(struct kc_buf *b, size_t i, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, kc_buf_addf(b, err, "%s{\"tcb\":{\"sgxtcbcomponents\":[",
	    i > 0 ? "," : ""));
	for (size_t k = 0; k < POOL_CPUSVN; k++)
		KC_TRY(r, kc_buf_addf(b, err, "%s{\"svn\":%u}",
		    k > 0 ? "," : "", levels[i].svn[k]));
	r = kc_buf_addf(b, err, "],\"pcesvn\":%u},\"tcbDate\":"
	    "\"%sT00:00:00Z\",\"tcbStatus\":\"%s\"}", levels[i].pcesvn,
	    levels[i].date, levels[i].status);
out:
	return r;
}

static kc_result
tcb_info(const struct span *s, struct kc_buf *b, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, kc_buf_addf(b, err, "{\"id\":\"SGX\",\"version\":3,"
	    "\"issueDate\":\"%s\",\"nextUpdate\":\"%s\","
	    "\"fmspc\":\"" POOL_FMSPC "\",\"pceId\":\"" POOL_PCEID "\","
	    "\"tcbType\":0,\"tcbEvaluationDataNumber\":17,\"tcbLevels\":[",
	    s->from, s->to));
	for (size_t i = 0; i < LEVELS; i++)
		KC_TRY(r, add_level(b, i, err));
	r = kc_buf_adds(b, "]}", err);
out:
	return r;
}

static kc_result
qe_identity(const struct span *s, struct kc_buf *b, struct kc_err *err)
{
	return kc_buf_addf(b, err, "{\"id\":\"QE\",\"version\":2,"
	    "\"issueDate\":\"%s\",\"nextUpdate\":\"%s\"," QE_IDENTITY,
	    s->from, s->to);
}

/* {"<member>":<body>,"signature":"<hex>"}: the body's bytes are signed. */
static kc_result
signed_json(const struct pool_pki *pki, const char *member,
    const struct kc_buf *body, struct kc_buf *ret, struct kc_err *err)
{
	uint8_t sig[SIGNATURE];
	char hex[2 * SIGNATURE + 1];
	kc_result r = pool_ecdsa(pki->of[POOL_TCB].key, body->p, body->len,
	    sig, err);

	if (!kc_ok(r))
		return r;
	kc_hex(sig, sizeof sig, hex);
	return kc_buf_addf(ret, err, "{\"%s\":%s,\"signature\":\"%s\"}",
	    member, kc_buf_str(body), hex);
}

static kc_result
make_json(const struct pool_pki *pki, const struct span *s,
    struct pool_collateral *c, struct kc_err *err)
{
	struct kc_buf info = { 0 }, qe = { 0 };
	kc_result r;

	KC_TRY(r, tcb_info(s, &info, err));
	KC_TRY(r, pool_edit_piece(pki->edit, POOL_PIECE_TCB_INFO, &info,
	    err));
	KC_TRY(r, signed_json(pki, "tcbInfo", &info, &c->file[POOL_TCB_INFO],
	    err));
	KC_TRY(r, qe_identity(s, &qe, err));
	KC_TRY(r, pool_edit_piece(pki->edit, POOL_PIECE_QE_IDENTITY, &qe,
	    err));
	r = signed_json(pki, "enclaveIdentity", &qe,
	    &c->file[POOL_QE_IDENTITY], err);
out:
	kc_buf_free(&qe);
	kc_buf_free(&info);
	return r;
}

static kc_result
crl_extensions(X509_CRL *crl, X509 *issuer, struct kc_err *err)
{
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	X509_EXTENSION *aki;
	X509V3_CTX ctx;
	kc_result r = KC_DONE;

	X509V3_set_ctx(&ctx, issuer, NULL, NULL, crl, 0);
	aki = X509V3_EXT_conf_nid(NULL, &ctx, NID_authority_key_identifier,
	    "keyid:always");
	if (number == NULL || aki == NULL ||
	    ASN1_INTEGER_set(number, 1) != 1 ||
	    X509_CRL_add_ext(crl, aki, -1) != 1 ||
	    X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0) != 1)
		r = KC_FAIL_SSL(err, KC_ENOMEM, "cannot extend a CRL");
	X509_EXTENSION_free(aki);
	ASN1_INTEGER_free(number);
	return r;
}

static kc_result
sign_crl(X509_CRL *crl, EVP_PKEY *key, struct kc_buf *ret,
    struct kc_err *err)
{
	unsigned char *der = NULL;
	int len = 0;
	kc_result r;

	if (X509_CRL_sort(crl) == 1 &&
	    X509_CRL_sign(crl, key, EVP_sha256()) != 0)
		len = i2d_X509_CRL(crl, &der);
	if (len > 0)
		r = kc_buf_add(ret, der, (size_t)len, err);
	else
		r = KC_FAIL_SSL(err, KC_ENOMEM, "cannot sign a CRL");
	OPENSSL_free(der);
	return r;
}

/* An empty list of the issuer's. */
static kc_result
make_crl(const struct pool_pki *pki, enum pool_cert issuer,
    const struct span *s, struct kc_buf *ret, struct kc_err *err)
{
	X509 *by = pki->of[issuer].cert;
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *from = ASN1_TIME_set(NULL, s->from_s);
	ASN1_TIME *to = ASN1_TIME_set(NULL, s->to_s);
	kc_result r;

	if (crl == NULL || from == NULL || to == NULL ||
	    X509_CRL_set_version(crl, X509_CRL_VERSION_2) != 1 ||
	    X509_CRL_set_issuer_name(crl, X509_get_subject_name(by)) != 1 ||
	    X509_CRL_set1_lastUpdate(crl, from) != 1 ||
	    X509_CRL_set1_nextUpdate(crl, to) != 1) {
		r = KC_FAIL_SSL(err, KC_ENOMEM, "cannot make a CRL");
		goto out;
	}
	KC_TRY(r, crl_extensions(crl, by, err));
	KC_TRY(r, pool_edit_piece(pki->edit, issuer == POOL_ROOT ?
	    POOL_PIECE_ROOT_CRL : POOL_PIECE_PCK_CRL, crl, err));
	r = sign_crl(crl, pki->of[issuer].key, ret, err);
out:
	ASN1_TIME_free(to);
	ASN1_TIME_free(from);
	X509_CRL_free(crl);
	return r;
}

kc_result
pool_collateral_make(const struct pool_pki *pki, int64_t at_ms,
    struct pool_collateral *ret, struct kc_err *err)
{
	struct pool_collateral c = { 0 };
	struct span s;
	kc_result r;

	date(at_ms, s.from, &s.from_s);
	date(at_ms + GOOD_DAYS * DAY_MS, s.to, &s.to_s);
	KC_TRY(r, make_json(pki, &s, &c, err));
	KC_TRY(r, pool_pki_chain(pki, POOL_TCB, &c.file[POOL_TCB_CHAIN],
	    err));
	KC_TRY(r, make_crl(pki, POOL_CA, &s, &c.file[POOL_PCK_CRL], err));
	KC_TRY(r, make_crl(pki, POOL_ROOT, &s, &c.file[POOL_ROOT_CRL], err));
	*ret = c;
	c = (struct pool_collateral){ 0 };
out:
	pool_collateral_free(&c);
	return r;
}

kc_result
pool_collateral_write(const char *dir, const char *to, struct kc_err *err)
{
	struct pool_pki pki = { 0 };
	struct pool_collateral c = { 0 };
	struct kc_buf path = { 0 };
	int lock = -1;
	kc_result r;

	KC_TRY(r, pool_lock(dir, &lock, err));
	KC_TRY(r, pool_pki_open(dir, &pki, err));
	KC_TRY(r, pool_collateral_make(&pki, kc_clock_utc_ms(), &c, err));
	KC_TRY(r, kc_dir_new(to, err));
	for (size_t i = 0; i < POOL_COLLATERAL_FILES; i++) {
		KC_TRY(r, kc_path_join(to, pool_collateral_names[i], &path,
		    err));
		KC_TRY(r, kc_file_write_new(kc_buf_str(&path), c.file[i].p,
		    c.file[i].len, 0644, err));
	}
out:
	kc_buf_free(&path);
	pool_collateral_free(&c);
	pool_pki_free(&pki);
	pool_unlock(lock);
	return r;
}
