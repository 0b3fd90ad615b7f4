/* SPDX-License-Identifier: Apache-2.0
 *
 * Verification of an export: files against the journal, signatures against
 * the signers that the journal lists.
 */
#include <stdio.h>
#include <string.h>

#include "audit/cert.h"
#include "audit/check.h"
#include "audit/cms.h"
#include "audit/finding.h"
#include "audit/reading.h"
#include "base/file.h"
#include "base/json.h"

static kc_result
feed_line(void *ctx, const char *where, struct kc_part line,
    struct kc_part facts, struct kc_err *err)
{
	struct aud_check *c = ctx;
	struct aud_entry e = { 0 };
	kc_result r;

	KC_TRY(r, aud_entry_read(c->st.chain.id, where, line, facts, &e,
	    err));
	r = aud_check_entry(c, where, &e, err);
out:
	aud_entry_free(&e);
	return r;
}

/* struct due: the entry that was due is looked for further down. */
struct due {
	uint64_t n;
	bool later;
};

static kc_result
find_due(void *ctx, const char *where, struct kc_part line,
    struct kc_part facts, struct kc_err *err)
{
	struct due *d = ctx;
	char tag[32];

	(void)where;
	(void)facts;
	(void)err;
	(void)snprintf(tag, sizeof tag, ",\"n\":%llu,",
	    (unsigned long long)d->n);
	d->later |= memmem(line.p, line.len, tag, strlen(tag)) != NULL;
	return KC_DONE;
}

/* A gap is none when the entry that is due stands later. */
static kc_result
tell_order(const struct aud_check *c, const struct kc_buf *text,
    struct kc_err *err)
{
	struct due d = { .n = c->st.chain.n };

	if (err->native == AUD_FOUND_GAP && kc_ok(aud_lines("journal.jsonl",
	    text, find_due, &d, NULL)) && d.later) {
		err->native = AUD_FOUND_ORDER;
		return kc_suffix(err, "; it stands later: they were "
		    "reordered");
	}
	return (kc_result){ err->code };
}

static kc_result
check_journal(struct aud_reading *x, const char *dir, struct kc_err *err)
{
	struct kc_buf text = { 0 };
	kc_result r;

	KC_TRY(r, aud_read_in(dir, "journal.jsonl", &text, err));
	r = aud_lines("journal.jsonl", &text, feed_line, x->c, err);
	if (!kc_ok(r)) {
		r = tell_order(x->c, &text, err);
		goto out;
	}
	if (aud_state_sealed(&x->c->st) == NULL)
		r = AUD_REFUSE(err, CUT, "journal.jsonl does not end "
		    "with a whole checkpoint: after the last body only rows "
		    "of its signing may stand, to its end");
out:
	kc_buf_free(&text);
	return r;
}

static kc_result
check_member(const struct aud_reading *x, const char *name, const char *want,
    struct kc_err *err)
{
	const char *have = NULL;
	kc_result r = kc_json_str(x->manifest, "manifest.json", name, &have,
	    err);

	if (kc_ok(r) && strcmp(have, want) != 0)
		r = KC_FAIL(err, KC_EREFUSED, 0, "manifest.json: %s is %.70s;"
		    " the journal says %s", name, have, want);
	return r;
}

static kc_result
check_members(const struct aud_reading *x, struct kc_err *err)
{
	const struct aud_state *st = &x->c->st;
	int64_t entries = 0, sigs = 0, k = aud_state_sealed(st)->required;
	char head[KC_HEX];
	kc_result r;

	kc_hex(st->chain.head, KC_SHA256, head);
	KC_TRY(r, check_member(x, "head", head, err));
	KC_TRY(r, check_member(x, "script", st->script, err));
	KC_TRY(r, check_member(x, "site", st->site, err));
	KC_TRY(r, check_member(x, "software", st->software, err));
	KC_TRY(r, kc_json_int(x->manifest, "manifest.json", "entries", 0,
	    INT64_MAX, &entries, err));
	KC_TRY(r, kc_json_int(x->manifest, "manifest.json", "signatures", 0,
	    AUD_SIGNERS_MAX, &sigs, err));
	if ((uint64_t)entries != st->chain.n)
		r = KC_FAIL(err, KC_EREFUSED, 0, "manifest.json: entries is "
		    "%lld; the journal has %llu", (long long)entries,
		    (unsigned long long)st->chain.n);
	else if (sigs != 0 && sigs != k)
		r = KC_FAIL(err, KC_EREFUSED, 0, "manifest.json: signatures "
		    "is %lld; the journal requires %lld", (long long)sigs,
		    (long long)k);
out:
	return r;
}

