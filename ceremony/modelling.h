/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the physical model share: the room as it is on paper
 * when a step begins.
 */
#ifndef KC_CEREMONY_MODELLING_H
#define KC_CEREMONY_MODELLING_H

#include "ceremony/action.h"
#include "ceremony/model.h"

#define CER_SETS 2		/* holder, new-holder */

/* struct cer_changed: what one step instance changed, for the trail. */
struct cer_changed {
	uint32_t room, set[CER_SETS];
	uint32_t cards;		/* a bit for each card of the site file */
};

struct cer_model {
	const struct cer_script *script;
	const struct cer_site *site;
	struct cer_instance *inst;
	size_t n, at;		/* at == n: the end */
	uint32_t room, set[CER_SETS], card[CER_CARDS_MAX];
	int64_t left[CER_MATERIALS_MAX];	/* pieces */
	struct cer_changed *changed;	/* of each instance */
	/* What each step that a condition names is taken to have found: an
	 * index into its action's outcomes. */
	size_t found[CER_STEPS_MAX];
	struct cer_trail *trail;	/* or NULL */
	struct kc_err *err;
};

/* cer_model_done: is the step done, with what is taken to be found? */
bool cer_model_done(const struct cer_model *m, const struct cer_step *st);
/* cer_model_other: something else found; false: that was all (worlds.c). */
bool cer_model_other(struct cer_model *m);
/* cer_model_found: " (where A.B was NAME, ...)", or "". */
void cer_model_found(const struct cer_model *m, char *ret, size_t size);

/* Whom a term of a step instance is about (terms.c). */
const struct cer_action *cer_model_action(const struct cer_model *m,
    size_t at);
/* cer_model_term: the i-th term of an instance, for its own keys alone. */
struct cer_term cer_model_term(const struct cer_model *m, size_t at,
    size_t i);
/* cer_model_sets, cer_model_cards: a bit for each set, or card. */
uint32_t cer_model_sets(const struct cer_model *m, size_t at,
    const struct cer_term *t);
uint32_t cer_model_cards(const struct cer_model *m, size_t at,
    const struct cer_term *t);
const char *cer_model_role(size_t set);

/* The refusals (impossible.c).  fact: one bit; set < 0 and card < 0: of the
 * room.  missing: it is needed and not there; else it is in the way. */
struct cer_fault {
	uint32_t fact;
	bool missing;
	int set, card;
};
KC_MUST kc_result cer_model_fault(struct cer_model *m,
    const struct cer_fault *f);
/* cer_model_fail: with a sentence of its own; card -1: of none. */
KC_MUST kc_result cer_model_fail(struct cer_model *m, int card,
    const char *fmt, ...) KC_PRINTF(3, 4);
/* cer_model_too_few: have of want cards are there; the first that is not
 *  says why. */
KC_MUST kc_result cer_model_too_few(struct cer_model *m, size_t have,
    size_t want, const char *to, const struct cer_fault *f);

/* cer_nominal: a site file that any script fits (nominal.c).
 *  ret  zeroed by the caller; nothing to free */
void cer_nominal(const struct cer_script *script, struct cer_site *ret);

#endif
