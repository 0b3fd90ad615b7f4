/* SPDX-License-Identifier: Apache-2.0
 *
 * What Intel signs beside the quote, as it was carried in.
 */
#include "sd/link.h"

void
sd_collateral_free(struct sd_collateral *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n; i++)
		kc_buf_free(&c->file[i].data);
	*c = (struct sd_collateral){ 0 };
}
