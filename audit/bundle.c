/* SPDX-License-Identifier: Apache-2.0
 *
 * The files of an export, made in memory from the journal's rows.
 */
#include "audit/bundle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/cert.h"
#include "audit/doc.h"
#include "audit/embed.h"
#include "base/b64.h"
#include "base/file.h"
#include "base/json.h"

#define ARTIFACT_MAX ((size_t)64 << 20)

void
aud_bundle_free(struct aud_bundle *b)
{
	for (size_t i = 0; i < b->n; i++) {
		free(b->file[i].path);
		kc_buf_free(&b->file[i].bytes);
	}
	free(b->file);
	*b = (struct aud_bundle){ 0 };
}

kc_result
aud_bundle_add(struct aud_bundle *b, const char *path, struct kc_buf *bytes,
    struct kc_err *err)
{
	struct aud_file *more = realloc(b->file, (b->n + 1) * sizeof *more);
	kc_result r;

	if (more == NULL) {
		kc_buf_free(bytes);
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for %s", path);
	}
	b->file = more;
	more[b->n] = (struct aud_file){ .bytes = *bytes };
	*bytes = (struct kc_buf){ 0 };
	r = kc_strdup(path, &more[b->n].path, err);
	b->n++;
	return r;
}

void
aud_pairs(const struct aud_frozen *f,
    struct aud_signature ret[static AUD_SIGNERS_MAX])
{
	for (size_t i = 0; i < f->n_sigs; i++)
		ret[i] = (struct aud_signature){
			f->listed[f->by[i]].cert, f->sig[i] };
}

static kc_result
add_checkpoint(struct aud_bundle *b, const struct aud_frozen *f,
    struct kc_err *err)
{
	struct aud_signature pairs[AUD_SIGNERS_MAX] = { 0 };
	struct kc_buf text = { 0 }, cms = { 0 };
	char path[64];
	kc_result r;

	aud_pairs(f, pairs);
	KC_TRY(r, kc_buf_add(&text, f->body.p, f->body.len, err));
	KC_TRY(r, aud_cms_build(text.p, text.len, pairs, f->n_sigs, &cms,
	    err));
	(void)snprintf(path, sizeof path, "checkpoints/%04lld.txt",
	    (long long)f->number);
	KC_TRY(r, aud_bundle_add(b, path, &text, err));
	(void)snprintf(path, sizeof path, "checkpoints/%04lld.txt.p7s",
	    (long long)f->number);
	r = aud_bundle_add(b, path, &cms, err);
out:
	kc_buf_free(&text);
	kc_buf_free(&cms);
	return r;
}

/* The last certificate of a signer has the signer's name; one that was
 * replaced has its hash in the name as well. */
static bool
is_last(const json_t *certs, size_t at)
{
	const char *name = json_string_value(json_object_get(
	    json_array_get(certs, at), "signer"));

	for (size_t i = at + 1; i < json_array_size(certs); i++)
		if (strcmp(name, json_string_value(json_object_get(
		    json_array_get(certs, i), "signer"))) == 0)
			return false;
	return true;
}

static bool
has_path(const struct aud_bundle *b, const char *path)
{
	for (size_t i = 0; i < b->n; i++)
		if (strcmp(b->file[i].path, path) == 0)
			return true;
	return false;
}

static kc_result
add_cert(struct aud_bundle *b, const json_t *certs, size_t at,
    struct kc_buf *pem, struct kc_err *err)
{
	const json_t *o = json_array_get(certs, at);
	const char *b64 = json_string_value(json_object_get(o, "cert"));
	const char *name = json_string_value(json_object_get(o, "signer"));
	const char *sha = json_string_value(json_object_get(o, "sha256"));
	struct kc_buf der = { 0 };
	char path[128];
	kc_result r;

	if (is_last(certs, at))
		(void)snprintf(path, sizeof path, "certs/%s.cer", name);
	else
		(void)snprintf(path, sizeof path, "certs/%s.%.16s.cer", name,
		    sha);
	if (has_path(b, path))
		return KC_DONE;
	KC_TRY(r, kc_b64_decode(b64, strlen(b64), &der, err));
	KC_TRY(r, aud_cert_pem(&der, pem, err));
	r = aud_bundle_add(b, path, &der, err);
out:
	kc_buf_free(&der);
	return r;
}

kc_result
aud_bundle_from_state(struct aud_bundle *b, const struct aud_state *st,
    struct kc_err *err)
{
	struct kc_buf pem = { 0 };
	kc_result r = KC_DONE;

	for (size_t i = 0; i < st->n_cps; i++)
		if (st->cps[i]->ended)
			KC_TRY(r, add_checkpoint(b, st->cps[i], err));
	for (size_t i = 0; i < json_array_size(st->certs); i++)
		KC_TRY(r, add_cert(b, st->certs, i, &pem, err));
	r = aud_bundle_add(b, "certs/signers.pem", &pem, err);
out:
	kc_buf_free(&pem);
	return r;
}

/* Read a file of the directory that must have this hash. */
static kc_result
add_input(struct aud_bundle *b, const char *dir, const char *path,
    const char *want, struct kc_err *err)
{
	struct kc_buf name = { 0 }, bytes = { 0 };
	uint8_t hash[KC_SHA256];
	char hex[KC_HEX];
	kc_result r;

	KC_TRY(r, kc_path_join(dir, path, &name, err));
	KC_TRY(r, kc_file_read(kc_buf_str(&name), ARTIFACT_MAX, &bytes,
	    err));
	KC_TRY(r, kc_sha256_one(bytes.p, bytes.len, hash, err));
	kc_hex(hash, sizeof hash, hex);
	if (strcmp(hex, want) != 0) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "%s has the SHA-256 %s; the "
		    "journal says %s", kc_buf_str(&name), hex, want);
		goto out;
	}
	r = aud_bundle_add(b, path, &bytes, err);
