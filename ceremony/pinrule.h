/* SPDX-License-Identifier: Apache-2.0
 *
 * Which new PINs are not taken, before any card sees them.
 */
#ifndef KC_CEREMONY_PINRULE_H
#define KC_CEREMONY_PINRULE_H

#include "base/secret.h"
#include "tokens/profile.h"

/* cer_pin_weak: why a new PIN is refused: the factory's, one character, a
 *  run (123456, 987654), a piece repeated (121212, 123123), or characters a
 *  card's keypad does not have.  It says nothing else about the PIN.
 *  Returns a sentence for the one who typed it; NULL: taken */
const char *cer_pin_weak(const struct kc_secret *pin,
    const struct tok_profile *p);

#endif
