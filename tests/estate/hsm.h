/* SPDX-License-Identifier: Apache-2.0
 *
 * An HSM made for a test: its own root, card, partition and owner, and what it
 * attests of a key, in either firmware's layout; sound, or wrong in one way.
 */
#ifndef KC_TESTS_SD_HSM_H
#define KC_TESTS_SD_HSM_H

#include "tests/check.h"
#include "tests/sd/certs.h"

#include <string.h>

#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/b64.h"
#include "base/clock.h"
#include "estate/attestation.h"

#define T_VERSION "0123456789abcdef0123456789abcdef"
#define T_ID "/keys/kek/" T_VERSION
#define T_POOL "pool-a"
#define T_KID "https://" T_POOL ".managedhsm.azure.net" T_ID

/* The certificates, and whose keys are theirs. */
enum { T_ROOT, T_CARD, T_PART, T_OWNER, T_OWNED, T_CERTS };

struct t_hsm {
	EVP_PKEY *key[T_OWNED], *attested, *other;
	X509 *x[T_CERTS];
	struct kc_buf root;
};

/* struct t_change: one thing that is wrong.
 *  type, p, len  this attribute has that value; p NULL: it is left out
 *  half          1 the private one's, 2 the public one's, 3 both */
struct t_change {
	uint32_t type;
	const void *p;
	size_t len;
	int half;
};

/* struct t_blobs: how the blobs are to be.
 *  fw      layout: 2 or 3
 *  style   of the signature: 2, 3, or 0 as fw
 *  spoil   done to the bytes before they are signed
 *  signer  NULL: the partition's key */
struct t_blobs {
	int fw, style;
	struct t_change change;
	void (*spoil)(struct kc_buf *b);
	EVP_PKEY *signer;
	bool together;		/* 3.x: both halves in one blob */
};

static inline void
t_put(struct kc_buf *b, const void *p, size_t n)
{
	struct kc_err err = { 0 };

	t_ok(kc_buf_add(b, p, n, &err), &err);
}

static inline void
t_put32(struct kc_buf *b, size_t v)
{
	uint8_t p[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16),
		(uint8_t)(v >> 8), (uint8_t)v };

	t_put(b, p, sizeof p);
}

static inline void
t_zeros(struct kc_buf *b, size_t n)
{
	while (n-- > 0)
		t_put(b, "", 1);
}

static inline size_t
t_attr(struct kc_buf *b, const struct t_change *c, int half, uint32_t type,
    const void *p, size_t len)
{
	if (c->half != 0 && c->type == type && (c->half & half) != 0) {
		if (c->p == NULL)
			return 0;
		p = c->p;
		len = c->len;
	}
	t_put32(b, type);
	t_put32(b, len);
	t_put(b, p, len);
	return 1;
}

/* The attributes of one half; how many there are. */
static inline size_t
t_attributes(struct kc_buf *b, EVP_PKEY *key, const struct t_change *c,
    int half)
{
	static const struct {
		uint32_t type;
		const char *value[2];
	} flag[] = {
		{ 0x0103, { "\1", "" } }, { 0x0104, { "", "\1" } },
		{ 0x0105, { "\1", "" } }, { 0x0106, { "", "\1" } },
		{ 0x0107, { "\1", "" } }, { 0x0108, { "\1", "" } },
		{ 0x010a, { "", "\1" } }, { 0x0162, { "", "\1" } },
		{ 0x0163, { "\1", "\1" } }, { 0x0164, { "\1", "" } },
		{ 0x0165, { "\1", "" } }, { 0xf000000d, { "\1", "" } },
	};
	unsigned char *spki = NULL, sha1[20], n[256];
	int len = i2d_PUBKEY(key, &spki);
	char id[128] = T_ID;
	BIGNUM *bn = NULL;
	size_t count = 0;

	assert_true(len > 0);
	assert_int_equal(EVP_Digest(spki, (size_t)len, sha1, NULL, EVP_sha1(),
	    NULL), 1);
	OPENSSL_free(spki);
	assert_int_equal(EVP_PKEY_get_bn_param(key, "n", &bn), 1);
	assert_int_equal(BN_bn2binpad(bn, n, sizeof n), (int)sizeof n);
	BN_free(bn);
	count += t_attr(b, c, half, 0x0000, half == 1 ? "\3" : "\2", 1);
	count += t_attr(b, c, half, 0x0100, "", 1);
	count += t_attr(b, c, half, 0x0102, id, sizeof id);
	for (size_t i = 0; i < sizeof flag / sizeof *flag; i++)
		count += t_attr(b, c, half, flag[i].type,
		    flag[i].value[half - 1], 1);
	count += t_attr(b, c, half, 0x0120, n, sizeof n);
	count += t_attr(b, c, half, 0x0121, "\0\0\10\0", 4);
	count += t_attr(b, c, half, 0x0122, "\1\0\1", 3);
	count += t_attr(b, c, half, 0x0173, sha1, 3);
	return count;
}

