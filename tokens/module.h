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
#include "tokens/profile.h"

/* struct tok_mod: start as {0} with path set. */
struct tok_mod {
	const char *path;
	PKCS11_CTX *ctx;
	void *mapping;			/* dlopen handle of the same mapping */
	CK_FUNCTION_LIST_PTR f;
	const struct tok_profile *profile;
	bool selected;
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE session;	/* read-write; 0 when closed */
	struct kc_secret pin;		/* for context-specific logins */
	struct kc_secret so_pin;	/* where the SO makes the keys */
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

/* tok_mod_keep: replace *to by a copy in the secure heap; empty for empty. */
KC_MUST kc_result tok_mod_keep(struct kc_secret *to,
    const struct kc_secret *from, struct kc_err *err);

/* tok_mod_init: initialise the token by the module's way, select it anew,
 *  prove each new credential, log the user in (life.c).
 *  puk   empty: on a card that has one, drawn and discarded */
KC_MUST kc_result tok_mod_init(struct tok_mod *m, const char *label,
    const struct kc_secret *so_pin, const struct kc_secret *pin,
    const struct kc_secret *puk, struct kc_err *err);

/* tok_mod_enter: C_Login in the session, opened if need be (life.c).
 *  pin   empty: the reader's PIN pad asks
 *  what  for messages.  Errors: KC_EPIN; as tok_mod_session */
KC_MUST kc_result tok_mod_enter(struct tok_mod *m, CK_USER_TYPE who,
    const struct kc_secret *pin, const char *what, struct kc_err *err);

/* change.c: tok_so_try and tok_set_pin of card.h. */
KC_MUST kc_result tok_mod_so_try(struct tok_mod *m,
    const struct kc_secret *so, struct kc_err *err);
KC_MUST kc_result tok_mod_set_pin(struct tok_mod *m,
    const struct kc_secret *pin, struct kc_err *err);

/* tok_mod_as_so, tok_mod_as_user: where the SO makes the objects, change
 *  the session to the SO and back; else nothing.
 *  Errors: KC_EPIN no SO PIN was given, or a wrong one */
KC_MUST kc_result tok_mod_as_so(struct tok_mod *m, struct kc_err *err);
KC_MUST kc_result tok_mod_as_user(struct tok_mod *m, struct kc_err *err);

#endif
