/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine without screens: an answers file (rehearsals, tests) and plain
 * lines on the terminal (--plain).
 */
#ifndef KC_CEREMONY_UNATTENDED_H
#define KC_CEREMONY_UNATTENDED_H

#include "ceremony/ui.h"

/* cer_answers_open: answers from a YAML file (docs/format/answers.md).
 *  dir  the ceremony directory, for relative places in it
 *  PINs come from files of rehearsal cards; a new PIN is drawn at random and
 *  written there.  ret->close frees. */
KC_MUST kc_result cer_answers_open(const char *path, const char *dir,
    struct cer_ui *ret, struct kc_err *err);

/* cer_plain_open: lines on stdout, answers from stdin, PINs from /dev/tty
 * with echo off.  For screen readers and dumb terminals. */
KC_MUST kc_result cer_plain_open(struct cer_ui *ret, struct kc_err *err);

/* cer_plain_show: print what is new of a view as lines; shared by both. */
struct cer_plain_state {
	char number[12];
	size_t n_lines;
};
void cer_plain_show(struct cer_plain_state *st, const struct cer_view *v);

#endif
