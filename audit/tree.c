/* SPDX-License-Identifier: Apache-2.0
 *
 * RFC 6962 Merkle tree hash.  A stack holds one node for each one bit of the
 * size; adding a leaf merges as many as a counter carries.
 */
#include "audit/tree.h"

#include <string.h>

kc_result
aud_leaf(const void *p, size_t len, uint8_t ret[static KC_SHA256],
    struct kc_err *err)
{
	struct kc_part parts[] = { { "\0", 1 }, { p, len } };

	return kc_sha256(parts, 2, ret, err);
}

static kc_result
join(const uint8_t *left, const uint8_t *right, uint8_t *ret,
    struct kc_err *err)
{
	struct kc_part parts[] = { { "\1", 1 }, { left, KC_SHA256 },
		{ right, KC_SHA256 } };

	return kc_sha256(parts, 3, ret, err);
}

kc_result
aud_tree_add(struct aud_tree *t, const uint8_t leaf[static KC_SHA256],
    struct kc_err *err)
{
	uint8_t node[KC_SHA256];
	size_t depth = t->depth;
	kc_result r = KC_DONE;

	if (depth == 63)
		return KC_FAIL(err, KC_EBUG, 0, "a tree of absurd size");
	memcpy(node, leaf, sizeof node);
	for (uint64_t s = t->size; (s & 1) != 0; s >>= 1)
		KC_TRY(r, join(t->node[--depth], node, node, err));
	memcpy(t->node[depth], node, sizeof node);
	t->depth = depth + 1;
	t->size++;
out:
	return r;
}

kc_result
aud_tree_root(const struct aud_tree *t, uint8_t ret[static KC_SHA256],
    struct kc_err *err)
{
	uint8_t node[KC_SHA256];
	kc_result r = KC_DONE;

	if (t->depth == 0)
		return kc_sha256_one("", 0, ret, err);
	memcpy(node, t->node[t->depth - 1], sizeof node);
	for (size_t i = t->depth - 1; i > 0; i--)
		KC_TRY(r, join(t->node[i - 1], node, node, err));
	memcpy(ret, node, sizeof node);
out:
	return r;
}
