/* SPDX-License-Identifier: Apache-2.0
 *
 * One Cryptoki module, one selected token, one session; room-internal, used
 * only inside the card child.
 *
 * The module is loaded through libp11 and spoken to through the same mapping.
 * Rules (libp11 0.4.12): one PKCS11_CTX per process; PKCS11_update_slots is
 * never called (it crashes with more than one slot); the PIN is given to
 * C_Login only (libp11 would keep a copy past logout); unload last.
 */
#ifndef KC_TOKENS_MODULE_H
#define KC_TOKENS_MODULE_H

#include <libp11.h>
#include <p11-kit/pkcs11.h>

#include "tokens/card.h"

/* struct tok_mod: start as {0} with path set. */
struct tok_mod {
	const char *path;
	PKCS11_CTX *ctx;
	void *mapping;			/* dlopen handle of the same mapping */
	CK_FUNCTION_LIST_PTR f;
	bool selected;
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE session;	/* read-write; 0 when closed */
	struct kc_secret pin;		/* for context-specific logins */
	bool logged_in;
	uint8_t probed_id[TOK_ID_MAX];	/* the key the way below is of */
	size_t probed_len;
	enum tok_oaep way;
};

/* tok_ckr: fail with the name of a CKR_ value.  The one gate for them:
 *  PIN values become KC_EPIN, a vanished card KC_ECARDLESS. */
kc_result tok_ckr(struct kc_err *err, CK_RV rv, const char *call);

KC_MUST kc_result tok_mod_load(struct tok_mod *m, struct kc_err *err);
void tok_mod_unload(struct tok_mod *m);

/* tok_mod_slots: slots with a token in them. */
KC_MUST kc_result tok_mod_slots(struct tok_mod *m, CK_SLOT_ID *ret,
    size_t max, size_t *ret_n, struct kc_err *err);
KC_MUST kc_result tok_mod_info(struct tok_mod *m, CK_SLOT_ID slot,
    struct tok_info *ret, struct kc_err *err);

/* tok_mod_select: the one token the URI names. */
KC_MUST kc_result tok_mod_select(struct tok_mod *m,
    const struct tok_uri *uri, struct tok_info *ret, struct kc_err *err);

/* tok_mod_session: open the read-write session, once. */
KC_MUST kc_result tok_mod_session(struct tok_mod *m, struct kc_err *err);

/* tok_mod_login: log the user in, keeping a copy of the PIN in the secure
 *  heap.  pin empty: the reader's PIN pad asks. */
KC_MUST kc_result tok_mod_login(struct tok_mod *m,
    const struct kc_secret *pin, struct kc_err *err);

/* tok_mod_context_login: again, for a key that asks for it at each use. */
KC_MUST kc_result tok_mod_context_login(struct tok_mod *m,
    struct kc_err *err);

/* tok_mod_init: C_InitToken, C_InitPIN, select the token anew, log in. */
KC_MUST kc_result tok_mod_init(struct tok_mod *m, const char *label,
    const struct kc_secret *so_pin, const struct kc_secret *pin,
    struct kc_err *err);

#endif
