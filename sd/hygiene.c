/* SPDX-License-Identifier: Apache-2.0
 *
 * RSA hygiene of public keys.  Everything here is public: no step needs to
 * be constant-time.
 */
#include "sd/hygiene.h"

#include <stdlib.h>

#include <openssl/bn.h>

#include "sd/sieve.h"

#define SIZE_STEP 512		/* bits; every usual size is a multiple */
#define EXPONENT_MIN 65537
#define EXPONENT_BITS_MAX 256	/* FIPS 186-5 A.1.1: e < 2^256 */
#define FERMAT_ROUNDS 256
#define ROCA_MAX 167		/* the 39th prime */

/* struct work: one modulus being looked at, and numbers to calculate with. */
struct work {
	const struct sd_rsa *key;
	BN_CTX *ctx;
	BIGNUM *n, *e, *a, *b, *t;
};

static void
work_free(struct work *w)
{
	BN_free(w->n);
	BN_free(w->e);
	BN_free(w->a);
	BN_free(w->b);
	BN_free(w->t);
	BN_CTX_free(w->ctx);
}

static kc_result
broke(struct kc_err *err)
{
	return KC_FAIL_SSL(err, KC_ENOMEM, "a number was not calculated");
}

static kc_result
work_start(struct work *w, const struct sd_rsa *key, struct kc_err *err)
{
	*w = (struct work){ .key = key, .ctx = BN_CTX_new(),
		.n = BN_bin2bn(key->n, (int)key->n_len, NULL),
		.e = BN_bin2bn(key->e, (int)key->e_len, NULL),
		.a = BN_new(), .b = BN_new(), .t = BN_new() };
	if (w->ctx == NULL || w->n == NULL || w->e == NULL || w->a == NULL ||
	    w->b == NULL || w->t == NULL)
		return broke(err);
	return KC_DONE;
}

/* Length and exponent: what a generator that works cannot get wrong. */
static kc_result
check_shape(const struct work *w, struct kc_err *err)
{
	const char *name = w->key->name;
	int bits = BN_num_bits(w->n);

	if (bits == 0 || bits % SIZE_STEP != 0)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s: its RSA modulus has %d bits, no multiple of %d: a "
		    "sound generator makes exactly the size it is asked for",
		    name, bits, SIZE_STEP);
	if (BN_num_bits(w->e) < 17 || !BN_is_odd(w->e))
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s: the RSA exponent is below %d or even", name,
		    EXPONENT_MIN);
	if (BN_num_bits(w->e) > EXPONENT_BITS_MAX)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s: the RSA exponent has %d bits; %d are the limit",
		    name, BN_num_bits(w->e), EXPONENT_BITS_MAX);
	if (!BN_is_odd(w->n))
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s: its RSA modulus is even: it is no product of two "
		    "large primes", name);
	return KC_DONE;
}

static kc_result
check_small(const struct work *w, const struct sd_sieve *sieve,
    struct kc_err *err)
{
	uint64_t p = 0;
	kc_result r = sd_small_factor(sieve, w->key->n, w->key->n_len, &p,
	    err);

	if (kc_ok(r) && p != 0)
		r = KC_FAIL(err, KC_EREFUSED, 0, "%s: its RSA modulus is "
		    "divided by %lu: it is no product of two large primes",
		    w->key->name, (unsigned long)p);
	return r;
}

/* ret = floor(sqrt(of)), by Newton's method from above; t is lost. */
static bool
root(BIGNUM *ret, const BIGNUM *of, BIGNUM *t, BN_CTX *ctx)
{
	if (BN_one(ret) != 1 ||
	    BN_lshift(ret, ret, (BN_num_bits(of) + 1) / 2) != 1)
		return false;
	for (;;) {
		if (BN_div(t, NULL, of, ret, ctx) != 1 ||
		    BN_add(t, t, ret) != 1 || BN_rshift1(t, t) != 1)
			return false;
		if (BN_cmp(t, ret) >= 0)
			return true;
		if (BN_copy(ret, t) == NULL)
			return false;
	}
}

/* Can x be a square?  No is certain; about one other number in 120 passes
 * (remainders of squares by 64, which need no division, 63, 65 and 11). */
static bool
maybe_square(const BIGNUM *x)
{
	static const uint64_t by_64 = 0x0202021202030213;	/* bit r */
	static const unsigned int by[] = { 63, 65, 11 };
	unsigned int low = 0;
	BN_ULONG rest;

	for (int i = 0; i < 6; i++)
		low |= (unsigned int)BN_is_bit_set(x, i) << i;
	if ((by_64 >> low & 1) == 0)
		return false;
	rest = BN_mod_word(x, 63 * 65 * 11);
	for (size_t i = 0; i < sizeof by / sizeof *by; i++) {
		bool found = false;

		for (BN_ULONG k = 0; k < by[i] && !found; k++)
			found = k * k % by[i] == rest % by[i];
		if (!found)
			return false;
	}
	return true;
}

