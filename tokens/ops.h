/* SPDX-License-Identifier: Apache-2.0
 *
 * What a card child can be asked to do.  Room-internal.
 */
#ifndef KC_TOKENS_OPS_H
#define KC_TOKENS_OPS_H

#include "tokens/object.h"
#include "tokens/proto.h"

#define TOK_NOT_UNDERSTOOD \
	"the card process does not understand the request"

/* struct tok_child: everything this process is. */
struct tok_child {
	int fd;
	struct tok_mod mod;
	struct tok_msg in, out;
	struct kc_secret secret[TOK_SECRETS_MAX];	/* of the request */
	struct kc_secret answer;			/* of the reply */
	struct tok_msg item[TOK_LIST_MAX];		/* of the reply */
	size_t n_items;
};

/* struct tok_child_op: one operation; its items and secret answer are put
 * into the child. */
struct tok_child_op {
	kc_result (*run)(struct tok_child *c, struct kc_err *err);
	bool needs_card;
};

/* tok_child_item: the next item of the reply, empty. */
struct tok_msg *tok_child_item(struct tok_child *c);

/* tok_child_extract: TOK_OP_EXTRACT (keyout.c). */
KC_MUST kc_result tok_child_extract(struct tok_child *c, struct kc_err *err);

extern const struct tok_child_op tok_child_ops[TOK_OPS];

#endif
