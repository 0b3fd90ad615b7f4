/* SPDX-License-Identifier: Apache-2.0
 *
 * What each Cryptoki module does otherwise than the standard says, measured;
 * one table.  Whatever probing can tell (sizes, attributes, the way of OAEP)
 * is probed and does not stand here.
 */
#ifndef KC_TOKENS_PROFILE_H
#define KC_TOKENS_PROFILE_H

#include <stddef.h>

#include "base/err.h"
#include "base/secret.h"

#define TOK_CONF_MAX 2

/* How a card is initialised through the module. */
enum tok_birth {
	TOK_BIRTH_PLAIN,	/* C_InitToken, C_InitPIN: the standard's way */
	TOK_BIRTH_FACTORY_SO,	/* C_InitToken puts the factory SO PIN back */
	TOK_BIRTH_PIV,		/* C_InitToken resets; PIN, PUK by C_SetPIN */
	TOK_BIRTH_NONE,		/* not through this module */
};

/* struct tok_profile: one module, known by CK_INFO.
 *  so_makes    keys and certificates are made in a session of the SO
 *  keygen      false: makes no keys at all
 *  attests     shows what the device attests of a key it made
 *  constants   answers attributes of keys without asking the card
 *  so_digits   hex digits of an SO PIN that we draw
 *  factory_*   what a card that nobody touched answers to; NULL: none
 *  conf_variable, conf  names its configuration file; without it, the files
 *              that the module looks for
 *  limits      for people: what this module cannot do, with its version */
struct tok_profile {
	const char *name;
	const char *manufacturer, *library;	/* prefixes of CK_INFO */
	enum tok_birth birth;
	bool so_makes;
	bool keygen;
	bool attests, constants;
	size_t so_digits;
	const char *factory_so, *factory_pin, *factory_puk;
	const char *conf_variable;
	const char *conf[TOK_CONF_MAX];
	const char *limits;
};

/* tok_profile_find: the module's row; a module that nobody has measured
 *  gets the standard's (name "other").  Blank-padded fields of CK_INFO. */
const struct tok_profile *tok_profile_find(const unsigned char *manufacturer,
    size_t manufacturer_len, const unsigned char *library,
    size_t library_len);

/* tok_profile_named: by name, NULL when there is none of that name. */
const struct tok_profile *tok_profile_named(const char *name);

/* tok_profile_so_pin: draw an SO PIN as this module takes it (for PIV: the
 *  management key in hex).
 *  ret  secure heap, NUL-ended beyond len; caller: kc_secret_free */
KC_MUST kc_result tok_profile_so_pin(const struct tok_profile *p,
    struct kc_secret *ret, struct kc_err *err);

/* tok_profile_is_factory: the PIN is the one the factory sets.  Constant
 *  time in the PIN's bytes. */
bool tok_profile_is_factory(const struct tok_profile *p,
    const struct kc_secret *pin);

#endif
