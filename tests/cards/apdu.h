/* SPDX-License-Identifier: Apache-2.0
 *
 * The APDU layer of a virtual card: short and extended commands, command
 * chaining, and answers in pieces of Le bytes with GET RESPONSE
 * (ISO 7816-4 5.1 to 5.3, 11.5).
 */
#ifndef KC_TESTS_CARDS_APDU_H
#define KC_TESTS_CARDS_APDU_H

#include "tests/cards/tlv.h"

#define APDU_MAX 65544		/* extended: header, Lc, 65535 bytes, Le */
#define APDU_CHAIN_MAX 16384	/* a command's data over a whole chain */

enum {
	SW_OK = 0x9000,
	SW_MORE = 0x6100,	/* low byte: how many; 0: 256 or more */
	SW_TRIES = 0x63C0,	/* low digit: tries left */
	SW_LENGTH = 0x6700,
	SW_SECURITY = 0x6982,
	SW_BLOCKED = 0x6983,
	SW_CONDITIONS = 0x6985,
	SW_DATA = 0x6A80,
	SW_NOT_FOUND = 0x6A82,
	SW_MEMORY = 0x6A84,
	SW_P1P2 = 0x6A86,
	SW_INS = 0x6D00,
	SW_CLASS = 0x6E00,
	SW_FAULT = 0x6F00
};

/* struct apdu: a whole command, chain put together. */
struct apdu {
	uint8_t ins, p1, p2;
	const uint8_t *data;	/* not NULL; owned by the layer */
	size_t len;
};

/* apdu_handler: carry out one command.
 *  ret  the answer's data; dropped unless the status is SW_OK */
typedef uint16_t apdu_handler(void *ctx, const struct apdu *a,
    struct tlv_out *ret);

/* struct apdu_layer: what lives between two APDUs.  Start as {0}. */
struct apdu_layer {
	struct kc_buf chain;	/* data of the links so far */
	bool chaining;
	uint8_t chain_head[3];	/* INS P1 P2 of the chain */
	struct kc_buf rest;	/* an answer not yet fetched whole */
	size_t rest_at;
};

/* apdu_answer: one APDU in, one out.
 *  ret  data and status word, appended
 *  Errors: KC_ENOMEM only; whatever a reader sends has an answer */
KC_MUST kc_result apdu_answer(struct apdu_layer *l, const uint8_t *p,
    size_t len, apdu_handler *handler, void *ctx, struct kc_buf *ret,
    struct kc_err *err);

/* apdu_reset: the card lost its power. */
void apdu_reset(struct apdu_layer *l);

#endif
