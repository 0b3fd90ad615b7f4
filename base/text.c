/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-8 checks and escaping of foreign text.
 */
#include "base/text.h"

#include <string.h>

size_t
kc_utf8_next(const uint8_t *s, size_t len, uint32_t *ret_cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t cp;
	size_t n;

	if (len == 0)
		return 0;
	if (s[0] < 0x80) {
		*ret_cp = s[0];
		return 1;
	}
	n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if (s[0] < 0xc2 || s[0] > 0xf4 || len < n)
		return 0;
	cp = s[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		cp = cp << 6 | (s[i] & 0x3f);
	}
	if (cp < least[n] || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return 0;
	*ret_cp = cp;
	return n;
}

bool
kc_utf8_ok(const void *s, size_t len)
{
	const uint8_t *p = s;
	uint32_t cp;

	while (len > 0) {
		size_t n = kc_utf8_next(p, len, &cp);

		if (n == 0)
			return false;
		p += n;
		len -= n;
	}
	return true;
}

bool
kc_text_clean(const char *s)
{
	const uint8_t *p = (const uint8_t *)s;
	size_t len = strlen(s);
	uint32_t cp;

	while (len > 0) {
		size_t n = kc_utf8_next(p, len, &cp);

		if (n == 0 || cp < 0x20 || (cp >= 0x7f && cp <= 0x9f))
			return false;
		p += n;
		len -= n;
	}
	return true;
}

bool
kc_text_combines(const char *s)
{
	const uint8_t *p = (const uint8_t *)s;
	size_t len = strlen(s), n;
	uint32_t cp;

	for (; (n = kc_utf8_next(p, len, &cp)) > 0; p += n, len -= n)
		if ((cp >= 0x300 && cp <= 0x36f) ||
		    (cp >= 0x483 && cp <= 0x489) ||
		    (cp >= 0x1ab0 && cp <= 0x1aff) ||
		    (cp >= 0x1dc0 && cp <= 0x1dff) ||
		    (cp >= 0x20d0 && cp <= 0x20ff) ||
		    (cp >= 0xfe20 && cp <= 0xfe2f))
			return true;
	return false;
}

/* Invisible, reordering or line-breaking code points. */
static bool
misleads(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp <= 0x9f) || cp == 0xad ||
	    cp == 0x61c || (cp >= 0x200b && cp <= 0x200f) ||
	    (cp >= 0x2028 && cp <= 0x202e) ||
	    (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff ||
	    (cp >= 0xfff9 && cp <= 0xfffb) ||
	    (cp >= 0xe0000 && cp <= 0xe0fff);
}

kc_result
kc_text_escape(const void *s, size_t len, struct kc_buf *ret,
    struct kc_err *err)
{
	const uint8_t *p = s;
	kc_result r = KC_DONE;
	uint32_t cp;

	while (len > 0 && kc_ok(r)) {
		size_t n = kc_utf8_next(p, len, &cp);

		if (n == 0) {
			r = kc_buf_addf(ret, err, "\\x%02x", p[0]);
			n = 1;
		} else if (cp == '\\')
			r = kc_buf_adds(ret, "\\\\", err);
		else if (misleads(cp))
			r = kc_buf_addf(ret, err, "\\u{%x}", cp);
		else
			r = kc_buf_add(ret, p, n, err);
		p += n;
		len -= n;
	}
	return r;
}
