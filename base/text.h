/* SPDX-License-Identifier: Apache-2.0
 *
 * Text from files, cards and people: checked as UTF-8, escaped before a
 * terminal or a log sees it.
 */
#ifndef KC_BASE_TEXT_H
#define KC_BASE_TEXT_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* kc_utf8_next: decode one code point at s (len bytes left).
 *  Returns its length 1..4, or 0 when malformed (overlong, surrogate, cut,
 *  beyond U+10FFFF). */
size_t kc_utf8_next(const uint8_t *s, size_t len, uint32_t *ret_cp);

/* kc_utf8_ok: the bytes are well-formed UTF-8. */
bool kc_utf8_ok(const void *s, size_t len);

/* kc_text_combines: is there a mark that is put over the letter before it?
 *  On paper it would stand beside it: audit/page.h places no marks. */
bool kc_text_combines(const char *s);

/* kc_text_clean: well-formed UTF-8 without U+0000..001F and U+007F..009F. */
bool kc_text_clean(const char *s);

/* kc_text_escape: append s with everything that could move a cursor or
 *  mislead an eye (controls, bidi controls, malformed bytes) as \xNN or
 *  \u{N}; the backslash as \\. */
KC_MUST kc_result kc_text_escape(const void *s, size_t len,
    struct kc_buf *ret, struct kc_err *err);

#endif
