/* SPDX-License-Identifier: Apache-2.0
 *
 * Shares over GF(257).  No table, no branch and no division depends on a
 * value: 256 is -1 in this field, so a product is reduced by subtracting its
 * upper half from its lower.  A branch that a secret decides is marked
 * "verdict": tests/e2e/consttime.sh knows no other.
 */
#include "sd/share.h"

#include <openssl/crypto.h>

#define P 257u
#define SHARES_MAX 10

/* The compiler may not see that m is only 0 or all ones, or it could make a
 * branch of it. */
static uint32_t
opaque(uint32_t m)
{
	__asm__("" : "+r"(m));
	return m;
}

/* t in 0..513 to 0..256 */
static uint32_t
once(uint32_t t)
{
	return t - (P & opaque(0u - ((P - 1 - t) >> 31)));
}

static uint32_t
gf_add(uint32_t a, uint32_t b)
{
	return once(a + b);
}

static uint32_t
gf_sub(uint32_t a, uint32_t b)
{
	return once(a + P - b);
}

uint32_t
sd_gf_mul(uint32_t a, uint32_t b)
{
	uint32_t t = a * b;

	return once((t & 0xff) + P - (t >> 8));
}

/* Fermat: a^(p-2) = a^255; 255 has eight ones. */
uint32_t
sd_gf_inv(uint32_t a)
{
	uint32_t acc = a;

	for (int i = 0; i < 7; i++)
		acc = sd_gf_mul(sd_gf_mul(acc, acc), a);
	return acc;
}

static uint32_t
word_at(const struct kc_secret *s, size_t i)
{
	return (uint32_t)s->p[2 * i] | (uint32_t)s->p[2 * i + 1] << 8;
}

static void
put_word(struct kc_secret *s, size_t i, uint32_t w)
{
	s->p[2 * i] = (uint8_t)(w & 0xff);
	s->p[2 * i + 1] = (uint8_t)(w >> 8);
}

kc_result
sd_share_make(const struct kc_secret *secret, const struct kc_secret *coef,
    size_t required, uint32_t x, struct kc_secret *ret, struct kc_err *err)
{
	size_t degree = required - 1;
	struct kc_secret s = { 0 };
	kc_result r;

	if (required < 1 || coef->len != 2 * degree * secret->len || x < 1 ||
	    x > SD_X_MAX)
		return KC_FAIL(err, KC_EBUG, 0,
		    "a share at x = %u of degree %zu was asked for", x,
		    degree);
	r = kc_secret_new(&s, 2 * secret->len, err);
	if (!kc_ok(r))
		return r;
	s.len = 2 * secret->len;
	for (size_t i = 0; i < secret->len; i++) {
		uint32_t v = 0;

		for (size_t k = degree; k > 0; k--)
			v = sd_gf_mul(gf_add(v,
			    word_at(coef, i * degree + k - 1)), x);
		put_word(&s, i, x << 9 | gf_add(v, secret->p[i]));
	}
	*ret = s;
	return KC_DONE;
}

/* Fill coef with uniform field elements.  What is thrown away says nothing
 * about what is kept. */
static kc_result
random_coefficients(size_t n, struct kc_secret *ret, struct kc_err *err)
{
	struct kc_secret pool = { 0 }, coef = { 0 };
	size_t have = 0;
	kc_result r;

	KC_TRY(r, kc_secret_new(&coef, 2 * n, err));
	coef.len = 2 * n;
	while (have < n) {
		kc_secret_free(&pool);
		KC_TRY(r, kc_secret_random(&pool, 4 * n, err));
		for (size_t i = 0; i < 2 * n && have < n; i++) {
			uint32_t w = word_at(&pool, i) & 0x1ff;

			if (w < P)
				put_word(&coef, have++, w);
		}
	}
	*ret = coef;
	coef = (struct kc_secret){ 0 };
out:
	kc_secret_free(&pool);
	kc_secret_free(&coef);
	return r;
}

kc_result
sd_share_split(const struct kc_secret *secret, size_t required, size_t n,
    struct kc_secret *ret, struct kc_err *err)
{
	struct kc_secret coef = { 0 };
	kc_result r;

	if (required < 2 || required > n || n > SD_X_MAX)
		return KC_FAIL(err, KC_EBUG, 0, "a split of %zu in %zu",
		    required, n);
	KC_TRY(r, random_coefficients((required - 1) * secret->len, &coef,
	    err));
	for (size_t i = 0; i < n; i++)
		KC_TRY(r, sd_share_make(secret, &coef, required,
		    (uint32_t)i + 1, &ret[i], err));
out:
	kc_secret_free(&coef);
	return r;
}

