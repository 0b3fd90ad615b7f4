/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions: what a step does, and what it needs of the room and leaves in it.
 * One const table; a step without a row there is refused when the script is
 * read.
 */
#ifndef KC_CEREMONY_ACTION_H
#define KC_CEREMONY_ACTION_H

#include <stdint.h>

#include "base/err.h"

struct cer_room;
struct cer_instance;

/* Facts of the physical model (facts.def), a bit each. */
enum cer_fact_at {
#define X(sym, missing, in_the_way) CER_AT_##sym,
#include "ceremony/facts.def"
#undef X
	CER_FACTS
};
enum cer_fact {
#define X(sym, missing, in_the_way) CER_F_##sym = 1 << CER_AT_##sym,
#include "ceremony/facts.def"
#undef X
};

/* Whose facts a term is about. */
enum cer_of {
	CER_OF_NOBODY,		/* ends the list */
	CER_OF_ROOM,
	CER_OF_SET,		/* the step's set: holders, or `set: new` */
	CER_OF_NEW_SET,
	CER_OF_OWN_SET,		/* of who acts, if the wrapping key is meant */
	CER_OF_SETS,		/* both */
	CER_OF_CARD,		/* of who acts */
	CER_OF_INSTEAD,		/* of whom the step names in `instead` */
	CER_OF_EACH,		/* every card of the step's set */
	CER_OF_EACH_NEW,
	CER_OF_QUORUM,		/* as many cards of the step's set */
	CER_OF_SIGNERS,		/* as many cards as sign a checkpoint */
	CER_OF_PLANNED,		/* cards of the site file's custody plan */
	CER_OF_CARDS,		/* all */
};

/* struct cer_term: what the step needs of them, what must not be, and what
 * it gives and takes.  reads: those cards go into a reader.  Where the step
 * has `keys`, what it says of a key holds of those. */
struct cer_term {
	enum cer_of of;
	uint32_t needs, bars, gives, takes;
	bool reads;
};
#define CER_TERMS 6

/* struct cer_outcome: a name for what a step found, for conditions: in its row
 * of that kind the fact begins so.  Names of one kind stand together. */
struct cer_outcome {
	const char *name, *kind, *fact, *begins;
};
#define CER_OUTCOMES 3

/* struct cer_action: one row.
 *  fields    extra fields a step may carry, blank separated
 *  card      the acting person needs a card
 *  own_end   the action writes its own last row (checkpoint, export)
 *  run       acts; rows of its own in the journal; the engine adds
 *            step.begin before and step.done after
 *  final     nobody can take it back: it needs an `environment` before it,
 *            and the list is run again first
 *  after     it may come after close
 *  term      for the physical model, model.h
 *  outcome   if it may end in more than one way */
struct cer_action {
	const char *name;
	const char *fields;
	bool card;
	bool own_end;
	kc_result (*run)(struct cer_room *room, const struct cer_instance *in,
	    struct kc_err *err);
	bool final, after;
	struct cer_term term[CER_TERMS];
	struct cer_outcome outcome[CER_OUTCOMES];
};

const struct cer_action *cer_action_find(const char *name);

/* cer_action_end: the end of every script, as a row; it runs nothing. */
extern const struct cer_action cer_action_end;

#endif
