/* SPDX-License-Identifier: Apache-2.0
 *
 * Proof that one entry is in a journal, in a file of its own that needs no
 * export (docs/format/proof.md).
 */
#ifndef KC_AUDIT_PROOF_H
#define KC_AUDIT_PROOF_H

#include "audit/check.h"

#define AUD_PATH_MAX 64

/* aud_prove: write the proof of entry n of an export, which is verified
 *  first.  The facts are those that the export tells.
 *  Errors: KC_EREFUSED the export does not verify, or no signed checkpoint
 *  covers the entry; KC_EEXISTS */
KC_MUST kc_result aud_prove(const char *path, uint64_t n, const char *out,
    struct kc_err *err);

/* aud_check_proof: judge a proof's text; c as aud_check_begin left it. */
KC_MUST kc_result aud_check_proof(const char *name, const struct kc_buf *text,
    struct aud_check *c, const struct aud_verify *opt, struct aud_verdict *v,
    struct kc_err *err);

/* struct aud_cptext: the lines of a checkpoint. */
struct aud_cptext {
	enum aud_mode mode;
	char id[33];
	uint64_t size;
	uint8_t root[KC_SHA256], head[KC_SHA256];
	int64_t required;
	char listed[AUD_SIGNERS_MAX][KC_HEX];
	size_t n_listed;
};

/* aud_cptext_read: Errors: KC_EFORMAT not the one spelling of a checkpoint */
KC_MUST kc_result aud_cptext_read(const struct kc_buf *body,
    struct aud_cptext *ret, struct kc_err *err);

/* aud_tree_path: the hashes beside the way from leaf n to the root of all.
 *  leaf  size of them.  Source: RFC 6962 2.1.1 */
KC_MUST kc_result aud_tree_path(const uint8_t (*leaf)[KC_SHA256],
    uint64_t size, uint64_t n, uint8_t (*ret)[KC_SHA256], size_t *ret_n,
    struct kc_err *err);

/* aud_tree_follow: the root that a leaf and its path give; false: the path
 *  is longer or shorter than such a tree's.  Source: RFC 9162 2.1.3.2 */
KC_MUST kc_result aud_tree_follow(const uint8_t leaf[static KC_SHA256],
    uint64_t n, uint64_t size, const uint8_t (*path)[KC_SHA256], size_t len,
    uint8_t ret[static KC_SHA256], bool *ret_fits, struct kc_err *err);

#endif
