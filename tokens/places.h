/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a card child may write: what its module is known to need, what its
 * variables name, what the site file adds.  Room-internal; used in the child,
 * before the module is loaded.
 */
#ifndef KC_TOKENS_PLACES_H
#define KC_TOKENS_PLACES_H

#include "tokens/card.h"

/* struct tok_places: given, from the request; the rest is found here. */
struct tok_places {
	char given[TOK_WRITE_MAX][TOK_WRITE_SIZE];
	size_t n_given;
	char store[TOK_WRITE_SIZE];	/* of the variables */
};

/* tok_places_confine: nothing but those, from now on; the module's variables
 *  are in the environment already.
 *  module  its path; NULL: the readers' child, which writes nothing
 *  Errors: KC_ESANDBOX */
KC_MUST kc_result tok_places_confine(struct tok_places *p, const char *module,
    struct kc_err *err);

#endif
