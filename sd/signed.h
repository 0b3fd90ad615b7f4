/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON that Intel signs: {"<member>":{...},"signature":"<r || s in hex>"}.
 * The signature is over the member's bytes as they stand in the text.
 */
#ifndef KC_SD_SIGNED_H
#define KC_SD_SIGNED_H

#include <jansson.h>

#include "sd/pki.h"

#define SD_TCB_INFO "tcbInfo"
#define SD_QE_IDENTITY "enclaveIdentity"

/* sd_signed_kind: SD_TCB_INFO, SD_QE_IDENTITY, or NULL for another text.
 *  Errors: KC_EFORMAT, KC_ELIMIT */
KC_MUST kc_result sd_signed_kind(const char *name, const struct kc_buf *text,
    const char **ret, struct kc_err *err);

/* sd_signed_read: check signature, version and dates; the member parsed
 *  from the signed bytes.
 *  kind  from sd_signed_kind.  ret  caller: json_decref
 *  Errors: KC_EFORMAT; KC_EREFUSED signature, another version, dates */
KC_MUST kc_result sd_signed_read(const char *name, const struct kc_buf *text,
    const char *kind, EVP_PKEY *key, int64_t at_ms, json_t **ret,
    struct kc_err *err);

/* sd_signed_hex: a member of exactly len bytes in hex. */
KC_MUST kc_result sd_signed_hex(const json_t *o, const char *where,
    const char *key, uint8_t *ret, size_t len, struct kc_err *err);

#endif
