/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificates that stand in a chain: strict PEM, one curve, one signature
 * algorithm, and the few rules a chain of three needs.
 */
#ifndef KC_SD_PKI_H
#define KC_SD_PKI_H

#include <openssl/x509.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

#define SD_PEM_CERT "CERTIFICATE"
#define SD_PEM_CRL "X509 CRL"

/* struct sd_text: what is left of a text that is read piece by piece. */
struct sd_text {
	const char *p;
	size_t len;
};

/* sd_pem_at: does a PEM block of this label begin here? */
bool sd_pem_at(const struct sd_text *t, const char *label);

/* sd_pem_next: the block of this label that begins exactly here; t is left
 *  behind its line end, which the last one may lack.  Lines of any length
 *  that end in LF or CR LF; nothing between them but base64.
 *  Errors: KC_EFORMAT */
KC_MUST kc_result sd_pem_next(struct sd_text *t, const char *label,
    struct kc_buf *ret_der, struct kc_err *err);

/* sd_pki_cert: parse DER that is exactly one certificate, written as DER
 *  writes it.  ret: caller X509_free.  Errors: KC_EFORMAT */
KC_MUST kc_result sd_pki_cert(const uint8_t *p, size_t len, X509 **ret,
    struct kc_err *err);

/* sd_pki_cn: the one common name of a subject, as UTF-8 without NUL.
 *  Errors: KC_EREFUSED none, several, or one holding NUL */
KC_MUST kc_result sd_pki_cn(const X509 *x, struct kc_buf *ret,
    struct kc_err *err);

/* sd_pki_cn_is: is the subject's one common name this text? */
bool sd_pki_cn_is(const X509 *x, const char *text);

/* sd_pki_issued: issuer's name and key made child: ECDSA P-256 with SHA-256.
 *  Errors: KC_EREFUSED */
KC_MUST kc_result sd_pki_issued(X509 *child, X509 *issuer,
    struct kc_err *err);

/* sd_pki_ca: a CA that may sign certificates and have path CAs below it;
 *  with path 0 it says so itself.
 * sd_pki_leaf: no CA; signs data, not certificates.
 *  Both: key usage there, no critical extension this program ignores.
 *  Errors: KC_EREFUSED */
KC_MUST kc_result sd_pki_ca(X509 *x, long path, struct kc_err *err);
KC_MUST kc_result sd_pki_leaf(X509 *x, struct kc_err *err);

/* sd_pki_span_ok: at_ms is within two ASN.1 times; what names them. */
KC_MUST kc_result sd_pki_span_ok(const char *what, const ASN1_TIME *from,
    const ASN1_TIME *to, int64_t at_ms, struct kc_err *err);

/* sd_pki_sha256: hash of the certificate's DER. */
KC_MUST kc_result sd_pki_sha256(X509 *x, uint8_t ret[static KC_SHA256],
    struct kc_err *err);

/* sd_p256_key: a public key from x || y.  ret: caller EVP_PKEY_free
 *  Errors: KC_EREFUSED not a point of the curve */
KC_MUST kc_result sd_p256_key(const uint8_t xy[static 64], EVP_PKEY **ret,
    struct kc_err *err);

/* sd_p256_verify: r || s over SHA-256 of msg.  Errors: KC_EREFUSED */
KC_MUST kc_result sd_p256_verify(EVP_PKEY *key, const void *msg, size_t len,
    const uint8_t rs[static 64], struct kc_err *err);

#endif
