/* SPDX-License-Identifier: Apache-2.0
 *
 * Processes: a module that hangs or crashes, a main process that dies, a
 * sandbox that stays shut, a PIN that does not stay.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/clock.h"
#include "base/sandbox.h"
#include "tests/check.h"
#include "tokens/card.h"

static struct tok_server *server;
static char dir[64], path[128];
static struct tok_module odd = { .path = path };
static struct kc_err err;

static void
must(kc_result r)
{
	if (!kc_ok(r))
		fail_msg("%s: %s", kc_symbol(r.code), err.msg);
}

static void
open_odd(const struct tok_wait *wait, struct tok_card **c)
{
	static const struct tok_uri any;

	must(tok_open(server, &odd, &any, wait, c, &err));
}

/* "482615" is never in this program's text: only its complement is. */
static void
secret_pin(struct kc_secret *s)
{
	static const uint8_t inverse[6] = { 0xcb, 0xc7, 0xcd, 0xc9, 0xce,
		0xca };

	must(kc_secret_new(s, 16, &err));
	for (size_t i = 0; i < sizeof inverse; i++)
		s->p[i] = (uint8_t)~inverse[i];
	s->len = sizeof inverse;
}

static void
a_hanging_module_is_killed_within_its_budget(void **state)
{
	struct tok_card *c = NULL;
	struct kc_secret pin = { 0 };
	struct tok_info info = { .rsa_max = 7 };
	int64_t before;
	int pid;

	(void)state;
	open_odd(NULL, &c);
	must(tok_info(c, &info, &err));
	assert_int_equal(info.rsa_max, 0);	/* it makes no keys */
	tok_limit(c, 300);
	pid = tok_pid(c);
	secret_pin(&pin);
	before = kc_clock_boot_ms();
	assert_int_equal(tok_login(c, &pin, &err).code, KC_EHANG);
	assert_non_null(strstr(err.msg, "within 300 ms"));
	assert_true(kc_clock_boot_ms() - before >= 300);
	assert_int_equal(kill(pid, 0), -1);
	kc_secret_free(&pin);
	tok_close(&c);
}

static bool
twice(void *ctx, int64_t elapsed_ms)
{
	int *n = ctx;

	(void)elapsed_ms;
	return ++*n < 2;
}

static void
a_wait_that_says_no_kills_the_child(void **state)
{
	struct tok_card *c = NULL;
	struct kc_secret pin = { 0 };
	int n = 0, pid;
	struct tok_wait wait = { twice, &n };

	(void)state;
	open_odd(&wait, &c);
	n = 0;
	pid = tok_pid(c);
	secret_pin(&pin);
	assert_int_equal(tok_login(c, &pin, &err).code, KC_ECANCEL);
	assert_int_equal(n, 2);
	assert_non_null(strstr(err.msg, "stopped on request"));
	assert_int_equal(kill(pid, 0), -1);
	kc_secret_free(&pin);
	tok_close(&c);
}

static void
a_crashing_module_is_named_with_its_signal(void **state)
{
	static struct tok_key keys[TOK_KEYS_MAX];
	struct tok_card *c = NULL;
	size_t n = 77;

	(void)state;
	open_odd(NULL, &c);
	assert_int_equal(tok_keys(c, keys, TOK_KEYS_MAX, &n, &err).code,
	    KC_ECARD);
	assert_non_null(strstr(err.msg, "died (signal 6"));
	assert_int_equal(n, 77);
	tok_close(&c);
	/* The server is unharmed. */
	open_odd(NULL, &c);
	tok_close(&c);
}

static void
with_one_try_left_the_pin_is_not_sent(void **state)
{
	struct tok_module last = odd;
	static const struct tok_uri any;
	struct kc_secret pin = { 0 };
	struct tok_card *c = NULL;

	(void)state;
	last.env[0] = "OPENSC_CONF=x";
	last.n_env = 1;
	must(tok_open(server, &last, &any, NULL, &c, &err));
	secret_pin(&pin);
	/* Sent, it would hang: C_Login of this module never answers. */
	assert_int_equal(tok_login(c, &pin, &err).code, KC_EPINLAST);
	assert_non_null(strstr(err.msg, "card odd: one PIN try is left"));
	assert_string_equal(err.certain,
	    "the card's try counter is unchanged");
	kc_secret_free(&pin);
	tok_close(&c);
}

/* How often the PIN is in this process's writable memory. */
static int
count_in_memory(const struct kc_secret *pin)
{
	static char line[512];
	static uint8_t page[1 << 16];
	FILE *maps = fopen("/proc/self/maps", "re");
	int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC), hits = 0;

	assert_non_null(maps);
	assert_true(mem >= 0);
	while (fgets(line, sizeof line, maps) != NULL) {
		unsigned long from = strtoul(line, NULL, 16);
		unsigned long to = strtoul(strchr(line, '-') + 1, NULL, 16);

		if (strstr(line, " rw-p ") == NULL)
			continue;
		for (; from < to; from += sizeof page - 16) {
			ssize_t n;
			const uint8_t *p = page;

			if (from <= (uintptr_t)page + sizeof page &&
			    from + sizeof page >= (uintptr_t)page)
				continue;
			n = pread(mem, page, sizeof page, (off_t)from);
			while (n > 0 && (p = memmem(p, (size_t)(page + n - p),
			    pin->p, pin->len)) != NULL) {
				hits++;
				p++;
			}
		}
	}
	OPENSSL_cleanse(page, sizeof page);
	(void)fclose(maps);
	(void)close(mem);
	return hits;
}

