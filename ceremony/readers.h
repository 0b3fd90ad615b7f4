/* SPDX-License-Identifier: Apache-2.0
 *
 * The room's readers: which hold a card now, whose it is as far as a login
 * has told, and a row for each change.
 */
#ifndef KC_CEREMONY_READERS_H
#define KC_CEREMONY_READERS_H

#include "ceremony/room.h"
#include "tokens/reader.h"

/* struct cer_reader: one that is plugged in.  in is when a card last
 * came, in a count of all that came or went in any reader. */
struct cer_reader {
	char name[TOK_READER_NAME];	/* escaped */
	bool card, mute;
	char atr[2 * TOK_ATR_MAX + 1];	/* hex; "" without a card */
	char person[41];		/* whose card; "" not known yet */
	uint64_t in;
};

/* struct cer_used: the card that is being used, or was last in this step. */
struct cer_used {
	char person[41];	/* whose; "": none yet, or its end is told */
	char out_of[TOK_READER_NAME];	/* the reader it was taken out of */
	uint64_t after;		/* moves when one was found missing or gone: a
				 * card nobody knows must have come since */
};

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

/* cer_readers_first: wait, three seconds at most, until all that is there was
 *  told: the readers' process begins with the program, and who looks right
 *  then would see no reader where there is one. */
void cer_readers_first(struct cer_room *room);

/* cer_readers_lines: a line of the pane for each reader. */
void cer_readers_lines(struct cer_room *room);

/* cer_readers_list: what is known after the last poll.
 *  ret_n  how many; 0 when none can be seen
 *  Returns NULL when nobody watches or pcscd does not answer */
const struct cer_reader *cer_readers_list(const struct cer_room *room,
    size_t *ret_n);

/* cer_readers_moves: cards that came or went, in all readers, so far. */
uint64_t cer_readers_moves(const struct cer_room *room);
/* cer_readers_used: NULL where none are watched. */
struct cer_used *cer_readers_used(const struct cer_room *room);

/* cer_readers_known: a card's serial number told whose it is.
 *  reader  as the module names the slot
 *  person  "": it is not known after all */
void cer_readers_known(struct cer_room *room, const char *reader,
    const char *person);

/* cer_readers_atr: of the card in the reader, hex; "" when none is known.
 *  ret  2 * 33 + 1 characters */
void cer_readers_atr(const struct cer_room *room, const char *reader,
    char ret[static 67]);

#endif
