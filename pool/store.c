/* SPDX-License-Identifier: Apache-2.0
 *
 * The stand-in pools on disk.
 */
#include "pool/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/file.h"
#include "base/json.h"

#define STATE_MAX ((size_t)64 << 10)
#define NUMBERS_MAX 100000

static const char *const mode_names[POOL_MODES] = {
	[POOL_FRESH] = "NotActivated",
	[POOL_ACTIVE] = "Active",
	[POOL_RECOVERY] = "InRecovery",
};

const char *
pool_mode_name(enum pool_mode mode)
{
	return mode < POOL_MODES ? mode_names[mode] : "unknown";
}

static bool
letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

kc_result
pool_name_check(const char *name, struct kc_err *err)
{
	size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
	    "pqrstuvwxyz0123456789-");

	if (name[len] != '\0' || len < 3 || len > POOL_NAME_MAX ||
	    !letter(name[0]))
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "'%.60s' is no pool name: 3 to %d letters, digits or '-', "
		    "a letter first", name, POOL_NAME_MAX);
	return KC_DONE;
}

/* Tags become file names here, so they are held to plain ones. */
static bool
plain_tag(const char *tag)
{
	size_t len = strspn(tag, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
	    "qrstuvwxyz0123456789_-");

	return len > 0 && len <= 64 && tag[len] == '\0';
}

kc_result
pool_data_add(struct pool_data *d, const char *tag, const void *p,
    size_t len, struct kc_err *err)
{
	uint8_t *copy;

	if (!plain_tag(tag))
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the tag '%.64s' is no plain name", tag);
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->item[i].tag, tag) == 0)
			return KC_FAIL(err, KC_EREFUSED, 0,
			    "the tag %s is there twice", tag);
	if (d->n == SD_MAX_DATA)
		return KC_FAIL(err, KC_ELIMIT, 0, "more than %d data",
		    SD_MAX_DATA);
	copy = malloc(len + 1);
	if (copy == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for %zu bytes",
		    len);
	if (len > 0)
		memcpy(copy, p, len);
	(void)snprintf(d->item[d->n].tag, sizeof d->item[d->n].tag, "%s",
	    tag);
	d->item[d->n].p = copy;
	d->item[d->n].len = len;
	d->n++;
	return KC_DONE;
}

void
pool_data_free(struct pool_data *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->n; i++) {
		OPENSSL_cleanse(d->item[i].p, d->item[i].len);
		free(d->item[i].p);
	}
	*d = (struct pool_data){ 0 };
}

kc_result
pool_lock(const char *dir, int *ret_fd, struct kc_err *err)
{
	int fd;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return KC_FAIL(err, KC_EIO, errno,
		    "cannot make the directory %s: %s", dir, strerror(errno));
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX) != 0) {
		kc_result r = KC_FAIL(err, KC_EIO, errno,
		    "cannot lock %s: %s", dir, strerror(errno));

		if (fd >= 0)
			(void)close(fd);
		return r;
	}
	*ret_fd = fd;
	return KC_DONE;
}

