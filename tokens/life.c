/* SPDX-License-Identifier: Apache-2.0
 *
 * The beginning of a card's life with us: emptied, given credentials of its
 * own, each proven before the card is used.
 */
#include <stdio.h>
#include <string.h>

#include "tokens/module.h"

#define PUK_DIGITS 8

static void
drop_session(struct tok_mod *m)
{
	if (m->session != 0)
		(void)m->f->C_CloseSession(m->session);
	m->session = 0;
	m->logged_in = false;
	kc_secret_free(&m->pin);
}

kc_result
tok_mod_enter(struct tok_mod *m, CK_USER_TYPE who,
    const struct kc_secret *pin, const char *what, struct kc_err *err)
{
	kc_result r;
	CK_RV rv;

	KC_TRY(r, tok_mod_session(m, err));
	rv = m->f->C_Login(m->session, who, pin->p, pin->len);
	if (rv != CKR_OK)
		r = tok_ckr(err, rv, what);
	if (r.code == KC_EPIN && who == CKU_SO)
		r = KC_FAIL(err, KC_EPIN, (long)rv, "%s: the card does not "
		    "accept this SO PIN (of a PIV card, this management key)",
		    what);
out:
	return r;
}

static kc_result
change(struct tok_mod *m, const char *from, const struct kc_secret *to,
    const char *what, struct kc_err *err)
{
	CK_RV rv = m->f->C_SetPIN(m->session, (CK_UTF8CHAR_PTR)
	    (uintptr_t)from, strlen(from), to->p, to->len);

	return rv == CKR_OK ? KC_DONE : tok_ckr(err, rv, what);
}

/* A secret from a text that the factory prints in every manual. */
static kc_result
known_secret(const char *text, struct kc_secret *ret, struct kc_err *err)
{
	kc_result r = kc_secret_new(ret, strlen(text), err);

	if (kc_ok(r)) {
		memcpy(ret->p, text, strlen(text));
		ret->len = strlen(text);
	}
	return r;
}

/* Decimal digits nobody is told. */
static kc_result
draw_digits(const char *prefix, struct kc_secret *ret, struct kc_err *err)
{
	size_t head = strlen(prefix);
	struct kc_secret s = { 0 };
	kc_result r = kc_secret_random(&s, head + PUK_DIGITS, err);

	if (!kc_ok(r))
		return r;
	memcpy(s.p, prefix, head);
	/* Of 256 values, 6 fall on digits once more than the others: no
	 * matter for eight of them that are never told. */
	for (size_t i = head; i < s.len; i++)
		s.p[i] = (uint8_t)('0' + s.p[i] % 10);
	*ret = s;
	return KC_DONE;
}

static kc_result
init_token(struct tok_mod *m, const char *label, const struct kc_secret *so,
    struct kc_err *err)
{
	unsigned char padded[32];
	kc_result r;
	CK_RV rv;

	memset(padded, ' ', sizeof padded);
	memcpy(padded, label, strlen(label));
	rv = m->f->C_InitToken(m->slot, so->p, so->len, padded);
	if (rv != CKR_OK) {
		r = tok_ckr(err, rv, "initialising the card");
		if (r.code == KC_EPIN)
			kc_certain(err, "the card was not initialised");
		return r;
	}
	/* The slot keeps its id until C_Finalize, then it may have another
	 * (SoftHSM): whoever opens the card next finds it by its serial. */
	return KC_DONE;
}

/* The SO logs in with the new SO PIN, which proves it, and sets the user's. */
static kc_result
set_user_pin(struct tok_mod *m, const struct kc_secret *so,
    const struct kc_secret *pin, struct kc_err *err)
{
	kc_result r;
	CK_RV rv;

	KC_TRY(r, tok_mod_enter(m, CKU_SO, so,
	    "logging in as security officer", err));
	rv = m->f->C_InitPIN(m->session, pin->p, pin->len);
	(void)m->f->C_Logout(m->session);
	if (rv != CKR_OK)
		r = tok_ckr(err, rv, "setting the user PIN");
out:
	return r;
}

static kc_result
birth_plain(struct tok_mod *m, const char *label, const struct kc_secret *so,
    const struct kc_secret *pin, struct kc_err *err)
{
	kc_result r = init_token(m, label, so, err);

	return kc_ok(r) ? set_user_pin(m, so, pin, err) : r;
}

/* The SO PIN goes from the factory's to ours before a user PIN exists; the
 * user's first PIN is one to be changed, so it is a drawn one. */
static kc_result
birth_factory_so(struct tok_mod *m, const char *label,
    const struct kc_secret *so, const struct kc_secret *pin,
    struct kc_err *err)
{
	const char *factory = m->profile->factory_so;
	struct kc_secret was = { 0 }, first = { 0 };
	struct tok_info i;
	kc_result r;
	CK_RV rv;

