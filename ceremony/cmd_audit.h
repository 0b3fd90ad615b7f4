/* SPDX-License-Identifier: Apache-2.0
 *
 * Audit commands that share parts of an export: redact, prove.
 */
#ifndef KC_CEREMONY_CMD_AUDIT_H
#define KC_CEREMONY_CMD_AUDIT_H

#include "ceremony/cmd.h"

int cer_audit_redact(struct cer_app *app, int argc, char **argv);
int cer_audit_prove(struct cer_app *app, int argc, char **argv);

#endif
