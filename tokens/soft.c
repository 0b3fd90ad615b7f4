/* SPDX-License-Identifier: Apache-2.0
 *
 * Which tokens are software: production refuses them.
 */
#include <string.h>

#include "tokens/card.h"

bool
tok_known_soft(const struct tok_info *info)
{
	static const struct {
		const char *manufacturer, *model;	/* prefixes */
	} soft[] = {
		{ "SoftHSM", "" },
		{ "", "SoftHSM" },
		{ "IBM", "IBM SoftTok" },
		{ "IBM", "Soft" },
		{ "IBM", "openCryptoki" },
		{ "", "openCryptoki" },
		{ "swtpm", "" },
		{ "IBM", "SW   TPM" },
		{ "IBM", "SW" },
		{ "NSS", "" },
		{ "Mozilla", "" },
		{ "Kryoptic", "" },
	};

	for (size_t i = 0; i < sizeof soft / sizeof *soft; i++)
		if (strncmp(info->manufacturer, soft[i].manufacturer,
		    strlen(soft[i].manufacturer)) == 0 &&
		    strncmp(info->model, soft[i].model,
		    strlen(soft[i].model)) == 0)
			return true;
	return false;
}
