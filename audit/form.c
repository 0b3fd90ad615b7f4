/* SPDX-License-Identifier: Apache-2.0
 *
 * The auditor's form: the entries of each requirement, found in one pass.
 */
#include "audit/form.h"

#include <stdlib.h>
#include <string.h>

#include "audit/form_items.h"

void
aud_form_free(struct aud_form *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->n; i++)
		free(f->row[i].entry);
	free(f->row);
	*f = (struct aud_form){ 0 };
}

/* A signer is named by role, perhaps with a number: "auditor", "auditor-2". */
static bool
is_value(const char *have, const char *want)
{
	size_t len = strlen(want);

	return strncmp(have, want, len) == 0 &&
	    (have[len] == '\0' || have[len] == '-');
}

static bool
speaks(const struct aud_where *w, const struct aud_entry *e)
{
	const json_t *v;

	if (strcmp(w->kind, e->kind) != 0)
		return false;
	/* Whose name was called, and who was not there. */
	if (json_is_false(json_object_get(e->facts, "present")))
		return false;
	if (w->fact == NULL)
		return true;
	v = json_object_get(e->facts, w->fact);
	if (v == NULL || w->value == NULL)
		return v != NULL;
	return json_is_string(v) && is_value(json_string_value(v), w->value);
}

/* Room for one more: at 0, 8, 16, 32 ... there is none left. */
static kc_result
add(struct aud_form_row *row, uint64_t n, struct kc_err *err)
{
	bool full = row->n == 0 || (row->n >= 8 &&
	    (row->n & (row->n - 1)) == 0);

	if (full) {
		size_t cap = row->n == 0 ? 8 : 2 * row->n;
		uint64_t *p = realloc(row->entry, cap * sizeof *p);

		if (p == NULL)
			return KC_FAIL(err, KC_ENOMEM, 0, "no memory for the "
			    "auditor's form");
		row->entry = p;
	}
	row->entry[row->n++] = n;
	return KC_DONE;
}

static kc_result
feed(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	struct aud_form *f = ctx;
	kc_result r = KC_DONE;

	for (size_t i = 0; i < f->n && kc_ok(r); i++) {
		const struct aud_where *w = aud_items[i].where;

		while (w->kind != NULL && !speaks(w, e))
			w++;
		if (w->kind != NULL)
			r = add(&f->row[i], e->n, err);
	}
	return r;
}

/* Why nothing was found. */
static const char *
no_entry(const struct aud_item *item, bool redacted)
{
	if (item->where[0].kind == NULL)
		return "no program can see it";
	return redacted ? "no entry speaks of it, or its facts are withheld" :
	    "no entry speaks of it";
}

kc_result
aud_form_make(const struct aud_entries *es, const struct aud_state *st,
    struct aud_form *ret, struct kc_err *err)
{
	struct aud_form f = { .about = aud_items_about, .n = aud_items_n };
	kc_result r;

	f.row = calloc(f.n, sizeof *f.row);
	if (f.row == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for the "
		    "auditor's form");
	for (size_t i = 0; i < f.n; i++)
		f.row[i] = (struct aud_form_row){ .id = aud_items[i].id,
			.text = aud_items[i].text,
			.beyond = aud_items[i].beyond };
	KC_TRY(r, aud_entries_each(es, feed, &f, err));
	for (size_t i = 0; i < f.n; i++)
		if (f.row[i].n == 0)
			f.row[i].none = no_entry(&aud_items[i],
			    st->redacted);
	*ret = f;
	f = (struct aud_form){ 0 };
out:
	aud_form_free(&f);
	return r;
}

kc_result
aud_form_numbers(const struct aud_form_row *row, struct kc_buf *ret,
    struct kc_err *err)
{
	kc_result r = KC_DONE;

	if (row->n == 0)
		return kc_buf_addf(ret, err, "not covered, because %s",
		    row->none);
	for (size_t i = 0, to; i < row->n; i = to + 1) {
		to = i;
		while (to + 1 < row->n &&
		    row->entry[to + 1] == row->entry[to] + 1)
			to++;
		KC_TRY(r, kc_buf_addf(ret, err, "%s%llu", i > 0 ? ", " : "",
		    (unsigned long long)row->entry[i]));
		if (to > i)
			KC_TRY(r, kc_buf_addf(ret, err, "-%llu",
			    (unsigned long long)row->entry[to]));
	}
out:
	return r;
}
