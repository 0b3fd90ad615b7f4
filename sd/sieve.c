/* SPDX-License-Identifier: Apache-2.0
 *
 * Small factors, quickly: this runs whenever a domain is opened, or
 * encrypted to a key.
 */
#include "sd/sieve.h"

#include <stdlib.h>
#include <string.h>

#define LANES 4		/* divisions side by side */

__extension__ typedef unsigned __int128 wide;

/* Eratosthenes. */
static void
find_primes(struct sd_sieve *s, bool *composite)
{
	size_t n = 0;

	for (size_t i = 3; i < SD_SMALL_MAX; i += 2) {
		if (composite[i])
			continue;
		s->prime[n++] = (uint16_t)i;
		for (size_t k = i * i; k < SD_SMALL_MAX; k += 2 * i)
			composite[k] = true;
	}
}

/* Newton's: each step doubles the bits that are right. */
static uint64_t
inverse(uint64_t m)
{
	uint64_t inv = 3 * m ^ 2;		/* right modulo 2^5 */

	for (int bits = 5; bits < 64; bits *= 2)
		inv *= 2 - m * inv;
	return inv;
}

static void
add_word(struct sd_sieve *s, uint64_t m, size_t end)
{
	s->m[s->words] = m;
	s->inv[s->words] = inverse(m);
	s->end[s->words++] = end;
}

static void
multiply(struct sd_sieve *s)
{
	uint64_t m = 1;

	for (size_t i = 0; i < SD_SMALL_PRIMES; i++) {
		if (m >> 48 != 0) {	/* times a prime it might not fit */
			add_word(s, m, i);
			m = 1;
		}
		m *= s->prime[i];
	}
	add_word(s, m, SD_SMALL_PRIMES);
	while (s->words % LANES != 0)
		add_word(s, 1, SD_SMALL_PRIMES);
}

kc_result
sd_sieve_new(struct sd_sieve **ret, struct kc_err *err)
{
	struct sd_sieve *s = calloc(1, sizeof *s);
	bool *composite = calloc(SD_SMALL_MAX, sizeof *composite);

	if (s == NULL || composite == NULL) {
		free(composite);
		free(s);
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for primes");
	}
	find_primes(s, composite);
	multiply(s);
	free(composite);
	*ret = s;
	return KC_DONE;
}

/* Big-endian bytes to 64-bit limbs, the lowest first. */
static void
to_limbs(const uint8_t *n, size_t len, uint64_t *limb)
{
	for (size_t i = 0; i < len; i++)
		limb[i / 8] |= (uint64_t)n[len - 1 - i] << 8 * (i % 8);
}

/* Hensel's division by LANES odd words from at, from the lowest limb up:
 * what it leaves in rest[i] is, modulo m[i], minus the number divided by a
 * power of two; so the same primes of m[i] divide both.  It multiplies where
 * a division would wait for the one before. */
static void
hensel(const struct sd_sieve *s, size_t at, const uint64_t *limb, size_t n,
    uint64_t rest[static LANES])
{
	uint64_t m[LANES], inv[LANES], carry[LANES] = { 0 };

	memcpy(m, s->m + at, sizeof m);
	memcpy(inv, s->inv + at, sizeof inv);
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < LANES; i++) {
			uint64_t borrow = limb[k] < carry[i];
			uint64_t q = (limb[k] - carry[i]) * inv[i];

			carry[i] = borrow +
			    (uint64_t)((wide)q * m[i] >> 64);
		}
	memcpy(rest, carry, sizeof carry);
}

static uint64_t
small_factor(const struct sd_sieve *s, const uint64_t *limb, size_t n)
{
	uint64_t rest[LANES];
	size_t k = 0;

	for (size_t at = 0; at < s->words; at += LANES) {
		hensel(s, at, limb, n, rest);
		for (size_t i = 0; i < LANES; i++)
			for (; k < s->end[at + i]; k++)
				if (rest[i] % s->prime[k] == 0)
					return s->prime[k];
	}
	return 0;
}

kc_result
sd_small_factor(const struct sd_sieve *sieve, const uint8_t *n, size_t len,
    uint64_t *ret, struct kc_err *err)
{
	size_t limbs = (len + 7) / 8;
	uint64_t *limb = calloc(limbs > 0 ? limbs : 1, sizeof *limb);

	if (limb == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for a number");
	to_limbs(n, len, limb);
	*ret = small_factor(sieve, limb, limbs);
	free(limb);
	return KC_DONE;
}
