/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions about the station: go/no-go, clock, software.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "ceremony/gonogo.h"
#include "ceremony/steps.h"

kc_result
cer_do_environment(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	size_t bad = 0;
	kc_result r;

	KC_TRY(r, cer_go(room, in, "start", &bad, err));
	r = cer_continue(room, in, "go", bad == 0 ?
	    "GO: every check holds. Press Enter." :
	    "NO-GO in production. This rehearsal goes on; each finding is "
	    "an exception in the journal. Press Enter.", err);
out:
	return r;
}

/* Who compares the clock with a watch besides who acts. */
static const struct cer_person *
second(const struct cer_room *room, const struct cer_instance *in)
{
	static const char *const roles[] = { "witness", "auditor",
		"operator", "administrator", "holder" };
	const struct cer_person *p = in->step != NULL ?
	    cer_step_reader(&room->site, in->step) : NULL;

	for (size_t i = 0; (p == NULL || p == in->person) &&
	    i < sizeof roles / sizeof *roles; i++)
		p = cer_site_who(&room->site, roles[i]);
	return p == in->person ? NULL : p;
}

kc_result
cer_clock_agree(struct cer_room *room, const struct cer_instance *in,
    bool *ret, struct kc_err *err)
{
	const struct cer_person *who[] = { in->person, second(room, in) };
	char now[KC_TIME_CHARS], text[200], by[90];
	struct cer_prompt q = { .kind = CER_ASK_YESNO, .key = "clock",
		.text = text };
	bool agreed = who[1] != NULL;
	struct aud_fact f[3];
	kc_result r = KC_DONE;

	kc_clock_format(kc_clock_utc_ms(), now);
	for (size_t i = 0; i < 2 && agreed; i++) {
		struct cer_answer a = { 0 };

		kc_clock_format(kc_clock_utc_ms(), now);
		(void)snprintf(text, sizeof text, "The station's clock says "
		    "%.19s UTC. Does your own watch agree within a minute?",
		    now);
		q.person = who[i]->id;
		q.name = who[i]->name;
		KC_TRY(r, cer_ask(room, in, &q, &a, err));
		agreed = strcmp(a.text, "yes") == 0;
	}
	(void)snprintf(by, sizeof by, "%.40s %.40s", who[0]->id,
	    who[1] != NULL ? who[1]->id : "");
	f[0] = AUD_S("station", now);
	f[1] = AUD_B("agreed", agreed);
	f[2] = AUD_S("by", by);
	KC_TRY(r, cer_row(room, "clock", in, f, 3, err));
	room->clock_agreed = agreed;
	room->clock_ms = kc_clock_utc_ms() - kc_clock_boot_ms();
	*ret = agreed;
out:
	return r;
}

kc_result
cer_do_clock(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	bool agreed = false;
	kc_result r = cer_clock_agree(room, in, &agreed, err);

	if (kc_ok(r) && !agreed)
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "the station's clock is not agreed on by two people; set "
		    "it and try again");
	return r;
}

/* One hash at a time: three do not fit on a small screen. */
static kc_result
compare(struct cer_room *room, const struct cer_instance *in,
    const char *what, const char *hex, struct kc_err *err)
{
	room->view.n_lines = 0;
	cer_line(room, CER_LINE_HASH, what, "%s", hex);
	return cer_continue(room, in, "software",
	    "Compare this hash with your paper. Enter when equal.", err);
}

kc_result
cer_do_software(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	char software[KC_HEX], script[KC_HEX], site[KC_HEX];
	struct aud_fact f[3];
	kc_result r;

	kc_hex(room->software, KC_SHA256, software);
	kc_hex(room->script.sha256, KC_SHA256, script);
	kc_hex(room->site.sha256, KC_SHA256, site);
	KC_TRY(r, compare(room, in, "Program", software, err));
	KC_TRY(r, compare(room, in, "Script", script, err));
	KC_TRY(r, compare(room, in, "Site", site, err));
	f[0] = AUD_S("software", software);
	f[1] = AUD_S("script", script);
	f[2] = AUD_S("site", site);
	r = cer_row(room, "software", in, f, 3, err);
out:
	return r;
}
