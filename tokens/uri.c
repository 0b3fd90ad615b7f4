/* SPDX-License-Identifier: Apache-2.0
 *
 * RFC 7512 URIs: a table of attributes, each known, each once.
 */
#include "tokens/uri.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_MAX 1024

enum kind {
	TEXT,			/* a NUL-ended field */
	BYTES,			/* id */
	NUMBER,			/* slot-id */
	PIN_SOURCE,
	SHUNNED,		/* pin-value */
};

static const struct attr {
	const char *name;
	enum kind kind;
	bool query;
	size_t at, size;	/* the field of struct tok_uri */
} attrs[] = {
#define FIELD(f) offsetof(struct tok_uri, f), sizeof ((struct tok_uri *)0)->f
	{ "token", TEXT, false, FIELD(token) },
	{ "manufacturer", TEXT, false, FIELD(manufacturer) },
	{ "serial", TEXT, false, FIELD(serial) },
	{ "model", TEXT, false, FIELD(model) },
	{ "object", TEXT, false, FIELD(object) },
	{ "type", TEXT, false, FIELD(type) },
	{ "id", BYTES, false, FIELD(id) },
	{ "slot-id", NUMBER, false, FIELD(slot) },
	{ "module-path", TEXT, true, FIELD(module_path) },
	{ "pin-source", PIN_SOURCE, true, FIELD(pin_file) },
	{ "pin-value", SHUNNED, true, 0, 0 },
#undef FIELD
};
#define ATTRS (sizeof attrs / sizeof *attrs)

static const char *const types[] = { "private", "public", "cert",
	"secret-key", "data" };

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* RFC 7512 2.3: unreserved, and the marks allowed in the part. */
static bool
plain(char c, bool query)
{
	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z'))
		return true;
	if (c == '\0')
		return false;
	return strchr(query ? "-._~:[]@!$'()*+,=/?|" : "-._~:[]@!$'()*+,=&",
	    c) != NULL;
}

/* Percent-decode one value. */
static kc_result
decode(const char *name, const char *s, size_t len, bool query,
    struct kc_buf *ret, struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < len; i++) {
		uint8_t c = (uint8_t)s[i];

		if (c == '%') {
			int hi = i + 2 < len ? hex_digit(s[i + 1]) : -1;
			int lo = i + 2 < len ? hex_digit(s[i + 2]) : -1;

			if (hi < 0 || lo < 0)
				return KC_FAIL(err, KC_EUSAGE, 0,
				    "card URI: %s has a bad %% escape at "
				    "character %zu", name, i + 1);
			c = (uint8_t)(hi << 4 | lo);
			i += 2;
		} else if (!plain(s[i], query)) {
			return KC_FAIL(err, KC_EUSAGE, 0,
			    "card URI: %s holds a character that must be "
			    "written as a %% escape, at character %zu", name,
			    i + 1);
		}
		r = kc_buf_add(ret, &c, 1, err);
		if (!kc_ok(r))
			return r;
	}
	return r;
}

static kc_result
set_text(const struct attr *a, const struct kc_buf *v, struct tok_uri *u,
    struct kc_err *err)
{
	const char *s = kc_buf_str(v);

	if (strlen(s) != v->len || v->len >= a->size)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "card URI: %s has %zu bytes; the limit is %zu", a->name,
		    v->len, a->size - 1);
	if (a->at == offsetof(struct tok_uri, type)) {
		size_t i = 0;

		while (i < sizeof types / sizeof *types &&
		    strcmp(types[i], s) != 0)
			i++;
		if (i == sizeof types / sizeof *types)
			return KC_FAIL(err, KC_EUSAGE, 0,
			    "card URI: type '%s' is none of private, public, "
			    "cert, secret-key, data", s);
	}
	memcpy((char *)u + a->at, s, v->len + 1);
	return KC_DONE;
}

static kc_result
set_number(const struct kc_buf *v, struct tok_uri *u, struct kc_err *err)
{
	const char *s = kc_buf_str(v);
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(s, &end, 10);
	if (s[0] < '0' || s[0] > '9' || *end != '\0' || errno != 0 ||
	    n > UINT32_MAX)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "card URI: slot-id '%.20s' is not a number", s);
	u->slot = n;
	u->has_slot = true;
	return KC_DONE;
}

static kc_result
set_pin_source(const struct kc_buf *v, struct tok_uri *u, struct kc_err *err)
{
	const char *s = kc_buf_str(v);

	if (strncmp(s, "file:", 5) != 0 || strlen(s) != v->len)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "card URI: pin-source must be file:PATH");
	s += 5;
	if (strncmp(s, "///", 3) == 0)
		s += 2;
	if (*s == '\0' || strlen(s) >= sizeof u->pin_file)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "card URI: the path of pin-source is empty or too long");
	memcpy(u->pin_file, s, strlen(s) + 1);
	return KC_DONE;
}

