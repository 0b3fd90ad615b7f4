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
#define BODY 10.0f		/* size of a text */
#define CELL 10.0f		/* of a table's */
#define SIGN 200.0f		/* width of a name beside its line */
#define PAD 3.0f

/* struct text: spans between a left edge and the right one. */
struct text {
	const json_t *spans;
	float left, size;
	bool strong;
};

/* The lines of a text from first, at most so many, from the free part of the
 * page down; how many it has. */
static int
flow(struct pages *p, const struct text *t, int first, int most)
{
	struct pen pen = { .p = p, .left = t->left, .right = PAGE_WIDTH -
	    PAGE_LEFT, .size = t->size, .x = t->left, .top = p->y,
	    .first = first, .most = most, .lines = 1 };

	for (size_t i = 0; i < json_array_size(t->spans); i++)
		pen_flow(&pen, i % 2 == 1 || t->strong ? PAGE_STRONG :
		    PAGE_PLAIN, json_string_value(json_array_get(t->spans,
		    i)));
	return pen.lines;
}

/* How many lines the page has room for. */
static int
lines_free(const struct pages *p, float size, float pad)
{
	float n = (p->y - PAGE_BOTTOM - 2 * pad) / (size * PAGE_LEADING);

	return n > 1 ? (int)n : 1;
}

static void
put_bullet(struct pages *p, const struct text *t, int level)
{
	const char *s = level > 0 ? "–" : "•";

	pages_put(p, PAGE_PLAIN, t->size, t->left - 9, p->y - t->size, s,
	    strlen(s));
}

/* A block of text, kept together unless it is long, and with this much of what
 * follows it. */
static void
put_text(struct pages *p, const json_t *block, const char *kind, float keep)
{
	static const float heads[] = { 20, 14, 11 };
	int level = (int)json_integer_value(json_object_get(block, "level"));
	bool head = strcmp(kind, "h") == 0, item = strcmp(kind, "li") == 0;
	struct text t = { json_object_get(block, "t"), PAGE_LEFT + (item ?
	    10 + 12 * (float)level : 0), head && level > 0 ?
	    heads[level - 1] : BODY, head };
	int lines = flow(p, &t, 0, 0), done = 0, n;
	float leading = t.size * PAGE_LEADING;
	float before = head ? t.size * 0.8f : 0;
	float height = (float)lines * leading;

	if (height > PAGE_FULL / 2)
		height = 3 * leading;
	pages_room(p, height + before + keep);
	if (p->y < PAGE_HEIGHT - PAGE_TOP)
		p->y -= before;
	if (item)
		put_bullet(p, &t, level);
	for (; done < lines; done += n) {
		pages_room(p, leading);
		n = lines_free(p, t.size, 0);
		n = n < lines - done ? n : lines - done;
		(void)flow(p, &t, done, n);
		p->y -= (float)n * leading;
	}
	p->y -= head ? t.size * 0.3f : item ? 2 : 6;
}

static const char *
cell_of(const json_t *row, size_t i)
{
	const char *s = json_string_value(json_array_get(row, i));

	return s != NULL ? s : "";
}

/* struct grid: the columns of a table. */
struct grid {
	const json_t *cols;
	size_t n;
	float width[COLUMNS];
};

/* Widths by what the columns hold; too wide ones give way to the others. */
static void
widths(const struct pages *p, const json_t *rows, struct grid *g)
{
	float sum = 0, over = 0, fair, *w = g->width;

	g->n = json_array_size(g->cols) < COLUMNS ?
	    json_array_size(g->cols) : COLUMNS;
	for (size_t i = 0; i < g->n; i++) {
		w[i] = pages_width(p, PAGE_STRONG, CELL, cell_of(g->cols, i),
		    strlen(cell_of(g->cols, i)));
		for (size_t k = 0; k < json_array_size(rows); k++) {
			const char *s = cell_of(json_array_get(rows, k), i);
			float one = pages_width(p, PAGE_PLAIN, CELL, s,
			    strlen(s));

			w[i] = one > w[i] ? one : w[i];
		}
		w[i] += 2 * PAD + 1;
		sum += w[i];
	}
	fair = PAGE_SPACE / (float)g->n;
	for (size_t i = 0; i < g->n; i++)
		over += w[i] > fair ? w[i] - fair : 0;
	for (size_t i = 0; i < g->n && sum > PAGE_SPACE; i++)
		if (w[i] > fair)
			w[i] -= (w[i] - fair) / over * (sum - PAGE_SPACE);
}

/* The lines of a row's cells from first, at most so many, from the free part
 * of the page down; how many the longest cell has. */
static int
flow_row(struct pages *p, const json_t *row, const struct grid *g,
    enum page_font font, const int part[static 2])
{
	float x = PAGE_LEFT;
	int lines = 1;

	for (size_t i = 0; i < g->n; i++) {
		struct pen pen = { .p = p, .left = x + PAD, .right = x +
		    g->width[i] - PAD + 0.5f, .size = CELL, .x = x + PAD,
		    .top = p->y - PAD, .first = part[0], .most = part[1],
		    .lines = 1 };

		pen_flow(&pen, font, cell_of(row, i));
		lines = pen.lines > lines ? pen.lines : lines;
		x += g->width[i];
	}
	return lines;
}

