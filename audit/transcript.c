/* SPDX-License-Identifier: Apache-2.0
 *
 * The transcript: the journal for people.  A function of the entries only.
 */
#include "audit/transcript.h"

#include <stdio.h>
#include <string.h>

#include "audit/bundle.h"
#include "audit/form.h"
#include "audit/promises.h"
#include "base/json.h"
#include "base/words.h"

/* struct chapter: a table of the entries of one kind that carry a fact; one
 * column for each fact named.  none: said when there are none; NULL: then
 * there is no chapter. */
struct chapter {
	const char *title, *kind, *fact;
	const char *column[8];
	const char *none;
};

static const struct chapter chapters[] = {
	{ "Exceptions", "exception.open", "number", { "number", "expected",
	  "happened", "action", "decided.by" }, "None was opened." },
	{ "People", "person", "person", { "person", "role", "name",
	  "present", "identity" }, "No roll was called." },
	{ "Checks of the station", "check", "check", { "check", "holds",
	  "found" }, "None was made." },
	{ "Keys made on cards", "card.done", "spki.sha256", { "card", "key",
	  "bits", "oaep", "known-answer", "spki.sha256" }, "None." },
	{ "Certificates", "card.done", "cert.sha256", { "card", "key",
	  "cert.sha256" }, "None." },
	{ "Key exchange keys", "byok.kek", "kid", { "kid", "bits", "origin",
	  "kek.sha256" }, NULL },
	{ "Keys brought in", "byok.wrapped", "blob", { "type", "bits",
	  "source", "blob", "blob.sha256" }, NULL },
	{ "What they were made from", "byok.source", "fate", { "source",
	  "name", "fate", "bag", "seen.by" }, NULL },
	{ "Signers", "signer.add", "signer", { "signer", "cert.sha256" },
	  "None." },
	{ "Approvals", "approval", "signer", { "signer", "text" }, "None." },
	{ "Custody", "custody", "bag", { "card", "holder", "bag" },
	  "Nothing was sealed." },
	{ "Places", "custody.place", "item", { "item", "what", "of", "bag",
	  "taken.by", "to" }, "Nothing was placed." },
	{ "Close-out", "custody.item", "item", { "item", "what", "where" },
	  "No item was listed." },
};

struct table {
	json_t *doc, *rows;
	const struct chapter *chapter;
	size_t found;
};

static size_t
columns(const struct chapter *c)
{
	size_t n = 0;

	while (n < 8 && c->column[n] != NULL)
		n++;
	return n;
}

static kc_result
begin_table(struct table *t, struct kc_err *err)
{
	const char *cols[9] = { "entry" };
	size_t n = columns(t->chapter);

	for (size_t i = 0; i < n; i++)
		cols[i + 1] = t->chapter->column[i];
	return aud_doc_table(t->doc, cols, n + 1, &t->rows, err);
}

static kc_result
add_row(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	struct table *t = ctx;
	const struct chapter *c = t->chapter;
	struct kc_buf cell[9] = { 0 };
	const char *cells[9];
	size_t n = columns(c);
	kc_result r;

	if (strcmp(e->kind, c->kind) != 0 ||
	    json_object_get(e->facts, c->fact) == NULL)
		return KC_DONE;
	if (t->found++ == 0) {
		if (c->none == NULL)
			KC_TRY(r, AUD_DOC(t->doc, "h", 2, err, c->title));
		KC_TRY(r, begin_table(t, err));
	}
	KC_TRY(r, kc_buf_addf(&cell[0], err, "%llu",
	    (unsigned long long)e->n));
	for (size_t i = 0; i < n; i++) {
		const json_t *v = json_object_get(e->facts, c->column[i]);

		if (v != NULL)
			KC_TRY(r, aud_transcript_value(v, &cell[i + 1],
			    err));
	}
	for (size_t i = 0; i <= n; i++)
		cells[i] = kc_buf_str(&cell[i]);
	r = aud_doc_row(t->rows, cells, n + 1, err);
out:
	for (size_t i = 0; i < 9; i++)
		kc_buf_free(&cell[i]);
	return r;
}

