/* SPDX-License-Identifier: Apache-2.0
 *
 * The loop under every question, and the state it works on.
 */
#ifndef KC_UI_LOOP_H
#define KC_UI_LOOP_H

#include "ui/mode.h"

/* struct ui_screen: the one terminal of this process.
 *  clock     UTC in ms; NULL: the system's
 *  kept      a line begun when the exception form was asked for */
struct ui_screen {
	bool open;
	int64_t (*clock)(void);
	struct ui_look look;
	struct ui_grid grid;
	struct ui_state s;
	char kept_key[64];
	struct ui_edit kept;
};

extern const struct cer_view ui_no_view;

/* ui_begin: start a mode on a view (NULL: an empty one); what the last mode
 *  left is gone. */
void ui_begin(struct ui_screen *u, const struct cer_view *v,
    const struct ui_mode *mode);

/* ui_refresh: follow the terminal's size, draw, show. */
void ui_refresh(struct ui_screen *u);

/* ui_is_small: the last drawing found the terminal too small. */
bool ui_is_small(const struct ui_screen *u);

/* ui_drain: what was typed before the question stood there answers nothing;
 *  only a wish for the exception form or for suspension is kept. */
void ui_drain(struct ui_screen *u);

/* ui_wanted: such a wish, once; UI_STAY when there is none. */
enum ui_reply ui_wanted(struct ui_screen *u);

/* ui_loop: until the mode is through. */
enum ui_reply ui_loop(struct ui_screen *u);

/* ui_result: a reply as what the engine is told.
 *  Errors: KC_EEXCEPT KC_ESUSPEND KC_ECANCEL, naming what and key */
KC_MUST kc_result ui_result(enum ui_reply r, const char *what,
    const char *key, struct kc_err *err);

#endif
