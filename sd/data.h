/* SPDX-License-Identifier: Apache-2.0
 *
 * What a security domain and a restore blob have in common: EncData.
 * For the files of this room only.
 */
#ifndef KC_SD_DATA_H
#define KC_SD_DATA_H

#include <jansson.h>

#include "sd/domain.h"

/* sd_pinned: member key of obj is exactly want.  Errors: KC_EALG */
KC_MUST kc_result sd_pinned(const json_t *obj, const char *where,
    const char *key, const char *want, struct kc_err *err);

/* sd_x5t_read: the member x5t_256 of obj. */
KC_MUST kc_result sd_x5t_read(const json_t *obj, const char *where,
    uint8_t ret[static KC_SHA256], struct kc_err *err);

/* sd_tag_check: 1 to 64 bytes of text without control characters. */
KC_MUST kc_result sd_tag_check(const char *where, const char *tag,
    struct kc_err *err);

/* sd_data_read: EncData of root, checked and pinned.
 *  ret    SD_MAX_DATA of them; *ret_n is kept right also on failure, so
 *         that the caller can free each jwe */
KC_MUST kc_result sd_data_read(const json_t *root, struct sd_datum *ret,
    size_t *ret_n, struct kc_err *err);

/* sd_datum_verify: only the authentication tag. */
KC_MUST kc_result sd_datum_verify(const struct sd_datum *datum,
    const struct kc_secret *master, struct kc_err *err);

/* sd_datum_plain: verify and decrypt.  ret  caller: sd_plain_free */
KC_MUST kc_result sd_datum_plain(const struct sd_datum *datum,
    const struct kc_secret *master, struct sd_plain *ret,
    struct kc_err *err);

/* sd_data_add: one datum under master to the JSON array arr. */
KC_MUST kc_result sd_data_add(json_t *arr, const struct sd_input *in,
    const struct kc_secret *master, struct kc_err *err);

/* sd_wrapped_new: {"enc_key": JWE, "x5t_256": ...} of a secret for a
 *  certificate.  ret  caller owns the reference */
KC_MUST kc_result sd_wrapped_new(const struct sd_cert *to,
    const struct kc_secret *plain, json_t **ret, struct kc_err *err);

/* sd_x5t_text: base64url of a thumbprint. */
KC_MUST kc_result sd_x5t_text(const uint8_t x5t[static KC_SHA256],
    struct kc_buf *ret, struct kc_err *err);

#endif
