/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages of a PDF, by libharu.
 */
#include "audit/page.h"

#include <hpdf_font.h>
#include <hpdf_fontdef.h>

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define FONTS "/usr/share/fonts/truetype/dejavu/"
#define LAST_GLYPH 0xd7ff

static void
on_error(HPDF_STATUS status, HPDF_STATUS detail, void *ctx)
{
	struct pages *p = ctx;

	(void)detail;
	if (p->failed == 0)
		p->failed = status;
}

/* libharu 2.3.0 drops parts of glyphs that are made of others when it keeps
 * only those that were used; so each is used. */
static void
use_all(HPDF_Font font)
{
	for (unsigned c = 0x20; c <= LAST_GLYPH; c++) {
		HPDF_BYTE s[4] = { 0 };

		if (c < 0x80) {
			s[0] = (HPDF_BYTE)c;
		} else if (c < 0x800) {
			s[0] = (HPDF_BYTE)(0xc0 | c >> 6);
			s[1] = (HPDF_BYTE)(0x80 | (c & 0x3f));
		} else {
			s[0] = (HPDF_BYTE)(0xe0 | c >> 12);
			s[1] = (HPDF_BYTE)(0x80 | (c >> 6 & 0x3f));
			s[2] = (HPDF_BYTE)(0x80 | (c & 0x3f));
		}
		(void)HPDF_Font_TextWidth(font, s, c < 0x80 ? 1 : c < 0x800 ?
		    2 : 3);
	}
}

