/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of a ceremony: artifacts (kept, exported) and the medium that goes
 * between the station and the online side.  The intent row holds the hash of
 * what will be written; on resume a file with that hash is adopted.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "ceremony/room.h"

#define FILE_IN_MAX ((size_t)64 << 20)

/* Is path there with exactly these bytes? */
static bool
is_same(const char *path, const void *p, size_t len)
{
	struct kc_buf have = { 0 };
	bool same = kc_file_exists(path) &&
	    kc_ok(kc_file_read(path, FILE_IN_MAX, &have, NULL)) &&
	    have.len == len && memcmp(have.p, p, len) == 0;

	kc_buf_free(&have);
	return same;
}

/* Intent, write or adopt, outcome of the given kind. */
static kc_result
put(struct cer_room *room, const struct cer_instance *in, const char *path,
    const struct aud_fact *facts, const char *kind, const void *p,
    size_t len, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, cer_row(room, "file.intent", in, facts, 3, err));
	if (!is_same(path, p, len))
		KC_TRY(r, kc_file_write_new(path, p, len, 0600, err));
	r = cer_row(room, kind, in, facts, 3, err);
out:
	if (!kc_ok(r))
		kc_certain(err, "no existing file was changed");
	return r;
}

kc_result
cer_artifact_put(struct cer_room *room, const struct cer_instance *in,
    const char *name, const void *p, size_t len, struct kc_err *err)
{
	const struct cer_artifact *old = cer_artifact_get(room, name);
	struct kc_buf path = { 0 };
	uint8_t sha[KC_SHA256];
	char hex[KC_HEX];
	struct aud_fact f[3];
	kc_result r;

	KC_TRY(r, kc_sha256_one(p, len, sha, err));
	kc_hex(sha, sizeof sha, hex);
	if (old != NULL && strcmp(old->sha256, hex) == 0)
		goto out;
	if (old != NULL) {
		r = KC_FAIL(err, KC_EEXISTS, 0,
		    "the artifact %s is in the journal with other content "
		    "(%.16s..., now %.16s...)", name, old->sha256, hex);
		goto out;
	}
	f[0] = AUD_S("name", name);
	f[1] = AUD_S("sha256", hex);
	f[2] = AUD_I("bytes", (int64_t)len);
	KC_TRY(r, cer_path(room, "artifacts", name, &path, err));
	r = put(room, in, kc_buf_str(&path), f, "artifact", p, len, err);
out:
	kc_buf_free(&path);
	return r;
}

kc_result
cer_artifact_adopt(struct cer_room *room, const struct cer_instance *in,
    const char *name, struct kc_err *err)
{
	struct kc_buf path = { 0 }, have = { 0 };
	uint8_t sha[KC_SHA256];
	char hex[KC_HEX];
	struct aud_fact f[4];
	kc_result r;

	if (cer_artifact_get(room, name) != NULL ||
	    strcmp(room->st.intent_name, name) != 0)
		return KC_DONE;
	KC_TRY(r, cer_path(room, "artifacts", name, &path, err));
	if (!kc_file_exists(kc_buf_str(&path)))
		goto out;
	KC_TRY(r, kc_file_read(kc_buf_str(&path), FILE_IN_MAX, &have, err));
	KC_TRY(r, kc_sha256_one(have.p, have.len, sha, err));
	kc_hex(sha, sizeof sha, hex);
	if (strcmp(hex, room->st.intent_sha) != 0)
		goto out;
	f[0] = AUD_S("name", name);
	f[1] = AUD_S("sha256", hex);
	f[2] = AUD_I("bytes", (int64_t)have.len);
	f[3] = AUD_B("adopted", true);
	r = cer_row(room, "artifact", in, f, 4, err);
out:
	kc_buf_free(&path);
	kc_buf_free(&have);
	return r;
}

kc_result
cer_artifact_read(struct cer_room *room, const char *name,
    struct kc_buf *ret, struct kc_err *err)
{
	const struct cer_artifact *a = cer_artifact_get(room, name);
	struct kc_buf path = { 0 };
	uint8_t sha[KC_SHA256];
	char hex[KC_HEX];
	kc_result r;