static kc_result
set(const struct attr *a, const struct kc_buf *v, struct tok_uri *u,
    struct kc_err *err)
{
	switch (a->kind) {
	case BYTES:
		if (v->len == 0 || v->len > sizeof u->id)
			return KC_FAIL(err, KC_EUSAGE, 0,
			    "card URI: id has %zu bytes; 1 to %zu are handled",
			    v->len, sizeof u->id);
		memcpy(u->id, v->p, v->len);
		u->id_len = v->len;
		return KC_DONE;
	case NUMBER:
		return set_number(v, u, err);
	case PIN_SOURCE:
		return set_pin_source(v, u, err);
	case SHUNNED:
		return KC_FAIL(err, KC_EUSAGE, 0, "card URI: pin-value would "
		    "show the PIN to every process; give --pin-fd N");
	case TEXT:
		break;
	}
	return set_text(a, v, u, err);
}

/* One name=value. */
static kc_result
one(const char *s, size_t len, bool query, bool seen[ATTRS],
    struct tok_uri *u, struct kc_err *err)
{
	const char *eq = memchr(s, '=', len);
	size_t name = eq != NULL ? (size_t)(eq - s) : len, i = 0;
	struct kc_buf v = { 0 };
	kc_result r;

	while (i < ATTRS && (strlen(attrs[i].name) != name ||
	    memcmp(attrs[i].name, s, name) != 0 || attrs[i].query != query))
		i++;
	if (eq == NULL || i == ATTRS)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "card URI: '%.*s' is no attribute this program knows",
		    (int)(name < 40 ? name : 40), s);
	if (seen[i])
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "card URI: %s is given twice", attrs[i].name);
	seen[i] = true;
	if (attrs[i].kind == SHUNNED)
		return set(&attrs[i], &v, u, err);
	if (len - name - 1 > 3 * VALUE_MAX)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "card URI: %s is longer than %d characters",
		    attrs[i].name, 3 * VALUE_MAX);
	KC_TRY(r, decode(attrs[i].name, eq + 1, len - name - 1, query, &v,
	    err));
	r = set(&attrs[i], &v, u, err);
out:
	kc_buf_free(&v);
	return r;
}

kc_result
tok_uri_parse(const char *text, struct tok_uri *ret, struct kc_err *err)
{
	struct tok_uri u = { 0 };
	bool seen[ATTRS] = { false };
	bool query = false;
	const char *s = text;
	kc_result r;

	if (strncmp(s, "pkcs11:", 7) != 0)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "'%.40s' is no card URI: it must begin with pkcs11:",
		    text);
	s += 7;
	while (*s != '\0') {
		size_t len = strcspn(s, query ? "&" : ";?");

		if (*s == '?' && !query) {
			query = true;
			s++;
			continue;
		}
		r = one(s, len, query, seen, &u, err);
		if (!kc_ok(r))
			return r;
		s += len;
		if (*s == ';' || *s == '&')
			if (*++s == '\0')
				return KC_FAIL(err, KC_EUSAGE, 0,
				    "card URI: it ends after a separator");
	}
	*ret = u;
	return KC_DONE;
}

static kc_result
add(const char *name, const void *value, size_t len, bool all,
    struct kc_buf *b, struct kc_err *err)
{
	const char *p = value;
	kc_result r = KC_DONE;

	if (len == 0)
		return KC_DONE;
	KC_TRY(r, kc_buf_addf(b, err, "%s%s=", b->len > 7 ? ";" : "", name));
	for (size_t i = 0; i < len; i++) {
		bool safe = !all && ((p[i] >= '0' && p[i] <= '9') ||
		    (p[i] >= 'a' && p[i] <= 'z') ||
		    (p[i] >= 'A' && p[i] <= 'Z') ||
		    (p[i] != '\0' && strchr("-._~", p[i]) != NULL));

		if (safe)
			r = kc_buf_add(b, p + i, 1, err);
		else
			r = kc_buf_addf(b, err, "%%%02X", (uint8_t)p[i]);
		if (!kc_ok(r))
			break;
	}
out:
	return r;
}

kc_result
tok_uri_format(const struct tok_uri *u, struct kc_buf *ret,
    struct kc_err *err)
{
	struct kc_buf b = { 0 };
	kc_result r;

	KC_TRY(r, kc_buf_adds(&b, "pkcs11:", err));
	KC_TRY(r, add("model", u->model, strlen(u->model), false, &b, err));
	KC_TRY(r, add("manufacturer", u->manufacturer,
	    strlen(u->manufacturer), false, &b, err));
	KC_TRY(r, add("serial", u->serial, strlen(u->serial), false, &b,
	    err));
	KC_TRY(r, add("token", u->token, strlen(u->token), false, &b, err));
	KC_TRY(r, add("id", u->id, u->id_len, true, &b, err));
	KC_TRY(r, add("object", u->object, strlen(u->object), false, &b,
	    err));
	KC_TRY(r, add("type", u->type, strlen(u->type), false, &b, err));
	r = kc_buf_add(ret, b.p, b.len, err);
out:
	kc_buf_free(&b);
	return r;
}
