/* SPDX-License-Identifier: Apache-2.0
 *
 * The files of an export in memory, and the manifest that lists them.
 */
#ifndef KC_AUDIT_BUNDLE_H
#define KC_AUDIT_BUNDLE_H

#include "audit/check.h"
#include "audit/export.h"
#include "audit/state.h"

struct aud_file {
	char *path;		/* "checkpoints/0001.txt" */
	struct kc_buf bytes;
};

struct aud_bundle {
	struct aud_file *file;
	size_t n;
};

void aud_bundle_free(struct aud_bundle *b);

/* aud_bundle_add: take bytes over (also on failure) under a path. */
KC_MUST kc_result aud_bundle_add(struct aud_bundle *b, const char *path,
    struct kc_buf *bytes, struct kc_err *err);

/* aud_bundle_from_state: the files that are a function of the journal's
 *  state: checkpoints/ and certs/. */
KC_MUST kc_result aud_bundle_from_state(struct aud_bundle *b,
    const struct aud_state *st, struct kc_err *err);

/* aud_bundle_make: every file of an export of size entries, sorted by path;
 *  st becomes the state after them. */
KC_MUST kc_result aud_bundle_make(const struct aud_source *src,
    uint64_t size, struct aud_state *st, struct aud_bundle *ret,
    struct kc_err *err);

/* aud_bundle_manifest: manifest.json.
 *  signatures  how many it needs; 0: it is written without
 *  from        hex of the manifest that a redacted export was made of; NULL */
KC_MUST kc_result aud_bundle_manifest(const struct aud_bundle *b,
    const struct aud_state *st, int64_t signatures, const char *from,
    struct kc_buf *ret, struct kc_err *err);

/* aud_bundle_made: journal.jsonl, transcript.md, verify.py, README.txt.
 *  st  the state after the entries */
KC_MUST kc_result aud_bundle_made(struct aud_bundle *b,
    const struct aud_entries *es, const struct aud_state *st,
    struct kc_err *err);

/* aud_bundle_sort: by path. */
void aud_bundle_sort(struct aud_bundle *b);

/* aud_bundle_write: the new directory out, under a temporary name until it
 *  is whole, synced and read back.
 *  ret  what was written but its head; NULL
 *  Errors: KC_EEXISTS; KC_EREFUSED a name that FAT does not take; KC_EIO
 *  also when another byte comes back than was written */
KC_MUST kc_result aud_bundle_write(const struct aud_bundle *b,
    const char *out, struct aud_written *ret, struct kc_err *err);

/* aud_transcript: the transcript as a document (audit/doc.h).
 *  st  the state after the entries
 *  ret  caller: json_decref */
KC_MUST kc_result aud_transcript(const struct aud_entries *es,
    const struct aud_state *st, json_t **ret, struct kc_err *err);

/* aud_transcript_pdf: a transcript as PDF. */
KC_MUST kc_result aud_transcript_pdf(const json_t *doc,
    const struct aud_state *st, struct kc_buf *ret, struct kc_err *err);

/* aud_pairs: a text's signatures as (certificate, signature) pairs, borrowed
 *  from f. */
void aud_pairs(const struct aud_frozen *f,
    struct aud_signature ret[static AUD_SIGNERS_MAX]);

#endif
