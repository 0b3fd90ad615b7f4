/* SPDX-License-Identifier: Apache-2.0
 *
 * The token commands.
 */
#include "ceremony/commands.h"

const struct cer_cmd cer_token_commands[] = {
	{ 0 },
};
