/* SPDX-License-Identifier: Apache-2.0
 *
 * A line editor for public text.  (A PIN never comes here: see ui/pinkeys.h.)
 */
#ifndef KC_UI_EDIT_H
#define KC_UI_EDIT_H

#include <stdint.h>

#include "ui/grid.h"
#include "ui/key.h"

#define UI_EDIT_MAX 240

/* struct ui_edit: code points, and the cursor before one of them.
 *  max        most characters
 *  max_bytes  most bytes of UTF-8 */
struct ui_edit {
	uint32_t cp[UI_EDIT_MAX];
	size_t len, at;
	size_t max, max_bytes;
};

/* ui_edit_init: empty, or holding a text (what does not fit is left out). */
void ui_edit_init(struct ui_edit *e, size_t max, size_t max_bytes,
    const char *text);

/* ui_edit_key: one key.  Returns false when it is none of the editor's or
 * was refused (full, a control character, an invisible one). */
bool ui_edit_key(struct ui_edit *e, struct ui_key k);

/* ui_edit_text: the text as UTF-8; false if ret (cap bytes) is too small. */
bool ui_edit_text(const struct ui_edit *e, char *ret, size_t cap);

/* ui_edit_draw: the field in the box, wrapped, its last rows when it is
 *  longer.  focus: place the cursor.  Returns the rows used (>= 1). */
int ui_edit_draw(const struct ui_edit *e, struct ui_grid *g,
    struct ui_box box, bool focus);

#endif
