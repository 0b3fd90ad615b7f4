/* SPDX-License-Identifier: Apache-2.0
 *
 * A document as Markdown.
 */
#include <string.h>

#include "audit/doc.h"
#include "base/clock.h"

/* Text that means nothing to Markdown. */
static kc_result
put(struct kc_buf *b, const char *s, struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (; *s != '\0' && kc_ok(r); s++) {
		if (strchr("`*_[]<>#|~\\&", *s) != NULL)
			r = kc_buf_add(b, "\\", 1, err);
		if (kc_ok(r))
			r = kc_buf_add(b, s, 1, err);
	}
	return r;
}

static kc_result
put_spans(struct kc_buf *b, const json_t *block, struct kc_err *err)
{
	const json_t *t = json_object_get(block, "t");
	kc_result r = KC_DONE;

	for (size_t i = 0; i < json_array_size(t); i++) {
		const char *s = json_string_value(json_array_get(t, i));
		bool strong = i % 2 == 1 && s[0] != '\0';

		if (strong)
			KC_TRY(r, kc_buf_adds(b, "**", err));
		KC_TRY(r, put(b, s, err));
		if (strong)
			KC_TRY(r, kc_buf_adds(b, "**", err));
	}
out:
	return r;
}

static kc_result
put_line(struct kc_buf *b, const json_t *cells, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, kc_buf_adds(b, "|", err));
	for (size_t i = 0; i < json_array_size(cells); i++) {
		KC_TRY(r, kc_buf_adds(b, " ", err));
		KC_TRY(r, put(b, json_string_value(json_array_get(cells, i)),
		    err));
		KC_TRY(r, kc_buf_adds(b, " |", err));
	}
	r = kc_buf_adds(b, "\n", err);
out:
	return r;
}

static kc_result
put_table(struct kc_buf *b, const json_t *block, struct kc_err *err)
{
	const json_t *cols = json_object_get(block, "cols");
	const json_t *rows = json_object_get(block, "rows");
	kc_result r;

	KC_TRY(r, put_line(b, cols, err));
	KC_TRY(r, kc_buf_adds(b, "|", err));
	for (size_t i = 0; i < json_array_size(cols); i++)
		KC_TRY(r, kc_buf_adds(b, "---|", err));
	KC_TRY(r, kc_buf_adds(b, "\n", err));
	for (size_t i = 0; i < json_array_size(rows); i++)
		KC_TRY(r, put_line(b, json_array_get(rows, i), err));
	r = kc_buf_adds(b, "\n", err);
out:
	return r;
}

static kc_result
put_when(struct kc_buf *b, const json_t *o, const char *name,
    struct kc_err *err)
{
	char when[KC_TIME_CHARS];

	kc_clock_format(json_integer_value(json_object_get(o, name)), when);
	return kc_buf_addf(b, err, " %.19s |", when);
}

/* What the picture of a PDF shows, as a table. */
static kc_result
put_time(struct kc_buf *b, const json_t *block, struct kc_err *err)
{
	const json_t *bars = json_object_get(block, "bars");
	const json_t *marks = json_object_get(block, "marks");
	kc_result r;

	KC_TRY(r, kc_buf_adds(b, "| | from | to |\n|---|---|---|\n", err));
	for (size_t i = 0; i < json_array_size(bars); i++) {
		const json_t *o = json_array_get(bars, i);

		KC_TRY(r, kc_buf_adds(b, "| ", err));
		KC_TRY(r, put(b, json_string_value(json_object_get(o, "t")),
		    err));
		KC_TRY(r, kc_buf_adds(b, " |", err));
		KC_TRY(r, put_when(b, o, "from", err));
		KC_TRY(r, put_when(b, o, "to", err));
		KC_TRY(r, kc_buf_adds(b, "\n", err));
	}
	for (size_t i = 0; i < json_array_size(marks); i++) {
		const json_t *o = json_array_get(marks, i);

		KC_TRY(r, kc_buf_adds(b, "| ", err));
		KC_TRY(r, put(b, json_string_value(json_object_get(o, "t")),
		    err));
		KC_TRY(r, kc_buf_adds(b, " |", err));
		KC_TRY(r, put_when(b, o, "at", err));
		KC_TRY(r, kc_buf_adds(b, " |\n", err));
	}
	r = kc_buf_adds(b, "\n", err);
out:
	return r;
}

static kc_result
put_sign(struct kc_buf *b, const json_t *block, struct kc_err *err)
{
	const json_t *lines = json_object_get(block, "lines");
	kc_result r = KC_DONE;

	for (size_t i = 0; i < json_array_size(lines); i++) {
		KC_TRY(r, kc_buf_adds(b, "- ", err));
		KC_TRY(r, put(b, json_string_value(json_array_get(lines, i)),
		    err));
		KC_TRY(r, kc_buf_adds(b, ": ............................ date "
		    "..............\n", err));
	}
	r = kc_buf_adds(b, "\n", err);
out:
	return r;
}

