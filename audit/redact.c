/* SPDX-License-Identifier: Apache-2.0
 *
 * Redaction: each line again without what is withheld, then the files that
 * follow from the lines.
 */
#include "audit/redact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/reading.h"
#include "base/file.h"
#include "base/json.h"

#define FILE_MAX ((size_t)64 << 20)

struct redact {
	const struct aud_redact *what;
	bool *fact_used, *entry_used;	/* did a choice fit anything? */
	struct aud_state st;		/* of the lines as they become */
	struct kc_buf lines;
};

/* "KIND.FACT", or "FACT" of whatever kind. */
static bool
fits(const char *choice, const char *kind, const char *fact, bool any_kind)
{
	size_t n = strlen(kind);

	if (any_kind && strcmp(choice, fact) == 0)
		return true;
	return strncmp(choice, kind, n) == 0 && choice[n] == '.' &&
	    strcmp(choice + n + 1, fact) == 0;
}

static bool
is_marked(const struct aud_redact *w, const char *kind, const char *fact)
{
	for (size_t i = 0; i < w->n_marked; i++)
		if (fits(w->marked[i], kind, fact, false))
			return true;
	return false;
}

/* Is this fact withheld?  Facts that the rules need stay; a choice that
 * names such a fact with its kind is refused. */
static kc_result
choose(struct redact *x, const struct aud_entry *e, const char *fact,
    bool *ret, struct kc_err *err)
{
	const struct aud_redact *w = x->what;
	bool needed = aud_fact_needed(e->kind, fact);

	*ret = !needed && is_marked(w, e->kind, fact);
	for (size_t i = 0; i < w->n_facts; i++) {
		if (!fits(w->facts[i], e->kind, fact, true))
			continue;
		if (needed && strcmp(w->facts[i], fact) != 0)
			return KC_FAIL(err, KC_EREFUSED, 0, "'%s' cannot be "
			    "withheld: without it entry %llu says nothing, "
			    "and nobody could verify the journal",
			    w->facts[i], (unsigned long long)e->n);
		x->fact_used[i] = x->fact_used[i] || !needed;
		*ret = !needed;
	}
	for (size_t i = 0; i < w->n_entries; i++)
		if (w->entries[i] == e->n) {
			x->entry_used[i] = true;
			*ret = !needed;
		}
	return KC_DONE;
}

static kc_result
redact_line(void *ctx, const char *where, struct kc_part line,
    struct kc_part facts, struct kc_err *err)
{
	struct redact *x = ctx;
	struct aud_entry e = { 0 }, less = { 0 };
	json_t *salted = NULL, *one;
	struct kc_buf text = { 0 };
	const char *name;
	void *next;
	bool away = false;
	kc_result r;

	KC_TRY(r, aud_entry_read(x->st.chain.id, where, line, facts, &e,
	    err));
	KC_TRY(r, kc_json_read(where, facts.p, facts.len, AUD_LINE_MAX,
	    &salted, err));
	json_object_foreach_safe(salted, next, name, one) {
		KC_TRY(r, choose(x, &e, name, &away, err));
		if (away)
			(void)json_object_del(salted, name);
	}
	KC_TRY(r, kc_json_canon(salted, &text, err));
	KC_TRY(r, aud_entry_read(x->st.chain.id, where, line,
	    (struct kc_part){ text.p, text.len }, &less, err));
	KC_TRY(r, aud_state_add(&x->st, where, &less, err));
	r = kc_buf_addf(&x->lines, err, "{\"entry\":%s,\"facts\":%s}\n",
	    kc_buf_str(&e.line), kc_buf_str(&text));
out:
	json_decref(salted);
	kc_buf_free(&text);
	aud_entry_free(&less);
	aud_entry_free(&e);
	return r;
}

/* A misspelt choice would leave a name in. */
static kc_result
all_used(const struct redact *x, struct kc_err *err)
{
	const struct aud_redact *w = x->what;

	for (size_t i = 0; i < w->n_facts; i++)
		if (!x->fact_used[i])
			return KC_FAIL(err, KC_EREFUSED, 0, "no entry has a "
			    "fact '%s' that can be withheld", w->facts[i]);
	for (size_t i = 0; i < w->n_entries; i++)
		if (!x->entry_used[i])
			return KC_FAIL(err, KC_EREFUSED, 0, "entry %llu does "
			    "not exist, or has no facts",
			    (unsigned long long)w->entries[i]);
	for (size_t i = 0; i < w->n_files; i++)
		if (json_object_get(x->st.artifacts, w->files[i]) == NULL)
			return KC_FAIL(err, KC_EREFUSED, 0,
			    "there is no artifact '%.70s'", w->files[i]);
	return KC_DONE;
}

static bool
file_chosen(const struct aud_redact *w, const char *name)
{
	for (size_t i = 0; i < w->n_files; i++)
		if (strcmp(w->files[i], name) == 0)
			return true;
	return false;
}

/* A file of the source as it is; *ret_there false: it was withheld there. */
static kc_result
copy_file(struct aud_bundle *b, const char *dir, const char *name,
    bool *ret_there, struct kc_err *err)
{
	struct kc_buf path = { 0 }, bytes = { 0 };
	kc_result r;

	KC_TRY(r, kc_path_join(dir, name, &path, err));
	*ret_there = kc_file_exists(kc_buf_str(&path));
	if (!*ret_there)
		goto out;
	KC_TRY(r, kc_file_read(kc_buf_str(&path), FILE_MAX, &bytes, err));
	r = aud_bundle_add(b, name, &bytes, err);
out:
	kc_buf_free(&bytes);
	kc_buf_free(&path);
	return r;
}