void
pool_unlock(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

kc_result
pool_path(const char *dir, const char *name, const char *file,
    struct kc_buf *ret, struct kc_err *err)
{
	ret->len = 0;
	return kc_buf_addf(ret, err, "%s/%s%s%s", dir, name,
	    file[0] != '\0' ? "/" : "", file);
}

kc_result
pool_exchange_path(const char *dir, const struct pool_state *st,
    int64_t number, const char *ending, struct kc_buf *ret,
    struct kc_err *err)
{
	char file[64];

	(void)snprintf(file, sizeof file, "exchange-%lld.%s",
	    (long long)number, ending);
	return pool_path(dir, st->name, file, ret, err);
}

bool
pool_exists(const char *dir, const char *name)
{
	struct kc_buf path = { 0 };
	bool there = kc_ok(pool_path(dir, name, "pool.json", &path, NULL)) &&
	    kc_file_exists(kc_buf_str(&path));

	kc_buf_free(&path);
	return there;
}

kc_result
pool_new(const char *dir, const char *name, struct pool_state *ret,
    struct kc_err *err)
{
	struct pool_state st = { .mode = POOL_FRESH };
	struct kc_buf path = { 0 };
	kc_result r;

	KC_TRY(r, pool_name_check(name, err));
	KC_TRY(r, pool_path(dir, name, "", &path, err));
	/* A directory without pool.json is what an interrupted run left. */
	if (pool_exists(dir, name)) {
		r = KC_FAIL(err, KC_EEXISTS, 0,
		    "the stand-in pool %s exists already in %s", name, dir);
		goto out;
	}
	if (!kc_file_exists(kc_buf_str(&path)))
		KC_TRY(r, kc_dir_new(kc_buf_str(&path), err));
	(void)snprintf(st.name, sizeof st.name, "%s", name);
	kc_clock_format(kc_clock_utc_ms(), st.created);
	*ret = st;
out:
	kc_buf_free(&path);
	return r;
}

static kc_result
state_read(const json_t *v, const char *where, struct pool_state *st,
    struct kc_err *err)
{
	const char *name, *created, *state, *blob;
	const json_t *tags;
	kc_result r;

	KC_TRY(r, kc_json_only(v, where, "blob created data exchange name "
	    "rehearsal state tags", err));
	KC_TRY(r, kc_json_str(v, where, "name", &name, err));
	KC_TRY(r, kc_json_str(v, where, "created", &created, err));
	KC_TRY(r, kc_json_str(v, where, "state", &state, err));
	KC_TRY(r, kc_json_str(v, where, "blob", &blob, err));
	KC_TRY(r, kc_json_int(v, where, "exchange", 0, NUMBERS_MAX,
	    &st->exchange, err));
	KC_TRY(r, kc_json_int(v, where, "data", 0, NUMBERS_MAX, &st->data,
	    err));
	KC_TRY(r, kc_json_arr(v, where, "tags", 0, SD_MAX_DATA, &tags, err));
	(void)snprintf(st->name, sizeof st->name, "%s", name);
	(void)snprintf(st->created, sizeof st->created, "%s", created);
	(void)snprintf(st->blob, sizeof st->blob, "%s", blob);
	for (st->n_tags = 0; st->n_tags < json_array_size(tags);
	    st->n_tags++) {
		const char *tag = json_string_value(json_array_get(tags,
		    st->n_tags));

		if (tag == NULL || !plain_tag(tag))
			return KC_FAIL(err, KC_EFORMAT, 0,
			    "%s: tag %zu is no plain name", where,
			    st->n_tags + 1);
		(void)snprintf(st->tag[st->n_tags],
		    sizeof st->tag[st->n_tags], "%s", tag);
	}
	for (st->mode = 0; st->mode < POOL_MODES; st->mode++)
		if (strcmp(state, mode_names[st->mode]) == 0)
			return KC_DONE;
	r = KC_FAIL(err, KC_EFORMAT, 0, "%s: the state '%.40s' is unknown",
	    where, state);
out:
	return r;
}

kc_result
pool_load(const char *dir, const char *name, struct pool_state *ret,
    struct kc_err *err)
{
	struct pool_state st = { 0 };
	struct kc_buf path = { 0 }, text = { 0 };
	json_t *v = NULL;
	kc_result r;

	KC_TRY(r, pool_name_check(name, err));
	if (!pool_exists(dir, name)) {
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "there is no stand-in pool %s in %s", name, dir);
		goto out;
	}
	KC_TRY(r, pool_path(dir, name, "pool.json", &path, err));
	KC_TRY(r, kc_file_read(kc_buf_str(&path), STATE_MAX, &text, err));
	KC_TRY(r, kc_json_read(kc_buf_str(&path), text.p, text.len, STATE_MAX,
	    &v, err));
	KC_TRY(r, state_read(v, kc_buf_str(&path), &st, err));
	*ret = st;
out:
	json_decref(v);
	kc_buf_free(&text);
	kc_buf_free(&path);
	return r;
}

static kc_result
state_text(const struct pool_state *st, struct kc_buf *ret,
    struct kc_err *err)
{
	json_t *v = json_object(), *tags = json_array();
	kc_result r;

