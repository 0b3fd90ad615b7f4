/* SPDX-License-Identifier: Apache-2.0
 *
 * The restore blob: every datum again, under a fresh master key that only
 * the destination pool's exchange key opens.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "sd/cert.h"
#include "sd/data.h"
#include "sd/hygiene.h"
#include "sd/jwe.h"
#include "sd/share.h"

#define EXCHANGE_BITS_MIN 3072
#define MASTER_CIPHERTEXT (SD_MASTER + 16)	/* and the padding */

/* struct blob: a parsed restore blob. */
struct blob {
	size_t n_data;
	struct sd_datum datum[SD_MAX_DATA];
	struct sd_share key;	/* x5t and JWE of the wrapped master key */
};

static void
blob_free(struct blob *b)
{
	for (size_t i = 0; i < b->n_data; i++)
		sd_jwe_free(&b->datum[i].jwe);
	sd_jwe_free(&b->key.jwe);
	*b = (struct blob){ 0 };
}

kc_result
sd_exchange_check(const struct sd_cert *c, int64_t at_ms, struct kc_err *err)
{
	kc_result r;

	if (c->bits < EXCHANGE_BITS_MIN)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s: the exchange key has %zu bits; at least %d are "
		    "required", c->name, c->bits, EXCHANGE_BITS_MIN);
	r = sd_cert_dates(c, at_ms, err);
	if (!kc_ok(r))
		return r;
	return sd_hygiene_certs(c, 1, err);
}

kc_result
sd_restore_blob(const struct sd_domain *d, const struct kc_secret *master,
    const struct sd_cert *exchange, int64_t at_ms, struct kc_buf *ret_json,
    struct kc_err *err)
{
	struct kc_secret fresh = { 0 };
	struct sd_plain plain = { 0 };
	struct kc_buf out = { 0 };
	json_t *root = NULL, *arr, *wrapped = NULL;
	kc_result r;

	KC_TRY(r, sd_exchange_check(exchange, at_ms, err));
	root = json_pack("{s:{s:[],s:s}}", "EncData", "data", "kdf",
	    "sp108_kdf");
	arr = json_object_get(json_object_get(root, "EncData"), "data");
	if (root == NULL) {
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for a blob");
		goto out;
	}
	KC_TRY(r, kc_secret_random(&fresh, SD_MASTER, err));
	for (size_t i = 0; i < d->n_data; i++) {
		struct sd_input in;

		KC_TRY(r, sd_datum_open(d, i, master, &plain, err));
		in = (struct sd_input){ d->datum[i].tag, plain.p, plain.len };
		KC_TRY(r, sd_data_add(arr, &in, &fresh, err));
		sd_plain_free(&plain);
	}
	KC_TRY(r, sd_wrapped_new(exchange, &fresh, &wrapped, err));
	KC_TRY(r, kc_json_set_new(root, "WrappedKey", wrapped, err));
	KC_TRY(r, kc_json_canon(root, &out, err));
	r = kc_buf_add(ret_json, out.p, out.len, err);
out:
	kc_secret_free(&fresh);
	sd_plain_free(&plain);
	kc_buf_free(&out);
	json_decref(root);
	return r;
}

static kc_result
read_key(const json_t *root, struct sd_share *ret, struct kc_err *err)
{
	const json_t *wk = NULL;
	const char *jwe = NULL;
	kc_result r;

	KC_TRY(r, kc_json_obj(root, "the file", "WrappedKey", &wk, err));
	KC_TRY(r, kc_json_only(wk, "WrappedKey", "enc_key x5t_256", err));
	KC_TRY(r, sd_x5t_read(wk, "WrappedKey", ret->x5t, err));
	KC_TRY(r, kc_json_str(wk, "WrappedKey", "enc_key", &jwe, err));
	KC_TRY(r, sd_jwe_parse("WrappedKey", jwe, true, &ret->jwe, err));
	KC_TRY(r, sd_jwe_pin("WrappedKey", &ret->jwe, true, NULL, err));
	/* Before any of it goes to the secure heap. */
	if (ret->jwe.ciphertext.len != MASTER_CIPHERTEXT)
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "WrappedKey: the master key's ciphertext has %zu bytes, "
		    "not %d", ret->jwe.ciphertext.len, MASTER_CIPHERTEXT);
