/* SPDX-License-Identifier: Apache-2.0
 *
 * The export: frozen, signed, rebuilt, written as one new directory.
 */
#include "audit/export.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/bundle.h"
#include "base/file.h"

/* The last checkpoint that has ended; KC_EREFUSED when rows of others stand
 * inside it: then the journal up to its end is not covered by it. */
static kc_result
find_size(const struct aud_state *st, uint64_t *ret, struct kc_err *err)
{
	const struct aud_frozen *f = NULL;

	for (size_t i = 0; i < st->n_cps; i++)
		if (st->cps[i]->ended)
			f = st->cps[i];
	if (f != NULL && f->dirty)
		return KC_FAIL(err, KC_EREFUSED, 0, "other entries stand "
		    "inside checkpoint %lld (entries %llu to %llu); make "
		    "another checkpoint before exporting",
		    (long long)f->number, (unsigned long long)f->row,
		    (unsigned long long)f->end_row);
	*ret = f != NULL ? f->end_row + 1 : 0;
	return KC_DONE;
}

kc_result
aud_export_size(struct aud_journal *j, uint64_t *ret, struct kc_err *err)
{
	struct aud_state st = { 0 };
	kc_result r;

	KC_TRY(r, aud_state_load(&st, j, aud_count(j), err));
	r = find_size(&st, ret, err);
out:
	aud_state_free(&st);
	return r;
}

kc_result
aud_export_freeze(const struct aud_source *src, uint64_t size,
    const char *step, struct aud_text *ret, struct kc_err *err)
{
	struct aud_text t = { .manifest = true, .number = (int64_t)size };
	struct aud_bundle b = { 0 };
	struct aud_state st = { 0 };
	uint8_t hash[KC_SHA256];
	char hex[KC_HEX];
	kc_result r;

	KC_TRY(r, aud_bundle_make(src, size, &st, &b, err));
	t.required = aud_state_sealed(&st)->required;
	KC_TRY(r, aud_bundle_manifest(&b, &st, t.required, NULL,
	    &t.body, err));
	KC_TRY(r, aud_cms_digest(t.body.p, t.body.len, t.digest, err));
	KC_TRY(r, kc_sha256_one(t.body.p, t.body.len, hash, err));
	kc_hex(hash, sizeof hash, hex);
	KC_TRY(r, aud_append(src->j, AUD_KIND_EX_BODY, step,
	    (struct aud_fact[]){ AUD_I("size", t.number),
	    AUD_S("sha256", hex) }, 2, NULL, err));
	*ret = t;
	t = (struct aud_text){ 0 };
out:
	aud_text_free(&t);
	aud_bundle_free(&b);
	aud_state_free(&st);
	return r;
}

/* Manifest and, when it was signed, its signatures, as files. */
static kc_result
add_manifest(struct aud_bundle *b, const struct aud_state *st,
    const struct aud_frozen *ex, struct kc_err *err)
{
	struct aud_signature pairs[AUD_SIGNERS_MAX] = { 0 };
	struct kc_buf text = { 0 }, cms = { 0 };
	uint8_t hash[KC_SHA256];
	kc_result r;

	KC_TRY(r, aud_bundle_manifest(b, st, ex != NULL ? ex->required : 0,
	    NULL, &text, err));
	if (ex != NULL) {
		KC_TRY(r, kc_sha256_one(text.p, text.len, hash, err));
		if (memcmp(hash, ex->hash, sizeof hash) != 0) {
			r = KC_FAIL(err, KC_EBUG, 0, "the manifest is not "
			    "the one that was signed at entry %llu: this "
			    "program or the directory has changed since",
			    (unsigned long long)ex->row);
			goto out;
		}
		aud_pairs(ex, pairs);
		KC_TRY(r, aud_cms_build(text.p, text.len, pairs, ex->n_sigs,
		    &cms, err));
		KC_TRY(r, aud_bundle_add(b, "manifest.json.p7s", &cms, err));
	}
	r = aud_bundle_add(b, "manifest.json", &text, err);
out:
	kc_buf_free(&text);
	kc_buf_free(&cms);
	return r;
}

static const char *const folders[] = { "artifacts", "certs", "checkpoints" };
#define FOLDERS (sizeof folders / sizeof *folders)

