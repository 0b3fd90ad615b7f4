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
#define BAR 13.0f
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
put_legend(struct pages *p, const json_t *marks)
{
	struct pen pen = { .p = p, .left = PAGE_LEFT, .right = PAGE_WIDTH -
	    PAGE_LEFT, .size = 8, .x = PAGE_LEFT, .y = p->y - 8, .lines = 1,
	    .draws = true };
	char when[KC_TIME_CHARS], text[96];

	if (json_array_size(marks) == 0)
		return;
	pen.y = p->y - 8;
	pen_flow(&pen, PAGE_STRONG, "Red: ");
	for (size_t i = 0; i < json_array_size(marks); i++) {
		const json_t *o = json_array_get(marks, i);

		kc_clock_format(at(o, "at"), when);
		(void)snprintf(text, sizeof text, "%.40s %.8s%s",
		    json_string_value(json_object_get(o, "t")), when + 11,
		    i + 1 < json_array_size(marks) ? ", " : ".");
		pen_flow(&pen, PAGE_PLAIN, text);
	}
	p->y = pen.y - 10;
}

void
pdf_time(struct pages *p, const json_t *block)
{
	const json_t *bars = json_object_get(block, "bars");
	const json_t *marks = json_object_get(block, "marks");
	const struct axis a = axis_of(bars, marks);
	size_t n = json_array_size(bars);
	float top, y;

	n = n < 40 ? n : 40;
	pages_room(p, (float)n * BAR + 60);
	top = y = p->y;
	for (size_t i = 0; i < n; i++) {
		const json_t *o = json_array_get(bars, i);
		const char *name = json_string_value(json_object_get(o,
		    "t"));
		float from = place(&a, at(o, "from"));
		float to = place(&a, at(o, "to"));

		pages_put(p, PAGE_PLAIN, 8, PAGE_LEFT, y - 9, name,
		    strlen(name) < 24 ? strlen(name) : 24);
		pages_fill(p, from, y - BAR + 3, to - from > 1 ? to - from :
		    1, BAR - 5, 0.25f, 0.42f, 0.62f);
		y -= BAR;
	}
	put_marks(p, marks, &a, top, y);
	put_axis(p, &a, y - 2);
	p->y = y - 24;
	put_legend(p, marks);
}

kc_result
aud_transcript_pdf(const json_t *doc, const struct aud_state *st,
    struct kc_buf *ret, struct kc_err *err)
{
	struct kc_buf head = { 0 };
	kc_result r;

	KC_TRY(r, kc_buf_addf(&head, err, "%s · %s · head ",
	    aud_mode_name(st->chain.mode), st->chain.id));
	KC_TRY(r, kc_words(st->chain.head, 5, " ", &head, err));
	r = aud_doc_pdf(doc, kc_buf_str(&head), st->chain.mode ==
	    AUD_REHEARSAL ? "REHEARSAL" : NULL, ret, err);
out:
	kc_buf_free(&head);
	return r;
}
