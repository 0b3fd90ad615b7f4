/* SPDX-License-Identifier: Apache-2.0
 *
 * Asking the fork server: a child for a module, an end to a child.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tokens/server.h"

#define SERVER_BUDGET_MS 10000	/* forking and killing take no time */

bool
tok_env_allowed(const char *entry)
{
	static const char *const names[] = { "SOFTHSM2_CONF=", "OPENSC_CONF=",
		"TPM2_PKCS11_STORE=", "TPM2_PKCS11_TCTI=" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strncmp(entry, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* The server's answer to anything comes at once, or it is broken. */
kc_result
tok_server_await(struct tok_server *s, struct kc_err *err)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	int n;

	do {
		n = poll(&p, 1, SERVER_BUDGET_MS);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return KC_FAIL(err, KC_EMODULE, n < 0 ? errno : 0,
		    "the card server did not answer");
	return KC_DONE;
}

/* Receive the answer to a spawn and the descriptor with it. */
static kc_result
receive_child(struct tok_server *s, int *ret_fd, struct kc_err *err)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = { s->msg.p, sizeof s->msg.p };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof control.space };
	struct cmsghdr *c;
	ssize_t n;

	do {
		n = recvmsg(s->fd, &h, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return KC_FAIL(err, KC_EMODULE, n < 0 ? errno : 0,
		    "the card server ended");
	s->msg.len = (size_t)n;
	s->msg.at = 0;
	s->msg.bad = false;
	c = CMSG_FIRSTHDR(&h);
	if (c != NULL && c->cmsg_level == SOL_SOCKET &&
	    c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof *ret_fd))
		memcpy(ret_fd, CMSG_DATA(c), sizeof *ret_fd);
	return KC_DONE;
}

/* Send the request in s->msg; the child that comes of it. */
static kc_result
ask_child(struct tok_server *s, int *ret_fd, pid_t *ret_pid,
    struct kc_err *err)
{
	struct tok_msg *q = &s->msg;
	uint32_t why, pid;
	int fd = -1;
	kc_result r;

	KC_TRY(r, tok_send(s->fd, q, err));
	KC_TRY(r, tok_server_await(s, err));
	KC_TRY(r, receive_child(s, &fd, err));
	if (tok_get_u32(q) != TOK_MAGIC)
		q->bad = true;
	why = tok_get_u32(q);
	pid = tok_get_u32(q);
	if (!tok_msg_done(q) || fd < 0 || pid == 0) {
		r = KC_FAIL(err, KC_EMODULE, why,
		    "the card server could not make a card process: %s",
		    strerror((int)why));
		goto out;
	}
	*ret_fd = fd;
	*ret_pid = (pid_t)pid;
	fd = -1;
out:
	if (fd >= 0)
		(void)close(fd);
	return r;
}

kc_result
tok_spawn_watch(struct tok_server *s, int *ret_fd, pid_t *ret_pid,
    struct kc_err *err)
{
	if (s == NULL)
		return KC_FAIL(err, KC_EBUG, 0, "no card server was started");
	s->msg.len = 0;
	s->msg.bad = false;
	tok_put_u32(&s->msg, TOK_MAGIC);
	tok_put_u32(&s->msg, TOK_OP_WATCH);
	return ask_child(s, ret_fd, ret_pid, err);
}

kc_result
tok_spawn(struct tok_server *s, const struct tok_module *m, int *ret_fd,
    pid_t *ret_pid, struct kc_err *err)
{
	struct tok_msg *q;

	if (s == NULL)
		return KC_FAIL(err, KC_EBUG, 0, "no card server was started");
	q = &s->msg;
	for (size_t i = 0; i < m->n_env; i++)
		if (!tok_env_allowed(m->env[i]))
			return KC_FAIL(err, KC_EMODULE, 0, "'%.40s' is not a "
			    "variable a card module may be given",
			    m->env[i]);
	q->len = 0;
	q->bad = false;
	tok_put_u32(q, TOK_MAGIC);
	tok_put_u32(q, TOK_OP_SPAWN);
	tok_put_str(q, m->path);
	tok_put_u32(q, (uint32_t)m->n_env);
	for (size_t i = 0; i < m->n_env; i++)
		tok_put_str(q, m->env[i]);
	tok_put_u32(q, (uint32_t)m->n_write);
	for (size_t i = 0; i < m->n_write; i++)
		tok_put_str(q, m->write[i]);
	return ask_child(s, ret_fd, ret_pid, err);
}

kc_result
tok_end(struct tok_server *s, pid_t pid, int *ret_status, struct kc_err *err)
{
	struct tok_msg *q = &s->msg;
	kc_result r;

	q->len = 0;
	q->bad = false;
	tok_put_u32(q, TOK_MAGIC);
	tok_put_u32(q, TOK_OP_END);
	tok_put_u32(q, (uint32_t)pid);
	KC_TRY(r, tok_send(s->fd, q, err));
	KC_TRY(r, tok_server_await(s, err));
	KC_TRY(r, tok_recv(s->fd, q, err));
	if (tok_get_u32(q) != TOK_MAGIC || tok_get_u32(q) != 1)
		return KC_FAIL(err, KC_ECARD, 0,
		    "the card server knows no process %d", (int)pid);
	*ret_status = (int)tok_get_u32(q);
out:
	return r;
}