/* A file whose hash the journal says. */
static kc_result
check_listed(const struct aud_reading *x, const char *path, const char *sha,
    struct kc_err *err)
{
	const char *have = json_string_value(json_object_get(
	    json_object_get(x->files, path), "sha256"));

	if (have == NULL || (sha != NULL && strcmp(have, sha) != 0))
		return AUD_REFUSE(err, FILE, "%s: the manifest says "
		    "%s, the journal %s", path, have != NULL ? have :
		    "no such file", sha != NULL ? sha : "there is one");
	return KC_DONE;
}

/* A redacted export need not have every file that the journal names. */
static bool
is_withheld(const struct aud_reading *x, const char *path,
    struct aud_verdict *v)
{
	bool away = x->c->st.redacted &&
	    json_object_get(x->files, path) == NULL;

	v->withheld_files += away;
	return away;
}

static kc_result
check_artifacts(const struct aud_reading *x, struct aud_verdict *v,
    struct kc_err *err)
{
	const char *name;
	json_t *o;
	kc_result r = KC_DONE;

	json_object_foreach(x->c->st.artifacts, name, o) {
		char path[96];

		(void)snprintf(path, sizeof path, "artifacts/%s", name);
		if (is_withheld(x, path, v))
			continue;
		KC_TRY(r, check_listed(x, path, json_string_value(
		    json_object_get(o, "sha256")), err));
		if (json_integer_value(json_object_get(o, "bytes")) !=
		    json_integer_value(json_object_get(json_object_get(
		    x->files, path), "bytes")))
			r = AUD_REFUSE(err, FILE, "%s: another size "
			    "than the journal's", path);
	}
out:
	return r;
}

/* The manifest lists what an export of this journal has, no more. */
static kc_result
check_expected(struct aud_reading *x, const char *dir,
    struct aud_verdict *v, struct kc_err *err)
{
	static const char *const fixed[] = { "README.txt", "journal.jsonl",
		"transcript.md", "transcript.pdf",
		"verify.py" };
	const struct aud_state *st = &x->c->st;
	size_t want;
	kc_result r;

	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		KC_TRY(r, check_listed(x, fixed[i], NULL, err));
	KC_TRY(r, check_listed(x, "script.yaml", st->script, err));
	if (!is_withheld(x, "site.yaml", v))
		KC_TRY(r, check_listed(x, "site.yaml", st->site, err));
	KC_TRY(r, check_artifacts(x, v, err));
	KC_TRY(r, aud_bundle_from_state(&x->want, st, err));
	for (size_t i = 0; i < x->want.n; i++) {
		const struct aud_file *f = &x->want.file[i];
		struct kc_buf have = { 0 };

		KC_TRY(r, check_listed(x, f->path, NULL, err));
		KC_TRY(r, aud_read_in(dir, f->path, &have, err));
		if (have.len != f->bytes.len ||
		    memcmp(have.p, f->bytes.p, have.len) != 0)
			r = AUD_REFUSE(err, FILE, "%s is not what the "
			    "journal's rows give", f->path);
		kc_buf_free(&have);
		if (!kc_ok(r))
			goto out;
	}
	want = 2 + sizeof fixed / sizeof *fixed +
	    json_object_size(st->artifacts) + x->want.n - v->withheld_files;
	if (json_object_size(x->files) != want)
		r = AUD_REFUSE(err, FILE, "manifest.json lists %zu "
		    "files; the journal gives %zu",
		    json_object_size(x->files), want);
out:
	return r;
}

