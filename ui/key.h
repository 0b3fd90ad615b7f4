/* SPDX-License-Identifier: Apache-2.0
 *
 * A key press, free of any terminal.
 */
#ifndef KC_UI_KEY_H
#define KC_UI_KEY_H

#include <stdint.h>

enum ui_key_kind {
	UI_KEY_NONE,		/* nothing within the time: draw again */
	UI_KEY_CHAR,		/* cp */
	UI_KEY_ENTER,
	UI_KEY_ESC,
	UI_KEY_TAB,
	UI_KEY_BACKTAB,
	UI_KEY_UP,
	UI_KEY_DOWN,
	UI_KEY_LEFT,
	UI_KEY_RIGHT,
	UI_KEY_HOME,
	UI_KEY_END,
	UI_KEY_PGUP,
	UI_KEY_PGDN,
	UI_KEY_BACKSPACE,
	UI_KEY_DELETE,
	UI_KEY_CLEAR,		/* Ctrl-U */
	UI_KEY_HELP,		/* F1 */
	UI_KEY_EXCEPT,		/* F2 */
	UI_KEY_SUSPEND,		/* F3, Ctrl-C, SIGINT */
	UI_KEY_HEAD,		/* F4 */
	UI_KEY_OTHER,
	UI_KEY_END_OF_INPUT,	/* the terminal is gone */
};

struct ui_key {
	enum ui_key_kind kind;
	uint32_t cp;
};

#endif
