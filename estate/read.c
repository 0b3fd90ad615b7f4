/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading az's files: members that may be null or absent, times in both
 * forms, hosts, and lists compared as sets.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "estate/look.h"

#define DOMAIN ".managedhsm.azure.net"
#define SECONDS_MAX INT64_C(253402300799)	/* the year 9999 */
#define NAMED_MAX 8

/* NULL for null and for absent alike. */
static kc_result
may_be(const json_t *o, const char *where, const char *key, json_type type,
    const char *kind, const json_t **ret, struct kc_err *err)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_object(o))
		return KC_FAIL(err, KC_EFORMAT, 0, "%s is not an object",
		    where);
	if (v != NULL && !json_is_null(v) && json_typeof(v) != type)
		return KC_FAIL(err, KC_EFORMAT, 0, "%s: \"%s\" is not %s",
		    where, key, kind);
	*ret = json_is_null(v) ? NULL : v;
	return KC_DONE;
}

kc_result
est_may_str(const json_t *o, const char *where, const char *key,
    const char **ret, struct kc_err *err)
{
	const json_t *v;
	kc_result r = may_be(o, where, key, JSON_STRING, "a string", &v, err);

	if (kc_ok(r))
		*ret = json_string_value(v);
	return r;
}

kc_result
est_may_obj(const json_t *o, const char *where, const char *key,
    const json_t **ret, struct kc_err *err)
{
	return may_be(o, where, key, JSON_OBJECT, "an object", ret, err);
}

kc_result
est_may_arr(const json_t *o, const char *where, const char *key,
    const json_t **ret, struct kc_err *err)
{
	return may_be(o, where, key, JSON_ARRAY, "a list", ret, err);
}

kc_result
est_may_bool(const json_t *o, const char *where, const char *key, int *ret,
    struct kc_err *err)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_object(o))
		return KC_FAIL(err, KC_EFORMAT, 0, "%s is not an object",
		    where);
	if (v != NULL && !json_is_null(v) && !json_is_boolean(v))
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: \"%s\" is neither true nor false", where, key);
	*ret = v == NULL || json_is_null(v) ? -1 : json_is_true(v);
	return KC_DONE;
}

kc_result
est_may_int(const json_t *o, const char *where, const char *key, int64_t max,
    bool *ret_there, int64_t *ret, struct kc_err *err)
{
	const json_t *v;
	kc_result r = may_be(o, where, key, JSON_INTEGER, "an integer", &v,
	    err);

	if (!kc_ok(r))
		return r;
	*ret_there = v != NULL;
	return v == NULL ? r : kc_json_int(o, where, key, 0, max, ret, err);
}

kc_result
est_time_parse(const char *text, int64_t *ret_ms, struct kc_err *err)
{
	size_t n = strlen(text);
	char z[64];

	if (n > 6 && n < sizeof z && strcmp(text + n - 6, "+00:00") == 0) {
		(void)snprintf(z, sizeof z, "%.*sZ", (int)(n - 6), text);
		text = z;
	}
	if (!kc_ok(kc_clock_parse(text, ret_ms, NULL)))
		return KC_FAIL(err, KC_EFORMAT, 0, "'%.40s' is no time like "
		    "2026-11-23T18:40:01Z", text);
	return KC_DONE;
}

kc_result
est_may_time(const json_t *o, const char *where, const char *key,
    bool *ret_there, int64_t *ret_ms, struct kc_err *err)
{
	const json_t *v = json_object_get(o, key);
	int64_t s = 0;
	kc_result r;

	if (!json_is_string(v)) {
		r = est_may_int(o, where, key, SECONDS_MAX, ret_there, &s, err);
		if (kc_ok(r))
			*ret_ms = s * 1000;
		*ret_there = kc_ok(r) && *ret_there && s != 0;
		return r;
	}
	r = est_time_parse(json_string_value(v), ret_ms, err);
	*ret_there = kc_ok(r);
	return kc_ok(r) ? r : kc_prefix(err, "%s: \"%s\"", where, key);
}

kc_result
est_all_text(const json_t *arr, const char *where, const char *what,
    struct kc_err *err)
{
	for (size_t i = 0; i < json_array_size(arr); i++)
		if (!json_is_string(json_array_get(arr, i)))
			return KC_FAIL(err, KC_EFORMAT, 0,
			    "%s: \"%s\"[%zu] is not a string", where, what,
			    i);
	return KC_DONE;
}

bool
est_word_in(const char *words, const char *word)
{
	size_t n = strlen(word);
	const char *at = words;

	for (; n > 0 && (at = strstr(at, word)) != NULL; at++)
		if ((at == words || at[-1] == ' ') &&
		    (at[n] == ' ' || at[n] == '\0') &&
		    strchr(word, ' ') == NULL)
			return true;
	return false;
}

