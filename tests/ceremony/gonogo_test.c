/* SPDX-License-Identifier: Apache-2.0
 *
 * Each check of the go/no-go list made to fail, what production and a
 * rehearsal make of it, when the list is run, and what is plugged in
 * meanwhile.
 */
#include "ceremony/gonogo.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "ceremony/action.h"
#include "tests/ceremony/room.h"

#define SCRIPT								\
	SCRIPT_HEAD							\
	"  - id: only\n    title: Only act\n    steps:\n"		\
	STEP_OF("station", "environment", "administrator")		\
	STEP_OF("make", "card.initialise", "holder")			\
	STEP_OF("end", "close", "administrator")
#define SITE SMALL_SITE							\
	"usb:\n  - {id: \"08e6:3437\"}\n"

static char sys[300], swaps[320];

struct people {
	const char *clock;
	int asked;
};

static void
nothing(void *ctx, const struct cer_view *v)
{
	(void)ctx;
	(void)v;
}

static kc_result
says(void *ctx, const struct cer_view *v, const struct cer_prompt *p,
    struct cer_answer *ret, struct kc_err *err)
{
	struct people *who = ctx;

	(void)v;
	(void)err;
	assert_string_equal(p->key, "clock");
	who->asked++;
	(void)snprintf(ret->text, sizeof ret->text, "%s", who->clock);
	return KC_DONE;
}

static void
lay(const char *path)
{
	char whole[600];

	(void)snprintf(whole, sizeof whole, "%s/%s", sys, path);
	for (char *p = whole + 1; *p != '\0'; p++)
		if (*p == '/') {
			*p = '\0';
			(void)mkdir(whole, 0700);
			*p = '/';
		}
	(void)mkdir(whole, 0700);
}

static void
put(const char *path, const char *text)
{
	struct kc_err err = { 0 };
	char whole[600];

	(void)snprintf(whole, sizeof whole, "%s/%s", sys, path);
	t_ok(kc_file_write_new(whole, text, strlen(text), 0600, &err), &err);
}

/* A station on which what the test can lay out holds. */
static struct cer_room *
room_with(struct people *who)
{
	static unsigned n;
	struct cer_room *room = room_of(SCRIPT, SITE);

	(void)snprintf(sys, sizeof sys, "%s/sys%u", dir, n++);
	lay("class/net/lo");
	lay("bus/usb/devices/usb1");
	lay("class/power_supply");
	put("swaps", "Filename Type Size Used Priority\n");
	(void)snprintf(swaps, sizeof swaps, "%s/swaps", sys);
	room->sys = sys;
	room->swaps = swaps;
	room->dir = strdup(dir);
	room->rehearsal = true;
	room->ui = (struct cer_ui){ .ctx = who, .show = nothing,
		.ask = says };
	room->clock_agreed = true;
	room->clock_ms = kc_clock_utc_ms() - kc_clock_boot_ms();
	for (size_t i = 0; i < room->site.n_cards; i++)
		room->site.card[i].store = "";
	kc_hex(room->software, KC_SHA256, room->st.software);
	return room;
}

/* Does this check hold, and does it say text? */
static bool
holds(struct cer_room *room, const char *name, const char *text)
{
	char found[CER_FOUND] = "";
	size_t i = cer_check_find(name);
	bool yes;

	assert_in_range(i, 0, CER_CHECKS - 1);
	yes = cer_checks[i].holds(room, found, sizeof found);
	if (strstr(found, text) == NULL)
		fail_msg("%s found '%s', not '%s'", name, found, text);
	return yes;
}

static void
each_check_of_the_station_can_fail(void **state)
{
	struct people who = { "yes", 0 };
	struct cer_room *room = room_with(&who);

	(void)state;
	assert_true(holds(room, "network", "only lo"));
	lay("class/net/wlan0");
	assert_false(holds(room, "network", "interface wlan0"));
	assert_true(holds(room, "radio", "no radio"));
	lay("class/rfkill/rfkill0");
	assert_false(holds(room, "radio", "radio rfkill0"));
	assert_true(holds(room, "usb", "0 device(s)"));
	lay("bus/usb/devices/1-1");
	put("bus/usb/devices/1-1/idVendor", "dead\n");
	put("bus/usb/devices/1-1/idProduct", "beef\n");
	assert_false(holds(room, "usb", "dead:beef at 1-1 is not in"));
	assert_true(holds(room, "power", "no battery"));
	lay("class/power_supply/BAT1");
	put("class/power_supply/BAT1/type", "Battery\n");
	assert_false(holds(room, "power", "not on the mains"));
	assert_true(holds(room, "swap", "no swap"));
	assert_int_equal(unlink(swaps), 0);
	assert_false(holds(room, "swap", "swap is active or"));
	put("swaps", "Filename Type\n/dev/sda2 partition\n");
	assert_false(holds(room, "swap", "swap is active or"));
	assert_true(holds(room, "space", "MiB free"));
	free(room->dir);
	room->dir = strdup("/nowhere");
	assert_false(holds(room, "space", "free space unknown"));
	done(room);
}

