/* SPDX-License-Identifier: Apache-2.0
 *
 * One journal entry: written canonically, read back strictly, checked
 * against the chain (docs/format/journal.md).  No storage here.
 */
#ifndef KC_AUDIT_ENTRY_H
#define KC_AUDIT_ENTRY_H

#include "audit/journal.h"

#define AUD_LINE_MAX ((size_t)64 << 10)	/* entry and facts together */
#define AUD_FACTS_MAX 256

/* struct aud_chain: what the next entry must continue. */
struct aud_chain {
	char id[33];
	enum aud_mode mode;
	uint64_t n;		/* entries so far */
	uint8_t head[KC_SHA256];
	uint64_t run;		/* of the last entry; 0 before the first */
	int64_t boot_ms;
	int64_t utc_ms;
	bool clock_back;	/* a later run began at an earlier time */
};

/* aud_chain_init: the chain of an empty journal. */
KC_MUST kc_result aud_chain_init(struct aud_chain *c, enum aud_mode mode,
    const char *id, struct kc_err *err);

/* aud_mode_parse: "production" or "rehearsal"; false on another text. */
bool aud_mode_parse(const char *text, enum aud_mode *ret);

/* aud_name_ok: [a-z0-9_.-]{1,64}. */
bool aud_name_ok(const char *s);

/* struct aud_draft: an entry before it is written. */
struct aud_draft {
	uint64_t run;
	int64_t boot_ms;
	int64_t utc_ms;
	const char *kind;
	const char *step;
	const struct aud_fact *facts;
	size_t n_facts;
};

/* aud_entry_write: make the entry that continues c, with fresh salts.
 *  Errors: KC_EFORMAT a name, text or size outside the format
 *  ret  caller: aud_entry_free */
KC_MUST kc_result aud_entry_write(const struct aud_chain *c,
    const struct aud_draft *d, struct aud_entry *ret, struct kc_err *err);

/* aud_entry_read: parse one entry with its facts and check everything that
 *  needs no neighbour: canonical bytes, shapes, commitments.
 *  Errors: KC_EFORMAT; KC_EREFUSED for a commitment or another id */
KC_MUST kc_result aud_entry_read(const char *id, const char *where,
    const struct kc_part line, const struct kc_part facts,
    struct aud_entry *ret, struct kc_err *err);

/* aud_chain_step: e continues c; c moves on.
 *  Errors: KC_EREFUSED with both values */
KC_MUST kc_result aud_chain_step(struct aud_chain *c, const char *where,
    const struct aud_entry *e, struct kc_err *err);

#endif
