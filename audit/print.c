/* SPDX-License-Identifier: Apache-2.0
 *
 * audit print: the export's lines once more, through the same transcript.
 */
#include "audit/print.h"

#include "audit/doc.h"
#include "audit/reading.h"
#include "base/file.h"

kc_result
aud_print(const char *path, bool pdf, const char *out, struct kc_err *err)
{
	const struct aud_verify nothing = { 0 };
	struct aud_verdict v = { 0 };
	struct aud_check c = { 0 };
	struct kc_buf lines = { 0 }, text = { 0 };
	struct aud_entries es = { 0 };
	json_t *doc = NULL;
	kc_result r;

	KC_TRY(r, kc_file_check_new(out, err));
	r = aud_check_export(path, &c, &nothing, &v, err);
	if (!kc_ok(r)) {
		r = kc_prefix(err, "%s does not verify", path);
		goto out;
	}
	KC_TRY(r, aud_read_in(path, "journal.jsonl", &lines, err));
	es.lines = &lines;
	es.id = c.st.chain.id;
	KC_TRY(r, aud_transcript(&es, &c.st, &doc, err));
	KC_TRY(r, pdf ? aud_transcript_pdf(doc, &c.st, &text, err) :
	    aud_doc_markdown(doc, &text, err));
	r = kc_file_write_new(out, text.p, text.len, 0600, err);
out:
	if (!kc_ok(r))
		kc_certain(err, "no transcript was written");
	json_decref(doc);
	kc_buf_free(&text);
	kc_buf_free(&lines);
	aud_verdict_free(&v);
	aud_check_free(&c);
	return r;
}
