/* SPDX-License-Identifier: Apache-2.0
 *
 * The transcript of an export, printed again.
 */
#ifndef KC_AUDIT_PRINT_H
#define KC_AUDIT_PRINT_H

#include <stdbool.h>

#include "base/err.h"

/* aud_print: verify an export, then write its transcript as a new file, PDF
 *  or Markdown.
 *  Errors: KC_EREFUSED it does not verify; KC_EEXISTS */
KC_MUST kc_result aud_print(const char *path, bool pdf, const char *out,
    struct kc_err *err);

#endif