/* This test's own process is not hardened and has no filter. */
static void
each_check_of_the_process_can_fail(void **state)
{
	struct people who = { "yes", 0 };
	struct cer_room *room = room_with(&who);

	(void)state;
	assert_false(holds(room, "process", "core files"));
	assert_false(holds(room, "secure-heap", "secure heap missing"));
	assert_false(holds(room, "filter", "system call filter missing"));
	assert_true(holds(room, "software", "as in entry 0"));
	room->st.software[0] ^= 1;
	assert_false(holds(room, "software", "entry 0 says another"));
	assert_true(holds(room, "clock", "two people agreed"));
	room->clock_ms -= 61500;
	assert_false(holds(room, "clock", "it was set by 61 s since"));
	room->clock_agreed = false;
	assert_false(holds(room, "clock", "no two people have agreed"));
	assert_false(holds(room, "modules", "soft"));
	assert_true(holds(room, "tokens", "cards only"));
	room->site.card[0].store = "x";
	assert_false(holds(room, "tokens", "software tokens"));
	done(room);
}

static void
a_card_at_its_last_try_is_a_no_go(void **state)
{
	static const char *const bad[] = { "pin.last.after",
		"pin.locked.after", "so.last.after", "so.locked.after" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct people who = { "yes", 0 };
		struct cer_room *room = room_with(&who);

		assert_true(holds(room, "tries", "0 card(s)"));
		ROW(room, "card.failed", NULL, AUD_S("card", "card-1"),
		    AUD_S("command", "login"), AUD_B(bad[i ^ 1], false),
		    AUD_B(bad[i], true));
		assert_false(holds(room, "tries", "the card card-1 is locked "
		    "or has one try left"));
		ROW(room, "card.done", NULL, AUD_S("card", "card-1"),
		    AUD_S("command", "login"), AUD_B("pin.last.after", false),
		    AUD_B("pin.locked.after", false));
		/* A right PIN says nothing of the SO PIN. */
		assert_int_equal(holds(room, "tries", "card"), i < 2);
		done(room);
	}
}

static void
production_stops_and_a_rehearsal_says_so_once(void **state)
{
	struct people who = { "yes", 0 };
	struct cer_room *room = room_with(&who);
	int64_t exceptions;
	struct kc_err err = { 0 };
	size_t bad = 0;

	(void)state;
	t_ok(cer_go(room, &room->inst[0], "start", &bad, &err), &err);
	assert_int_equal(bad, 4);	/* the process, and no module list */
	exceptions = room->st.exceptions;
	assert_int_equal(exceptions, 4);
	t_ok(cer_go(room, &room->inst[1], "before the step", &bad, &err),
	    &err);
	assert_int_equal(room->st.exceptions, exceptions);
	lay("class/net/eth7");
	t_ok(cer_go(room, &room->inst[1], "before the step", &bad, &err),
	    &err);
	assert_int_equal(bad, 5);
	assert_int_equal(room->st.exceptions, exceptions + 1);
	room->rehearsal = false;
	t_fails(cer_go(room, &room->inst[1], "resumption", &bad, &err), &err,
	    KC_EREFUSED, "NO-GO: 5 of 14 checks do not hold: network, "
	    "process, secure-heap, filter, modules");
	done(room);
}

static void
an_unknown_check_is_a_no_go(void **state)
{
	struct people who = { "yes", 0 };
	struct cer_room *room = room_with(&who);
	struct kc_err err = { 0 };
	size_t bad = 0;

	(void)state;
	ROW(room, "check", &room->inst[0], AUD_S("check", "moon"),
	    AUD_B("holds", true), AUD_S("found", "full"));
	t_fails(cer_go(room, &room->inst[0], "start", &bad, &err), &err,
	    KC_EREFUSED, "the check 'moon', which this program does not "
	    "know");
	done(room);
}

