/* SPDX-License-Identifier: Apache-2.0
 *
 * Go or no-go: one list of checks, run at the start (environment), when a
 * suspended ceremony is resumed, and before each irreversible step.  What
 * cannot be judged does not hold.
 */
#ifndef KC_CEREMONY_GONOGO_H
#define KC_CEREMONY_GONOGO_H

#include "ceremony/room.h"

#define CER_CHECKS 14		/* in gonogo.c's table */
#define CER_FOUND 400

/* struct cer_check: name for the rows; holds writes what it found. */
struct cer_check {
	const char *name;
	bool (*holds)(struct cer_room *room, char *found, size_t size);
};
extern const struct cer_check cer_checks[CER_CHECKS];

/* cer_check_find: which one it is; CER_CHECKS: none that this program has. */
size_t cer_check_find(const char *name);

/* cer_state_check: the row of a check. */
void cer_state_check(struct cer_room *room, const struct aud_entry *e);

/* cer_go: run the list; a summary row, and a row for each check that is not
 *  as it was the last time.  In a rehearsal what newly does not hold is an
 *  exception.
 *  when  "start" (every check has a row), "resumption", "before the step"
 *  Errors: KC_EREFUSED in production, naming the checks that do not hold */
KC_MUST kc_result cer_go(struct cer_room *room,
    const struct cer_instance *in, const char *when, size_t *ret_bad,
    struct kc_err *err);

/* cer_go_before: before a step that cannot be undone, once the script's
 *  environment step was done; other steps: nothing. */
KC_MUST kc_result cer_go_before(struct cer_room *room,
    const struct cer_instance *in, struct kc_err *err);
/* cer_go_guards: has the script an environment step that was done? */
bool cer_go_guards(const struct cer_room *room);

/* cer_clock_agree: two people compare the station's clock with a watch each;
 *  a row.  *ret: both say yes */
KC_MUST kc_result cer_clock_agree(struct cer_room *room,
    const struct cer_instance *in, bool *ret, struct kc_err *err);

/* hotplug.c: struct cer_plugged: what was attached when last looked, and
 * what has come and gone since; see room.h.
 * cer_plugged_poll looks; cer_plugged_note writes a row of each change. */
void cer_plugged_poll(struct cer_room *room);
KC_MUST kc_result cer_plugged_note(struct cer_room *room,
    const struct cer_instance *in, struct kc_err *err);

#endif
