/* SPDX-License-Identifier: Apache-2.0
 *
 * Quorums of a set, as bit masks.
 */
#include "sd/cover.h"

#include <assert.h>

#include "sd/domain.h"

static size_t
ones(uint32_t set)
{
	size_t n = 0;

	for (; set != 0; set &= set - 1)
		n++;
	return n;
}

static void
turn_ring(size_t holders, size_t required, struct sd_cover *ret)
{
	static const size_t base[] = { 0, 1, 3, 5, 2, 4 };

	assert(holders >= 9 && required <= sizeof base / sizeof *base);
	ret->n = holders;
	for (size_t i = 0; i < holders; i++) {
		uint32_t set = 0;

		for (size_t k = 0; k < required; k++)
			set |= 1u << (base[k] + i) % holders;
		ret->set[i] = (uint16_t)set;
	}
}

void
sd_cover(size_t holders, size_t required, struct sd_cover *ret)
{
	assert(2 <= required && required <= holders &&
	    holders <= SD_MAX_HOLDERS);
	*ret = (struct sd_cover){ .all = true };
	for (uint32_t set = 0; set >> holders == 0; set++) {
		if (ones(set) != required)
			continue;
		if (ret->n == SD_COVER_MAX) {
			ret->all = false;
			turn_ring(holders, required, ret);
			return;
		}
		ret->set[ret->n++] = (uint16_t)set;
	}
}
