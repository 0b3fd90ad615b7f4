/* SPDX-License-Identifier: Apache-2.0
 *
 * Inclusion in an RFC 6962 tree: the path of a leaf, made and followed.
 */
#include <string.h>

#include "audit/proof.h"

static kc_result
join(const uint8_t *left, const uint8_t *right, uint8_t *ret,
    struct kc_err *err)
{
	struct kc_part parts[] = { { "\1", 1 }, { left, KC_SHA256 },
		{ right, KC_SHA256 } };

	return kc_sha256(parts, 3, ret, err);
}

static kc_result
root_of(const uint8_t (*leaf)[KC_SHA256], uint64_t n, uint8_t *ret,
    struct kc_err *err)
{
	struct aud_tree t = { 0 };
	kc_result r = KC_DONE;

	for (uint64_t i = 0; i < n && kc_ok(r); i++)
		r = aud_tree_add(&t, leaf[i], err);
	return kc_ok(r) ? aud_tree_root(&t, ret, err) : r;
}

kc_result
aud_tree_path(const uint8_t (*leaf)[KC_SHA256], uint64_t size, uint64_t n,
    uint8_t (*ret)[KC_SHA256], size_t *ret_n, struct kc_err *err)
{
	uint8_t swap[KC_SHA256];
	size_t len = 0;
	kc_result r = KC_DONE;

	/* From the root down: the half without the leaf is beside the way. */
	while (size > 1) {
		uint64_t half = 1;

		while (half * 2 < size)
			half *= 2;
		if (n < half) {
			KC_TRY(r, root_of(leaf + half, size - half,
			    ret[len++], err));
			size = half;
		} else {
			KC_TRY(r, root_of(leaf, half, ret[len++], err));
			leaf += half;
			n -= half;
			size -= half;
		}
	}
	for (size_t i = 0; i < len / 2; i++) {
		memcpy(swap, ret[i], sizeof swap);
		memcpy(ret[i], ret[len - 1 - i], sizeof swap);
		memcpy(ret[len - 1 - i], swap, sizeof swap);
	}
	*ret_n = len;
out:
	return r;
}

kc_result
aud_tree_follow(const uint8_t leaf[static KC_SHA256], uint64_t n,
    uint64_t size, const uint8_t (*path)[KC_SHA256], size_t len,
    uint8_t ret[static KC_SHA256], bool *ret_fits, struct kc_err *err)
{
	uint64_t last = size - 1;
	kc_result r = KC_DONE;

	memcpy(ret, leaf, KC_SHA256);
	for (size_t i = 0; i < len; i++) {
		*ret_fits = last != 0;
		if (last == 0)
			return r;
		if ((n & 1) != 0 || n == last) {
			KC_TRY(r, join(path[i], ret, ret, err));
			while (n != 0 && (n & 1) == 0) {
				n >>= 1;
				last >>= 1;
			}
		} else {
			KC_TRY(r, join(ret, path[i], ret, err));
		}
		n >>= 1;
		last >>= 1;
	}
	*ret_fits = last == 0;
out:
	return r;
}
