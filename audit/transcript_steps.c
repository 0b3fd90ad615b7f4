/* SPDX-License-Identifier: Apache-2.0
 *
 * The transcript's steps, and its picture of time.
 */
#include <stdio.h>
#include <string.h>

#include "audit/transcript.h"
#include "base/clock.h"
#include "base/json.h"

#define SHOWN 400		/* bytes of a long value */

kc_result
aud_transcript_value(const json_t *v, struct kc_buf *ret, struct kc_err *err)
{
	const char *s = json_string_value(v);

	if (json_is_integer(v))
		return kc_buf_addf(ret, err, "%lld",
		    (long long)json_integer_value(v));
	if (s == NULL)
		return kc_buf_adds(ret, json_is_true(v) ? "yes" : "no", err);
	if (strlen(s) > SHOWN)
		return kc_buf_addf(ret, err, "(%zu characters, in the "
		    "journal)", strlen(s));
	return aud_doc_safe(s, ret, err);
}

static kc_result
add_facts(struct kc_buf *b, const struct aud_entry *e, struct kc_err *err)
{
	const char *name, *sep = ": ";
	size_t i;
	json_t *v;
	kc_result r = KC_DONE;

	json_object_foreach(e->facts, name, v) {
		KC_TRY(r, kc_buf_addf(b, err, "%s%s ", sep, name));
		KC_TRY(r, aud_transcript_value(v, b, err));
		sep = "; ";
	}
	json_array_foreach(e->withheld, i, v) {
		KC_TRY(r, kc_buf_addf(b, err, "%s%s (withheld)", sep,
		    json_string_value(v)));
		sep = "; ";
	}
out:
	return r;
}

/* A step's beginning is a heading: "2.3 Title", and who acts. */
static kc_result
add_begin(json_t *doc, const struct aud_entry *e, struct kc_err *err)
{
	const char *number = aud_entry_str(e, "number");
	const char *title = aud_entry_str(e, "title");
	struct kc_buf text = { 0 };
	kc_result r;

	KC_TRY(r, aud_doc_safe(number != NULL ? number : "", &text, err));
	KC_TRY(r, kc_buf_adds(&text, " ", err));
	KC_TRY(r, aud_doc_safe(title != NULL ? title : e->step, &text, err));
	if (aud_entry_true(e, "again"))
		KC_TRY(r, kc_buf_adds(&text, " (again)", err));
	r = AUD_DOC(doc, "h", 3, err, kc_buf_str(&text));
out:
	kc_buf_free(&text);
	return r;
}

static kc_result
add_entry(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	struct kc_buf head = { 0 }, facts = { 0 };
	char number[24];
	json_t *doc = ctx;
	kc_result r;

	if (strcmp(e->kind, "step.begin") == 0)
		KC_TRY(r, add_begin(doc, e, err));
	(void)snprintf(number, sizeof number, "%llu",
	    (unsigned long long)e->n);
	KC_TRY(r, kc_buf_addf(&head, err, " %.19s ", e->time));
	KC_TRY(r, aud_doc_safe(e->step[0] != '\0' ? e->step : "-", &head,
	    err));
	KC_TRY(r, kc_buf_adds(&head, " ", err));
	KC_TRY(r, add_facts(&facts, e, err));
	r = AUD_DOC(doc, "li", 0, err, "", number, kc_buf_str(&head),
	    e->kind, kc_buf_str(&facts));
out:
	kc_buf_free(&facts);
	kc_buf_free(&head);
	return r;
}

kc_result
aud_transcript_steps(json_t *doc, const struct aud_entries *es,
    struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, AUD_DOC(doc, "h", 2, err, "Every step"));
	r = aud_entries_each(es, add_entry, doc, err);
out:
	return r;
}

/* --- time --- */

struct chart {
	json_t *bars, *marks;
};

/* The bar of the act that a step belongs to ("keys" of keys.make.holder-1);
 * acts come one after another. */
static kc_result
grow_bar(struct chart *c, const struct aud_entry *e, int64_t at,
    struct kc_err *err)
{
	json_t *last = json_array_get(c->bars, json_array_size(c->bars) - 1);
	const char *name = json_string_value(json_object_get(last, "t"));
	size_t n = strcspn(e->step, ".");
	char act[129];

	if (name != NULL && strlen(name) == n &&
	    strncmp(name, e->step, n) == 0)
		return kc_json_set_int(last, "to", at, err);
	(void)snprintf(act, sizeof act, "%.*s", (int)n, e->step);
	return kc_json_add_new(c->bars, json_pack("{s:s,s:I,s:I}", "t", act,
	    "from", (json_int_t)at, "to", (json_int_t)at), err);
}

static kc_result
add_mark(struct chart *c, const char *text, int64_t at, struct kc_err *err)
{
	return kc_json_add_new(c->marks, json_pack("{s:s,s:I}", "t", text,
	    "at", (json_int_t)at), err);
}

static kc_result
chart_entry(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	struct chart *c = ctx;
	char text[48];
	int64_t at = 0;
	kc_result r;

	KC_TRY(r, kc_clock_parse(e->time, &at, err));
	if (e->step[0] != '\0')
		KC_TRY(r, grow_bar(c, e, at, err));
	if (strcmp(e->kind, "exception.open") == 0) {
		(void)snprintf(text, sizeof text, "exception %lld",
		    (long long)aud_entry_int(e, "number", 0));
		r = add_mark(c, text, at, err);
	} else if (strcmp(e->kind, "suspend") == 0 ||
	    strcmp(e->kind, "resume") == 0) {
		r = add_mark(c, strcmp(e->kind, "suspend") == 0 ?
		    "suspended" : "resumed", at, err);
	}
out:
	return r;
}

kc_result
aud_transcript_time(json_t *doc, const struct aud_entries *es,
    struct kc_err *err)
{
	struct chart c = { json_array(), json_array() };
	kc_result r;

	KC_TRY(r, AUD_DOC(doc, "h", 2, err, "Time"));
	KC_TRY(r, aud_entries_each(es, chart_entry, &c, err));
	if (json_array_size(c.bars) == 0) {
		r = AUD_DOC(doc, "p", 0, err, "No step was begun.");
		goto out;
	}
	r = kc_json_add_new(doc, json_pack("{s:s,s:O,s:O}", "k", "time",
	    "bars", c.bars, "marks", c.marks), err);
out:
	json_decref(c.bars);
	json_decref(c.marks);
	return r;
}