static inline void
t_sign(struct kc_buf *b, EVP_PKEY *key, int style)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	uint8_t hash[KC_SHA256], sig[512];
	struct kc_err err = { 0 };
	size_t n = sizeof sig;

	t_ok(kc_sha256_one(b->p, b->len, hash, &err), &err);
	assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING),
	    1);
	if (style == 3)
		assert_int_equal(EVP_PKEY_CTX_set_signature_md(ctx,
		    EVP_sha256()), 1);
	assert_int_equal(EVP_PKEY_sign(ctx, sig, &n, hash, sizeof hash), 1);
	EVP_PKEY_CTX_free(ctx);
	t_put(b, sig, n);
}

static inline void
t_put_object(struct kc_buf *b, const struct t_hsm *h,
    const struct t_blobs *t, int half)
{
	struct kc_buf a = { 0 };
	size_t count = t_attributes(&a, h->attested, &t->change, half);

	t_zeros(&a, 7);
	if (t->fw == 2)
		t_put32(b, a.len + 12);
	t_put32(b, 14);
	t_put32(b, count);
	t_put32(b, a.len);
	t_put(b, a.p, a.len);
	kc_buf_free(&a);
}

/* One blob; half 1 or 2, or 3 for both (firmware 3.x). */
static inline void
t_blob(const struct t_hsm *h, const struct t_blobs *t, int half,
    struct kc_buf *ret)
{
	EVP_PKEY *signer = t->signer != NULL ? t->signer : h->key[T_PART];
	struct kc_buf one = { 0 }, two = { 0 };

	t_put_object(&one, h, t, half & 1 ? 1 : 2);
	if (half == 3)
		t_put_object(&two, h, t, 2);
	if (t->fw == 2) {
		t_zeros(ret, 16);
	} else {
		size_t buffer = 8 + one.len + two.len;

		t_put32(ret, 0);
		t_put32(ret, 3);
		t_put32(ret, 16 + buffer + 256);
		t_put32(ret, buffer);
		t_put32(ret, 0x00010000);
		t_put32(ret, 8 << 16 | (half == 3 ? 8 + one.len : 0));
	}
	t_put(ret, one.p, one.len);
	t_put(ret, two.p, two.len);
	if (t->fw == 2)
		t_zeros(ret, 40);
	if (t->spoil != NULL)
		t->spoil(ret);
	t_sign(ret, signer, t->style != 0 ? t->style : t->fw);
	kc_buf_free(&one);
	kc_buf_free(&two);
}

/* Who names and signs whom; an X509 made anew may replace h->x[i]. */
static inline X509 *
t_hsm_cert(const struct t_hsm *h, int i, const struct t_cert *change)
{
	static const char *const cn[T_CERTS] = { "root", "card", "partition",
		T_POOL, "partition" };
	static const int issuer[T_CERTS] = { T_ROOT, T_ROOT, T_CARD, T_OWNER,
		T_OWNER };
	bool ca = i == T_ROOT || i == T_OWNER;
	struct t_cert c = { .name = cn[i], .issuer = cn[issuer[i]],
		.key = h->key[i == T_OWNED ? T_PART : i],
		.signer = h->key[issuer[i]],
		.usage = ca ? "critical,digitalSignature,keyCertSign" : NULL,
		.basic = ca ? "critical,CA:TRUE" : NULL };

	if (change != NULL) {
		c.subject = change->subject;
		c.issuer = change->issuer != NULL ? change->issuer : c.issuer;
		c.key = change->key != NULL ? change->key : c.key;
		c.signer = change->signer != NULL ? change->signer : c.signer;
		c.usage = change->usage != NULL ? change->usage : c.usage;
		c.basic = change->basic != NULL ? change->basic : c.basic;
		c.ends_s = change->ends_s;
	}
	return t_x509(&c);
}

static inline void
t_hsm_new(struct t_hsm *h)
{
	unsigned char *der = NULL;
	int n;

	*h = (struct t_hsm){ .attested = EVP_RSA_gen(2048),
		.other = EVP_RSA_gen(2048) };
	for (int i = 0; i < T_OWNED; i++)
		h->key[i] = EVP_RSA_gen(2048);
	for (int i = 0; i < T_CERTS; i++)
		h->x[i] = t_hsm_cert(h, i, NULL);
	n = i2d_X509(h->x[T_ROOT], &der);
	assert_true(n > 0);
	t_put(&h->root, der, (size_t)n);
	OPENSSL_free(der);
}

static inline void
t_hsm_free(struct t_hsm *h)
{
	for (int i = 0; i < T_OWNED; i++)
		EVP_PKEY_free(h->key[i]);
	for (int i = 0; i < T_CERTS; i++)
		X509_free(h->x[i]);
	EVP_PKEY_free(h->attested);
	EVP_PKEY_free(h->other);
	kc_buf_free(&h->root);
}

static inline void
t_pem(X509 *x, struct kc_buf *ret)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *p = NULL;
	long n;

	assert_int_equal(PEM_write_bio_X509(bio, x), 1);
	n = BIO_get_mem_data(bio, &p);
	t_put(ret, p, (size_t)n);
	BIO_free(bio);
}

#endif
