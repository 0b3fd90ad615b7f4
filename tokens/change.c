/* SPDX-License-Identifier: Apache-2.0
 *
 * Credentials of a card in use: the holder's PIN changed, the SO's tried.
 */
#include <string.h>

#include <openssl/crypto.h>

#include "tokens/module.h"

kc_result
tok_mod_so_try(struct tok_mod *m, const struct kc_secret *so,
    struct kc_err *err)
{
	bool user = m->logged_in;
	struct kc_err lost;
	struct tok_info i;
	kc_result r, back;

	KC_TRY(r, tok_mod_info(m, m->slot, &i, err));
	KC_TRY(r, tok_may_so(&i, err));
	if (user)
		(void)m->f->C_Logout(m->session);
	m->logged_in = false;
	r = tok_mod_enter(m, CKU_SO, so, "trying the SO PIN", err);
	if (kc_ok(r))
		(void)m->f->C_Logout(m->session);
	else
		kc_certain(err, "the card was not changed");
	if (!user)
		goto out;
	back = tok_mod_enter(m, CKU_USER, &m->pin, "logging the user in "
	    "again", &lost);
	m->logged_in = kc_ok(back);
	if (!kc_ok(back)) {
		*err = lost;
		r = back;
	}
out:
	return r;
}

/* Asked before the card sees the new PIN. */
static kc_result
check_new(struct tok_mod *m, const struct kc_secret *pin, struct kc_err *err)
{
	struct tok_info i;
	kc_result r;

	if (!m->logged_in) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "the PIN of a card is changed "
		    "after the old one was proven by a login");
		goto out;
	}
	KC_TRY(r, tok_mod_info(m, m->slot, &i, err));
	if (pin->len == 0 && !i.pin_pad)
		r = KC_FAIL(err, KC_EPIN, 0, "no new PIN was given, and the "
		    "reader has no pad to type it on");
	else if (pin->len > 0 && (pin->len < i.pin_min ||
	    pin->len > i.pin_max))
		r = KC_FAIL(err, KC_EPIN, 0, "PINs of %lu to %lu bytes fit "
		    "this card; the new one is shorter or longer", i.pin_min,
		    i.pin_max);
	else if (tok_profile_is_factory(m->profile, pin))
		r = KC_FAIL(err, KC_EPIN, 0,
		    "the new PIN is the one the factory sets");
	else if (pin->len > 0 && pin->len == m->pin.len &&
	    CRYPTO_memcmp(pin->p, m->pin.p, pin->len) == 0)
		r = KC_FAIL(err, KC_EPIN, 0,
		    "the new PIN is the old one again");
out:
	if (!kc_ok(r))
		kc_certain(err, "the card keeps its old PIN");
	return r;
}

kc_result
tok_mod_set_pin(struct tok_mod *m, const struct kc_secret *pin,
    struct kc_err *err)
{
	/* On a pad the old one is typed too. */
	const struct kc_secret none = { 0 };
	const struct kc_secret *old = pin->len > 0 ? &m->pin : &none;
	kc_result r;
	CK_RV rv;

	KC_TRY(r, check_new(m, pin, err));
	rv = m->f->C_SetPIN(m->session, old->p, old->len, pin->p, pin->len);
	if (rv != CKR_OK) {
		r = tok_ckr(err, rv, "changing the PIN");
		goto out;
	}
	(void)m->f->C_Logout(m->session);
	m->logged_in = false;
	KC_TRY(r, tok_mod_enter(m, CKU_USER, pin, "proving the new PIN",
	    err));
	m->logged_in = true;
	r = tok_mod_keep(&m->pin, pin, err);
out:
	return r;
}
