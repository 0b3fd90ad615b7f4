/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON: strict reading on jansson, canonical writing of our own (RFC 8785,
 * numbers limited to integers below 2^53).
 */
#ifndef KC_BASE_JSON_H
#define KC_BASE_JSON_H

#include <stdint.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"

#define KC_JSON_DEPTH 64		/* deepest nesting read */

/* kc_json_read: parse exactly one JSON text.
 *  name   for messages: the file's name
 *  max    largest size in bytes
 *  Refused: NUL bytes, malformed UTF-8, duplicate keys, trailing bytes,
 *  nesting deeper than KC_JSON_DEPTH, a text longer than max.
 *  Errors: KC_EFORMAT with line and column; KC_ELIMIT
 *  ret    caller: json_decref */
KC_MUST kc_result kc_json_read(const char *name, const void *p, size_t len,
    size_t max, json_t **ret, struct kc_err *err);

/* Members of an object, by exact type.  where names the place in messages
 * ("EncData.data[1]").  Errors: KC_EFORMAT; values stay owned by obj. */
KC_MUST kc_result kc_json_str(const json_t *obj, const char *where,
    const char *key, const char **ret, struct kc_err *err);
KC_MUST kc_result kc_json_int(const json_t *obj, const char *where,
    const char *key, int64_t min, int64_t max, int64_t *ret,
    struct kc_err *err);
KC_MUST kc_result kc_json_obj(const json_t *obj, const char *where,
    const char *key, const json_t **ret, struct kc_err *err);
KC_MUST kc_result kc_json_arr(const json_t *obj, const char *where,
    const char *key, size_t min, size_t max, const json_t **ret,
    struct kc_err *err);

/* kc_json_only: obj is an object whose keys are all in the blank-separated
 *  list.  Errors: KC_EFORMAT naming the foreign key */
KC_MUST kc_result kc_json_only(const json_t *obj, const char *where,
    const char *keys, struct kc_err *err);

/* kc_json_canon: append the canonical form of v: keys sorted by UTF-16 code
 *  units, shortest escapes, no white space.
 *  Errors: KC_EFORMAT for a real number or an integer beyond 2^53 - 1;
 *  KC_ELIMIT deeper than KC_JSON_DEPTH; ret unchanged */
KC_MUST kc_result kc_json_canon(const json_t *v, struct kc_buf *ret,
    struct kc_err *err);

/* kc_json_set_str / _int / _bool / _new: set a member; memory is the only
 *  failure.  kc_json_set_new steals v, also on failure. */
KC_MUST kc_result kc_json_set_str(json_t *obj, const char *key,
    const char *value, struct kc_err *err);
KC_MUST kc_result kc_json_set_int(json_t *obj, const char *key,
    int64_t value, struct kc_err *err);
KC_MUST kc_result kc_json_set_bool(json_t *obj, const char *key, bool value,
    struct kc_err *err);
KC_MUST kc_result kc_json_set_new(json_t *obj, const char *key, json_t *v,
    struct kc_err *err);
KC_MUST kc_result kc_json_add_new(json_t *arr, json_t *v,
    struct kc_err *err);

#endif
