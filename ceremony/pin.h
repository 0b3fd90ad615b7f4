/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a PIN comes from: a descriptor, the URI's pin-source file, or the
 * terminal; in each case by read(2) straight into the secure heap.
 */
#ifndef KC_CEREMONY_PIN_H
#define KC_CEREMONY_PIN_H

#include "base/err.h"
#include "base/secret.h"
#include "tokens/card.h"

#define CER_PIN_CAP 130		/* 128 bytes, newline, NUL */

/* cer_pin: one PIN.
 *  fd    descriptor named with --pin-fd, or NULL
 *  uri   may name a pin-source file, or NULL
 *  info  the card: a pin-source file is refused for any but a software
 *        token; NULL when uri is
 *  what  for prompt and messages: "PIN of card 1234"
 *  Asks on the terminal when neither is given: echo off, restored on every
 *  way out, signals included.
 *  Errors: KC_EUSAGE (empty, too long, no terminal), KC_ECANCEL (signal),
 *  KC_EIO.  ret  caller: kc_secret_free */
KC_MUST kc_result cer_pin(const char *fd, const struct tok_uri *uri,
    const struct tok_info *info, const char *what, struct kc_secret *ret,
    struct kc_err *err);

/* cer_card_pin: the PIN of a card that is there, as cer_pin; none where the
 *  reader has a pad and no descriptor is given: the person is told to type it
 *  there.  Errors: also those of tok_may_login, before anything is asked */
KC_MUST kc_result cer_card_pin(const char *fd, const struct tok_uri *uri,
    const struct tok_info *info, const char *what, struct kc_secret *ret,
    struct kc_err *err);

/* cer_secret_tty: one secret from /dev/tty, echo off, at most cap - 2 bytes.
 *  what  the prompt, and its name in messages
 *  Errors as cer_pin */
KC_MUST kc_result cer_secret_tty(const char *what, size_t cap,
    struct kc_secret *ret, struct kc_err *err);

/* cer_ask_tty: one line of ordinary text from the terminal, echo on; size
 *  counts the NUL.  Errors: KC_EUSAGE when there is no terminal */
KC_MUST kc_result cer_ask_tty(const char *prompt, char *ret, size_t size,
    struct kc_err *err);

#endif
