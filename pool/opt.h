/* SPDX-License-Identifier: Apache-2.0
 *
 * Options of the stand-in pool's commands: every one has a value or is a
 * flag, is given at most once, and nothing is positional.
 */
#ifndef KC_POOL_OPT_H
#define KC_POOL_OPT_H

#include "base/err.h"

/* struct pool_opt: where an option's word goes; flag options have ret_flag
 * instead of ret_value. */
struct pool_opt {
	const char *name;
	bool required;
	const char **ret_value;
	bool *ret_flag;
};

/* pool_parse: read argv by the table; values stay owned by argv.
 *  Errors: KC_EUSAGE naming the word */
KC_MUST kc_result pool_parse(const struct pool_opt *table, size_t n,
    int argc, char **argv, struct kc_err *err);

#endif
