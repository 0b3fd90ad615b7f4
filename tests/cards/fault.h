/* SPDX-License-Identifier: Apache-2.0
 *
 * Faults at a chosen APDU.
 */
#ifndef KC_TESTS_CARDS_FAULT_H
#define KC_TESTS_CARDS_FAULT_H

#include "base/buf.h"

#define FAULTS_MAX 16

enum fault_kind {
	FAULT_NONE,
	FAULT_PULL,		/* out of the reader, not carried out */
	FAULT_PULL_AFTER,	/* carried out, then out of the reader */
	FAULT_HANG,		/* no answer, not carried out */
	FAULT_STATUS,		/* another status word, not carried out */
	FAULT_SLOW		/* carried out, answered later */
};

/* struct fault: fires once, at the left-th APDU from now. */
struct fault {
	enum fault_kind kind;
	int ins;		/* counts only this instruction; -1: any */
	unsigned long left;
	unsigned value;		/* status word, or milliseconds */
};

/* struct faults: start as {0}. */
struct faults {
	struct fault list[FAULTS_MAX];
	size_t n;
	unsigned long count;	/* APDUs seen */
};

/* fault_is: the word names a fault ("pull-at"). */
bool fault_is(const char *name);

/* fault_add: name "pull-at", "pull-after" or "hang-at" with text "N" or
 * "INS:N"; "status-at" with "N,SW", "slow-at" with "N,MS".  INS and SW are
 * hexadecimal.  The N-th APDU from now, of that instruction if one is named.
 *  Errors: KC_EUSAGE, KC_ELIMIT */
KC_MUST kc_result fault_add(struct faults *f, const char *name,
    const char *text, struct kc_err *err);

/* fault_next: an APDU has come; count it.  The fault that is due, taken off
 * the list; kind FAULT_NONE when none is.  When two are due at once the one
 * added first fires. */
struct fault fault_next(struct faults *f, const uint8_t *apdu, size_t len);

#endif
