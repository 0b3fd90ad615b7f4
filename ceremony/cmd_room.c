/* SPDX-License-Identifier: Apache-2.0
 *
 * The room commands.
 */
#include "ceremony/commands.h"

const struct cer_cmd cer_room_commands[] = {
	{ 0 },
};
