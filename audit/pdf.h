/* SPDX-License-Identifier: Apache-2.0
 *
 * Pictures of a PDF.
 */
#ifndef KC_AUDIT_PDF_H
#define KC_AUDIT_PDF_H

#include <jansson.h>

#include "audit/page.h"

/* pdf_qr: a text of A-Z, a-z, 0-9 as a QR code of two points a module. */
KC_MUST kc_result pdf_qr(struct pages *p, const char *text,
    struct kc_err *err);

/* pdf_step, pdf_fill: blocks of those names.  pdf_step_height: 0 for another
 * block or none. */
float pdf_step_height(struct pages *p, const json_t *block);
void pdf_step(struct pages *p, const json_t *block);
void pdf_fill(struct pages *p, const json_t *block);

/* pdf_time: a block "time" (audit/doc.h): a bar for each act, marks over
 * them. */
void pdf_time(struct pages *p, const json_t *block);
bool pdf_is_time(const json_t *block);
float pdf_time_height(const json_t *block);

#endif
