/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages between the main process, the fork server and the card children.
 *
 * Every socket is AF_UNIX SOCK_SEQPACKET: a message is a packet, never more
 * than TOK_MSG_MAX bytes, never empty (an empty one would look like the end).
 * Integers are 32 bits, little-endian; bytes and strings carry their length.
 *
 *   request   MAGIC, sequence, operation, number of secrets, body;
 *             then each secret as a packet of its own
 *   reply     MAGIC, sequence, code, native (2 words), number of items,
 *             number of secrets, message, certain;
 *             then each item, then each secret, as packets of their own;
 *             after a secret MAGIC alone: the child's copy is wiped
 *
 * A secret goes from one secure heap to the other by send(2) and recv(2) on
 * that memory itself: no ordinary buffer of ours ever holds it.
 * A reader trusts nothing: every length is checked, every text is bounded,
 * a message with bytes left over is refused.
 */
#ifndef KC_TOKENS_PROTO_H
#define KC_TOKENS_PROTO_H

#include "tokens/card.h"

#define TOK_MSG_MAX 16384
#define TOK_MAGIC 0x314b4f54u		/* "TOK1" */
#define TOK_SECRET_MAX 1024		/* bytes of a PIN or an opened CEK */
#define TOK_SECRETS_MAX 3
#define TOK_PINS_ITEM 32		/* pins in an item of the reply */
#define TOK_CERT_MAX 12288		/* DER of a certificate on a card */

enum tok_op {
	TOK_OP_LIST = 1,
	TOK_OP_OPEN,
	TOK_OP_INFO,
	TOK_OP_LOGIN,
	TOK_OP_INIT,
	TOK_OP_SO_PIN,
	TOK_OP_SO_TRY,
	TOK_OP_SET_PIN,
	TOK_OP_KEYS,
	TOK_OP_GENERATE,
	TOK_OP_ERASE,
	TOK_OP_CERTIFICATE,
	TOK_OP_PROBE,
	TOK_OP_UNWRAP,
	TOK_OP_EXTRACT,
	TOK_OP_SIGN,
	TOK_OP_WIPE,
	TOK_OP_SWEEP,
	TOK_OP_ATTEST,
	TOK_OP_PINS,
	TOK_OP_BYE,
	TOK_OPS,
	/* to the fork server */
	TOK_OP_SPAWN = 100,
	TOK_OP_WATCH,
	TOK_OP_END,
};

/* struct tok_msg: one packet being written or read.  bad is set, and stays,
 * by the first value that does not fit; it is asked once at the end. */
struct tok_msg {
	size_t len;
	size_t at;
	bool bad;
	uint8_t p[TOK_MSG_MAX];
};

void tok_put_u32(struct tok_msg *m, uint32_t v);
void tok_put_bytes(struct tok_msg *m, const void *p, size_t len);
void tok_put_str(struct tok_msg *m, const char *s);
void tok_put_info(struct tok_msg *m, const struct tok_info *info);
void tok_put_key(struct tok_msg *m, const struct tok_key *key);
void tok_put_uri(struct tok_msg *m, const struct tok_uri *uri);

uint32_t tok_get_u32(struct tok_msg *m);
/* At most max bytes; *ret_len is 0 when bad. */
void tok_get_bytes(struct tok_msg *m, void *p, size_t max, size_t *ret_len);
/* size counts the NUL; a NUL inside the string is bad. */
void tok_get_str(struct tok_msg *m, char *p, size_t size);
void tok_get_info(struct tok_msg *m, struct tok_info *ret);
/* ret->cert: caller, tok_key_free, also when bad. */
void tok_get_key(struct tok_msg *m, struct tok_key *ret);
void tok_get_uri(struct tok_msg *m, struct tok_uri *ret);

/* tok_msg_done: everything was read and nothing was wrong. */
bool tok_msg_done(const struct tok_msg *m);

/* tok_send: one packet.  Errors: KC_ECARD (the other side is gone), KC_EBUG
 *  (the message did not fit) */
KC_MUST kc_result tok_send(int fd, const struct tok_msg *m,
    struct kc_err *err);

/* tok_recv: one packet; blocks.
 *  Errors: KC_ECARDLESS as "the other side is gone"; KC_ECARD too long */
KC_MUST kc_result tok_recv(int fd, struct tok_msg *m, struct kc_err *err);

/* The same for a secret, straight from and into the secure heap.
 *  ret  new, cap TOK_SECRET_MAX; caller: kc_secret_free */
KC_MUST kc_result tok_send_secret(int fd, const struct kc_secret *s,
    struct kc_err *err);
KC_MUST kc_result tok_recv_secret(int fd, struct kc_secret *ret,
    struct kc_err *err);

#endif
