/* SPDX-License-Identifier: Apache-2.0
 *
 * A growing byte buffer for public data.  Never for a secret: growing copies.
 */
#ifndef KC_BASE_BUF_H
#define KC_BASE_BUF_H

#include <stdint.h>

#include "base/err.h"

/* struct kc_buf: p[len] is always NUL when p is not NULL.  Start as {0}. */
struct kc_buf {
	uint8_t *p;
	size_t len;
	size_t cap;
};

KC_MUST kc_result kc_buf_add(struct kc_buf *b, const void *p, size_t len,
    struct kc_err *err);
KC_MUST kc_result kc_buf_adds(struct kc_buf *b, const char *s,
    struct kc_err *err);
KC_MUST kc_result kc_buf_addf(struct kc_buf *b, struct kc_err *err,
    const char *fmt, ...) KC_PRINTF(3, 4);

/* kc_buf_str: the bytes as a string; "" when empty.  Owned by b. */
const char *kc_buf_str(const struct kc_buf *b);

/* kc_buf_free: release and zero the struct. */
void kc_buf_free(struct kc_buf *b);

/* kc_strdup: a copy of s; caller frees with free(). */
KC_MUST kc_result kc_strdup(const char *s, char **ret, struct kc_err *err);

#endif
