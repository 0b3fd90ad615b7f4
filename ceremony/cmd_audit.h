/* SPDX-License-Identifier: Apache-2.0
 *
 * Audit commands over an export: redact, prove, print.
 */
#ifndef KC_CEREMONY_CMD_AUDIT_H
#define KC_CEREMONY_CMD_AUDIT_H

#include "ceremony/cmd.h"

int cer_audit_redact(struct cer_app *app, int argc, char **argv);
int cer_audit_prove(struct cer_app *app, int argc, char **argv);
int cer_audit_print(struct cer_app *app, int argc, char **argv);

#endif
