/* SPDX-License-Identifier: Apache-2.0
 *
 * The fork server.  It is forked while the main process holds no secret,
 * closes every descriptor but its socket, enters the card sandbox, and then
 * only forks, kills and reaps.  When the main process is gone the kernel
 * kills it, and with it the card children.
 */
#include "tokens/server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/sandbox.h"
#include "tokens/child.h"
#include "tokens/places.h"
#include "tokens/proto.h"
#include "tokens/watch.h"

#define CHILDREN_MAX 64

/* --- inside the server process --- */

static kc_result
settle(pid_t parent, struct kc_err *err)
{
	kc_result r;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
		return KC_FAIL(err, KC_ESANDBOX, errno,
		    "cannot ask to die with the parent: %s", strerror(errno));
	if (getppid() != parent)
		_exit(0);
	/* No handler of the main process runs here. */
	for (int i = 1; i < NSIG; i++)
		if (!KC_SANITIZED || i != SIGSEGV)
			(void)signal(i, SIG_DFL);
	/* The terminal's signals are for the main process to decide. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGQUIT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGTSTP, SIG_IGN);
	r = kc_harden(err);
	if (kc_ok(r))
		r = kc_sandbox_enter(KC_SANDBOX_CARD, err);
	return r;
}

/* Modules must neither read the terminal nor write on the screen, and no
 * descriptor of the main process (a PIN's pipe) may stay open here. */
static kc_result
only_descriptor(int *fd, struct kc_err *err)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int kept = fcntl(*fd, F_DUPFD_CLOEXEC, 10);

	if (null < 0 || kept < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
	    (!KC_SANITIZED && dup2(null, 2) < 0) || dup2(kept, 3) != 3 ||
	    fcntl(3, F_SETFD, FD_CLOEXEC) != 0 ||
	    close_range(4, ~0u, 0) != 0)
		return KC_FAIL(err, KC_ESANDBOX, errno,
		    "cannot close foreign descriptors: %s", strerror(errno));
	*fd = 3;
	return KC_DONE;
}

static void
clean_env(void)
{
	(void)clearenv();
	(void)setenv("PATH", "/usr/bin:/bin", 1);
	(void)setenv("LANG", "C.UTF-8", 1);
	(void)setenv("TZ", "UTC", 1);
	(void)setenv("HOME", "/nonexistent", 1);
}

static void
become_watch(int server_fd, const int pair[2], const struct tok_msg *m,
    pid_t parent)
{
	struct kc_err err = { 0 };

	(void)close(server_fd);
	(void)close(pair[0]);
	clean_env();
	if (tok_msg_done(m) && kc_ok(settle(parent, &err)) &&
	    kc_ok(tok_places_confine(NULL, NULL, &err)))
		tok_watch_run(pair[1]);
	_exit(0);
}

static void
become_child(int server_fd, const int pair[2], struct tok_msg *m,
    pid_t parent)
{
	static struct tok_places places;
	struct tok_child_start start = { 0 };
	struct kc_err err = { 0 };
	size_t n;

	(void)close(server_fd);
	(void)close(pair[0]);
	start.fd = pair[1];
	tok_get_str(m, start.module, sizeof start.module);
	n = tok_get_u32(m);
	clean_env();
	for (size_t i = 0; i < n && i < TOK_ENV_MAX && !m->bad; i++) {
		char entry[1100];
		char *eq;

		tok_get_str(m, entry, sizeof entry);
		eq = strchr(entry, '=');
		if (m->bad || eq == NULL || !tok_env_allowed(entry))
			_exit(2);
		*eq = '\0';
		(void)setenv(entry, eq + 1, 1);
	}
	places.n_given = tok_get_u32(m);
	if (places.n_given > TOK_WRITE_MAX)
		_exit(2);
	for (size_t i = 0; i < places.n_given; i++)
		tok_get_str(m, places.given[i], TOK_WRITE_SIZE);
	start.ready = tok_msg_done(m) && kc_ok(settle(parent, &err)) &&
	    kc_ok(tok_places_confine(&places, start.module, &err)) &&
	    kc_ok(kc_secret_heap(&err));
	start.err = err;
	tok_child_run(&start);
	_exit(0);
}

static void
reply_spawn(int fd, struct tok_msg *m, pid_t pid, int pass, int why)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov;
	struct msghdr h = { 0 };
	struct cmsghdr *c;

	m->len = 0;
	m->bad = false;
	tok_put_u32(m, TOK_MAGIC);
	tok_put_u32(m, (uint32_t)why);
	tok_put_u32(m, (uint32_t)pid);
	iov = (struct iovec){ m->p, m->len };
	h.msg_iov = &iov;
	h.msg_iovlen = 1;
	if (pass >= 0) {
		h.msg_control = control.space;
		h.msg_controllen = sizeof control.space;
		c = CMSG_FIRSTHDR(&h);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof pass);
		memcpy(CMSG_DATA(c), &pass, sizeof pass);
	}
	if (sendmsg(fd, &h, MSG_NOSIGNAL) < 0)
		_exit(1);
}

