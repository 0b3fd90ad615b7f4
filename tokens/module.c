/* SPDX-License-Identifier: Apache-2.0
 *
 * Loading a module, choosing a token, logging in.
 */
#include "tokens/module.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "tokens/profile.h"

/* Which of the measured modules this is. */
static kc_result
known(struct tok_mod *m, struct kc_err *err)
{
	CK_INFO info;
	CK_RV rv = m->f->C_GetInfo(&info);

	if (rv != CKR_OK)
		return tok_ckr(err, rv, "asking the module who made it");
	m->profile = tok_profile_find(info.manufacturerID,
	    sizeof info.manufacturerID, info.libraryDescription,
	    sizeof info.libraryDescription);
	return KC_DONE;
}

kc_result
tok_mod_load(struct tok_mod *m, struct kc_err *err)
{
	CK_C_GetFunctionList get = NULL;
	CK_RV rv;

	if (m->f != NULL)
		return KC_DONE;
	if (m->path[0] != '/')
		return KC_FAIL(err, KC_EMODULE, 0,
		    "module '%.200s': the path must be absolute", m->path);
	/* Opened here first: libp11 would not tell why it cannot be.  Both get
	 * the same mapping, so the direct calls meet libp11's state. */
	m->mapping = dlopen(m->path, RTLD_NOW | RTLD_LOCAL);
	if (m->mapping == NULL) {
		const char *why = dlerror();

		return KC_FAIL(err, KC_EMODULE, 0,
		    "module %.200s cannot be loaded: %.300s", m->path,
		    why != NULL ? why : "no reason given");
	}
	m->ctx = PKCS11_CTX_new();
	if (m->ctx == NULL || PKCS11_CTX_load(m->ctx, m->path) != 0) {
		PKCS11_CTX_free(m->ctx);
		m->ctx = NULL;
		tok_mod_unload(m);
		return KC_FAIL_SSL(err, KC_EMODULE,
		    "the module is loaded, but does not start");
	}
	*(void **)&get = dlsym(m->mapping, "C_GetFunctionList");
	rv = get != NULL ? get(&m->f) : CKR_GENERAL_ERROR;
	if (rv != CKR_OK || m->f == NULL) {
		m->f = NULL;
		tok_mod_unload(m);
		return KC_FAIL(err, KC_EMODULE, (long)rv,
		    "module %.200s has no C_GetFunctionList", m->path);
	}
	return known(m, err);
}

void
tok_mod_unload(struct tok_mod *m)
{
	if (m->f != NULL && m->session != 0) {
		if (m->logged_in)
			(void)m->f->C_Logout(m->session);
		(void)m->f->C_CloseSession(m->session);
	}
	m->session = 0;
	m->logged_in = false;
	m->f = NULL;
	kc_secret_free(&m->pin);
	kc_secret_free(&m->so_pin);
	if (m->mapping != NULL)
		(void)dlclose(m->mapping);
	m->mapping = NULL;
	if (m->ctx != NULL) {
		PKCS11_CTX_unload(m->ctx);
		PKCS11_CTX_free(m->ctx);
	}
	m->ctx = NULL;
	m->way = TOK_OAEP_UNKNOWN;
}

kc_result
tok_mod_slots(struct tok_mod *m, CK_SLOT_ID *ret, size_t max, size_t *ret_n,
    struct kc_err *err)
{
	CK_ULONG n = max;
	CK_RV rv = m->f->C_GetSlotList(CK_TRUE, ret, &n);

	if (rv == CKR_BUFFER_TOO_SMALL)
		return KC_FAIL(err, KC_ECARD, (long)rv,
		    "the module shows more than %zu cards", max);
	if (rv != CKR_OK)
		return tok_ckr(err, rv, "listing the cards");
	*ret_n = n;
	return KC_DONE;
}