kc_result
sd_share_check(const char *where, const struct kc_secret *share,
    uint32_t *ret_x, struct kc_err *err)
{
	uint32_t x, other = 0, over = 0;

	if (share->len == 0 || share->len % 2 != 0)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: a share of %zu bytes is no row of 16-bit words",
		    where, share->len);
	x = word_at(share, 0) >> 9;
	for (size_t i = 0; i < share->len / 2; i++) {
		uint32_t w = word_at(share, i);

		other |= (w >> 9) ^ x;
		over |= (P - 1 - (w & 0x1ff)) >> 31;
	}
	if (other != 0)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: the words of the share carry different x", where);
	if (x < 1 || x > SD_X_MAX)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: the share's x is %u, outside 1 to %d", where, x,
		    SD_X_MAX);
	if (over != 0)	/* verdict */
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: a value of the share is above 256", where);
	*ret_x = x;
	return KC_DONE;
}

/* The x of every share, after a check that they can stand together. */
static kc_result
abscissae(const struct kc_secret *const *shares, size_t m,
    uint32_t xs[static SHARES_MAX], struct kc_err *err)
{
	if (m < 1 || m > SHARES_MAX)
		return KC_FAIL(err, KC_EBUG, 0, "%zu shares to combine", m);
	for (size_t i = 0; i < m; i++) {
		xs[i] = word_at(shares[i], 0) >> 9;
		if (shares[i]->len != shares[0]->len)
			return KC_FAIL(err, KC_EFORMAT, 0,
			    "shares of %zu and %zu bytes do not belong "
			    "together", shares[0]->len, shares[i]->len);
		for (size_t j = 0; j < i; j++)
			if (xs[i] == xs[j])
				return KC_FAIL(err, KC_EFORMAT, 0,
				    "two shares have the same x = %u", xs[i]);
	}
	return KC_DONE;
}

/* coef[i] = prod over j != i of (at - x_j) / (x_i - x_j) */
static void
lagrange(const uint32_t *xs, size_t m, uint32_t at, uint32_t *coef)
{
	for (size_t i = 0; i < m; i++) {
		uint32_t up = 1, down = 1;

		for (size_t j = 0; j < m; j++) {
			if (j == i)
				continue;
			up = sd_gf_mul(up, gf_sub(at, xs[j]));
			down = sd_gf_mul(down, gf_sub(xs[i], xs[j]));
		}
		coef[i] = sd_gf_mul(up, sd_gf_inv(down));
	}
}

static uint32_t
interpolate(const struct kc_secret *const *shares, size_t m,
    const uint32_t *coef, size_t i)
{
	uint32_t v = 0;

	for (size_t k = 0; k < m; k++)
		v = gf_add(v, sd_gf_mul(coef[k],
		    word_at(shares[k], i) & 0x1ff));
	return v;
}

kc_result
sd_share_combine(const struct kc_secret *const *shares, size_t m,
    struct kc_secret *ret, struct kc_err *err)
{
	uint32_t xs[SHARES_MAX], coef[SHARES_MAX], over = 0;
	struct kc_secret s = { 0 };
	kc_result r;

	KC_TRY(r, abscissae(shares, m, xs, err));
	KC_TRY(r, kc_secret_new(&s, shares[0]->len / 2, err));
	s.len = shares[0]->len / 2;
	lagrange(xs, m, 0, coef);
	for (size_t i = 0; i < s.len; i++) {
		uint32_t v = interpolate(shares, m, coef, i);

		over |= v >> 8;
		s.p[i] = (uint8_t)(v & 0xff);
	}
	if (over != 0) {	/* verdict */
		r = KC_FAIL(err, KC_EMAC, 0,
		    "the shares do not combine: a byte of the master key "
		    "comes out as 256");
		goto out;
	}
	*ret = s;
	s = (struct kc_secret){ 0 };
out:
	kc_secret_free(&s);
	return r;
}

kc_result
sd_share_agrees(const struct kc_secret *const *shares, size_t m,
    const struct kc_secret *extra, bool *ret, struct kc_err *err)
{
	uint32_t xs[SHARES_MAX], coef[SHARES_MAX], off = 0;
	kc_result r;

	KC_TRY(r, abscissae(shares, m, xs, err));
	if (extra->len != shares[0]->len) {
		*ret = false;
		return KC_DONE;
	}
	lagrange(xs, m, word_at(extra, 0) >> 9, coef);
	for (size_t i = 0; i < extra->len / 2; i++)
		off |= interpolate(shares, m, coef, i) ^
		    (word_at(extra, i) & 0x1ff);
	*ret = off == 0;
out:
	return r;
}

bool
sd_share_constant(const struct kc_secret *share,
    const struct kc_secret *secret)
{
	uint32_t first = 0, other = 0;

	for (size_t i = 0; i < secret->len; i++) {
		uint32_t c = gf_sub(word_at(share, i) & 0x1ff, secret->p[i]);

		if (i == 0)
			first = c;
		other |= c ^ first;
	}
	return other == 0;
}
