/* SPDX-License-Identifier: Apache-2.0
 *
 * Small factors, quickly: this runs whenever a domain is encrypted to a key.
 */
#include "sd/sieve.h"

#include <stdlib.h>
#include <string.h>

#define LANES 4		/* divisions side by side */

__extension__ typedef unsigned __int128 wide;

/* struct batch: odd products of primes, looked at together. */
struct batch {
	uint64_t m[LANES];
	size_t first[LANES], last[LANES];	/* the primes in each */
	size_t n;
};

/* Eratosthenes. */
kc_result
sd_sieve_new(struct sd_sieve **ret, struct kc_err *err)
{
	struct sd_sieve *s = calloc(1, sizeof *s);

	if (s == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for primes");
	for (size_t i = 2; i * i < SD_SMALL_MAX; i++)
		for (size_t k = i * i; !s->composite[i] && k < SD_SMALL_MAX;
		    k += i)
			s->composite[k] = true;
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

/* Hensel's division, from the lowest limb up: what it leaves in rest[i] is,
 * modulo the odd m[i], minus the number divided by a power of two; so the
 * same primes of m[i] divide both.  It multiplies where a division would
 * wait for the one before. */
static void
hensel(const uint64_t *limb, size_t n, const uint64_t m[static LANES],
    uint64_t rest[static LANES])
{
	uint64_t inv[LANES], carry[LANES] = { 0 };

	for (size_t i = 0; i < LANES; i++) {
		inv[i] = 3 * m[i] ^ 2;		/* right modulo 2^5 */
		for (int bits = 5; bits < 64; bits *= 2)
			inv[i] *= 2 - m[i] * inv[i];
	}
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < LANES; i++) {
			uint64_t borrow = limb[k] < carry[i];
			uint64_t q = (limb[k] - carry[i]) * inv[i];

			carry[i] = borrow +
			    (uint64_t)((wide)q * m[i] >> 64);
		}
	memcpy(rest, carry, sizeof carry);
}

/* A prime from first to last that divides rest; 0 if there is none. */
static uint64_t
divisor(const struct sd_sieve *s, uint64_t rest, size_t first, size_t last)
{
	for (size_t p = first; p <= last; p++)
		if (!s->composite[p] && rest % p == 0)
			return p;
	return 0;
}

static uint64_t
batch_divisor(struct batch *b, const struct sd_sieve *s,
    const uint64_t *limb, size_t n)
{
	uint64_t rest[LANES], p = 0;

	for (size_t i = b->n; i < LANES; i++)
		b->m[i] = 1;
	hensel(limb, n, b->m, rest);
	for (size_t i = 0; i < b->n && p == 0; i++)
		p = divisor(s, rest[i], b->first[i], b->last[i]);
	b->n = 0;
	return p;
}

/* Odd primes are multiplied up to a word, so that the number is divided
 * 1,600 times and not 6,500. */
static uint64_t
small_factor(const struct sd_sieve *s, const uint64_t *limb, size_t n)
{
	struct batch b = { .n = 0 };
	uint64_t word = 1, p = 0;
	size_t first = 3;

	for (size_t i = 3; i <= SD_SMALL_MAX && p == 0; i++) {
		if (i < SD_SMALL_MAX && s->composite[i])
			continue;
		if (i < SD_SMALL_MAX && word <= UINT64_MAX / i) {
			word *= i;
			continue;
		}
		b.m[b.n] = word;
		b.first[b.n] = first;
		b.last[b.n++] = i - 1;
		if (b.n == LANES || i == SD_SMALL_MAX)
			p = batch_divisor(&b, s, limb, n);
		first = i;
		word = i;
	}
	return p;
}

kc_result
sd_small_factor(const struct sd_sieve *sieve, const uint8_t *n, size_t len,
    uint64_t *ret, struct kc_err *err)
{
	size_t limbs = (len + 7) / 8;
	uint64_t *limb = calloc(limbs, sizeof *limb);

	if (limb == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for a number");
	to_limbs(n, len, limb);
	*ret = small_factor(sieve, limb, limbs);
	free(limb);
	return KC_DONE;
}
