/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking a key off a card, as the rest of the program calls it.
 */
#include "tokens/extract.h"

#include "tokens/link.h"

void
tok_extract_free(struct tok_extract *x)
{
	kc_secret_free(&x->aes);
	kc_buf_free(&x->wrapped);
	*x = (struct tok_extract){ 0 };
}

/* -1, 0 or 1, one more than that in the message. */
static int
get_tri(struct tok_msg *m)
{
	uint32_t v = tok_get_u32(m);

	if (v > 2)
		m->bad = true;
	return v > 2 ? -1 : (int)v - 1;
}

static kc_result
get_item(struct tok_card *card, struct tok_extract *x, struct kc_err *err)
{
	struct tok_msg *m = &card->msg;
	uint8_t wrapped[TOK_WRAPPED_MAX];
	size_t len = 0;
	kc_result r = tok_link_next(card, err);

	if (!kc_ok(r))
		return r;
	x->secret_key = tok_get_u32(m) != 0;
	tok_get_str(m, x->label, sizeof x->label);
	x->sensitive = get_tri(m);
	x->local = get_tri(m);
	tok_get_bytes(m, x->n, sizeof x->n, &x->n_len);
	tok_get_bytes(m, wrapped, sizeof wrapped, &len);
	if (!tok_msg_done(m) || len == 0)
		return tok_link_nonsense(card, err);
	return kc_buf_add(&x->wrapped, wrapped, len, err);
}

kc_result
tok_extract(struct tok_card *card, const struct tok_uri *uri,
    struct tok_extract *ret, struct kc_err *err)
{
	struct tok_extract x = { 0 };
	kc_result r;

	KC_TRY(r, tok_link_begin(card, TOK_OP_EXTRACT, 0, err));
	tok_put_bytes(&card->msg, uri->id, uri->id_len);
	tok_put_str(&card->msg, uri->object);
	tok_put_str(&card->msg, uri->type);
	KC_TRY(r, tok_link_call(card, NULL, 0, 1, err));
	KC_TRY(r, get_item(card, &x, err));
	KC_TRY(r, tok_link_secret(card, &x.aes, err));
	if (x.aes.len != 32) {
		r = tok_link_nonsense(card, err);
		goto out;
	}
	*ret = x;
	x = (struct tok_extract){ 0 };
out:
	tok_extract_free(&x);
	return r;
}
