/* SPDX-License-Identifier: Apache-2.0
 *
 * The chain inside a quote: PCK leaf, Platform or Processor CA, root; and
 * what the leaf says about its platform.
 */
#ifndef KC_SD_PCK_H
#define KC_SD_PCK_H

#include "sd/pki.h"

#define SD_TCB_COMPONENTS 16

enum sd_pck_place { SD_PCK_LEAF, SD_PCK_CA, SD_PCK_ROOT, SD_PCK_CHAIN };

/* struct sd_platform: the leaf's extension 1.2.840.113741.1.13.1. */
struct sd_platform {
	uint8_t component[SD_TCB_COMPONENTS];
	uint16_t pcesvn;
	uint8_t fmspc[6];
	uint8_t pceid[2];
};

/* struct sd_pck: the chain as it stands in the quote, leaf first. */
struct sd_pck {
	X509 *cert[SD_PCK_CHAIN];
};

/* sd_pck_read: exactly three PEM certificates.
 *  ret  caller: sd_pck_free.  Errors: KC_EFORMAT */
KC_MUST kc_result sd_pck_read(const uint8_t *p, size_t len,
    struct sd_pck *ret, struct kc_err *err);
void sd_pck_free(struct sd_pck *c);

/* sd_pck_chain: each is issued by the next, the last by itself; CA flags,
 *  path lengths, key usage.
 * sd_pck_dates: each is within its dates at at_ms.
 * sd_pck_leaf: names and extension of a PCK certificate and of the CA that
 *  may issue one; what it says in *ret.
 *  Errors: KC_EREFUSED */
KC_MUST kc_result sd_pck_chain(const struct sd_pck *c, struct kc_err *err);
KC_MUST kc_result sd_pck_dates(const struct sd_pck *c, int64_t at_ms,
    struct kc_err *err);
KC_MUST kc_result sd_pck_leaf(const struct sd_pck *c,
    struct sd_platform *ret, struct kc_err *err);

/* sd_pck_is_ca: is it named like a CA that issues PCK certificates? */
bool sd_pck_is_ca(const X509 *x);
bool sd_pck_is_ca_name(const X509_NAME *name);

#endif
