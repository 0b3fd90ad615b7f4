/* SPDX-License-Identifier: Apache-2.0
 *
 * The evidence's bytes: an Open Enclave header and an SGX DCAP quote,
 * version 3.  Only structure: nothing is believed here.
 */
#ifndef KC_SD_QUOTE_H
#define KC_SD_QUOTE_H

#include <stdint.h>

#include "base/err.h"

#define SD_QUOTE_SIGNED 432	/* header and enclave report */
#define SD_REPORT 384

/* struct sd_report: one enclave report; bytes points at all of it. */
struct sd_report {
	const uint8_t *bytes;
	const uint8_t *cpusvn;		/* 16 */
	const uint8_t *miscselect;	/* 4 */
	const uint8_t *attributes;	/* 16 */
	bool debug;
	const uint8_t *mrenclave;	/* 32 */
	const uint8_t *mrsigner;	/* 32 */
	uint16_t prod_id;
	uint16_t svn;
	const uint8_t *data;		/* 64 */
};

/* struct sd_quote: a whole quote.  Every pointer stays the caller's bytes. */
struct sd_quote {
	const uint8_t *signed_part;	/* SD_QUOTE_SIGNED */
	const uint8_t *vendor;		/* 16: who made the quoting enclave */
	struct sd_report enclave;
	const uint8_t *signature;	/* 64: r || s over signed_part */
	const uint8_t *key;		/* 64: attestation key x || y */
	struct sd_report qe;
	const uint8_t *qe_signature;	/* 64: r || s over qe.bytes */
	const uint8_t *auth;
	size_t auth_len;
	const uint8_t *chain;		/* PEM, without the NUL that ends it */
	size_t chain_len;
};

/* sd_quote_parse: exactly one header and one quote, no byte more.
 *  Errors: KC_EFORMAT naming field and offset
 *  Source: Open Enclave evidence.h; Intel SGX ECDSA quote library API,
 *  appendix A (quote format, version 3) */
KC_MUST kc_result sd_quote_parse(const uint8_t *p, size_t len,
    struct sd_quote *ret, struct kc_err *err);

#endif
