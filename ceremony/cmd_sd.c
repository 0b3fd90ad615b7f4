/* SPDX-License-Identifier: Apache-2.0
 *
 * The sd commands.
 */
#include "ceremony/commands.h"

const struct cer_cmd cer_sd_commands[] = {
	{ 0 },
};
