/* SPDX-License-Identifier: Apache-2.0
 *
 * A fact's commitment; shared by the writer and the reader of entries.
 */
#ifndef KC_AUDIT_COMMIT_H
#define KC_AUDIT_COMMIT_H

#include <jansson.h>

#include "base/err.h"
#include "base/hash.h"

#define AUD_SALT 16

struct aud_value {
	uint8_t salt[AUD_SALT];
	json_t *value;
};

/* aud_commit: SHA-256(0x02 || salt || canonical [id, n, name, value]). */
KC_MUST kc_result aud_commit(const char *id, uint64_t n, const char *name,
    const struct aud_value *v, uint8_t ret[static KC_SHA256],
    struct kc_err *err);

/* aud_text_ok: UTF-8 without U+0000 to U+001F. */
bool aud_text_ok(const char *s);

#endif
