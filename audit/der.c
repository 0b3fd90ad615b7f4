/* SPDX-License-Identifier: Apache-2.0
 *
 * A DER writer.
 */
#include "audit/der.h"

#include <string.h>

kc_result
aud_der(struct kc_buf *ret, uint8_t tag, const void *p, size_t len,
    struct kc_err *err)
{
	uint8_t head[6] = { tag };
	size_t n = 2;

	if (len < 0x80) {
		head[1] = (uint8_t)len;
	} else {
		size_t bytes = len < 0x100 ? 1 : len < 0x10000 ? 2 : 3;

		if (len >= 0x1000000)
			return KC_FAIL(err, KC_ELIMIT, 0,
			    "a DER value of %zu bytes", len);
		head[1] = (uint8_t)(0x80 | bytes);
		for (size_t i = bytes; i > 0; i--)
			head[n++] = (uint8_t)(len >> (8 * (i - 1)));
	}
	if (!kc_ok(kc_buf_add(ret, head, n, err)))
		return (kc_result){ KC_ENOMEM };
	return kc_buf_add(ret, p, len, err);
}

/* X.690 11.6: as octet strings, the shorter padded with zeros; encodings
 * of different length differ before the shorter ends. */
static bool
before(const struct kc_buf *a, const struct kc_buf *b)
{
	size_t n = a->len < b->len ? a->len : b->len;
	int c = memcmp(a->p, b->p, n);

	return c != 0 ? c < 0 : a->len < b->len;
}

kc_result
aud_der_set(struct kc_buf *ret, uint8_t tag, const struct kc_buf *items,
    size_t n, struct kc_err *err)
{
	struct kc_buf all = { 0 };
	uint64_t used = 0;
	kc_result r = KC_DONE;

	if (n > 64)
		return KC_FAIL(err, KC_ELIMIT, 0, "a set of %zu", n);
	for (size_t k = 0; k < n; k++) {
		size_t least = n;

		for (size_t i = 0; i < n; i++)
			if ((used >> i & 1) == 0 && (least == n ||
			    before(&items[i], &items[least])))
				least = i;
		used |= UINT64_C(1) << least;
		KC_TRY(r, kc_buf_add(&all, items[least].p, items[least].len,
		    err));
	}
	r = aud_der(ret, tag, all.p, all.len, err);
out:
	kc_buf_free(&all);
	return r;
}