static kc_result
add_chapter(json_t *doc, const struct aud_entries *es,
    const struct chapter *c, struct kc_err *err)
{
	struct table t = { doc, NULL, c, 0 };
	kc_result r;

	if (c->none != NULL)
		KC_TRY(r, AUD_DOC(doc, "h", 2, err, c->title));
	KC_TRY(r, aud_entries_each(es, add_row, &t, err));
	if (t.found == 0 && c->none != NULL)
		r = AUD_DOC(doc, "p", 0, err, c->none);
out:
	return r;
}

/* A rung of a key's provenance is three facts: NAME, its state; NAME.found;
 * NAME.not, the end of the sentence "It does not show". */
static kc_result
add_rung(json_t *doc, const struct aud_entry *e, const char *rung,
    struct kc_err *err)
{
	const char *state = aud_entry_str(e, rung), *found, *not_shown;
	struct kc_buf lead = { 0 }, strong = { 0 }, rest = { 0 };
	char name[32];
	kc_result r;

	if (state == NULL)
		return KC_DONE;
	(void)snprintf(name, sizeof name, "%s.found", rung);
	found = aud_entry_str(e, name);
	(void)snprintf(name, sizeof name, "%s.not", rung);
	not_shown = aud_entry_str(e, name);
	KC_TRY(r, kc_buf_addf(&lead, err, "%s: ", rung));
	KC_TRY(r, aud_doc_safe(state, &strong, err));
	KC_TRY(r, kc_buf_adds(&rest, ", ", err));
	KC_TRY(r, aud_doc_safe(found != NULL ? found : "", &rest, err));
	KC_TRY(r, kc_buf_adds(&rest, ". It does not show ", err));
	KC_TRY(r, aud_doc_safe(not_shown != NULL ? not_shown : "more", &rest,
	    err));
	KC_TRY(r, kc_buf_adds(&rest, ".", err));
	r = AUD_DOC(doc, "li", 1, err, kc_buf_str(&lead),
	    kc_buf_str(&strong), kc_buf_str(&rest));
out:
	kc_buf_free(&rest);
	kc_buf_free(&strong);
	kc_buf_free(&lead);
	return r;
}

static kc_result
add_provenance(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	static const char *const rungs[] = { "attested", "witnessed",
		"reported" };
	struct table *t = ctx;
	const char *card = aud_entry_str(e, "card");
	const char *key = aud_entry_str(e, "key");
	struct kc_buf text = { 0 };
	kc_result r;

	if (strcmp(e->kind, "provenance") != 0 || card == NULL || key == NULL)
		return KC_DONE;
	t->found++;
	KC_TRY(r, aud_doc_safe(card, &text, err));
	KC_TRY(r, kc_buf_adds(&text, ", ", err));
	KC_TRY(r, aud_doc_safe(key, &text, err));
	KC_TRY(r, kc_buf_addf(&text, err, " (entry %llu)",
	    (unsigned long long)e->n));
	KC_TRY(r, AUD_DOC(t->doc, "li", 0, err, kc_buf_str(&text)));
	for (size_t i = 0; i < sizeof rungs / sizeof *rungs; i++)
		KC_TRY(r, add_rung(t->doc, e, rungs[i], err));
out:
	kc_buf_free(&text);
	return r;
}

static kc_result
add_ladder(json_t *doc, const struct aud_entries *es, struct kc_err *err)
{
	struct table t = { doc, NULL, NULL, 0 };
	kc_result r;

	KC_TRY(r, AUD_DOC(doc, "h", 2, err, "Provenance of keys"));
	KC_TRY(r, AUD_DOC(doc, "p", 0, err, "A key stands here each time it "
	    "was judged; its last entry counts."));
	KC_TRY(r, aud_entries_each(es, add_provenance, &t, err));
	if (t.found == 0)
		r = AUD_DOC(doc, "p", 0, err, "None was judged.");
out:
	return r;
}

