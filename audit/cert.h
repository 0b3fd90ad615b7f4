/* SPDX-License-Identifier: Apache-2.0
 *
 * Signing certificates: the shape that a signer must have, and one
 * signature checked with one.
 */
#ifndef KC_AUDIT_CERT_H
#define KC_AUDIT_CERT_H

#include "base/buf.h"
#include "base/hash.h"

#define AUD_CERT_MAX ((size_t)8 << 10)

/* aud_cert_check: a DER certificate, nothing after it, self-issued, signed
 *  by its own RSA key of 2048 to 8192 bits, CA:FALSE, key usage with
 *  digitalSignature and without keyEncipherment and keyCertSign, notBefore
 *  before notAfter.
 *  who  for messages
 *  Errors: KC_EFORMAT no certificate; KC_EREFUSED another shape */
KC_MUST kc_result aud_cert_check(const char *who, const struct kc_buf *der,
    struct kc_err *err);

/* aud_cert_verify: sig is the certificate's key's PKCS#1 v1.5 signature
 *  with SHA-256 of a text with this digest.
 *  Errors: KC_EREFUSED */
KC_MUST kc_result aud_cert_verify(const char *who, const struct kc_buf *der,
    const uint8_t digest[static KC_SHA256], const struct kc_buf *sig,
    struct kc_err *err);

/* aud_cert_same_key: two certificates of one key, hence of one card. */
KC_MUST kc_result aud_cert_same_key(const struct kc_buf *a,
    const struct kc_buf *b, bool *ret, struct kc_err *err);

/* aud_cert_names: the DER of issuer and of serial number, as they stand. */
KC_MUST kc_result aud_cert_names(const struct kc_buf *der,
    struct kc_buf *ret_issuer, struct kc_buf *ret_serial,
    struct kc_err *err);

/* aud_cert_pem: append as PEM. */
KC_MUST kc_result aud_cert_pem(const struct kc_buf *der, struct kc_buf *ret,
    struct kc_err *err);

#endif