static void
empty_dir(const char *path)
{
	DIR *d = opendir(path);
	const struct dirent *e;

	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0)
			(void)unlinkat(dirfd(d), e->d_name, 0);
	(void)closedir(d);
	(void)rmdir(path);
}

/* What an interrupted export left under its temporary name. */
static void
drop_part(const char *part)
{
	struct kc_buf p = { 0 };

	for (size_t i = 0; i < FOLDERS; i++)
		if (kc_ok(kc_path_join(part, folders[i], &p, NULL)))
			empty_dir(kc_buf_str(&p));
	kc_buf_free(&p);
	empty_dir(part);
}

static kc_result
write_files(const struct aud_bundle *b, const char *part, struct kc_err *err)
{
	struct kc_buf p = { 0 };
	kc_result r;

	KC_TRY(r, kc_dir_new(part, err));
	for (size_t i = 0; i < FOLDERS; i++) {
		KC_TRY(r, kc_path_join(part, folders[i], &p, err));
		KC_TRY(r, kc_dir_new(kc_buf_str(&p), err));
	}
	for (size_t i = 0; i < b->n; i++) {
		KC_TRY(r, kc_path_join(part, b->file[i].path, &p, err));
		KC_TRY(r, kc_file_write_new(kc_buf_str(&p),
		    b->file[i].bytes.p, b->file[i].bytes.len, 0600, err));
	}
out:
	kc_buf_free(&p);
	return r;
}

/* "dir/.name.part" beside "dir/name"; trailing slashes are dropped. */
static kc_result
part_name(const char *out, struct kc_buf *ret_out, struct kc_buf *ret_parent,
    struct kc_buf *ret_part, struct kc_err *err)
{
	size_t len = strlen(out);
	const char *slash;
	kc_result r;

	while (len > 1 && out[len - 1] == '/')
		len--;
	KC_TRY(r, kc_buf_add(ret_out, out, len, err));
	slash = strrchr(kc_buf_str(ret_out), '/');
	if (slash == NULL)
		KC_TRY(r, kc_buf_adds(ret_parent, ".", err));
	else
		KC_TRY(r, kc_buf_add(ret_parent, ret_out->p,
		    slash == kc_buf_str(ret_out) ? 1 :
		    (size_t)(slash - kc_buf_str(ret_out)), err));
	r = kc_buf_addf(ret_part, err, "%s/.%s.part",
	    kc_buf_str(ret_parent), slash != NULL ? slash + 1 :
	    kc_buf_str(ret_out));
out:
	return r;
}

kc_result
aud_bundle_write(const struct aud_bundle *b, const char *out,
    struct kc_err *err)
{
	struct kc_buf name = { 0 }, parent = { 0 }, part = { 0 };
	kc_result r;

	KC_TRY(r, part_name(out, &name, &parent, &part, err));
	KC_TRY(r, kc_file_check_new(kc_buf_str(&name), err));
	drop_part(kc_buf_str(&part));
	r = write_files(b, kc_buf_str(&part), err);
	if (kc_ok(r))
		r = kc_dir_publish(kc_buf_str(&part), kc_buf_str(&name), err);
	if (!kc_ok(r))
		drop_part(kc_buf_str(&part));
out:
	kc_buf_free(&part);
	kc_buf_free(&parent);
	kc_buf_free(&name);
	return r;
}

kc_result
aud_export_write(const struct aud_source *src, const char *out,
    struct kc_err *err)
{
	struct aud_state all = { 0 }, st = { 0 };
	const struct aud_frozen *ex;
	struct aud_bundle b = { 0 };
	uint64_t size = 0;
	kc_result r;

	KC_TRY(r, aud_state_load(&all, src->j, aud_count(src->j), err));
	KC_TRY(r, find_size(&all, &size, err));
	if (size == 0) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "there is nothing to export:"
		    " no checkpoint of this ceremony has ended");
		goto out;
	}
	ex = all.ex != NULL && all.ex->ended &&
	    all.ex->number == (int64_t)size ? all.ex : NULL;
	KC_TRY(r, aud_bundle_make(src, size, &st, &b, err));
	KC_TRY(r, add_manifest(&b, &st, ex, err));
	r = aud_bundle_write(&b, out, err);
out:
	if (!kc_ok(r))
		kc_certain(err, "no export was written");
	aud_bundle_free(&b);
	aud_state_free(&st);
	aud_state_free(&all);
	return r;
}
