/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit commands.
 */
#include "ceremony/commands.h"

const struct cer_cmd cer_audit_commands[] = {
	{ 0 },
};
