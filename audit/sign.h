/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts that several cards sign: checkpoints over the journal and the
 * manifest of an export.  The text is frozen in a row before its first
 * signature; each signature is a row; what is signed is the digest of the
 * CMS signed attributes, so the card never sees the text (docs/format/).
 */
#ifndef KC_AUDIT_SIGN_H
#define KC_AUDIT_SIGN_H

#include "audit/journal.h"

#define AUD_SIGNERS_MAX 24

/* Row kinds.  Only these may follow the last checkpoint's body. */
#define AUD_KIND_GENESIS "genesis"
#define AUD_KIND_SIGNER "signer.add"	/* signer (role id), cert, cert.sha256;
					 * written by aud_signer_add */
#define AUD_KIND_CP_BODY "checkpoint.body"	/* number, body (base64) */
#define AUD_KIND_CP_INTENT "checkpoint.intent"	/* facts: number, signer */
#define AUD_KIND_CP_SIGNATURE "checkpoint.signature"
				/* number, signer, cert.sha256, signature */
#define AUD_KIND_CP_END "checkpoint.end"	/* facts: number */
#define AUD_KIND_EX_BODY "export.body"	/* facts: size, sha256 */
#define AUD_KIND_EX_INTENT "export.intent"	/* size instead of number */
#define AUD_KIND_EX_SIGNATURE "export.signature"
#define AUD_KIND_EX_END "export.end"

/* struct aud_text: a frozen text and who has signed it so far. */
struct aud_text {
	bool manifest;		/* else checkpoint */
	int64_t number;		/* checkpoint number from 1; manifest: size */
	struct kc_buf body;
	uint8_t digest[KC_SHA256];	/* of the signed attributes */
	int64_t required;	/* K */
	size_t n_signed;
	char signed_by[AUD_SIGNERS_MAX][65];	/* cert SHA-256, hex */
};

void aud_text_free(struct aud_text *t);

/* aud_cms_digest: SHA-256 of the DER SET of the signed attributes for this
 *  content: what a signer's card signs with PKCS#1 v1.5. */
KC_MUST kc_result aud_cms_digest(const void *content, size_t len,
    uint8_t ret[static KC_SHA256], struct kc_err *err);

struct aud_signature {
	struct kc_buf cert;	/* DER */
	struct kc_buf sig;
};

/* aud_cms_build: the one DER encoding of a detached SignedData. */
KC_MUST kc_result aud_cms_build(const void *content, size_t len,
    const struct aud_signature *sigs, size_t n, struct kc_buf *ret_der,
    struct kc_err *err);

/* aud_signer_add: the row that lists a signer from now on; another row of
 *  the same signer replaces the certificate.
 *  signer  [a-z0-9._-]{1,64}
 *  Errors: KC_EREFUSED a certificate of the wrong shape or of another
 *  signer, too many; KC_EFORMAT no certificate */
KC_MUST kc_result aud_signer_add(struct aud_journal *j, const char *step,
    const char *signer, const struct kc_buf *cert_der, struct kc_err *err);

/* aud_checkpoint_freeze: write the text over all entries so far and append
 *  it as a row.  Signers and K come from genesis and signer.add rows. */
KC_MUST kc_result aud_checkpoint_freeze(struct aud_journal *j,
    const char *step, struct aud_text *ret, struct kc_err *err);

/* aud_text_resume: the last frozen text of that kind, with its signatures,
 *  if it has no end row yet; *ret_found says whether.  A checkpoint after
 *  whose body other rows stand is not found: freeze a new one.
 *  ret->body is empty for a manifest (its row holds only the hash). */
KC_MUST kc_result aud_text_resume(struct aud_journal *j, const char *step,
    bool manifest, struct aud_text *ret, bool *ret_found,
    struct kc_err *err);

/* aud_text_intent / aud_text_add: the rows before and after one card's
 *  signature.  aud_text_add verifies the signature and the certificate
 *  (listed, right key usage, not this text already) before it is a row. */
KC_MUST kc_result aud_text_intent(struct aud_journal *j, const char *step,
    struct aud_text *t, const char *signer, struct kc_err *err);
KC_MUST kc_result aud_text_add(struct aud_journal *j, const char *step,
    struct aud_text *t, const char *signer, const struct kc_buf *cert_der,
    const struct kc_buf *sig, struct kc_err *err);

/* aud_text_end: append the end row; K distinct signers must be there. */
KC_MUST kc_result aud_text_end(struct aud_journal *j, const char *step,
    struct aud_text *t, struct kc_err *err);

#endif
