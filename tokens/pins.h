/* SPDX-License-Identifier: Apache-2.0
 *
 * What runs inside a card process: every object that is mapped there after
 * the module was loaded and asked for its cards, and the configuration files
 * that it reads, each with its hash.
 */
#ifndef KC_TOKENS_PINS_H
#define KC_TOKENS_PINS_H

#include "base/hash.h"
#include "tokens/card.h"

#define TOK_PINS_MAX 96
#define TOK_PIN_PATH 256

struct tok_pin {
	char path[TOK_PIN_PATH];
	uint8_t sha256[KC_SHA256];
	bool config;		/* read, not mapped */
};

/* tok_pins: load the module into a process of its own, ask it for its cards,
 *  hash what is mapped executable then (this program itself left out: its
 *  hash is the journal's), and the module's configuration files that exist.
 *  Sorted by path, objects first.
 *  ret  TOK_PINS_MAX of them
 *  Errors: KC_EMODULE also when a mapped file is not the one of its name any
 *  more, so that nobody can say what runs */
KC_MUST kc_result tok_pins(struct tok_server *s, const struct tok_module *m,
    struct tok_pin *ret, size_t *ret_n, struct kc_err *err);

/* --- inside the card process --- */

struct tok_profile;

/* tok_pins_mapped: of the text of a /proc/PID/maps, the regular files that
 *  are mapped executable, without self; add them to ret, unhashed.
 *  Errors: KC_EMODULE deleted, too long or too many */
struct tok_mapped {
	char path[TOK_PIN_PATH];
	unsigned long inode;
};
KC_MUST kc_result tok_pins_mapped(const char *maps, const char *self,
    struct tok_mapped *ret, size_t max, size_t *ret_n, struct kc_err *err);

/* tok_pins_here: of this process. */
KC_MUST kc_result tok_pins_here(const struct tok_profile *p,
    struct tok_pin *ret, size_t *ret_n, struct kc_err *err);

#endif
