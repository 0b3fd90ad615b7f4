/* SPDX-License-Identifier: Apache-2.0
 *
 * CMS inside the room; aud_cms_build and aud_cms_digest are in sign.h.
 */
#ifndef KC_AUDIT_CMS_H
#define KC_AUDIT_CMS_H

#include "audit/sign.h"

/* aud_cms_digest_of: the same as aud_cms_digest, of a content known only by
 *  its SHA-256. */
KC_MUST kc_result aud_cms_digest_of(const uint8_t hash[static KC_SHA256],
    uint8_t ret[static KC_SHA256], struct kc_err *err);

/* aud_cms_read: the (certificate, signature) pairs of a file that must be,
 *  byte for byte, what aud_cms_build makes of them for this content.
 *  Errors: KC_EREFUSED no CMS, or another encoding
 *  ret  AUD_SIGNERS_MAX of them, caller frees each */
KC_MUST kc_result aud_cms_read(const char *name, const struct kc_buf *der,
    const struct kc_buf *content, struct aud_signature *ret, size_t *ret_n,
    struct kc_err *err);

/* aud_cms_second: OpenSSL's own CMS_verify against these certificates. */
KC_MUST kc_result aud_cms_second(const char *name, const struct kc_buf *der,
    const struct kc_buf *content, const struct aud_signature *trusted,
    size_t n_trusted, struct kc_err *err);

#endif