out:
	return r;
}

static kc_result
blob_read(const char *name, const void *p, size_t len, struct blob *ret,
    struct kc_err *err)
{
	struct blob b = { 0 };
	json_t *root = NULL;
	kc_result r = kc_json_read(name, p, len, SD_FILE_MAX, &root, err);

	if (!kc_ok(r))
		return r;
	KC_TRY(r, kc_json_only(root, "the file", "EncData WrappedKey", err));
	KC_TRY(r, sd_data_read(root, b.datum, &b.n_data, err));
	KC_TRY(r, read_key(root, &b.key, err));
	*ret = b;
	b = (struct blob){ 0 };
out:
	if (!kc_ok(r))
		r = kc_prefix(err, "%s", name);
	blob_free(&b);
	json_decref(root);
	return r;
}

static kc_result
open_master(const char *name, const struct blob *b, const struct sd_key *key,
    struct kc_secret *ret, struct kc_err *err)
{
	struct kc_secret cek = { 0 }, master = { 0 };
	kc_result r;

	if (key->has_x5t &&
	    memcmp(key->x5t, b->key.x5t, KC_SHA256) != 0)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s is wrapped for another exchange certificate than %s",
		    name, key->name);
	KC_TRY(r, key->unwrap(key->ctx, b->key.jwe.ek.p, b->key.jwe.ek.len,
	    &cek, err));
	KC_TRY(r, sd_jwe_decrypt_secret("WrappedKey", &b->key.jwe, &cek,
	    &master, err));
	if (master.len != SD_MASTER) {
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: the master key has %zu bytes, not %d", name,
		    master.len, SD_MASTER);
		goto out;
	}
	*ret = master;
	master = (struct kc_secret){ 0 };
out:
	kc_secret_free(&cek);
	kc_secret_free(&master);
	return r;
}

kc_result
sd_blob_open(const char *name, const void *p, size_t len,
    const struct sd_key *exchange_key,
    kc_result (*fn)(void *ctx, const char *tag, const struct sd_plain *plain,
    struct kc_err *err), void *ctx, struct kc_err *err)
{
	struct kc_secret master = { 0 };
	struct sd_plain plain = { 0 };
	struct blob b = { 0 };
	kc_result r;

	KC_TRY(r, blob_read(name, p, len, &b, err));
	KC_TRY(r, open_master(name, &b, exchange_key, &master, err));
	/* All tags first: fn sees nothing of a blob that is wrong anywhere. */
	for (size_t i = 0; i < b.n_data; i++)
		KC_TRY(r, sd_datum_verify(&b.datum[i], &master, err));
	for (size_t i = 0; i < b.n_data; i++) {
		KC_TRY(r, sd_datum_plain(&b.datum[i], &master, &plain, err));
		KC_TRY(r, fn(ctx, b.datum[i].tag, &plain, err));
		sd_plain_free(&plain);
	}
out:
	kc_secret_free(&master);
	sd_plain_free(&plain);
	blob_free(&b);
	return r;
}

kc_result
sd_blob_check(const char *name, const void *p, size_t len,
    const struct sd_domain *d, const struct sd_cert *exchange,
    struct kc_err *err)
{
	struct blob b = { 0 };
	kc_result r = blob_read(name, p, len, &b, err);

	if (!kc_ok(r))
		return r;
	if (memcmp(b.key.x5t, exchange->x5t, KC_SHA256) != 0 ||
	    b.key.jwe.ek.len != exchange->n.len) {
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "%s is not wrapped for %s", name, exchange->name);
		goto out;
	}
	if (b.n_data != d->n_data) {
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "%s has %zu data, the domain %zu", name, b.n_data,
		    d->n_data);
		goto out;
	}
	for (size_t i = 0; i < d->n_data; i++)
		if (strcmp(b.datum[i].tag, d->datum[i].tag) != 0) {
			r = KC_FAIL(err, KC_EREFUSED, 0,
			    "%s: datum %zu is \"%s\", not \"%s\"", name, i,
			    b.datum[i].tag, d->datum[i].tag);
			goto out;
		}
out:
	blob_free(&b);
	return r;
}
