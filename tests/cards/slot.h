/* SPDX-License-Identifier: Apache-2.0
 *
 * A card at its reader: in or out, and who may say so.
 */
#ifndef KC_TESTS_CARDS_SLOT_H
#define KC_TESTS_CARDS_SLOT_H

#include <stdio.h>

#include "tests/cards/card.h"
#include "tests/cards/fault.h"

/* struct slot: start as SLOT_INIT. */
struct slot {
	struct piv_card card;
	struct apdu_layer layer;
	struct faults faults;
	const char *host;
	unsigned port;
	const char *state_path;	/* NULL: forgotten at the end */
	FILE *log;		/* NULL: none */
	bool other_atr;		/* answers a reset as another make does */
	bool inserted;		/* wants to be in the reader */
	int fd;			/* the reader; -1: out, or no reader there */
	int64_t out_ms;		/* since then it is out; 0: never was in */
	int control_fd;		/* -1: none */
	bool hanging;		/* answers nothing until it is taken out */
	struct kc_buf late;	/* an answer that waits */
	int64_t due_ms;		/* until then, boot time */
};
#define SLOT_INIT { .host = "127.0.0.1", .port = 35963, .inserted = true, \
	.fd = -1, .control_fd = -1 }

/* slot_fault_objects: "all", "none", or the tag of the object that cannot be
 * read.  Errors: KC_EUSAGE */
KC_MUST kc_result slot_fault_objects(struct slot *s, const char *text,
    struct kc_err *err);

/* slot_run: serve reader and control socket for ever.
 *  Errors: KC_EIO when the state or log cannot be written */
KC_MUST kc_result slot_run(struct slot *s, struct kc_err *err);

#endif
