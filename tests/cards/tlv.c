/* SPDX-License-Identifier: Apache-2.0
 *
 * BER-TLV, read strictly and written shortest.
 */
#include "tests/cards/tlv.h"

static bool
take(struct tlv_in *in, uint8_t *ret)
{
	if (in->len == 0) {
		in->bad = true;
		return false;
	}
	*ret = *in->p++;
	in->len--;
	return true;
}

static bool
take_tag(struct tlv_in *in, uint32_t *ret)
{
	uint8_t b;
	uint32_t tag;

	if (!take(in, &b))
		return false;
	tag = b;
	if ((b & 0x1F) == 0x1F) {
		do {
			if (tag > 0xFFFF || !take(in, &b)) {
				in->bad = true;
				return false;
			}
			tag = tag << 8 | b;
		} while ((b & 0x80) != 0);
	}
	*ret = tag;
	return true;
}

static bool
take_length(struct tlv_in *in, size_t *ret)
{
	uint8_t b, more;
	size_t len = 0;

	if (!take(in, &b))
		return false;
	if (b < 0x80) {
		*ret = b;
		return true;
	}
	if (b != 0x81 && b != 0x82) {
		in->bad = true;
		return false;
	}
	for (int i = 0x80; i < b; i++) {
		if (!take(in, &more))
			return false;
		len = len << 8 | more;
	}
	*ret = len;
	return true;
}

bool
tlv_next(struct tlv_in *in, struct tlv *ret)
{
	struct tlv t = { 0 };

	if (in->bad || in->len == 0)
		return false;
	if (!take_tag(in, &t.tag) || !take_length(in, &t.len))
		return false;
	if (t.len > in->len) {
		in->bad = true;
		return false;
	}
	t.p = in->p;
	in->p += t.len;
	in->len -= t.len;
	*ret = t;
	return true;
}

bool
tlv_find(const uint8_t *p, size_t len, uint32_t tag, struct tlv *ret)
{
	struct tlv_in in = { p, len, false };
	struct tlv t, found = { 0 };
	bool have = false;

	while (tlv_next(&in, &t))
		if (!have && t.tag == tag) {
			found = t;
			have = true;
		}
	if (!have || in.bad)
		return false;
	*ret = found;
	return true;
}

void
tlv_raw(struct tlv_out *o, const void *p, size_t len)
{
	if (!o->bad && !kc_ok(kc_buf_add(&o->b, p, len, NULL)))
		o->bad = true;
}

void
tlv_add(struct tlv_out *o, uint32_t tag, const void *p, size_t len)
{
	uint8_t head[6];
	size_t n = 0;

	for (int shift = 16; shift >= 0; shift -= 8)
		if (tag >> shift != 0)
			head[n++] = (uint8_t)(tag >> shift);
	if (len > 0xFFFF) {
		o->bad = true;
		return;
	}
	if (len > 0xFF)
		head[n++] = 0x82;
	else if (len > 0x7F)
		head[n++] = 0x81;
	if (len > 0xFF)
		head[n++] = (uint8_t)(len >> 8);
	head[n++] = (uint8_t)len;
	tlv_raw(o, head, n);
	tlv_raw(o, p, len);
}

void
tlv_byte(struct tlv_out *o, uint32_t tag, unsigned value)
{
	uint8_t b = (uint8_t)value;

	tlv_add(o, tag, &b, 1);
}
