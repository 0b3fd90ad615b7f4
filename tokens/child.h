/* SPDX-License-Identifier: Apache-2.0
 *
 * The card child: one module, one card, one PIN.  Room-internal; runs only
 * in a process of its own.
 */
#ifndef KC_TOKENS_CHILD_H
#define KC_TOKENS_CHILD_H

#include "tokens/proto.h"

/* struct tok_child_start: what the fork server hands over.  When not ready,
 * the first request is answered with err. */
struct tok_child_start {
	int fd;
	bool ready;
	char module[1024];
	struct kc_err err;
};

/* tok_child_run: answer requests until the socket closes. */
void tok_child_run(const struct tok_child_start *start);

#endif
