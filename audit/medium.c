/* SPDX-License-Identifier: Apache-2.0
 *
 * A bundle as a new directory on a medium: written under a temporary name,
 * synced, read back, renamed.  What has the name is whole.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/bundle.h"
#include "base/file.h"

#define NAME_MOST 128

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

/* FAT takes these names, as they are, and no reader has to quote them.  A
 * dot at the end would be dropped; one in front hides the file. */
static kc_result
check_name(const char *path, struct kc_err *err)
{
	const char *slash = strchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	size_t len = strlen(name);

	if (strcmp(path, "README.txt") == 0)
		return KC_DONE;
	if (len == 0 || len > NAME_MOST || name[0] == '.' ||
	    name[len - 1] == '.' || strspn(name,
	    "abcdefghijklmnopqrstuvwxyz0123456789._-") != len)
		return KC_FAIL(err, KC_EREFUSED, 0, "the name '%.100s' does "
		    "not fit on every medium: 1 to %d of a-z 0-9 . _ -, no "
		    "dot in front or at the end", name, NAME_MOST);
	return KC_DONE;
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

/* What the medium gives back is what was written to it. */
static kc_result
reread_files(const struct aud_bundle *b, const char *part, bool *ret_past,
    struct kc_err *err)
{
	struct kc_buf p = { 0 };
	kc_result r = KC_DONE;

	*ret_past = true;
	for (size_t i = 0; i < b->n; i++) {
		bool past = false;

		KC_TRY(r, kc_path_join(part, b->file[i].path, &p, err));
		KC_TRY(r, kc_file_reread(kc_buf_str(&p), b->file[i].bytes.p,
		    b->file[i].bytes.len, &past, err));
		*ret_past = *ret_past && past;
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

static kc_result
told(const struct aud_bundle *b, bool past, struct aud_written *ret,
    struct kc_err *err)
{
	*ret = (struct aud_written){ .files = b->n, .past_cache = past };
	for (size_t i = 0; i < b->n; i++)
		if (strcmp(b->file[i].path, "manifest.json") == 0)
			return kc_sha256_one(b->file[i].bytes.p,
			    b->file[i].bytes.len, ret->manifest, err);
	return KC_DONE;
}

kc_result
aud_bundle_write(const struct aud_bundle *b, const char *out,
    struct aud_written *ret, struct kc_err *err)
{
	struct kc_buf name = { 0 }, parent = { 0 }, part = { 0 };
	bool past = false;
	kc_result r;

	for (size_t i = 0; i < b->n; i++)
		KC_TRY(r, check_name(b->file[i].path, err));
	KC_TRY(r, part_name(out, &name, &parent, &part, err));
	KC_TRY(r, kc_file_check_new(kc_buf_str(&name), err));
	drop_part(kc_buf_str(&part));
	r = write_files(b, kc_buf_str(&part), err);
	if (kc_ok(r))
		r = reread_files(b, kc_buf_str(&part), &past, err);
	if (kc_ok(r))
		r = kc_dir_publish(kc_buf_str(&part), kc_buf_str(&name), err);
	if (!kc_ok(r))
		drop_part(kc_buf_str(&part));
	else if (ret != NULL)
		r = told(b, past, ret, err);
out:
	kc_buf_free(&part);
	kc_buf_free(&parent);
	kc_buf_free(&name);
	return r;
}
