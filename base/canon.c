/* SPDX-License-Identifier: Apache-2.0
 *
 * Canonical JSON (RFC 8785), our own writer: what is hashed and signed is
 * made here, byte for byte.  Numbers are integers below 2^53 only.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

#define INT_MAX_EXACT ((INT64_C(1) << 53) - 1)

/* RFC 8785 3.2.3: names are sorted as arrays of UTF-16 code units.  That
 * differs from code point order only where one side is beyond the BMP. */
static int
compare_names(const void *a, const void *b)
{
	const uint8_t *x = *(const uint8_t *const *)a;
	const uint8_t *y = *(const uint8_t *const *)b;
	size_t lx = strlen((const char *)x), ly = strlen((const char *)y);

	while (lx > 0 && ly > 0) {
		uint32_t cx = 0, cy = 0;
		size_t nx = kc_utf8_next(x, lx, &cx);
		size_t ny = kc_utf8_next(y, ly, &cy);

		if (nx == 0 || ny == 0)
			break;
		if (cx != cy) {
			/* A surrogate pair begins with 0xd800..0xdbff. */
			uint32_t ux = cx > 0xffff ?
			    0xd800 + ((cx - 0x10000) >> 10) : cx;
			uint32_t uy = cy > 0xffff ?
			    0xd800 + ((cy - 0x10000) >> 10) : cy;

			if (ux == uy)
				return cx < cy ? -1 : 1;
			return ux < uy ? -1 : 1;
		}
		x += nx;
		lx -= nx;
		y += ny;
		ly -= ny;
	}
	return lx < ly ? -1 : lx > ly;
}

static kc_result
put_string(const char *s, struct kc_buf *ret, struct kc_err *err)
{
	static const char plain[] = "\b\t\n\f\r\"\\";
	static const char named[] = "btnfr\"\\";
	const char *run = s, *hit;
	kc_result r;

	KC_TRY(r, kc_buf_add(ret, "\"", 1, err));
	for (; *s != '\0'; s++) {
		hit = strchr(plain, *s);
		if (hit == NULL && (unsigned char)*s >= 0x20)
			continue;
		KC_TRY(r, kc_buf_add(ret, run, (size_t)(s - run), err));
		if (hit != NULL)
			KC_TRY(r, kc_buf_addf(ret, err, "\\%c",
			    named[hit - plain]));
		else
			KC_TRY(r, kc_buf_addf(ret, err, "\\u%04x",
			    (unsigned char)*s));
		run = s + 1;
	}
	KC_TRY(r, kc_buf_add(ret, run, (size_t)(s - run), err));
	r = kc_buf_add(ret, "\"", 1, err);
out:
	return r;
}

/* One open object or array; the stack replaces recursion. */
struct level {
	const json_t *v;
	const char **names;	/* sorted; NULL for an array */
	size_t next, count;
};

static kc_result
open_level(const json_t *v, struct level *lv, struct kc_buf *ret,
    struct kc_err *err)
{
	json_t *o = (json_t *)(uintptr_t)v, *unused;
	const char *key;
	size_t n = 0;

	*lv = (struct level){ .v = v };
	if (json_is_array(v)) {
		lv->count = json_array_size(v);
		return kc_buf_add(ret, "[", 1, err);
	}
	lv->count = json_object_size(v);
	lv->names = calloc(lv->count + 1, sizeof *lv->names);
	if (lv->names == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for %zu names",
		    lv->count);
	json_object_foreach(o, key, unused)
		lv->names[n++] = key;
	(void)unused;
	qsort(lv->names, lv->count, sizeof *lv->names, compare_names);
	return kc_buf_add(ret, "{", 1, err);
}

static kc_result
put_scalar(const json_t *v, struct kc_buf *ret, struct kc_err *err)
{
	json_int_t i;

	switch (json_typeof(v)) {
	case JSON_STRING:
		return put_string(json_string_value(v), ret, err);
	case JSON_INTEGER:
		i = json_integer_value(v);
		if (i > INT_MAX_EXACT || i < -INT_MAX_EXACT)
			return KC_FAIL(err, KC_EFORMAT, 0,
			    "the integer %lld is beyond 2^53 - 1",
			    (long long)i);
		return kc_buf_addf(ret, err, "%lld", (long long)i);
	case JSON_TRUE:
		return kc_buf_adds(ret, "true", err);
	case JSON_FALSE:
		return kc_buf_adds(ret, "false", err);
	case JSON_NULL:
		return kc_buf_adds(ret, "null", err);
	default:
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "a number that is no integer has no canonical form here");
	}
}

/* The next child of the innermost level, its comma and name written; NULL
 * when the level is done and its bracket closed. */
static kc_result
next_child(struct level *lv, const json_t **ret_v, struct kc_buf *ret,
    struct kc_err *err)
{
	kc_result r;

	*ret_v = NULL;
	if (lv->next == lv->count)
		return kc_buf_add(ret, lv->names != NULL ? "}" : "]", 1, err);
	if (lv->next > 0)
		KC_TRY(r, kc_buf_add(ret, ",", 1, err));
	if (lv->names == NULL) {
		*ret_v = json_array_get(lv->v, lv->next++);
		return KC_DONE;
	}
	KC_TRY(r, put_string(lv->names[lv->next], ret, err));
	KC_TRY(r, kc_buf_add(ret, ":", 1, err));
	*ret_v = json_object_get(lv->v, lv->names[lv->next++]);
out:
	return r;
}

kc_result
kc_json_canon(const json_t *v, struct kc_buf *ret, struct kc_err *err)
{
	struct level stack[KC_JSON_DEPTH + 1] = { 0 };
	size_t depth = 0, before = ret->len;
	kc_result r = KC_DONE;

	do {
		if (json_is_object(v) || json_is_array(v)) {
			if (depth == KC_JSON_DEPTH) {
				r = KC_FAIL(err, KC_ELIMIT, 0,
				    "nested deeper than %d", KC_JSON_DEPTH);
				goto out;
			}
			KC_TRY(r, open_level(v, &stack[depth++], ret, err));
		} else {
			KC_TRY(r, put_scalar(v, ret, err));
		}
		v = NULL;
		while (depth > 0 && v == NULL) {
			KC_TRY(r, next_child(&stack[depth - 1], &v, ret,
			    err));
			if (v == NULL)
				free(stack[--depth].names);
		}
	} while (v != NULL);
out:
	while (depth > 0)
		free(stack[--depth].names);
	if (!kc_ok(r) && ret->p != NULL) {
		ret->len = before;
		ret->p[before] = '\0';
	}
	return r;
}
