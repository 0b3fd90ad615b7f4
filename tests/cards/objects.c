/* SPDX-License-Identifier: Apache-2.0
 *
 * Data objects: GET DATA CB and PUT DATA DB (SP 800-73-4 part 2, 3.1.2 and
 * 3.3.1).
 */
#include "tests/cards/card.h"

#include <string.h>

#define TAG_LIST 0x5C
#define TAG_DATA 0x53

/* The PIV application, its AID, and that there is only the PIN. */
static const uint8_t discovery[] = {
	0x7E, 0x12, 0x4F, 0x0B, 0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00,
	0x10, 0x00, 0x01, 0x00, 0x5F, 0x2F, 0x02, 0x40, 0x00
};

/* A FASC-N of 9999 and nines: "no federal agency, see the GUID". */
static const uint8_t no_agency[] = {
	0xD4, 0xE7, 0x39, 0xDA, 0x73, 0x9C, 0xED, 0x39, 0xCE, 0x73, 0x9D,
	0x83, 0x68, 0x58, 0x21, 0x08, 0x42, 0x10, 0x84, 0x21, 0xC8, 0x42,
	0x10, 0xC3, 0xEB
};

struct piv_object *
piv_object(struct piv_card *c, uint32_t tag)
{
	for (size_t i = 0; i < PIV_OBJECTS; i++)
		if (c->objects[i].tag == tag)
			return &c->objects[i];
	return NULL;
}

kc_result
piv_object_put(struct piv_card *c, uint32_t tag, const void *p, size_t len,
    struct kc_err *err)
{
	struct piv_object *o = piv_object(c, tag);
	struct kc_buf b = { 0 };
	kc_result r;

	if (len == 0) {
		if (o != NULL) {
			kc_buf_free(&o->data);
			o->tag = 0;
			c->changed = true;
		}
		return KC_DONE;
	}
	if (o == NULL)
		o = piv_object(c, 0);
	if (o == NULL)
		return KC_FAIL(err, KC_ELIMIT, 0, "the card holds %d objects",
		    PIV_OBJECTS);
	KC_TRY(r, kc_buf_add(&b, p, len, err));
	kc_buf_free(&o->data);
	o->data = b;
	o->tag = tag;
	c->changed = true;
out:
	return r;
}

/* A card of its own is told from others by the GUID of its CHUID; OpenSC
 * takes it for the serial number. */
static kc_result
put_chuid(struct piv_card *c, struct kc_err *err)
{
	struct tlv_out o = { 0 };
	uint8_t guid[16] = { 0x56, 0x69, 0x72, 0x74, 0x75, 0x61, 0x6C, 0x20,
		0x50, 0x49, 0x56, 0x20 };
	kc_result r;

	for (int i = 0; i < 4; i++)
		guid[12 + i] = (uint8_t)(c->serial >> (24 - 8 * i));
	tlv_add(&o, 0x30, no_agency, sizeof no_agency);
	tlv_add(&o, 0x34, guid, sizeof guid);
	tlv_add(&o, 0x35, "20501231", 8);
	tlv_add(&o, 0x3E, "", 0);
	tlv_add(&o, 0xFE, "", 0);
	r = o.bad ? KC_FAIL(err, KC_ENOMEM, 0, "no memory for a CHUID") :
	    piv_object_put(c, PIV_TAG_CHUID, o.b.p, o.b.len, err);
	kc_buf_free(&o.b);
	return r;
}

/* Everything but the certificate of F9, which outlives a reset. */
kc_result
piv_objects_factory(struct piv_card *c, struct kc_err *err)
{
	for (size_t i = 0; i < PIV_OBJECTS; i++)
		if (c->objects[i].tag != PIV_TAG_ATTEST) {
			kc_buf_free(&c->objects[i].data);
			c->objects[i].tag = 0;
		}
	c->changed = true;
	return put_chuid(c, err);
}

/* The tag that a command's 5C names; the rest of its data after it. */
static bool
read_tag(const struct apdu *a, uint32_t *ret_tag, struct tlv_in *ret_rest)
{
	struct tlv_in in = { a->data, a->len, false };
	struct tlv t;

	if (!tlv_next(&in, &t) || t.tag != TAG_LIST || t.len == 0 ||
	    t.len > 3)
		return false;
	*ret_tag = 0;
	for (size_t i = 0; i < t.len; i++)
		*ret_tag = *ret_tag << 8 | t.p[i];
	*ret_rest = in;
	return true;
}

uint16_t
piv_get_data(struct piv_card *c, const struct apdu *a, struct tlv_out *ret)
{
	const struct piv_object *o;
	struct tlv_in rest;
	uint32_t tag;

	if (a->p1 != 0x3F || a->p2 != 0xFF)
		return SW_P1P2;
	if (!read_tag(a, &tag, &rest) || rest.len != 0)
		return SW_DATA;
	if (c->all_unreadable || (tag != 0 && tag == c->unreadable))
		return SW_FAULT;
	if (tag == PIV_TAG_DISCOVERY) {
		tlv_raw(ret, discovery, sizeof discovery);
		return SW_OK;
	}
	o = tag != 0 ? piv_object(c, tag) : NULL;
	if (o == NULL || (tag == PIV_TAG_CHUID && c->no_chuid))
		return SW_NOT_FOUND;
	tlv_add(ret, TAG_DATA, o->data.p, o->data.len);
	return SW_OK;
}

uint16_t
piv_put_data(struct piv_card *c, const struct apdu *a, struct tlv_out *ret)
{
	struct tlv_in rest;
	struct tlv t;
	uint32_t tag;

	(void)ret;
	if (a->p1 != 0x3F || a->p2 != 0xFF)
		return SW_P1P2;
	if (!c->mgm_ok)
		return SW_SECURITY;
	if (!read_tag(a, &tag, &rest) || tag < 0x5F0000 ||
	    !tlv_next(&rest, &t) || t.tag != TAG_DATA || rest.len != 0)
		return SW_DATA;
	if (t.len > PIV_OBJECT_MAX ||
	    !kc_ok(piv_object_put(c, tag, t.p, t.len, NULL)))
		return SW_MEMORY;
	return SW_OK;
}
