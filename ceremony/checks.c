/* SPDX-License-Identifier: Apache-2.0
 *
 * The checks: what the process, the station and the journal show.
 */
#include "ceremony/checks.h"

#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

#include <openssl/crypto.h>

#include "base/clock.h"
#include "base/landlock.h"
#include "base/sandbox.h"
#include "ceremony/devices.h"
#include "ceremony/pinned.h"

#define FREE_MIN_MB 64
#define CLOCK_MAX_MS 60000	/* off what two people agreed on */

static const char *
sys(const struct cer_room *room)
{
	return room->sys != NULL ? room->sys : CER_SYS;
}

bool
cer_hold_network(struct cer_room *room, char *found, size_t size)
{
	return cer_check_net(sys(room), found, size);
}

bool
cer_hold_radio(struct cer_room *room, char *found, size_t size)
{
	return cer_check_radio(sys(room), found, size);
}

bool
cer_hold_usb(struct cer_room *room, char *found, size_t size)
{
	return cer_check_usb(sys(room), room->site.usb, room->site.n_usb,
	    found, size);
}

bool
cer_hold_power(struct cer_room *room, char *found, size_t size)
{
	return cer_check_power(sys(room), found, size);
}

/* Agreed on in this run by two people, and not set since. */
bool
cer_hold_clock(struct cer_room *room, char *found, size_t size)
{
	int64_t off = kc_clock_utc_ms() - kc_clock_boot_ms() -
	    room->clock_ms;
	bool still = off <= CLOCK_MAX_MS && off >= -CLOCK_MAX_MS;

	if (!room->clock_agreed)
		(void)snprintf(found, size, "no two people have agreed on it "
		    "in this run");
	else if (!still)
		(void)snprintf(found, size, "it was set by %lld s since two "
		    "people agreed on it", (long long)(off / 1000));
	else
		(void)snprintf(found, size, "two people agreed on it");
	return room->clock_agreed && still;
}

/* The program that began this ceremony is the one that runs. */
bool
cer_hold_software(struct cer_room *room, char *found, size_t size)
{
	char have[KC_HEX];
	bool same;

	kc_hex(room->software, KC_SHA256, have);
	same = strcmp(have, room->st.software) == 0;
	(void)snprintf(found, size, "SHA-256 %.16s...%s", have, same ?
	    ", as in entry 0" : ", entry 0 says another");
	return same;
}

/* What the journal has of the cards' counters: the last it was told. */
bool
cer_hold_tries(struct cer_room *room, char *found, size_t size)
{
	size_t known = 0;

	for (size_t i = 0; i < room->site.n_cards; i++) {
		const struct cer_card *c = &room->st.card[i];

		known += c->tries_known;
		if (!c->tries_low[0] && !c->tries_low[1])
			continue;
		(void)snprintf(found, size, "the card %.40s is locked or has "
		    "one try left", c->def->id);
		return false;
	}
	(void)snprintf(found, size, "%zu card(s) told theirs, none is at the "
	    "last try", known);
	return true;
}

bool
cer_hold_swap(struct cer_room *room, char *found, size_t size)
{
	bool active = room->swaps != NULL ? kc_swap_listed(room->swaps) :
	    kc_swap_active();

	(void)snprintf(found, size, "%s", active ?
	    "swap is active or /proc/swaps unreadable" : "no swap");
	return !active;
}

bool
cer_hold_process(struct cer_room *room, char *found, size_t size)
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

bool
cer_hold_memory(struct cer_room *room, char *found, size_t size)
{
	bool locked = CRYPTO_secure_malloc_initialized() == 1;

	(void)room;
	(void)snprintf(found, size, "secure heap %s", locked ?
	    "locked in memory" : "missing");
	return locked;
}

bool
cer_hold_filter(struct cer_room *room, char *found, size_t size)
{
	bool on = prctl(PR_GET_SECCOMP) == 2 &&
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;

	(void)room;
	/* Without Landlock permissions alone say where it writes: that is
	 * told, and holds. */
	(void)snprintf(found, size, "system call filter %s, %s", on ?
	    "loaded" : "missing", kc_landlock_abi() > 0 ? "writing limited "
	    "by Landlock" : "no Landlock in this kernel");
	return on;
}

bool
cer_hold_space(struct cer_room *room, char *found, size_t size)
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

bool
cer_hold_tokens(struct cer_room *room, char *found, size_t size)
{
	bool soft = false;

	for (size_t i = 0; i < room->site.n_cards; i++)
		soft = soft || room->site.card[i].store[0] != '\0';
	(void)snprintf(found, size, "%s", soft ?
	    "software tokens in the site file" : "cards only");
	return !soft;
}

/* The first module that is not what the site file says. */
bool
cer_hold_modules(struct cer_room *room, char *found, size_t size)
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
