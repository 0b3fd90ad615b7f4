/* SPDX-License-Identifier: Apache-2.0
 *
 * An export read: its manifest, and the files against the manifest.
 */
#include "audit/reading.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "audit/finding.h"
#include "base/file.h"
#include "base/json.h"

#define ONE_FILE_MAX ((size_t)1 << 30)

kc_result
aud_read_in(const char *dir, const char *name, struct kc_buf *ret,
    struct kc_err *err)
{
	struct kc_buf p = { 0 };
	kc_result r;

	KC_TRY(r, kc_path_join(dir, name, &p, err));
	if (!kc_file_exists(kc_buf_str(&p))) {
		r = AUD_REFUSE(err, FILE, "%s is missing", name);
		goto out;
	}
	r = kc_file_read(kc_buf_str(&p), ONE_FILE_MAX, ret, err);
out:
	kc_buf_free(&p);
	return r;
}

static kc_result
read_list(struct aud_reading *x, const json_t *list, struct kc_err *err)
{
	const char *before = "", *path = NULL, *sha = NULL;
	size_t i;
	json_t *o, *arr = (json_t *)(uintptr_t)list;
	int64_t bytes;
	kc_result r = KC_DONE;

	json_array_foreach(arr, i, o) {
		KC_TRY(r, kc_json_only(o, "manifest.json files",
		    "path bytes sha256", err));
		KC_TRY(r, kc_json_str(o, "manifest.json files", "path",
		    &path, err));
		KC_TRY(r, kc_json_str(o, "manifest.json files", "sha256",
		    &sha, err));
		KC_TRY(r, kc_json_int(o, path, "bytes", 0,
		    (int64_t)ONE_FILE_MAX, &bytes, err));
		if (strcmp(before, path) >= 0) {
			r = KC_FAIL(err, KC_EFORMAT, 0, "manifest.json: "
			    "'%.90s' is not in order", path);
			goto out;
		}
		before = path;
		KC_TRY(r, kc_json_set_new(x->files, path, json_incref(o),
		    err));
	}
out:
	return r;
}

/* What a redacted export was made of, and that nobody signed this one. */
static kc_result
read_from(const struct aud_reading *x, struct kc_err *err)
{
	static const char m[] = "manifest.json";
	uint8_t raw[KC_SHA256];
	const char *from = NULL;
	int64_t sigs;
	kc_result r;

	KC_TRY(r, kc_json_str(x->manifest, m, "redacted_from", &from, err));
	if (strlen(from) != KC_HEX - 1 || !kc_unhex(from, KC_SHA256, raw)) {
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: redacted_from is no SHA-256 in hex", m);
		goto out;
	}
	KC_TRY(r, kc_json_int(x->manifest, m, "signatures", 0, INT64_MAX,
	    &sigs, err));
	if (sigs != 0)
		r = KC_FAIL(err, KC_EREFUSED, 0, "%s: signatures is %lld; "
		    "nobody signs a redacted export", m, (long long)sigs);
out:
	return r;
}

