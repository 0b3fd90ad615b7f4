/* SPDX-License-Identifier: Apache-2.0
 *
 * A document as PDF: texts, tables, lines to sign.
 */
#include <stdio.h>
#include <string.h>

#include "audit/doc.h"
#include "audit/pdf.h"
#include "base/json.h"

#define COLUMNS 12
#define CELL 8.0f		/* size of a table's text */
#define PAD 3.0f

/* Spans between two edges; the height of their lines.  With draws they go
 * from y down. */
static float
flow(struct pages *p, const json_t *spans, float left, float size,
    float y, bool draws, bool strong)
{
	struct pen pen = { .p = p, .left = left, .right = PAGE_WIDTH -
	    PAGE_LEFT, .size = size, .x = left, .y = y - size, .lines = 1,
	    .draws = draws };

	for (size_t i = 0; i < json_array_size(spans); i++)
		pen_flow(&pen, i % 2 == 1 || strong ? PAGE_STRONG :
		    PAGE_PLAIN, json_string_value(json_array_get(spans, i)));
	return (float)pen.lines * size * PAGE_LEADING;
}

/* A block of text; one that is longer than a page stays whole all the same,
 * for no value is (audit/transcript.h). */
static void
put_text(struct pages *p, const json_t *block, const char *kind, int level)
{
	static const float heads[] = { 20, 13, 10.5f };
	bool head = strcmp(kind, "h") == 0, item = strcmp(kind, "li") == 0;
	const json_t *spans = json_object_get(block, "t");
	float size = head && level > 0 ? heads[level - 1] : item ? 8.5f : 10;
	float left = PAGE_LEFT + (item ? 10 + 12 * (float)level : 0);
	float before = head ? size * 0.8f : 0;
	float height = flow(p, spans, left, size, 0, false, head);

	pages_room(p, before + height + (head ? 60 : 0));
	if (p->y < PAGE_HEIGHT - PAGE_TOP)
		p->y -= before;
	if (item)
		pages_put(p, PAGE_PLAIN, size, left - 9, p->y - size,
		    level > 0 ? "–" : "•", 3);
	(void)flow(p, spans, left, size, p->y, true, head);
	p->y -= height + (head ? size * 0.3f : item ? 2 : 6);
}

static const char *
cell_of(const json_t *row, size_t i)
{
	const char *s = json_string_value(json_array_get(row, i));

	return s != NULL ? s : "";
}

/* Widths by what the columns hold; too wide ones give way to the others. */
static size_t
widths(const struct pages *p, const json_t *cols, const json_t *rows,
    float ret[static COLUMNS])
{
	size_t n = json_array_size(cols) < COLUMNS ? json_array_size(cols) :
	    COLUMNS;
	float sum = 0, over = 0, fair;

	for (size_t i = 0; i < n; i++) {
		ret[i] = pages_width(p, PAGE_STRONG, CELL, cell_of(cols, i),
		    strlen(cell_of(cols, i)));
		for (size_t k = 0; k < json_array_size(rows); k++) {
			const char *s = cell_of(json_array_get(rows, k), i);
			float w = pages_width(p, PAGE_PLAIN, CELL, s,
			    strlen(s));

			ret[i] = w > ret[i] ? w : ret[i];
		}
		ret[i] += 2 * PAD + 1;
		sum += ret[i];
	}
	fair = PAGE_SPACE / (float)n;
	for (size_t i = 0; i < n; i++)
		over += ret[i] > fair ? ret[i] - fair : 0;
	for (size_t i = 0; i < n && sum > PAGE_SPACE; i++)
		if (ret[i] > fair)
			ret[i] -= (ret[i] - fair) / over * (sum -
			    PAGE_SPACE);
	return n;
}

/* One row from y down; its height. */
static float
put_row(struct pages *p, const json_t *row, const float *width, size_t n,
    enum page_font font, float y, bool draws)
{
	float x = PAGE_LEFT, height = 0;

