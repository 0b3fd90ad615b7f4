/* SPDX-License-Identifier: Apache-2.0
 *
 * The auditor's form: what two standards ask of a key ceremony, and which
 * entries speak of it.  It judges nothing: that is the auditor's.  It knows
 * no layout.
 */
#ifndef KC_AUDIT_FORM_H
#define KC_AUDIT_FORM_H

#include "audit/check.h"

/* struct aud_form_row: one requirement.
 *  id      "BR 6.1.1.1, all (2)"
 *  text    what it asks, in short
 *  beyond  what of it no entry can show
 *  none    why there is no entry, or NULL
 *  entry   numbers, rising */
struct aud_form_row {
	const char *id, *text, *beyond, *none;
	uint64_t *entry;
	size_t n;
};

/* struct aud_form: start with {0}; aud_form_free.
 *  about  sentences to stand above it */
struct aud_form {
	const char *about;
	struct aud_form_row *row;
	size_t n;
};

void aud_form_free(struct aud_form *f);

/* aud_form_make: the form of these entries. */
KC_MUST kc_result aud_form_make(const struct aud_entries *es,
    const struct aud_state *st, struct aud_form *ret, struct kc_err *err);

/* aud_form_numbers: a row's entries as people write them, appended:
 *  "0, 4-9, 12"; `none` where there are none. */
KC_MUST kc_result aud_form_numbers(const struct aud_form_row *row,
    struct kc_buf *ret, struct kc_err *err);

#endif