	KC_TRY(r, known_secret(factory, &was, err));
	KC_TRY(r, tok_mod_info(m, m->slot, &i, err));
	/* The module goes on with the SO PIN it read at its start: after a
	 * second initialisation in one process nobody can log in (3.8). */
	if (!i.so_factory) {
		r = KC_FAIL(err, KC_EPIN, 0, "the card's SO PIN is not the "
		    "factory's any more; through %s only a card with that one "
		    "is initialised", m->profile->name);
		kc_certain(err, "the card was not initialised");
		goto out;
	}
	KC_TRY(r, init_token(m, label, &was, err));
	KC_TRY(r, tok_mod_enter(m, CKU_SO, &was, "logging in with the SO "
	    "PIN that initialisation puts back", err));
	r = change(m, factory, so, "replacing the factory's SO PIN", err);
	(void)m->f->C_Logout(m->session);
	if (!kc_ok(r))
		goto out;
	KC_TRY(r, draw_digits("", &first, err));
	KC_TRY(r, set_user_pin(m, so, &first, err));
	KC_TRY(r, tok_mod_enter(m, CKU_USER, &first,
	    "logging in with the first PIN", err));
	rv = m->f->C_SetPIN(m->session, first.p, first.len, pin->p, pin->len);
	(void)m->f->C_Logout(m->session);
	if (rv != CKR_OK)
		r = tok_ckr(err, rv, "setting the user PIN");
out:
	kc_secret_free(&was);
	kc_secret_free(&first);
	return r;
}

/* "puk:" before a PUK tells the module what is meant. */
static kc_result
new_puk(const struct kc_secret *puk, struct kc_secret *ret,
    struct kc_err *err)
{
	struct kc_secret s = { 0 };
	kc_result r;

	if (puk->len == 0)
		return draw_digits("puk:", ret, err);
	r = kc_secret_new(&s, 4 + puk->len, err);
	if (!kc_ok(r))
		return r;
	memcpy(s.p, "puk:", 4);
	memcpy(s.p + 4, puk->p, puk->len);
	s.len = 4 + puk->len;
	*ret = s;
	return KC_DONE;
}

/* The management key: from the factory's to ours, and ours proven, before
 * anything else of the card is trusted. */
static kc_result
new_management_key(struct tok_mod *m, const struct kc_secret *was,
    const struct kc_secret *so, struct kc_err *err)
{
	kc_result r;
	CK_RV rv;

	KC_TRY(r, tok_mod_enter(m, CKU_SO, was, "logging in with the "
	    "management key that the card has", err));
	rv = m->f->C_SetPIN(m->session, was->p, was->len, so->p, so->len);
	(void)m->f->C_Logout(m->session);
	if (rv != CKR_OK)
		return tok_ckr(err, rv, "replacing the management key");
	KC_TRY(r, tok_mod_enter(m, CKU_SO, so,
	    "proving the new management key", err));
	(void)m->f->C_Logout(m->session);
out:
	return r;
}

/* A reset, by the factory's management key: keys gone, PIN and PUK the
 * factory's again. */
static kc_result
birth_piv(struct tok_mod *m, const struct kc_secret *so,
    const struct kc_secret *pin, const struct kc_secret *puk,
    struct kc_err *err)
{
	const struct tok_profile *p = m->profile;
	struct kc_secret was = { 0 }, puk_now = { 0 };
	char puk_was[32];
	kc_result r;

	KC_TRY(r, known_secret(p->factory_so, &was, err));
	r = init_token(m, "", &was, err);
	if (r.code == KC_EPIN) {
		r = KC_FAIL(err, KC_ECARD, 0, "the card's management key is "
		    "not the factory's, and through %s only a card with that "
		    "one is reset: reset it with its maker's tool, or take a "
		    "spare", p->name);
		kc_certain(err, "the card was not initialised");
	}
	if (!kc_ok(r))
		goto out;
	KC_TRY(r, new_management_key(m, &was, so, err));
	KC_TRY(r, new_puk(puk, &puk_now, err));
	(void)snprintf(puk_was, sizeof puk_was, "puk:%s", p->factory_puk);
	KC_TRY(r, change(m, puk_was, &puk_now, "replacing the factory's PUK",
	    err));
	r = change(m, p->factory_pin, pin, "replacing the factory's PIN",
	    err);
out:
	kc_secret_free(&was);
	kc_secret_free(&puk_now);
	return r;
}

/* Asked before the card is emptied: a PIN it will not take. */
static kc_result
check_credentials(struct tok_mod *m, const char *label,
    const struct kc_secret *so, const struct kc_secret *pin,
    struct kc_err *err)
{
	const struct tok_profile *p = m->profile;
	struct tok_info i;
	kc_result r;

