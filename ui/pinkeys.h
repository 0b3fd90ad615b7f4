/* SPDX-License-Identifier: Apache-2.0
 *
 * The bytes of a PIN: a small machine that is fed what the terminal sent and
 * keeps a PIN in the secure heap, nowhere else.  Arrow keys and pasting marks
 * are escape sequences, and never become part of it.
 */
#ifndef KC_UI_PINKEYS_H
#define KC_UI_PINKEYS_H

#include "base/secret.h"

enum ui_pin_event {
	UI_PIN_MORE,
	UI_PIN_ENTER,
	UI_PIN_CANCEL,
	UI_PIN_EXCEPT,		/* F2 */
	UI_PIN_SUSPEND,		/* F3, Ctrl-C */
};

/* struct ui_pin_keys: pin is owned by the caller; cap > max bytes.
 *  overlong  more was typed than fits: Enter must refuse
 *  escape    where in an escape sequence we are */
struct ui_pin_keys {
	struct kc_secret *pin;
	size_t max;
	bool overlong;
	enum { UI_ESC_NONE, UI_ESC_START, UI_ESC_CSI, UI_ESC_SS3,
		UI_ESC_LINUX } escape;
	unsigned parameter;
};

/* ui_pin_feed: one byte, read from where it lies (the secure heap). */
enum ui_pin_event ui_pin_feed(struct ui_pin_keys *k, const uint8_t *byte);

/* ui_pin_idle: nothing came for the escape delay: a lone Esc was Esc. */
enum ui_pin_event ui_pin_idle(struct ui_pin_keys *k);

/* ui_pin_clear: forget what was typed, wiped. */
void ui_pin_clear(struct ui_pin_keys *k);

#endif
