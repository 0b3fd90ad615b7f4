/* SPDX-License-Identifier: Apache-2.0
 *
 * RSA for the slots: sizes, the bare operation, keys from their CRT parts.
 */
#include "tests/cards/card.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#define TAG_MODULUS 0x81
#define TAG_EXPONENT 0x82
#define TAG_ANSWER 0x82
#define TAG_TEMPLATE 0x7C

unsigned
piv_rsa_bits(const struct piv_card *c, unsigned alg)
{
	bool large = piv_firmware_from(c, 5, 7);

	switch (alg) {
	case 0x06:
		return 1024;
	case 0x07:
		return 2048;
	case 0x05:
		return large ? 3072 : 0;
	case 0x16:
		return large ? 4096 : 0;
	default:
		return 0;
	}
}

static bool
add_number(const EVP_PKEY *key, const char *name, uint32_t tag,
    struct tlv_out *ret)
{
	uint8_t bytes[512];
	BIGNUM *n = NULL;
	int len;
	bool ok = EVP_PKEY_get_bn_param(key, name, &n) == 1 &&
	    (size_t)BN_num_bytes(n) <= sizeof bytes;

	if (ok) {
		len = BN_bn2bin(n, bytes);
		tlv_add(ret, tag, bytes, (size_t)len);
	}
	BN_free(n);
	return ok;
}

bool
piv_rsa_public(const EVP_PKEY *key, struct tlv_out *ret)
{
	return add_number(key, OSSL_PKEY_PARAM_RSA_N, TAG_MODULUS, ret) &&
	    add_number(key, OSSL_PKEY_PARAM_RSA_E, TAG_EXPONENT, ret);
}

/* Exactly as many bytes as the modulus, and less than it. */
bool
piv_rsa_raw(EVP_PKEY *key, const struct tlv *in, struct tlv_out *ret)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	struct tlv_out inner = { 0 };
	uint8_t out[512];
	size_t len = sizeof out;
	bool ok = ctx != NULL && in->len == (size_t)EVP_PKEY_size(key) &&
	    EVP_PKEY_decrypt_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
	    EVP_PKEY_decrypt(ctx, out, &len, in->p, in->len) == 1;

	if (ok) {
		tlv_add(&inner, TAG_ANSWER, out, len);
		tlv_add(ret, TAG_TEMPLATE, inner.b.p, inner.b.len);
		ret->bad = ret->bad || inner.bad;
	}
	OPENSSL_cleanse(out, sizeof out);
	kc_buf_free(&inner.b);
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

/* struct numbers: a private key while it is put together. */
struct numbers {
	BIGNUM *part[5];	/* p q dp dq qinv, as they came */
	BIGNUM *n, *e, *d;
	BIGNUM *p1, *q1, *phi, *t;
	BN_CTX *ctx;
};

static bool
read_numbers(struct numbers *b, const struct tlv part[static 5],
    unsigned bits)
{
	for (size_t i = 0; i < 5; i++) {
		if (part[i].len > bits / 16)
			return false;
		b->part[i] = BN_bin2bn(part[i].p, (int)part[i].len, NULL);
		if (b->part[i] == NULL || BN_is_zero(b->part[i]))
			return false;
	}
	b->ctx = BN_CTX_new();
	b->n = BN_new();
	b->e = BN_new();
	b->p1 = BN_new();
	b->q1 = BN_new();
	b->phi = BN_new();
	b->t = BN_new();
	return b->ctx != NULL && b->n != NULL && b->e != NULL &&
	    b->p1 != NULL && b->q1 != NULL && b->phi != NULL && b->t != NULL;
}

/* The card is not told the exponent: it is 65537, and the parts that came
 * must agree with that. */
static bool
complete(struct numbers *b, unsigned bits)
{
	return BN_set_word(b->e, RSA_F4) == 1 &&
	    BN_mul(b->n, b->part[0], b->part[1], b->ctx) == 1 &&
	    (unsigned)BN_num_bits(b->n) == bits &&
	    BN_sub(b->p1, b->part[0], BN_value_one()) == 1 &&
	    BN_sub(b->q1, b->part[1], BN_value_one()) == 1 &&
	    BN_mul(b->phi, b->p1, b->q1, b->ctx) == 1 &&
	    (b->d = BN_mod_inverse(NULL, b->e, b->phi, b->ctx)) != NULL &&
	    BN_mod(b->t, b->d, b->p1, b->ctx) == 1 &&
	    BN_cmp(b->t, b->part[2]) == 0 &&
	    BN_mod(b->t, b->d, b->q1, b->ctx) == 1 &&
	    BN_cmp(b->t, b->part[3]) == 0 &&
	    BN_mod_mul(b->t, b->part[4], b->part[1], b->part[0],
	    b->ctx) == 1 && BN_is_one(b->t);
}

static EVP_PKEY *
build(const struct numbers *b)
{
	static const char *const names[5] = { OSSL_PKEY_PARAM_RSA_FACTOR1,
		OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT1,
		OSSL_PKEY_PARAM_RSA_EXPONENT2,
		OSSL_PKEY_PARAM_RSA_COEFFICIENT1 };
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;
	bool ok = bld != NULL && ctx != NULL &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, b->n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, b->e) == 1 &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_D, b->d) == 1;

	for (size_t i = 0; ok && i < 5; i++)
		ok = OSSL_PARAM_BLD_push_BN(bld, names[i], b->part[i]) == 1;
	params = ok ? OSSL_PARAM_BLD_to_param(bld) : NULL;
	if (params == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_BLD_free(bld);
	return key;
}

EVP_PKEY *
piv_rsa_from_crt(const struct tlv part[static 5], unsigned bits)
{
	struct numbers b = { 0 };
	EVP_PKEY *key = NULL;

	if (read_numbers(&b, part, bits) && complete(&b, bits))
		key = build(&b);
	for (size_t i = 0; i < 5; i++)
		BN_clear_free(b.part[i]);
	BN_free(b.n);
	BN_free(b.e);
	BN_clear_free(b.d);
	BN_clear_free(b.p1);
	BN_clear_free(b.q1);
	BN_clear_free(b.phi);
	BN_clear_free(b.t);
	BN_CTX_free(b.ctx);
	return key;
}
