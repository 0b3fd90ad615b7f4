/* SPDX-License-Identifier: Apache-2.0
 *
 * The wire to vpcd, the virtual reader: TCP, messages of a two-byte length
 * and that many bytes.  One byte is an order of the reader, more an APDU.
 */
#ifndef KC_TESTS_CARDS_VPCD_H
#define KC_TESTS_CARDS_VPCD_H

#include "base/buf.h"

enum {
	VPCD_OFF = 0,
	VPCD_ON = 1,
	VPCD_RESET = 2,
	VPCD_ATR = 4		/* the only one with an answer */
};

/* vpcd_connect: put the card into the reader.
 *  ret_fd  caller: close, which takes the card out
 *  Errors: KC_EIO; KC_EUSAGE for an address that is none */
KC_MUST kc_result vpcd_connect(const char *host, unsigned port, int *ret_fd,
    struct kc_err *err);

/* vpcd_recv: one message, replacing what ret held.
 *  Errors: KC_ECARDLESS when the reader is gone; KC_EIO */
KC_MUST kc_result vpcd_recv(int fd, struct kc_buf *ret, struct kc_err *err);

/* vpcd_send: one message of at most 65535 bytes. */
KC_MUST kc_result vpcd_send(int fd, const void *p, size_t len,
    struct kc_err *err);

#endif
