/* SPDX-License-Identifier: Apache-2.0
 *
 * Building a document.
 */
#include "audit/doc.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"

static kc_result
texts(const char *const *from, size_t n, json_t **ret, struct kc_err *err)
{
	json_t *list = json_array();
	kc_result r = KC_DONE;

	for (size_t i = 0; i < n; i++)
		KC_TRY(r, kc_json_add_new(list, json_string(from[i]), err));
	*ret = list;
	list = NULL;
out:
	json_decref(list);
	return r;
}

kc_result
aud_doc_text(json_t *doc, const char *kind, int level,
    const char *const *spans, size_t n, struct kc_err *err)
{
	json_t *list = NULL;
	kc_result r;

	KC_TRY(r, texts(spans, n, &list, err));
	r = kc_json_add_new(doc, json_pack("{s:s,s:i,s:o}", "k", kind,
	    "level", level, "t", list), err);
out:
	return r;
}

kc_result
aud_doc_table(json_t *doc, const char *const *cols, size_t n,
    json_t **ret_rows, struct kc_err *err)
{
	json_t *list = NULL, *rows = json_array();
	kc_result r;

	KC_TRY(r, texts(cols, n, &list, err));
	KC_TRY(r, kc_json_add_new(doc, json_pack("{s:s,s:o,s:O}", "k",
	    "table", "cols", list, "rows", rows), err));
	*ret_rows = rows;
out:
	json_decref(rows);
	return r;
}

kc_result
aud_doc_row(json_t *rows, const char *const *cells, size_t n,
    struct kc_err *err)
{
	json_t *list = NULL;
	kc_result r;

	KC_TRY(r, texts(cells, n, &list, err));
	r = kc_json_add_new(rows, list, err);
out:
	return r;
}

kc_result
aud_doc_step(json_t *doc, const struct aud_doc_step *s, json_t **ret_fill,
    struct kc_err *err)
{
	json_t *fill = json_array();
	kc_result r = kc_json_add_new(doc, json_pack(
	    "{s:s,s:s,s:s,s:s,s:s,s:s,s:O}", "k", "step", "number", s->number,
	    "title", s->title, "who", s->who, "say", s->say, "why", s->why,
	    "fill", fill), err);

	json_decref(fill);
	*ret_fill = fill;
	return r;
}

kc_result
aud_doc_fill(json_t *doc, json_t **ret_fill, struct kc_err *err)
{
	json_t *fill = json_array();
	kc_result r = kc_json_add_new(doc, json_pack("{s:s,s:O}", "k", "fill",
	    "fill", fill), err);

	json_decref(fill);
	*ret_fill = fill;
	return r;
}

kc_result
aud_doc_blank(json_t *fill, const char *text, int64_t n, struct kc_err *err)
{
	return kc_json_add_new(fill, json_pack("{s:s,s:I}", "t", text, "n",
	    (json_int_t)n), err);
}

kc_result
aud_doc_page(json_t *doc, struct kc_err *err)
{
	return kc_json_add_new(doc, json_pack("{s:s}", "k", "page"), err);
}

kc_result
aud_doc_safe(const char *s, struct kc_buf *ret, struct kc_err *err)
{
	return kc_text_escape(s, strlen(s), ret, err);
}