static void
serve_spawn(int fd, struct tok_msg *m, uint32_t op, pid_t live[CHILDREN_MAX])
{
	int pair[2] = { -1, -1 };
	pid_t pid = -1, self = getpid();
	size_t at = 0;
	int why = EAGAIN;

	while (at < CHILDREN_MAX && live[at] != 0)
		at++;
	if (at < CHILDREN_MAX && socketpair(AF_UNIX,
	    SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0) {
		pid = fork();
		why = errno;
	}
	if (pid == 0 && op == TOK_OP_WATCH)
		become_watch(fd, pair, m, self);
	if (pid == 0)
		become_child(fd, pair, m, self);
	if (pid > 0)
		live[at] = pid;
	reply_spawn(fd, m, pid > 0 ? pid : 0, pid > 0 ? pair[0] : -1,
	    pid > 0 ? 0 : why);
	if (pair[0] >= 0) {
		(void)close(pair[0]);
		(void)close(pair[1]);
	}
}

/* Only our own live children are ever signalled: a process id from outside
 * is looked up, and stays a zombie of ours until it is asked for here. */
static void
serve_end(int fd, struct tok_msg *m, pid_t live[CHILDREN_MAX])
{
	pid_t pid = (pid_t)tok_get_u32(m);
	struct kc_err err = { 0 };
	int status = 0;
	uint32_t known = 0;

	for (size_t i = 0; pid > 0 && i < CHILDREN_MAX; i++)
		if (live[i] == pid) {
			(void)kill(pid, SIGKILL);
			while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
				;
			live[i] = 0;
			known = 1;
		}
	m->len = 0;
	m->bad = false;
	tok_put_u32(m, TOK_MAGIC);
	tok_put_u32(m, known);
	tok_put_u32(m, (uint32_t)status);
	if (!kc_ok(tok_send(fd, m, &err)))
		_exit(1);
}

static void
serve(int fd, struct tok_msg *m)
{
	pid_t live[CHILDREN_MAX] = { 0 };
	struct kc_err err = { 0 };

	while (kc_ok(tok_recv(fd, m, &err))) {
		uint32_t magic = tok_get_u32(m), op = tok_get_u32(m);

		if (magic != TOK_MAGIC)
			break;
		if (op == TOK_OP_SPAWN || op == TOK_OP_WATCH)
			serve_spawn(fd, m, op, live);
		else if (op == TOK_OP_END)
			serve_end(fd, m, live);
		else
			break;
	}
	for (size_t i = 0; i < CHILDREN_MAX; i++)
		if (live[i] != 0)
			(void)kill(live[i], SIGKILL);
	_exit(0);
}

static void
server_main(struct tok_server *s, int fd, pid_t parent)
{
	struct kc_err err = { 0 };
	struct tok_msg *m = &s->msg;
	bool ok = true;

	/* A locked heap is not locked in a child: each makes its own. */
	if (CRYPTO_secure_malloc_initialized() &&
	    CRYPTO_secure_malloc_done() != 1) {
		ok = false;
		(void)KC_FAIL(&err, KC_ESANDBOX, 0, "the card server must be "
		    "started before this process holds a secret");
	}
	ok = ok && kc_ok(only_descriptor(&fd, &err)) &&
	    kc_ok(settle(parent, &err));
	m->len = 0;
	m->bad = false;
	tok_put_u32(m, TOK_MAGIC);
	tok_put_u32(m, ok);
	tok_put_str(m, err.msg);
	if (!kc_ok(tok_send(fd, m, NULL)) || !ok)
		_exit(1);
	serve(fd, m);
}

/* --- inside the main process --- */

kc_result
tok_server_start(struct tok_server **ret, struct kc_err *err)
{
	struct tok_server *s = calloc(1, sizeof *s);
	int pair[2] = { -1, -1 };
	pid_t self = getpid();
	char why[sizeof err->msg];
	kc_result r;

	if (s == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for the server");
	s->fd = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0 ||
	    (s->pid = fork()) < 0) {
		r = KC_FAIL(err, KC_ESANDBOX, errno,
		    "cannot start the card server: %s", strerror(errno));
		goto out;
	}
	if (s->pid == 0)
		server_main(s, pair[1], self);
	s->fd = pair[0];
	pair[0] = -1;
	(void)close(pair[1]);
	pair[1] = -1;
	KC_TRY(r, tok_server_await(s, err));
	KC_TRY(r, tok_recv(s->fd, &s->msg, err));
	if (tok_get_u32(&s->msg) != TOK_MAGIC || tok_get_u32(&s->msg) != 1) {
		tok_get_str(&s->msg, why, sizeof why);
		r = KC_FAIL(err, KC_ESANDBOX, 0, "the card server: %s", why);
		goto out;
	}
	*ret = s;
	s = NULL;
out:
	for (size_t i = 0; i < 2; i++)
		if (pair[i] >= 0)
			(void)close(pair[i]);
	tok_server_stop(&s);
	return r;
}

void
tok_server_stop(struct tok_server **s)
{
	if (s == NULL || *s == NULL)
		return;
	if ((*s)->fd >= 0)
		(void)close((*s)->fd);
	if ((*s)->pid > 0) {
		(void)kill((*s)->pid, SIGKILL);
		while (waitpid((*s)->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	free(*s);
	*s = NULL;
}
