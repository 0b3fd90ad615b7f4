/* SPDX-License-Identifier: Apache-2.0
 *
 * Cells.
 */
#include "ui/grid.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ui/wrap.h"

static struct ui_cell *
cell_at(const struct ui_grid *g, int row, int col)
{
	return &g->cell[(size_t)row * (size_t)g->cols + (size_t)col];
}

static void
blank(struct ui_cell *c, enum ui_attr a)
{
	c->text[0] = ' ';
	c->text[1] = '\0';
	c->width = 1;
	c->attr = (unsigned char)a;
}

kc_result
ui_grid_new(struct ui_grid *ret, int rows, int cols,
    const struct ui_look *look, struct kc_err *err)
{
	struct ui_cell *cell;

	if (rows < 1 || cols < 1 || rows > 2000 || cols > 2000)
		return KC_FAIL(err, KC_EIO, 0,
		    "a terminal of %d columns and %d rows cannot be used",
		    cols, rows);
	cell = calloc((size_t)rows * (size_t)cols, sizeof *cell);
	if (cell == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0,
		    "no memory for a screen of %dx%d", cols, rows);
	*ret = (struct ui_grid){ rows, cols, -1, -1, 0, look, cell };
	for (int i = 0; i < rows; i++)
		ui_fill(ret, i, 0, cols, UI_PLAIN);
	return KC_DONE;
}

void
ui_grid_free(struct ui_grid *g)
{
	if (g == NULL)
		return;
	free(g->cell);
	*g = (struct ui_grid){ 0 };
}

void
ui_grid_row(const struct ui_grid *g, int row, char *ret)
{
	size_t len = 0, end = 0;

	for (int i = 0; i < g->cols; i++) {
		const struct ui_cell *c = cell_at(g, row, i);
		size_t n = strlen(c->text);

		if (c->width == 0)
			continue;
		memcpy(ret + len, c->text, n);
		len += n;
		if (strcmp(c->text, " ") != 0)
			end = len;
	}
	ret[end] = '\0';
}

void
ui_fill(struct ui_grid *g, int row, int col, int cols, enum ui_attr a)
{
	if (row < 0 || row >= g->rows)
		return;
	for (int i = col < 0 ? 0 : col; i < col + cols && i < g->cols; i++)
		blank(cell_at(g, row, i), a);
}

/* A wide character that is half overwritten leaves a blank, never a torn
 * half that shifts the rest of the line. */
static void
untear(struct ui_grid *g, int row, int col)
{
	struct ui_cell *c = cell_at(g, row, col);

	if (c->width == 0 && col > 0)
		blank(c - 1, c[-1].attr);
	if (c->width == 2 && col + 1 < g->cols)
		blank(c + 1, c[1].attr);
}

static void
combine(struct ui_cell *c, const char *s, size_t n)
{
	size_t len = strlen(c->text);

	/* Beyond this no script stacks marks; what does hides something. */
	if (len + n < sizeof c->text) {
		memcpy(c->text + len, s, n);
		c->text[len + n] = '\0';
	}
}

int
ui_put(struct ui_grid *g, int row, int col, int cols, enum ui_attr a,
    const char *s)
{
	struct ui_cell *last = NULL;
	int at = col, end = col + cols > g->cols ? g->cols : col + cols;
	uint32_t cp;

	if (row < 0 || row >= g->rows || col < 0)
		return 0;
	while (*s != '\0') {
		size_t n = kc_utf8_next((const uint8_t *)s, strnlen(s, 4),
		    &cp);
		int w = n == 0 ? -1 : ui_cp_width(cp);
		struct ui_cell *c;

		if (w < 0) {	/* never draw what was not cleaned */
			n = n == 0 ? 1 : n;
			w = 1;
			cp = '?';
		}
		if (w == 0 && last != NULL)
			combine(last, s, n);
		if (at + w > end)
			break;
		if (w > 0) {
			untear(g, row, at);
			if (w == 2)
				untear(g, row, at + 1);
			last = c = cell_at(g, row, at);
			memcpy(c->text, cp == '?' ? "?" : s,
			    cp == '?' ? 1 : n);
			c->text[cp == '?' ? 1 : n] = '\0';
			c->width = (unsigned char)w;
			c->attr = (unsigned char)a;
			if (w == 2)
				c[1] = (struct ui_cell){ "", 0,
				    (unsigned char)a };
			at += w;
		}
		s += n;
	}
	return at - col;
}

int
ui_put_cut(struct ui_grid *g, int row, int col, int cols, enum ui_attr a,
    const char *s)
{
	struct kc_buf b = { 0 };
	const char *more = g->look->g->more;
	int used = 0;

	if (kc_ok(ui_clean(s, strlen(s), g->look->ascii, &b, NULL))) {
		const char *t = kc_buf_str(&b);

		if (ui_width(t) <= cols)
			used = ui_put(g, row, col, cols, a, t);
		else {
			used = ui_put(g, row, col, cols - 1, a, t);
			used += ui_put(g, row, col + used, 1, a, more);
		}
	}
	kc_buf_free(&b);
	return used;
}

/* One line of the text, without its newline. */
static int
text_line(struct ui_grid *g, struct ui_box box, enum ui_attr a,
    const char *s, size_t len)
{
	struct kc_buf b = { 0 }, part = { 0 };
	const char *t;
	size_t show, n;
	int rows = 0;

	if (!kc_ok(ui_clean(s, len, g->look->ascii, &b, NULL)))
		goto out;
	t = kc_buf_str(&b);
	do {
		n = ui_wrap(t, box.cols, &show);
		part.len = 0;
		if (show > 0 && rows < box.rows &&
		    kc_ok(kc_buf_add(&part, t, show, NULL)))
			(void)ui_put(g, box.row + rows, box.col, box.cols, a,
			    kc_buf_str(&part));
		rows++;
		t += n;
	} while (*t != '\0' && n > 0);
out:
	kc_buf_free(&part);
	kc_buf_free(&b);
	return rows;
}

int
ui_text(struct ui_grid *g, struct ui_box box, enum ui_attr a, const char *s)
{
	int rows = 0;

	if (box.cols < 2)
		return 0;
	while (*s != '\0') {
		size_t len = strcspn(s, "\n");
		struct ui_box rest = { box.row + rows, box.col,
			box.rows - rows, box.cols };

		rows += text_line(g, rest, a, s, len);
		s += len;
		if (*s == '\n')
			s++;
	}
	return rows;
}

void
ui_hline(struct ui_grid *g, int row, int col, int cols)
{
	for (int i = 0; i < cols; i++)
		(void)ui_put(g, row, col + i, 1, UI_RULE,
		    g->look->g->hline);
}

void
ui_copy(struct ui_grid *dst, int row, int col, const struct ui_grid *src,
    int srow, int rows)
{
	for (int i = 0; i < rows; i++) {
		int cols = src->cols;

		if (srow + i >= src->rows || row + i >= dst->rows)
			break;
		if (col + cols > dst->cols)
			cols = dst->cols - col;
		if (cols > 0)
			memcpy(cell_at(dst, row + i, col),
			    cell_at(src, srow + i, 0),
			    (size_t)cols * sizeof *dst->cell);
		if (src->cur_row == srow + i) {
			dst->cur_row = row + i;
			dst->cur_col = col + src->cur_col;
		}
	}
}