	if (strlen(label) == 0 || strlen(label) > 32)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "the label has %zu bytes; 1 to 32 fit a card",
		    strlen(label));
	if (p->birth == TOK_BIRTH_NONE) {
		r = KC_FAIL(err, KC_ECARD, 0, "a card cannot be initialised "
		    "through %s: %s", p->name, p->limits);
		goto out;
	}
	KC_TRY(r, tok_mod_info(m, m->slot, &i, err));
	if (pin->len == 0 && so->len == 0) {
		if (!i.pin_pad)
			r = KC_FAIL(err, KC_EPIN, 0, "no new PIN was given, "
			    "and the reader has no pad to type it on");
		else if (p->birth != TOK_BIRTH_PLAIN)
			r = KC_FAIL(err, KC_ECARD, 0, "through %s a card is "
			    "not initialised on the reader's pad", p->name);
		goto out;
	}
	if (pin->len < i.pin_min || pin->len > i.pin_max ||
	    so->len < i.pin_min || so->len > i.pin_max)
		r = KC_FAIL(err, KC_EPIN, 0, "PINs of %lu to %lu bytes fit "
		    "this card; the new PIN or the SO PIN is shorter or "
		    "longer", i.pin_min, i.pin_max);
	else if (p->birth == TOK_BIRTH_PIV && so->len != p->so_digits)
		r = KC_FAIL(err, KC_EPIN, 0, "the SO PIN of a PIV card is its "
		    "management key: %zu hex digits, not %zu bytes",
		    p->so_digits, so->len);
	else if (tok_profile_is_factory(p, pin))
		r = KC_FAIL(err, KC_EPIN, 0,
		    "the new PIN is the one the factory sets");
out:
	if (!kc_ok(r))
		kc_certain(err, "the card was not initialised");
	return r;
}

kc_result
tok_mod_init(struct tok_mod *m, const char *label,
    const struct kc_secret *so_pin, const struct kc_secret *pin,
    const struct kc_secret *puk, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, check_credentials(m, label, so_pin, pin, err));
	/* Open sessions refuse it; and the card forgets them anyway. */
	drop_session(m);
	switch (m->profile->birth) {
	case TOK_BIRTH_FACTORY_SO:
		r = birth_factory_so(m, label, so_pin, pin, err);
		break;
	case TOK_BIRTH_PIV:
		r = birth_piv(m, so_pin, pin, puk, err);
		break;
	default:
		r = birth_plain(m, label, so_pin, pin, err);
	}
	if (!kc_ok(r))
		goto out;
	/* Not by what the module says of the tries left: ykcs11 still has the
	 * locked PIN in mind with which it made the reset possible. */
	KC_TRY(r, tok_mod_enter(m, CKU_USER, pin, "proving the new PIN", err));
	m->logged_in = true;
	KC_TRY(r, tok_mod_keep(&m->pin, pin, err));
	if (m->profile->so_makes)
		r = tok_mod_keep(&m->so_pin, so_pin, err);
out:
	return r;
}

/* ykcs11 2.2.0 calls the management key wrong when its card was taken out
 * (tests/e2e/pulled_cards.sh).  The user's PIN is known to be right: where it
 * gets no answer either, it is not the key that is wrong. */
static kc_result
so_refused(struct tok_mod *m, kc_result so, struct kc_err *err)
{
	struct kc_err why = { 0 };
	kc_result r;

	if (so.code != KC_EPIN || m->pin.len == 0)
		return so;
	r = tok_mod_enter(m, CKU_USER, &m->pin, "logging in as security "
	    "officer, then as the user again", &why);
	(void)m->f->C_Logout(m->session);
	if (kc_ok(r) || r.code == KC_EPIN)
		return so;
	*err = why;
	return r;
}

kc_result
tok_mod_as_so(struct tok_mod *m, struct kc_err *err)
{
	kc_result r;

	if (!m->profile->so_makes)
		return KC_DONE;
	if (m->so_pin.len == 0) {
		r = KC_FAIL(err, KC_EPIN, 0, "through %s the security officer "
		    "makes keys and certificates: its PIN (of a PIV card, "
		    "the management key) was not given", m->profile->name);
		kc_certain(err, "the card was not changed");
		return r;
	}
	(void)m->f->C_Logout(m->session);
	r = tok_mod_enter(m, CKU_SO, &m->so_pin,
	    "logging in as security officer", err);
	if (!kc_ok(r)) {
		r = so_refused(m, r, err);
		kc_certain(err, "the card was not changed");
		m->logged_in = false;
	}
	return r;
}

kc_result
tok_mod_as_user(struct tok_mod *m, struct kc_err *err)
{
	if (!m->profile->so_makes)
		return KC_DONE;
	(void)m->f->C_Logout(m->session);
	return tok_mod_enter(m, CKU_USER, &m->pin,
	    "logging the user in again", err);
}
