/* SPDX-License-Identifier: Apache-2.0
 *
 * The bytes of a PIN.
 */
#include "ui/pinkeys.h"

#include <openssl/crypto.h>

void
ui_pin_clear(struct ui_pin_keys *k)
{
	OPENSSL_cleanse(k->pin->p, k->pin->cap);
	k->pin->len = 0;
	k->overlong = false;
}

static void
rub_out(struct ui_pin_keys *k)
{
	struct kc_secret *s = k->pin;
	bool tail;

	/* After an overflow nobody knows which byte is the last. */
	if (k->overlong) {
		ui_pin_clear(k);
		return;
	}
	do {	/* a whole UTF-8 character */
		if (s->len == 0)
			return;
		s->len--;
		tail = (s->p[s->len] & 0xc0) == 0x80;
		s->p[s->len] = 0;
	} while (tail);
}

/* F2 and F3 as the terminals we name send them; all else is dropped. */
static enum ui_pin_event
sequence_end(struct ui_pin_keys *k, uint8_t last)
{
	int f = 0;

	if (k->escape == UI_ESC_CSI && last == '~')
		f = k->parameter == 12 ? 2 : k->parameter == 13 ? 3 : 0;
	else if (k->escape == UI_ESC_SS3)
		f = last == 'Q' ? 2 : last == 'R' ? 3 : 0;
	else if (k->escape == UI_ESC_LINUX)
		f = last == 'B' ? 2 : last == 'C' ? 3 : 0;
	k->escape = UI_ESC_NONE;
	return f == 2 ? UI_PIN_EXCEPT : f == 3 ? UI_PIN_SUSPEND :
	    UI_PIN_MORE;
}

static enum ui_pin_event
in_sequence(struct ui_pin_keys *k, uint8_t b)
{
	switch (k->escape) {
	case UI_ESC_START:
		k->parameter = 0;
		k->escape = b == '[' ? UI_ESC_CSI : b == 'O' ? UI_ESC_SS3 :
		    b == 0x1b ? UI_ESC_START : UI_ESC_NONE;
		return UI_PIN_MORE;	/* Alt and a key: dropped */
	case UI_ESC_CSI:
		if (b == '[') {
			k->escape = UI_ESC_LINUX;
			return UI_PIN_MORE;
		}
		if (b >= '0' && b <= '9' && k->parameter < 1000)
			k->parameter = k->parameter * 10 + (b - '0');
		if (b < 0x40)
			return UI_PIN_MORE;
		return sequence_end(k, b);
	default:
		return sequence_end(k, b);
	}
}

enum ui_pin_event
ui_pin_feed(struct ui_pin_keys *k, const uint8_t *byte)
{
	struct kc_secret *s = k->pin;

	if (k->escape != UI_ESC_NONE)
		return in_sequence(k, *byte);
	switch (*byte) {
	case '\r':
	case '\n':
		return UI_PIN_ENTER;
	case 0x03:
		return UI_PIN_SUSPEND;
	case 0x1b:
		k->escape = UI_ESC_START;
		return UI_PIN_MORE;
	case 0x08:
	case 0x7f:
		rub_out(k);
		return UI_PIN_MORE;
	case 0x15:
		ui_pin_clear(k);
		return UI_PIN_MORE;
	default:
		break;
	}
	if (*byte < 0x20)
		return UI_PIN_MORE;
	if (s->len >= k->max || s->len >= s->cap)
		k->overlong = true;
	else
		s->p[s->len++] = *byte;
	return UI_PIN_MORE;
}

enum ui_pin_event
ui_pin_idle(struct ui_pin_keys *k)
{
	bool esc = k->escape == UI_ESC_START;

	k->escape = UI_ESC_NONE;
	return esc ? UI_PIN_CANCEL : UI_PIN_MORE;
}
