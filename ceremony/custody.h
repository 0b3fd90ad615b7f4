/* SPDX-License-Identifier: Apache-2.0
 *
 * Custody: where cards, PINs and copies of the domain file go, who can reach
 * them there, and whether that is too much for one or too little for all.
 * A plan is the site file's; judging it is a pure function.
 */
#ifndef KC_CEREMONY_CUSTODY_H
#define KC_CEREMONY_CUSTODY_H

#include "ceremony/yaml.h"

#define CER_PLACES_MAX 24
#define CER_THINGS_MAX 96
#define CER_OPENERS_MAX 16

enum cer_what {
	CER_CARD,
	CER_PIN,
	CER_PUK,
	CER_SO_PIN,
	CER_MANAGEMENT_KEY,
	CER_KEY_FILE,
	CER_PASSWORD,
	CER_DOMAIN_COPY,	/* from here on: of nobody */
	CER_MEDIUM,
};

/* struct cer_place: who opens it, and how many of them it takes. */
struct cer_place {
	const char *id;
	const char *opener[CER_OPENERS_MAX];
	size_t n_openers;
	int64_t together;
};

/* struct cer_thing: in a place, or with a person (place < 0). */
struct cer_thing {
	const char *id, *of;	/* of: whose key it belongs to, or "" */
	enum cer_what what;
	int place;
	const char *person;
};

/* struct cer_custody: the plan; n_things 0: the site file has none. */
struct cer_custody {
	struct cer_place place[CER_PLACES_MAX];
	size_t n_places;
	struct cer_thing thing[CER_THINGS_MAX];
	size_t n_things;
};

/* struct cer_quorum: whose keys open the domain, and how many it takes. */
struct cer_quorum {
	const char *const *holder;
	size_t n;
	size_t m;
};

/* cer_custody_read: the site file's mapping; node NULL: no plan.
 *  has_person  is there such a person? (of: the site file)
 *  Errors: KC_EFORMAT with file, line, column */
KC_MUST kc_result cer_custody_read(struct cer_custody *c,
    const struct cer_node *node, bool (*has_person)(const void *ctx,
    const char *id), const void *ctx, struct kc_err *err);

const char *cer_what_name(enum cer_what what);

/* cer_custody_judge: refuse a plan that lacks a holder's card or PIN (or key
 *  file or password); in which one place, or one person alone, reaches m
 *  keys: card with PIN, PUK, SO PIN or management key, key file with
 *  password; or in which the loss of one place or person leaves fewer than
 *  m keys that can be used, or no copy of the domain file.
 *  Errors: KC_EREFUSED naming the place or person and the keys */
KC_MUST kc_result cer_custody_judge(const struct cer_custody *c,
    const struct cer_quorum *q, struct kc_err *err);

#endif
