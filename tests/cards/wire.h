/* SPDX-License-Identifier: Apache-2.0
 *
 * For the unit tests of the card: one card, commands to it, and a client's
 * half of the management key's protocol.
 */
#ifndef KC_TESTS_CARDS_WIRE_H
#define KC_TESTS_CARDS_WIRE_H

#include <openssl/evp.h>

#include "tests/cards/card.h"
#include "tests/check.h"

#define GOOD_PIN "123456\xFF\xFF"
#define WRONG_PIN "999999\xFF\xFF"
#define GOOD_PUK "12345678"

static struct piv_card card;
static struct tlv_out got;	/* of the last command */

static const uint8_t factory_mgm[24] = {
	1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8
};

static inline unsigned
command(uint8_t ins, uint8_t p1, uint8_t p2, const void *data, size_t len)
{
	const struct apdu a = { ins, p1, p2, data, len };

	kc_buf_free(&got.b);
	got.bad = false;
	return piv_handle(&card, &a, &got);
}

static inline unsigned
select_piv(void)
{
	return command(0xA4, 4, 0, "\xA0\0\0\3\b", 5);
}

static inline unsigned
verify(const char *pin)
{
	return command(0x20, 0, 0x80, pin, 8);
}

/* One block, encrypted or decrypted by the client. */
static inline void
block(const char *cipher, const uint8_t *key, int encrypt, const uint8_t *in,
    int len, uint8_t *out)
{
	EVP_CIPHER *c = EVP_CIPHER_fetch(NULL, cipher, NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	assert_non_null(c);
	assert_int_equal(EVP_CipherInit_ex2(ctx, c, key, NULL, encrypt,
	    NULL), 1);
	assert_int_equal(EVP_CIPHER_CTX_set_padding(ctx, 0), 1);
	assert_int_equal(EVP_CipherUpdate(ctx, out, &n, in, len), 1);
	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(c);
}

/* The whole mutual authentication; also checks the card's own proof. */
static inline unsigned
mutual(uint8_t alg, const char *cipher, int len, const uint8_t *key)
{
	uint8_t witness[16], proof[16], m[64] = { 0x7C };
	unsigned sw = command(0x87, alg, 0x9B, "\x7C\2\x80\0", 4);

	if (sw != SW_OK)
		return sw;
	assert_int_equal(got.b.len, 4 + len);
	block(cipher, key, 0, got.b.p + 4, len, witness);
	m[1] = (uint8_t)(4 + 2 * len);
	m[2] = 0x80;
	m[3] = (uint8_t)len;
	memcpy(m + 4, witness, (size_t)len);
	m[4 + len] = 0x81;
	m[5 + len] = (uint8_t)len;
	memset(m + 6 + len, 0x33, (size_t)len);
	sw = command(0x87, alg, 0x9B, m, (size_t)(6 + 2 * len));
	if (sw != SW_OK)
		return sw;
	block(cipher, key, 1, m + 6 + len, len, proof);
	assert_int_equal(got.b.p[2], 0x82);
	assert_memory_equal(got.b.p + 4, proof, (size_t)len);
	return sw;
}

static inline unsigned
manage(void)
{
	return mutual(3, "DES-EDE3-ECB", 8, factory_mgm);
}

/* A factory card with the PIV application selected; group fixtures. */
static inline int
fresh_card(void **state)
{
	struct kc_err err = { 0 };

	(void)state;
	card = (struct piv_card){ .serial = 10000001,
		.firmware = { 5, 7, 1 } };
	t_ok(piv_factory(&card, &err), &err);
	assert_int_equal(select_piv(), SW_OK);
	return 0;
}

static inline int
drop_card(void **state)
{
	(void)state;
	piv_free(&card);
	kc_buf_free(&got.b);
	return 0;
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, fresh_card, drop_card)

#endif
