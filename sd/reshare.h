/* SPDX-License-Identifier: Apache-2.0
 *
 * Resharing: the data of an opened domain for a new set of holders, under a
 * master key that the old one says nothing of.
 */
#ifndef KC_SD_RESHARE_H
#define KC_SD_RESHARE_H

#include "sd/domain.h"

/* struct sd_new_set: who will hold the shares, checked by sd_set_check. */
struct sd_new_set {
	const struct sd_cert *certs;
	size_t n;
	size_t required;
};

/* sd_reshare: draw a master key, encrypt every datum again, tags and order
 *  kept, and split the key for the new set.
 *  master  the old one, of sd_open or sd_combine
 *  Errors: KC_EMAC, KC_EFORMAT (a datum), KC_EREFUSED (the set, or a file
 *  beyond SD_FILE_MAX); ret_json unchanged */
KC_MUST kc_result sd_reshare(const struct sd_domain *d,
    const struct kc_secret *master, const struct sd_new_set *set,
    struct kc_buf *ret_json, struct kc_err *err);

/* sd_reshare_check: the new file's bytes parse, hold the tags of d in order
 *  and one share for each certificate of set in order, and the old master
 *  key fails the tag of every datum.
 *  Errors: those of sd_domain_read; KC_EREFUSED */
KC_MUST kc_result sd_reshare_check(const char *name,
    const struct kc_buf *json, const struct sd_domain *d,
    const struct kc_secret *master, const struct sd_new_set *set,
    struct kc_err *err);

#endif
