/* SPDX-License-Identifier: Apache-2.0
 *
 * The estate for people: verdicts in text and JSON, and the commands that
 * make a pool what the site file approves and export what is judged.
 */
#ifndef KC_CEREMONY_EVIDENCE_H
#define KC_CEREMONY_EVIDENCE_H

#include <stdio.h>

#include <jansson.h>

#include "ceremony/script.h"
#include "estate/estate.h"

/* cer_estate_word: "holds", "does-not-hold" or "unknown"; cer_estate_sum:
 * the same of a whole file. */
const char *cer_estate_word(enum est_truth truth);
enum est_truth cer_estate_sum(const struct est_estate *e);

/* cer_estate_verdict: KC_DONE if nothing contradicts.
 *  Errors: KC_EREFUSED with the names of what does not hold */
KC_MUST kc_result cer_estate_verdict(const struct est_estate *e,
    const char *file, struct kc_err *err);

/* cer_estate_show: for people, on a stream. */
void cer_estate_show(const struct est_estate *e, const char *file, FILE *to);

/* cer_estate_json: as an object.  ret: caller json_decref */
KC_MUST kc_result cer_estate_json(const struct est_estate *e, json_t **ret,
    struct kc_err *err);

/* struct cer_plan: commands for the online side, in order. */
#define CER_PLAN_MAX 256
struct cer_plan {
	size_t n;
	struct {
		const char *part;	/* "roles": a constant */
		struct kc_buf line;	/* one command, words quoted */
	} is[CER_PLAN_MAX];
};

/* cer_plan_make: of the site file's estate.  ret: caller cer_plan_free
 *  Errors: KC_EREFUSED there is none */
KC_MUST kc_result cer_plan_make(const struct cer_site *site,
    struct cer_plan *ret, struct kc_err *err);
KC_MUST kc_result cer_plan_print(const struct cer_site *site,
    const struct cer_plan *p, FILE *to, struct kc_err *err);
KC_MUST kc_result cer_plan_json(const struct cer_site *site,
    const struct cer_plan *p, struct kc_err *err);
void cer_plan_free(struct cer_plan *p);

#endif
