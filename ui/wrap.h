/* SPDX-License-Identifier: Apache-2.0
 *
 * Text in columns: escaping for this terminal, width, cutting, wrapping.
 * Widths are columns of the terminal, not bytes or characters.
 */
#ifndef KC_UI_WRAP_H
#define KC_UI_WRAP_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* ui_clean: append s so that it can be drawn: base's escaping, and besides
 *  everything this terminal has no width for (ascii: all beyond U+007E)
 *  as \u{N}.  The backslash stays doubled. */
KC_MUST kc_result ui_clean(const char *s, size_t len, bool ascii,
    struct kc_buf *ret, struct kc_err *err);

/* ui_cp_width: columns of a code point: 0 (combining), 1, 2; -1: none. */
int ui_cp_width(uint32_t cp);

/* ui_width: columns of a clean string. */
int ui_width(const char *s);

/* ui_fit: how many bytes of a clean string fit in cols columns; combining
 *  marks stay with their base.  ret_cols, if not NULL: columns they take. */
size_t ui_fit(const char *s, int cols, int *ret_cols);

/* ui_wrap: the next line of a clean string in cols (>= 2) columns.
 *  ret_show  bytes to draw
 *  Returns the bytes to go on after, blanks at the break included; 0 only
 *  at the end. */
size_t ui_wrap(const char *s, int cols, size_t *ret_show);

#endif