kc_result
aud_read_manifest(struct aud_reading *x, const char *dir, struct kc_err *err)
{
	const char *type = NULL, *mode = NULL, *id = NULL;
	static const char m[] = "manifest.json";
	struct kc_buf again = { 0 };
	const json_t *list = NULL;
	enum aud_mode am = AUD_REHEARSAL;
	uint8_t raw[16];
	kc_result r;

	KC_TRY(r, aud_read_in(dir, m, &x->text, err));
	KC_TRY(r, kc_json_read(m, x->text.p, x->text.len, KC_FILE_MAX,
	    &x->manifest, err));
	r = kc_json_canon(x->manifest, &again, err);
	if (!kc_ok(r) || again.len != x->text.len ||
	    memcmp(again.p, x->text.p, again.len) != 0) {
		r = KC_FAIL(err, KC_EFORMAT, 0, "%s is not canonical", m);
		goto out;
	}
	KC_TRY(r, kc_json_only(x->manifest, m, "type mode id entries head "
	    "script site software signatures files redacted_from", err));
	KC_TRY(r, kc_json_str(x->manifest, m, "type", &type, err));
	KC_TRY(r, kc_json_str(x->manifest, m, "mode", &mode, err));
	KC_TRY(r, kc_json_str(x->manifest, m, "id", &id, err));
	KC_TRY(r, kc_json_arr(x->manifest, m, "files", 1, 100000, &list,
	    err));
	if (strcmp(type, "ceremony-manifest-v1") != 0 ||
	    !aud_mode_parse(mode, &am) || !kc_unhex(id, 16, raw)) {
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: type, mode or id is not well-formed", m);
		goto out;
	}
	KC_TRY(r, aud_state_init(&x->c->st, am, id, err));
	x->c->st.redacted = json_object_get(x->manifest, "redacted_from") !=
	    NULL;
	if (x->c->st.redacted)
		KC_TRY(r, read_from(x, err));
	r = read_list(x, list, err);
out:
	kc_buf_free(&again);
	return r;
}

kc_result
aud_read_bytes(struct aud_reading *x, const char *dir, struct kc_err *err)
{
	const char *path;
	json_t *o;
	kc_result r = KC_DONE;

	json_object_foreach(x->files, path, o) {
		const char *want = json_string_value(json_object_get(o,
		    "sha256"));
		json_int_t size = json_integer_value(json_object_get(o,
		    "bytes"));
		struct kc_buf bytes = { 0 };
		uint8_t hash[KC_SHA256];
		char hex[KC_HEX] = "";

		if (strstr(path, "..") != NULL || path[0] == '/')
			return KC_FAIL(err, KC_EFORMAT, 0,
			    "manifest.json: the path '%.90s'", path);
		r = aud_read_in(dir, path, &bytes, err);
		if (kc_ok(r))
			r = kc_sha256_one(bytes.p, bytes.len, hash, err);
		if (kc_ok(r)) {
			kc_hex(hash, sizeof hash, hex);
			if (strcmp(hex, want) != 0 ||
			    (json_int_t)bytes.len != size)
				r = AUD_REFUSE(err, FILE, "%s has %zu "
				    "bytes and the SHA-256 %s; the manifest "
				    "says %lld and %s", path, bytes.len, hex,
				    (long long)size, want);
		}
		kc_buf_free(&bytes);
		if (!kc_ok(r))
			break;
	}
	return r;
}

/* One directory of the export: nothing that the manifest does not list. */
kc_result
aud_read_folder(const struct aud_reading *x, const char *dir, const char *sub,
    struct kc_err *err)
{
	static const char ours[] = " artifacts certs checkpoints . .. "
	    "manifest.json manifest.json.p7s ";
	char path[700], word[300];
	struct stat sb;
	struct dirent *e;
	DIR *d;
	kc_result r = KC_DONE;

	(void)snprintf(path, sizeof path, "%s/%s", dir, sub);
	d = opendir(path);
	if (d == NULL)
		return KC_FAIL(err, KC_EREFUSED, errno, "%s: cannot open %s",
		    path, strerror(errno));
	while (kc_ok(r) && (e = readdir(d)) != NULL) {
		(void)snprintf(word, sizeof word, " %s ", e->d_name);
		if (strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0 ||
		    (sub[0] == '\0' && strstr(ours, word) != NULL))
			continue;
		(void)snprintf(word, sizeof word, "%s%s%s", sub,
		    sub[0] != '\0' ? "/" : "", e->d_name);
		if (json_object_get(x->files, word) == NULL)
			r = AUD_REFUSE(err, FILE,
			    "%s is not in the manifest", word);
		else if (fstatat(dirfd(d), e->d_name, &sb,
		    AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(sb.st_mode))
			r = AUD_REFUSE(err, FILE,
			    "%s is not a regular file", word);
	}
	(void)closedir(d);
	return r;
}
