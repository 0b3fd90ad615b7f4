/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors: one list, one way to fill them.
 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>

static const struct {
	const char *symbol;
	int exit;
	const char *sentence;
	const char *next;
} codes[KC_CODES] = {
#define X(sym, exit, sentence, next) [sym] = { #sym, exit, sentence, next },
#include "base/err.def"
#undef X
};

/* Cut a string that filled its array back to a whole UTF-8 character. */
static void
trim_utf8(char *s)
{
	size_t len = strlen(s), back = 0;

	while (back < 4 && back < len &&
	    ((unsigned char)s[len - 1 - back] & 0xc0) == 0x80)
		back++;
	if (back < len && back < 4) {
		unsigned char lead = (unsigned char)s[len - 1 - back];
		size_t want = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 :
		    lead >= 0xc0 ? 1 : 0;

		if (want != back)
			s[len - 1 - back] = '\0';
	}
}

kc_result
kc_fail(struct kc_err *err, enum kc_code code, long native, const char *file,
    int line, const char *fmt, ...)
{
	va_list ap;

	if (err != NULL) {
		err->code = code;
		err->file = file;
		err->line = line;
		err->native = native;
		err->certain[0] = '\0';
		va_start(ap, fmt);
		(void)vsnprintf(err->msg, sizeof err->msg, fmt, ap);
		va_end(ap);
		trim_utf8(err->msg);
	}
	return (kc_result){ code };
}

kc_result
kc_prefix(struct kc_err *err, const char *fmt, ...)
{
	char old[sizeof err->msg], head[sizeof err->msg];
	va_list ap;

	if (err == NULL)
		return (kc_result){ KC_EBUG };
	memcpy(old, err->msg, sizeof old);
	va_start(ap, fmt);
	(void)vsnprintf(head, sizeof head, fmt, ap);
	va_end(ap);
	if (snprintf(err->msg, sizeof err->msg, "%s: %s", head, old) < 0)
		err->msg[0] = '\0';
	trim_utf8(err->msg);
	return (kc_result){ err->code };
}

kc_result
kc_suffix(struct kc_err *err, const char *fmt, ...)
{
	va_list ap;
	size_t len;

	if (err == NULL)
		return (kc_result){ KC_EBUG };
	len = strlen(err->msg);
	va_start(ap, fmt);
	(void)vsnprintf(err->msg + len, sizeof err->msg - len, fmt, ap);
	va_end(ap);
	trim_utf8(err->msg);
	return (kc_result){ err->code };
}

void
kc_certain(struct kc_err *err, const char *fmt, ...)
{
	va_list ap;

	if (err == NULL || err->certain[0] != '\0')
		return;
	va_start(ap, fmt);
	(void)vsnprintf(err->certain, sizeof err->certain, fmt, ap);
	va_end(ap);
	trim_utf8(err->certain);
}

int
kc_exit(enum kc_code code)
{
	return code < KC_CODES ? codes[code].exit : 6;
}

const char *
kc_symbol(enum kc_code code)
{
	return code < KC_CODES ? codes[code].symbol : "KC_EBUG";
}

const char *
kc_sentence(enum kc_code code)
{
	return code < KC_CODES ? codes[code].sentence : "unknown failure";
}

const char *
kc_next(enum kc_code code)
{
	return code < KC_CODES ? codes[code].next : "";
}

kc_result
kc_fail_openssl(struct kc_err *err, enum kc_code code, const char *file,
    int line, const char *what)
{
	unsigned long e = ERR_get_error();
	const char *why = e != 0 ? ERR_reason_error_string(e) : NULL;

	ERR_clear_error();
	if (why == NULL)
		return kc_fail(err, code, 0, file, line, "%s", what);
	return kc_fail(err, code, (long)(e & 0x7fffffff), file, line,
	    "%s (%s)", what, why);
}
