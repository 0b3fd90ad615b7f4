/* SPDX-License-Identifier: Apache-2.0
 *
 * HMAC-SHA-512 with keys in the secure heap, and the key derivation that the
 * files call "sp108_kdf".
 */
#ifndef KC_SD_KDF_H
#define KC_SD_KDF_H

#include "base/err.h"
#include "base/hash.h"
#include "base/secret.h"

#define SD_SHA512 64

/* sd_hmac512: HMAC-SHA-512 of the parts one after another.
 *  ret  64 bytes; public or in the secure heap, as the caller needs */
KC_MUST kc_result sd_hmac512(const uint8_t *key, size_t key_len,
    const struct kc_part *parts, size_t n, uint8_t ret[static SD_SHA512],
    struct kc_err *err);

/* sd_kdf: NIST SP 800-108 counter mode, one iteration.
 *  label    UTF-8, of a datum: its tag
 *  context  empty for the security domain
 *  len      bytes wanted, 1 to 64
 *  ret      secure heap; caller: kc_secret_free
 *  Source:  NIST SP 800-108r1 4.1, PRF HMAC-SHA-512, r = 32 */
KC_MUST kc_result sd_kdf(const struct kc_secret *master, const char *label,
    const char *context, size_t len, struct kc_secret *ret,
    struct kc_err *err);

#endif
