/* SPDX-License-Identifier: Apache-2.0
 *
 * Verification inside the room: a journal fed to the state while its leaves
 * are compared with what came from outside.
 */
#ifndef KC_AUDIT_CHECK_H
#define KC_AUDIT_CHECK_H

#include "audit/state.h"
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

/* aud_judge_signers: as many of a text's signers as required are among the
 *  certificates of the PEM file.  what  the text, for messages */
KC_MUST kc_result aud_judge_signers(const char *pem, const char *what,
    const struct aud_signature *sigs, size_t n, int64_t required,
    struct kc_err *err);

/* aud_lines: call fn for each line of a journal.jsonl, split into entry and
 *  facts.  Errors: KC_EFORMAT naming the line */
KC_MUST kc_result aud_lines(const char *name, const struct kc_buf *text,
    kc_result (*fn)(void *ctx, const char *where, struct kc_part entry,
    struct kc_part facts, struct kc_err *err), void *ctx,
    struct kc_err *err);

/* struct aud_entries: the first size of a journal, or lines of an export. */
struct aud_entries {
	struct aud_journal *j;		/* NULL: lines */
	uint64_t size;
	const struct kc_buf *lines;	/* journal.jsonl */
	const char *id;
};

/* aud_entries_each: call fn for each, in order; stops on failure. */
KC_MUST kc_result aud_entries_each(const struct aud_entries *es,
    kc_result (*fn)(void *ctx, const struct aud_entry *e, struct kc_err *err),
    void *ctx, struct kc_err *err);

/* aud_check_export: an export's directory, all of it. */
KC_MUST kc_result aud_check_export(const char *path, struct aud_check *c,
    const struct aud_verify *opt, struct aud_verdict *v, struct kc_err *err);

#endif
