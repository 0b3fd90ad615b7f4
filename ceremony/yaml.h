/* SPDX-License-Identifier: Apache-2.0
 *
 * The YAML subset of scripts, site files and answers: mappings, sequences
 * and plain scalars; no anchors, aliases, tags, merge keys or second
 * documents; a duplicate key is refused; every scalar is a string until its
 * field says otherwise.
 */
#ifndef KC_CEREMONY_YAML_H
#define KC_CEREMONY_YAML_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

#define CER_YAML_MAX ((size_t)1 << 20)

enum cer_node_kind {
	CER_SCALAR,
	CER_MAP,
	CER_SEQ,
};

/* struct cer_node: one value and where it stands (1-based). */
struct cer_node {
	enum cer_node_kind kind;
	const char *file;	/* name for messages; owned by the root */
	size_t line, col;
	char *key;		/* its name inside a mapping, else NULL */
	char *text;		/* scalars */
	struct cer_node **child;
	size_t n;
};

/* cer_yaml_read: parse one document.
 *  name  for messages; copied.  ret  caller: cer_node_free
 *  Errors: KC_EFORMAT with file, line and column; KC_ELIMIT */
KC_MUST kc_result cer_yaml_read(const char *name, const void *p, size_t len,
    struct cer_node **ret, struct kc_err *err);
void cer_node_free(struct cer_node **n);

/* cer_node_get: a mapping's member, or NULL. */
const struct cer_node *cer_node_get(const struct cer_node *map,
    const char *key);

/* cer_node_str: a scalar member; fallback when it is absent, unless
 *  fallback is NULL: then KC_EFORMAT.  The text stays the node's. */
KC_MUST kc_result cer_node_str(const struct cer_node *map, const char *key,
    const char *fallback, const char **ret, struct kc_err *err);
KC_MUST kc_result cer_node_int(const struct cer_node *map, const char *key,
    int64_t min, int64_t max, int64_t *ret, struct kc_err *err);

/* cer_node_list: a sequence of scalars, or one scalar as a list of one, or
 *  none when absent.  ret points into the tree. */
KC_MUST kc_result cer_node_list(const struct cer_node *map, const char *key,
    const char **ret, size_t max, size_t *ret_n, struct kc_err *err);

/* cer_node_only: every key is one of the blank-separated list. */
KC_MUST kc_result cer_node_only(const struct cer_node *map, const char *keys,
    struct kc_err *err);

/* cer_is_name: of a-z, 0-9 and '-', 1 to 40 characters. */
bool cer_is_name(const char *s);

/* cer_node_name: a text of a-z, 0-9 and '-', 1 to 40 characters. */
KC_MUST kc_result cer_node_name(const struct cer_node *map, const char *key,
    const char **ret, struct kc_err *err);

/* cer_yaml_load: read a file once: its bytes, their hash, the tree, whose
 *  top is a mapping.  On failure what was filled stays for the caller. */
KC_MUST kc_result cer_yaml_load(const char *path, struct kc_buf *bytes,
    uint8_t sha[static KC_SHA256], struct cer_node **root,
    struct kc_err *err);

/* CER_NODE_FAIL: KC_EFORMAT "file:line:col: sentence". */
#define CER_NODE_FAIL(node, err, ...) \
	cer_node_fail((node), (err), __FILE__, __LINE__, __VA_ARGS__)
KC_MUST kc_result cer_node_fail(const struct cer_node *n, struct kc_err *err,
    const char *file, int line, const char *fmt, ...) KC_PRINTF(5, 6);

#endif
