/* SPDX-License-Identifier: Apache-2.0
 *
 * The online team of a rehearsal: answers request files on a medium.
 */
#ifndef KC_POOL_ATTEND_H
#define KC_POOL_ATTEND_H

#include "base/err.h"

/* struct pool_attendance: where, and what new exchange keys are.
 *  dir     of the pools
 *  medium  its to-online/ is read, its to-offline/ written
 *  bits    of new exchange keys
 *  bare    they come without evidence, as in 2020 */
struct pool_attendance {
	const char *dir;
	const char *medium;
	unsigned bits;
	bool bare;
};

/* pool_attend: answer what appears in MEDIUM/to-online/ by files in
 *  MEDIUM/to-offline/, until SIGTERM or SIGINT, which end it with success.
 *  Both directories are made when absent.  A request that is refused gets a
 *  Failed result and is not tried again.
 *  Errors: KC_EIO the medium or the pools cannot be used */
KC_MUST kc_result pool_attend(const struct pool_attendance *a,
    struct kc_err *err);

/* pool_attend_once: one look at the medium; *ret_n answers were written. */
KC_MUST kc_result pool_attend_once(const struct pool_attendance *a,
    size_t *ret_n, struct kc_err *err);

#endif
