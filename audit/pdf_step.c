/* SPDX-License-Identifier: Apache-2.0
 *
 * A step of a paper script: what to do and say, and room for initials, a time
 * and what is written by hand.
 */
#include <stdio.h>
#include <string.h>

#include "audit/pdf.h"

#define NUMBER 40.0f		/* width of the number's column */
#define BOX 48.0f		/* of the boxes for initials and time */
#define HIGH 26.0f		/* their height */
#define TEXT (PAGE_LEFT + NUMBER)
#define RIGHT (PAGE_WIDTH - PAGE_LEFT)
#define BLANKS 21.0f		/* height of a line of blanks */
#define AFTER 6.0f		/* a step */
#define HEAD 19.0f		/* of the text over numbered blanks */
#define SMALL 7.0f

/* struct piece: one text of a step, under the one before. */
struct piece {
	const char *name, *lead;	/* member; what stands before it */
	enum page_font font;
	float size, after;
};

static const struct piece pieces[] = {
	{ "title", "", PAGE_STRONG, 11, 1 },
	{ "who", "", PAGE_PLAIN, 9, 3 },
	{ "say", "Say: ", PAGE_PLAIN, 11, 3 },
	{ "why", "Why: ", PAGE_PLAIN, 9, 3 },
};
#define PIECES (sizeof pieces / sizeof *pieces)

static const char *
text_of(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s != NULL ? s : "";
}

/* A piece from y down, or only measured; its height, 0 for an empty one. */
static float
put_piece(struct pages *p, const struct piece *pc, const char *text, float y,
    bool draw)
{
	struct pen pen = { .p = p, .left = TEXT, .right = RIGHT - 2 * BOX -
	    14, .size = pc->size, .x = TEXT, .top = y, .most = draw ? 400 :
	    0, .lines = 1 };

	if (text[0] == '\0')
		return 0;
	pen_flow(&pen, PAGE_STRONG, pc->lead);
	pen_flow(&pen, pc->font, text);
	return (float)pen.lines * pc->size * PAGE_LEADING + pc->after;
}

static float
put_pieces(struct pages *p, const json_t *block, bool draw)
{
	float height = 0;

	for (size_t i = 0; i < PIECES; i++)
		height += put_piece(p, &pieces[i], text_of(block,
		    pieces[i].name), p->y - height, draw);
	return height;
}

/* Words are written more widely than numbers: four a line when there are
 * many. */
static int
per_line(int n)
{
	return n > 10 ? 4 : n > 5 ? 5 : n;
}

static float
fill_height(const json_t *o)
{
	int n = (int)json_integer_value(json_object_get(o, "n"));

	return n == 1 ? BLANKS : HEAD + BLANKS *
	    (float)((n + per_line(n) - 1) / per_line(n));
}

static float
fills_height(const json_t *fills)
{
	float h = 0;

	for (size_t i = 0; i < json_array_size(fills); i++)
		h += fill_height(json_array_get(fills, i));
	return h;
}

/* Numbered blanks under their text. */
static void
put_blanks(struct pages *p, int n, float left)
{
	int row = per_line(n);
	float width = (RIGHT - left) / (float)row;

	for (int i = 0; i < n; i++) {
		float x = left + width * (float)(i % row);
		float y = p->y - BLANKS * (float)(i / row + 1);
		char number[8];
		int len = snprintf(number, sizeof number, "%d", i + 1);

		pages_put(p, PAGE_PLAIN, SMALL, x, y + 2, number,
		    (size_t)len);
		pages_rule(p, x + 12, y, width - 18);
	}
	p->y -= BLANKS * (float)((n + row - 1) / row);
}

static void
put_fill(struct pages *p, const json_t *o, float left)
{
	int n = (int)json_integer_value(json_object_get(o, "n"));
	const char *text = text_of(o, "t");
	float width = pages_width(p, PAGE_PLAIN, 9, text, strlen(text));

	if (n > 1) {
		pages_put(p, PAGE_PLAIN, 9, left, p->y - HEAD, text,
		    strlen(text));
		p->y -= HEAD;
		put_blanks(p, n, left);
		return;
	}
	pages_put(p, PAGE_PLAIN, 9, left, p->y - BLANKS + 4, text,
	    strlen(text));
	pages_rule(p, left + width + 6, p->y - BLANKS + 2, RIGHT - left -
	    width - 6);
	p->y -= BLANKS;
}

static void
put_box(struct pages *p, float x, const char *label)
{
	pages_fill(p, x, p->y - HIGH - 4, BOX, HIGH, 0.94f, 0.95f, 0.97f);
	pages_put(p, PAGE_PLAIN, SMALL, x + 2, p->y - HIGH - 12, label,
	    strlen(label));
}

/* Of the texts beside the boxes. */
static float
text_height(struct pages *p, const json_t *block)
{
	float h = put_pieces(p, block, false);

	return h < HIGH + 18 ? HIGH + 18 : h;
}

float
pdf_step_height(struct pages *p, const json_t *block)
{
	float h;

	if (strcmp(text_of(block, "k"), "step") != 0)
		return 0;
	pages_room(p, 1);	/* to measure, a page must be there */
	h = text_height(p, block) + fills_height(json_object_get(block,
	    "fill")) + 2 * AFTER;
	return h < PAGE_FULL ? h : PAGE_FULL;
}

void
pdf_step(struct pages *p, const json_t *block)
{
	const json_t *fills = json_object_get(block, "fill");
	const char *number = text_of(block, "number");
	float text;

	pages_room(p, pdf_step_height(p, block));
	text = text_height(p, block);
	pages_rule(p, PAGE_LEFT, p->y + 3, PAGE_SPACE);
	pages_put(p, PAGE_STRONG, 11, PAGE_LEFT, p->y - 11, number,
	    strlen(number));
	(void)put_pieces(p, block, true);
	put_box(p, RIGHT - 2 * BOX - 6, "initials");
	put_box(p, RIGHT - BOX, "time");
	p->y -= text;
	for (size_t i = 0; i < json_array_size(fills); i++)
		put_fill(p, json_array_get(fills, i), TEXT);
	p->y -= json_array_size(fills) > 0 ? 2 * AFTER : AFTER;
}

void
pdf_fill(struct pages *p, const json_t *block)
{
	const json_t *fills = json_object_get(block, "fill");

	for (size_t i = 0; i < json_array_size(fills); i++) {
		const json_t *o = json_array_get(fills, i);

		pages_room(p, fill_height(o));
		put_fill(p, o, PAGE_LEFT);
	}
	p->y -= 6;
}
