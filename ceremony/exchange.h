/* SPDX-License-Identifier: Apache-2.0
 *
 * Who receives a domain: an exchange key as it came, held against what the
 * site file pins, link by link.
 */
#ifndef KC_CEREMONY_EXCHANGE_H
#define KC_CEREMONY_EXCHANGE_H

#include "ceremony/receiver.h"
#include "ceremony/room.h"

#define CER_EXCHANGE "exchange.cer"	/* the artifact */

/* struct cer_key: one exchange key under judgement.
 *  name    of the file it came from
 *  v       the key, the pins and the answer
 *  sha     SHA-256 of the certificate's DER, hex: what people compare
 *  reason  why it is not proven though nothing fails; "" when it is */
struct cer_key {
	const char *name;
	struct kc_buf bytes;
	struct cer_receiver v;
	char sha[KC_HEX];
	char reason[200];
};
void cer_key_free(struct cer_key *k);

/* cer_key_judge: parse k->bytes, judge the key, show and journal each link.
 *  Errors: what a link that fails says; no exception covers that */
KC_MUST kc_result cer_key_judge(struct cer_room *room,
    const struct cer_instance *in, struct cer_key *k, struct kc_err *err);

#endif
