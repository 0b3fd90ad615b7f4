/* SPDX-License-Identifier: Apache-2.0
 *
 * The command tables, one for each group; each ends with a row of zeros.
 */
#ifndef KC_CEREMONY_COMMANDS_H
#define KC_CEREMONY_COMMANDS_H

#include "ceremony/cmd.h"

extern const struct cer_cmd cer_room_commands[];	/* run resume status */
extern const struct cer_cmd cer_script_commands[];
extern const struct cer_cmd cer_token_commands[];
extern const struct cer_cmd cer_sd_commands[];
extern const struct cer_cmd cer_evidence_commands[];
extern const struct cer_cmd cer_byok_commands[];
extern const struct cer_cmd cer_attestation_commands[];
extern const struct cer_cmd cer_policy_commands[];
extern const struct cer_cmd cer_release_commands[];
extern const struct cer_cmd cer_audit_commands[];

#endif
