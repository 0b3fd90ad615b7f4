/* SPDX-License-Identifier: Apache-2.0
 *
 * The control socket: one connection, one line of words, one line back.
 */
#ifndef KC_TESTS_CARDS_CONTROL_H
#define KC_TESTS_CARDS_CONTROL_H

#include "base/buf.h"

/* control_listen: a socket of that path, replacing one that is left over.
 *  ret_fd  caller: close */
KC_MUST kc_result control_listen(const char *path, int *ret_fd,
    struct kc_err *err);

/* control_serve: accept one connection, hand its line to obey, and send
 * what obey answers.  A peer that sends no line within a second is left.
 *  obey  ret is empty and becomes the answer; an error's sentence is sent
 *        as "error: ..." */
void control_serve(int fd, kc_result (*obey)(void *ctx, char *line,
    struct kc_buf *ret, struct kc_err *err), void *ctx);

/* control_ask: the client's side: send the words, the answer into ret.
 *  Errors: KC_EIO; KC_EREFUSED with the sentence of the card */
KC_MUST kc_result control_ask(const char *path, const char *const *words,
    struct kc_buf *ret, struct kc_err *err);

#endif
