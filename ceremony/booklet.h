/* SPDX-License-Identifier: Apache-2.0
 *
 * The paper script: what is done, said and initialled, from the bytes of
 * script and site file that the ceremony runs.
 */
#ifndef KC_CEREMONY_BOOKLET_H
#define KC_CEREMONY_BOOKLET_H

#include "audit/doc.h"
#include "ceremony/room.h"

/* cer_booklet: the booklet as a document.
 *  room  script and site read, laid out (cer_plan); its view is changed
 *  ret   caller: json_decref */
KC_MUST kc_result cer_booklet(struct cer_room *room, json_t **ret,
    struct kc_err *err);

/* cer_booklet_sheets: sheets for exceptions and a suspension, and the lines
 *  where people sign. */
KC_MUST kc_result cer_booklet_sheets(const struct cer_room *room,
    json_t *doc, struct kc_err *err);

/* cer_booklet_print: read both files, write the booklet to the new file out;
 *  its name says whether it is PDF or Markdown.
 *  Errors: KC_EUSAGE out ends in neither; KC_EEXISTS; those of script and
 *  site */
KC_MUST kc_result cer_booklet_print(const char *script, const char *site,
    const char *out, struct kc_err *err);

#endif
