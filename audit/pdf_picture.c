/* SPDX-License-Identifier: Apache-2.0
 *
 * Pictures of a PDF: the head as a QR code, acts over time.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <qrencode.h>

#include "audit/bundle.h"
#include "audit/doc.h"
#include "audit/pdf.h"
#include "base/clock.h"
#include "base/words.h"

#define MODULE 2.6f
#define LABEL 118.0f		/* width of the acts' names */
#define TEXT 10.0f
#define BAR 15.0f
#define BARS 40		/* that a page has room for */
#define TICKS 5

kc_result
pdf_qr(struct pages *p, const char *text, struct kc_err *err)
{
	char upper[128];
	QRcode *q;
	float side;

	(void)snprintf(upper, sizeof upper, "%s", text);
	for (char *s = upper; *s != '\0'; s++)
		*s = (char)toupper((unsigned char)*s);
	q = QRcode_encodeString(upper, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
	if (q == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for a QR code");
	side = (float)q->width * MODULE;
	pages_room(p, side + 12);
	for (int y = 0; y < q->width; y++)
		for (int x = 0; x < q->width; x++)
			if ((q->data[y * q->width + x] & 1) != 0)
				pages_fill(p, PAGE_LEFT + 8 + (float)x *
				    MODULE, p->y - 6 - (float)(y + 1) *
				    MODULE, MODULE, MODULE, 0, 0, 0);
	p->y -= side + 16;
	QRcode_free(q);
	return KC_DONE;
}

static int64_t
at(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

/* struct axis: milliseconds to points. */
struct axis {
	int64_t from, to;
	float left, width;
};

static float
place(const struct axis *a, int64_t ms)
{
	return a->left + a->width * (float)(ms - a->from) /
	    (float)(a->to - a->from);
}

static struct axis
axis_of(const json_t *bars, const json_t *marks)
{
	struct axis a = { at(json_array_get(bars, 0), "from"), 0,
		PAGE_LEFT + LABEL, PAGE_SPACE - LABEL - 20 };

	for (size_t i = 0; i < json_array_size(bars); i++)
		if (at(json_array_get(bars, i), "to") > a.to)
			a.to = at(json_array_get(bars, i), "to");
	for (size_t i = 0; i < json_array_size(marks); i++)
		if (at(json_array_get(marks, i), "at") > a.to)
			a.to = at(json_array_get(marks, i), "at");
	if (a.to <= a.from)
		a.to = a.from + 1;
	return a;
}

/* Times under the picture; the date where more than a day is shown. */
static void
put_axis(struct pages *p, const struct axis *a, float y)
{
	char when[KC_TIME_CHARS];
	bool days = a->to - a->from > INT64_C(86400000);

	pages_rule(p, a->left, y, a->width);
	for (int i = 0; i < TICKS; i++) {
		int64_t ms = a->from + (a->to - a->from) * i / (TICKS - 1);
		float x = place(a, ms);
		const char *s;
		size_t n = days ? 5 : 8;

		kc_clock_format(ms, when);
		s = days ? when + 5 : when + 11;
		pages_fill(p, x - 0.25f, y - 3, 0.5f, 3, 0.4f, 0.4f, 0.4f);
		pages_put(p, PAGE_PLAIN, 7, x - pages_width(p, PAGE_PLAIN, 7,
		    s, n) / 2, y - 11, s, n);
	}
}

/* A mark is a red line through all bars, with its number on top. */
static void
put_marks(struct pages *p, const json_t *marks, const struct axis *a,
    float top, float bottom)
{
	for (size_t i = 0; i < json_array_size(marks); i++) {
		float x = place(a, at(json_array_get(marks, i), "at"));

		pages_fill(p, x - 0.4f, bottom, 0.8f, top - bottom, 0.75f,
		    0.1f, 0.1f);
	}
}

/* What the marks are, in words. */
static void
flow_legend(struct pen *pen, const json_t *marks)
{
	char when[KC_TIME_CHARS], text[96];

	pen_flow(pen, PAGE_STRONG, "Red: ");
	for (size_t i = 0; i < json_array_size(marks); i++) {
		const json_t *o = json_array_get(marks, i);

		kc_clock_format(at(o, "at"), when);
		(void)snprintf(text, sizeof text, "%.40s %.8s%s",
		    json_string_value(json_object_get(o, "t")), when + 11,
		    i + 1 < json_array_size(marks) ? ", " : ".");
		pen_flow(pen, PAGE_PLAIN, text);
	}
}

/* Line by line, for there may be more marks than a page has room for. */
static void
put_legend(struct pages *p, const json_t *marks)
{
	int lines = json_array_size(marks) > 0 ? 1 : 0;

	for (int i = 0; i < lines; i++) {
		struct pen pen = { .p = p, .left = PAGE_LEFT, .right =
		    PAGE_WIDTH - PAGE_LEFT, .size = TEXT, .x = PAGE_LEFT,
		    .first = i, .most = 1, .lines = 1 };

		pages_room(p, TEXT * PAGE_LEADING);
		pen.top = p->y;
		flow_legend(&pen, marks);
		lines = pen.lines;
		p->y -= TEXT * PAGE_LEADING;
	}
	p->y -= 8;
}

static size_t
bars_of(const json_t *block)
{
	size_t n = json_array_size(json_object_get(block, "bars"));

	return n < BARS ? n : BARS;
}

bool
pdf_is_time(const json_t *block)
{
	const char *kind = json_string_value(json_object_get(block, "k"));

	return kind != NULL && strcmp(kind, "time") == 0;
}

float
pdf_time_height(const json_t *block)
{
	return (float)bars_of(block) * BAR + 60;
}

static void
put_bar(struct pages *p, const json_t *bar, const struct axis *a, float y)
{
	const char *name = json_string_value(json_object_get(bar, "t"));
	struct pen pen = { .p = p, .left = PAGE_LEFT, .right = PAGE_LEFT +
	    LABEL - 6, .size = TEXT, .x = PAGE_LEFT, .top = y - 1,
	    .most = 1, .lines = 1 };
	float from = place(a, at(bar, "from")), to = place(a, at(bar, "to"));

	pen_flow(&pen, PAGE_PLAIN, name);
	pages_fill(p, from, y - BAR + 3, to - from > 1 ? to - from : 1,
	    BAR - 5, 0.25f, 0.42f, 0.62f);
}

/* The picture has an end: acts beyond it are in the Markdown. */
static void
put_beyond(struct pages *p, size_t all, size_t shown)
{
	char text[96];

	if (all == shown)
		return;
	(void)snprintf(text, sizeof text, "The first %zu of %zu acts; "
	    "transcript.md has all.", shown, all);
	pages_room(p, TEXT * PAGE_LEADING);
	pages_put(p, PAGE_PLAIN, TEXT, PAGE_LEFT, p->y - TEXT, text,
	    strlen(text));
	p->y -= TEXT * PAGE_LEADING;
}

void
pdf_time(struct pages *p, const json_t *block)
{
	const json_t *bars = json_object_get(block, "bars");
	const json_t *marks = json_object_get(block, "marks");
	const struct axis a = axis_of(bars, marks);
	size_t n = bars_of(block);
	float top, y;

	pages_room(p, pdf_time_height(block));
	top = y = p->y;
	for (size_t i = 0; i < n; i++, y -= BAR)
		put_bar(p, json_array_get(bars, i), &a, y);
	put_marks(p, marks, &a, top, y);
	put_axis(p, &a, y - 2);
	p->y = y - 24;
	put_beyond(p, json_array_size(bars), n);
	put_legend(p, marks);
}

kc_result
aud_transcript_pdf(const json_t *doc, const struct aud_state *st,
    struct kc_buf *ret, struct kc_err *err)
{
	struct kc_buf head = { 0 }, foot = { 0 };
	kc_result r;

	KC_TRY(r, kc_buf_addf(&head, err, "%s · %s",
	    aud_mode_name(st->chain.mode), st->chain.id));
	KC_TRY(r, kc_buf_adds(&foot, "head ", err));
	KC_TRY(r, kc_words(st->chain.head, 10, " ", &foot, err));
	r = aud_doc_pdf(doc, &(struct page_edge){ kc_buf_str(&head),
	    kc_buf_str(&foot) }, st->chain.mode == AUD_REHEARSAL ?
	    "REHEARSAL" : NULL, ret, err);
out:
	kc_buf_free(&foot);
	kc_buf_free(&head);
	return r;
}
