/* SPDX-License-Identifier: Apache-2.0
 *
 * RFC 6962 Merkle tree hash, one leaf at a time in constant memory.
 */
#ifndef KC_AUDIT_TREE_H
#define KC_AUDIT_TREE_H

#include "base/err.h"
#include "base/hash.h"

/* struct aud_tree: the perfect subtrees so far, largest first.  Start as
 * {0}.  A copy of it is a snapshot. */
struct aud_tree {
	uint64_t size;
	size_t depth;
	uint8_t node[64][KC_SHA256];
};

/* aud_leaf: SHA-256(0x00 || bytes). */
KC_MUST kc_result aud_leaf(const void *p, size_t len,
    uint8_t ret[static KC_SHA256], struct kc_err *err);

/* aud_tree_add: append one leaf hash. */
KC_MUST kc_result aud_tree_add(struct aud_tree *t,
    const uint8_t leaf[static KC_SHA256], struct kc_err *err);

/* aud_tree_root: the tree hash; of no leaves the hash of nothing.
 *  Source: RFC 6962 2.1 */
KC_MUST kc_result aud_tree_root(const struct aud_tree *t,
    uint8_t ret[static KC_SHA256], struct kc_err *err);

#endif