	if (a == NULL)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the journal holds no artifact %s yet", name);
	KC_TRY(r, cer_path(room, "artifacts", name, &path, err));
	KC_TRY(r, kc_file_read(kc_buf_str(&path), FILE_IN_MAX, ret, err));
	KC_TRY(r, kc_sha256_one(ret->p, ret->len, sha, err));
	kc_hex(sha, sizeof sha, hex);
	if (strcmp(hex, a->sha256) != 0)
		r = KC_FAIL(err, KC_EMAC, 0,
		    "%s has SHA-256 %.16s..., the journal says %.16s...",
		    kc_buf_str(&path), hex, a->sha256);
out:
	if (!kc_ok(r))
		kc_buf_free(ret);
	kc_buf_free(&path);
	return r;
}

bool
cer_medium_name(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");

	return n > 0 && n <= CER_MEDIUM_NAME && s[n] == '\0' && s[0] != '.' &&
	    s[0] != '-';
}

/* The folder on the medium, made if it is not there. */
static kc_result
medium_path(struct cer_room *room, const char *folder, const char *name,
    struct kc_buf *ret, struct kc_err *err)
{
	struct kc_buf top = { 0 };
	kc_result r;

	KC_TRY(r, cer_path(room, room->site.medium, "", &top, err));
	if (!kc_file_exists(kc_buf_str(&top)))
		KC_TRY(r, kc_dir_new(kc_buf_str(&top), err));
	KC_TRY(r, kc_path_join(kc_buf_str(&top), folder, ret, err));
	if (!kc_file_exists(kc_buf_str(ret)))
		KC_TRY(r, kc_dir_new(kc_buf_str(ret), err));
	r = kc_buf_addf(ret, err, "/%s", name);
out:
	kc_buf_free(&top);
	return r;
}

kc_result
cer_medium_put(struct cer_room *room, const struct cer_instance *in,
    const char *name, const void *p, size_t len, struct kc_err *err)
{
	struct kc_buf path = { 0 };
	uint8_t sha[KC_SHA256];
	char hex[KC_HEX];
	struct aud_fact f[3];
	kc_result r;

	KC_TRY(r, kc_sha256_one(p, len, sha, err));
	kc_hex(sha, sizeof sha, hex);
	f[0] = AUD_S("name", name);
	f[1] = AUD_S("sha256", hex);
	f[2] = AUD_I("bytes", (int64_t)len);
	KC_TRY(r, medium_path(room, "to-online", name, &path, err));
	KC_TRY(r, put(room, in, kc_buf_str(&path), f, "medium.put", p, len,
	    err));
	cer_line(room, CER_LINE_LABEL, "Written", "to-online/%s", name);
	cer_line(room, CER_LINE_HASH, "SHA-256", "%s", hex);
out:
	kc_buf_free(&path);
	return r;
}

kc_result
cer_medium_reread(struct cer_room *room, const char *name,
    const struct kc_buf *want, bool *ret_past, struct kc_err *err)
{
	struct kc_buf path = { 0 };
	kc_result r;

	KC_TRY(r, medium_path(room, "to-online", name, &path, err));
	r = kc_file_reread(kc_buf_str(&path), want->p, want->len, ret_past,
	    err);
out:
	kc_buf_free(&path);
	return r;
}

/* struct awaited: where one of a few files may come to lie. */
struct awaited {
	struct kc_buf path[CER_NAMES_MAX];
	size_t n;
};

static bool
is_there(void *ctx)
{
	const struct awaited *w = ctx;

	for (size_t i = 0; i < w->n; i++)
		if (kc_file_exists(kc_buf_str(&w->path[i])))
			return true;
	return false;
}

/* Wait for the first of them.  With two there it would be chance which of
 * them is taken. */
