/* SPDX-License-Identifier: Apache-2.0
 *
 * A new security domain: fresh master key, one share for each holder.
 */
#include <string.h>

#include "base/b64.h"
#include "base/json.h"
#include "sd/cert.h"
#include "sd/data.h"
#include "sd/jwe.h"
#include "sd/kdf.h"
#include "sd/share.h"

kc_result
sd_x5t_text(const uint8_t x5t[static KC_SHA256], struct kc_buf *ret,
    struct kc_err *err)
{
	return kc_b64url_encode(x5t, KC_SHA256, ret, err);
}

kc_result
sd_data_add(json_t *arr, const struct sd_input *in,
    const struct kc_secret *master, struct kc_err *err)
{
	const struct sd_seal s = { .kid = in->tag, .plain = in->p,
		.plain_len = in->len };
	struct kc_secret cek = { 0 };
	struct kc_buf jwe = { 0 };
	kc_result r;

	KC_TRY(r, sd_kdf(master, in->tag, "", SD_CEK, &cek, err));
	KC_TRY(r, sd_jwe_seal(&s, &cek, &jwe, err));
	r = kc_json_add_new(arr, json_pack("{s:s,s:s}", "compact_jwe",
	    kc_buf_str(&jwe), "tag", in->tag), err);
out:
	kc_secret_free(&cek);
	kc_buf_free(&jwe);
	return r;
}

kc_result
sd_wrapped_new(const struct sd_cert *to, const struct kc_secret *plain,
    json_t **ret, struct kc_err *err)
{
	struct kc_buf jwe = { 0 }, x5t = { 0 };
	json_t *v;
	kc_result r;

	KC_TRY(r, sd_jwe_wrap(to, plain, &jwe, err));
	KC_TRY(r, sd_x5t_text(to->x5t, &x5t, err));
	v = json_pack("{s:s,s:s}", "enc_key", kc_buf_str(&jwe), "x5t_256",
	    kc_buf_str(&x5t));
	if (v == NULL)
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for a wrapped key");
	else
		*ret = v;
out:
	kc_buf_free(&jwe);
	kc_buf_free(&x5t);
	return r;
}

static kc_result
check_inputs(const struct sd_input *data, size_t n, struct kc_err *err)
{
	if (n < 1 || n > SD_MAX_DATA)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%zu data are given; a domain holds 1 to %d", n,
		    SD_MAX_DATA);
	for (size_t i = 0; i < n; i++) {
		kc_result r = sd_tag_check("datum", data[i].tag, err);

		if (!kc_ok(r))
			return r;
		for (size_t k = 0; k < i; k++)
			if (strcmp(data[i].tag, data[k].tag) == 0)
				return KC_FAIL(err, KC_EREFUSED, 0,
				    "the tag \"%s\" is given twice",
				    data[i].tag);
	}
	return KC_DONE;
}

/* A share for each certificate into arr. */
static kc_result
add_shares(json_t *arr, const struct sd_cert *certs, size_t n,
    size_t required, const struct kc_secret *master, struct kc_err *err)
{
	struct kc_secret shares[SD_MAX_HOLDERS] = { 0 };
	kc_result r;

	KC_TRY(r, sd_share_split(master, required, n, shares, err));
	for (size_t i = 0; i < n; i++) {
		json_t *v = NULL;

		KC_TRY(r, sd_wrapped_new(&certs[i], &shares[i], &v, err));
		KC_TRY(r, kc_json_add_new(arr, v, err));
	}
out:
	for (size_t i = 0; i < SD_MAX_HOLDERS; i++)
		kc_secret_free(&shares[i]);
	return r;
}

kc_result
sd_split(const struct sd_cert *certs, size_t n_certs, size_t required,
    const struct sd_input *data, size_t n_data, struct kc_buf *ret_json,
    struct kc_err *err)
{
	struct kc_secret master = { 0 };
	struct kc_buf out = { 0 };
	json_t *root = NULL, *arr, *shares;
	kc_result r;

	KC_TRY(r, sd_set_shape(certs, n_certs, required, err));
	KC_TRY(r, check_inputs(data, n_data, err));
	root = json_pack("{s:{s:[],s:s},s:{s:[],s:s,s:i},s:i}", "EncData",
	    "data", "kdf", "sp108_kdf", "SharedKeys", "enc_shares",
	    "key_algorithm", "shamir_share", "required", (int)required,
	    "version", 2);
	arr = json_object_get(json_object_get(root, "EncData"), "data");
	shares = json_object_get(json_object_get(root, "SharedKeys"),
	    "enc_shares");
	if (root == NULL) {
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for a domain");
		goto out;
	}
	KC_TRY(r, kc_secret_random(&master, SD_MASTER, err));
	KC_TRY(r, add_shares(shares, certs, n_certs, required, &master, err));
	for (size_t i = 0; i < n_data; i++)
		KC_TRY(r, sd_data_add(arr, &data[i], &master, err));
	KC_TRY(r, kc_json_canon(root, &out, err));
	r = kc_buf_add(ret_json, out.p, out.len, err);
out:
	kc_secret_free(&master);
	kc_buf_free(&out);
	json_decref(root);
	return r;
}
