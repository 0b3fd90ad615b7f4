/* SPDX-License-Identifier: Apache-2.0
 *
 * Known-answer tests: run by `ceremony selftest` and at every start of a
 * ceremony, from one table.
 */
#ifndef KC_CEREMONY_SELFTEST_H
#define KC_CEREMONY_SELFTEST_H

#include "ceremony/cmd.h"

extern const struct cer_cmd cer_selftest_commands[];

/* cer_selftest: run every test; the first failure is in err.
 *  ret_names  one "name ok" line for each; caller: kc_buf_free
 *  Errors: KC_ESELFTEST */
KC_MUST kc_result cer_selftest(struct kc_buf *ret_names, size_t *ret_n,
    struct kc_err *err);

#endif
