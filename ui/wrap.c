/* SPDX-License-Identifier: Apache-2.0
 *
 * Text in columns.
 */
#include "ui/wrap.h"

#include <string.h>
#include <wchar.h>

#include "base/text.h"

int
ui_cp_width(uint32_t cp)
{
	if (cp >= 0x20 && cp < 0x7f)
		return 1;
	return wcwidth((wchar_t)cp);
}

kc_result
ui_clean(const char *s, size_t len, bool ascii, struct kc_buf *ret,
    struct kc_err *err)
{
	struct kc_buf safe = { 0 };
	kc_result r;
	size_t at = 0, n;
	uint32_t cp;

	KC_TRY(r, kc_text_escape(s, len, &safe, err));
	for (; at < safe.len; at += n) {
		n = kc_utf8_next(safe.p + at, safe.len - at, &cp);
		if (n == 0) {
			r = KC_FAIL(err, KC_EBUG, 0,
			    "escaped text is not UTF-8");
			goto out;
		}
		if ((ascii && cp > 0x7e) || ui_cp_width(cp) < 0)
			KC_TRY(r, kc_buf_addf(ret, err, "\\u{%x}", cp));
		else
			KC_TRY(r, kc_buf_add(ret, safe.p + at, n, err));
	}
	r = KC_DONE;
out:
	kc_buf_free(&safe);
	return r;
}

/* Length in bytes and columns of the character at s; a byte that is no
 * UTF-8 (our own bug) counts as one column and is never drawn raw. */
static size_t
character(const char *s, int *ret_cols)
{
	const uint8_t *p = (const uint8_t *)s;
	uint32_t cp = 0;
	size_t n = kc_utf8_next(p, strnlen(s, 4), &cp);
	int w;

	if (n == 0) {
		*ret_cols = 1;
		return *s != '\0';
	}
	w = ui_cp_width(cp);
	*ret_cols = w < 0 ? 1 : w;
	return n;
}

int
ui_width(const char *s)
{
	int cols = 0, w;

	while (*s != '\0') {
		s += character(s, &w);
		cols += w;
	}
	return cols;
}

size_t
ui_fit(const char *s, int cols, int *ret_cols)
{
	size_t at = 0;
	int used = 0, w;

	while (s[at] != '\0') {
		size_t n = character(s + at, &w);

		if (used + w > cols)
			break;
		used += w;
		at += n;
	}
	if (ret_cols != NULL)
		*ret_cols = used;
	return at;
}

size_t
ui_wrap(const char *s, int cols, size_t *ret_show)
{
	size_t fit = ui_fit(s, cols, NULL), cut = fit;
	int w;

	if (s[fit] == '\0') {
		*ret_show = fit;
		return fit;
	}
	/* Back to the last blank; a word longer than the line is cut hard. */
	while (cut > 0 && s[cut] != ' ')
		cut--;
	if (cut == 0)
		cut = fit;
	if (cut == 0)		/* not even one wide character fits */
		cut = character(s, &w);
	*ret_show = cut;
	while (*ret_show > 0 && s[*ret_show - 1] == ' ')
		(*ret_show)--;
	while (s[cut] == ' ')
		cut++;
	return cut;
}
