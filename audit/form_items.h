/* SPDX-License-Identifier: Apache-2.0
 *
 * The requirements of the auditor's form: one table.
 */
#ifndef KC_AUDIT_FORM_ITEMS_H
#define KC_AUDIT_FORM_ITEMS_H

#include <stddef.h>

#define AUD_WHERE_MAX 9

/* struct aud_where: entries of a kind; with a fact, those that have it; with
 *  a value, those whose fact is this text, or "true". */
struct aud_where {
	const char *kind, *fact, *value;
};

struct aud_item {
	const char *id, *text;
	struct aud_where where[AUD_WHERE_MAX];	/* ends with a NULL kind */
	const char *beyond;
};

extern const struct aud_item aud_items[];
extern const size_t aud_items_n;
extern const char aud_items_about[];

#endif
