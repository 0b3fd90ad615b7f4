/* SPDX-License-Identifier: Apache-2.0
 *
 * Links of the quote: from Intel's root down to the exchange key.
 */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "sd/link.h"

/* Intel SGX Root CA; the certificate that public verifiers pin too. */
const uint8_t sd_intel_root[KC_SHA256] = {
	0x44, 0xa0, 0x19, 0x6b, 0x2b, 0x99, 0xf8, 0x89, 0xb8, 0xe1, 0x49,
	0xe9, 0x5b, 0x80, 0x7a, 0x35, 0x0e, 0x74, 0x24, 0x96, 0x43, 0x99,
	0xe8, 0x85, 0xa7, 0xcb, 0xb8, 0xcc, 0xfa, 0xb6, 0x74, 0xd3,
};

/* Intel as maker of a quoting enclave, and the key that signs that. */
static const uint8_t intel_vendor[16] = {
	0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d,
	0xb3, 0x95, 0x7f, 0x06, 0x07,
};
static const uint8_t intel_qe_signer[32] = {
	0x8c, 0x4f, 0x57, 0x75, 0xd7, 0x96, 0x50, 0x3e, 0x96, 0x13, 0x7f,
	0x77, 0xc6, 0x8a, 0x82, 0x9a, 0x00, 0x56, 0xac, 0x8d, 0xed, 0x70,
	0x14, 0x0b, 0x08, 0x1b, 0x09, 0x44, 0x90, 0xc5, 0x7b, 0xff,
};
#define QE_PROD_ID 1

kc_result
sd_link_evidence(struct sd_inquiry *j, struct kc_err *err)
{
	const struct kc_buf *b = &j->x->evidence;
	kc_result r;

	if (!j->x->has_evidence)
		return sd_unproved(j, "the certificate carries none; it says "
		    "nothing about who made it");
	KC_TRY(r, sd_quote_parse(b->p, b->len, &j->q, err));
	r = sd_pck_read(j->q.chain, j->q.chain_len, &j->pck, err);
	if (!kc_ok(r))
		j->q = (struct sd_quote){ 0 };
	sd_say(j, "an SGX DCAP quote, version 3, whole");
out:
	return r;
}

kc_result
sd_link_pck_root(struct sd_inquiry *j, struct kc_err *err)
{
	const struct kc_buf *own = j->pins->root;
	uint8_t want[KC_SHA256], got[KC_SHA256];
	kc_result r;

	if (own != NULL)
		KC_TRY(r, kc_sha256_one(own->p, own->len, want, err));
	else
		memcpy(want, sd_intel_root, sizeof want);
	KC_TRY(r, sd_pki_sha256(j->pck.cert[SD_PCK_ROOT], got, err));
	if (CRYPTO_memcmp(got, want, sizeof got) != 0)
		r = KC_FAIL(err, KC_EREFUSED, 0, "the chain's root is not %s",
		    own != NULL ? "the rehearsal root" : "Intel's SGX root");
	sd_say(j, "%s", own != NULL ? "REHEARSAL: the root given, not Intel's"
	    : "Intel SGX Root CA, by its SHA-256");
out:
	return r;
}

kc_result
sd_link_pck_chain(struct sd_inquiry *j, struct kc_err *err)
{
	sd_say(j, "leaf, CA and root sign each other; CA flags, path lengths, "
	    "key usage and curve are right");
	return sd_pck_chain(&j->pck, err);
}

kc_result
sd_link_pck_dates(struct sd_inquiry *j, struct kc_err *err)
{
	sd_say(j, "leaf, CA and root are within their dates");
	return sd_pck_dates(&j->pck, j->pins->at_ms, err);
}

kc_result
sd_link_pck_leaf(struct sd_inquiry *j, struct kc_err *err)
{
	char fmspc[13];
	kc_result r = sd_pck_leaf(&j->pck, &j->platform, err);

	kc_hex(j->platform.fmspc, sizeof j->platform.fmspc, fmspc);
	sd_say(j, "a PCK certificate of a platform of FMSPC %s", fmspc);
	return r;
}

kc_result
sd_link_qe_signature(struct sd_inquiry *j, struct kc_err *err)
{
	EVP_PKEY *key = X509_get0_pubkey(j->pck.cert[SD_PCK_LEAF]);

	sd_say(j, "the PCK key signed the quoting enclave's report");
	return sd_p256_verify(key, j->q.qe.bytes, SD_REPORT,
	    j->q.qe_signature, err);
}

kc_result
sd_link_qe_identity(struct sd_inquiry *j, struct kc_err *err)
{
	static const uint8_t zero[4];
	const struct sd_report *qe = &j->q.qe;

	if (CRYPTO_memcmp(j->q.vendor, intel_vendor, sizeof intel_vendor)
	    != 0)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the quote's QE vendor is not Intel");
	if (CRYPTO_memcmp(qe->mrsigner, intel_qe_signer,
	    sizeof intel_qe_signer) != 0)
		return KC_FAIL(err, KC_EREFUSED, 0, "the quoting enclave's "
		    "MRSIGNER is not Intel's; anybody's enclave may have "
		    "signed this quote");
	if (qe->prod_id != QE_PROD_ID)
		return KC_FAIL(err, KC_EREFUSED, 0, "the quoting enclave's "
		    "ISVPRODID is %u, not %u", qe->prod_id, QE_PROD_ID);
	if (CRYPTO_memcmp(qe->miscselect, zero, sizeof zero) != 0)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the quoting enclave's MISCSELECT is not 0");
	sd_say(j, "Intel's quoting enclave: vendor, MRSIGNER, ISVPRODID %u",
	    QE_PROD_ID);
	return KC_DONE;
}