	for (size_t i = 0; i < st->n_tags; i++)
		KC_TRY(r, kc_json_add_new(tags, json_string(st->tag[i]),
		    err));
	KC_TRY(r, kc_json_set_str(v, "name", st->name, err));
	KC_TRY(r, kc_json_set_str(v, "created", st->created, err));
	KC_TRY(r, kc_json_set_str(v, "state", mode_names[st->mode], err));
	KC_TRY(r, kc_json_set_str(v, "blob", st->blob, err));
	KC_TRY(r, kc_json_set_int(v, "exchange", st->exchange, err));
	KC_TRY(r, kc_json_set_int(v, "data", st->data, err));
	KC_TRY(r, kc_json_set_bool(v, "rehearsal", true, err));
	KC_TRY(r, kc_json_set_new(v, "tags", json_incref(tags), err));
	KC_TRY(r, kc_json_canon(v, ret, err));
	r = kc_buf_adds(ret, "\n", err);
out:
	json_decref(tags);
	json_decref(v);
	return r;
}

kc_result
pool_save(const char *dir, const struct pool_state *st, struct kc_err *err)
{
	struct kc_buf path = { 0 }, fresh = { 0 }, text = { 0 };
	kc_result r;

	KC_TRY(r, state_text(st, &text, err));
	KC_TRY(r, pool_path(dir, st->name, "pool.json", &path, err));
	KC_TRY(r, pool_path(dir, st->name, "pool.json.new", &fresh, err));
	/* Ours alone under the lock: an interrupted save may have left it. */
	(void)unlink(kc_buf_str(&fresh));
	KC_TRY(r, kc_file_write_new(kc_buf_str(&fresh), text.p, text.len,
	    0600, err));
	if (rename(kc_buf_str(&fresh), kc_buf_str(&path)) != 0) {
		r = KC_FAIL(err, KC_EIO, errno, "cannot replace %s: %s",
		    kc_buf_str(&path), strerror(errno));
		goto out;
	}
	KC_TRY(r, pool_path(dir, st->name, "", &path, err));
	r = kc_dir_sync(kc_buf_str(&path), err);
out:
	kc_buf_free(&text);
	kc_buf_free(&fresh);
	kc_buf_free(&path);
	return r;
}

static kc_result
data_path(const char *dir, const struct pool_state *st, int64_t number,
    const char *tag, struct kc_buf *ret, struct kc_err *err)
{
	ret->len = 0;
	return kc_buf_addf(ret, err, "%s/%s/data-%lld%s%s%s", dir, st->name,
	    (long long)number, tag != NULL ? "/" : "",
	    tag != NULL ? tag : "", tag != NULL ? ".bin" : "");
}

kc_result
pool_store_data(const char *dir, struct pool_state *st,
    const struct pool_data *data, struct kc_err *err)
{
	struct kc_buf path = { 0 };
	int64_t number = st->data;
	kc_result r;

	/* The next number not taken, also not by an interrupted run. */
	do {
		number++;
		KC_TRY(r, data_path(dir, st, number, NULL, &path, err));
	} while (kc_file_exists(kc_buf_str(&path)));
	KC_TRY(r, kc_dir_new(kc_buf_str(&path), err));
	for (size_t i = 0; i < data->n; i++) {
		KC_TRY(r, data_path(dir, st, number, data->item[i].tag, &path,
		    err));
		KC_TRY(r, kc_file_write_new(kc_buf_str(&path),
		    data->item[i].p, data->item[i].len, 0600, err));
	}
	for (size_t i = 0; i < data->n; i++)
		memcpy(st->tag[i], data->item[i].tag, sizeof st->tag[i]);
	st->n_tags = data->n;
	st->data = number;
out:
	kc_buf_free(&path);
	return r;
}

kc_result
pool_load_data(const char *dir, const struct pool_state *st,
    struct pool_data *ret, struct kc_err *err)
{
	struct pool_data d = { 0 };
	struct kc_buf path = { 0 }, file = { 0 };
	kc_result r = KC_DONE;

	for (size_t i = 0; i < st->n_tags; i++) {
		KC_TRY(r, data_path(dir, st, st->data, st->tag[i], &path,
		    err));
		KC_TRY(r, kc_file_read(kc_buf_str(&path), SD_FILE_MAX, &file,
		    err));
		r = pool_data_add(&d, st->tag[i], file.p, file.len, err);
		OPENSSL_cleanse(file.p, file.len);
		kc_buf_free(&file);
		if (!kc_ok(r))
			goto out;
	}
	*ret = d;
	d = (struct pool_data){ 0 };
out:
	pool_data_free(&d);
	kc_buf_free(&path);
	return r;
}
