/* SPDX-License-Identifier: Apache-2.0
 *
 * The drill of a new set: a synthetic domain for its certificates, restored
 * with every quorum, before a real one exists.  All of it lives in memory.
 */
#ifndef KC_SD_DRILL_H
#define KC_SD_DRILL_H

#include "sd/domain.h"

struct sd_drill;

/* sd_drill_new: random data of the sizes that a Managed HSM writes, split
 *  for certs as a real domain is, and read back from those bytes.
 *  certs  their names are kept: they must live as long
 *  ret    caller: sd_drill_free, which wipes it
 *  Errors: those of sd_split */
KC_MUST kc_result sd_drill_new(const struct sd_cert *certs, size_t n,
    size_t required, struct sd_drill **ret, struct kc_err *err);
void sd_drill_free(struct sd_drill **d);

/* sd_drill_domain: what the holders open, one share each
 *  (sd_share_unwrap); share i is holder i's. */
const struct sd_domain *sd_drill_domain(const struct sd_drill *d);

/* struct sd_drill_found: what a drill that passed has shown. */
struct sd_drill_found {
	size_t quorums;		/* opened, every datum compared */
	bool all;		/* every quorum; else the design of cover.h */
	size_t data, bytes;
	uint8_t domain[KC_SHA256];	/* of the synthetic file */
};

/* sd_drill_run: first all shares together, so that a wrong one is named by
 *  its holder; then each quorum of sd_cover: combine, decrypt every datum,
 *  compare it with what was put in; with the first one also a restore blob
 *  for a throwaway exchange key, opened again.
 *  share  of holder i at i, all N; the caller wipes them
 *  tick   called before each quorum, or NULL; false: KC_ECANCEL
 *  Errors: KC_EREFUSED, KC_EMAC naming holders */
KC_MUST kc_result sd_drill_run(const struct sd_drill *d,
    const struct kc_secret *share,
    bool (*tick)(void *ctx, size_t done, size_t total), void *ctx,
    struct sd_drill_found *ret, struct kc_err *err);

#endif
