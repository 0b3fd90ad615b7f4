/* SPDX-License-Identifier: Apache-2.0
 *
 * What a journal says: the state after its entries, one fed after another.
 * The writer asks it who may sign; the verifier lets it refuse what
 * contradicts itself.  It knows no storage.
 */
#ifndef KC_AUDIT_STATE_H
#define KC_AUDIT_STATE_H

#include <jansson.h>

#include "audit/entry.h"
#include "audit/sign.h"
#include "audit/tree.h"

struct aud_signer {
	char name[65];
	char sha256[KC_HEX];
	struct kc_buf cert;	/* DER */
};

/* struct aud_frozen: a frozen text and its signatures. */
struct aud_frozen {
	bool manifest;
	int64_t number;		/* checkpoint: from 1; manifest: its size */
	uint64_t row;		/* entry of its body */
	uint64_t end_row;	/* entry of its end, if ended */
	bool ended;
	bool dirty;		/* other rows between body and end */
	struct kc_buf body;	/* checkpoint only */
	uint8_t hash[KC_SHA256];	/* of the body */
	int64_t required;
	struct aud_signer *listed;
	size_t n_listed;
	size_t n_sigs;
	size_t by[AUD_SIGNERS_MAX];	/* index into listed */
	struct kc_buf sig[AUD_SIGNERS_MAX];
};

/* struct aud_state: start with aud_state_init; aud_state_free. */
struct aud_state {
	struct aud_chain chain;
	struct aud_tree tree;
	char script[KC_HEX], site[KC_HEX], software[KC_HEX];
	int64_t required;
	struct aud_signer signers[AUD_SIGNERS_MAX];
	size_t n_signers;
	json_t *certs;		/* [{"signer","cert","sha256"}] as added */
	json_t *artifacts;	/* name: {"sha256","bytes"} */
	json_t *intents;	/* command.id: entry number; unresolved */
	json_t *open;		/* exception number: entry number */
	uint64_t exceptions, signatures;
	bool closed;
	bool redacted;		/* facts may be withheld; set by the reader */
	uint64_t withheld;	/* facts */
	struct aud_frozen **cps;
	size_t n_cps;
	struct aud_frozen *ex;	/* the last manifest */
};

KC_MUST kc_result aud_state_init(struct aud_state *st, enum aud_mode mode,
    const char *id, struct kc_err *err);
void aud_state_free(struct aud_state *st);

/* aud_state_add: e continues the chain and what it says is consistent:
 *  bodies are recomputed, signatures checked.
 *  Errors: KC_EREFUSED, KC_EFORMAT naming where */
KC_MUST kc_result aud_state_add(struct aud_state *st, const char *where,
    const struct aud_entry *e, struct kc_err *err);

/* aud_fact_needed: the state reads this fact of this kind, so nobody may
 *  withhold it (docs/format/journal.md, kinds with a meaning). */
bool aud_fact_needed(const char *kind, const char *fact);

/* aud_state_load: feed entries 0 to size - 1 of a journal. */
KC_MUST kc_result aud_state_load(struct aud_state *st,
    struct aud_journal *j, uint64_t size, struct kc_err *err);

/* aud_state_signer: signer.add and signer.remove rows, the certificate
 *  checked.  Used by aud_state_add. */
KC_MUST kc_result aud_state_signer(struct aud_state *st, const char *where,
    const struct aud_entry *e, struct kc_err *err);

/* aud_state_text: the rows of checkpoints and manifests. */
KC_MUST kc_result aud_state_text(struct aud_state *st, const char *where,
    const struct aud_entry *e, struct kc_err *err);

/* aud_state_sealed: the last checkpoint, if it has ended with nothing but
 *  its own rows since its body and nothing after; else NULL. */
const struct aud_frozen *aud_state_sealed(const struct aud_state *st);

/* aud_state_own_key: the certificate's key is no other signer's: K signers
 *  are K cards.  Errors: KC_EREFUSED naming both */
KC_MUST kc_result aud_state_own_key(const struct aud_state *st,
    const char *name, const struct kc_buf *cert, struct kc_err *err);

/* aud_state_checkpoint: the text over everything so far.
 *  Errors: KC_EREFUSED fewer signers than required */
KC_MUST kc_result aud_state_checkpoint(const struct aud_state *st,
    struct kc_buf *ret, struct kc_err *err);

/* aud_frozen_find: the index of a certificate among those listed, by its
 *  SHA-256 in hex; n_listed when absent. */
size_t aud_frozen_find(const struct aud_frozen *f, const char *sha256);

/* aud_frozen_free: NULL-safe. */
void aud_frozen_free(struct aud_frozen *f);

/* aud_file_name_ok: [a-z0-9._-]{1,64}, not beginning with a dot. */
bool aud_file_name_ok(const char *s);

#endif
