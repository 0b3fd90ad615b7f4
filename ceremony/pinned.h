/* SPDX-License-Identifier: Apache-2.0
 *
 * Is a card module what the site file says: every object that is mapped with
 * it, and its configuration files, by hash.
 */
#ifndef KC_CEREMONY_PINNED_H
#define KC_CEREMONY_PINNED_H

#include "ceremony/room.h"
#include "tokens/pins.h"

/* cer_pinned_judge: what a module's process maps and reads against the lists
 *  of the site file.
 *  Errors: KC_EREFUSED naming the first file that is not listed, is listed
 *  with another hash, or is configuration that is listed and not there */
KC_MUST kc_result cer_pinned_judge(const struct cer_module_def *m,
    const struct tok_pin *file, size_t n, struct kc_err *err);

/* cer_pinned_module: load it, in a process of its own, and judge it.
 *  Errors: also those of tok_pins */
KC_MUST kc_result cer_pinned_module(struct cer_room *room,
    const struct cer_module_def *m, struct kc_err *err);

/* cer_pinned_need: production takes no module that was not judged in this
 *  run; a rehearsal any. */
KC_MUST kc_result cer_pinned_need(struct cer_room *room,
    const struct cer_module_def *m, struct kc_err *err);

#endif
