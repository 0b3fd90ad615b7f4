/* SPDX-License-Identifier: Apache-2.0
 *
 * The readers' child against a PC/SC of straw: this program's own SCard
 * functions, which play a list of worlds, one after another.
 */
#include "tokens/watch.h"

#include <sys/socket.h>
#include <unistd.h>

#include <winscard.h>

#include "tests/check.h"
#include "tests/tokens/events.h"

#define A "Straw A 00 00"
#define B "Straw B 00 00"
#define P SCARD_STATE_PRESENT
#define E SCARD_STATE_EMPTY
#define COUNT(n) ((DWORD)(n) << 16)

/* struct world: what PC/SC answers until nothing in it is new any more. */
struct world {
	LONG establish, list, status;	/* 0: success */
	const char *names;		/* each ends in a NUL */
	DWORD state[2];			/* of the first and second reader */
	uint8_t atr;			/* one byte, of whoever is present */
};

static const struct world *world, *world_end;
static bool over;

/* What follows from the last answer is still reported. */
static void
next_world(void)
{
	if (over)
		_exit(0);
	if (world + 1 == world_end)
		over = true;
	else
		world++;
}

LONG
SCardEstablishContext(DWORD scope, LPCVOID one, LPCVOID two,
    LPSCARDCONTEXT ret)
{
	LONG rc = world->establish;

	(void)one;
	(void)two;
	assert_int_equal(scope, SCARD_SCOPE_SYSTEM);
	*ret = 1;
	if (rc != SCARD_S_SUCCESS)
		next_world();
	return rc;
}

LONG
SCardReleaseContext(SCARDCONTEXT ctx)
{
	return ctx == 1 ? SCARD_S_SUCCESS : SCARD_E_INVALID_HANDLE;
}

/* Names "A\0B\0": the literal's own NUL ends the list. */
LONG
SCardListReaders(SCARDCONTEXT ctx, LPCSTR groups, LPSTR names, LPDWORD len)
{
	LONG rc = world->list;
	DWORD n = 0;

	(void)ctx;
	(void)groups;
	if (rc != SCARD_S_SUCCESS) {
		next_world();
		return rc;
	}
	if (world->names == NULL)
		return SCARD_E_NO_READERS_AVAILABLE;
	while (world->names[n] != '\0')
		n += (DWORD)strlen(world->names + n) + 1;
	memcpy(names, world->names, ++n);
	*len = n;
	return SCARD_S_SUCCESS;
}

LONG
SCardGetStatusChange(SCARDCONTEXT ctx, DWORD timeout,
    SCARD_READERSTATE *states, DWORD n)
{
	LONG rc = world->status;
	bool news = false;

	(void)ctx;
	(void)timeout;
	if (rc != SCARD_S_SUCCESS) {
		next_world();
		return rc;
	}
	/* the last asks for readers that are plugged in */
	for (DWORD i = 0; i + 1 < n; i++) {
		states[i].dwEventState = world->state[i];
		if (states[i].dwCurrentState == world->state[i])
			continue;
		news = true;
		states[i].dwEventState |= SCARD_STATE_CHANGED;
		if ((world->state[i] & P) != 0) {
			states[i].cbAtr = 1;
			states[i].rgbAtr[0] = world->atr;
		}
	}
	if (news)
		return SCARD_S_SUCCESS;
	next_world();
	return SCARD_E_TIMEOUT;
}

/* Play the worlds to a child; what it reported, "; " between. */
static char told[4096];

static void
play(const struct world *worlds, size_t n)
{
	static struct tok_msg m;
	struct tok_reader_event e;
	char line[EVENT_LINE];
	int pair[2], status;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    pair), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(pair[0]);
		world = worlds;
		world_end = worlds + n;
		tok_watch_run(pair[1]);
		_exit(1);	/* only when nobody listens */
	}
	(void)close(pair[1]);
	told[0] = '\0';
	while (kc_ok(tok_recv(pair[0], &m, NULL))) {
		size_t at = strlen(told);

		tok_get_event(&m, &e);
		assert_false(m.bad);
		event_line(&e, line);
		(void)snprintf(told + at, sizeof told - at, "%s%s",
		    at > 0 ? "; " : "", line);
	}
	(void)close(pair[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}
#define PLAY(...) play((const struct world[]){ __VA_ARGS__ }, \
	sizeof (const struct world[]){ __VA_ARGS__ } / sizeof(struct world))

static void
what_is_there_is_told_first(void **state)
{
	(void)state;
	PLAY({ .names = A "\0" B "\0", .state = { P | COUNT(3), E },
	    .atr = 0x3B });
	assert_string_equal(told, "service in; reader in " A "; reader in " B
	    "; card in " A " 3b 3; card out " B " 0; listed");
	PLAY({ .names = NULL });
	assert_string_equal(told, "service in; listed");
}

