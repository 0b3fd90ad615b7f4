/* SPDX-License-Identifier: Apache-2.0
 *
 * PIN and PUK: VERIFY 20, CHANGE REFERENCE DATA 24, RESET RETRY COUNTER 2C
 * (SP 800-73-4 part 2, 3.2), and Yubico's SET PIN RETRIES FA.
 */
#include "tests/cards/card.h"

#include <string.h>

#include <openssl/crypto.h>

#define PIN_LEAST 6		/* characters before the padding */
#define P1_LOGOUT 0xFF

static void
factory(struct piv_pin *pin, const char *value, unsigned tries)
{
	memcpy(pin->value, value, PIV_PIN_BYTES);
	pin->max = pin->left = tries;
}

void
piv_pins_factory(struct piv_card *c)
{
	factory(&c->pin, PIV_FACTORY_PIN, PIV_FACTORY_TRIES);
	factory(&c->puk, PIV_FACTORY_PUK, PIV_FACTORY_TRIES);
	c->pin_ok = c->pin_fresh = false;
	c->changed = true;
}

static uint16_t
tries(const struct piv_pin *pin)
{
	return pin->left == 0 ? SW_BLOCKED :
	    (uint16_t)(SW_TRIES | (pin->left < 15 ? pin->left : 15));
}

/* Compare and count. */
static uint16_t
check(struct piv_card *c, struct piv_pin *pin, const uint8_t *p)
{
	if (pin->left == 0)
		return SW_BLOCKED;
	c->changed = true;
	if (CRYPTO_memcmp(pin->value, p, PIV_PIN_BYTES) != 0) {
		pin->left--;
		return tries(pin);
	}
	pin->left = pin->max;
	return SW_OK;
}

/* Six to eight bytes, then only padding. */
static bool
well_formed(const uint8_t p[static PIV_PIN_BYTES])
{
	size_t n = 0;

	while (n < PIV_PIN_BYTES && p[n] != 0xFF)
		n++;
	if (n < PIN_LEAST)
		return false;
	while (n < PIV_PIN_BYTES)
		if (p[n++] != 0xFF)
			return false;
	return true;
}

uint16_t
piv_verify(struct piv_card *c, const struct apdu *a, struct tlv_out *ret)
{
	uint16_t sw;

	(void)ret;
	if (a->p2 != PIV_REF_PIN)
		return SW_P1P2;
	if (a->p1 == P1_LOGOUT && a->len == 0) {
		c->pin_ok = c->pin_fresh = false;
		return SW_OK;
	}
	if (a->p1 != 0)
		return SW_P1P2;
	if (a->len == 0)
		return c->pin_ok ? SW_OK : tries(&c->pin);
	if (a->len != PIV_PIN_BYTES)
		return SW_DATA;
	sw = check(c, &c->pin, a->data);
	c->pin_ok = c->pin_fresh = sw == SW_OK;
	return sw;
}

uint16_t
piv_change(struct piv_card *c, const struct apdu *a, struct tlv_out *ret)
{
	struct piv_pin *pin = a->p2 == PIV_REF_PIN ? &c->pin : &c->puk;
	uint16_t sw;

	(void)ret;
	if (a->p1 != 0 || (a->p2 != PIV_REF_PIN && a->p2 != PIV_REF_PUK))
		return SW_P1P2;
	if (a->len != 2 * PIV_PIN_BYTES)
		return SW_DATA;
	sw = check(c, pin, a->data);
	if (a->p2 == PIV_REF_PIN && sw != SW_OK)
		c->pin_ok = c->pin_fresh = false;
	if (sw != SW_OK)
		return sw;
	if (!well_formed(a->data + PIV_PIN_BYTES))
		return SW_DATA;
	memcpy(pin->value, a->data + PIV_PIN_BYTES, PIV_PIN_BYTES);
	if (a->p2 == PIV_REF_PIN)
		c->pin_ok = c->pin_fresh = true;
	return SW_OK;
}

uint16_t
piv_unblock(struct piv_card *c, const struct apdu *a, struct tlv_out *ret)
{
	uint16_t sw;

	(void)ret;
	if (a->p1 != 0 || a->p2 != PIV_REF_PIN)
		return SW_P1P2;
	if (a->len != 2 * PIV_PIN_BYTES)
		return SW_DATA;
	sw = check(c, &c->puk, a->data);
	if (sw != SW_OK)
		return sw;
	if (!well_formed(a->data + PIV_PIN_BYTES))
		return SW_DATA;
	memcpy(c->pin.value, a->data + PIV_PIN_BYTES, PIV_PIN_BYTES);
	c->pin.left = c->pin.max;
	c->pin_ok = c->pin_fresh = false;
	return SW_OK;
}

/* Both go back to their factory values, as on the real card. */
uint16_t
piv_set_tries(struct piv_card *c, const struct apdu *a, struct tlv_out *ret)
{
	(void)ret;
	if (a->p1 == 0 || a->p2 == 0)
		return SW_P1P2;
	if (!c->mgm_ok || !c->pin_ok)
		return SW_SECURITY;
	factory(&c->pin, PIV_FACTORY_PIN, a->p1);
	factory(&c->puk, PIV_FACTORY_PUK, a->p2);
	c->pin_ok = c->pin_fresh = false;
	c->changed = true;
	return SW_OK;
}