static void
the_pin_is_in_this_process_only_where_the_caller_has_it(void **state)
{
	struct tok_card *c = NULL;
	struct kc_secret pin = { 0 };

	(void)state;
	if (KC_SANITIZED)
		skip();
	open_odd(NULL, &c);
	tok_limit(c, 200);
	secret_pin(&pin);
	assert_int_equal(tok_login(c, &pin, &err).code, KC_EHANG);
	/* The one copy: the caller's own; so the search is known to work. */
	assert_int_equal(count_in_memory(&pin), 1);
	kc_secret_free(&pin);
	tok_close(&c);
}

/* In a process of its own: as main does it, then shut. */
static int
shut_process(void)
{
	static const struct tok_uri any;
	struct tok_server *own = NULL;
	struct tok_card *c = NULL;

	if (!kc_ok(tok_server_start(&own, &err)) ||
	    !kc_ok(kc_sandbox_enter(KC_SANDBOX_MAIN, &err)))
		return 2;
	if (socket(AF_UNIX, SOCK_STREAM, 0) != -1 || errno != EAFNOSUPPORT)
		return 3;
	if (socket(AF_INET, SOCK_STREAM, 0) != -1 || errno != EAFNOSUPPORT)
		return 4;
	if (!kc_ok(tok_open(own, &odd, &any, NULL, &c, &err)))
		return 5;
	tok_close(&c);
	tok_server_stop(&own);
	return 0;
}

static void
the_main_process_opens_no_socket_and_cards_still_work(void **state)
{
	pid_t pid = fork();
	int status = -1;

	(void)state;
	if (pid == 0)
		_exit(shut_process());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* struct orphan: told once the card process is inside the module. */
struct orphan {
	int to;
	struct tok_card *card;
	bool told;
};

static bool
tell(void *ctx, int64_t elapsed_ms)
{
	struct orphan *o = ctx;
	int pid = o->card != NULL ? tok_pid(o->card) : 0;

	if (pid == 0 || o->told || elapsed_ms < 200)
		return true;
	o->told = true;
	return write(o->to, &pid, sizeof pid) == sizeof pid;
}

static void
leave_orphans(int to)
{
	static const struct tok_uri any;
	struct orphan o = { .to = to };
	struct tok_wait wait = { tell, &o };
	struct tok_server *own = NULL;
	struct kc_secret pin = { 0 };

	if (!kc_ok(tok_server_start(&own, &err)) ||
	    !kc_ok(tok_open(own, &odd, &any, &wait, &o.card, &err)))
		_exit(1);
	secret_pin(&pin);
	(void)tok_login(o.card, &pin, &err).code;
	_exit(1);
}

static void
when_the_main_process_is_killed_its_card_processes_die(void **state)
{
	int ends[2], pid = 0, status = 0;
	pid_t owner;

	(void)state;
	/* Orphans come to us, so that their end can be waited for. */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	owner = fork();
	if (owner == 0)
		leave_orphans(ends[1]);
	(void)close(ends[1]);
	assert_int_equal(read(ends[0], &pid, sizeof pid), sizeof pid);
	assert_true(pid > 0);
	assert_int_equal(kill(owner, SIGKILL), 0);
	assert_int_equal(waitpid(owner, NULL, 0), owner);
	assert_int_equal(alarm(20), 0);		/* fails the test by dying */
	while (waitpid(pid, &status, 0) != pid)
		assert_true(errno == EINTR || errno == ECHILD);
	(void)alarm(0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	(void)close(ends[0]);
}

static int
set_up(void **state)
{
	const char *cc = getenv("CC");
	const char *const build[] = { cc != NULL ? cc : "cc", "-shared",
		"-fPIC", "-I/usr/include/p11-kit-1", "-o", path,
		"tests/tokens/data/odd_module.c", NULL };

	(void)state;
	(void)snprintf(dir, sizeof dir, "%s/process-test-XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	if (mkdtemp(dir) == NULL)
		return -1;
	(void)snprintf(path, sizeof path, "%s/odd.so", dir);
	if (t_run(build) != 0)
		return -1;
	if (!kc_ok(tok_server_start(&server, &err)) ||
	    !kc_ok(kc_secret_heap(&err)))
		return -1;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	tok_server_stop(&server);
	return t_remove(dir);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hanging_module_is_killed_within_its_budget),
		cmocka_unit_test(a_wait_that_says_no_kills_the_child),
		cmocka_unit_test(a_crashing_module_is_named_with_its_signal),
		cmocka_unit_test(with_one_try_left_the_pin_is_not_sent),
		cmocka_unit_test(
		    the_pin_is_in_this_process_only_where_the_caller_has_it),
		cmocka_unit_test(
		    the_main_process_opens_no_socket_and_cards_still_work),
		cmocka_unit_test(
		    when_the_main_process_is_killed_its_card_processes_die),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
