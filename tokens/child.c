/* SPDX-License-Identifier: Apache-2.0
 *
 * The card child: one request at a time, from a table, until the socket
 * closes.
 */
#include "tokens/child.h"

#include <unistd.h>

#include <openssl/crypto.h>

#include "tokens/ops.h"

#define DEAD_STACK 61440	/* bytes; the compiler's limit is 65536 */

static struct tok_child self;	/* one child, one of these */

/* Receive one request with its secrets; false when the socket closed. */
static bool
receive(struct tok_child *c, uint32_t *ret_seq, uint32_t *ret_op)
{
	uint32_t n;

	if (!kc_ok(tok_recv(c->fd, &c->in, NULL)) ||
	    tok_get_u32(&c->in) != TOK_MAGIC)
		return false;
	*ret_seq = tok_get_u32(&c->in);
	*ret_op = tok_get_u32(&c->in);
	n = tok_get_u32(&c->in);
	if (c->in.bad || n > TOK_SECRETS_MAX)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (!kc_ok(tok_recv_secret(c->fd, &c->secret[i], NULL)))
			return false;
	return true;
}

/* What came with the request: wiped before the other side hears anything. */
static void
drop_secrets(struct tok_child *c)
{
	for (size_t i = 0; i < TOK_SECRETS_MAX; i++)
		kc_secret_free(&c->secret[i]);
}

/* The answer's secret, and then a word that it is no longer here. */
static bool
reply_secret(struct tok_child *c)
{
	bool ok = kc_ok(tok_send_secret(c->fd, &c->answer, NULL));

	kc_secret_free(&c->answer);
	c->out.len = 0;
	tok_put_u32(&c->out, TOK_MAGIC);
	return ok && kc_ok(tok_send(c->fd, &c->out, NULL));
}

static bool
reply(struct tok_child *c, uint32_t seq, kc_result r, const struct kc_err *err)
{
	struct tok_msg *m = &c->out;
	bool ok = kc_ok(r);
	uint64_t native = ok ? 0 : (uint64_t)err->native;

	m->len = 0;
	m->bad = false;
	tok_put_u32(m, TOK_MAGIC);
	tok_put_u32(m, seq);
	tok_put_u32(m, r.code);
	tok_put_u32(m, (uint32_t)native);
	tok_put_u32(m, (uint32_t)(native >> 32));
	tok_put_u32(m, ok ? (uint32_t)c->n_items : 0);
	tok_put_u32(m, ok && c->answer.len > 0);
	tok_put_str(m, ok ? "" : err->msg);
	tok_put_str(m, ok ? "" : err->certain);
	if (!kc_ok(tok_send(c->fd, m, NULL)))
		return false;
	for (size_t i = 0; ok && i < c->n_items; i++)
		if (!kc_ok(tok_send(c->fd, &c->item[i], NULL)))
			return false;
	return !ok || c->answer.len == 0 || reply_secret(c);
}

/* Modules leave what a card decrypted on the stack, in the buffers of their
 * frames (ykcs11 2.2.0 once, OpenSC 0.23 twice): those frames lay here. */
__attribute__((noinline)) static void
wipe_dead_stack(void)
{
	uint8_t dead[DEAD_STACK];

	OPENSSL_cleanse(dead, sizeof dead);
}

static bool
serve_one(struct tok_child *c, const struct tok_child_start *start)
{
	struct kc_err err = { 0 };
	uint32_t seq = 0, op = 0;
	kc_result r;
	bool go_on;

	c->n_items = 0;
	go_on = receive(c, &seq, &op);
	if (!go_on)
		goto out;
	if (!start->ready) {
		err = start->err;
		r = (kc_result){ err.code != KC_OK ? err.code : KC_EBUG };
	} else if (op >= TOK_OPS || tok_child_ops[op].run == NULL ||
	    (tok_child_ops[op].needs_card && !c->mod.selected)) {
		r = KC_FAIL(&err, KC_EBUG, 0, TOK_NOT_UNDERSTOOD);
	} else {
		r = tok_child_ops[op].run(c, &err);
		wipe_dead_stack();
	}
	drop_secrets(c);
	go_on = reply(c, seq, r, &err) && op != TOK_OP_BYE;
out:
	drop_secrets(c);
	kc_secret_free(&c->answer);
	return go_on;
}

void
tok_child_run(const struct tok_child_start *start)
{
	self.fd = start->fd;
	self.mod.path = start->module;
	while (serve_one(&self, start))
		;
	kc_secret_free(&self.mod.pin);
	kc_secret_free(&self.mod.so_pin);
}
