/* SPDX-License-Identifier: Apache-2.0
 *
 * A PIN from the terminal's descriptor straight into the secure heap.
 */
#ifndef KC_UI_PINREAD_H
#define KC_UI_PINREAD_H

#include "ui/mode.h"

/* struct ui_pin_show: the screen around the entry.
 *  redraw  the question, in its round 0 or 1; note NULL: as it was
 *  hidden  the question cannot be seen: what is typed counts for nothing */
struct ui_pin_show {
	void *ctx;
	void (*redraw)(void *ctx, int round, const char *note);
	bool (*hidden)(void *ctx);
};

/* ui_pin_read: until Enter with a PIN of the right length, twice the same
 *  where asked.
 *  ret        set only with UI_DONE; caller: kc_secret_free
 *  ret_reply  UI_DONE, UI_CANCEL, UI_EXCEPT, UI_SUSPEND
 *  Errors: KC_ENOMEM, KC_ESANDBOX, KC_EIO */
KC_MUST kc_result ui_pin_read(const struct cer_pin *p,
    const struct ui_pin_show *show, struct kc_secret *ret,
    enum ui_reply *ret_reply, struct kc_err *err);

#endif
