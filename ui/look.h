/* SPDX-License-Identifier: Apache-2.0
 *
 * How things look: the meaning of a cell (never its colour alone) and the
 * signs a terminal can draw.
 */
#ifndef KC_UI_LOOK_H
#define KC_UI_LOOK_H

#include <stdbool.h>

#define UI_ROWS_MIN 24
#define UI_COLS_MIN 80

enum ui_attr {
	UI_PLAIN,
	UI_BOLD,
	UI_DIM,
	UI_TOP_PRODUCTION,	/* the whole top line */
	UI_TOP_REHEARSAL,
	UI_RULE,
	UI_KEY,			/* a key in the key line */
	UI_SAY,			/* what is read aloud */
	UI_HOLDS,		/* a check that holds */
	UI_FAILS,		/* a check that does not */
	UI_REFUSED,		/* the word REFUSED */
	UI_NOTE,		/* an answer not taken, and why */
	UI_NOW,			/* the current step */
	UI_FIELD,		/* what a person types into */
	UI_BAR,
	UI_QR,			/* black on white, set explicitly */
	UI_ATTRS
};

/* struct ui_glyphs: every sign that is not ASCII in one of the two sets. */
struct ui_glyphs {
	const char *ok, *now, *bad;
	const char *hline, *vline, *tee_down, *tee_up, *tee_right;
	const char *open, *close;	/* quotes */
	const char *more;		/* cut text */
	const char *dot, *full, *empty;
	const char *up, *down;
};

extern const struct ui_glyphs ui_glyphs_utf8;
extern const struct ui_glyphs ui_glyphs_console;	/* Linux console */
extern const struct ui_glyphs ui_glyphs_ascii;

/* struct ui_look: what this terminal can draw. */
struct ui_look {
	bool ascii;
	const struct ui_glyphs *g;
};

#endif
