/* SPDX-License-Identifier: Apache-2.0
 *
 * Collateral under the rehearsal's root: what Intel publishes to say which
 * platforms are up to date and which certificates are revoked.
 */
#ifndef KC_POOL_COLLATERAL_H
#define KC_POOL_COLLATERAL_H

#include "pool/pki.h"

enum pool_collateral_file {
	POOL_TCB_INFO,		/* JSON, signed by POOL_TCB */
	POOL_QE_IDENTITY,	/* JSON, signed by POOL_TCB */
	POOL_TCB_CHAIN,		/* POOL_TCB and the root, PEM */
	POOL_PCK_CRL,		/* DER, signed by POOL_CA */
	POOL_ROOT_CRL,		/* DER, signed by the root */
	POOL_COLLATERAL_FILES
};

struct pool_collateral {
	struct kc_buf file[POOL_COLLATERAL_FILES];
};

/* Their usual names in a directory. */
extern const char *const pool_collateral_names[POOL_COLLATERAL_FILES];

/* pool_collateral_make: issued at at_ms, good for 30 days, nothing revoked.
 *  ret  caller: pool_collateral_free */
KC_MUST kc_result pool_collateral_make(const struct pool_pki *pki,
    int64_t at_ms, struct pool_collateral *ret, struct kc_err *err);
void pool_collateral_free(struct pool_collateral *c);

/* pool_collateral_write: for the pools in dir, into the new directory to. */
KC_MUST kc_result pool_collateral_write(const char *dir, const char *to,
    struct kc_err *err);

#endif
