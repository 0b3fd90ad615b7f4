/* SPDX-License-Identifier: Apache-2.0
 *
 * A redacted export: facts and files withheld, no hash of the journal
 * changed (docs/format/export.md).
 */
#ifndef KC_AUDIT_REDACT_H
#define KC_AUDIT_REDACT_H

#include "audit/journal.h"

/* struct aud_redact: what is withheld besides site.yaml.
 *  marked    KIND.FACT each, those that the script marks; one that no entry
 *            has is no mistake
 *  facts     KIND.FACT, or FACT of any kind
 *  entries   every fact of these that may be withheld
 *  files     names of artifacts */
struct aud_redact {
	const char *const *marked, *const *facts, *const *files;
	const uint64_t *entries;
	size_t n_marked, n_facts, n_files, n_entries;
};

/* struct aud_redacted: what was done. */
struct aud_redacted {
	uint64_t facts, files;
	uint8_t head[KC_SHA256];
};

/* aud_redact: write the export out without them.  The source is verified
 *  first; it may be redacted already.
 *  Errors: KC_EREFUSED the source does not verify, a choice that fits
 *  nothing or that the rules need; KC_EEXISTS */
KC_MUST kc_result aud_redact(const char *path, const struct aud_redact *what,
    const char *out, struct aud_redacted *ret, struct kc_err *err);

#endif
