/* SPDX-License-Identifier: Apache-2.0
 *
 * Slots: GENERATE ASYMMETRIC KEY PAIR 47, GENERAL AUTHENTICATE 87 (SP
 * 800-73-4 part 2, 3.2.4 and 3.3.2), and Yubico's IMPORT FE and MOVE F6.
 */
#include "tests/cards/card.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

#define TAG_CONTROL 0xAC
#define TAG_ALGORITHM 0x80
#define TAG_PIN_POLICY 0xAA
#define TAG_TOUCH_POLICY 0xAB
#define TAG_PUBLIC_KEY 0x7F49
#define TAG_TEMPLATE 0x7C
#define TAG_INPUT 0x81
#define MOVE_TO_NOTHING 0xFF

unsigned
piv_key_ref(size_t index)
{
	static const uint8_t first[] = { 0x9A, 0x9C, 0x9D, 0x9E };

	if (index < sizeof first)
		return first[index];
	return index == PIV_KEYS - 1 ? PIV_REF_ATTEST :
	    0x82 + (unsigned)(index - sizeof first);
}

struct piv_key *
piv_key(struct piv_card *c, unsigned ref)
{
	for (size_t i = 0; i < PIV_KEYS; i++)
		if (piv_key_ref(i) == ref)
			return &c->keys[i];
	return NULL;
}

void
piv_key_clear(struct piv_key *k)
{
	EVP_PKEY_free(k->key);
	*k = (struct piv_key){ 0 };
}

/* Policies of a new key: what the slot is for, unless the command says. */
bool
piv_key_policies(struct piv_key *k, unsigned ref, const uint8_t *p,
    size_t len)
{
	struct tlv_in in = { p, len, false };
	struct tlv t;

	k->pin_policy = ref == PIV_REF_SIGN ? PIV_PIN_ALWAYS :
	    ref == PIV_REF_CARD_AUTH ? PIV_PIN_NEVER : PIV_PIN_ONCE;
	k->touch_policy = PIV_TOUCH_NEVER;
	while (tlv_next(&in, &t)) {
		if (t.tag != TAG_PIN_POLICY && t.tag != TAG_TOUCH_POLICY)
			continue;
		if (t.len != 1 || t.p[0] > 3)
			return false;
		if (t.p[0] == 0)	/* the default */
			continue;
		if (t.tag == TAG_PIN_POLICY)
			k->pin_policy = t.p[0];
		else
			k->touch_policy = t.p[0];
	}
	return !in.bad;
}

static void
keep(struct piv_card *c, struct piv_key *at, struct piv_key *made)
{
	piv_key_clear(at);
	*at = *made;
	*made = (struct piv_key){ 0 };
	c->changed = true;
}

uint16_t
piv_generate(struct piv_card *c, const struct apdu *a, struct tlv_out *ret)
{
	struct piv_key *at = piv_key(c, a->p2), made = { 0 };
	struct tlv_out inner = { 0 };
	struct tlv control, alg;
	unsigned bits;
	uint16_t sw = SW_FAULT;

	if (a->p1 != 0 || at == NULL)
		return SW_P1P2;
	if (!c->mgm_ok)
		return SW_SECURITY;
	if (!tlv_find(a->data, a->len, TAG_CONTROL, &control) ||
	    !tlv_find(control.p, control.len, TAG_ALGORITHM, &alg) ||
	    alg.len != 1 || (bits = piv_rsa_bits(c, alg.p[0])) == 0 ||
	    !piv_key_policies(&made, a->p2, control.p, control.len))
		return SW_DATA;
	made.alg = alg.p[0];
	made.key = EVP_RSA_gen(bits);
	if (made.key == NULL || !piv_rsa_public(made.key, &inner))
		goto out;
	tlv_add(ret, TAG_PUBLIC_KEY, inner.b.p, inner.b.len);
	if (inner.bad)
		goto out;
	keep(c, at, &made);
	sw = SW_OK;
out:
	kc_buf_free(&inner.b);
	piv_key_clear(&made);
	ERR_clear_error();
	return sw;
}

static bool
may_use(const struct piv_card *c, const struct piv_key *k)
{
	return k->pin_policy == PIV_PIN_NEVER ||
	    (k->pin_policy == PIV_PIN_ONCE && c->pin_ok) ||
	    (k->pin_policy == PIV_PIN_ALWAYS && c->pin_fresh);
}

uint16_t
piv_authenticate(struct piv_card *c, const struct apdu *a,
    struct tlv_out *ret)
{
	struct piv_key *k = piv_key(c, a->p2);
	struct tlv template, input;
	bool ok;

	if (a->p2 == PIV_REF_MGM)
		return piv_mgm_authenticate(c, a, ret);
	if (k == NULL)
		return SW_P1P2;
	if (k->key == NULL)
		return SW_NOT_FOUND;
	if (k->alg != a->p1)
		return SW_P1P2;
	if (!may_use(c, k))
		return SW_SECURITY;
	if (!tlv_find(a->data, a->len, TAG_TEMPLATE, &template) ||
	    !tlv_find(template.p, template.len, TAG_INPUT, &input))
		return SW_DATA;
	ok = piv_rsa_raw(k->key, &input, ret);
	ERR_clear_error();
	/* A PIN that must come before each use has been used. */
	c->pin_fresh = false;
	return ok ? SW_OK : SW_DATA;
}

uint16_t
piv_import(struct piv_card *c, const struct apdu *a, struct tlv_out *ret)
{
	struct piv_key *at = piv_key(c, a->p2), made = { 0 };
	unsigned bits = piv_rsa_bits(c, a->p1);
	struct tlv part[5];

	(void)ret;
	if (at == NULL || bits == 0)
		return SW_P1P2;
	if (!c->mgm_ok)
		return SW_SECURITY;
	for (uint32_t i = 0; i < 5; i++)
		if (!tlv_find(a->data, a->len, i + 1, &part[i]))
			return SW_DATA;
	if (!piv_key_policies(&made, a->p2, a->data, a->len))
		return SW_DATA;
	made.alg = a->p1;
	made.imported = true;
	made.key = piv_rsa_from_crt(part, bits);
	ERR_clear_error();
	if (made.key == NULL)
		return SW_DATA;
	keep(c, at, &made);
	return SW_OK;
}

/* P1 is where to, FF for nowhere: the key is deleted. */
uint16_t
piv_move(struct piv_card *c, const struct apdu *a, struct tlv_out *ret)
{
	struct piv_key *from = piv_key(c, a->p2), *to = piv_key(c, a->p1);

	(void)ret;
	if (!piv_firmware_from(c, 5, 7))
		return SW_INS;
	if (from == NULL || (to == NULL && a->p1 != MOVE_TO_NOTHING) ||
	    a->p2 == PIV_REF_ATTEST || a->p1 == PIV_REF_ATTEST)
		return SW_P1P2;
	if (!c->mgm_ok)
		return SW_SECURITY;
	if (from->key == NULL)
		return SW_NOT_FOUND;
	if (to == from || (to != NULL && to->key != NULL))
		return SW_CONDITIONS;
	if (to != NULL)
		keep(c, to, from);
	else
		piv_key_clear(from);
	c->changed = true;
	return SW_OK;
}
