/* SPDX-License-Identifier: Apache-2.0
 *
 * PGP words: a byte as a word that can be read aloud.  Even positions take
 * two-syllable words, odd positions three-syllable ones, so a word that is
 * dropped, doubled or swapped is heard.
 */
#ifndef KC_BASE_WORDS_H
#define KC_BASE_WORDS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* kc_word: the word for a byte at position pos (0 based). Never NULL. */
const char *kc_word(size_t pos, uint8_t byte);

/* kc_words: n bytes as words joined by sep, from position 0. */
KC_MUST kc_result kc_words(const uint8_t *p, size_t n, const char *sep,
    struct kc_buf *ret, struct kc_err *err);

/* kc_word_is: does text (any case, blanks around it ignored) name byte at
 * position pos? */
bool kc_word_is(const char *text, size_t pos, uint8_t byte);

/* kc_words_parse: words or hex (blanks, '-' between words allowed) to exactly
 *  len bytes.
 *  Errors: KC_EUSAGE naming the first word that is wrong or misplaced */
KC_MUST kc_result kc_words_parse(const char *text, size_t len, uint8_t *ret,
    struct kc_err *err);

#endif
