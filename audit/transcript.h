/* SPDX-License-Identifier: Apache-2.0
 *
 * The transcript inside the room: what is in it, in which order.
 */
#ifndef KC_AUDIT_TRANSCRIPT_H
#define KC_AUDIT_TRANSCRIPT_H

#include "audit/check.h"
#include "audit/doc.h"

/* aud_transcript_value: a fact's value as a safe text of bounded length. */
KC_MUST kc_result aud_transcript_value(const json_t *v, struct kc_buf *ret,
    struct kc_err *err);

/* aud_transcript_steps: every step and its rows. */
KC_MUST kc_result aud_transcript_steps(json_t *doc,
    const struct aud_entries *es, struct kc_err *err);

/* aud_transcript_time: acts, suspensions and exceptions over time. */
KC_MUST kc_result aud_transcript_time(json_t *doc,
    const struct aud_entries *es, struct kc_err *err);

#endif