/* Fermat: n = a^2 - b^2 with a just above the root, when the primes are
 * neighbours.  a^2 - n is carried along: it grows by 2a + 1. */
static kc_result
check_fermat(struct work *w, struct kc_err *err)
{
	BIGNUM *r = BN_new();
	kc_result res = KC_DONE;

	if (r == NULL || !root(w->a, w->n, w->t, w->ctx) ||
	    BN_sqr(w->b, w->a, w->ctx) != 1) {
		res = broke(err);
		goto out;
	}
	if (BN_cmp(w->b, w->n) == 0) {
		res = KC_FAIL(err, KC_EREFUSED, 0, "%s: its RSA modulus is "
		    "the square of one number: anyone can take the root",
		    w->key->name);
		goto out;
	}
	if (BN_sub(w->b, w->b, w->n) != 1)
		res = broke(err);
	for (int i = 1; i <= FERMAT_ROUNDS && kc_ok(res); i++) {
		/* b += 2a + 1, a += 1: then b = a^2 - n, positive */
		if (BN_lshift1(w->t, w->a) != 1 || BN_add_word(w->t, 1) != 1 ||
		    BN_add(w->b, w->b, w->t) != 1 ||
		    BN_add_word(w->a, 1) != 1)
			res = broke(err);
		else if (!maybe_square(w->b))
			continue;
		else if (!root(r, w->b, w->t, w->ctx) ||
		    BN_sqr(w->t, r, w->ctx) != 1)
			res = broke(err);
		else if (BN_cmp(w->t, w->b) == 0)
			res = KC_FAIL(err, KC_EREFUSED, 0, "%s: the two "
			    "primes of its RSA key are neighbours: Fermat's "
			    "method finds them in round %d", w->key->name, i);
	}
out:
	BN_free(r);
	return res;
}

/* Is x a power of 65537 modulo the prime p? */
static bool
is_power(BN_ULONG x, BN_ULONG p)
{
	BN_ULONG y = 1;

	do {
		if (y == x)
			return true;
		y = y * EXPONENT_MIN % p;
	} while (y != 1);
	return false;
}

/* ROCA: the library of the flaw made primes k * M + (65537^a mod M), where M
 * is a product of the first 39 primes or more.  So the modulus is a power of
 * 65537 modulo each of these; of 2^27 other moduli about one is. */
static kc_result
check_roca(const struct work *w, const struct sd_sieve *sieve,
    struct kc_err *err)
{
	for (size_t i = 0; sieve->prime[i] <= ROCA_MAX; i++)
		if (!is_power(BN_mod_word(w->n, sieve->prime[i]),
		    sieve->prime[i]))
			return KC_DONE;
	return KC_FAIL(err, KC_EREFUSED, 0,
	    "%s: its RSA key has the fingerprint of ROCA (CVE-2017-15361): "
	    "it can be calculated from its certificate; make another with "
	    "other hardware", w->key->name);
}

static kc_result
check_one(const struct sd_rsa *key, const struct sd_sieve *sieve,
    struct kc_err *err)
{
	struct work w = { 0 };
	kc_result r;

	KC_TRY(r, work_start(&w, key, err));
	KC_TRY(r, check_shape(&w, err));
	KC_TRY(r, check_small(&w, sieve, err));
	KC_TRY(r, check_fermat(&w, err));
	r = check_roca(&w, sieve, err);
out:
	work_free(&w);
	return r;
}

/* ret = gcd(a, b), by Euclid; BN_gcd takes three times as long to hide what
 * everybody knows.  t is lost. */
static bool
euclid(BIGNUM *ret, const BIGNUM *a, const BIGNUM *b, BIGNUM *t, BN_CTX *ctx)
{
	if (BN_copy(ret, a) == NULL || BN_copy(t, b) == NULL)
		return false;
	while (!BN_is_zero(t)) {
		if (BN_mod(ret, ret, t, ctx) != 1)
			return false;
		BN_swap(ret, t);
	}
	return true;
}

/* Which other key does keys[i] share a factor with?  Asked only when it is
 * known that there is one. */
