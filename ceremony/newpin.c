/* SPDX-License-Identifier: Apache-2.0
 *
 * What a holder chooses: a PIN, and a PUK where the script says so.  Typed
 * twice, and judged before any card sees it.
 */
#include <stdio.h>
#include <string.h>

#include "ceremony/pinrule.h"
#include "ceremony/steps.h"
#include "tokens/profile.h"

#define WEAK_MAX 5

/* A weak one is asked for again. */
static kc_result
choose(struct cer_room *room, const struct cer_instance *in, const char *key,
    const char *what, const struct tok_profile *profile,
    struct kc_secret *ret, struct kc_err *err)
{
	char text[160];
	struct cer_pin p = { .key = key, .person = in->person->id,
		.name = in->person->name, .twice = true, .min = 6, .max = 8,
		.tries = "", .text = text };
	const char *weak;
	kc_result r;

	(void)snprintf(text, sizeof text, "Choose %s.", what);
	for (int tries = 1;; tries++) {
		KC_TRY(r, cer_pin_ask(room, in, &p, ret, err));
		weak = cer_pin_weak(ret, profile);
		if (weak == NULL)
			break;
		kc_secret_free(ret);
		if (tries == WEAK_MAX)
			return KC_FAIL(err, KC_EPIN, 0, "%d PINs were chosen "
			    "that anybody would guess; no card has seen one",
			    WEAK_MAX);
		(void)snprintf(text, sizeof text, "Not that PIN: %s. No card "
		    "has seen it. Choose another.", weak);
	}
out:
	return r;
}

kc_result
cer_choose_pin(struct cer_room *room, const struct cer_instance *in,
    const struct tok_info *info, const char *key, struct kc_secret *ret,
    struct kc_err *err)
{
	if (info->pin_pad)
		return cer_continue(room, in, "pad", "Press Enter, then type "
		    "what the reader asks for on its pad, not here.", err);
	return choose(room, in, key, strcmp(key, "new-pin") == 0 ?
	    "a PIN for your new card" : "a new PIN for your card",
	    tok_profile_named(info->profile), ret, err);
}

bool
cer_puk_by_holder(const struct cer_instance *in)
{
	return cer_node_get(in->step->node, "puk") != NULL;
}

kc_result
cer_choose(struct cer_room *room, const struct cer_instance *in,
    const struct tok_info *info, struct cer_chosen *ret, struct kc_err *err)
{
	const struct tok_profile *p = tok_profile_named(info->profile);
	kc_result r;

	KC_TRY(r, cer_choose_pin(room, in, info, "new-pin", &ret->pin, err));
	if (!cer_puk_by_holder(in))
		goto out;
	if (p == NULL || p->birth != TOK_BIRTH_PIV) {
		cer_line(room, CER_LINE_LABEL, "PUK", "this card has none");
		goto out;
	}
	r = choose(room, in, "puk", "a PUK, which unlocks a locked PIN", p,
	    &ret->puk, err);
out:
	return r;
}