/* Blanks to be written in, four a line, numbered. */
static kc_result
put_fill(struct kc_buf *b, const json_t *block, const char *indent,
    struct kc_err *err)
{
	const json_t *fill = json_object_get(block, "fill");
	kc_result r = KC_DONE;

	for (size_t i = 0; i < json_array_size(fill); i++) {
		const json_t *o = json_array_get(fill, i);
		long long n = json_integer_value(json_object_get(o, "n"));

		KC_TRY(r, kc_buf_addf(b, err, "%s- ", indent));
		KC_TRY(r, put(b, json_string_value(json_object_get(o, "t")),
		    err));
		KC_TRY(r, kc_buf_adds(b, ":", err));
		for (long long k = 1; k <= n; k++) {
			if (n > 1 && k % 4 == 1)
				KC_TRY(r, kc_buf_addf(b, err, "\n%s  ",
				    indent));
			if (n > 1)
				KC_TRY(r, kc_buf_addf(b, err, " %lld", k));
			KC_TRY(r, kc_buf_adds(b, " ............", err));
		}
		KC_TRY(r, kc_buf_adds(b, "\n", err));
	}
out:
	return r;
}

static const char *
text_of(const json_t *block, const char *name)
{
	return json_string_value(json_object_get(block, name));
}

static kc_result
put_step(struct kc_buf *b, const json_t *block, struct kc_err *err)
{
	static const char *const parts[][2] = { { "who", "" },
		{ "say", "Say: " }, { "why", "Why: " } };
	kc_result r;

	KC_TRY(r, kc_buf_adds(b, "- [ ] **", err));
	KC_TRY(r, put(b, text_of(block, "number"), err));
	KC_TRY(r, kc_buf_adds(b, "** ", err));
	KC_TRY(r, put(b, text_of(block, "title"), err));
	KC_TRY(r, kc_buf_adds(b, " (initials ....... time .......)\n", err));
	for (size_t i = 0; i < 3; i++) {
		const char *s = text_of(block, parts[i][0]);

		if (s[0] == '\0')
			continue;
		KC_TRY(r, kc_buf_addf(b, err, "  - %s", parts[i][1]));
		KC_TRY(r, put(b, s, err));
		KC_TRY(r, kc_buf_adds(b, "\n", err));
	}
	KC_TRY(r, put_fill(b, block, "  ", err));
	r = kc_buf_adds(b, "\n", err);
out:
	return r;
}

static kc_result
put_block(struct kc_buf *b, const json_t *block, bool list_goes_on,
    struct kc_err *err)
{
	const char *kind = json_string_value(json_object_get(block, "k"));
	int level = (int)json_integer_value(json_object_get(block, "level"));
	kc_result r;

	if (strcmp(kind, "table") == 0)
		return put_table(b, block, err);
	if (strcmp(kind, "time") == 0)
		return put_time(b, block, err);
	if (strcmp(kind, "sign") == 0)
		return put_sign(b, block, err);
	if (strcmp(kind, "step") == 0)
		return put_step(b, block, err);
	if (strcmp(kind, "fill") == 0) {
		KC_TRY(r, put_fill(b, block, "", err));
		return kc_buf_adds(b, "\n", err);
	}
	if (strcmp(kind, "qr") == 0 || strcmp(kind, "page") == 0)
		return KC_DONE;
	KC_TRY(r, kc_buf_addf(b, err, "%s", strcmp(kind, "h") == 0 ?
	    &"### "[3 - level] : strcmp(kind, "li") == 0 ?
	    &"  - "[2 - 2 * level] : ""));
	KC_TRY(r, put_spans(b, block, err));
	r = kc_buf_adds(b, list_goes_on ? "\n" : "\n\n", err);
out:
	return r;
}

static bool
is_item(const json_t *block)
{
	const char *kind = json_string_value(json_object_get(block, "k"));

	return kind != NULL && strcmp(kind, "li") == 0;
}

kc_result
aud_doc_markdown(const json_t *doc, struct kc_buf *ret, struct kc_err *err)
{
	struct kc_buf b = { 0 };
	kc_result r = KC_DONE;

	for (size_t i = 0; i < json_array_size(doc); i++) {
		const json_t *block = json_array_get(doc, i);

		KC_TRY(r, put_block(&b, block, is_item(block) &&
		    is_item(json_array_get(doc, i + 1)), err));
	}
	*ret = b;
	b = (struct kc_buf){ 0 };
out:
	kc_buf_free(&b);
	return r;
}
