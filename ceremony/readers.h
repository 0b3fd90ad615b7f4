/* SPDX-License-Identifier: Apache-2.0
 *
 * The room's readers: which hold a card now, whose it is as far as a login
 * has told, and a row for each change.
 */
#ifndef KC_CEREMONY_READERS_H
#define KC_CEREMONY_READERS_H

#include "ceremony/room.h"

/* cer_readers_open: watch them, where the site file has cards that are no
 *  software stores; else nothing.  That there is no pcscd is shown, not an
 *  error. */
KC_MUST kc_result cer_readers_open(struct cer_room *room,
    struct kc_err *err);
void cer_readers_close(struct cer_room *room);

/* cer_readers_poll: take in what happened; never waits.
 *  Returns whether anything on the screen changed */
bool cer_readers_poll(struct cer_room *room);

/* cer_readers_note: rows for the changes since the last call. */
KC_MUST kc_result cer_readers_note(struct cer_room *room,
    const struct cer_instance *in, struct kc_err *err);

/* cer_readers_lines: a line of the pane for each reader. */
void cer_readers_lines(struct cer_room *room);

/* cer_readers_known: a login told whose card is in this reader. */
void cer_readers_known(struct cer_room *room, const char *reader,
    const char *person);

/* cer_readers_atr: of the card in the reader, hex; "" when none is known.
 *  ret  2 * 33 + 1 characters */
void cer_readers_atr(const struct cer_room *room, const char *reader,
    char ret[static 67]);

#endif