static float
row_height(int lines)
{
	return (float)lines * CELL * PAGE_LEADING + 2 * PAD;
}

static void
put_columns(struct pages *p, const struct grid *g)
{
	int lines = flow_row(p, g->cols, g, PAGE_STRONG, (int[]){ 0, 0 });
	float h = row_height(lines);

	pages_fill(p, PAGE_LEFT, p->y - h, PAGE_SPACE, h, 0.9f, 0.92f, 0.95f);
	(void)flow_row(p, g->cols, g, PAGE_STRONG, (int[]){ 0, lines });
	p->y -= h;
}

/* A row, kept together unless it is long. */
static void
put_row(struct pages *p, const json_t *row, const struct grid *g)
{
	int lines = flow_row(p, row, g, PAGE_PLAIN, (int[]){ 0, 0 }), n;
	float whole = row_height(lines);

	if (whole > PAGE_FULL / 2)
		whole = row_height(2);
	for (int done = 0; done < lines; done += n) {
		HPDF_Page before = p->page;

		pages_room(p, done == 0 ? whole : row_height(1));
		if (p->page != before)
			put_columns(p, g);
		n = lines_free(p, CELL, PAD);
		n = n < lines - done ? n : lines - done;
		(void)flow_row(p, row, g, PAGE_PLAIN, (int[]){ done, n });
		p->y -= row_height(n);
		pages_rule(p, PAGE_LEFT, p->y, PAGE_SPACE);
	}
}

static void
put_table(struct pages *p, const json_t *block)
{
	const json_t *rows = json_object_get(block, "rows");
	struct grid g = { .cols = json_object_get(block, "cols") };

	widths(p, rows, &g);
	pages_room(p, 60);
	put_columns(p, &g);
	for (size_t i = 0; i < json_array_size(rows); i++)
		put_row(p, json_array_get(rows, i), &g);
	p->y -= 8;
}

static void
put_sign(struct pages *p, const json_t *block)
{
	const json_t *lines = json_object_get(block, "lines");

	for (size_t i = 0; i < json_array_size(lines); i++) {
		const char *s = json_string_value(json_array_get(lines, i));

		struct pen pen = { .p = p, .left = PAGE_LEFT, .right =
		    PAGE_LEFT + SIGN, .size = BODY, .x = PAGE_LEFT,
		    .most = 2, .lines = 1 };

		pages_room(p, 46);
		pen.top = p->y - 20;
		pen_flow(&pen, PAGE_PLAIN, s);
		pages_rule(p, PAGE_LEFT + 210, p->y - 32, 170);
		pages_rule(p, PAGE_LEFT + 400, p->y - 32, PAGE_SPACE - 400);
		pages_put(p, PAGE_PLAIN, 7, PAGE_LEFT + 210, p->y - 40,
		    "signature", 9);
		pages_put(p, PAGE_PLAIN, 7, PAGE_LEFT + 400, p->y - 40,
		    "date", 4);
		p->y -= 46;
	}
}

static bool
is_item(const json_t *block)
{
	const char *kind = json_string_value(json_object_get(block, "k"));

	return kind != NULL && strcmp(kind, "li") == 0;
}

/* What a block of text wants under it on its page, by what follows it. */
static float
keep_of(struct pages *p, const json_t *block, const json_t *next)
{
	const char *kind = json_string_value(json_object_get(block, "k"));

	if (strcmp(kind, "h") == 0)
		return pdf_is_time(next) ? pdf_time_height(next) :
		    60 + pdf_step_height(p, next);
	return is_item(block) && is_item(next) &&
	    json_integer_value(json_object_get(next, "level")) >
	    json_integer_value(json_object_get(block, "level")) ?
	    2 * BODY * PAGE_LEADING : 0;
}

static kc_result
put_block(struct pages *p, const json_t *block, const json_t *next,
    struct kc_err *err)
{
	const char *kind = json_string_value(json_object_get(block, "k"));

	if (strcmp(kind, "qr") == 0)
		return pdf_qr(p, json_string_value(json_object_get(block,
		    "t")), err);
	if (strcmp(kind, "table") == 0)
		put_table(p, block);
	else if (strcmp(kind, "time") == 0)
		pdf_time(p, block);
	else if (strcmp(kind, "sign") == 0)
		put_sign(p, block);
	else if (strcmp(kind, "step") == 0)
		pdf_step(p, block);
	else if (strcmp(kind, "fill") == 0)
		pdf_fill(p, block);
	else if (strcmp(kind, "page") == 0)
		pages_room(p, PAGE_FULL);
	else
		put_text(p, block, kind, keep_of(p, block, next));
	return KC_DONE;
}

kc_result
aud_doc_pdf(const json_t *doc, const struct page_edge *edge,
    const char *stamp, struct kc_buf *ret, struct kc_err *err)
{
	struct pages p;
	kc_result r = pages_open(&p, stamp, err);

	for (size_t i = 0; i < json_array_size(doc) && kc_ok(r); i++)
		r = put_block(&p, json_array_get(doc, i), json_array_get(doc,
		    i + 1), err);
	if (kc_ok(r))
		r = pages_save(&p, edge, ret, err);
	pages_free(&p);
	return r;
}