/* Every signer of the manifest is listed, once; enough of them. */
static kc_result
check_signers(struct aud_reading *x, struct kc_err *err)
{
	const struct aud_frozen *f = aud_state_sealed(&x->c->st);
	uint8_t digest[KC_SHA256], hash[KC_SHA256];
	bool used[AUD_SIGNERS_MAX] = { false };
	char hex[KC_HEX];
	kc_result r;

	KC_TRY(r, aud_cms_digest(x->text.p, x->text.len, digest, err));
	for (size_t i = 0; i < x->n_sigs; i++) {
		const struct aud_signature *s = &x->sigs[i];
		size_t at;

		KC_TRY(r, kc_sha256_one(s->cert.p, s->cert.len, hash, err));
		kc_hex(hash, sizeof hash, hex);
		at = aud_frozen_find(f, hex);
		if (at == f->n_listed || used[at]) {
			r = AUD_REFUSE(err, FOREIGN, "manifest.json.p7s: "
			    "the certificate %s is %s", hex, at ==
			    f->n_listed ? "not a listed signer's" :
			    "there twice");
			goto out;
		}
		used[at] = true;
		r = aud_cert_verify(f->listed[at].name, &s->cert, digest,
		    &s->sig, err);
		if (!kc_ok(r)) {
			r = kc_prefix(err, "manifest.json.p7s");
			goto out;
		}
	}
	if (x->n_sigs < (size_t)f->required)
		r = AUD_REFUSE(err, STRIPPED, "manifest.json.p7s has %zu "
		    "signers; %lld are required", x->n_sigs,
		    (long long)f->required);
out:
	return r;
}

static kc_result
check_signatures(struct aud_reading *x, const char *dir, struct aud_verdict *v,
    struct kc_err *err)
{
	struct kc_buf cms = { 0 };
	kc_result r = KC_DONE;
	char path[700];

	(void)snprintf(path, sizeof path, "%s/manifest.json.p7s", dir);
	if (json_integer_value(json_object_get(x->manifest, "signatures")) ==
	    0) {
		if (kc_file_exists(path))
			r = KC_FAIL(err, KC_EREFUSED, 0, "manifest.json.p7s "
			    "is there; the manifest says signatures 0");
		goto out;
	}
	KC_TRY(r, aud_read_in(dir, "manifest.json.p7s", &cms, err));
	KC_TRY(r, aud_cms_read("manifest.json.p7s", &cms, &x->text, x->sigs,
	    &x->n_sigs, err));
	KC_TRY(r, check_signers(x, err));
	KC_TRY(r, aud_cms_second("manifest.json.p7s", &cms, &x->text,
	    x->sigs, x->n_sigs, err));
	v->manifest_signed = true;
	v->signatures = x->n_sigs;
out:
	kc_buf_free(&cms);
	return r;
}

static kc_result
second_opinion(const struct aud_reading *x, struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < x->c->st.n_cps && kc_ok(r); i++) {
		struct aud_signature pairs[AUD_SIGNERS_MAX] = { 0 };
		const struct aud_frozen *f = x->c->st.cps[i];
		struct kc_buf cms = { 0 };
		char name[48];

		if (!f->ended)
			continue;
		(void)snprintf(name, sizeof name,
		    "checkpoints/%04lld.txt.p7s", (long long)f->number);
		aud_pairs(f, pairs);
		r = aud_cms_build(f->body.p, f->body.len, pairs, f->n_sigs,
		    &cms, err);
		if (kc_ok(r))
			r = aud_cms_second(name, &cms, &f->body, pairs,
			    f->n_sigs, err);
		kc_buf_free(&cms);
	}
	return r;
}

kc_result
aud_check_export(const char *path, struct aud_check *c,
    const struct aud_verify *opt, struct aud_verdict *v, struct kc_err *err)
{
	struct aud_reading x = { .c = c, .files = json_object() };
	static const char *const folders[] = { "", "artifacts", "certs",
		"checkpoints" };
	kc_result r;

	KC_TRY(r, aud_read_manifest(&x, path, err));
	if (c->st.redacted)
		(void)snprintf(v->redacted_from, sizeof v->redacted_from,
		    "%s", json_string_value(json_object_get(x.manifest,
		    "redacted_from")));
	for (size_t i = 0; i < 4; i++)
		KC_TRY(r, aud_read_folder(&x, path, folders[i], err));
	KC_TRY(r, aud_read_bytes(&x, path, err));
	KC_TRY(r, check_journal(&x, path, err));
	KC_TRY(r, check_members(&x, err));
	KC_TRY(r, check_expected(&x, path, v, err));
	KC_TRY(r, check_signatures(&x, path, v, err));
	KC_TRY(r, second_opinion(&x, err));
	r = aud_check_anchors(c, opt, x.sigs, x.n_sigs, v, err);
out:
	for (size_t i = 0; i < x.n_sigs; i++) {
		kc_buf_free(&x.sigs[i].cert);
		kc_buf_free(&x.sigs[i].sig);
	}
	aud_bundle_free(&x.want);
	kc_buf_free(&x.text);
	json_decref(x.files);
	json_decref(x.manifest);
	return r;
}
