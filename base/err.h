/* SPDX-License-Identifier: Apache-2.0
 *
 * The one result type: every fallible function returns kc_result and takes
 * struct kc_err *err last.  The failure is written once, where it is first
 * seen, and passed up untouched or with a prefix.
 */
#ifndef KC_BASE_ERR_H
#define KC_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

enum kc_code {
#define X(sym, exit, sentence, next) sym,
#include "base/err.def"
#undef X
	KC_CODES
};

/* A struct, so that it is never mistaken for a truth or an errno. */
typedef struct {
	enum kc_code code;
} kc_result;

#define KC_MUST __attribute__((warn_unused_result))
#define KC_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* struct kc_err: what went wrong.  msg names file, place and cause; it never
 * holds a secret.  certain says what is certainly unchanged; empty until the
 * layer that knows it says so. */
struct kc_err {
	enum kc_code code;
	const char *file;	/* source file that saw it first */
	int line;		/* and its line */
	long native;		/* CKR_*, errno, SQLite code; 0 if none */
	char msg[1280];	/* ten holders' names and what to do */
	char certain[240];
};

#define KC_DONE ((kc_result){ KC_OK })

static inline bool
kc_ok(kc_result r)
{
	return r.code == KC_OK;
}

/* kc_fail: fill err and return its code.  Use through KC_FAIL.
 *  msg is cut at its size on a UTF-8 boundary.  err may be NULL. */
kc_result kc_fail(struct kc_err *err, enum kc_code code, long native,
    const char *file, int line, const char *fmt, ...) KC_PRINTF(6, 7);

/* kc_prefix: put "<prefix>: " before err->msg; the result for `return`. */
kc_result kc_prefix(struct kc_err *err, const char *fmt, ...) KC_PRINTF(2, 3);

/* kc_suffix: put text after err->msg; the result for `return`. */
kc_result kc_suffix(struct kc_err *err, const char *fmt, ...) KC_PRINTF(2, 3);

/* kc_certain: say what is certainly unchanged, unless said already. */
void kc_certain(struct kc_err *err, const char *fmt, ...) KC_PRINTF(2, 3);

#define KC_FAIL(err, code, native, ...) \
	kc_fail((err), (code), (native), __FILE__, __LINE__, __VA_ARGS__)

/* The one control-flow macro: on failure go to the function's out label. */
#define KC_TRY(r, call)				\
	do {					\
		(r) = (call);			\
		if (!kc_ok(r))			\
			goto out;		\
	} while (0)

/* Exit code, symbol ("KC_EMAC"), sentence and advice of a code. */
int kc_exit(enum kc_code code);
const char *kc_symbol(enum kc_code code);
const char *kc_sentence(enum kc_code code);
const char *kc_next(enum kc_code code);

/* kc_fail_openssl: KC_FAIL with the oldest reason of OpenSSL's error queue
 * appended; the queue is emptied. */
kc_result kc_fail_openssl(struct kc_err *err, enum kc_code code,
    const char *file, int line, const char *what);
#define KC_FAIL_SSL(err, code, what) \
	kc_fail_openssl((err), (code), __FILE__, __LINE__, (what))

#endif
