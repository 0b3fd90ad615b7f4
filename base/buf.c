/* SPDX-License-Identifier: Apache-2.0
 *
 * Growing byte buffer.
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static kc_result
reserve(struct kc_buf *b, size_t more, struct kc_err *err)
{
	size_t cap = b->cap != 0 ? b->cap : 64;
	uint8_t *p;

	if (more > SIZE_MAX / 4 || b->len > SIZE_MAX / 4)
		return KC_FAIL(err, KC_ENOMEM, 0, "buffer of absurd size");
	while (cap < b->len + more + 1)
		cap *= 2;
	if (cap == b->cap)
		return KC_DONE;
	p = realloc(b->p, cap);
	if (p == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for %zu bytes",
		    cap);
	b->p = p;
	b->cap = cap;
	return KC_DONE;
}

kc_result
kc_buf_add(struct kc_buf *b, const void *p, size_t len, struct kc_err *err)
{
	kc_result r = reserve(b, len, err);

	if (!kc_ok(r))
		return r;
	if (len != 0)
		memcpy(b->p + b->len, p, len);
	b->len += len;
	b->p[b->len] = '\0';
	return KC_DONE;
}

kc_result
kc_buf_adds(struct kc_buf *b, const char *s, struct kc_err *err)
{
	return kc_buf_add(b, s, strlen(s), err);
}

kc_result
kc_buf_addf(struct kc_buf *b, struct kc_err *err, const char *fmt, ...)
{
	va_list ap;
	kc_result r;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return KC_FAIL(err, KC_EBUG, 0, "unprintable format");
	r = reserve(b, (size_t)n, err);
	if (!kc_ok(r))
		return r;
	va_start(ap, fmt);
	(void)vsnprintf((char *)b->p + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
	return KC_DONE;
}

const char *
kc_buf_str(const struct kc_buf *b)
{
	return b->p != NULL ? (const char *)b->p : "";
}

void
kc_buf_free(struct kc_buf *b)
{
	if (b == NULL)
		return;
	free(b->p);
	*b = (struct kc_buf){ 0 };
}

kc_result
kc_strdup(const char *s, char **ret, struct kc_err *err)
{
	char *p = strdup(s);

	if (p == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for a string");
	*ret = p;
	return KC_DONE;
}