	for (size_t i = 0; i < n; i++) {
		struct pen pen = { .p = p, .left = x + PAD, .right = x +
		    width[i] - PAD + 0.5f, .size = CELL, .x = x + PAD,
		    .y = y - PAD - CELL, .lines = 1, .draws = draws };
		float h;

		pen_flow(&pen, font, cell_of(row, i));
		h = (float)pen.lines * CELL * PAGE_LEADING + 2 * PAD;
		height = h > height ? h : height;
		x += width[i];
	}
	return height;
}

static void
put_columns(struct pages *p, const json_t *cols, const float *width, size_t n)
{
	float h = put_row(p, cols, width, n, PAGE_STRONG, p->y, false);

	pages_fill(p, PAGE_LEFT, p->y - h, PAGE_SPACE, h, 0.9f, 0.92f, 0.95f);
	(void)put_row(p, cols, width, n, PAGE_STRONG, p->y, true);
	p->y -= h;
}

static void
put_table(struct pages *p, const json_t *block)
{
	const json_t *cols = json_object_get(block, "cols");
	const json_t *rows = json_object_get(block, "rows");
	float width[COLUMNS] = { 0 };
	size_t n = widths(p, cols, rows, width);

	pages_room(p, 60);
	put_columns(p, cols, width, n);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		float h = put_row(p, row, width, n, PAGE_PLAIN, 0, false);
		HPDF_Page before = p->page;

		pages_room(p, h);
		if (p->page != before)
			put_columns(p, cols, width, n);
		(void)put_row(p, row, width, n, PAGE_PLAIN, p->y, true);
		p->y -= h;
		pages_rule(p, PAGE_LEFT, p->y, PAGE_SPACE);
	}
	p->y -= 8;
}

static void
put_sign(struct pages *p, const json_t *block)
{
	const json_t *lines = json_object_get(block, "lines");

	for (size_t i = 0; i < json_array_size(lines); i++) {
		const char *s = json_string_value(json_array_get(lines, i));

		pages_room(p, 40);
		pages_put(p, PAGE_PLAIN, 9, PAGE_LEFT, p->y - 30, s,
		    strlen(s) < 60 ? strlen(s) : 60);
		pages_rule(p, PAGE_LEFT + 210, p->y - 32, 170);
		pages_rule(p, PAGE_LEFT + 400, p->y - 32, PAGE_SPACE - 400);
		pages_put(p, PAGE_PLAIN, 7, PAGE_LEFT + 210, p->y - 40,
		    "signature", 9);
		pages_put(p, PAGE_PLAIN, 7, PAGE_LEFT + 400, p->y - 40,
		    "date", 4);
		p->y -= 46;
	}
}

static kc_result
put_block(struct pages *p, const json_t *block, struct kc_err *err)
{
	const char *kind = json_string_value(json_object_get(block, "k"));
	int level = (int)json_integer_value(json_object_get(block, "level"));

	if (strcmp(kind, "qr") == 0)
		return pdf_qr(p, json_string_value(json_object_get(block,
		    "t")), err);
	if (strcmp(kind, "table") == 0)
		put_table(p, block);
	else if (strcmp(kind, "time") == 0)
		pdf_time(p, block);
	else if (strcmp(kind, "sign") == 0)
		put_sign(p, block);
	else
		put_text(p, block, kind, level);
	return KC_DONE;
}

kc_result
aud_doc_pdf(const json_t *doc, const char *head, const char *stamp,
    struct kc_buf *ret, struct kc_err *err)
{
	struct pages p;
	kc_result r = pages_open(&p, stamp, err);

	for (size_t i = 0; i < json_array_size(doc) && kc_ok(r); i++)
		r = put_block(&p, json_array_get(doc, i), err);
	if (kc_ok(r))
		r = pages_save(&p, head, ret, err);
	pages_free(&p);
	return r;
}
