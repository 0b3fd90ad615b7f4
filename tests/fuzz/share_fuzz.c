/* SPDX-License-Identifier: Apache-2.0
 *
 * Shares: the first byte says how many (low four bits) and whether their x
 * are made to fit (top bit); then 64 bytes each, what is missing is zero.
 * The answer is compared with plain arithmetic modulo 257.
 */
#include <string.h>

#include "sd/share.h"
#include "tests/fuzz/fuzz.h"

#define P 257
#define MOST 10

void
fuzz_start(void)
{
}

static uint32_t
value(const struct kc_secret *s, size_t i)
{
	return ((uint32_t)s->p[2 * i] | (uint32_t)s->p[2 * i + 1] << 8) &
	    0x1ff;
}

static uint32_t
inverse(uint32_t a)
{
	for (uint32_t b = 1; b < P; b++)
		if (a * b % P == 1)
			return b;
	return 0;
}

/* The polynomial through the shares' i-th points, at 0. */
static uint32_t
by_hand(struct kc_secret *const *s, size_t m, size_t i)
{
	uint32_t sum = 0;

	for (size_t a = 0; a < m; a++) {
		uint32_t t = value(s[a], i), xa = s[a]->p[1] >> 1;

		for (size_t b = 0; b < m; b++) {
			uint32_t xb = s[b]->p[1] >> 1;

			if (b != a)
				t = t * (P - xb) % P *
				    inverse((P + xa - xb) % P) % P;
		}
		sum = (sum + t) % P;
	}
	return sum;
}

static bool
distinct(struct kc_secret *const *s, size_t m)
{
	for (size_t a = 0; a < m; a++)
		for (size_t b = 0; b < a; b++)
			if (s[a]->p[1] >> 1 == s[b]->p[1] >> 1)
				return false;
	return true;
}

/* m shares that have passed their check. */
static void
combine(struct kc_secret *const *s, size_t m)
{
	const struct kc_secret *const *pick =
	    (const struct kc_secret *const *)s;
	struct kc_secret out = { 0 };
	struct kc_err err = { 0 };
	bool over = false, agrees = false;
	kc_result r = sd_share_combine(pick, m, &out, &err);

	if (!kc_ok(r)) {
		fuzz_failed(r, &err);
		fuzz_must(out.p == NULL);
	}
	if (!distinct(s, m)) {
		fuzz_must(r.code == KC_EFORMAT);
		return;
	}
	for (size_t i = 0; i < SD_MASTER; i++) {
		uint32_t v = by_hand(s, m, i);

		over = over || v == 256;
		fuzz_must(!kc_ok(r) || v == out.p[i]);
	}
	fuzz_must(r.code == (over ? KC_EMAC : KC_OK));
	/* Each share lies on the polynomial through all of them. */
	for (size_t a = 0; a < m; a++) {
		fuzz_ok(sd_share_agrees(pick, m, s[a], &agrees, NULL));
		fuzz_must(agrees);
	}
	kc_secret_free(&out);
}

/* Make x and values what a share may hold. */
static void
fit(struct kc_secret *s, size_t x)
{
	for (size_t i = 0; i < SD_MASTER; i++) {
		uint32_t w = (uint32_t)x << 9 | value(s, i) % P;

		s->p[2 * i] = (uint8_t)(w & 0xff);
		s->p[2 * i + 1] = (uint8_t)(w >> 8);
	}
}

void
fuzz_one(const uint8_t *p, size_t len)
{
	struct kc_secret share[MOST] = { 0 }, *good[MOST];
	size_t n = len > 0 ? (p[0] & 15) % (MOST + 1) : 0, m = 0;
	bool fits = len > 0 && p[0] >> 7 != 0;

	for (size_t i = 0; i < n; i++) {
		size_t at = 1 + i * SD_SHARE, have = at < len ? len - at : 0;
		uint8_t bytes[SD_SHARE] = { 0 };
		struct kc_err err = { 0 };
		uint32_t x = 0;
		kc_result r;

		memcpy(bytes, p + (at < len ? at : 0),
		    have < SD_SHARE ? have : SD_SHARE);
		fuzz_secret(bytes, SD_SHARE, &share[i]);
		if (fits)
			fit(&share[i], i + 1);
		r = sd_share_check("it", &share[i], &x, &err);
		if (kc_ok(r)) {
			fuzz_must(x >= 1 && x <= SD_X_MAX);
			good[m++] = &share[i];
		} else {
			fuzz_failed(r, &err);
			fuzz_must(x == 0 && !fits);
		}
	}
	if (m > 0)
		combine(good, m);
	for (size_t i = 0; i < n; i++)
		kc_secret_free(&share[i]);
}