static void
a_card_that_comes_and_goes_is_told(void **state)
{
	(void)state;
	PLAY({ .names = A "\0", .state = { E } },
	    { .names = A "\0", .state = { P | COUNT(1) }, .atr = 0x3F },
	    { .names = A "\0", .state = { E | COUNT(2) } });
	assert_string_equal(told, "service in; reader in " A "; card out " A
	    " 0; listed; card in " A " 3f 1; card out " A " 2");
}

static void
a_card_that_was_changed_quickly_is_told_by_its_count(void **state)
{
	(void)state;
	PLAY({ .names = A "\0", .state = { P | COUNT(1) }, .atr = 0x3B },
	    { .names = A "\0", .state = { P | COUNT(3) }, .atr = 0x3B });
	assert_string_equal(told, "service in; reader in " A "; card in " A
	    " 3b 1; listed; card in " A " 3b 3");
}

static void
that_somebody_uses_a_card_is_not_told(void **state)
{
	(void)state;
	PLAY({ .names = A "\0", .state = { P | COUNT(1) }, .atr = 0x3B },
	    { .names = A "\0", .state = { P | SCARD_STATE_INUSE | COUNT(1) },
	    .atr = 0x3B },
	    { .names = A "\0", .state = { P | COUNT(1) }, .atr = 0x3B });
	assert_string_equal(told, "service in; reader in " A "; card in " A
	    " 3b 1; listed");
}

static void
a_card_that_does_not_answer_is_mute(void **state)
{
	(void)state;
	PLAY({ .names = A "\0", .state = { P | SCARD_STATE_MUTE | COUNT(1) },
	    .atr = 0x3B });
	assert_string_equal(told, "service in; reader in " A "; card mute " A
	    " 3b 1; listed");
}

static void
readers_come_and_go_with_their_cards(void **state)
{
	(void)state;
	PLAY({ .names = A "\0", .state = { P }, .atr = 0x3B },
	    { .names = A "\0" B "\0", .state = { P, E }, .atr = 0x3B },
	    { .names = B "\0", .state = { E } });
	assert_string_equal(told, "service in; reader in " A "; card in " A
	    " 3b 0; listed; reader in " B "; card out " B " 0; reader out "
	    A);
}

/* pcscd lists it and says in the same breath that it knows it not. */
static void
a_reader_that_is_just_being_lost_is_not_told_as_empty(void **state)
{
	(void)state;
	PLAY({ .names = A "\0", .state = { P }, .atr = 0x3B },
	    { .names = A "\0", .status = SCARD_E_UNKNOWN_READER },
	    { .names = NULL });
	assert_string_equal(told, "service in; reader in " A "; card in " A
	    " 3b 0; listed; reader out " A);
}

static void
without_a_service_that_is_told_once_until_there_is_one(void **state)
{
	(void)state;
	PLAY({ .establish = SCARD_E_NO_SERVICE },
	    { .establish = SCARD_E_NO_SERVICE },
	    { .names = NULL });
	assert_string_equal(told, "service out: Service not available.; "
	    "service in; listed");
}

static void
a_service_that_ends_takes_its_readers_with_it(void **state)
{
	static const LONG ways[] = { SCARD_E_NO_SERVICE,
		SCARD_E_SERVICE_STOPPED, SCARD_F_COMM_ERROR,
		SCARD_E_INVALID_HANDLE };

	(void)state;
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		char want[1024];

		(void)snprintf(want, sizeof want, "service in; reader in " A
		    "; card in " A " 3b 0; listed; reader out " A
		    "; service out: %s; service in; reader in " A
		    "; card out " A " 0; listed",
		    pcsc_stringify_error(ways[i]));
		PLAY({ .names = A "\0", .state = { P }, .atr = 0x3B },
		    { .names = A "\0", .status = ways[i] },
		    { .names = A "\0", .state = { E } });
		assert_string_equal(told, want);
		PLAY({ .names = A "\0", .state = { P }, .atr = 0x3B },
		    { .list = ways[i] },
		    { .names = A "\0", .state = { E } });
		assert_string_equal(told, want);
	}
}

static void
a_name_cannot_move_the_cursor(void **state)
{
	(void)state;
	PLAY({ .names = "Evil\x1b[2J\xff\0", .state = { E } });
	assert_string_equal(told, "service in; reader in Evil\\u{1b}[2J\\xff; "
	    "card out Evil\\u{1b}[2J\\xff 0; listed");
}

