/* SPDX-License-Identifier: Apache-2.0
 *
 * Attributes of the terminal for the meanings of ui/look.h.
 */
#include "ui/colour.h"

#include <stdlib.h>

/* Colours: pairs by meaning; readable on a dark and on a light ground.
 * Without colour, attributes carry it. */
enum { PAIR_PRODUCTION = 1, PAIR_REHEARSAL, PAIR_HOLDS, PAIR_FAILS, PAIR_QR,
	PAIR_RULE };
static bool coloured, has_qr_pair;

void
ui_colour_init(void)
{
	short black = COLOR_BLACK, white = COLOR_WHITE;

	coloured = has_qr_pair = false;
	if (!has_colors() || start_color() == ERR)
		return;
	(void)use_default_colors();
	if (COLORS >= 256) {
		black = 16;
		white = 231;
	} else if (COLORS >= 16)
		white = 15;
	has_qr_pair = init_pair(PAIR_QR, black, white) == OK;
	if (getenv("NO_COLOR") != NULL)
		return;
	coloured = init_pair(PAIR_PRODUCTION, white, COLOR_RED) == OK &&
	    init_pair(PAIR_REHEARSAL, black, COLOR_CYAN) == OK &&
	    init_pair(PAIR_HOLDS, COLOR_GREEN, -1) == OK &&
	    init_pair(PAIR_FAILS, COLOR_RED, -1) == OK &&
	    init_pair(PAIR_RULE, COLOR_CYAN, -1) == OK;
}

attr_t
ui_colour(enum ui_attr a, short *ret_pair)
{
	static const struct {
		attr_t attr, mono;
		short pair;
	} t[UI_ATTRS] = {
		[UI_PLAIN] = { A_NORMAL, A_NORMAL, 0 },
		[UI_BOLD] = { A_BOLD, A_BOLD, 0 },
		[UI_DIM] = { A_NORMAL, A_NORMAL, 0 },
		[UI_TOP_PRODUCTION] = { A_BOLD, A_REVERSE | A_BOLD,
		    PAIR_PRODUCTION },
		[UI_TOP_REHEARSAL] = { A_BOLD, A_UNDERLINE, PAIR_REHEARSAL },
		[UI_RULE] = { A_NORMAL, A_NORMAL, PAIR_RULE },
		[UI_KEY] = { A_BOLD, A_BOLD, 0 },
		[UI_SAY] = { A_BOLD, A_BOLD, 0 },
		[UI_HOLDS] = { A_BOLD, A_BOLD, PAIR_HOLDS },
		[UI_FAILS] = { A_REVERSE | A_BOLD, A_REVERSE | A_BOLD,
		    PAIR_FAILS },
		[UI_REFUSED] = { A_BOLD, A_REVERSE | A_BOLD,
		    PAIR_PRODUCTION },
		[UI_NOTE] = { A_BOLD, A_BOLD, PAIR_FAILS },
		[UI_NOW] = { A_BOLD, A_BOLD, 0 },
		[UI_FIELD] = { A_BOLD, A_BOLD, 0 },
		[UI_BAR] = { A_BOLD, A_BOLD, PAIR_RULE },
		[UI_QR] = { A_NORMAL, A_REVERSE, PAIR_QR },
	};
	bool colour = a == UI_QR ? has_qr_pair : coloured;

	*ret_pair = colour ? t[a].pair : 0;
	return colour ? t[a].attr : t[a].mono;
}
