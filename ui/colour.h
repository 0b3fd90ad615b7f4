/* SPDX-License-Identifier: Apache-2.0
 *
 * Attributes of the terminal for the meanings of ui/look.h.  Each differs
 * without colour too (NO_COLOR, vt100).
 */
#ifndef KC_UI_COLOUR_H
#define KC_UI_COLOUR_H

#include <curses.h>

#include "ui/look.h"

/* ui_colour_init: after newterm.  NO_COLOR is honoured, but for the QR code:
 *  a reader needs it black on white. */
void ui_colour_init(void);

/* ui_colour: attribute and colour pair of a meaning. */
attr_t ui_colour(enum ui_attr a, short *ret_pair);

#endif
