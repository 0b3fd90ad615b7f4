/* SPDX-License-Identifier: Apache-2.0
 *
 * The HSM's side: activation, recovery, restore.
 */
#include "pool/hsm.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/secret.h"
#include "pool/pki.h"
#include "pool/store.h"
#include "sd/domain.h"
#include "sd/pemkey.h"

#define REQUEST_MAX ((size_t)1 << 20)

/* The sizes a real pool's domain had (spec section 11). */
static const struct {
	const char *tag;
	size_t len;
} contents[] = {
	{ "hsm_backup", 8516 },
	{ "base_enclave_backup", 968 },
	{ "partition_enclave_backup", 3105 },
};
#define LONGEST 8516

static kc_result
random_data(struct pool_data *ret, struct kc_err *err)
{
	struct pool_data d = { 0 };
	uint8_t p[LONGEST];
	kc_result r = KC_DONE;

	for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
		KC_TRY(r, kc_random(p, contents[i].len, err));
		memcpy(p, POOL_MARK, strlen(POOL_MARK));
		KC_TRY(r, pool_data_add(&d, contents[i].tag, p,
		    contents[i].len, err));
	}
	*ret = d;
	d = (struct pool_data){ 0 };
out:
	OPENSSL_cleanse(p, sizeof p);
	pool_data_free(&d);
	return r;
}

kc_result
pool_create(const char *dir, const char *name, struct kc_err *err)
{
	struct pool_state st = { 0 };
	struct pool_data data = { 0 };
	struct pool_pki pki = { 0 };
	int lock = -1;
	kc_result r;

	KC_TRY(r, pool_name_check(name, err));
	KC_TRY(r, pool_lock(dir, &lock, err));
	/* The room wants the root before anything is signed under it. */
	KC_TRY(r, pool_pki_open(dir, &pki, err));
	KC_TRY(r, pool_new(dir, name, &st, err));
	KC_TRY(r, random_data(&data, err));
	KC_TRY(r, pool_store_data(dir, &st, &data, err));
	r = pool_save(dir, &st, err);
out:
	pool_pki_free(&pki);
	pool_data_free(&data);
	pool_unlock(lock);
	return r;
}

static kc_result
split_data(const struct pool_data *data, const char *request,
    struct kc_buf *ret, struct kc_err *err)
{
	struct sd_cert certs[SD_MAX_HOLDERS] = { 0 };
	struct sd_input in[SD_MAX_DATA] = { 0 };
	struct kc_buf text = { 0 };
	size_t n = 0, required = 0;
	kc_result r;

	KC_TRY(r, kc_file_read(request, REQUEST_MAX, &text, err));
	KC_TRY(r, sd_request_read(request, text.p, text.len, certs,
	    SD_MAX_HOLDERS, &n, &required, err));
	for (size_t i = 0; i < data->n; i++)
		in[i] = (struct sd_input){ data->item[i].tag,
			data->item[i].p, data->item[i].len };
	r = sd_split(certs, n, required, in, data->n, ret, err);
out:
	for (size_t i = 0; i < n; i++)
		sd_cert_free(&certs[i]);
	kc_buf_free(&text);
	return r;
}

kc_result
pool_download(const char *dir, const char *name, const char *request,
    struct kc_buf *ret_sd, struct kc_err *err)
{
	struct pool_state st = { 0 };
	struct pool_data data = { 0 };
	struct kc_buf sd = { 0 };
	int lock = -1;
	kc_result r;

	KC_TRY(r, pool_name_check(name, err));
	KC_TRY(r, pool_lock(dir, &lock, err));
	KC_TRY(r, pool_load(dir, name, &st, err));
	if (st.mode == POOL_RECOVERY || st.n_tags == 0) {
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "the pool %s waits for a restore blob; it has no domain "
		    "to download", name);
		goto out;
	}
	KC_TRY(r, pool_load_data(dir, &st, &data, err));
	KC_TRY(r, split_data(&data, request, &sd, err));
	if (st.mode != POOL_ACTIVE) {
		st.mode = POOL_ACTIVE;
		KC_TRY(r, pool_save(dir, &st, err));
	}
	kc_buf_free(ret_sd);
	*ret_sd = sd;
	sd = (struct kc_buf){ 0 };
out:
	kc_buf_free(&sd);
	pool_data_free(&data);
	pool_unlock(lock);
	return r;
}

static kc_result
collect(void *ctx, const char *tag, const struct sd_plain *plain,
    struct kc_err *err)
{
	return pool_data_add(ctx, tag, plain->p, plain->len, err);
}

static kc_result
open_blob(const char *dir, const struct pool_state *st, const char *name,
    const struct kc_buf *blob, struct pool_data *ret, struct kc_err *err)
{
	struct pool_data d = { 0 };
	struct sd_pemkey *pem = NULL;
	struct kc_buf path = { 0 };
	struct sd_key key;
	kc_result r;

	KC_TRY(r, pool_exchange_path(dir, st, st->exchange, "key", &path,
	    err));
	KC_TRY(r, sd_pemkey_load(kc_buf_str(&path), NULL, &pem, err));
	key = sd_pemkey_key(pem);
	KC_TRY(r, sd_blob_open(name, blob->p, blob->len, &key, collect, &d,
	    err));
	*ret = d;
	d = (struct pool_data){ 0 };
out:
	pool_data_free(&d);
	sd_pemkey_free(&pem);
	kc_buf_free(&path);
	return r;
}

static kc_result
hash_hex(const void *p, size_t len, char ret[static KC_HEX],
    struct kc_err *err)
{
	uint8_t hash[KC_SHA256];
	kc_result r = kc_sha256_one(p, len, hash, err);

