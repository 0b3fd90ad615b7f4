/* SPDX-License-Identifier: Apache-2.0
 *
 * Verification inside the room: a journal fed to the state while its leaves
 * are compared with what came from outside.
 */
#ifndef KC_AUDIT_CHECK_H
#define KC_AUDIT_CHECK_H

#include "audit/bundle.h"
#include "audit/verify.h"

/* struct aud_anchor: a head from outside, and where it was found. */
struct aud_anchor {
	uint8_t want[KC_SHA256];
	size_t want_len;	/* 0: none; 5, 10 or 32 */
	bool found;
	uint64_t at;
};

struct aud_check {
	struct aud_state st;
	struct aud_anchor head;
	uint8_t (*other)[KC_SHA256];	/* leaves of --against */
	uint64_t n_other;
	bool forked;
	uint64_t fork;
};

void aud_check_free(struct aud_check *c);

/* aud_check_begin: read --head and --against. */
KC_MUST kc_result aud_check_begin(struct aud_check *c,
    const struct aud_verify *opt, struct kc_err *err);

/* aud_check_entry: feed one entry. */
KC_MUST kc_result aud_check_entry(struct aud_check *c, const char *where,
    const struct aud_entry *e, struct kc_err *err);

/* aud_check_anchors: judge the anchors; lines into the report.
 *  sigs  the manifest's signatures, if it has any */
KC_MUST kc_result aud_check_anchors(struct aud_check *c,
    const struct aud_verify *opt, const struct aud_signature *sigs,
    size_t n_sigs, struct aud_verdict *v, struct kc_err *err);

/* aud_lines: call fn for each line of a journal.jsonl, split into entry and
 *  facts.  Errors: KC_EFORMAT naming the line */
KC_MUST kc_result aud_lines(const char *name, const struct kc_buf *text,
    kc_result (*fn)(void *ctx, const char *where, struct kc_part entry,
    struct kc_part facts, struct kc_err *err), void *ctx,
    struct kc_err *err);

/* aud_check_export: an export's directory, all of it. */
KC_MUST kc_result aud_check_export(const char *path, struct aud_check *c,
    const struct aud_verify *opt, struct aud_verdict *v, struct kc_err *err);

#endif
