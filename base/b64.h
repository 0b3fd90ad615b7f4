/* SPDX-License-Identifier: Apache-2.0
 *
 * Strict base64 and base64url (RFC 4648): no white space, no missing or
 * extra padding, unused bits zero.
 */
#ifndef KC_BASE_B64_H
#define KC_BASE_B64_H

#include "base/buf.h"
#include "base/err.h"

/* base64url without padding, as JOSE writes it (RFC 7515 section 2). */
KC_MUST kc_result kc_b64url_encode(const uint8_t *p, size_t len,
    struct kc_buf *ret, struct kc_err *err);
/* Appends to ret.  Errors: KC_EFORMAT with the offset; ret unchanged. */
KC_MUST kc_result kc_b64url_decode(const char *s, size_t len,
    struct kc_buf *ret, struct kc_err *err);

/* Standard base64 with padding, no line breaks (x5c). */
KC_MUST kc_result kc_b64_encode(const uint8_t *p, size_t len,
    struct kc_buf *ret, struct kc_err *err);
KC_MUST kc_result kc_b64_decode(const char *s, size_t len,
    struct kc_buf *ret, struct kc_err *err);

#endif
