/* SPDX-License-Identifier: Apache-2.0
 *
 * The APDU layer.
 *
 * Without Le an answer may have 256 bytes, as the cards this one stands for
 * do: their clients send case 3 and expect data.  A chain that another
 * command interrupts is forgotten, so that a client that died in the middle
 * does not spoil the next one's SELECT.
 */
#include "tests/cards/apdu.h"

#include <openssl/crypto.h>

#define CLA_CHAIN 0x10
#define INS_GET_RESPONSE 0xC0
#define NE_SHORT 256
#define NE_EXTENDED 65536

struct parsed {
	struct apdu a;
	bool chained;
	size_t ne;		/* largest answer wanted */
};

/* The body: Lc, data, Le in both forms. */
static bool
parse_body(const uint8_t *p, size_t len, struct parsed *ret)
{
	size_t lc;

	ret->a.data = p;
	ret->ne = NE_SHORT;
	if (len == 0)
		return true;
	if (len == 1) {
		ret->ne = p[0] != 0 ? p[0] : NE_SHORT;
		return true;
	}
	if (p[0] != 0) {
		lc = p[0];
		ret->a.data = p + 1;
		ret->a.len = lc;
		if (len == 2 + lc)
			ret->ne = p[1 + lc] != 0 ? p[1 + lc] : NE_SHORT;
		return len == 1 + lc || len == 2 + lc;
	}
	if (len < 3)
		return false;
	lc = (size_t)p[1] << 8 | p[2];
	if (len == 3) {
		ret->ne = lc != 0 ? lc : NE_EXTENDED;
		return true;
	}
	ret->a.data = p + 3;
	ret->a.len = lc;
	ret->ne = NE_EXTENDED;
	if (lc != 0 && len == 5 + lc) {
		size_t le = (size_t)p[3 + lc] << 8 | p[4 + lc];

		ret->ne = le != 0 ? le : NE_EXTENDED;
		return true;
	}
	return lc != 0 && len == 3 + lc;
}

/* Add this link to the chain; the whole of it in ret when it is the last.
 * SW_MORE: handled, nothing to carry out yet. */
static uint16_t
collect(struct apdu_layer *l, struct parsed *c, struct kc_err *err,
    kc_result *ret_r)
{
	const uint8_t head[3] = { c->a.ins, c->a.p1, c->a.p2 };

	*ret_r = KC_DONE;
	if (l->chaining && CRYPTO_memcmp(head, l->chain_head, 3) != 0) {
		kc_buf_free(&l->chain);
		l->chaining = false;
	}
	if (!l->chaining && !c->chained)
		return SW_OK;
	if (l->chain.len + c->a.len > APDU_CHAIN_MAX) {
		kc_buf_free(&l->chain);
		l->chaining = false;
		return SW_LENGTH;
	}
	*ret_r = kc_buf_add(&l->chain, c->a.data, c->a.len, err);
	if (!kc_ok(*ret_r))
		return SW_FAULT;
	l->chaining = c->chained;
	for (size_t i = 0; i < 3; i++)
		l->chain_head[i] = head[i];
	if (c->chained)
		return SW_MORE;
	c->a.data = l->chain.p;
	c->a.len = l->chain.len;
	return SW_OK;
}

static kc_result
add_status(struct kc_buf *ret, unsigned sw, struct kc_err *err)
{
	const uint8_t b[2] = { (uint8_t)(sw >> 8), (uint8_t)sw };

	return kc_buf_add(ret, b, sizeof b, err);
}

/* The next at most ne bytes of what waits, and how much is left after. */
static kc_result
next_piece(struct apdu_layer *l, size_t ne, struct kc_buf *ret,
    struct kc_err *err)
{
	size_t left = l->rest.len - l->rest_at;
	size_t n = left < ne ? left : ne;
	kc_result r;

	KC_TRY(r, kc_buf_add(ret, l->rest.p + l->rest_at, n, err));
	l->rest_at += n;
	left -= n;
	if (left == 0) {
		kc_buf_free(&l->rest);
		l->rest_at = 0;
		r = add_status(ret, SW_OK, err);
		goto out;
	}
	r = add_status(ret, SW_MORE | (left < 256 ? (unsigned)left : 0), err);
out:
	return r;
}

/* A command, or the last link of one: let the card carry it out. */
static kc_result
carry_out(struct apdu_layer *l, const struct parsed *c,
    apdu_handler *handler, void *ctx, struct kc_buf *ret, struct kc_err *err)
{
	struct tlv_out out = { 0 };
	uint16_t sw = handler(ctx, &c->a, &out);
	kc_result r;

	kc_buf_free(&l->chain);
	if (out.bad)
		sw = SW_FAULT;
	if (sw != SW_OK || out.b.len == 0) {
		r = add_status(ret, sw, err);
		goto out;
	}
	l->rest = out.b;
	out.b = (struct kc_buf){ 0 };
	r = next_piece(l, c->ne, ret, err);
out:
	kc_buf_free(&out.b);
	return r;
}

kc_result
apdu_answer(struct apdu_layer *l, const uint8_t *p, size_t len,
    apdu_handler *handler, void *ctx, struct kc_buf *ret, struct kc_err *err)
{
	struct parsed c = { 0 };
	uint16_t sw;
	kc_result r;

	if (len < 4 || len > APDU_MAX)
		return add_status(ret, SW_LENGTH, err);
	c.a.ins = p[1];
	c.a.p1 = p[2];
	c.a.p2 = p[3];
	c.chained = p[0] == CLA_CHAIN;
	if (p[0] != 0 && !c.chained)
		return add_status(ret, SW_CLASS, err);
	if (!parse_body(p + 4, len - 4, &c))
		return add_status(ret, SW_LENGTH, err);
	if (c.a.ins == INS_GET_RESPONSE) {
		if (c.chained || l->rest.len == 0)
			return add_status(ret, SW_CONDITIONS, err);
		return next_piece(l, c.ne, ret, err);
	}
	kc_buf_free(&l->rest);
	l->rest_at = 0;
	sw = collect(l, &c, err, &r);
	if (!kc_ok(r))
		return r;
	if (sw == SW_OK)
		return carry_out(l, &c, handler, ctx, ret, err);
	return add_status(ret, sw == SW_MORE ? SW_OK : sw, err);
}

void
apdu_reset(struct apdu_layer *l)
{
	kc_buf_free(&l->chain);
	kc_buf_free(&l->rest);
	*l = (struct apdu_layer){ 0 };
}
