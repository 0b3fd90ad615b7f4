/* SPDX-License-Identifier: Apache-2.0
 *
 * The last page of a transcript whose ceremony judged what the online side
 * promises: each promise, and the entries that show it.
 */
#ifndef KC_AUDIT_PROMISES_H
#define KC_AUDIT_PROMISES_H

#include "audit/check.h"
#include "audit/doc.h"

/* aud_promises: append the page; nothing where no entry judged the estate. */
KC_MUST kc_result aud_promises(json_t *doc, const struct aud_entries *es,
    struct kc_err *err);

#endif
