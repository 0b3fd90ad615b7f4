/* SPDX-License-Identifier: Apache-2.0
 *
 * A DER writer as large as our CMS needs it.
 */
#ifndef KC_AUDIT_DER_H
#define KC_AUDIT_DER_H

#include "base/buf.h"

#define DER_INTEGER 0x02
#define DER_OCTETS 0x04
#define DER_SEQUENCE 0x30
#define DER_SET 0x31
#define DER_CONTEXT0 0xa0

/* aud_der: append tag, shortest length and these bytes. */
KC_MUST kc_result aud_der(struct kc_buf *ret, uint8_t tag, const void *p,
    size_t len, struct kc_err *err);

/* aud_der_set: append the items sorted as DER wants a SET OF (by their
 *  encodings), under tag. */
KC_MUST kc_result aud_der_set(struct kc_buf *ret, uint8_t tag,
    const struct kc_buf *items, size_t n, struct kc_err *err);

#endif
