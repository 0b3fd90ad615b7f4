/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a security domain: everything that can be checked without a key.
 */
#include "sd/domain.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/b64.h"
#include "base/json.h"
#include "base/text.h"
#include "sd/data.h"
#include "sd/jwe.h"
#include "sd/kdf.h"

#define SHARE_CIPHERTEXT 80	/* 64 bytes of share and the padding */

void
sd_domain_free(struct sd_domain *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->n_shares; i++)
		sd_jwe_free(&d->share[i].jwe);
	for (size_t i = 0; i < d->n_data; i++)
		sd_jwe_free(&d->datum[i].jwe);
	*d = (struct sd_domain){ 0 };
}

void
sd_plain_free(struct sd_plain *p)
{
	if (p == NULL)
		return;
	if (p->p != NULL)
		OPENSSL_cleanse(p->p, p->len);
	free(p->p);
	*p = (struct sd_plain){ 0 };
}

kc_result
sd_pinned(const json_t *obj, const char *where, const char *key,
    const char *want, struct kc_err *err)
{
	const char *got = NULL;
	kc_result r = kc_json_str(obj, where, key, &got, err);

	if (!kc_ok(r))
		return r;
	if (strcmp(got, want) != 0)
		return KC_FAIL(err, KC_EALG, 0,
		    "%s: \"%s\" is \"%.40s\"; only \"%s\" is accepted", where,
		    key, got, want);
	return KC_DONE;
}

kc_result
sd_x5t_read(const json_t *obj, const char *where,
    uint8_t ret[static KC_SHA256], struct kc_err *err)
{
	struct kc_buf b = { 0 };
	const char *text = NULL;
	kc_result r;

	KC_TRY(r, kc_json_str(obj, where, "x5t_256", &text, err));
	r = kc_b64url_decode(text, strlen(text), &b, err);
	if (!kc_ok(r)) {
		r = kc_prefix(err, "%s: x5t_256", where);
		goto out;
	}
	if (b.len != KC_SHA256) {
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: x5t_256 has %zu bytes, not %d", where, b.len,
		    KC_SHA256);
		goto out;
	}
	memcpy(ret, b.p, KC_SHA256);
out:
	kc_buf_free(&b);
	return r;
}

kc_result
sd_tag_check(const char *where, const char *tag, struct kc_err *err)
{
	if (tag[0] == '\0' || strlen(tag) > 64 || !kc_text_clean(tag))
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: the tag '%.64s' is not 1 to 64 bytes of clean text",
		    where, tag);
	return KC_DONE;
}

static kc_result
read_datum(const json_t *item, const char *where, struct sd_datum *all,
    size_t i, struct kc_err *err)
{
	const char *jwe = NULL, *tag = NULL;
	kc_result r;

	KC_TRY(r, kc_json_only(item, where, "compact_jwe tag", err));
	KC_TRY(r, kc_json_str(item, where, "tag", &tag, err));
	KC_TRY(r, sd_tag_check(where, tag, err));
	for (size_t k = 0; k < i; k++)
		if (strcmp(all[k].tag, tag) == 0)
			return KC_FAIL(err, KC_EFORMAT, 0,
			    "%s: the tag \"%s\" is there twice", where, tag);
	KC_TRY(r, kc_json_str(item, where, "compact_jwe", &jwe, err));
	KC_TRY(r, sd_jwe_parse(where, jwe, false, &all[i].jwe, err));
	memcpy(all[i].tag, tag, strlen(tag) + 1);
	r = sd_jwe_pin(where, &all[i].jwe, false, tag, err);
out:
	return r;
}

kc_result
sd_data_read(const json_t *root, struct sd_datum *ret, size_t *ret_n,
    struct kc_err *err)
{
	const json_t *enc = NULL, *data = NULL;
	kc_result r;

	KC_TRY(r, kc_json_obj(root, "the file", "EncData", &enc, err));
	KC_TRY(r, kc_json_only(enc, "EncData", "data kdf", err));
	KC_TRY(r, sd_pinned(enc, "EncData", "kdf", "sp108_kdf", err));
	KC_TRY(r, kc_json_arr(enc, "EncData", "data", 1, SD_MAX_DATA, &data,
	    err));
	for (size_t i = 0; i < json_array_size(data); i++) {
		struct kc_buf where = { 0 };

		KC_TRY(r, kc_buf_addf(&where, err, "EncData.data[%zu]", i));
		*ret_n = i + 1;
		r = read_datum(json_array_get(data, i), kc_buf_str(&where),
		    ret, i, err);
		kc_buf_free(&where);
		if (!kc_ok(r))
			goto out;
	}
out:
	return r;
}