kc_result
pages_open(struct pages *p, const char *stamp, struct kc_err *err)
{
	static const char *const files[] = { FONTS "DejaVuSans.ttf",
		FONTS "DejaVuSans-Bold.ttf" };

	*p = (struct pages){ .stamp = stamp };
	p->pdf = HPDF_New(on_error, p);
	if (p->pdf == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for a PDF");
	(void)HPDF_SetCompressionMode(p->pdf, HPDF_COMP_ALL);
	(void)HPDF_UseUTFEncodings(p->pdf);
	for (size_t i = 0; i < PAGE_FONTS; i++) {
		const char *name = HPDF_LoadTTFontFromFile(p->pdf, files[i],
		    HPDF_TRUE);

		if (name != NULL)
			p->font[i] = HPDF_GetFont(p->pdf, name, "UTF-8");
		if (p->font[i] == NULL)
			return KC_FAIL(err, KC_EIO, (long)p->failed,
			    "the font %s cannot be used; it is of the package "
			    "fonts-dejavu-core", files[i]);
		use_all(p->font[i]);
	}
	return KC_DONE;
}

void
pages_free(struct pages *p)
{
	if (p->pdf != NULL)
		HPDF_Free(p->pdf);
	p->pdf = NULL;
}

float
pages_width(const struct pages *p, enum page_font font, float size,
    const char *text, size_t len)
{
	HPDF_TextWidth w = HPDF_Font_TextWidth(p->font[font],
	    (const HPDF_BYTE *)text, (HPDF_UINT)len);

	return (float)w.width * size / 1000;
}

void
pages_put(struct pages *p, enum page_font font, float size, float x, float y,
    const char *text, size_t len)
{
	char piece[600];

	(void)snprintf(piece, sizeof piece, "%.*s", (int)len, text);
	(void)HPDF_Page_BeginText(p->page);
	(void)HPDF_Page_SetFontAndSize(p->page, p->font[font], size);
	(void)HPDF_Page_TextOut(p->page, x, y, piece);
	(void)HPDF_Page_EndText(p->page);
}

/* Across the page, from its lower left to its upper right. */
static void
put_stamp(struct pages *p)
{
	const float size = 86, c = 0.574f, s = 0.819f;	/* of 55 degrees */
	float width = pages_width(p, PAGE_STRONG, size, p->stamp,
	    strlen(p->stamp));

	(void)HPDF_Page_SetRGBFill(p->page, 0.93f, 0.93f, 0.93f);
	(void)HPDF_Page_BeginText(p->page);
	(void)HPDF_Page_SetFontAndSize(p->page, p->font[PAGE_STRONG], size);
	(void)HPDF_Page_SetTextMatrix(p->page, c, s, -s, c,
	    PAGE_WIDTH / 2 - width / 2 * c + size / 3 * s,
	    PAGE_HEIGHT / 2 - width / 2 * s - size / 3 * c);
	(void)HPDF_Page_ShowText(p->page, p->stamp);
	(void)HPDF_Page_EndText(p->page);
	(void)HPDF_Page_SetRGBFill(p->page, 0, 0, 0);
}

void
pages_room(struct pages *p, float height)
{
	if (p->page != NULL && p->y - height >= PAGE_BOTTOM)
		return;
	p->page = HPDF_AddPage(p->pdf);
	(void)HPDF_Page_SetSize(p->page, HPDF_PAGE_SIZE_A4,
	    HPDF_PAGE_PORTRAIT);
	if (p->stamp != NULL)
		put_stamp(p);
	p->y = PAGE_HEIGHT - PAGE_TOP;
}

void
pages_rule(struct pages *p, float x, float y, float width)
{
	(void)HPDF_Page_SetLineWidth(p->page, 0.4f);
	(void)HPDF_Page_SetRGBStroke(p->page, 0.6f, 0.6f, 0.6f);
	(void)HPDF_Page_MoveTo(p->page, x, y);
	(void)HPDF_Page_LineTo(p->page, x + width, y);
	(void)HPDF_Page_Stroke(p->page);
}

void
pages_fill(struct pages *p, float x, float y, float width, float height,
    float red, float green, float blue)
{
	(void)HPDF_Page_SetRGBFill(p->page, red, green, blue);
	(void)HPDF_Page_Rectangle(p->page, x, y, width, height);
	(void)HPDF_Page_Fill(p->page);
	(void)HPDF_Page_SetRGBFill(p->page, 0, 0, 0);
}

static void
head_and_foot(struct pages *p, const struct page_edge *edge, unsigned n,
    unsigned of)
{
	const float size = 7.5f;
	char number[48];

	(void)snprintf(number, sizeof number, "page %u of %u", n, of);
	(void)HPDF_Page_SetRGBFill(p->page, 0.3f, 0.3f, 0.3f);
	pages_put(p, PAGE_PLAIN, size, PAGE_LEFT, PAGE_HEIGHT - 42,
	    edge->head, strlen(edge->head));
	pages_put(p, PAGE_PLAIN, size, PAGE_LEFT, 36, edge->foot,
	    strlen(edge->foot));
	pages_put(p, PAGE_PLAIN, size, PAGE_WIDTH - PAGE_LEFT -
	    pages_width(p, PAGE_PLAIN, size, number, strlen(number)), 36,
	    number, strlen(number));
	pages_rule(p, PAGE_LEFT, PAGE_HEIGHT - 48, PAGE_SPACE);
}

kc_result
pages_save(struct pages *p, const struct page_edge *edge, struct kc_buf *ret,
    struct kc_err *err)
{
	HPDF_BYTE piece[4096];
	HPDF_UINT32 n = sizeof piece;
	unsigned count = 0;
	kc_result r = KC_DONE;

	while (HPDF_GetPageByIndex(p->pdf, count) != NULL)
		count++;
	p->failed = 0;		/* the page after the last was asked for */
	(void)HPDF_ResetError(p->pdf);
	for (unsigned i = 0; i < count; i++) {
		p->page = HPDF_GetPageByIndex(p->pdf, i);
		head_and_foot(p, edge, i + 1, count);
	}
	if (HPDF_SaveToStream(p->pdf) != HPDF_OK || p->failed != 0)
		return KC_FAIL(err, KC_EBUG, (long)p->failed,
		    "libharu cannot write the PDF (its error %#lx)",
		    p->failed);
	(void)HPDF_ResetStream(p->pdf);
	while (kc_ok(r) && n > 0) {
		n = sizeof piece;
		(void)HPDF_ReadFromStream(p->pdf, piece, &n);
		r = kc_buf_add(ret, piece, n, err);
	}
	return r;
}

/* How many bytes of a word fit: whole characters, of hexadecimal digits a
 * multiple of four, of others to the last hyphen if there is one. */
static size_t
fitting(const struct pen *pen, enum page_font font, const char *word,
    size_t len)
{
	bool hex = strspn(word, "0123456789abcdef") >= len;
	size_t fit = 0;

	for (size_t i = 1; i <= len; i++) {
		if (i < len && ((unsigned char)word[i] & 0xc0) == 0x80)
			continue;
		if (pages_width(pen->p, font, pen->size, word, i) >
		    pen->right - pen->left && fit > 0)
			break;
		if (!hex || i % 4 == 0 || i == len)
			fit = i;
	}
	for (size_t i = fit; i > 0 && fit < len; i--)
		if (word[i - 1] == '-')
			return i;
	return fit > 0 ? fit : len;
}

static void
new_line(struct pen *pen)
{
	pen->x = pen->left;
	pen->lines++;
}

/* A piece of a word on the pen's line, if that is one to draw. */
static void
draw(const struct pen *pen, enum page_font font, const char *word, size_t n)
{
	int line = pen->lines - 1 - pen->first;

	if (line >= 0 && line < pen->most)
		pages_put(pen->p, font, pen->size, pen->x, pen->top -
		    pen->size - (float)line * pen->size * PAGE_LEADING, word,
		    n);
}

static void
put_word(struct pen *pen, enum page_font font, const char *word, size_t len)
{
	while (len > 0) {
		float width = pages_width(pen->p, font, pen->size, word, len);
		size_t n = len;

		if (pen->x > pen->left && pen->x + width > pen->right)
			new_line(pen);
		if (width > pen->right - pen->left) {
			n = fitting(pen, font, word, len);
			width = pages_width(pen->p, font, pen->size, word,
			    n);
		}
		draw(pen, font, word, n);
		pen->x += width;
		word += n;
		len -= n;
		if (len > 0)
			new_line(pen);
	}
}

static bool
has_glyph(const struct pages *p, enum page_font font, uint32_t cp)
{
	const struct _HPDF_FontAttr_Rec *attr = p->font[font]->attr;

	return cp <= LAST_GLYPH && HPDF_TTFontDef_GetGlyphid(attr->fontdef,
	    (HPDF_UINT16)cp) != 0;
}

/* A word with U+XXXX for what the font lacks. */
static void
put_known(struct pen *pen, enum page_font font, const char *word, size_t len)
{
	const uint8_t *s = (const uint8_t *)word;
	char name[16];
	uint32_t cp = 0;
	size_t run = 0, n;

	for (; (n = kc_utf8_next(s + run, len - run, &cp)) > 0;) {
		if (has_glyph(pen->p, font, cp)) {
			run += n;
			continue;
		}
		(void)snprintf(name, sizeof name, "U+%04X", (unsigned)cp);
		put_word(pen, font, (const char *)s, run);
		put_word(pen, font, name, strlen(name));
		s += run + n;
		len -= run + n;
		run = 0;
	}
	put_word(pen, font, (const char *)s, run);
}

void
pen_flow(struct pen *pen, enum page_font font, const char *text)
{
	const float blank = pages_width(pen->p, PAGE_PLAIN, pen->size, " ", 1);

	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		if (n == 0) {
			if (pen->x > pen->left)
				pen->x += blank;
			text++;
			continue;
		}
		put_known(pen, font, text, n);
		text += n;
	}
}