	if (kc_ok(r))
		kc_hex(hash, sizeof hash, ret);
	return r;
}

static kc_result
compare_one(const struct pool_data *got, const char *tag, const void *p,
    size_t len, struct kc_err *err)
{
	char want[KC_HEX], have[KC_HEX];
	kc_result r;

	for (size_t i = 0; i < got->n; i++) {
		if (strcmp(got->item[i].tag, tag) != 0)
			continue;
		KC_TRY(r, hash_hex(p, len, want, err));
		KC_TRY(r, hash_hex(got->item[i].p, got->item[i].len, have,
		    err));
		if (strcmp(want, have) != 0)
			return KC_FAIL(err, KC_EREFUSED, 0,
			    "%s has SHA-256 %s in the blob and %s in the "
			    "source pool", tag, have, want);
		return KC_DONE;
	}
	r = KC_FAIL(err, KC_EREFUSED, 0,
	    "%s of the source pool is not in the blob", tag);
out:
	return r;
}

/* The blob's data are the source pool's, no fewer and no more. */
static kc_result
compare(const char *dir, const char *source, const struct pool_data *got,
    struct kc_err *err)
{
	struct pool_state st = { 0 };
	struct pool_data want = { 0 };
	kc_result r;

	KC_TRY(r, pool_load(dir, source, &st, err));
	KC_TRY(r, pool_load_data(dir, &st, &want, err));
	for (size_t i = 0; i < want.n; i++)
		KC_TRY(r, compare_one(got, want.item[i].tag, want.item[i].p,
		    want.item[i].len, err));
	if (got->n != want.n)
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "the blob has %zu data and the source pool %s %zu",
		    got->n, source, want.n);
out:
	pool_data_free(&want);
	return r;
}

kc_result
pool_result(const char *status, const char *details, json_t *data,
    struct kc_buf *ret, struct kc_err *err)
{
	json_t *v = json_object();
	json_t *hashes = data != NULL ? data : json_object();
	struct kc_buf text = { 0 };
	kc_result r;

	KC_TRY(r, kc_json_set_new(v, "data", json_incref(hashes), err));
	KC_TRY(r, kc_json_set_str(v, "status", status, err));
	KC_TRY(r, kc_json_set_str(v, "status_details", details, err));
	KC_TRY(r, kc_json_canon(v, &text, err));
	KC_TRY(r, kc_buf_adds(&text, "\n", err));
	kc_buf_free(ret);
	*ret = text;
	text = (struct kc_buf){ 0 };
out:
	kc_buf_free(&text);
	json_decref(hashes);
	json_decref(v);
	return r;
}

static kc_result
success(const struct pool_state *st, const struct pool_data *data,
    const char *source, struct kc_buf *ret, struct kc_err *err)
{
	json_t *hashes = json_object();
	char hex[KC_HEX], details[200];
	kc_result r;

	for (size_t i = 0; i < data->n; i++) {
		KC_TRY(r, hash_hex(data->item[i].p, data->item[i].len, hex,
		    err));
		KC_TRY(r, kc_json_set_str(hashes, data->item[i].tag, hex,
		    err));
	}
	(void)snprintf(details, sizeof details, "rehearsal: the stand-in pool "
	    "%s restored %zu data%s%s", st->name, data->n,
	    source != NULL ? ", equal to those of " : "",
	    source != NULL ? source : "");
	r = pool_result("Success", details, json_incref(hashes), ret, err);
out:
	json_decref(hashes);
	return r;
}

/* The data that a blob brings, or brought when it comes again. */
static kc_result
uploaded(const char *dir, const struct pool_state *st, const char *name,
    const char *hex, const struct kc_buf *blob, struct pool_data *ret,
    struct kc_err *err)
{
	if (st->mode == POOL_ACTIVE && strcmp(st->blob, hex) == 0)
		return pool_load_data(dir, st, ret, err);
	if (st->mode != POOL_RECOVERY)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the pool %s is %s, not in recovery", st->name,
		    pool_mode_name(st->mode));
	return open_blob(dir, st, name, blob, ret, err);
}

kc_result
pool_upload(const char *dir, const char *name, const char *blob,
    const char *source, struct kc_buf *ret_result, struct kc_err *err)
{
	struct pool_state st = { 0 };
	struct pool_data data = { 0 };
	struct kc_buf text = { 0 }, result = { 0 };
	char hex[KC_HEX];
	int lock = -1;
	kc_result r;

	KC_TRY(r, pool_name_check(name, err));
	KC_TRY(r, pool_lock(dir, &lock, err));
	KC_TRY(r, pool_load(dir, name, &st, err));
	KC_TRY(r, kc_file_read(blob, SD_FILE_MAX, &text, err));
	KC_TRY(r, hash_hex(text.p, text.len, hex, err));
	KC_TRY(r, uploaded(dir, &st, blob, hex, &text, &data, err));
	if (source != NULL)
		KC_TRY(r, compare(dir, source, &data, err));
	KC_TRY(r, success(&st, &data, source, &result, err));
	if (st.mode != POOL_ACTIVE) {
		KC_TRY(r, pool_store_data(dir, &st, &data, err));
		st.mode = POOL_ACTIVE;
		memcpy(st.blob, hex, sizeof hex);
		KC_TRY(r, pool_save(dir, &st, err));
	}
	kc_buf_free(ret_result);
	*ret_result = result;
	result = (struct kc_buf){ 0 };
out:
	kc_buf_free(&result);
	kc_buf_free(&text);
	pool_data_free(&data);
	pool_unlock(lock);
	return r;
}
