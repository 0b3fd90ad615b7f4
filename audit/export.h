/* SPDX-License-Identifier: Apache-2.0
 *
 * The export: one new directory that a stranger can check
 * (docs/format/export.md).  It is a function of the journal up to a size and
 * of the artifacts, so its manifest can be frozen, signed and rebuilt.
 */
#ifndef KC_AUDIT_EXPORT_H
#define KC_AUDIT_EXPORT_H

#include "audit/journal.h"
#include "audit/sign.h"

/* struct aud_source: what an export is made from.
 *  dir  the ceremony directory: journal.db, artifacts/, script.yaml,
 *       site.yaml */
struct aud_source {
	struct aud_journal *j;
	const char *dir;
};

/* struct aud_written: a directory that stands.
 *  manifest    SHA-256 of manifest.json
 *  head        of the journal that it carries
 *  past_cache  every file was read back past the system's cache, else only
 *              after it was asked to forget */
struct aud_written {
	uint8_t manifest[KC_SHA256], head[KC_SHA256];
	size_t files;
	bool past_cache;
};

/* aud_export_size: how many entries an export now would carry: through the
 *  last checkpoint's end row.  0: no finished checkpoint yet. */
KC_MUST kc_result aud_export_size(struct aud_journal *j, uint64_t *ret,
    struct kc_err *err);

/* aud_export_freeze: compute the manifest for size entries and append its
 *  export.body row.  The manifest text is in ret->body. */
KC_MUST kc_result aud_export_freeze(const struct aud_source *src,
    uint64_t size, const char *step, struct aud_text *ret,
    struct kc_err *err);

/* aud_export_write: write the directory (temporary name, then renamed) with
 *  manifest.json.p7s when the manifest's signatures are in the journal.
 *  Errors: KC_EEXISTS; KC_EREFUSED nothing to export; KC_EBUG the manifest
 *  is not the one that was signed */
KC_MUST kc_result aud_export_write(const struct aud_source *src,
    const char *out, struct aud_written *ret, struct kc_err *err);

#endif