/* Blank-padded fixed fields; some modules end them with a NUL. */
static void
field(char *out, size_t size, const unsigned char *in, size_t len)
{
	size_t n = strnlen((const char *)in, len);

	while (n > 0 && in[n - 1] == ' ')
		n--;
	if (n >= size)
		n = size - 1;
	memcpy(out, in, n);
	out[n] = '\0';
}

/* A module without the mechanism answers with an error: no sizes. */
static void
rsa_range(struct tok_mod *m, struct tok_info *i)
{
	CK_MECHANISM_INFO mi;

	if (m->f->C_GetMechanismInfo(i->slot, CKM_RSA_PKCS_KEY_PAIR_GEN,
	    &mi) != CKR_OK)
		return;
	i->rsa_min = mi.ulMinKeySize;
	i->rsa_max = mi.ulMaxKeySize;
}

kc_result
tok_mod_info(struct tok_mod *m, CK_SLOT_ID slot, struct tok_info *ret,
    struct kc_err *err)
{
	struct tok_info i = { .slot = slot };
	CK_SLOT_INFO si;
	CK_TOKEN_INFO ti;
	CK_FLAGS f;
	CK_RV rv = m->f->C_GetSlotInfo(slot, &si);

	if (rv == CKR_OK)
		rv = m->f->C_GetTokenInfo(slot, &ti);
	if (rv != CKR_OK)
		return tok_ckr(err, rv, "reading the card's state");
	field(i.label, sizeof i.label, ti.label, sizeof ti.label);
	field(i.manufacturer, sizeof i.manufacturer, ti.manufacturerID,
	    sizeof ti.manufacturerID);
	field(i.model, sizeof i.model, ti.model, sizeof ti.model);
	field(i.serial, sizeof i.serial, ti.serialNumber,
	    sizeof ti.serialNumber);
	field(i.reader, sizeof i.reader, si.slotDescription,
	    sizeof si.slotDescription);
	(void)snprintf(i.firmware, sizeof i.firmware, "%u.%u",
	    ti.firmwareVersion.major, ti.firmwareVersion.minor);
	(void)snprintf(i.hardware, sizeof i.hardware, "%u.%u",
	    ti.hardwareVersion.major, ti.hardwareVersion.minor);
	f = ti.flags;
	i.initialized = (f & CKF_TOKEN_INITIALIZED) != 0;
	i.pin_set = (f & CKF_USER_PIN_INITIALIZED) != 0;
	i.pin_low = (f & CKF_USER_PIN_COUNT_LOW) != 0;
	i.pin_last = (f & CKF_USER_PIN_FINAL_TRY) != 0;
	i.pin_locked = (f & CKF_USER_PIN_LOCKED) != 0;
	i.so_low = (f & CKF_SO_PIN_COUNT_LOW) != 0;
	i.so_last = (f & CKF_SO_PIN_FINAL_TRY) != 0;
	i.so_locked = (f & CKF_SO_PIN_LOCKED) != 0;
	i.pin_pad = (f & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
	i.factory_pin = (f & CKF_USER_PIN_TO_BE_CHANGED) != 0;
	i.so_factory = (f & CKF_SO_PIN_TO_BE_CHANGED) != 0;
	i.login_required = (f & CKF_LOGIN_REQUIRED) != 0;
	i.write_protected = (f & CKF_WRITE_PROTECTED) != 0;
	(void)snprintf(i.profile, sizeof i.profile, "%s", m->profile->name);
	i.pin_min = ti.ulMinPinLen;
	i.pin_max = ti.ulMaxPinLen;
	rsa_range(m, &i);
	*ret = i;
	return KC_DONE;
}

static bool
fits(const struct tok_uri *u, const struct tok_info *i)
{
	return (u->token[0] == '\0' || strcmp(u->token, i->label) == 0) &&
	    (u->manufacturer[0] == '\0' ||
	    strcmp(u->manufacturer, i->manufacturer) == 0) &&
	    (u->serial[0] == '\0' || strcmp(u->serial, i->serial) == 0) &&
	    (u->model[0] == '\0' || strcmp(u->model, i->model) == 0) &&
	    (!u->has_slot || u->slot == i->slot);
}

/* Initialised tokens come first: SoftHSM always shows one blank slot more. */
kc_result
tok_mod_select(struct tok_mod *m, const struct tok_uri *uri,
    struct tok_info *ret, struct kc_err *err)
{
	CK_SLOT_ID slots[TOK_LIST_MAX];
	struct tok_info info, found[2] = { 0 };
	size_t n = 0, count[2] = { 0 };
	kc_result r;