static kc_result
name_pair(struct work *w, const struct sd_rsa *keys, size_t n, size_t i,
    struct kc_err *err)
{
	for (size_t k = 0; k < n; k++) {
		const char *a = keys[k < i ? k : i].name;
		const char *b = keys[k < i ? i : k].name;

		if (k == i)
			continue;
		if (BN_bin2bn(keys[k].n, (int)keys[k].n_len, w->t) == NULL ||
		    BN_gcd(w->a, w->t, w->n, w->ctx) != 1)
			return broke(err);
		if (BN_cmp(w->t, w->n) == 0)
			return KC_FAIL(err, KC_EREFUSED, 0,
			    "%s and %s have the same key", a, b);
		if (!BN_is_one(w->a))
			return KC_FAIL(err, KC_EREFUSED, 0, "%s and %s have "
			    "a prime in common: both keys can be calculated "
			    "from the two certificates", a, b);
	}
	return KC_FAIL(err, KC_EBUG, 0, "%s shares a factor with nobody",
	    keys[i].name);
}

/* One gcd for each key: with the product of all the others, modulo it. */
static kc_result
check_shared(const struct sd_rsa *keys, size_t n, size_t i,
    struct kc_err *err)
{
	struct work w = { 0 };
	kc_result r;

	KC_TRY(r, work_start(&w, &keys[i], err));
	if (BN_one(w.b) != 1)
		r = broke(err);
	for (size_t k = 0; k < n && kc_ok(r); k++)
		if (k != i && (BN_bin2bn(keys[k].n, (int)keys[k].n_len,
		    w.t) == NULL ||
		    BN_mod_mul(w.b, w.b, w.t, w.n, w.ctx) != 1))
			r = broke(err);
	if (kc_ok(r) && !euclid(w.a, w.b, w.n, w.t, w.ctx))
		r = broke(err);
	if (kc_ok(r) && !BN_is_one(w.a))
		r = name_pair(&w, keys, n, i, err);
out:
	work_free(&w);
	return r;
}

kc_result
sd_hygiene(const struct sd_rsa *keys, size_t n, struct kc_err *err)
{
	struct sd_sieve *sieve = NULL;
	kc_result r;

	KC_TRY(r, sd_sieve_new(&sieve, err));
	for (size_t i = 0; i < n; i++)
		KC_TRY(r, check_one(&keys[i], sieve, err));
	/* The last one's factors were compared from the other side. */
	for (size_t i = 0; i + 1 < n; i++)
		KC_TRY(r, check_shared(keys, n, i, err));
out:
	free(sieve);
	return r;
}

kc_result
sd_hygiene_pair(const struct sd_rsa *a, const struct sd_rsa *b,
    struct kc_err *err)
{
	const struct sd_rsa pair[] = { *a, *b };

	return check_shared(pair, 2, 0, err);
}

struct sd_rsa
sd_cert_rsa(const struct sd_cert *c)
{
	return (struct sd_rsa){ .name = c->name, .n = c->n.p,
		.n_len = c->n.len, .e = c->e.p, .e_len = c->e.len };
}

kc_result
sd_hygiene_certs(const struct sd_cert *certs, size_t n, struct kc_err *err)
{
	struct sd_rsa keys[SD_MAX_HOLDERS];

	if (n > SD_MAX_HOLDERS)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%zu certificates are given; a set has at most %d", n,
		    SD_MAX_HOLDERS);
	for (size_t i = 0; i < n; i++)
		keys[i] = sd_cert_rsa(&certs[i]);
	return sd_hygiene(keys, n, err);
}

/* A refusal becomes a line of ret; what remains is another failure. */
static kc_result
to_line(kc_result r, const struct kc_err *why, struct kc_buf *ret,
    struct kc_err *err)
{
	if (r.code == KC_EREFUSED)
		return kc_buf_addf(ret, err, "%s\n", why->msg);
	if (!kc_ok(r) && err != NULL)
		*err = *why;
	return r;
}

kc_result
sd_hygiene_warn(const struct sd_rsa *keys, size_t n, struct kc_buf *ret,
    struct kc_err *err)
{
	struct sd_sieve *sieve = NULL;
	struct kc_err why = { 0 };
	size_t before;
	kc_result r;

	KC_TRY(r, sd_sieve_new(&sieve, err));
	for (size_t i = 0; i < n; i++) {
		r = check_one(&keys[i], sieve, &why);
		KC_TRY(r, to_line(r, &why, ret, err));
	}
	before = ret->len;
	for (size_t i = 0; i + 1 < n && ret->len == before; i++) {
		r = check_shared(keys, n, i, &why);
		KC_TRY(r, to_line(r, &why, ret, err));
	}
out:
	free(sieve);
	return r;
}
