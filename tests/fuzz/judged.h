/* SPDX-License-Identifier: Apache-2.0
 *
 * For targets about evidence: it is judged, and the answer has its shape.
 */
#ifndef KC_TESTS_FUZZ_JUDGED_H
#define KC_TESTS_FUZZ_JUDGED_H

#include "sd/evidence.h"

/* fuzz_pins: of the seeds: pool, MRSIGNER, the day, no root but Intel's. */
struct sd_pins fuzz_pins(void);

/* fuzz_judge: judge x with the truth, then with every comparison and
 *  signature passing. */
void fuzz_judge(const struct sd_exchange *x, const struct sd_pins *pins);

/* fuzz_links: only the links of the quote and of what was carried in, each
 *  whatever the others say; x needs no certificate.  True: all hold. */
bool fuzz_links(const struct sd_exchange *x, const struct sd_pins *pins);

#endif