static void
two_people_are_asked_for_the_clock_once_in_a_run(void **state)
{
	struct people who = { "yes", 0 };
	struct cer_room *room = room_with(&who);
	struct kc_err err = { 0 };
	size_t bad = 0;
	bool agreed = true;

	(void)state;
	room->clock_agreed = false;
	t_ok(cer_go(room, &room->inst[0], "start", &bad, &err), &err);
	assert_int_equal(who.asked, 2);
	assert_true(room->clock_agreed);
	t_ok(cer_go(room, &room->inst[0], "start", &bad, &err), &err);
	assert_int_equal(who.asked, 2);
	who.clock = "no";
	t_ok(cer_clock_agree(room, &room->inst[0], &agreed, &err), &err);
	assert_false(agreed || room->clock_agreed);
	assert_int_equal(who.asked, 3);
	done(room);
}

static void
the_list_is_run_before_what_nobody_can_take_back(void **state)
{
	struct people who = { "yes", 0 };
	struct cer_room *room = room_with(&who);
	struct kc_err err = { 0 };

	(void)state;
	room->rehearsal = false;
	/* Not before the script's own environment step was done. */
	assert_false(cer_go_guards(room));
	t_ok(cer_go_before(room, &room->inst[1], &err), &err);
	ROW(room, "step.done", &room->inst[0], AUD_B("x", true));
	assert_true(cer_go_guards(room));
	t_fails(cer_go_before(room, &room->inst[1], &err), &err, KC_EREFUSED,
	    "NO-GO: ");
	t_ok(cer_go_before(room, &room->inst[2], &err), &err);
	done(room);
}

struct seen {
	int rows, listed;
	char last[160];
};

static kc_result
look(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	struct seen *s = ctx;

	(void)err;
	if (strcmp(e->kind, "deviation") != 0)
		return KC_DONE;
	s->rows++;
	s->listed += aud_entry_true(e, "listed");
	(void)snprintf(s->last, sizeof s->last, "%s: %s",
	    aud_entry_str(e, "event"), aud_entry_str(e, "device"));
	return KC_DONE;
}

static struct seen
note(struct cer_room *room)
{
	struct seen s = { 0 };
	struct kc_err err = { 0 };

	t_ok(cer_plugged_note(room, &room->inst[0], &err), &err);
	t_ok(aud_each(room->j, 0, aud_count(room->j), look, &s, &err), &err);
	return s;
}

static void
what_is_plugged_in_and_pulled_out_is_a_deviation(void **state)
{
	struct people who = { "yes", 0 };
	struct cer_room *room = room_with(&who);
	struct seen s;
	char path[400];

	(void)state;
	assert_int_equal(note(room).rows, 0);
	lay("class/net/usb0");
	s = note(room);
	assert_int_equal(s.rows, 1);
	assert_int_equal(s.listed, 0);
	assert_string_equal(s.last, "plugged in: interface usb0");
	lay("bus/usb/devices/1-3");
	put("bus/usb/devices/1-3/idVendor", "08e6\n");
	put("bus/usb/devices/1-3/idProduct", "3437\n");
	s = note(room);
	assert_int_equal(s.listed, 1);
	assert_string_equal(s.last, "plugged in: usb 08e6:3437 at 1-3");
	/* Seen while somebody was waited for, gone when the step begins. */
	(void)snprintf(path, sizeof path, "%s/class/net/usb0", sys);
	assert_int_equal(rmdir(path), 0);
	cer_plugged_poll(room);
	lay("class/net/usb0");
	cer_plugged_poll(room);
	s = note(room);
	assert_int_equal(s.rows, 4);
	assert_string_equal(s.last, "plugged in: interface usb0");
	assert_int_equal(note(room).rows, 4);
	done(room);
}

static int
setup(void **state)
{
	(void)state;
	t_dir(dir);
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_check_of_the_station_can_fail),
		cmocka_unit_test(each_check_of_the_process_can_fail),
		cmocka_unit_test(a_card_at_its_last_try_is_a_no_go),
		cmocka_unit_test(production_stops_and_a_rehearsal_says_so_once),
		cmocka_unit_test(an_unknown_check_is_a_no_go),
		cmocka_unit_test(
		    two_people_are_asked_for_the_clock_once_in_a_run),
		cmocka_unit_test(
		    the_list_is_run_before_what_nobody_can_take_back),
		cmocka_unit_test(
		    what_is_plugged_in_and_pulled_out_is_a_deviation),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
