/* SPDX-License-Identifier: Apache-2.0
 *
 * The main process's end of one card child: a request, a wait with a budget,
 * a reply that is not trusted.  Room-internal.
 */
#ifndef KC_TOKENS_LINK_H
#define KC_TOKENS_LINK_H

#include <sys/types.h>

#include "tokens/proto.h"

struct tok_card {
	struct tok_server *server;
	int fd;			/* -1: the child is gone */
	pid_t pid;
	uint32_t seq;
	enum tok_op op;
	int64_t started_ms, limit_ms;
	int64_t most_ms;	/* tok_limit; 0: none */
	struct tok_wait wait;
	uint32_t n_items;	/* still to be received */
	uint32_t n_secrets;
	struct tok_msg msg;
};

/* tok_link_end: kill and reap the child; its wait status, 0 if unknown. */
int tok_link_end(struct tok_card *c);

/* tok_link_died: the child ended by itself: reap it and say how. */
KC_MUST kc_result tok_link_died(struct tok_card *c, struct kc_err *err);

/* tok_link_nonsense: an answer outside the protocol ends the child. */
KC_MUST kc_result tok_link_nonsense(struct tok_card *c,
    struct kc_err *err);

/* tok_link_begin: start a request in c->msg; the body follows. */
KC_MUST kc_result tok_link_begin(struct tok_card *c, enum tok_op op,
    uint32_t n_secrets, struct kc_err *err);

/* tok_link_call: send it with its secrets, wait, read the head of the reply.
 *  items  how many must follow, or -1 for any number (c->n_items)
 *  Errors: the child's own; KC_EHANG, KC_ECANCEL, KC_ECARD */
KC_MUST kc_result tok_link_call(struct tok_card *c,
    const struct kc_secret *const *secrets, uint32_t n_secrets, int items,
    struct kc_err *err);

/* tok_link_await: wait for the next packet; tok_link_next: and read it. */
KC_MUST kc_result tok_link_await(struct tok_card *c, struct kc_err *err);
KC_MUST kc_result tok_link_next(struct tok_card *c, struct kc_err *err);

/* tok_link_secret: the reply's secret, and the child's word that its own
 *  copy is wiped.  ret  secure heap; caller: kc_secret_free */
KC_MUST kc_result tok_link_secret(struct tok_card *c, struct kc_secret *ret,
    struct kc_err *err);

#endif