	KC_TRY(r, tok_mod_slots(m, slots, TOK_LIST_MAX, &n, err));
	for (size_t i = 0; i < n; i++) {
		KC_TRY(r, tok_mod_info(m, slots[i], &info, err));
		if (!fits(uri, &info))
			continue;
		if (count[info.initialized]++ == 0)
			found[info.initialized] = info;
	}
	for (int kind = 1; kind >= 0; kind--) {
		if (count[kind] == 0)
			continue;
		if (count[kind] > 1)
			return KC_FAIL(err, KC_ECARD, 0, "%zu cards fit the "
			    "URI: add serial= (or slot-id=)", count[kind]);
		*ret = found[kind];
		m->slot = found[kind].slot;
		m->selected = true;
		return KC_DONE;
	}
	r = KC_FAIL(err, KC_ECARDLESS, 0, "none of the %zu cards the module "
	    "shows fits the URI (serial '%s', token '%s')", n, uri->serial,
	    uri->token);
out:
	return r;
}

kc_result
tok_mod_session(struct tok_mod *m, struct kc_err *err)
{
	CK_RV rv;

	if (!m->selected)
		return KC_FAIL(err, KC_EBUG, 0, "no card was selected");
	if (m->session != 0)
		return KC_DONE;
	rv = m->f->C_OpenSession(m->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION,
	    NULL, NULL, &m->session);
	if (rv != CKR_OK) {
		m->session = 0;
		return tok_ckr(err, rv, "opening a session");
	}
	return KC_DONE;
}

kc_result
tok_mod_login(struct tok_mod *m, const struct kc_secret *pin,
    struct kc_err *err)
{
	struct tok_info i;
	kc_result r;
	CK_RV rv;

	KC_TRY(r, tok_mod_session(m, err));
	if (m->logged_in)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "card: the user is logged in already");
	KC_TRY(r, tok_mod_info(m, m->slot, &i, err));
	KC_TRY(r, tok_may_login(&i, err));
	rv = m->f->C_Login(m->session, CKU_USER, pin->p, pin->len);
	if (rv != CKR_OK) {
		struct tok_info after = i;

		r = tok_ckr(err, rv, "logging in");
		if (r.code == KC_EPIN && kc_ok(tok_mod_info(m, m->slot,
		    &after, NULL)))
			r = KC_FAIL(err, KC_EPIN, (long)rv, "card %s: wrong "
			    "PIN%s%s", i.serial,
			    after.pin_low ? "; the tries are running low" : "",
			    after.pin_last ? "; one is left" : "");
		goto out;
	}
	m->logged_in = true;
	r = tok_mod_keep(&m->pin, pin, err);
out:
	return r;
}

kc_result
tok_mod_keep(struct kc_secret *to, const struct kc_secret *from,
    struct kc_err *err)
{
	kc_result r;

	kc_secret_free(to);
	if (from->len == 0)
		return KC_DONE;
	r = kc_secret_new(to, from->len, err);
	if (kc_ok(r)) {
		memcpy(to->p, from->p, from->len);
		to->len = from->len;
	}
	return r;
}

kc_result
tok_mod_context_login(struct tok_mod *m, struct kc_err *err)
{
	CK_RV rv = m->f->C_Login(m->session, CKU_CONTEXT_SPECIFIC, m->pin.p,
	    m->pin.len);

	return rv == CKR_OK ? KC_DONE : tok_ckr(err, rv,
	    "giving the PIN again for this key");
}
