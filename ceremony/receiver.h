/* SPDX-License-Identifier: Apache-2.0
 *
 * Who receives a domain, on the command line: the exchange key's file, what
 * is pinned, the links of its evidence for people and as JSON.
 */
#ifndef KC_CEREMONY_RECEIVER_H
#define KC_CEREMONY_RECEIVER_H

#include "ceremony/cmd.h"
#include "sd/evidence.h"

/* The pins among a command's options, in this order from place `first`. */
enum {
	RCV_POOL, RCV_MRSIGNER, RCV_SVN, RCV_COLLATERAL, RCV_ROOT,
	RCV_OPTIONS
};
#define CER_RECEIVER_OPTIONS				\
	{ "--pool", CER_ONE, false },			\
	{ "--pin-mrsigner", CER_ONE, false },		\
	{ "--pin-svn", CER_ONE, false },		\
	{ "--collateral", CER_ONE, false },		\
	{ "--rehearsal-root", CER_ONE, false }
#define CER_RECEIVER_USAGE \
	"[--pin-svn N] [--collateral DIR] [--rehearsal-root FILE]"

/* struct cer_receiver: an exchange key, the pins, and the answer.
 *  pins points into this struct: it is not copied. */
struct cer_receiver {
	struct sd_exchange x;
	struct sd_pins pins;
	struct sd_evidence found;
	struct sd_collateral collateral;
	struct kc_buf name[SD_COLLATERAL_MAX];	/* paths of its files */
	struct kc_buf root;			/* DER */
};

/* cer_receiver_pins: pins and files that the options name.
 *  first  place of --pool in a.  ret  caller: cer_receiver_free, always
 *  Errors: KC_EUSAGE; KC_EFORMAT, KC_ELIMIT, KC_EIO naming a file */
KC_MUST kc_result cer_receiver_pins(const struct cer_args *a, size_t first,
    int64_t at_ms, struct cer_receiver *ret, struct kc_err *err);

/* cer_receiver_files: the folder of collateral and the rehearsal's root into
 *  the pins; NULL: not given. */
KC_MUST kc_result cer_receiver_files(const char *collateral,
    const char *root, struct cer_receiver *ret, struct kc_err *err);

/* cer_receiver_read: the exchange key's file, from any carrier. */
KC_MUST kc_result cer_receiver_read(const char *path,
    struct cer_receiver *ret, struct kc_err *err);
void cer_receiver_free(struct cer_receiver *v);

/* cer_receiver_show: name, carrier, SHA-256 and words as two people compare
 *  them. */
KC_MUST kc_result cer_receiver_show(const struct cer_receiver *v, FILE *to,
    struct kc_err *err);

/* cer_evidence_show: measurements, each link, and the verdict.
 *  why  NULL: proven; else what fails or is missing */
void cer_evidence_show(const struct cer_receiver *v, const char *why,
    FILE *to);

/* cer_evidence_json: the same as members of o. */
KC_MUST kc_result cer_evidence_json(const struct cer_receiver *v, json_t *o,
    struct kc_err *err);

#endif
