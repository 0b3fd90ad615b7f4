/* SPDX-License-Identifier: Apache-2.0
 *
 * PrivateKeyInfo in DER, written from its end to its beginning, so that each
 * length is known when it is written.  OpenSSL's own writer would leave
 * copies outside the secure heap.
 */
#include <string.h>

#include <openssl/core_names.h>

#include "estate/byok.h"

#define NUMBER_MAX 512		/* bytes of the largest number */
#define ROOM ((size_t)4096)	/* RSA-4096 needs 2,400 bytes */

#define INTEGER 0x02
#define BITS 0x03
#define OCTETS 0x04
#define SEQUENCE 0x30
#define TAG_1 0xa1		/* [1] EXPLICIT */

static const uint8_t rsa_algorithm[] = { SEQUENCE, 13, 0x06, 9, 0x2a, 0x86,
	0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0 };
static const uint8_t zero[] = { INTEGER, 1, 0 };
static const uint8_t one[] = { INTEGER, 1, 1 };

/* AlgorithmIdentifier: ecPublicKey and the named curve. */
static const struct curve {
	const char *name;
	size_t bytes;		/* of a coordinate */
	uint8_t algorithm[21];
} curves[] = {
	{ "P-256", 32, { SEQUENCE, 19, 0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d,
	    0x02, 0x01, 0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01,
	    0x07 } },
	{ "P-384", 48, { SEQUENCE, 16, 0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d,
	    0x02, 0x01, 0x06, 5, 0x2b, 0x81, 0x04, 0x00, 0x22 } },
	{ "P-521", 66, { SEQUENCE, 16, 0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d,
	    0x02, 0x01, 0x06, 5, 0x2b, 0x81, 0x04, 0x00, 0x23 } },
};

/* struct der: what is written is p[at..cap).  full: it did not fit. */
struct der {
	struct kc_secret s;
	size_t at;
	bool full;
};

static void
put(struct der *d, const uint8_t *p, size_t len)
{
	if (d->full || len > d->at) {
		d->full = true;
		return;
	}
	d->at -= len;
	memcpy(d->s.p + d->at, p, len);
}

/* Tag and length of what was written since the place `end` was the begin. */
static void
head(struct der *d, uint8_t tag, size_t end)
{
	size_t len = end - d->at;
	uint8_t h[4] = { tag, 0x82, (uint8_t)(len >> 8), (uint8_t)len };

	if (len >= 256) {
		put(d, h, 4);
		return;
	}
	h[1] = len >= 128 ? 0x81 : (uint8_t)len;
	h[2] = (uint8_t)len;
	put(d, h, len >= 128 ? 3 : 2);
}

/* A number of the key, little-endian as this machine has it, in ret. */
static bool
get(const EVP_PKEY *key, const char *which, struct kc_secret *ret)
{
	OSSL_PARAM want[2] = {
		OSSL_PARAM_construct_BN(which, ret->p, ret->cap),
		OSSL_PARAM_construct_end(),
	};

	OPENSSL_cleanse(ret->p, ret->cap);
	if (EVP_PKEY_get_params(key, want) != 1 ||
	    want[0].return_size > ret->cap)
		return false;
	ret->len = want[0].return_size;
	while (ret->len > 0 && ret->p[ret->len - 1] == 0)
		ret->len--;
	return true;
}

/* The number big-endian, width bytes wide. */
static void
put_number(struct der *d, const struct kc_secret *v, size_t width)
{
	if (d->full || v->len > width || width > d->at) {
		d->full = true;
		return;
	}
	d->at -= width;
	for (size_t i = 0; i < width; i++)
		d->s.p[d->at + i] = width - 1 - i < v->len ?
		    v->p[width - 1 - i] : 0;
}

static bool
put_integer(struct der *d, const EVP_PKEY *key, const char *which,
    struct kc_secret *v)
{
	size_t end = d->at;

	if (!get(key, which, v) || v->len == 0)
		return false;
	put_number(d, v, v->len + (v->p[v->len - 1] >> 7));
	head(d, INTEGER, end);
	return true;
}

static bool
rsa(struct der *d, const EVP_PKEY *key, struct kc_secret *v)
{
	static const char *const backwards[] = {
		OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
		OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_EXPONENT1,
		OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_FACTOR1,
		OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_E,
		OSSL_PKEY_PARAM_RSA_N,
	};
	size_t end = d->at;

	for (size_t i = 0; i < sizeof backwards / sizeof *backwards; i++)
		if (!put_integer(d, key, backwards[i], v))
			return false;
	put(d, zero, sizeof zero);
	head(d, SEQUENCE, end);
	head(d, OCTETS, end);
	put(d, rsa_algorithm, sizeof rsa_algorithm);
	return true;
}

static bool
ec(struct der *d, const EVP_PKEY *key, const char *curve, struct kc_secret *v)
{
	static const uint8_t uncompressed[] = { 0, 0x04 };
	const struct curve *c = curves;
	size_t end = d->at, at;

	while (strcmp(c->name, curve) != 0)
		if (++c == curves + sizeof curves / sizeof *curves)
			return false;
	if (!get(key, OSSL_PKEY_PARAM_EC_PUB_Y, v))
		return false;
	put_number(d, v, c->bytes);
	if (!get(key, OSSL_PKEY_PARAM_EC_PUB_X, v))
		return false;
	put_number(d, v, c->bytes);
	put(d, uncompressed, sizeof uncompressed);
	head(d, BITS, end);
	head(d, TAG_1, end);
	at = d->at;
	if (!get(key, OSSL_PKEY_PARAM_PRIV_KEY, v))
		return false;
	put_number(d, v, c->bytes);
	head(d, OCTETS, at);
	put(d, one, sizeof one);
	head(d, SEQUENCE, end);
	head(d, OCTETS, end);
	put(d, c->algorithm, c->algorithm[1] + 2u);
	return true;
}

kc_result
est_pkcs8(const EVP_PKEY *key, const char *curve, struct kc_secret *ret,
    struct kc_err *err)
{
	struct kc_secret v = { 0 }, out = { 0 };
	struct der d = { .at = ROOM };
	kc_result r;

	KC_TRY(r, kc_secret_new(&d.s, ROOM, err));
	KC_TRY(r, kc_secret_new(&v, NUMBER_MAX, err));
	if (!(curve != NULL ? ec(&d, key, curve, &v) : rsa(&d, key, &v)) ||
	    d.full) {
		r = KC_FAIL_SSL(err, KC_EREFUSED, "the private key lacks a "
		    "number that PKCS #8 wants");
		goto out;
	}
	put(&d, zero, sizeof zero);
	head(&d, SEQUENCE, ROOM);
	KC_TRY(r, kc_secret_new(&out, ROOM - d.at, err));
	memcpy(out.p, d.s.p + d.at, out.cap);
	out.len = out.cap;
	*ret = out;
out:
	kc_secret_free(&v);
	kc_secret_free(&d.s);
	return r;
}
