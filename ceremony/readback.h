/* SPDX-License-Identifier: Apache-2.0
 *
 * A read-back: a second person reads words of a hash from their own copy, at
 * positions the program draws.
 */
#ifndef KC_CEREMONY_READBACK_H
#define KC_CEREMONY_READBACK_H

#include "ceremony/action.h"
#include "ceremony/room.h"

#define CER_READBACK "readback"			/* row kind: one try */
#define CER_READBACK_COPY "readback.copy"	/* where the copy is from */
#define CER_READBACK_TRIES 3

/* What can be read back, for messages. */
#define CER_READBACK_SUBJECTS \
	"software, script, site, head, exchange, domain"
bool cer_readback_subject(const char *name);
/* cer_readback_term: what must be there to be read back, for the physical
 *  model; of nobody: it always is. */
struct cer_term cer_readback_term(const char *name);

/* struct cer_readback: one read-back.
 *  subject  one of the subjects, for the rows
 *  what     for people: "the exchange key of contoso-hsm-neu"
 *  sha      64 hex digits: what the words are of
 *  by       who reads, from paper of their own */
struct cer_readback {
	const char *subject;
	const char *what;
	const char *sha;
	const struct cer_person *by;
};

/* cer_read_back: ask where the copy is from, then for CER_WORDS words; every
 *  try is a row.  Done already in this step for this hash: nothing is asked.
 *  Errors: KC_EREFUSED a copy that is no second path; wrong words three
 *  times; in production, words from an answers file */
KC_MUST kc_result cer_read_back(struct cer_room *room,
    const struct cer_instance *in, const struct cer_readback *rb,
    struct kc_err *err);
/* cer_read_words: the words alone, from a copy whose source is known. */
KC_MUST kc_result cer_read_words(struct cer_room *room,
    const struct cer_instance *in, const struct cer_readback *rb,
    const char *source, struct kc_err *err);
/* cer_has_read_back: were words of this hash read back in this step? */
bool cer_has_read_back(const struct cer_room *room, const char *step,
    const char *sha);

#endif
