/* SPDX-License-Identifier: Apache-2.0
 *
 * Odd primes below 65,536, and whether one of them divides a modulus.  For
 * public numbers only: nothing here is constant-time.
 */
#ifndef KC_SD_SIEVE_H
#define KC_SD_SIEVE_H

#include <stdint.h>

#include "base/err.h"

#define SD_SMALL_MAX 65536
#define SD_SMALL_PRIMES 6541	/* odd ones below it */
#define SD_SMALL_WORDS 1600	/* their products of 64 bits */

/* struct sd_sieve: the primes, and their products up to a word each, with
 * which a number is divided: 1,600 times and not 6,500. */
struct sd_sieve {
	uint16_t prime[SD_SMALL_PRIMES];
	size_t words;			/* a multiple of the lanes */
	uint64_t m[SD_SMALL_WORDS];	/* product */
	uint64_t inv[SD_SMALL_WORDS];	/* its inverse modulo 2^64 */
	size_t end[SD_SMALL_WORDS];	/* of its primes: prime[end] is next */
};

/* sd_sieve_new: ret  caller: free() */
KC_MUST kc_result sd_sieve_new(struct sd_sieve **ret, struct kc_err *err);

/* sd_small_factor: the smallest odd prime below SD_SMALL_MAX that divides
 *  a number; 0 in *ret: none.
 *  n  big-endian */
KC_MUST kc_result sd_small_factor(const struct sd_sieve *sieve,
    const uint8_t *n, size_t len, uint64_t *ret, struct kc_err *err);

#endif