static kc_result
add_hashes(json_t *doc, const struct aud_state *st, struct kc_err *err)
{
	json_t *rows = NULL;
	kc_result r;

	KC_TRY(r, aud_doc_table(doc, (const char *const[]){ "", "SHA-256" },
	    2, &rows, err));
	KC_TRY(r, aud_doc_row(rows, (const char *const[]){ "script",
	    st->script }, 2, err));
	KC_TRY(r, aud_doc_row(rows, (const char *const[]){ "site",
	    st->site }, 2, err));
	r = aud_doc_row(rows, (const char *const[]){ "software",
	    st->software }, 2, err);
out:
	return r;
}

static kc_result
add_cover(json_t *doc, const struct aud_state *st, struct kc_err *err)
{
	struct kc_buf hex = { 0 }, words = { 0 }, text = { 0 };
	char head[KC_HEX];
	kc_result r;

	kc_hex(st->chain.head, KC_SHA256, head);
	KC_TRY(r, kc_buf_adds(&hex, "Head: ", err));
	KC_TRY(r, kc_hex_groups(st->chain.head, KC_SHA256, &hex, err));
	KC_TRY(r, kc_words(st->chain.head, KC_SHA256, " ", &words, err));
	KC_TRY(r, AUD_DOC(doc, "h", 1, err, "Transcript of a key ceremony"));
	KC_TRY(r, kc_buf_addf(&text, err, "Ceremony %s, mode ",
	    st->chain.id));
	KC_TRY(r, AUD_DOC(doc, "p", 0, err, kc_buf_str(&text),
	    aud_mode_name(st->chain.mode), "."));
	text.len = 0;
	KC_TRY(r, kc_buf_addf(&text, err, " %llu entries in %llu runs; %zu "
	    "checkpoints with %llu signatures, %lld signers required; %llu "
	    "exceptions, %zu open; %zu card commands without an outcome.",
	    (unsigned long long)st->chain.n,
	    (unsigned long long)st->chain.run, st->n_cps,
	    (unsigned long long)st->signatures, (long long)st->required,
	    (unsigned long long)st->exceptions, json_object_size(st->open),
	    json_object_size(st->intents)));
	KC_TRY(r, AUD_DOC(doc, "p", 0, err, "", st->closed ? "Closed." :
	    "Not closed.", kc_buf_str(&text)));
	KC_TRY(r, AUD_DOC(doc, "p", 0, err, "The journal held together when "
	    "this was written: chain, commitments, checkpoints and their "
	    "signatures. Whether it still does, and whose signatures they "
	    "are, is shown by verify.py and not by this text."));
	KC_TRY(r, add_hashes(doc, st, err));
	KC_TRY(r, AUD_DOC(doc, "p", 0, err, kc_buf_str(&hex)));
	KC_TRY(r, AUD_DOC(doc, "p", 0, err, kc_buf_str(&words)));
	r = kc_json_add_new(doc, json_pack("{s:s,s:s}", "k", "qr", "t",
	    head), err);
out:
	kc_buf_free(&text);
	kc_buf_free(&words);
	kc_buf_free(&hex);
	return r;
}

static kc_result
add_artifacts(json_t *doc, const struct aud_state *st, struct kc_err *err)
{
	const char *name;
	json_t *o, *rows = NULL;
	char bytes[24];
	kc_result r;

	KC_TRY(r, AUD_DOC(doc, "h", 2, err, "Artifacts"));
	KC_TRY(r, aud_doc_table(doc, (const char *const[]){ "file", "bytes",
	    "SHA-256" }, 3, &rows, err));
	json_object_foreach(st->artifacts, name, o) {
		(void)snprintf(bytes, sizeof bytes, "%lld",
		    (long long)json_integer_value(json_object_get(o,
		    "bytes")));
		KC_TRY(r, aud_doc_row(rows, (const char *const[]){ name,
		    bytes, json_string_value(json_object_get(o, "sha256")) },
		    3, err));
	}
out:
	return r;
}

