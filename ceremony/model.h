/* SPDX-License-Identifier: Apache-2.0
 *
 * The physical model: a script is walked on paper, before anybody comes.
 * Each action says what it needs of the room, of sets and of cards, and what
 * it leaves (action.h, facts.def); here that is followed from step to step,
 * and the first step that cannot be is named.
 */
#ifndef KC_CEREMONY_MODEL_H
#define KC_CEREMONY_MODEL_H

#include "ceremony/room.h"

#define CER_LED_MAX 12

/* struct cer_trail: the impossible step, and those that led to it, in
 * order.  at.id "": there is none; end: it is what comes after that step. */
struct cer_led {
	char number[12], id[129];
	const char *action;
	size_t line, col;
};
struct cer_trail {
	struct cer_led at;
	bool end;
	size_t n;
	struct cer_led led[CER_LED_MAX];
};

/* cer_model: can every step of the script be, one after the other?
 *  site  it fits (cer_script_bind); NULL: three people of each role, each
 *        with a card, one signature and one reader
 *  ret   filled on KC_EREFUSED; may be NULL
 *  Errors: KC_EREFUSED with file, line, column, step and what is missing or
 *  in the way, or that no step uses a material; KC_ELIMIT more step instances
 *  than a ceremony may have */
KC_MUST kc_result cer_model(const struct cer_script *script,
    const struct cer_site *site, struct cer_trail *ret, struct kc_err *err);

/* possible.c: when a ceremony begins.  cer_possible: production is refused
 *  before there is a directory.  cer_possible_note: in a rehearsal that has
 *  not begun a step, an exception in the journal, and people are told. */
KC_MUST kc_result cer_possible(const struct cer_room *room,
    struct kc_err *err);
KC_MUST kc_result cer_possible_note(struct cer_room *room,
    struct kc_err *err);

#endif