out:
	kc_buf_free(&bytes);
	kc_buf_free(&name);
	return r;
}

static kc_result
add_line(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	struct kc_buf *out = ctx;

	return kc_buf_addf(out, err, "{\"entry\":%s,\"facts\":%s}\n",
	    kc_buf_str(&e->line), kc_buf_str(&e->salted));
}

static int
compare_paths(const void *a, const void *b)
{
	return strcmp(((const struct aud_file *)a)->path,
	    ((const struct aud_file *)b)->path);
}

void
aud_bundle_sort(struct aud_bundle *b)
{
	qsort(b->file, b->n, sizeof *b->file, compare_paths);
}

kc_result
aud_bundle_made(struct aud_bundle *b, const struct aud_entries *es,
    const struct aud_state *st, struct kc_err *err)
{
	struct kc_buf buf = { 0 };
	json_t *doc = NULL;
	kc_result r;

	KC_TRY(r, aud_entries_each(es, add_line, &buf, err));
	KC_TRY(r, aud_bundle_add(b, "journal.jsonl", &buf, err));
	KC_TRY(r, aud_transcript(es, st, &doc, err));
	KC_TRY(r, aud_doc_markdown(doc, &buf, err));
	KC_TRY(r, aud_bundle_add(b, "transcript.md", &buf, err));
	KC_TRY(r, aud_transcript_pdf(doc, st, &buf, err));
	KC_TRY(r, aud_bundle_add(b, "transcript.pdf", &buf, err));
	KC_TRY(r, kc_buf_add(&buf, aud_verify_py,
	    (size_t)(aud_verify_py_end - aud_verify_py), err));
	KC_TRY(r, aud_bundle_add(b, "verify.py", &buf, err));
	KC_TRY(r, kc_buf_add(&buf, aud_readme,
	    (size_t)(aud_readme_end - aud_readme), err));
	r = aud_bundle_add(b, "README.txt", &buf, err);
out:
	json_decref(doc);
	kc_buf_free(&buf);
	return r;
}

kc_result
aud_bundle_make(const struct aud_source *src, uint64_t size,
    struct aud_state *st, struct aud_bundle *ret, struct kc_err *err)
{
	const struct aud_entries es = { src->j, size, NULL, NULL };
	struct aud_bundle b = { 0 };
	const char *name;
	char path[96];
	json_t *o;
	kc_result r;

	KC_TRY(r, aud_state_load(st, src->j, size, err));
	if (aud_state_sealed(st) == NULL) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "no checkpoint ends at %llu "
		    "entries; make one before exporting",
		    (unsigned long long)size);
		goto out;
	}
	KC_TRY(r, aud_bundle_made(&b, &es, st, err));
	KC_TRY(r, aud_bundle_from_state(&b, st, err));
	KC_TRY(r, add_input(&b, src->dir, "script.yaml", st->script, err));
	KC_TRY(r, add_input(&b, src->dir, "site.yaml", st->site, err));
	json_object_foreach(st->artifacts, name, o) {
		(void)snprintf(path, sizeof path, "artifacts/%s", name);
		KC_TRY(r, add_input(&b, src->dir, path, json_string_value(
		    json_object_get(o, "sha256")), err));
	}
	aud_bundle_sort(&b);
	*ret = b;
	b = (struct aud_bundle){ 0 };
out:
	aud_bundle_free(&b);
	return r;
}

static kc_result
list_files(const struct aud_bundle *b, json_t *files, struct kc_err *err)
{
	uint8_t hash[KC_SHA256];
	char hex[KC_HEX];
	kc_result r = KC_DONE;

	for (size_t i = 0; i < b->n; i++) {
		KC_TRY(r, kc_sha256_one(b->file[i].bytes.p,
		    b->file[i].bytes.len, hash, err));
		kc_hex(hash, sizeof hash, hex);
		KC_TRY(r, kc_json_add_new(files, json_pack("{s:s,s:I,s:s}",
		    "path", b->file[i].path, "bytes",
		    (json_int_t)b->file[i].bytes.len, "sha256", hex), err));
	}
out:
	return r;
}

kc_result
aud_bundle_manifest(const struct aud_bundle *b, const struct aud_state *st,
    int64_t signatures, const char *from, struct kc_buf *ret,
    struct kc_err *err)
{
	json_t *files = json_array(), *o = NULL;
	char head[KC_HEX];
	kc_result r;

	KC_TRY(r, list_files(b, files, err));
	kc_hex(st->chain.head, KC_SHA256, head);
	o = json_pack("{s:s,s:s,s:s,s:I,s:s,s:s,s:s,s:s,s:I,s:O}", "type",
	    "ceremony-manifest-v1", "mode", aud_mode_name(st->chain.mode),
	    "id", st->chain.id, "entries", (json_int_t)st->chain.n, "head",
	    head, "script", st->script, "site", st->site, "software",
	    st->software, "signatures", (json_int_t)signatures, "files",
	    files);
	if (o == NULL) {
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for a manifest");
		goto out;
	}
	if (from != NULL)
		KC_TRY(r, kc_json_set_str(o, "redacted_from", from, err));
	r = kc_json_canon(o, ret, err);
out:
	json_decref(o);
	json_decref(files);
	return r;
}
