/* SPDX-License-Identifier: Apache-2.0
 *
 * Primes below 65,536, and whether one of them divides a modulus.  For
 * public numbers only: nothing here is constant-time.
 */
#ifndef KC_SD_SIEVE_H
#define KC_SD_SIEVE_H

#include <stdint.h>

#include "base/err.h"

#define SD_SMALL_MAX 65536

/* struct sd_sieve: [i] says that i is composite, from 2. */
struct sd_sieve {
	bool composite[SD_SMALL_MAX];
};

/* sd_sieve_new: ret  caller: free() */
KC_MUST kc_result sd_sieve_new(struct sd_sieve **ret, struct kc_err *err);

/* sd_small_factor: the smallest odd prime below SD_SMALL_MAX that divides
 *  a number; 0 in *ret: none.
 *  n  big-endian */
KC_MUST kc_result sd_small_factor(const struct sd_sieve *sieve,
    const uint8_t *n, size_t len, uint64_t *ret, struct kc_err *err);

#endif