/* Every message cut at every length, and each of its values too large. */
static void
what_is_no_event_is_refused(void **state)
{
	static struct tok_msg good, m;
	struct tok_reader_event e = { .kind = TOK_CARD, .present = true,
		.reader = A, .atr = { 0x3B }, .atr_len = 1, .count = 7 };
	static const uint8_t too_large[4][2] = { { 0, 0 }, { 4, 4 },
		{ 8, 4 }, { 14, 1 } };

	(void)state;
	tok_put_event(&good, &e);
	m = good;
	memset(&e, 0, sizeof e);
	tok_get_event(&m, &e);
	assert_false(m.bad);
	assert_int_equal(e.kind, TOK_CARD);
	assert_int_equal(e.count, 7);
	assert_string_equal(e.reader, A);
	for (size_t n = 0; n < good.len; n++) {
		m = good;
		m.len = n;
		tok_get_event(&m, &e);
		assert_true(m.bad);
	}
	m = good;
	m.len++;
	tok_get_event(&m, &e);
	assert_true(m.bad);
	for (size_t i = 0; i < 4; i++) {
		m = good;
		m.p[too_large[i][0]] = too_large[i][1];
		tok_get_event(&m, &e);
		assert_true(m.bad);
	}
}

/* Through the fork server: the child is this program, so the worlds are
 * played there too. */
static void
the_watch_ends_when_its_child_does(void **state)
{
	static const struct world only = { .names = A "\0", .state = { E } };
	struct tok_server *server = NULL;
	struct tok_watch *w = NULL;
	struct tok_reader_event e;
	struct kc_err err = { 0 };
	bool have = true;

	(void)state;
	world = &only;
	world_end = &only + 1;
	t_ok(tok_server_start(&server, &err), &err);
	t_ok(tok_watch_start(server, &w, &err), &err);
	assert_true(tok_watch_fd(w) >= 0);
	for (size_t i = 0; i < 4; i++) {
		t_ok(tok_watch_next(w, -1, &e, &have, &err), &err);
		assert_true(have);
	}
	assert_int_equal(e.kind, TOK_LISTED);
	for (size_t i = 0; i < 2; i++)
		t_fails(tok_watch_next(w, -1, &e, &have, &err), &err,
		    KC_ECARD, "readers are no longer watched");
	tok_watch_stop(&w);
	tok_watch_stop(&w);
	tok_server_stop(&server);
}

static void
nothing_to_tell_is_no_failure(void **state)
{
	/* the second try comes half a second later */
	static const struct world two[] = {
		{ .establish = SCARD_E_NO_SERVICE }, { .names = NULL }
	};
	struct tok_server *server = NULL;
	struct tok_watch *w = NULL;
	struct tok_reader_event e = { .kind = TOK_LISTED };
	struct kc_err err = { 0 };
	bool have = false;

	(void)state;
	world = two;
	world_end = two + 2;
	t_ok(tok_server_start(&server, &err), &err);
	t_ok(tok_watch_start(server, &w, &err), &err);
	t_ok(tok_watch_next(w, -1, &e, &have, &err), &err);
	assert_true(have);
	assert_int_equal(e.kind, TOK_SERVICE);
	assert_false(e.present);
	t_ok(tok_watch_next(w, 10, &e, &have, &err), &err);
	assert_false(have);
	t_ok(tok_watch_next(w, 0, &e, &have, &err), &err);
	assert_false(have);
	assert_int_equal(e.kind, TOK_SERVICE);
	tok_watch_stop(&w);
	tok_server_stop(&server);
	t_fails(tok_watch_start(NULL, &w, &err), &err, KC_EBUG,
	    "no card server");
	assert_null(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there_is_told_first),
		cmocka_unit_test(a_card_that_comes_and_goes_is_told),
		cmocka_unit_test(
		    a_card_that_was_changed_quickly_is_told_by_its_count),
		cmocka_unit_test(that_somebody_uses_a_card_is_not_told),
		cmocka_unit_test(a_card_that_does_not_answer_is_mute),
		cmocka_unit_test(readers_come_and_go_with_their_cards),
		cmocka_unit_test(
		    a_reader_that_is_just_being_lost_is_not_told_as_empty),
		cmocka_unit_test(
		    without_a_service_that_is_told_once_until_there_is_one),
		cmocka_unit_test(a_service_that_ends_takes_its_readers_with_it),
		cmocka_unit_test(a_name_cannot_move_the_cursor),
		cmocka_unit_test(what_is_no_event_is_refused),
		cmocka_unit_test(the_watch_ends_when_its_child_does),
		cmocka_unit_test(nothing_to_tell_is_no_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
