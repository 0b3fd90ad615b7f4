/* SPDX-License-Identifier: Apache-2.0
 *
 * The card as a whole: SELECT A4, the table of its commands, and Yubico's
 * GET VERSION FD, GET SERIAL F8, METADATA F7 and RESET FB.
 */
#include "tests/cards/card.h"

#include <string.h>

#include <openssl/crypto.h>

#define META_ALGORITHM 1
#define META_POLICY 2
#define META_ORIGIN 3
#define META_PUBLIC 4
#define META_IS_DEFAULT 5
#define META_TRIES 6
#define ALG_PIN 0xFF

static const uint8_t aid[] = { 0xA0, 0x00, 0x00, 0x03, 0x08 };

bool
piv_firmware_from(const struct piv_card *c, unsigned major, unsigned minor)
{
	return c->firmware[0] > major ||
	    (c->firmware[0] == major && c->firmware[1] >= minor);
}

kc_result
piv_factory(struct piv_card *c, struct kc_err *err)
{
	for (size_t i = 0; i < PIV_KEYS; i++)
		if (piv_key_ref(i) != PIV_REF_ATTEST)
			piv_key_clear(&c->keys[i]);
	piv_pins_factory(c);
	piv_mgm_factory(c);
	return piv_objects_factory(c, err);
}

void
piv_power_off(struct piv_card *c)
{
	c->selected = false;
	c->pin_ok = c->pin_fresh = false;
	c->mgm_ok = false;
	c->mgm_step = PIV_MGM_IDLE;
	OPENSSL_cleanse(c->mgm_sent, sizeof c->mgm_sent);
}

void
piv_free(struct piv_card *c)
{
	for (size_t i = 0; i < PIV_KEYS; i++)
		piv_key_clear(&c->keys[i]);
	for (size_t i = 0; i < PIV_OBJECTS; i++)
		kc_buf_free(&c->objects[i].data);
	OPENSSL_cleanse(c, sizeof *c);
}

/* The PIV application by any prefix of its AID that names the provider; a
 * foreign AID leaves everything as it is. */
static uint16_t
do_select(struct piv_card *c, const struct apdu *a, struct tlv_out *ret)
{
	static const uint8_t full[] = { 0xA0, 0x00, 0x00, 0x03, 0x08, 0x00,
		0x00, 0x10, 0x00, 0x01, 0x00 };
	struct tlv_out inner = { 0 }, provider = { 0 };

	if (a->p1 != 4)
		return SW_P1P2;
	if (a->len < sizeof aid || a->len > sizeof full ||
	    memcmp(a->data, full, a->len) != 0)
		return SW_NOT_FOUND;
	tlv_add(&inner, 0x4F, full + sizeof aid, sizeof full - sizeof aid);
	tlv_add(&provider, 0x4F, aid, sizeof aid);
	tlv_add(&inner, 0x79, provider.b.p, provider.b.len);
	tlv_add(ret, 0x61, inner.b.p, inner.b.len);
	ret->bad = ret->bad || inner.bad || provider.bad;
	kc_buf_free(&inner.b);
	kc_buf_free(&provider.b);
	c->selected = true;
	return SW_OK;
}

static uint16_t
version(struct piv_card *c, const struct apdu *a, struct tlv_out *ret)
{
	(void)a;
	tlv_raw(ret, c->firmware, sizeof c->firmware);
	return SW_OK;
}

static uint16_t
serial(struct piv_card *c, const struct apdu *a, struct tlv_out *ret)
{
	uint8_t b[4];

	(void)a;
	if (!piv_firmware_from(c, 5, 0))
		return SW_INS;
	for (int i = 0; i < 4; i++)
		b[i] = (uint8_t)(c->serial >> (24 - 8 * i));
	tlv_raw(ret, b, sizeof b);
	return SW_OK;
}

static void
pin_metadata(const struct piv_pin *pin, const char *factory,
    struct tlv_out *ret)
{
	const uint8_t left[2] = { (uint8_t)pin->max, (uint8_t)pin->left };

	tlv_byte(ret, META_ALGORITHM, ALG_PIN);
	tlv_byte(ret, META_IS_DEFAULT, CRYPTO_memcmp(pin->value, factory,
	    PIV_PIN_BYTES) == 0);
	tlv_add(ret, META_TRIES, left, sizeof left);
}

static uint16_t
metadata(struct piv_card *c, const struct apdu *a, struct tlv_out *ret)
{
	const struct piv_key *k = piv_key(c, a->p2);
	struct tlv_out public = { 0 };
	uint8_t policy[2] = { 0, PIV_TOUCH_NEVER };

	if (!piv_firmware_from(c, 5, 3))
		return SW_INS;
	if (a->p2 == PIV_REF_PIN) {
		pin_metadata(&c->pin, PIV_FACTORY_PIN, ret);
		return SW_OK;
	}
	if (a->p2 == PIV_REF_PUK) {
		pin_metadata(&c->puk, PIV_FACTORY_PUK, ret);
		return SW_OK;
	}
	if (a->p2 == PIV_REF_MGM) {
		tlv_byte(ret, META_ALGORITHM, c->mgm_alg);
		tlv_add(ret, META_POLICY, policy, sizeof policy);
		tlv_byte(ret, META_IS_DEFAULT, piv_mgm_is_factory(c));
		return SW_OK;
	}
	if (k == NULL || k->key == NULL)
		return SW_NOT_FOUND;
	policy[0] = k->pin_policy;
	policy[1] = k->touch_policy;
	tlv_byte(ret, META_ALGORITHM, k->alg);
	tlv_add(ret, META_POLICY, policy, sizeof policy);
	tlv_byte(ret, META_ORIGIN, k->imported ? 2 : 1);
	if (!piv_rsa_public(k->key, &public))
		public.bad = true;
	tlv_add(ret, META_PUBLIC, public.b.p, public.b.len);
	ret->bad = ret->bad || public.bad;
	kc_buf_free(&public.b);
	return SW_OK;
}

/* Only a card whose PIN and PUK are both blocked. */
static uint16_t
reset(struct piv_card *c, const struct apdu *a, struct tlv_out *ret)
{
	(void)a;
	(void)ret;
	if (c->pin.left != 0 || c->puk.left != 0)
		return SW_CONDITIONS;
	if (!kc_ok(piv_factory(c, NULL)))
		return SW_FAULT;
	c->mgm_step = PIV_MGM_IDLE;
	return SW_OK;
}

static const struct {
	uint8_t ins;
	uint16_t (*run)(struct piv_card *, const struct apdu *,
	    struct tlv_out *);
} commands[] = {
	{ 0x20, piv_verify },
	{ 0x24, piv_change },
	{ 0x2C, piv_unblock },
	{ 0x47, piv_generate },
	{ 0x87, piv_authenticate },
	{ 0xA4, do_select },
	{ 0xCB, piv_get_data },
	{ 0xDB, piv_put_data },
	{ 0xF6, piv_move },
	{ 0xF7, metadata },
	{ 0xF8, serial },
	{ 0xF9, piv_attest },
	{ 0xFA, piv_set_tries },
	{ 0xFB, reset },
	{ 0xFD, version },
	{ 0xFE, piv_import },
	{ 0xFF, piv_mgm_set }
};

uint16_t
piv_handle(void *ctx, const struct apdu *a, struct tlv_out *ret)
{
	struct piv_card *c = ctx;

	if (!c->selected && a->ins != 0xA4)
		return SW_INS;
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (commands[i].ins == a->ins)
			return commands[i].run(c, a, ret);
	return SW_INS;
}