kc_result
est_known(struct est_look *k, const json_t *o, const char *where,
    const char *keys, struct kc_err *err)
{
	json_t *v, *all = (json_t *)(uintptr_t)o;
	const char *key;
	kc_result r = KC_DONE;

	json_object_foreach(all, key, v)
		if (kc_ok(r) && !est_word_in(keys, key))
			r = est_remark(k, err, "the field %s%s is not known "
			    "to this program and was not judged%s", where,
			    key, json_is_null(v) ? " (it is null)" : "");
	return r;
}

bool
est_host_read(const char *url, struct est_host *ret)
{
	static const char scheme[] = "https://";
	const char *at = url + sizeof scheme - 1;
	size_t n;

	if (strncmp(url, scheme, sizeof scheme - 1) != 0)
		return false;
	n = strcspn(at, "/");
	if (n == 0 || n > EST_HOST_MAX || strpbrk(at, "?#\\ ") != NULL)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = at[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    c != '.' && c != '-')
			return false;
		ret->name[i] = c;
	}
	ret->name[n] = '\0';
	ret->path = at[n] == '/' ? at + n + 1 : at + n;
	return true;
}

/* A name without a dot is that of a pool in the public cloud. */
bool
est_host_is(const char *host, const char *pool)
{
	size_t n = strlen(pool);

	if (strncasecmp(host, pool, n) != 0)
		return false;
	return strcmp(host + n, strchr(pool, '.') == NULL ? DOMAIN : "") == 0;
}

bool
est_listed(const struct est_names *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcasecmp(list->v[i], text) == 0)
			return true;
	return false;
}

kc_result
est_names_add(struct kc_buf *b, size_t *n, struct kc_err *err,
    const char *fmt, ...)
{
	char one[200];
	va_list ap;

	if (++*n > NAMED_MAX)
		return KC_DONE;
	va_start(ap, fmt);
	(void)vsnprintf(one, sizeof one, fmt, ap);
	va_end(ap);
	return kc_buf_addf(b, err, "%s%s", b->len > 0 ? ", " : "", one);
}

kc_result
est_names_end(struct kc_buf *b, size_t n, struct kc_err *err)
{
	return n <= NAMED_MAX ? KC_DONE :
	    kc_buf_addf(b, err, " and %zu more", n - NAMED_MAX);
}

static bool
in_array(const json_t *arr, const char *text)
{
	for (size_t i = 0; i < json_array_size(arr); i++)
		if (strcasecmp(json_string_value(json_array_get(arr, i)),
		    text) == 0)
			return true;
	return false;
}

kc_result
est_compare(const json_t *arr, const struct est_names *want,
    struct est_compared *ret, struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < json_array_size(arr); i++) {
		const char *s = json_string_value(json_array_get(arr, i));

		if (!est_listed(want, s))
			KC_TRY(r, est_names_add(&ret->extra, &ret->n_extra,
			    err, "%s", s));
	}
	for (size_t i = 0; i < want->n; i++)
		if (!in_array(arr, want->v[i]))
			KC_TRY(r, est_names_add(&ret->missing, &ret->n_missing,
			    err, "%s", want->v[i]));
	KC_TRY(r, est_names_end(&ret->extra, ret->n_extra, err));
	r = est_names_end(&ret->missing, ret->n_missing, err);
out:
	return r;
}

void
est_compared_free(struct est_compared *c)
{
	kc_buf_free(&c->extra);
	kc_buf_free(&c->missing);
}

kc_result
est_say_set(struct est_look *k, const char *name, const char *what,
    const json_t *arr, const struct est_names *want, struct kc_err *err)
{
	struct est_compared c = { 0 };
	kc_result r;

	if (arr == NULL)
		return est_say_that(k, name, EST_UNKNOWN, err,
		    "the file does not say (%s absent or null)", what);
	KC_TRY(r, est_compare(arr, want, &c, err));
	if (!want->given)
		r = est_say_that(k, name, EST_UNKNOWN, err, "the site file "
		    "approves no %s; the file has %s", what, c.n_extra > 0 ?
		    kc_buf_str(&c.extra) : "none");
	else if (c.n_extra + c.n_missing > 0)
		r = est_say_that(k, name, EST_FAILS, err, "%s not approved: %s;"
		    " approved and missing: %s", what, c.n_extra > 0 ?
		    kc_buf_str(&c.extra) : "none", c.n_missing > 0 ?
		    kc_buf_str(&c.missing) : "none");
	else
		r = est_say_that(k, name, EST_HOLDS, err, "%s are exactly the "
		    "%zu approved", what, want->n);
out:
	est_compared_free(&c);
	return r;
}
