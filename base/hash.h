/* SPDX-License-Identifier: Apache-2.0
 *
 * SHA-256 and hexadecimal.
 */
#ifndef KC_BASE_HASH_H
#define KC_BASE_HASH_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define KC_SHA256 32
#define KC_HEX (2 * KC_SHA256 + 1)	/* hex of a hash and its NUL */

/* struct kc_part: one piece of what is hashed. */
struct kc_part {
	const void *p;
	size_t len;
};

/* kc_sha256: hash the parts one after another. */
KC_MUST kc_result kc_sha256(const struct kc_part *parts, size_t n,
    uint8_t ret[static KC_SHA256], struct kc_err *err);

/* kc_sha256_one: hash one run of bytes. */
KC_MUST kc_result kc_sha256_one(const void *p, size_t len,
    uint8_t ret[static KC_SHA256], struct kc_err *err);

/* kc_hex: lower-case hex with NUL; ret holds 2 * len + 1 bytes. */
void kc_hex(const uint8_t *p, size_t len, char *ret);

/* kc_unhex: exactly len bytes from 2 * len hex digits of either case.
 *  Returns false, ret untouched, on anything else. */
bool kc_unhex(const char *hex, size_t len, uint8_t *ret);

/* kc_hex_groups: hex in groups of four, as people read it aloud. */
KC_MUST kc_result kc_hex_groups(const uint8_t *p, size_t len,
    struct kc_buf *ret, struct kc_err *err);

#endif
