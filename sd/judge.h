/* SPDX-License-Identifier: Apache-2.0
 *
 * Shares on the table: which of them open the data, and if they do not,
 * whose fault it is as far as they can tell.  For the files of this room.
 */
#ifndef KC_SD_JUDGE_H
#define KC_SD_JUDGE_H

#include "sd/domain.h"

/* sd_judge: the master key from n shares, M <= n <= 10, of distinct holders
 *  and distinct x.  Every share beyond M must agree, every datum's tag hold.
 *  Errors: KC_EREFUSED the wrong shares with their holders' names;
 *  KC_EMAC what is known when no name can be given, with everybody used.
 *  ret  secure heap; caller: kc_secret_free */
KC_MUST kc_result sd_judge(const char *name, const struct sd_domain *d,
    const struct sd_given *given, size_t n, struct kc_secret *ret,
    struct kc_err *err);

/* sd_who: "share 3 (name)" after what is in ret, with a comma between.  A
 *  long name keeps its end: of a path that is the file. */
KC_MUST kc_result sd_who(const struct sd_given *g, struct kc_buf *ret,
    struct kc_err *err);

#endif
