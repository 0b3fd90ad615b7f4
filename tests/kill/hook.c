/* SPDX-License-Identifier: Apache-2.0
 *
 * The kill test's ceremony: the product's objects, with the journal append
 * and the card messages wrapped by the linker.
 *
 * Every acknowledged entry is reported on descriptor 8 ("A <id> <n> <leaf>
 * <card requests so far> <step or ->"), every kill of our own just before it
 * ("K <point> <target> <entries>").
 * Orders come on descriptor 9, for the environment is replaced at start.
 * One line each, obeyed one after another:
 *
 *   <point> <k> <target>
 *   point   j  after the k-th journal entry was acknowledged
 *           s  after the k-th card request was sent
 *           a  after the k-th card answer arrived
 *   target  m  this process        c  the card child (the next one there is)
 *
 * Only the main process ever appends or spawns, so the fork server and its
 * children, which are this program too, never come to have orders.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/journal.h"
#include "tokens/proto.h"
#include "tokens/server.h"

#define REPORT_FD 8
#define ORDERS_FD 9
#define ORDERS_MAX 32

kc_result __real_aud_append(struct aud_journal *, const char *, const char *,
    const struct aud_fact *, size_t, uint64_t *, struct kc_err *);
kc_result __wrap_aud_append(struct aud_journal *, const char *, const char *,
    const struct aud_fact *, size_t, uint64_t *, struct kc_err *);
kc_result __real_tok_spawn(struct tok_server *, const struct tok_module *,
    int *, pid_t *, struct kc_err *);
kc_result __wrap_tok_spawn(struct tok_server *, const struct tok_module *,
    int *, pid_t *, struct kc_err *);
kc_result __real_tok_end(struct tok_server *, pid_t, int *, struct kc_err *);
kc_result __wrap_tok_end(struct tok_server *, pid_t, int *, struct kc_err *);
kc_result __real_tok_send(int, const struct tok_msg *, struct kc_err *);
kc_result __wrap_tok_send(int, const struct tok_msg *, struct kc_err *);
kc_result __real_tok_recv(int, struct tok_msg *, struct kc_err *);
kc_result __wrap_tok_recv(int, struct tok_msg *, struct kc_err *);

struct order {
	char point, target;
	unsigned long k;
};

static struct order orders[ORDERS_MAX];
static size_t n_orders, next_order;
static unsigned long seen[3];		/* j, s, a since the last order */
static unsigned long entries, requests;
static int card_fd = -1;
static pid_t card_pid;
static bool main_process, child_is_due;
static char due_point;

static void
report(const char *line)
{
	size_t len = strlen(line);

	/* Without somebody who listens this is no test. */
	if (write(REPORT_FD, line, len) != (ssize_t)len)
		abort();
}

static void
read_orders(void)
{
	char text[1024];
	ssize_t n;

	if (main_process)
		return;
	main_process = true;
	n = read(ORDERS_FD, text, sizeof text - 1);
	if (n < 0)
		abort();
	text[n] = '\0';
	for (char *at = text; *at != '\0' && n_orders < ORDERS_MAX;) {
		struct order *o = &orders[n_orders++];
		int used = 0;

		if (sscanf(at, " %c %lu %c \n%n", &o->point, &o->k,
		    &o->target, &used) != 3 || used == 0)
			abort();
		at += used;
	}
}

static void
do_kill(pid_t pid, char point, char target)
{
	char line[80];

	(void)snprintf(line, sizeof line, "K %c %c %lu\n", point, target,
	    entries);
	report(line);
	(void)kill(pid, SIGKILL);
}

static void
kill_due_child(void)
{
	if (!child_is_due || card_pid <= 0)
		return;
	child_is_due = false;
	do_kill(card_pid, due_point, 'c');
}

static void
count(char point)
{
	size_t i = point == 'j' ? 0 : point == 's' ? 1 : 2;
	const struct order *o = &orders[next_order];

	if (next_order == n_orders)
		return;
	seen[i]++;
	if (o->point != point || seen[i] < o->k)
		return;
	next_order++;
	memset(seen, 0, sizeof seen);
	if (o->target == 'm') {
		do_kill(getpid(), point, 'm');
		return;
	}
	child_is_due = true;
	due_point = point;
	kill_due_child();
}

kc_result
__wrap_aud_append(struct aud_journal *j, const char *kind, const char *step,
    const struct aud_fact *facts, size_t n, uint64_t *ret_n,
    struct kc_err *err)
{
	uint8_t leaf[KC_SHA256];
	char hex[KC_HEX], line[320];
	kc_result r;

	read_orders();
	r = __real_aud_append(j, kind, step, facts, n, ret_n, err);
	if (!kc_ok(r))
		return r;
	aud_head(j, leaf);
	kc_hex(leaf, sizeof leaf, hex);
	(void)snprintf(line, sizeof line, "A %s %llu %s %lu %s\n",
	    aud_get_id(j), (unsigned long long)aud_count(j) - 1, hex,
	    requests, step[0] != '\0' ? step : "-");
	report(line);
	entries = (unsigned long)aud_count(j);
	count('j');
	return r;
}

kc_result
__wrap_tok_spawn(struct tok_server *s, const struct tok_module *m,
    int *ret_fd, pid_t *ret_pid, struct kc_err *err)
{
	kc_result r;

	read_orders();
	r = __real_tok_spawn(s, m, ret_fd, ret_pid, err);
	if (kc_ok(r)) {
		card_fd = *ret_fd;
		card_pid = *ret_pid;
		kill_due_child();
	}
	return r;
}

kc_result
__wrap_tok_end(struct tok_server *s, pid_t pid, int *status,
    struct kc_err *err)
{
	if (pid == card_pid) {
		card_pid = 0;
		card_fd = -1;
	}
	return __real_tok_end(s, pid, status, err);
}

kc_result
__wrap_tok_send(int fd, const struct tok_msg *m, struct kc_err *err)
{
	kc_result r = __real_tok_send(fd, m, err);

	if (main_process && fd == card_fd && kc_ok(r)) {
		requests++;
		count('s');
	}
	return r;
}

kc_result
__wrap_tok_recv(int fd, struct tok_msg *m, struct kc_err *err)
{
	kc_result r = __real_tok_recv(fd, m, err);

	if (main_process && fd == card_fd && kc_ok(r))
		count('a');
	return r;
}
