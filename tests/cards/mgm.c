/* SPDX-License-Identifier: Apache-2.0
 *
 * The management key 9B: mutual and one-sided challenge and response (SP
 * 800-73-4 part 2, A.1 and A.2), Yubico's SET MANAGEMENT KEY FF.
 *
 * The factory key is 3DES, as on every card before firmware 5.7; the clients
 * that Debian 12 packages know no other.  An AES key can be set.
 */
#include "tests/cards/card.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#define TAG_TEMPLATE 0x7C
#define TAG_WITNESS 0x80
#define TAG_CHALLENGE 0x81
#define TAG_RESPONSE 0x82
#define ALG_3DES 0x03
#define P2_NO_TOUCH 0xFF

static const struct mgm_alg {
	uint8_t alg, key_bytes, block;
	const char *cipher;
} algs[] = {
	{ ALG_3DES, 24, 8, "DES-EDE3-ECB" },
	{ 0x08, 16, 16, "AES-128-ECB" },
	{ 0x0A, 24, 16, "AES-192-ECB" },
	{ 0x0C, 32, 16, "AES-256-ECB" }
};

static const uint8_t factory_key[24] = {
	1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8
};

static const struct mgm_alg *
find(unsigned alg)
{
	for (size_t i = 0; i < sizeof algs / sizeof *algs; i++)
		if (algs[i].alg == alg)
			return &algs[i];
	return NULL;
}

size_t
piv_mgm_bytes(unsigned alg)
{
	const struct mgm_alg *m = find(alg);

	return m != NULL ? m->key_bytes : 0;
}

void
piv_mgm_factory(struct piv_card *c)
{
	c->mgm_alg = ALG_3DES;
	memset(c->mgm_key, 0, sizeof c->mgm_key);
	memcpy(c->mgm_key, factory_key, sizeof factory_key);
	c->mgm_ok = false;
	c->changed = true;
}

bool
piv_mgm_is_factory(const struct piv_card *c)
{
	return c->mgm_alg == ALG_3DES && CRYPTO_memcmp(c->mgm_key,
	    factory_key, sizeof factory_key) == 0;
}

/* One block under the management key. */
static bool
crypt(const struct piv_card *c, const struct mgm_alg *m, bool encrypt,
    const uint8_t *in, uint8_t *out)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, m->cipher, NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0;
	bool ok = cipher != NULL && ctx != NULL &&
	    EVP_CipherInit_ex2(ctx, cipher, c->mgm_key, NULL, encrypt,
	    NULL) == 1 && EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
	    EVP_CipherUpdate(ctx, out, &n, in, m->block) == 1 &&
	    n == m->block;

	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(cipher);
	return ok;
}

static void
answer(struct tlv_out *ret, uint32_t tag, const uint8_t *p, size_t len)
{
	struct tlv_out inner = { 0 };

	tlv_add(&inner, tag, p, len);
	tlv_add(ret, TAG_TEMPLATE, inner.b.p, inner.b.len);
	ret->bad = ret->bad || inner.bad;
	kc_buf_free(&inner.b);
}

/* The client asks: for a witness that it will decrypt, or a challenge that
 * it will encrypt. */
static uint16_t
ask(struct piv_card *c, const struct mgm_alg *m, bool witness,
    struct tlv_out *ret)
{
	uint8_t shown[16];

	c->mgm_ok = false;
	c->mgm_step = PIV_MGM_IDLE;
	if (RAND_bytes(c->mgm_sent, m->block) != 1)
		return SW_FAULT;
	if (!witness)
		memcpy(shown, c->mgm_sent, m->block);
	else if (!crypt(c, m, true, c->mgm_sent, shown))
		return SW_FAULT;
	answer(ret, witness ? TAG_WITNESS : TAG_CHALLENGE, shown, m->block);
	c->mgm_step = witness ? PIV_MGM_WITNESS : PIV_MGM_CHALLENGE;
	return SW_OK;
}

/* The client answers the witness, and asks for the card's own proof. */
static uint16_t
mutual(struct piv_card *c, const struct mgm_alg *m, const struct tlv *shown,
    const struct tlv *challenge, struct tlv_out *ret)
{
	bool asked = c->mgm_step == PIV_MGM_WITNESS;
	uint8_t out[16];

	c->mgm_step = PIV_MGM_IDLE;
	if (shown->len != m->block || challenge->len != m->block)
		return SW_DATA;
	if (!asked || CRYPTO_memcmp(shown->p, c->mgm_sent, m->block) != 0)
		return SW_SECURITY;
	if (!crypt(c, m, true, challenge->p, out))
		return SW_FAULT;
	answer(ret, TAG_RESPONSE, out, m->block);
	c->mgm_ok = true;
	return SW_OK;
}

/* The client answers a challenge, and asks for nothing. */
static uint16_t
one_sided(struct piv_card *c, const struct mgm_alg *m,
    const struct tlv *response)
{
	bool asked = c->mgm_step == PIV_MGM_CHALLENGE;
	uint8_t want[16];

	c->mgm_step = PIV_MGM_IDLE;
	if (response->len != m->block)
		return SW_DATA;
	if (!crypt(c, m, true, c->mgm_sent, want))
		return SW_FAULT;
	if (!asked || CRYPTO_memcmp(response->p, want, m->block) != 0)
		return SW_SECURITY;
	c->mgm_ok = true;
	return SW_OK;
}

uint16_t
piv_mgm_authenticate(struct piv_card *c, const struct apdu *a,
    struct tlv_out *ret)
{
	const struct mgm_alg *m = find(c->mgm_alg);
	struct tlv t, witness = { 0 }, challenge = { 0 }, response = { 0 };
	bool has_w, has_c, has_r;

	/* P1 0 is SP 800-78's other name for 3DES. */
	if (m == NULL || (a->p1 != m->alg &&
	    (a->p1 != 0 || m->alg != ALG_3DES)))
		return SW_P1P2;
	if (!tlv_find(a->data, a->len, TAG_TEMPLATE, &t))
		return SW_DATA;
	has_w = tlv_find(t.p, t.len, TAG_WITNESS, &witness);
	has_c = tlv_find(t.p, t.len, TAG_CHALLENGE, &challenge);
	has_r = tlv_find(t.p, t.len, TAG_RESPONSE, &response);
	if (has_w && witness.len == 0)
		return ask(c, m, true, ret);
	if (has_w && has_c)
		return mutual(c, m, &witness, &challenge, ret);
	if (has_c && challenge.len == 0)
		return ask(c, m, false, ret);
	if (has_r)
		return one_sided(c, m, &response);
	return SW_DATA;
}

uint16_t
piv_mgm_set(struct piv_card *c, const struct apdu *a, struct tlv_out *ret)
{
	size_t bytes;

	(void)ret;
	if (a->p1 != 0xFF || (a->p2 != P2_NO_TOUCH && a->p2 != 0xFE))
		return SW_P1P2;
	if (!c->mgm_ok)
		return SW_SECURITY;
	if (a->len < 3 || a->data[1] != PIV_REF_MGM ||
	    (bytes = piv_mgm_bytes(a->data[0])) == 0 ||
	    a->data[2] != bytes || a->len != 3 + bytes)
		return SW_DATA;
	c->mgm_alg = a->data[0];
	memset(c->mgm_key, 0, sizeof c->mgm_key);
	memcpy(c->mgm_key, a->data + 3, bytes);
	c->changed = true;
	return SW_OK;
}
