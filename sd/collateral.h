/* SPDX-License-Identifier: Apache-2.0
 *
 * What was carried in, told apart and checked: Intel's signatures, dates.
 */
#ifndef KC_SD_COLLATERAL_H
#define KC_SD_COLLATERAL_H

#include <jansson.h>

#include "sd/evidence.h"
#include "sd/pck.h"

/* struct sd_found: checked pieces; whatever is missing is NULL. */
struct sd_found {
	X509 *signer;			/* of TCB info and QE identity */
	X509_CRL *root_crl, *pck_crl;
	json_t *tcb[SD_COLLATERAL_MAX];
	size_t n_tcb;
	json_t *qe;
};

/* sd_collateral_check: every file is one that this program knows, signed
 *  under the chain's root and within its dates at at_ms.
 *  chain  checked before.  ret  caller: sd_found_free, also on failure
 *  Errors: KC_EREFUSED, KC_EFORMAT, KC_ELIMIT, naming the file */
KC_MUST kc_result sd_collateral_check(const struct sd_collateral *c,
    const struct sd_pck *chain, int64_t at_ms, struct sd_found *ret,
    struct kc_err *err);
void sd_found_free(struct sd_found *f);

#endif
