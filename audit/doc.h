/* SPDX-License-Identifier: Apache-2.0
 *
 * A document before it is Markdown or PDF: an array of blocks.
 *
 *	{"k":"h","level":1..3,"t":SPANS}	a heading
 *	{"k":"p","t":SPANS}			a paragraph
 *	{"k":"li","level":0..1,"t":SPANS}	an item of a list
 *	{"k":"table","cols":[..],"rows":[[..]]}
 *	{"k":"qr","t":TEXT}			PDF only
 *	{"k":"time","bars":[{"t","from","to"}],"marks":[{"t","at"}]}
 *						milliseconds UTC
 *	{"k":"sign","lines":[..]}		lines for signatures by hand
 *	{"k":"step","number","title","who","say","why","fill":[FILL]}
 *						done by people, who initial it
 *	{"k":"fill","fill":[FILL]}		what they write in
 *	{"k":"page"}				the rest on a new page; PDF only
 *
 * FILL is {"t","n"}: a text and so many blanks, numbered when more than one.
 *
 * SPANS is an array of texts; every second one is strong.  Texts are free of
 * what could mislead an eye: aud_doc_safe.
 */
#ifndef KC_AUDIT_DOC_H
#define KC_AUDIT_DOC_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"

/* struct page_edge: what stands on each page above and below its text. */
struct page_edge {
	const char *head, *foot;
};

/* aud_doc_text: add a block of spans.  kind "h", "p" or "li" */
KC_MUST kc_result aud_doc_text(json_t *doc, const char *kind, int level,
    const char *const *spans, size_t n, struct kc_err *err);
#define AUD_DOC(doc, kind, level, err, ...) aud_doc_text((doc), (kind), \
	(level), (const char *const[]){ __VA_ARGS__ }, \
	sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *), (err))

/* aud_doc_table: add a table without rows.
 *  ret_rows  borrowed; rows are added to it by aud_doc_row */
KC_MUST kc_result aud_doc_table(json_t *doc, const char *const *cols,
    size_t n, json_t **ret_rows, struct kc_err *err);
KC_MUST kc_result aud_doc_row(json_t *rows, const char *const *cells,
    size_t n, struct kc_err *err);

/* aud_doc_step: add a step; say and why may be "".
 *  ret_fill  borrowed; blanks are added to it by aud_doc_blank */
struct aud_doc_step {
	const char *number, *title, *who, *say, *why;
};
KC_MUST kc_result aud_doc_step(json_t *doc, const struct aud_doc_step *s,
    json_t **ret_fill, struct kc_err *err);
KC_MUST kc_result aud_doc_fill(json_t *doc, json_t **ret_fill,
    struct kc_err *err);
KC_MUST kc_result aud_doc_blank(json_t *fill, const char *text, int64_t n,
    struct kc_err *err);
KC_MUST kc_result aud_doc_page(json_t *doc, struct kc_err *err);

/* aud_doc_safe: append a text of somebody's as kc_text_escape does. */
KC_MUST kc_result aud_doc_safe(const char *s, struct kc_buf *ret,
    struct kc_err *err);

/* aud_doc_markdown: the document as Markdown. */
KC_MUST kc_result aud_doc_markdown(const json_t *doc, struct kc_buf *ret,
    struct kc_err *err);

/* aud_doc_pdf: the document as PDF; the same one gives the same bytes.
 *  edge   the lines above and below the text of each page
 *  stamp  behind each page's text ("REHEARSAL"), or NULL
 *  Errors: KC_EIO a font is missing */
KC_MUST kc_result aud_doc_pdf(const json_t *doc, const struct page_edge *edge,
    const char *stamp, struct kc_buf *ret, struct kc_err *err);

#endif
