/* SPDX-License-Identifier: Apache-2.0
 *
 * Cards as the rest of the program calls them.
 */
#include "tokens/card.h"

#include <stdlib.h>
#include <string.h>

#include "tokens/link.h"
#include "tokens/pins.h"
#include "tokens/server.h"

static kc_result
spawn(struct tok_server *s, const struct tok_module *m,
    const struct tok_wait *wait, struct tok_card **ret, struct kc_err *err)
{
	struct tok_card *c = calloc(1, sizeof *c);
	kc_result r;

	if (c == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for a card");
	c->server = s;
	c->fd = -1;
	if (wait != NULL)
		c->wait = *wait;
	r = tok_spawn(s, m, &c->fd, &c->pid, err);
	if (!kc_ok(r)) {
		free(c);
		return r;
	}
	*ret = c;
	return KC_DONE;
}

kc_result
tok_open(struct tok_server *s, const struct tok_module *m,
    const struct tok_uri *uri, const struct tok_wait *wait,
    struct tok_card **ret, struct kc_err *err)
{
	struct tok_card *c = NULL;
	kc_result r;

	KC_TRY(r, spawn(s, m, wait, &c, err));
	KC_TRY(r, tok_link_begin(c, TOK_OP_OPEN, 0, err));
	tok_put_uri(&c->msg, uri);
	KC_TRY(r, tok_link_call(c, NULL, 0, 1, err));
	KC_TRY(r, tok_link_next(c, err));
	*ret = c;
	c = NULL;
out:
	tok_close(&c);
	return r;
}

/* Let the module log out and let go of the reader; but not for long. */
void
tok_close(struct tok_card **card)
{
	struct tok_card *c = card != NULL ? *card : NULL;

	if (c == NULL)
		return;
	c->wait = (struct tok_wait){ 0 };
	if (kc_ok(tok_link_begin(c, TOK_OP_BYE, 0, NULL)))
		if (!kc_ok(tok_link_call(c, NULL, 0, 0, NULL)))
			(void)tok_link_end(c);
	(void)tok_link_end(c);
	free(c);
	*card = NULL;
}

void
tok_limit(struct tok_card *card, int64_t max_ms)
{
	card->most_ms = max_ms;
}

int
tok_pid(const struct tok_card *card)
{
	return (int)card->pid;
}

kc_result
tok_list(struct tok_server *s, const struct tok_module *m,
    struct tok_info *ret, size_t max, size_t *ret_n, struct kc_err *err)
{
	struct tok_card *c = NULL;
	uint32_t n;
	kc_result r;

	KC_TRY(r, spawn(s, m, NULL, &c, err));
	KC_TRY(r, tok_link_begin(c, TOK_OP_LIST, 0, err));
	KC_TRY(r, tok_link_call(c, NULL, 0, -1, err));
	n = c->n_items;
	if (n > max) {
		r = KC_FAIL(err, KC_ECARD, 0,
		    "the module shows %u cards; %zu are handled", n, max);
		goto out;
	}
	for (uint32_t i = 0; i < n; i++) {
		KC_TRY(r, tok_link_next(c, err));
		tok_get_info(&c->msg, &ret[i]);
		if (!tok_msg_done(&c->msg)) {
			r = tok_link_nonsense(c, err);
			goto out;
		}
	}
	*ret_n = n;
out:
	tok_close(&c);
	return r;
}

static kc_result
next_pins(struct tok_card *c, struct tok_pin *ret, size_t *n,
    struct kc_err *err)
{
	struct tok_msg *m = &c->msg;
	kc_result r = tok_link_next(c, err);
	size_t len = 0;

	while (kc_ok(r) && !m->bad && m->at < m->len && *n < TOK_PINS_MAX) {
		struct tok_pin *p = &ret[(*n)++];

		tok_get_str(m, p->path, sizeof p->path);
		tok_get_bytes(m, p->sha256, sizeof p->sha256, &len);
		p->config = tok_get_u32(m) != 0;
		m->bad = m->bad || len != sizeof p->sha256;
	}
	if (kc_ok(r) && !tok_msg_done(m))
		r = tok_link_nonsense(c, err);
	return r;
}

kc_result
tok_pins(struct tok_server *s, const struct tok_module *m,
    struct tok_pin *ret, size_t *ret_n, struct kc_err *err)
{
	struct tok_card *c = NULL;
	size_t n = 0;
	uint32_t items;
	kc_result r;

	KC_TRY(r, spawn(s, m, NULL, &c, err));
	KC_TRY(r, tok_link_begin(c, TOK_OP_PINS, 0, err));
	KC_TRY(r, tok_link_call(c, NULL, 0, -1, err));
	items = c->n_items;
	for (uint32_t i = 0; i < items; i++)
		KC_TRY(r, next_pins(c, ret, &n, err));
	*ret_n = n;
out:
	tok_close(&c);
	return r;
}

kc_result
tok_info(struct tok_card *card, struct tok_info *ret, struct kc_err *err)
{
	struct tok_info info;
	kc_result r;

	KC_TRY(r, tok_link_begin(card, TOK_OP_INFO, 0, err));
	KC_TRY(r, tok_link_call(card, NULL, 0, 1, err));
	KC_TRY(r, tok_link_next(card, err));
	tok_get_info(&card->msg, &info);
	if (!tok_msg_done(&card->msg))
		return tok_link_nonsense(card, err);
	*ret = info;
out:
	return r;
}

kc_result
tok_may_login(const struct tok_info *i, struct kc_err *err)
{
	kc_result r = KC_DONE;

	if (i->pin_locked)
		r = KC_FAIL(err, KC_ECARD, 0, "card %s: its PIN is locked: too "
		    "many wrong ones were typed; unblock it with its PUK, or "
		    "replace the card", i->serial);
	else if (i->initialized && !i->pin_set)
		r = KC_FAIL(err, KC_ECARD, 0,
		    "card %s: no user PIN is set", i->serial);
	else if (!i->initialized)
		r = KC_FAIL(err, KC_ECARD, 0, "the card in slot %lu is blank: "
		    "initialise it first", i->slot);
	else if (i->pin_last)
		r = KC_FAIL(err, KC_EPINLAST, 0, "card %s: one PIN try is "
		    "left; the PIN was not sent", i->serial);
	if (!kc_ok(r))
		kc_certain(err, "the card's try counter is unchanged");
	return r;
}

kc_result
tok_may_so(const struct tok_info *i, struct kc_err *err)
{
	kc_result r = KC_DONE;

	if (i->so_locked)
		r = KC_FAIL(err, KC_ECARD, 0, "card %s: its SO PIN is locked: "
		    "replace the card", i->serial);
	else if (i->so_last)
		r = KC_FAIL(err, KC_EPINLAST, 0, "card %s: one try of its SO "
		    "PIN is left; the SO PIN was not sent", i->serial);
	if (!kc_ok(r))
		kc_certain(err, "the card's try counters are unchanged");
	return r;
}

/* An operation of the child with one secret, or none for the pad. */
static kc_result
one_secret(struct tok_card *card, uint32_t op, const struct kc_secret *s,
    struct kc_err *err)
{
	uint32_t n = s != NULL && s->len > 0;
	kc_result r;

	KC_TRY(r, tok_link_begin(card, op, n, err));
	r = tok_link_call(card, &s, n, 0, err);
out:
	return r;
}

kc_result
tok_login(struct tok_card *card, const struct kc_secret *pin,
    struct kc_err *err)
{
	return one_secret(card, TOK_OP_LOGIN, pin, err);
}

kc_result
tok_set_pin(struct tok_card *card, const struct kc_secret *pin,
    struct kc_err *err)
{
	return one_secret(card, TOK_OP_SET_PIN, pin, err);
}

kc_result
tok_init(struct tok_card *card, const char *label,
    const struct kc_secret *so_pin, const struct kc_secret *pin,
    const struct kc_secret *puk, struct kc_err *err)
{
	const struct kc_secret *all[] = { so_pin, pin, puk };
	bool pad = (so_pin == NULL || so_pin->len == 0) &&
	    (pin == NULL || pin->len == 0);
	uint32_t n = pad ? 0 : puk != NULL && puk->len > 0 ? 3 : 2;
	kc_result r;

	if (label[0] == '\0' || strlen(label) > 32)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "the label has %zu bytes; 1 to 32 fit a card",
		    strlen(label));
	KC_TRY(r, tok_link_begin(card, TOK_OP_INIT, n, err));
	tok_put_str(&card->msg, label);
	r = tok_link_call(card, all, n, 0, err);
out:
	return r;
}

kc_result
tok_so_pin(struct tok_card *card, const struct kc_secret *so_pin,
    struct kc_err *err)
{
	return one_secret(card, TOK_OP_SO_PIN, so_pin, err);
}

kc_result
tok_so_try(struct tok_card *card, const struct kc_secret *so_pin,
    struct kc_err *err)
{
	return one_secret(card, TOK_OP_SO_TRY, so_pin, err);
}
