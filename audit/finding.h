/* SPDX-License-Identifier: Apache-2.0
 *
 * What a verifier found when it refuses: the kind of a contradiction, in
 * struct kc_err's native.  The words stand in `audit verify --json`.
 */
#ifndef KC_AUDIT_FINDING_H
#define KC_AUDIT_FINDING_H

#include "base/err.h"

enum aud_finding {
	AUD_FOUND_GAP = 0x61756400,	/* no errno, no SQLite code */
	AUD_FOUND_ORDER,
	AUD_FOUND_CHAIN,
	AUD_FOUND_RUN,
	AUD_FOUND_CLOCK,
	AUD_FOUND_CUT,
	AUD_FOUND_FORK,
	AUD_FOUND_HEAD,
	AUD_FOUND_FOREIGN,
	AUD_FOUND_STRIPPED,
	AUD_FOUND_SIGNATURE,
	AUD_FOUND_FILE,
	AUD_FOUND_FACT,
	AUD_FOUND_OPEN,
};

#define AUD_REFUSE(err, what, ...) \
	KC_FAIL((err), KC_EREFUSED, AUD_FOUND_##what, __VA_ARGS__)

/* aud_finding_word: "gap", "fork", ...; "contradiction" for a refusal of no
 *  kind of its own; NULL when err is no refusal. */
const char *aud_finding_word(const struct kc_err *err);

#endif
