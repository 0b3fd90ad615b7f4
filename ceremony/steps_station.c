/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions about the station: go/no-go checks, clock, software.  A source
 * that cannot be read counts as not held.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/clock.h"
#include "base/sandbox.h"
#include "ceremony/pinned.h"
#include "ceremony/selftest.h"
#include "ceremony/steps.h"

#define FREE_MIN_MB 64

/* Each check writes what it found and says whether it holds. */
struct check {
	const char *name;
	bool (*holds)(struct cer_room *room, char *found, size_t size);
};

static bool
check_network(struct cer_room *room, char *found, size_t size)
{
	DIR *d = opendir("/sys/class/net");
	const struct dirent *e;
	bool alone = d != NULL;

	(void)room;
	(void)snprintf(found, size, "%s", d != NULL ? "only lo" :
	    "/sys/class/net cannot be read");
	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.' && strcmp(e->d_name, "lo") != 0) {
			(void)snprintf(found, size, "interface %.40s",
			    e->d_name);
			alone = false;
		}
	if (d != NULL)
		(void)closedir(d);
	return alone;
}

static bool
check_swap(struct cer_room *room, char *found, size_t size)
{
	bool active = kc_swap_active();

	(void)room;
	(void)snprintf(found, size, "%s", active ?
	    "swap is active or /proc/swaps unreadable" : "no swap");
	return !active;
}

static bool
check_process(struct cer_room *room, char *found, size_t size)
{
	struct rlimit core = { 1, 1 };
	bool none = getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0;
	bool hidden = prctl(PR_GET_DUMPABLE) == 0 || KC_SANITIZED;

	(void)room;
	(void)snprintf(found, size, "core files %s, process %s",
	    none ? "forbidden" : "allowed", hidden ? "not dumpable" :
	    "dumpable");
	return none && hidden;
}

static bool
check_memory(struct cer_room *room, char *found, size_t size)
{
	bool locked = CRYPTO_secure_malloc_initialized() == 1;

	(void)room;
	(void)snprintf(found, size, "secure heap %s", locked ?
	    "locked in memory" : "missing");
	return locked;
}

static bool
check_filter(struct cer_room *room, char *found, size_t size)
{
	bool on = prctl(PR_GET_SECCOMP) == 2 &&
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;

	(void)room;
	(void)snprintf(found, size, "system call filter %s",
	    on ? "loaded" : "missing");
	return on;
}

static bool
check_space(struct cer_room *room, char *found, size_t size)
{
	struct statvfs v = { 0 };
	unsigned long mb;

	if (statvfs(room->dir, &v) != 0) {
		(void)snprintf(found, size, "free space unknown");
		return false;
	}
	mb = (unsigned long)(v.f_bavail * v.f_frsize >> 20);
	(void)snprintf(found, size, "%lu MiB free", mb);
	return mb >= FREE_MIN_MB;
}

static bool
check_tokens(struct cer_room *room, char *found, size_t size)
{
	bool soft = false;

	for (size_t i = 0; i < room->site.n_cards; i++)
		soft = soft || room->site.card[i].store[0] != '\0';
	(void)snprintf(found, size, "%s", soft ?
	    "software tokens in the site file" : "cards only");
	return !soft;
}

/* The first module that is not what the site file says. */
static bool
check_modules(struct cer_room *room, char *found, size_t size)
{
	struct kc_err err = { 0 };

	for (size_t i = 0; i < room->site.n_modules; i++)
		if (!kc_ok(cer_pinned_module(room, &room->site.module[i],
		    &err))) {
			(void)snprintf(found, size, "%s", err.msg);
			return false;
		}
	(void)snprintf(found, size, "%zu, every object and configuration "
	    "file as listed", room->site.n_modules);
	return true;
}

static const struct check checks[] = {
	{ "network", check_network },
	{ "swap", check_swap },
	{ "process", check_process },
	{ "secure-heap", check_memory },
	{ "filter", check_filter },
	{ "space", check_space },
	{ "tokens", check_tokens },
	{ "modules", check_modules },
};

static kc_result
judge(struct cer_room *room, const struct cer_instance *in,
    const struct check *c, bool *ret_holds, struct kc_err *err)
{
	char found[400] = "";
	bool holds = c->holds(room, found, sizeof found);
	struct aud_fact f[] = {
		AUD_S("check", c->name),
		AUD_B("holds", holds),
		AUD_S("found", found),
	};
	kc_result r = cer_row(room, "check", in, f, 3, err);

	if (!kc_ok(r))
		return r;
	*ret_holds = holds;
	cer_line(room, holds ? CER_LINE_OK : CER_LINE_NOGO, c->name, "%s",
	    found);
	if (!holds && room->rehearsal)
		r = cer_exception_note(room, in, c->name, found,
		    "rehearsal-environment: the walk goes on", err);
	return r;
}

kc_result
cer_do_environment(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	char names[160] = "";
	size_t bad = 0, at = 0;
	kc_result r = KC_DONE;

	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
		bool holds = false;

		KC_TRY(r, judge(room, in, &checks[i], &holds, err));
		if (holds)
			continue;
		at += (size_t)snprintf(names + at, sizeof names - at, "%s%s",
		    bad > 0 ? ", " : "", checks[i].name);
		bad++;
	}
	if (bad > 0 && !room->rehearsal) {
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "NO-GO: %zu of %zu checks do not hold: %s", bad,
		    sizeof checks / sizeof *checks, names);
		goto out;
	}
	r = cer_continue(room, in, "go", bad == 0 ?
	    "GO: every check holds. Press Enter." :
	    "NO-GO in production. This rehearsal goes on; each finding is "
	    "an exception in the journal. Press Enter.", err);
out:
	return r;
}

kc_result
cer_do_clock(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	char now[KC_TIME_CHARS], text[200];
	struct cer_answer a = { 0 };
	struct cer_prompt q = { .kind = CER_ASK_YESNO, .key = "clock",
		.person = in->person->id, .name = in->person->name,
		.text = text };
	struct aud_fact f[2];
	kc_result r;

	kc_clock_format(kc_clock_utc_ms(), now);
	(void)snprintf(text, sizeof text, "The station's clock says %.19s "
	    "UTC. Do two watches in the room agree within a minute?", now);
	KC_TRY(r, cer_ask(room, in, &q, &a, err));
	f[0] = AUD_S("station", now);
	f[1] = AUD_B("agreed", strcmp(a.text, "yes") == 0);
	KC_TRY(r, cer_row(room, "clock", in, f, 2, err));
	if (!f[1].i)
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "the station's clock is not agreed on; set it and try "
		    "again");
out:
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
