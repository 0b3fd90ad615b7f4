/* SPDX-License-Identifier: Apache-2.0
 *
 * Known-answer tests of this room's arithmetic.
 */
#ifndef KC_SD_SELFTEST_H
#define KC_SD_SELFTEST_H

#include "base/err.h"

/* sd_selftests: how many there are. */
size_t sd_selftests(void);

/* sd_selftest: run test i of sd_selftests().
 *  ret_name  its name, a constant; set also on failure
 *  Errors: KC_ESELFTEST naming it */
KC_MUST kc_result sd_selftest(size_t i, const char **ret_name,
    struct kc_err *err);

#endif