static kc_result
await(struct cer_room *room, const struct cer_instance *in,
    const char *const *name, size_t n, size_t *ret_i, struct kc_buf *ret_path,
    struct kc_err *err)
{
	struct awaited w = { 0 };
	struct kc_buf text = { 0 };
	struct cer_answer a;
	struct cer_prompt p = { .kind = CER_ASK_WAIT, .key = "medium",
		.person = in->person->id, .name = in->person->name,
		.certain = "nothing was read or written yet",
		.ready = is_there, .ready_ctx = &w };
	size_t found = 0;
	kc_result r = KC_DONE;

	KC_TRY(r, kc_buf_addf(&text, err, "Waiting for to-offline/%s on the "
	    "medium", name[0]));
	for (; w.n < n; w.n++) {
		KC_TRY(r, medium_path(room, "to-offline", name[w.n],
		    &w.path[w.n], err));
		if (w.n > 0)
			KC_TRY(r, kc_buf_addf(&text, err, " or %s",
			    name[w.n]));
	}
	KC_TRY(r, kc_buf_adds(&text, ".", err));
	p.text = kc_buf_str(&text);
	if (!is_there(&w))
		KC_TRY(r, cer_ask(room, in, &p, &a, err));
	for (size_t i = 0; i < n; i++) {
		if (!kc_file_exists(kc_buf_str(&w.path[i])))
			continue;
		if (found++ > 0) {
			r = KC_FAIL(err, KC_EREFUSED, 0, "the medium holds "
			    "%s and %s: leave the one that was meant",
			    name[*ret_i], name[i]);
			goto out;
		}
		*ret_i = i;
	}
	if (found > 0)
		r = kc_buf_adds(ret_path, kc_buf_str(&w.path[*ret_i]), err);
	else
		r = KC_FAIL(err, KC_EIO, 0, "%s was there and is gone",
		    name[0]);
out:
	for (size_t i = 0; i < CER_NAMES_MAX; i++)
		kc_buf_free(&w.path[i]);
	kc_buf_free(&text);
	return r;
}

kc_result
cer_medium_find(struct cer_room *room, const struct cer_instance *in,
    const char *name, struct kc_buf *ret_path, struct kc_err *err)
{
	size_t i = 0;

	return await(room, in, &name, 1, &i, ret_path, err);
}

kc_result
cer_medium_take(struct cer_room *room, const struct cer_instance *in,
    const char *name, struct kc_buf *ret, struct kc_err *err)
{
	size_t i;

	return cer_medium_take_any(room, in, &name, 1, &i, ret, err);
}

kc_result
cer_medium_take_any(struct cer_room *room, const struct cer_instance *in,
    const char *const *names, size_t n, size_t *ret_i, struct kc_buf *ret,
    struct kc_err *err)
{
	struct kc_buf path = { 0 };
	const char *name;
	char hex[KC_HEX];
	uint8_t sha[KC_SHA256];
	struct aud_fact f[3];
	kc_result r;

	*ret_i = 0;
	KC_TRY(r, await(room, in, names, n, ret_i, &path, err));
	name = names[*ret_i];
	KC_TRY(r, kc_file_read(kc_buf_str(&path), FILE_IN_MAX, ret, err));
	KC_TRY(r, kc_sha256_one(ret->p, ret->len, sha, err));
	kc_hex(sha, sizeof sha, hex);
	f[0] = AUD_S("name", name);
	f[1] = AUD_S("sha256", hex);
	f[2] = AUD_I("bytes", (int64_t)ret->len);
	KC_TRY(r, cer_row(room, "medium.take", in, f, 3, err));
	cer_line(room, CER_LINE_LABEL, "Read", "to-offline/%s, %zu bytes",
	    name, ret->len);
	cer_line(room, CER_LINE_HASH, "SHA-256", "%s", hex);
out:
	if (!kc_ok(r))
		kc_buf_free(ret);
	kc_buf_free(&path);
	return r;
}

kc_result
cer_paper_take(struct cer_room *room, const struct cer_instance *in,
    const char *name, struct kc_buf *ret, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, cer_artifact_adopt(room, in, name, err));
	r = cer_artifact_get(room, name) != NULL ?
	    cer_artifact_read(room, name, ret, err) :
	    cer_medium_take(room, in, name, ret, err);
out:
	return r;
}
