/* SPDX-License-Identifier: Apache-2.0
 *
 * One card child from the main process's side: budgets, ticks, ends.
 */
#include "tokens/link.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "tokens/server.h"

#define TICK_MS 100

/* How long a card may be silent before its process is killed. */
static const int64_t budget_ms[TOK_OPS] = {
	[TOK_OP_LIST] = 20000,
	[TOK_OP_OPEN] = 20000,
	[TOK_OP_INFO] = 20000,
	[TOK_OP_LOGIN] = 60000,		/* a PIN pad waits for a person */
	[TOK_OP_INIT] = 120000,
	[TOK_OP_SO_PIN] = 2000,
	[TOK_OP_SO_TRY] = 60000,
	[TOK_OP_SET_PIN] = 120000,
	[TOK_OP_KEYS] = 20000,
	[TOK_OP_GENERATE] = 900000,	/* RSA-4096 on a slow card */
	[TOK_OP_ERASE] = 60000,
	[TOK_OP_CERTIFICATE] = 60000,
	[TOK_OP_PROBE] = 60000,
	[TOK_OP_UNWRAP] = 60000,
	[TOK_OP_EXTRACT] = 60000,
	[TOK_OP_SIGN] = 60000,
	[TOK_OP_WIPE] = 60000,
	[TOK_OP_SWEEP] = 60000,
	[TOK_OP_ATTEST] = 60000,
	[TOK_OP_PINS] = 60000,
	[TOK_OP_BYE] = 2000,	/* a clean end; then it is killed */
};

/* End the child and say how it ended. */
int
tok_link_end(struct tok_card *c)
{
	int status = 0;

	if (c->fd >= 0)
		(void)close(c->fd);
	c->fd = -1;
	if (c->pid > 0 && !kc_ok(tok_end(c->server, c->pid, &status, NULL)))
		status = 0;
	c->pid = 0;
	return status;
}

kc_result
tok_link_died(struct tok_card *c, struct kc_err *err)
{
	int status = tok_link_end(c);

	if (WIFSIGNALED(status))
		(void)KC_FAIL(err, KC_ECARD, WTERMSIG(status),
		    "the card process died (signal %d, %s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	else
		(void)KC_FAIL(err, KC_ECARD, status != 0 ? status : -1,
		    "the card process ended by itself");
	kc_certain(err, "this program is unharmed; read the card's state "
	    "again before going on");
	return (kc_result){ KC_ECARD };
}

/* Wait for the next packet. */
kc_result
tok_link_await(struct tok_card *c, struct kc_err *err)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };

	for (;;) {
		int n = poll(&p, 1, TICK_MS);
		int64_t spent = kc_clock_boot_ms() - c->started_ms;

		if (n > 0)
			return KC_DONE;
		if (n < 0 && errno != EINTR) {
			(void)tok_link_end(c);
			return KC_FAIL(err, KC_ECARD, errno,
			    "waiting for the card: %s", strerror(errno));
		}
		if (spent > c->limit_ms) {
			(void)tok_link_end(c);
			(void)KC_FAIL(err, KC_EHANG, 0, "the module did not "
			    "answer within %lld ms; its process was killed",
			    (long long)c->limit_ms);
			kc_certain(err, "this program is unharmed; read the "
			    "card's state again before going on");
			return (kc_result){ KC_EHANG };
		}
		if (c->wait.tick == NULL || c->wait.tick(c->wait.ctx, spent))
			continue;
		(void)tok_link_end(c);
		(void)KC_FAIL(err, KC_ECANCEL, 0,
		    "stopped on request; the card process was killed");
		kc_certain(err, "what the card had begun is known only after "
		    "its state is read again");
		return (kc_result){ KC_ECANCEL };
	}
}

kc_result
tok_link_next(struct tok_card *c, struct kc_err *err)
{
	kc_result r = tok_link_await(c, err);

	if (!kc_ok(r))
		return r;
	r = tok_recv(c->fd, &c->msg, err);
	if (!kc_ok(r))
		return tok_link_died(c, err);
	return r;
}

