/* SPDX-License-Identifier: Apache-2.0
 *
 * A PIN from the terminal's descriptor straight into the secure heap.
 *
 * The terminal is in raw mode without echo already; read(2) puts the bytes
 * into a secure buffer, ui/pinkeys.c moves them within the secure heap.
 */
#include "ui/pinread.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "ui/pinkeys.h"
#include "ui/term.h"

#define CHUNK 64
#define TICK_MS 100	/* also how long a lone Esc is waited on */

static enum ui_reply
reply_of(enum ui_pin_event e)
{
	switch (e) {
	case UI_PIN_ENTER:
		return UI_DONE;
	case UI_PIN_CANCEL:
		return UI_CANCEL;
	case UI_PIN_EXCEPT:
		return UI_EXCEPT;
	case UI_PIN_SUSPEND:
		return UI_SUSPEND;
	default:
		return UI_STAY;
	}
}

/* What is there now; bytes after the deciding one are dropped. */
static kc_result
take_bytes(struct ui_pin_keys *k, struct kc_secret *in, bool hidden,
    enum ui_reply *ret, struct kc_err *err)
{
	enum ui_reply r = UI_STAY;
	ssize_t n = read(STDIN_FILENO, in->p, in->cap);

	if (n < 0 && errno != EINTR && errno != EAGAIN)
		return KC_FAIL(err, KC_EIO, errno,
		    "cannot read from the terminal: %s", strerror(errno));
	if (n == 0)
		r = UI_CANCEL;
	for (ssize_t i = 0; i < n && r == UI_STAY && !hidden; i++)
		r = reply_of(ui_pin_feed(k, in->p + i));
	OPENSSL_cleanse(in->p, in->cap);
	*ret = r;
	return KC_DONE;
}

/* One entry, up to Enter. */
static kc_result
one_entry(struct ui_pin_keys *k, struct kc_secret *in,
    const struct ui_pin_show *show, int round, enum ui_reply *ret,
    struct kc_err *err)
{
	enum ui_reply r = UI_STAY;

	while (r == UI_STAY) {
		int n;

		show->redraw(show->ctx, round, NULL);
		n = ui_term_wait(TICK_MS);
		if (ui_term_interrupted())
			r = UI_SUSPEND;
		else if (n < 0)
			r = UI_CANCEL;
		else if (n == 0)
			r = reply_of(ui_pin_idle(k));
		else {
			kc_result t = take_bytes(k, in,
			    show->hidden(show->ctx), &r, err);

			if (!kc_ok(t))
				return t;
		}
	}
	*ret = r;
	return KC_DONE;
}

/* Is the length right?  The sentence names the rule, never the PIN. */
static bool
length_ok(const struct cer_pin *p, const struct ui_pin_keys *k, char *note,
    size_t cap)
{
	if (!k->overlong && k->pin->len >= p->min && k->pin->len <= p->max)
		return true;
	(void)snprintf(note, cap, "That was %s: %zu to %zu characters are "
	    "needed. Nothing went to the card. Again, from the start.",
	    k->overlong || k->pin->len > p->max ? "too long" : "too short",
	    p->min, p->max);
	return false;
}

/* Two entries of the same length and bytes. */
static bool
is_same(const struct kc_secret *a, const struct kc_secret *b)
{
	return a->len == b->len && CRYPTO_memcmp(a->p, b->p, a->len) == 0;
}

kc_result
ui_pin_read(const struct cer_pin *p, const struct ui_pin_show *show,
    struct kc_secret *ret, enum ui_reply *ret_reply, struct kc_err *err)
{
	struct kc_secret in = { 0 }, pin[2] = { { 0 }, { 0 } };
	enum ui_reply reply = UI_STAY;
	char note[200];
	int round = 0;
	kc_result r;

	KC_TRY(r, kc_secret_new(&in, CHUNK, err));
	KC_TRY(r, kc_secret_new(&pin[0], p->max + 1, err));
	KC_TRY(r, kc_secret_new(&pin[1], p->max + 1, err));
	for (;;) {
		struct ui_pin_keys k = { .pin = &pin[round], .max = p->max };

		ui_pin_clear(&k);
		KC_TRY(r, one_entry(&k, &in, show, round, &reply, err));
		if (reply != UI_DONE)
			break;
		if (!length_ok(p, &k, note, sizeof note)) {
			round = 0;
			show->redraw(show->ctx, round, note);
			continue;
		}
		if (!p->twice || (round == 1 && is_same(&pin[0], &pin[1])))
			break;
		if (round == 1)
			(void)snprintf(note, sizeof note, "The two entries "
			    "differ. Nothing went to the card. Again, from "
			    "the start.");
		else
			note[0] = '\0';
		round = 1 - round;
		show->redraw(show->ctx, round, note);
	}
	if (reply == UI_DONE) {
		*ret = pin[0];
		pin[0] = (struct kc_secret){ 0 };
	}
	*ret_reply = reply;
	r = KC_DONE;
out:
	kc_secret_free(&in);
	kc_secret_free(&pin[0]);
	kc_secret_free(&pin[1]);
	return r;
}
