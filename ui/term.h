/* SPDX-License-Identifier: Apache-2.0
 *
 * The terminal itself: taken once, given back once, on every way out.
 */
#ifndef KC_UI_TERM_H
#define KC_UI_TERM_H

#include "base/err.h"
#include "ui/grid.h"
#include "ui/key.h"

/* ui_term_open: take stdin and stdout.  Raw mode, no echo; signals INT and
 *  WINCH set flags; TERM, HUP, QUIT and the fatal ones give the terminal
 *  back and end the process as they would have.
 *  Errors: KC_EUSAGE no terminal; KC_EIO it cannot place a cursor */
KC_MUST kc_result ui_term_open(struct ui_look *ret, struct kc_err *err);

/* ui_term_close: give it back.  Idempotent; also runs at exit. */
void ui_term_close(void);

/* ui_term_size: rows and columns now; tells curses when they changed. */
void ui_term_size(int *ret_rows, int *ret_cols);

/* ui_term_show: the grid to the screen, in one write, without flicker. */
void ui_term_show(const struct ui_grid *g);

/* ui_term_key: the next key; UI_KEY_NONE after timeout_ms, or when a signal
 *  asks for a redraw. */
struct ui_key ui_term_key(int timeout_ms);

/* ui_term_wait: wait for bytes on the descriptor without reading them, for
 *  what must not pass through curses.  Returns 1 bytes are there, 0 not, -1
 *  the terminal is gone. */
int ui_term_wait(int timeout_ms);

/* ui_term_interrupted: SIGINT arrived since the last call. */
bool ui_term_interrupted(void);

/* ui_term_flush: forget what was typed ahead. */
void ui_term_flush(void);

void ui_term_beep(void);

#endif