static kc_result
read_share(const json_t *item, const char *where, struct sd_domain *d,
    size_t i, struct kc_err *err)
{
	struct sd_share *s = &d->share[i];
	const char *jwe = NULL;
	kc_result r;

	KC_TRY(r, kc_json_only(item, where, "enc_key x5t_256", err));
	KC_TRY(r, sd_x5t_read(item, where, s->x5t, err));
	for (size_t k = 0; k < i; k++)
		if (memcmp(d->share[k].x5t, s->x5t, KC_SHA256) == 0)
			return KC_FAIL(err, KC_EFORMAT, 0,
			    "%s: its x5t_256 is that of enc_shares[%zu]; a "
			    "holder has one share", where, k);
	KC_TRY(r, kc_json_str(item, where, "enc_key", &jwe, err));
	KC_TRY(r, sd_jwe_parse(where, jwe, true, &s->jwe, err));
	KC_TRY(r, sd_jwe_pin(where, &s->jwe, true, NULL, err));
	if (s->jwe.ciphertext.len != SHARE_CIPHERTEXT)
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: the share's ciphertext has %zu bytes, not %d", where,
		    s->jwe.ciphertext.len, SHARE_CIPHERTEXT);
out:
	return r;
}

static kc_result
read_shares(const json_t *root, struct sd_domain *d, struct kc_err *err)
{
	const json_t *keys = NULL, *arr = NULL;
	int64_t required = 0;
	kc_result r;

	KC_TRY(r, kc_json_obj(root, "the file", "SharedKeys", &keys, err));
	KC_TRY(r, kc_json_only(keys, "SharedKeys",
	    "enc_shares key_algorithm required", err));
	KC_TRY(r, sd_pinned(keys, "SharedKeys", "key_algorithm",
	    "shamir_share", err));
	KC_TRY(r, kc_json_int(keys, "SharedKeys", "required", 2,
	    SD_MAX_HOLDERS, &required, err));
	KC_TRY(r, kc_json_arr(keys, "SharedKeys", "enc_shares", 3,
	    SD_MAX_HOLDERS, &arr, err));
	if ((uint64_t)required > json_array_size(arr))
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "SharedKeys: %lld holders are required but only %zu have "
		    "a share", (long long)required, json_array_size(arr));
	d->required = (size_t)required;
	for (size_t i = 0; i < json_array_size(arr); i++) {
		struct kc_buf where = { 0 };

		KC_TRY(r, kc_buf_addf(&where, err,
		    "SharedKeys.enc_shares[%zu]", i));
		d->n_shares = i + 1;
		r = read_share(json_array_get(arr, i), kc_buf_str(&where), d,
		    i, err);
		kc_buf_free(&where);
		if (!kc_ok(r))
			goto out;
	}
out:
	return r;
}

kc_result
sd_domain_read(const char *name, const void *p, size_t len,
    struct sd_domain *ret, struct kc_err *err)
{
	struct sd_domain d = { 0 };
	json_t *root = NULL;
	int64_t version;
	kc_result r = kc_json_read(name, p, len, SD_FILE_MAX, &root, err);

	if (!kc_ok(r))
		return r;
	KC_TRY(r, kc_json_only(root, "the file", "EncData SharedKeys version",
	    err));
	if (json_object_get(root, "version") != NULL)
		KC_TRY(r, kc_json_int(root, "the file", "version", 2, 2,
		    &version, err));
	KC_TRY(r, sd_data_read(root, d.datum, &d.n_data, err));
	KC_TRY(r, read_shares(root, &d, err));
	*ret = d;
	d = (struct sd_domain){ 0 };
out:
	if (!kc_ok(r))
		r = kc_prefix(err, "%s", name);
	sd_domain_free(&d);
	json_decref(root);
	return r;
}

kc_result
sd_datum_plain(const struct sd_datum *datum, const struct kc_secret *master,
    struct sd_plain *ret, struct kc_err *err)
{
	struct sd_plain p = { 0 };
	struct kc_secret cek = { 0 };
	size_t len = 0;
	kc_result r;

	KC_TRY(r, sd_kdf(master, datum->tag, "", SD_CEK, &cek, err));
	p.p = malloc(datum->jwe.ciphertext.len);
	if (p.p == NULL) {
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for %zu bytes",
		    datum->jwe.ciphertext.len);
		goto out;
	}
	p.len = datum->jwe.ciphertext.len;
	KC_TRY(r, sd_jwe_decrypt(datum->tag, &datum->jwe, &cek, p.p, &len,
	    err));
	/* The padding block goes now: later only len bytes are wiped. */
	OPENSSL_cleanse(p.p + len, p.len - len);
	p.len = len;
	*ret = p;
	p = (struct sd_plain){ 0 };
out:
	sd_plain_free(&p);
	kc_secret_free(&cek);
	return r;
}

kc_result
sd_datum_verify(const struct sd_datum *datum, const struct kc_secret *master,
    struct kc_err *err)
{
	struct kc_secret cek = { 0 };
	kc_result r;

	KC_TRY(r, sd_kdf(master, datum->tag, "", SD_CEK, &cek, err));
	r = sd_jwe_verify(datum->tag, &datum->jwe, &cek, err);
out:
	kc_secret_free(&cek);
	return r;
}

kc_result
sd_datum_open(const struct sd_domain *d, size_t i,
    const struct kc_secret *master, struct sd_plain *ret, struct kc_err *err)
{
	if (i >= d->n_data)
		return KC_FAIL(err, KC_EBUG, 0, "datum %zu of %zu", i,
		    d->n_data);
	return sd_datum_plain(&d->datum[i], master, ret, err);
}
