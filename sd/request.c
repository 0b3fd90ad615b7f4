/* SPDX-License-Identifier: Apache-2.0
 *
 * The body of the download request: the wrapping set as JSON Web Keys.
 */
#include <string.h>

#include <openssl/evp.h>

#include "base/b64.h"
#include "base/json.h"
#include "sd/cert.h"

#define REQUEST_MAX ((size_t)1 << 20)

static kc_result
set_b64url(json_t *o, const char *key, const uint8_t *p, size_t len,
    struct kc_err *err)
{
	struct kc_buf b = { 0 };
	kc_result r;

	KC_TRY(r, kc_b64url_encode(p, len, &b, err));
	r = kc_json_set_str(o, key, kc_buf_str(&b), err);
out:
	kc_buf_free(&b);
	return r;
}

kc_result
sd_cert_sha1(const struct sd_cert *c, uint8_t ret[static SD_SHA1],
    struct kc_err *err)
{
	if (EVP_Digest(c->der.p, c->der.len, ret, NULL, EVP_sha1(), NULL) !=
	    1)
		return KC_FAIL_SSL(err, KC_ENOMEM, "SHA-1 failed");
	return KC_DONE;
}

static kc_result
make_jwk(const struct sd_cert *c, json_t *o, struct kc_err *err)
{
	struct kc_buf b = { 0 };
	uint8_t x5t[SD_SHA1];
	kc_result r;

	KC_TRY(r, kc_json_set_str(o, "kty", "RSA", err));
	KC_TRY(r, kc_json_set_str(o, "alg", "RSA-OAEP-256", err));
	KC_TRY(r, kc_json_set_new(o, "key_ops", json_pack("[s,s,s]",
	    "verify", "encrypt", "wrapKey"), err));
	KC_TRY(r, set_b64url(o, "n", c->n.p, c->n.len, err));
	KC_TRY(r, set_b64url(o, "e", c->e.p, c->e.len, err));
	KC_TRY(r, kc_b64_encode(c->der.p, c->der.len, &b, err));
	KC_TRY(r, kc_json_set_new(o, "x5c", json_pack("[s]", kc_buf_str(&b)),
	    err));
	KC_TRY(r, sd_cert_sha1(c, x5t, err));
	KC_TRY(r, set_b64url(o, "x5t", x5t, sizeof x5t, err));
	r = set_b64url(o, "x5t#S256", c->x5t, KC_SHA256, err);
out:
	kc_buf_free(&b);
	return r;
}

kc_result
sd_request_body(const struct sd_cert *certs, size_t n_certs, size_t required,
    struct kc_buf *ret_json, struct kc_err *err)
{
	json_t *root = json_pack("{s:[],s:i}", "certificates", "required",
	    (int)required);
	struct kc_buf out = { 0 };
	kc_result r;

	if (root == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for a request");
	KC_TRY(r, sd_set_shape(certs, n_certs, required, err));
	for (size_t i = 0; i < n_certs; i++) {
		json_t *o = json_object();

		KC_TRY(r, kc_json_add_new(json_object_get(root,
		    "certificates"), o, err));
		KC_TRY(r, make_jwk(&certs[i], o, err));
	}
	KC_TRY(r, kc_json_canon(root, &out, err));
	r = kc_buf_add(ret_json, out.p, out.len, err);
out:
	kc_buf_free(&out);
	json_decref(root);
	return r;
}

/* A member that must be exactly what its certificate says. */
static kc_result
same(const json_t *jwk, const char *where, const char *key, const uint8_t *p,
    size_t len, struct kc_err *err)
{
	struct kc_buf b = { 0 };
	const char *text = NULL;
	kc_result r;

	KC_TRY(r, kc_json_str(jwk, where, key, &text, err));
	KC_TRY(r, kc_b64url_encode(p, len, &b, err));
	if (strcmp(text, kc_buf_str(&b)) != 0)
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: \"%s\" does not belong to its certificate", where,
		    key);
out:
	kc_buf_free(&b);
	return r;
}

static kc_result
read_jwk(const json_t *jwk, const char *where, struct sd_cert *ret,
    struct kc_err *err)
{
	struct sd_cert c = { 0 };
	struct kc_buf der = { 0 };
	const json_t *x5c = NULL;
	const char *text = NULL;
	kc_result r;

	KC_TRY(r, kc_json_str(jwk, where, "kty", &text, err));
	if (strcmp(text, "RSA") != 0) {
		r = KC_FAIL(err, KC_EALG, 0, "%s: \"kty\" is \"%.20s\"",
		    where, text);
		goto out;
	}
	KC_TRY(r, kc_json_str(jwk, where, "alg", &text, err));
	if (strcmp(text, "RSA-OAEP-256") != 0) {
		r = KC_FAIL(err, KC_EALG, 0, "%s: \"alg\" is \"%.20s\"",
		    where, text);
		goto out;
	}
	KC_TRY(r, kc_json_arr(jwk, where, "x5c", 1, 1, &x5c, err));
	text = json_string_value(json_array_get(x5c, 0));
	if (text == NULL) {
		r = KC_FAIL(err, KC_EFORMAT, 0, "%s: \"x5c\" holds no text",
		    where);
		goto out;
	}
	KC_TRY(r, kc_b64_decode(text, strlen(text), &der, err));
	KC_TRY(r, sd_cert_read("x5c", der.p, der.len, &c, err));
	KC_TRY(r, same(jwk, where, "n", c.n.p, c.n.len, err));
	KC_TRY(r, same(jwk, where, "e", c.e.p, c.e.len, err));
	KC_TRY(r, same(jwk, where, "x5t#S256", c.x5t, KC_SHA256, err));
	c.name = "certificate of the request";
	*ret = c;
	c = (struct sd_cert){ 0 };
out:
	kc_buf_free(&der);
	sd_cert_free(&c);
	return r;
}

kc_result
sd_request_read(const char *name, const void *p, size_t len,
    struct sd_cert *ret, size_t max, size_t *ret_n, size_t *ret_required,
    struct kc_err *err)
{
	struct sd_cert certs[SD_MAX_HOLDERS] = { 0 };
	const json_t *arr = NULL;
	json_t *root = NULL;
	int64_t required = 0;
	size_t n = 0;
	kc_result r = kc_json_read(name, p, len, REQUEST_MAX, &root, err);

	if (!kc_ok(r))
		return r;
	KC_TRY(r, kc_json_only(root, "the request", "certificates required",
	    err));
	KC_TRY(r, kc_json_int(root, "the request", "required", 2,
	    SD_MAX_HOLDERS, &required, err));
	KC_TRY(r, kc_json_arr(root, "the request", "certificates", 3,
	    max < SD_MAX_HOLDERS ? max : SD_MAX_HOLDERS, &arr, err));
	for (; n < json_array_size(arr); n++) {
		char where[40];

		(void)snprintf(where, sizeof where, "certificates[%zu]", n);
		KC_TRY(r, read_jwk(json_array_get(arr, n), where, &certs[n],
		    err));
	}
	KC_TRY(r, sd_set_shape(certs, n, (size_t)required, err));
	memcpy(ret, certs, n * sizeof *ret);
	memset(certs, 0, sizeof certs);
	*ret_n = n;
	*ret_required = (size_t)required;
out:
	if (!kc_ok(r))
		r = kc_prefix(err, "%s", name);
	for (size_t i = 0; i < SD_MAX_HOLDERS; i++)
		sd_cert_free(&certs[i]);
	json_decref(root);
	return r;
}
