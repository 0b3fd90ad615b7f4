/* SPDX-License-Identifier: Apache-2.0
 *
 * An export while it is checked.
 */
#ifndef KC_AUDIT_READING_H
#define KC_AUDIT_READING_H

#include "audit/bundle.h"

/* struct aud_reading: an export while it is checked. */
struct aud_reading {
	struct aud_check *c;
	json_t *manifest;
	json_t *files;		/* path: {"bytes","sha256"} of the manifest */
	struct kc_buf text;	/* manifest.json */
	struct aud_bundle want;	/* files rebuilt from the journal */
	struct aud_signature sigs[AUD_SIGNERS_MAX];
	size_t n_sigs;
};

/* aud_read_in: one file of the export.  Errors: KC_EREFUSED missing */
KC_MUST kc_result aud_read_in(const char *dir, const char *name,
    struct kc_buf *ret, struct kc_err *err);

/* aud_read_manifest: manifest.json, well-formed; begins x->c's state. */
KC_MUST kc_result aud_read_manifest(struct aud_reading *x, const char *dir,
    struct kc_err *err);

/* aud_read_folder: a folder ("" is the top) holds only regular files that
 *  the manifest lists. */
KC_MUST kc_result aud_read_folder(const struct aud_reading *x,
    const char *dir, const char *sub, struct kc_err *err);

/* aud_read_bytes: every listed file has its size and hash. */
KC_MUST kc_result aud_read_bytes(struct aud_reading *x, const char *dir,
    struct kc_err *err);

#endif
