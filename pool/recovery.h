/* SPDX-License-Identifier: Apache-2.0
 *
 * Putting a stand-in pool in recovery: a new exchange key.
 */
#ifndef KC_POOL_RECOVERY_H
#define KC_POOL_RECOVERY_H

#include "pool/carrier.h"

/* struct pool_recovery: what is asked for.
 *  bits  of the new key
 *  make  create the pool, empty, when it is absent
 *  bare  without evidence, as the service answered in 2020
 *  as    the form of the answer */
struct pool_recovery {
	const char *dir, *name;
	unsigned bits;
	bool make, bare;
	enum pool_carrier as;
};

/* pool_init_recovery: a new exchange key; the one before opens nothing more.
 *  ret  its certificate, as asked for; replaced
 *  Errors: KC_EREFUSED no such pool, or one that is active */
KC_MUST kc_result pool_init_recovery(const struct pool_recovery *how,
    struct kc_buf *ret, struct kc_err *err);

#endif