/* Whatever does not fit the protocol ends the child. */
kc_result
tok_link_nonsense(struct tok_card *c, struct kc_err *err)
{
	(void)tok_link_end(c);
	return KC_FAIL(err, KC_ECARD, -1,
	    "the card process sent an answer that makes no sense");
}

/* Start a request in c->msg; the body follows. */
kc_result
tok_link_begin(struct tok_card *c, enum tok_op op, uint32_t n_secrets,
    struct kc_err *err)
{
	if (c->fd < 0)
		return KC_FAIL(err, KC_ECARD, 0,
		    "this card's process has ended: open the card again");
	c->op = op;
	c->msg.len = c->msg.at = 0;
	c->msg.bad = false;
	tok_put_u32(&c->msg, TOK_MAGIC);
	tok_put_u32(&c->msg, ++c->seq);
	tok_put_u32(&c->msg, op);
	tok_put_u32(&c->msg, n_secrets);
	return KC_DONE;
}

/* The head of a reply: the child's error becomes ours. */
static kc_result
read_head(struct tok_card *c, struct kc_err *err)
{
	struct tok_msg *m = &c->msg;
	char msg[sizeof err->msg], certain[sizeof err->certain];
	uint32_t magic = tok_get_u32(m), seq = tok_get_u32(m);
	uint32_t code = tok_get_u32(m);
	uint64_t native = tok_get_u32(m);

	native |= (uint64_t)tok_get_u32(m) << 32;
	c->n_items = tok_get_u32(m);
	c->n_secrets = tok_get_u32(m);
	tok_get_str(m, msg, sizeof msg);
	tok_get_str(m, certain, sizeof certain);
	if (!tok_msg_done(m) || magic != TOK_MAGIC || seq != c->seq ||
	    code >= KC_CODES || c->n_items > TOK_LIST_MAX ||
	    c->n_secrets > 1)
		return tok_link_nonsense(c, err);
	if (code == KC_OK)
		return KC_DONE;
	(void)KC_FAIL(err, (enum kc_code)code, (long)native, "%s", msg);
	if (certain[0] != '\0')
		kc_certain(err, "%s", certain);
	return (kc_result){ (enum kc_code)code };
}

/* Send what begin started, wait, read the head; items and secret follow.
 * items: how many exactly, or -1 for any number. */
kc_result
tok_link_call(struct tok_card *c, const struct kc_secret *const *secrets,
    uint32_t n_secrets, int items, struct kc_err *err)
{
	kc_result r;

	c->started_ms = kc_clock_boot_ms();
	c->limit_ms = budget_ms[c->op];
	if (c->most_ms > 0 && c->most_ms < c->limit_ms)
		c->limit_ms = c->most_ms;
	if (c->msg.bad)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "the request does not fit into a message");
	r = tok_send(c->fd, &c->msg, err);
	for (uint32_t i = 0; kc_ok(r) && i < n_secrets; i++)
		r = tok_send_secret(c->fd, secrets[i], err);
	if (!kc_ok(r))
		return r.code == KC_ECARD ? tok_link_died(c, err) : r;
	KC_TRY(r, tok_link_next(c, err));
	KC_TRY(r, read_head(c, err));
	if (items >= 0 && c->n_items != (uint32_t)items)
		return tok_link_nonsense(c, err);
	if (c->n_secrets != (c->op == TOK_OP_UNWRAP ||
	    c->op == TOK_OP_EXTRACT))
		return tok_link_nonsense(c, err);
out:
	return r;
}

kc_result
tok_link_secret(struct tok_card *c, struct kc_secret *ret,
    struct kc_err *err)
{
	struct kc_secret s = { 0 };
	kc_result r;

	KC_TRY(r, tok_link_await(c, err));
	r = tok_recv_secret(c->fd, &s, err);
	if (!kc_ok(r)) {
		r = tok_link_died(c, err);
		goto out;
	}
	/* Its own copy is wiped before the child says this. */
	KC_TRY(r, tok_link_next(c, err));
	if (tok_get_u32(&c->msg) != TOK_MAGIC || !tok_msg_done(&c->msg)) {
		r = tok_link_nonsense(c, err);
		goto out;
	}
	*ret = s;
	s = (struct kc_secret){ 0 };
out:
	kc_secret_free(&s);
	return r;
}
