/* SPDX-License-Identifier: Apache-2.0
 *
 * A walk over a JSON text along one path.  The text is well-formed: brackets
 * and quotes are all that is looked at.
 */
#include "base/place.h"

#include <stdlib.h>
#include <string.h>

/* struct walk: how far the text is read. */
struct walk {
	const char *p;
	size_t len, at;
};

static void
skip_space(struct walk *w)
{
	while (w->at < w->len && strchr(" \t\r\n", w->p[w->at]) != NULL)
		w->at++;
}

/* Behind the closing quote; at: the opening one. */
static void
skip_string(struct walk *w)
{
	for (w->at++; w->at < w->len && w->p[w->at] != '"'; w->at++)
		if (w->p[w->at] == '\\')
			w->at++;
	w->at++;
}

/* Behind a value; commas and brackets of what is around it end a number. */
static void
skip_value(struct walk *w)
{
	size_t depth = 0;

	skip_space(w);
	while (w->at < w->len) {
		char c = w->p[w->at];

		if (c == '"') {
			skip_string(w);
		} else if (c == '{' || c == '[') {
			depth++;
			w->at++;
		} else if (c == '}' || c == ']') {
			if (depth == 0)
				return;
			depth--;
			w->at++;
		} else if (c == ',' && depth == 0) {
			return;
		} else {
			w->at++;
			continue;
		}
		if (depth == 0)
			return;
	}
}

/* To the value of a member of the object that begins here. */
static bool
to_member(struct walk *w, const char *name, size_t n)
{
	skip_space(w);
	if (w->at >= w->len || w->p[w->at] != '{')
		return false;
	w->at++;
	for (;;) {
		size_t from;
		bool is;

		skip_space(w);
		if (w->at >= w->len || w->p[w->at] != '"')
			return false;
		from = w->at + 1;
		skip_string(w);
		if (w->at > w->len)
			return false;
		is = w->at - 1 - from == n && memcmp(w->p + from, name, n) ==
		    0;
		skip_space(w);
		w->at++;	/* the colon */
		skip_space(w);
		if (is)
			return true;
		skip_value(w);
		skip_space(w);
		if (w->at >= w->len || w->p[w->at] != ',')
			return false;
		w->at++;
	}
}

/* To the n-th item of the array that begins here. */
static bool
to_item(struct walk *w, unsigned long n)
{
	skip_space(w);
	if (w->at >= w->len || w->p[w->at] != '[')
		return false;
	w->at++;
	skip_space(w);
	for (; n > 0; n--) {
		skip_value(w);
		skip_space(w);
		if (w->at >= w->len || w->p[w->at] != ',')
			return false;
		w->at++;
		skip_space(w);
	}
	return w->at < w->len && w->p[w->at] != ']';
}

bool
kc_json_place(const char *text, size_t len, const char *path,
    size_t *ret_line, size_t *ret_col)
{
	struct walk w = { text, len, 0 };
	size_t line = 1, start = 0;

	while (path[0] != '\0') {
		size_t n = strcspn(path, ".[");
		char *end;

		if (path[0] == '[') {
			if (!to_item(&w, strtoul(path + 1, &end, 10)) ||
			    *end != ']')
				return false;
			path = end + 1;
		} else {
			if (!to_member(&w, path, n))
				return false;
			path += n;
		}
		if (path[0] == '.')
			path++;
	}
	skip_space(&w);
	if (w.at >= len)
		return false;
	for (size_t i = 0; i < w.at; i++)
		if (text[i] == '\n') {
			line++;
			start = i + 1;
		}
	*ret_line = line;
	*ret_col = w.at - start + 1;
	return true;
}
