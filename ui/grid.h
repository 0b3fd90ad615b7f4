/* SPDX-License-Identifier: Apache-2.0
 *
 * Cells: what the draw functions write and the terminal shows.  No curses
 * here, so every screen can be drawn and compared without a terminal.
 */
#ifndef KC_UI_GRID_H
#define KC_UI_GRID_H

#include "base/err.h"
#include "ui/look.h"

/* struct ui_cell: a base character with its combining marks.  width 0: the
 * right half of a wide character. */
struct ui_cell {
	char text[22];
	unsigned char width;
	unsigned char attr;	/* enum ui_attr */
};

/* struct ui_grid: rows x cols cells.
 *  cur_row  where the cursor is shown; -1: hidden
 *  hidden   rows of a scrolled pane that were not drawn */
struct ui_grid {
	int rows, cols;
	int cur_row, cur_col;
	int hidden;
	const struct ui_look *look;
	struct ui_cell *cell;
};

/* struct ui_box: a part of a grid. */
struct ui_box {
	int row, col, rows, cols;
};

/* ui_grid_new: blank cells; caller frees.  Errors: KC_ENOMEM */
KC_MUST kc_result ui_grid_new(struct ui_grid *ret, int rows, int cols,
    const struct ui_look *look, struct kc_err *err);
void ui_grid_free(struct ui_grid *g);

/* ui_grid_row: the row's text without its trailing blanks, for tests.
 *  ret holds at least 22 * cols + 1 bytes. */
void ui_grid_row(const struct ui_grid *g, int row, char *ret);

/* ui_fill: cols blank cells with an attribute. */
void ui_fill(struct ui_grid *g, int row, int col, int cols, enum ui_attr a);

/* ui_put: a clean string, cut at cols; returns the columns it took.
 *  Outside the grid nothing is drawn. */
int ui_put(struct ui_grid *g, int row, int col, int cols, enum ui_attr a,
    const char *s);

/* ui_put_cut: a foreign string on one line, escaped, its end replaced by the
 *  sign for more when it is wider than cols; returns the columns it took. */
int ui_put_cut(struct ui_grid *g, int row, int col, int cols,
    enum ui_attr a, const char *s);

/* ui_text: a foreign string, escaped, wrapped in the box; '\n' ends a line.
 *  Returns the rows it took (what does not fit is not drawn, but counted). */
int ui_text(struct ui_grid *g, struct ui_box box, enum ui_attr a,
    const char *s);

/* ui_hline: a horizontal rule. */
void ui_hline(struct ui_grid *g, int row, int col, int cols);

/* ui_copy: rows of src from row srow to a place of dst; the cursor comes
 *  along when it is in them. */
void ui_copy(struct ui_grid *dst, int row, int col,
    const struct ui_grid *src, int srow, int rows);

#endif
