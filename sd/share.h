/* SPDX-License-Identifier: Apache-2.0
 *
 * Shares: every byte of the master key split by Shamir's scheme over
 * GF(257), in constant time.  A share is a row of 16-bit words, little
 * endian: x in the upper seven bits, the value 0..256 in the lower nine.
 */
#ifndef KC_SD_SHARE_H
#define KC_SD_SHARE_H

#include "base/err.h"
#include "base/secret.h"

#define SD_MASTER 32			/* bytes of the master key */
#define SD_SHARE (2 * SD_MASTER)	/* bytes of its shares */
#define SD_X_MAX 126			/* largest x: seven bits, 127 unused */

/* Field arithmetic on 0..256, constant time. */
uint32_t sd_gf_mul(uint32_t a, uint32_t b);
uint32_t sd_gf_inv(uint32_t a);		/* 0 for 0 */

/* sd_share_make: the share at x of the polynomials whose constant terms are
 *  the bytes of secret.
 *  coef  (required - 1) words for each byte, little endian, lowest degree
 *        first, each 0..256
 *  ret   secure heap, 2 * secret->len bytes; caller: kc_secret_free */
KC_MUST kc_result sd_share_make(const struct kc_secret *secret,
    const struct kc_secret *coef, size_t required, uint32_t x,
    struct kc_secret *ret, struct kc_err *err);

/* sd_share_split: random polynomials; shares for x = 1..n.
 *  ret  n empty secrets; caller frees each, also on failure */
KC_MUST kc_result sd_share_split(const struct kc_secret *secret,
    size_t required, size_t n, struct kc_secret *ret, struct kc_err *err);

/* sd_share_check: even length, one x in 1..126, every value at most 256.
 *  where  for messages.  Errors: KC_EFORMAT; never shows a value */
KC_MUST kc_result sd_share_check(const char *where,
    const struct kc_secret *share, uint32_t *ret_x, struct kc_err *err);

/* sd_share_combine: m checked shares of distinct x to the secret.
 *  Errors: KC_EMAC when a byte comes out as 256 (bad shares);
 *  KC_EFORMAT lengths or x that do not fit together */
KC_MUST kc_result sd_share_combine(const struct kc_secret *const *shares,
    size_t m, struct kc_secret *ret, struct kc_err *err);

/* sd_share_agrees: does extra lie on the polynomials of the m shares? */
KC_MUST kc_result sd_share_agrees(const struct kc_secret *const *shares,
    size_t m, const struct kc_secret *extra, bool *ret, struct kc_err *err);

/* sd_share_constant: the one-share test.  Were the polynomials of all bytes
 *  made with the same coefficients, v - s is the same for every byte, and
 *  one share leaves at most 257 candidates for the secret.  True: defective.
 *  share, secret  of one splitting, checked */
bool sd_share_constant(const struct kc_secret *share,
    const struct kc_secret *secret);

#endif