static kc_result
no_debug(struct sd_inquiry *j, const struct sd_report *report,
    const char *whose, struct kc_err *err)
{
	if (report->debug)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s runs in DEBUG mode; "
		    "whoever runs it reads its memory", whose);
	sd_say(j, "%s does not run in DEBUG mode", whose);
	return KC_DONE;
}

static kc_result
svn_floor(struct sd_inquiry *j, const struct sd_report *report, unsigned min,
    const char *whose, struct kc_err *err)
{
	if (report->svn < min)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s has ISVSVN %u, below the floor of %u", whose,
		    report->svn, min);
	sd_say(j, "ISVSVN %u, at or above the floor of %u", report->svn, min);
	return KC_DONE;
}

kc_result
sd_link_qe_debug(struct sd_inquiry *j, struct kc_err *err)
{
	return no_debug(j, &j->q.qe, "the quoting enclave", err);
}

kc_result
sd_link_qe_svn(struct sd_inquiry *j, struct kc_err *err)
{
	return svn_floor(j, &j->q.qe, j->pins->qe_svn_min,
	    "the quoting enclave", err);
}

/* Report data is a SHA-256 and 32 zero bytes. */
static kc_result
data_is(const struct sd_report *report, const struct kc_part *parts,
    size_t n, bool *ret, struct kc_err *err)
{
	uint8_t want[64] = { 0 };
	kc_result r = kc_sha256(parts, n, want, err);

	if (kc_ok(r))
		*ret = CRYPTO_memcmp(report->data, want, sizeof want) == 0;
	return r;
}

kc_result
sd_link_qe_binding(struct sd_inquiry *j, struct kc_err *err)
{
	const struct kc_part parts[] = {
		{ j->q.key, 64 }, { j->q.auth, j->q.auth_len },
	};
	bool same = false;
	kc_result r = data_is(&j->q.qe, parts, 2, &same, err);

	if (kc_ok(r) && !same)
		r = KC_FAIL(err, KC_EREFUSED, 0, "the quoting enclave's "
		    "report is about another attestation key");
	sd_say(j, "the quoting enclave's report names this attestation key");
	return r;
}

kc_result
sd_link_quote_signature(struct sd_inquiry *j, struct kc_err *err)
{
	EVP_PKEY *key = NULL;
	kc_result r = sd_p256_key(j->q.key, &key, err);

	if (kc_ok(r))
		r = sd_p256_verify(key, j->q.signed_part, SD_QUOTE_SIGNED,
		    j->q.signature, err);
	EVP_PKEY_free(key);
	sd_say(j, "the attestation key signed the enclave's report");
	return r;
}

kc_result
sd_link_enclave_debug(struct sd_inquiry *j, struct kc_err *err)
{
	return no_debug(j, &j->q.enclave, "the enclave", err);
}

kc_result
sd_link_enclave_signer(struct sd_inquiry *j, struct kc_err *err)
{
	char got[65], want[65];

	kc_hex(j->q.enclave.mrsigner, 32, got);
	if (!j->pins->has_mrsigner)
		return sd_unproved(j, "no MRSIGNER is pinned; the enclave's "
		    "is %s", got);
	kc_hex(j->pins->mrsigner, 32, want);
	if (strcmp(got, want) != 0)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the enclave's MRSIGNER is %s, not the pinned %s", got,
		    want);
	sd_say(j, "MRSIGNER %s, as pinned", got);
	return KC_DONE;
}

kc_result
sd_link_enclave_product(struct sd_inquiry *j, struct kc_err *err)
{
	unsigned got = j->q.enclave.prod_id, want = j->pins->prod_id;

	if (got != want)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the enclave's ISVPRODID is %u, not %u", got, want);
	sd_say(j, "ISVPRODID %u", got);
	return KC_DONE;
}

kc_result
sd_link_enclave_svn(struct sd_inquiry *j, struct kc_err *err)
{
	return svn_floor(j, &j->q.enclave, j->pins->svn_min, "the enclave",
	    err);
}

kc_result
sd_link_key_binding(struct sd_inquiry *j, struct kc_err *err)
{
	const struct kc_part spki = { j->x->spki.p, j->x->spki.len };
	bool same = false;
	kc_result r = data_is(&j->q.enclave, &spki, 1, &same, err);

	if (kc_ok(r) && !same)
		r = KC_FAIL(err, KC_EREFUSED, 0, "the enclave's report is "
		    "about another key than this certificate's");
	sd_say(j, "the enclave's report names this exchange key");
	return r;
}