static kc_result
make_bundle(struct redact *x, const char *dir, struct aud_bundle *b,
    struct aud_redacted *done, struct kc_err *err)
{
	const struct aud_entries es = { NULL, 0, &x->lines, x->st.chain.id };
	const char *name;
	char path[96];
	bool there;
	json_t *o;
	kc_result r;

	KC_TRY(r, aud_bundle_made(b, &es, &x->st, err));
	KC_TRY(r, aud_bundle_from_state(b, &x->st, err));
	KC_TRY(r, copy_file(b, dir, "script.yaml", &there, err));
	done->files = 1;		/* site.yaml */
	json_object_foreach(x->st.artifacts, name, o) {
		(void)snprintf(path, sizeof path, "artifacts/%s", name);
		there = false;
		if (!file_chosen(x->what, name))
			KC_TRY(r, copy_file(b, dir, path, &there, err));
		done->files += !there;
	}
	aud_bundle_sort(b);
out:
	return r;
}

/* manifest.json of the source: its hash, or what it was made of itself. */
static kc_result
origin(const char *dir, char ret[static KC_HEX], enum aud_mode *ret_mode,
    char ret_id[static 33], struct kc_err *err)
{
	struct kc_buf text = { 0 };
	const char *from, *mode = NULL, *id = NULL;
	uint8_t hash[KC_SHA256];
	json_t *m = NULL;
	kc_result r;

	KC_TRY(r, aud_read_in(dir, "manifest.json", &text, err));
	KC_TRY(r, kc_json_read("manifest.json", text.p, text.len, KC_FILE_MAX,
	    &m, err));
	KC_TRY(r, kc_json_str(m, "manifest.json", "mode", &mode, err));
	KC_TRY(r, kc_json_str(m, "manifest.json", "id", &id, err));
	(void)aud_mode_parse(mode, ret_mode);
	(void)snprintf(ret_id, 33, "%s", id);
	KC_TRY(r, kc_sha256_one(text.p, text.len, hash, err));
	kc_hex(hash, sizeof hash, ret);
	from = json_string_value(json_object_get(m, "redacted_from"));
	if (from != NULL)
		(void)snprintf(ret, KC_HEX, "%s", from);
out:
	json_decref(m);
	kc_buf_free(&text);
	return r;
}

/* The source verifies, and is an export. */
static kc_result
check_source(const char *path, struct kc_err *err)
{
	const struct aud_verify nothing = { 0 };
	struct aud_verdict v = { 0 };
	struct kc_buf p = { 0 };
	kc_result r;

	KC_TRY(r, kc_path_join(path, "manifest.json", &p, err));
	if (!kc_file_exists(kc_buf_str(&p))) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "%s is no export: it has no "
		    "manifest.json", path);
		goto out;
	}
	r = aud_verify(path, &nothing, &v, err);
	if (!kc_ok(r))
		r = kc_prefix(err, "%s does not verify", path);
out:
	aud_verdict_free(&v);
	kc_buf_free(&p);
	return r;
}

static kc_result
redact(struct redact *x, const char *path, const char *out,
    struct aud_redacted *ret, struct kc_err *err)
{
	struct kc_buf lines = { 0 }, manifest = { 0 };
	enum aud_mode mode = AUD_REHEARSAL;
	struct aud_bundle b = { 0 };
	char from[KC_HEX], id[33];
	kc_result r;

	KC_TRY(r, origin(path, from, &mode, id, err));
	KC_TRY(r, aud_state_init(&x->st, mode, id, err));
	x->st.redacted = true;
	KC_TRY(r, aud_read_in(path, "journal.jsonl", &lines, err));
	KC_TRY(r, aud_lines("journal.jsonl", &lines, redact_line, x, err));
	KC_TRY(r, all_used(x, err));
	KC_TRY(r, make_bundle(x, path, &b, ret, err));
	KC_TRY(r, aud_bundle_manifest(&b, &x->st, 0, from, &manifest, err));
	KC_TRY(r, aud_bundle_add(&b, "manifest.json", &manifest, err));
	KC_TRY(r, aud_bundle_write(&b, out, NULL, err));
	ret->facts = x->st.withheld;
	memcpy(ret->head, x->st.chain.head, KC_SHA256);
out:
	aud_bundle_free(&b);
	kc_buf_free(&manifest);
	kc_buf_free(&lines);
	return r;
}

kc_result
aud_redact(const char *path, const struct aud_redact *what, const char *out,
    struct aud_redacted *ret, struct kc_err *err)
{
	struct redact x = { .what = what };
	kc_result r;

	*ret = (struct aud_redacted){ 0 };
	KC_TRY(r, check_source(path, err));
	x.fact_used = calloc(what->n_facts + 1, sizeof *x.fact_used);
	x.entry_used = calloc(what->n_entries + 1, sizeof *x.entry_used);
	if (x.fact_used == NULL || x.entry_used == NULL)
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for a redaction");
	else
		r = redact(&x, path, out, ret, err);
	aud_state_free(&x.st);
	kc_buf_free(&x.lines);
	free(x.fact_used);
	free(x.entry_used);
out:
	if (!kc_ok(r))
		kc_certain(err, "no export was written");
	return r;
}
