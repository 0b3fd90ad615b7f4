/* SPDX-License-Identifier: Apache-2.0
 *
 * Entries of whatever holds a journal, for showing.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "audit/check.h"
#include "base/file.h"
#include "base/json.h"

struct walk {
	char id[33];
	kc_result (*fn)(void *ctx, const struct aud_entry *e,
	    struct kc_err *err);
	void *ctx;
};

static kc_result
one_line(void *ctx, const char *where, struct kc_part line,
    struct kc_part facts, struct kc_err *err)
{
	struct walk *w = ctx;
	struct aud_entry e = { 0 };
	kc_result r;

	KC_TRY(r, aud_entry_read(w->id, where, line, facts, &e, err));
	r = w->fn(w->ctx, &e, err);
out:
	aud_entry_free(&e);
	return r;
}

kc_result
aud_entries_each(const struct aud_entries *es,
    kc_result (*fn)(void *ctx, const struct aud_entry *e, struct kc_err *err),
    void *ctx, struct kc_err *err)
{
	struct walk w = { .fn = fn, .ctx = ctx };

	if (es->j != NULL)
		return aud_each(es->j, 0, es->size, fn, ctx, err);
	(void)snprintf(w.id, sizeof w.id, "%s", es->id);
	return aud_lines("journal.jsonl", es->lines, one_line, &w, err);
}

static kc_result
walk_export(const char *path, struct walk *w, struct kc_err *err)
{
	struct kc_buf p = { 0 }, text = { 0 };
	const char *id = NULL;
	json_t *m = NULL;
	kc_result r;

	KC_TRY(r, kc_path_join(path, "manifest.json", &p, err));
	KC_TRY(r, kc_file_read(kc_buf_str(&p), KC_FILE_MAX, &text, err));
	KC_TRY(r, kc_json_read(kc_buf_str(&p), text.p, text.len, KC_FILE_MAX,
	    &m, err));
	KC_TRY(r, kc_json_str(m, kc_buf_str(&p), "id", &id, err));
	(void)snprintf(w->id, sizeof w->id, "%s", id);
	kc_buf_free(&text);
	KC_TRY(r, kc_path_join(path, "journal.jsonl", &p, err));
	KC_TRY(r, kc_file_read(kc_buf_str(&p), (size_t)1 << 30, &text, err));
	r = aud_lines(kc_buf_str(&p), &text, one_line, w, err);
out:
	json_decref(m);
	kc_buf_free(&text);
	kc_buf_free(&p);
	return r;
}

kc_result
aud_walk(const char *path,
    kc_result (*fn)(void *ctx, const struct aud_entry *e, struct kc_err *err),
    void *ctx, struct kc_err *err)
{
	struct walk w = { .fn = fn, .ctx = ctx };
	struct aud_journal *j = NULL;
	struct kc_buf p = { 0 };
	struct stat sb;
	kc_result r;

	if (stat(path, &sb) != 0)
		return KC_FAIL(err, KC_EIO, 0, "cannot open %s", path);
	KC_TRY(r, kc_path_join(path, "journal.db", &p, err));
	if (S_ISDIR(sb.st_mode) && !kc_file_exists(kc_buf_str(&p))) {
		r = walk_export(path, &w, err);
		goto out;
	}
	KC_TRY(r, aud_open(S_ISDIR(sb.st_mode) ? kc_buf_str(&p) : path,
	    false, &j, err));
	r = aud_each(j, 0, aud_count(j), fn, ctx, err);
out:
	aud_close(&j);
	kc_buf_free(&p);
	return r;
}
