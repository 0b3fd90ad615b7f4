/* SPDX-License-Identifier: Apache-2.0
 *
 * A hash as a QR code.
 */
#include "ui/qr.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include <qrencode.h>

#define QUIET 4		/* modules of white that a reader needs */

static bool
is_dark(const QRcode *q, int x, int y)
{
	x -= QUIET;
	y -= QUIET;
	if (x < 0 || y < 0 || x >= q->width || y >= q->width)
		return false;
	return (q->data[y * q->width + x] & 1) != 0;
}

kc_result
ui_draw_qr(struct ui_grid *g, int row, int col,
    const uint8_t hash[static KC_SHA256], struct kc_err *err)
{
	static const char *const half[] = { " ", "▄", "▀", "█" };
	char hex[KC_HEX];
	QRinput *in;
	QRcode *q = NULL;

	kc_hex(hash, KC_SHA256, hex);
	for (char *p = hex; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	in = QRinput_new2(3, QR_ECLEVEL_L);
	if (in != NULL && QRinput_append(in, QR_MODE_AN, KC_HEX - 1,
	    (const unsigned char *)hex) == 0)
		q = QRcode_encodeInput(in);
	QRinput_free(in);
	if (q == NULL || q->width + 2 * QUIET != UI_QR_COLS) {
		QRcode_free(q);
		return KC_FAIL(err, KC_EBUG, errno,
		    "the QR code of the head cannot be made");
	}
	for (int y = 0; y < UI_QR_ROWS; y++)
		for (int x = 0; x < UI_QR_COLS; x++)
			(void)ui_put(g, row + y, col + x, 1, UI_QR,
			    half[is_dark(q, x, 2 * y) * 2 +
			    is_dark(q, x, 2 * y + 1)]);
	QRcode_free(q);
	return KC_DONE;
}
