/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of go or no-go, and when it is run.
 */
#include "ceremony/gonogo.h"

#include <stdio.h>
#include <string.h>

#include "ceremony/action.h"
#include "ceremony/checks.h"

const struct cer_check cer_checks[CER_CHECKS] = {
	{ "network", cer_hold_network },
	{ "radio", cer_hold_radio },
	{ "usb", cer_hold_usb },
	{ "swap", cer_hold_swap },
	{ "process", cer_hold_process },
	{ "secure-heap", cer_hold_memory },
	{ "filter", cer_hold_filter },
	{ "clock", cer_hold_clock },
	{ "software", cer_hold_software },
	{ "space", cer_hold_space },
	{ "power", cer_hold_power },
	{ "tokens", cer_hold_tokens },
	{ "modules", cer_hold_modules },
	{ "tries", cer_hold_tries },
};

size_t
cer_check_find(const char *name)
{
	size_t i = 0;

	while (i < CER_CHECKS && (name == NULL ||
	    strcmp(cer_checks[i].name, name) != 0))
		i++;
	return i;
}

void
cer_state_check(struct cer_room *room, const struct aud_entry *e)
{
	const char *name = aud_entry_str(e, "check");
	size_t i = cer_check_find(name);

	if (i == CER_CHECKS) {
		(void)snprintf(room->st.check_unknown,
		    sizeof room->st.check_unknown, "%s", name != NULL ? name :
		    "");
		return;
	}
	room->st.check_seen[i] = true;
	room->st.check_holds[i] = aud_entry_true(e, "holds");
}

/* One check: a row if the list is run whole or the answer is another than
 * before, an exception of a rehearsal if it newly does not hold. */
static kc_result
judge(struct cer_room *room, const struct cer_instance *in, size_t i,
    bool whole, bool *ret_holds, struct kc_err *err)
{
	char found[CER_FOUND] = "";
	bool holds = cer_checks[i].holds(room, found, sizeof found);
	bool was_bad = room->st.check_seen[i] && !room->st.check_holds[i];
	bool news = !room->st.check_seen[i] ||
	    room->st.check_holds[i] != holds;
	struct aud_fact f[] = {
		AUD_S("check", cer_checks[i].name),
		AUD_B("holds", holds),
		AUD_S("found", found),
	};
	kc_result r = KC_DONE;

	*ret_holds = holds;
	if (whole || news)
		KC_TRY(r, cer_row(room, "check", in, f, 3, err));
	if (whole || news)
		cer_line(room, holds ? CER_LINE_OK : CER_LINE_NOGO,
		    cer_checks[i].name, "%s", found);
	if (!holds && !was_bad && room->rehearsal)
		r = cer_exception_note(room, in, cer_checks[i].name, found,
		    "rehearsal-environment: the walk goes on", err);
out:
	return r;
}

static kc_result
go_row(struct cer_room *room, const struct cer_instance *in,
    const char *when, size_t bad, const char *names, struct kc_err *err)
{
	const struct aud_fact f[] = {
		AUD_S("when", when),
		AUD_I("checks", CER_CHECKS),
		AUD_I("held", (int64_t)(CER_CHECKS - bad)),
		AUD_S("not-held", names),
	};

	return cer_row(room, "go", in, f, sizeof f / sizeof *f, err);
}

kc_result
cer_go(struct cer_room *room, const struct cer_instance *in,
    const char *when, size_t *ret_bad, struct kc_err *err)
{
	bool whole = strcmp(when, "start") == 0, agreed;
	char names[200] = "";
	size_t bad = 0, at = 0;
	kc_result r = KC_DONE;

	if (!room->clock_agreed)
		KC_TRY(r, cer_clock_agree(room, in, &agreed, err));
	for (size_t i = 0; i < CER_CHECKS; i++) {
		bool holds = false;

		KC_TRY(r, judge(room, in, i, whole, &holds, err));
		if (holds)
			continue;
		at += (size_t)snprintf(names + at, sizeof names - at, "%s%s",
		    bad > 0 ? ", " : "", cer_checks[i].name);
		bad++;
	}
	/* Judged by another version, whose check this one cannot make. */
	if (room->st.check_unknown[0] != '\0') {
		r = KC_FAIL(err, KC_EREFUSED, 0, "NO-GO: the journal has the "
		    "check '%s', which this program does not know",
		    room->st.check_unknown);
		goto out;
	}
	KC_TRY(r, go_row(room, in, when, bad, names, err));
	if (!whole)
		cer_line(room, CER_LINE_LABEL, "Go/no-go", "%zu of %d checks "
		    "hold", CER_CHECKS - bad, CER_CHECKS);
	*ret_bad = bad;
	if (bad > 0 && !room->rehearsal)
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "NO-GO: %zu of %d checks do not hold: %s", bad,
		    CER_CHECKS, names);
out:
	if (!kc_ok(r))
		kc_certain(err, "nothing but the journal has changed");
	return r;
}

bool
cer_go_guards(const struct cer_room *room)
{
	for (size_t i = 0; i < room->n_inst; i++)
		if (room->inst[i].done && !room->inst[i].skipped &&
		    strcmp("environment", room->inst[i].step->action->name) ==
		    0)
			return true;
	return false;
}

kc_result
cer_go_before(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	size_t bad;

	if (!in->step->action->final || !cer_go_guards(room))
		return KC_DONE;
	return cer_go(room, in, "before the step", &bad, err);
}
