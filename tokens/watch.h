/* SPDX-License-Identifier: Apache-2.0
 *
 * The readers' child and its messages.  Room-internal.
 */
#ifndef KC_TOKENS_WATCH_H
#define KC_TOKENS_WATCH_H

#include "tokens/proto.h"
#include "tokens/reader.h"

/* tok_watch_run: report until nobody listens; runs only in a process of its
 * own. */
void tok_watch_run(int fd);

/* tok_put_event: an event as a message. */
void tok_put_event(struct tok_msg *m, const struct tok_reader_event *e);

/* tok_get_event: read one; m->bad is set when it is none. */
void tok_get_event(struct tok_msg *m, struct tok_reader_event *ret);

#endif
