/* SPDX-License-Identifier: Apache-2.0
 *
 * A hash as a QR code: 64 upper-case hex digits in alphanumeric mode, level
 * L (ISO/IEC 18004), version 3, in half blocks of 37 x 19 cells.
 */
#ifndef KC_UI_QR_H
#define KC_UI_QR_H

#include "base/hash.h"
#include "ui/grid.h"

#define UI_QR_COLS 37
#define UI_QR_ROWS 19

/* ui_draw_qr: at row, col; needs a terminal with half blocks.  Errors:
 *  KC_EBUG when the code cannot be made; nothing is drawn */
KC_MUST kc_result ui_draw_qr(struct ui_grid *g, int row, int col,
    const uint8_t hash[static KC_SHA256], struct kc_err *err);

#endif
