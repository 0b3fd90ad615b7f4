/* SPDX-License-Identifier: Apache-2.0
 *
 * Which quorums a drill opens: every one, or, when there are too many, a
 * design in which every pair of holders meets.
 */
#ifndef KC_SD_COVER_H
#define KC_SD_COVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SD_COVER_MAX 120

/* struct sd_cover: set[i] has bit k when holder k (from 0) is in quorum i;
 * no quorum stands there twice.
 *  all  every quorum of the set is there */
struct sd_cover {
	bool all;
	size_t n;
	uint16_t set[SD_COVER_MAX];
};

/* sd_cover: all C(holders, required) quorums if those are 120 or fewer.
 *  Else a cyclic design: the holders stand in a ring, the quorum at the
 *  places 0 1 3 5 2 4 (the first `required` of them) is turned by one place
 *  after another.  The differences of 0 1 3 5 are 1 to 5, so in a ring of 9
 *  or 10 every two holders are together in a quorum, and each holder is in
 *  exactly `required` of them.
 *  Wants 2 <= required <= holders <= 10 */
void sd_cover(size_t holders, size_t required, struct sd_cover *ret);

#endif