static kc_result
add_form(json_t *doc, const struct aud_entries *es,
    const struct aud_state *st, struct kc_err *err)
{
	struct aud_form f = { 0 };
	struct kc_buf numbers = { 0 };
	json_t *rows = NULL;
	kc_result r;

	KC_TRY(r, aud_form_make(es, st, &f, err));
	KC_TRY(r, AUD_DOC(doc, "h", 2, err, "The auditor's form"));
	KC_TRY(r, AUD_DOC(doc, "p", 0, err, f.about));
	KC_TRY(r, aud_doc_table(doc, (const char *const[]){ "requirement",
	    "asks", "entries", "what no entry shows" }, 4, &rows, err));
	for (size_t i = 0; i < f.n; i++) {
		numbers.len = 0;
		KC_TRY(r, aud_form_numbers(&f.row[i], &numbers, err));
		KC_TRY(r, aud_doc_row(rows, (const char *const[]){
		    f.row[i].id, f.row[i].text, kc_buf_str(&numbers),
		    f.row[i].beyond }, 4, err));
	}
out:
	kc_buf_free(&numbers);
	aud_form_free(&f);
	return r;
}

/* Lines for those who were there, by what the roll call says of them. */
static kc_result
add_line(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	const char *id = aud_entry_str(e, "person");
	const char *name = aud_entry_str(e, "name");
	struct kc_buf text = { 0 };
	kc_result r;

	if (strcmp(e->kind, "person") != 0 || id == NULL ||
	    !aud_entry_true(e, "present"))
		return KC_DONE;
	KC_TRY(r, aud_doc_safe(id, &text, err));
	KC_TRY(r, kc_buf_adds(&text, name != NULL ? ", " : "", err));
	KC_TRY(r, aud_doc_safe(name != NULL ? name : "", &text, err));
	r = kc_json_add_new(ctx, json_string(kc_buf_str(&text)), err);
out:
	kc_buf_free(&text);
	return r;
}

static kc_result
add_signatures(json_t *doc, const struct aud_entries *es, struct kc_err *err)
{
	json_t *lines = json_array();
	kc_result r;

	KC_TRY(r, AUD_DOC(doc, "h", 2, err, "Signatures by hand"));
	KC_TRY(r, AUD_DOC(doc, "p", 0, err, "The cards' signatures are in "
	    "checkpoints/. Who prints this may have it signed too."));
	KC_TRY(r, aud_entries_each(es, add_line, lines, err));
	r = kc_json_add_new(doc, json_pack("{s:s,s:O}", "k", "sign", "lines",
	    lines), err);
out:
	json_decref(lines);
	return r;
}

kc_result
aud_transcript(const struct aud_entries *es, const struct aud_state *st,
    json_t **ret, struct kc_err *err)
{
	json_t *doc = json_array();
	kc_result r;

	KC_TRY(r, add_cover(doc, st, err));
	for (size_t i = 0; i < sizeof chapters / sizeof *chapters; i++) {
		KC_TRY(r, add_chapter(doc, es, &chapters[i], err));
		if (i == 0)
			KC_TRY(r, aud_transcript_time(doc, es, err));
	}
	KC_TRY(r, add_ladder(doc, es, err));
	KC_TRY(r, add_artifacts(doc, st, err));
	KC_TRY(r, add_form(doc, es, st, err));
	KC_TRY(r, aud_transcript_steps(doc, es, err));
	KC_TRY(r, AUD_DOC(doc, "h", 2, err, "What this proves"));
	KC_TRY(r, AUD_DOC(doc, "p", 0, err, "The entries above are those of "
	    "journal.jsonl in their order. What people typed is what they "
	    "typed; README.txt says what a verifier can show and what it "
	    "cannot."));
	KC_TRY(r, add_signatures(doc, es, err));
	KC_TRY(r, aud_promises(doc, es, err));
	*ret = doc;
	doc = NULL;
out:
	json_decref(doc);
	return r;
}
