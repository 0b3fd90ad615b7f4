/* SPDX-License-Identifier: Apache-2.0
 *
 * The script commands.
 */
#include "ceremony/commands.h"

const struct cer_cmd cer_script_commands[] = {
	{ 0 },
};
