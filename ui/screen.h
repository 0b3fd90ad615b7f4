/* SPDX-License-Identifier: Apache-2.0
 *
 * The ncurses screens: the terminal implementation of struct cer_ui.
 */
#ifndef KC_UI_SCREEN_H
#define KC_UI_SCREEN_H

#include "ceremony/ui.h"

/* ui_screen_open: take the terminal (stdin and stdout) and fill ret.
 *  Errors: KC_EUSAGE when either is no terminal; KC_EIO
 *  The terminal is given back by ret->close, on exit and on fatal signals. */
KC_MUST kc_result ui_screen_open(struct cer_ui *ret, struct kc_err *err);

/* ui_screen_clock: draw this clock (UTC, ms) instead of the system's; NULL
 *  goes back.  For tests that compare whole screens. */
void ui_screen_clock(int64_t (*utc_ms)(void));

#endif
