/* SPDX-License-Identifier: Apache-2.0
 *
 * Time: UTC for people, BOOTTIME for durations.
 */
#ifndef KC_BASE_CLOCK_H
#define KC_BASE_CLOCK_H

#include <stdint.h>

#include "base/err.h"

#define KC_TIME_CHARS 25	/* "2026-11-23T18:40:01.123Z" and NUL */

/* kc_clock_utc_ms: milliseconds since 1970, UTC. */
int64_t kc_clock_utc_ms(void);

/* kc_clock_boot_ms: milliseconds since boot, suspend included. */
int64_t kc_clock_boot_ms(void);

/* kc_clock_format: RFC 3339 with milliseconds. */
void kc_clock_format(int64_t utc_ms, char ret[static KC_TIME_CHARS]);

/* kc_clock_parse: RFC 3339, upper-case T and Z only, optional fraction.
 *  Errors: KC_EUSAGE naming what is wrong */
KC_MUST kc_result kc_clock_parse(const char *text, int64_t *ret_utc_ms,
    struct kc_err *err);

#endif
