/* SPDX-License-Identifier: Apache-2.0
 *
 * Strict JSON reading.  jansson parses; what it is lax about is checked
 * before: NUL bytes (it stops there) and depth (its own limit is 2048).
 */
#include "base/json.h"

#include <string.h>

/* Nesting depth of a text, strings skipped; an upper bound is enough. */
static size_t
depth_of(const char *p, size_t len)
{
	size_t depth = 0, deepest = 0;
	bool quoted = false;

	for (size_t i = 0; i < len; i++) {
		if (quoted) {
			if (p[i] == '\\')
				i++;
			else if (p[i] == '"')
				quoted = false;
		} else if (p[i] == '"') {
			quoted = true;
		} else if (p[i] == '{' || p[i] == '[') {
			if (++depth > deepest)
				deepest = depth;
		} else if ((p[i] == '}' || p[i] == ']') && depth > 0) {
			depth--;
		}
	}
	return deepest;
}

kc_result
kc_json_read(const char *name, const void *p, size_t len, size_t max,
    json_t **ret, struct kc_err *err)
{
	json_error_t je = { 0 };
	json_t *v;

	if (len > max)
		return KC_FAIL(err, KC_ELIMIT, 0,
		    "%s has %zu bytes; the limit is %zu", name, len, max);
	if (memchr(p, '\0', len) != NULL)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: a NUL byte at offset %zu", name,
		    (size_t)((const char *)memchr(p, '\0', len) -
		    (const char *)p));
	if (depth_of(p, len) > KC_JSON_DEPTH)
		return KC_FAIL(err, KC_ELIMIT, 0,
		    "%s is nested deeper than %d", name, KC_JSON_DEPTH);
	v = json_loadb(p, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &je);
	if (v == NULL)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: line %d, column %d: %s", name, je.line, je.column,
		    je.text);
	*ret = v;
	return KC_DONE;
}

static kc_result
member(const json_t *obj, const char *where, const char *key,
    json_type type, const char *kind, const json_t **ret, struct kc_err *err)
{
	const json_t *v;

	if (!json_is_object(obj))
		return KC_FAIL(err, KC_EFORMAT, 0, "%s is not an object",
		    where);
	v = json_object_get(obj, key);
	if (v == NULL)
		return KC_FAIL(err, KC_EFORMAT, 0, "%s: \"%s\" is missing",
		    where, key);
	if (json_typeof(v) != type)
		return KC_FAIL(err, KC_EFORMAT, 0, "%s: \"%s\" is not %s",
		    where, key, kind);
	*ret = v;
	return KC_DONE;
}

kc_result
kc_json_str(const json_t *obj, const char *where, const char *key,
    const char **ret, struct kc_err *err)
{
	const json_t *v;
	kc_result r = member(obj, where, key, JSON_STRING, "a string", &v,
	    err);

	if (kc_ok(r))
		*ret = json_string_value(v);
	return r;
}

kc_result
kc_json_int(const json_t *obj, const char *where, const char *key,
    int64_t min, int64_t max, int64_t *ret, struct kc_err *err)
{
	const json_t *v;
	kc_result r = member(obj, where, key, JSON_INTEGER, "an integer", &v,
	    err);

	if (!kc_ok(r))
		return r;
	if (json_integer_value(v) < min || json_integer_value(v) > max)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: \"%s\" is %lld, outside %lld to %lld", where, key,
		    (long long)json_integer_value(v), (long long)min,
		    (long long)max);
	*ret = json_integer_value(v);
	return r;
}

kc_result
kc_json_obj(const json_t *obj, const char *where, const char *key,
    const json_t **ret, struct kc_err *err)
{
	return member(obj, where, key, JSON_OBJECT, "an object", ret, err);
}

kc_result
kc_json_arr(const json_t *obj, const char *where, const char *key,
    size_t min, size_t max, const json_t **ret, struct kc_err *err)
{
	const json_t *v;
	kc_result r = member(obj, where, key, JSON_ARRAY, "an array", &v,
	    err);

	if (!kc_ok(r))
		return r;
	if (json_array_size(v) < min || json_array_size(v) > max)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: \"%s\" has %zu items, not %zu to %zu", where, key,
		    json_array_size(v), min, max);
	*ret = v;
	return r;
}

/* Is key one of the blank-separated words of list? */
static bool
listed(const char *list, const char *key)
{
	size_t len = strlen(key);

	while (*list != '\0') {
		size_t n = strcspn(list, " ");

		if (n == len && memcmp(list, key, n) == 0)
			return true;
		list += n;
		list += strspn(list, " ");
	}
	return false;
}

kc_result
kc_json_only(const json_t *obj, const char *where, const char *keys,
    struct kc_err *err)
{
	const char *key;
	json_t *v, *o = (json_t *)(uintptr_t)obj;

	if (!json_is_object(obj))
		return KC_FAIL(err, KC_EFORMAT, 0, "%s is not an object",
		    where);
	json_object_foreach(o, key, v)
		if (!listed(keys, key))
			return KC_FAIL(err, KC_EFORMAT, 0,
			    "%s: \"%.40s\" does not belong there", where,
			    key);
	return KC_DONE;
}

static kc_result
no_memory(struct kc_err *err)
{
	return KC_FAIL(err, KC_ENOMEM, 0, "no memory for a JSON value");
}

kc_result
kc_json_set_new(json_t *obj, const char *key, json_t *v, struct kc_err *err)
{
	return json_object_set_new(obj, key, v) == 0 ? KC_DONE :
	    no_memory(err);
}

kc_result
kc_json_set_str(json_t *obj, const char *key, const char *value,
    struct kc_err *err)
{
	return kc_json_set_new(obj, key, json_string(value), err);
}

kc_result
kc_json_set_int(json_t *obj, const char *key, int64_t value,
    struct kc_err *err)
{
	return kc_json_set_new(obj, key, json_integer(value), err);
}

kc_result
kc_json_set_bool(json_t *obj, const char *key, bool value,
    struct kc_err *err)
{
	return kc_json_set_new(obj, key, json_boolean(value), err);
}

kc_result
kc_json_add_new(json_t *arr, json_t *v, struct kc_err *err)
{
	return json_array_append_new(arr, v) == 0 ? KC_DONE : no_memory(err);
}
