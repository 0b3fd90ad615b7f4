/* SPDX-License-Identifier: Apache-2.0
 *
 * Weak PINs.  The holder alone sees the reason, and only after the PIN was
 * thrown away.
 */
#include "ceremony/pinrule.h"

#include <string.h>

static bool
printable(const struct kc_secret *pin)
{
	for (size_t i = 0; i < pin->len; i++)
		if (pin->p[i] < 0x21 || pin->p[i] > 0x7e)
			return false;
	return true;
}

/* Each character differs from the one before by the same step: 0 is one
 * character repeated, 1 and -1 are runs. */
static bool
steps(const struct kc_secret *pin, int by)
{
	for (size_t i = 1; i < pin->len; i++)
		if (pin->p[i] - pin->p[i - 1] != by)
			return false;
	return true;
}

/* The whole is its first piece again and again. */
static bool
repeats(const struct kc_secret *pin)
{
	for (size_t piece = 2; piece <= pin->len / 2; piece++) {
		bool same = pin->len % piece == 0;

		for (size_t i = piece; same && i < pin->len; i++)
			same = pin->p[i] == pin->p[i - piece];
		if (same)
			return true;
	}
	return false;
}

const char *
cer_pin_weak(const struct kc_secret *pin, const struct tok_profile *p)
{
	if (p != NULL && tok_profile_is_factory(p, pin))
		return "that is the PIN the factory sets on every card";
	if (!printable(pin))
		return "it has characters that a card's keypad cannot type";
	if (steps(pin, 0))
		return "it is one character repeated";
	if (steps(pin, 1) || steps(pin, -1))
		return "its characters follow each other in order";
	if (repeats(pin))
		return "it is one piece repeated";
	return NULL;
}
