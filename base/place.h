/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a value stands in a JSON text: jansson forgets it once it has read.
 */
#ifndef KC_BASE_PLACE_H
#define KC_BASE_PLACE_H

#include <stdbool.h>
#include <stddef.h>

/* kc_json_place: line and column (1-based, bytes) of the value that path
 *  names: members joined by '.', items as [N]; "" is the whole text.
 *  text  JSON that kc_json_read has taken; a name with an escape in it, or
 *        with a '.' or '[', is not found
 *  Returns false when there is none; *ret_line and *ret_col unchanged then */
bool kc_json_place(const char *text, size_t len, const char *path,
    size_t *ret_line, size_t *ret_col);

#endif
