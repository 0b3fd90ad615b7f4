/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages of a PDF: fonts, lines of words, and where the next one goes.
 * Lengths are points (1/72 inch); y grows upwards.
 */
#ifndef KC_AUDIT_PAGE_H
#define KC_AUDIT_PAGE_H

#include <stdbool.h>

#include <hpdf.h>

#include "audit/doc.h"
#include "base/buf.h"
#include "base/err.h"

#define PAGE_WIDTH 595.276f	/* A4 */
#define PAGE_HEIGHT 841.89f
#define PAGE_LEFT 54.0f
#define PAGE_TOP 66.0f
#define PAGE_BOTTOM 62.0f
#define PAGE_SPACE (PAGE_WIDTH - 2 * PAGE_LEFT)
#define PAGE_LEADING 1.38f	/* of a line, in sizes of its font */
#define PAGE_FULL (PAGE_HEIGHT - PAGE_TOP - PAGE_BOTTOM)

enum page_font { PAGE_PLAIN, PAGE_STRONG, PAGE_FONTS };

/* struct pages: a PDF while it is made. */
struct pages {
	HPDF_Doc pdf;
	HPDF_Font font[PAGE_FONTS];
	HPDF_Page page;		/* the last one */
	float y;		/* what is free on it: from here down */
	const char *stamp;	/* behind the text of each; NULL: nothing */
	unsigned long failed;	/* libharu's first error; 0: none */
};

/* pages_open: Errors: KC_EIO a font is missing.  Afterwards, also on
 *  failure, pages_free. */
KC_MUST kc_result pages_open(struct pages *p, const char *stamp,
    struct kc_err *err);
void pages_free(struct pages *p);

/* pages_save: the edge's two lines on each page, then the bytes. */
KC_MUST kc_result pages_save(struct pages *p, const struct page_edge *edge,
    struct kc_buf *ret, struct kc_err *err);

/* pages_room: begin a page unless this much is free on the last one. */
void pages_room(struct pages *p, float height);

/* pages_width: of a text in this font and size. */
float pages_width(const struct pages *p, enum page_font font, float size,
    const char *text, size_t len);

/* pages_put: one piece of text; nothing is broken. */
void pages_put(struct pages *p, enum page_font font, float size, float x,
    float y, const char *text, size_t len);

/* struct pen: words that flow between two edges, line under line.  Only
 * the lines from first, most of them, are drawn: what is longer than a page
 * goes on it in pieces, and with most 0 a text is measured. */
struct pen {
	struct pages *p;
	float left, right, size;
	float top;		/* the upper edge of the first line drawn */
	int first, most;
	float x;		/* of the next word */
	int lines;		/* begun so far: at least 1 */
};

/* pen_flow: the words of a text; a word wider than the space between the
 *  edges is broken, hexadecimal ones after a multiple of four digits.  A
 *  character that the font does not have is put as U+XXXX. */
void pen_flow(struct pen *pen, enum page_font font, const char *text);

/* pages_rule, pages_fill: a thin grey line; a filled rectangle. */
void pages_rule(struct pages *p, float x, float y, float width);
void pages_fill(struct pages *p, float x, float y, float width, float height,
    float red, float green, float blue);

#endif
