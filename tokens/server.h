/* SPDX-License-Identifier: Apache-2.0
 *
 * The fork server: the only process that may still fork after the main one
 * has closed its sandbox.  Room-internal.
 */
#ifndef KC_TOKENS_SERVER_H
#define KC_TOKENS_SERVER_H

#include <sys/types.h>

#include "tokens/proto.h"

/* struct tok_server: the main process's end. */
struct tok_server {
	int fd;
	pid_t pid;
	struct tok_msg msg;
};

/* tok_server_await: its answer to anything comes at once, or it is broken.
 *  Errors: KC_EMODULE */
KC_MUST kc_result tok_server_await(struct tok_server *s, struct kc_err *err);

/* tok_spawn: a card child for this module.
 *  ret_fd   our end of its socket; caller: close
 *  ret_pid  caller: tok_end
 *  Errors: KC_EMODULE (a variable not on the list, no process) */
KC_MUST kc_result tok_spawn(struct tok_server *s, const struct tok_module *m,
    int *ret_fd, pid_t *ret_pid, struct kc_err *err);

/* tok_spawn_watch: a child that reports readers (tokens/watch.h); the same
 *  ownership and errors. */
KC_MUST kc_result tok_spawn_watch(struct tok_server *s, int *ret_fd,
    pid_t *ret_pid, struct kc_err *err);

/* tok_end: kill the child if it lives, reap it.
 *  ret_status  as waitpid gives it */
KC_MUST kc_result tok_end(struct tok_server *s, pid_t pid, int *ret_status,
    struct kc_err *err);

/* tok_env_allowed: "NAME=VALUE" with one of the four names. */
bool tok_env_allowed(const char *entry);

#endif
