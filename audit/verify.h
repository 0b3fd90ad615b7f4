/* SPDX-License-Identifier: Apache-2.0
 *
 * Verification of a ceremony directory, a database, an export, or the proof
 * of one entry.
 */
#ifndef KC_AUDIT_VERIFY_H
#define KC_AUDIT_VERIFY_H

#include "audit/journal.h"

struct aud_verify {
	const char *signers;	/* PEM file from outside, or NULL */
	const char *head;	/* words or hex from outside, or NULL */
	const char *against;	/* another export, or NULL */
	bool closed, is_signed, anchored;	/* --require */
};

/* struct aud_verdict: what was found, also when it fails.
 *  report  lines for people */
struct aud_verdict {
	char id[33];
	char mode[16];
	uint64_t entries, checkpoints, exceptions, open_exceptions, runs;
	uint64_t open_intents;	/* card commands without an outcome */
	uint64_t unsealed;	/* entries after the last checkpoint's text */
	bool clock_back;	/* a later run began at an earlier time */
	uint64_t signatures;
	uint64_t withheld_facts, withheld_files;	/* redacted */
	char redacted_from[KC_HEX];	/* "": it is not redacted */
	bool closed, manifest_signed, anchored;
	bool is_proof;		/* of one entry: entries is the checkpoint's */
	uint64_t entry;
	uint8_t head[KC_SHA256];
	struct kc_buf report;
};

void aud_verdict_free(struct aud_verdict *v);

/* aud_verify: KC_OK when nothing contradicts; the first contradiction is in
 *  err with its place (file, line or entry) and both values. */
KC_MUST kc_result aud_verify(const char *path, const struct aud_verify *opt,
    struct aud_verdict *ret, struct kc_err *err);

/* aud_walk: call fn for every entry of a ceremony directory, database or
 *  export, each checked by itself; no chain, no signatures. */
KC_MUST kc_result aud_walk(const char *path,
    kc_result (*fn)(void *ctx, const struct aud_entry *e, struct kc_err *err),
    void *ctx, struct kc_err *err);

#endif
