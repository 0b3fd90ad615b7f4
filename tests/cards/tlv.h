/* SPDX-License-Identifier: Apache-2.0
 *
 * BER-TLV as PIV uses it: tags of one to three bytes, definite lengths below
 * 65536.
 */
#ifndef KC_TESTS_CARDS_TLV_H
#define KC_TESTS_CARDS_TLV_H

#include "base/buf.h"

/* struct tlv: one element; p points into what was read. */
struct tlv {
	uint32_t tag;
	const uint8_t *p;
	size_t len;
};

/* struct tlv_in: bytes still to be read.  bad is set for good by anything
 * malformed. */
struct tlv_in {
	const uint8_t *p;
	size_t len;
	bool bad;
};

/* tlv_next: the next element; false at the end, and when bad. */
bool tlv_next(struct tlv_in *in, struct tlv *ret);

/* tlv_find: the first element of this tag in a well-formed run of elements;
 * false when there is none or the run is malformed. */
bool tlv_find(const uint8_t *p, size_t len, uint32_t tag, struct tlv *ret);

/* struct tlv_out: what is being written.  bad is set for good when memory
 * runs out, so a writer checks once.  Owner: kc_buf_free(&b) */
struct tlv_out {
	struct kc_buf b;
	bool bad;
};

void tlv_raw(struct tlv_out *o, const void *p, size_t len);
void tlv_add(struct tlv_out *o, uint32_t tag, const void *p, size_t len);
void tlv_byte(struct tlv_out *o, uint32_t tag, unsigned value);

#endif
