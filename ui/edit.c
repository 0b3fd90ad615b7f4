/* SPDX-License-Identifier: Apache-2.0
 *
 * A line editor for public text.
 */
#include "ui/edit.h"

#include <string.h>

#include "base/text.h"
#include "ui/wrap.h"

static size_t
encode(uint32_t cp, char ret[static 5])
{
	size_t n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	static const unsigned lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = n - 1; i > 0; i--) {
		ret[i] = (char)(0x80 | (cp & 0x3f));
		cp >>= 6;
	}
	ret[0] = (char)(lead[n] | cp);
	ret[n] = '\0';
	return n;
}

static size_t
bytes(const struct ui_edit *e)
{
	char c[5];
	size_t n = 0;

	for (size_t i = 0; i < e->len; i++)
		n += encode(e->cp[i], c);
	return n;
}

/* The character at i with the combining marks typed after it. */
static void
cluster(const struct ui_edit *e, size_t i, char ret[static 22])
{
	size_t n = encode(e->cp[i], ret);

	while (++i < e->len && ui_cp_width(e->cp[i]) == 0 && n + 5 < 22)
		n += encode(e->cp[i], ret + n);
}

/* What a person may type: anything that base would show as it is. */
static bool
is_typable(uint32_t cp)
{
	struct kc_buf b = { 0 };
	char c[5];
	size_t n = encode(cp, c);
	bool ok = cp == '\\' || (ui_cp_width(cp) >= 0 &&
	    kc_ok(kc_text_escape(c, n, &b, NULL)) && b.len == n &&
	    memcmp(b.p, c, n) == 0);

	kc_buf_free(&b);
	return ok;
}

static bool
insert(struct ui_edit *e, uint32_t cp)
{
	char c[5];

	if (!is_typable(cp) || e->len >= e->max ||
	    bytes(e) + encode(cp, c) > e->max_bytes)
		return false;
	memmove(e->cp + e->at + 1, e->cp + e->at,
	    (e->len - e->at) * sizeof *e->cp);
	e->cp[e->at++] = cp;
	e->len++;
	return true;
}

static bool
erase_at(struct ui_edit *e, size_t i)
{
	if (i >= e->len)
		return false;
	memmove(e->cp + i, e->cp + i + 1,
	    (e->len - i - 1) * sizeof *e->cp);
	e->len--;
	return true;
}

void
ui_edit_init(struct ui_edit *e, size_t max, size_t max_bytes,
    const char *text)
{
	size_t left = strlen(text), n;
	uint32_t cp;

	*e = (struct ui_edit){ .max = max < UI_EDIT_MAX ? max : UI_EDIT_MAX,
		.max_bytes = max_bytes };
	while (left > 0) {
		n = kc_utf8_next((const uint8_t *)text, left, &cp);
		if (n == 0 || !insert(e, cp))
			return;
		text += n;
		left -= n;
	}
}

bool
ui_edit_key(struct ui_edit *e, struct ui_key k)
{
	switch (k.kind) {
	case UI_KEY_CHAR:
		return insert(e, k.cp);
	case UI_KEY_BACKSPACE:
		if (e->at == 0)
			return false;
		e->at--;
		return erase_at(e, e->at);
	case UI_KEY_DELETE:
		return erase_at(e, e->at);
	case UI_KEY_CLEAR:
		e->len = e->at = 0;
		return true;
	case UI_KEY_LEFT:
		e->at -= e->at > 0;
		return true;
	case UI_KEY_RIGHT:
		e->at += e->at < e->len;
		return true;
	case UI_KEY_HOME:
		e->at = 0;
		return true;
	case UI_KEY_END:
		e->at = e->len;
		return true;
	default:
		return false;
	}
}

bool
ui_edit_text(const struct ui_edit *e, char *ret, size_t cap)
{
	size_t n = 0;

	if (bytes(e) >= cap)
		return false;
	for (size_t i = 0; i < e->len; i++)
		n += encode(e->cp[i], ret + n);
	ret[n] = '\0';
	return true;
}

int
ui_edit_draw(const struct ui_edit *e, struct ui_grid *g, struct ui_box box,
    bool focus)
{
	int row = 0, col = 0, cur_row = 0, cur_col = 0, skip, pass;

	/* First pass: where things fall; second: draw the rows in sight. */
	for (pass = 0, skip = 0; pass < 2; pass++) {
		for (int i = 0; pass == 1 && i < box.rows && i <= row; i++)
			for (int x = 0; x < box.cols; x++)
				(void)ui_put(g, box.row + i, box.col + x, 1,
				    UI_PLAIN, "_");
		row = col = 0;
		for (size_t i = 0; i <= e->len; i++) {
			char c[22];
			int w = i < e->len ? ui_cp_width(e->cp[i]) : 1;

			if (col + w > box.cols) {
				row++;
				col = 0;
			}
			if (i == e->at) {
				cur_row = row;
				cur_col = col;
			}
			if (i == e->len)
				break;
			cluster(e, i, c);
			if (pass == 1 && w > 0 && row >= skip &&
			    row - skip < box.rows)
				(void)ui_put(g, box.row + row - skip,
				    box.col + col, w, UI_FIELD, c);
			col += w;
		}
		skip = row + 1 - box.rows;
		if (skip > cur_row)
			skip = cur_row;
		if (skip < 0)
			skip = 0;
	}
	if (focus) {
		g->cur_row = box.row + cur_row - skip;
		g->cur_col = box.col + cur_col;
	}
	return row + 1 < box.rows ? row + 1 : box.rows;
}
