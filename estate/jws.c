/* SPDX-License-Identifier: Apache-2.0
 *
 * Compact JWS.
 */
#include "estate/jws.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/b64.h"
#include "sd/pki.h"

static const char b64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz0123456789-_";

bool
est_jws_is(const void *p, size_t len)
{
	const char *s = p;
	size_t dots = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '.')
			dots++;
		else if (s[i] == '{')
			return false;
	}
	return dots > 0;
}

/* One part as a JSON object. */
static kc_result
object(const char *name, const char *what, const char *p, size_t len,
    json_t **ret, struct kc_err *err)
{
	struct kc_buf text = { 0 };
	kc_result r;

	KC_TRY(r, kc_b64url_decode(p, len, &text, err));
	KC_TRY(r, kc_json_read(name, kc_buf_str(&text), text.len, EST_JWS_MAX,
	    ret, err));
	if (!json_is_object(*ret))
		r = KC_FAIL(err, KC_EFORMAT, 0, "it is no JSON object");
out:
	kc_buf_free(&text);
	return kc_ok(r) ? r : kc_prefix(err, "%s: the %s", name, what);
}

static kc_result
header(const char *name, struct est_jws *j, struct kc_err *err)
{
	static const char *const never[] = { "crit", "b64" };
	kc_result r;

	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		if (json_object_get(j->header, never[i]) != NULL)
			return KC_FAIL(err, KC_EFORMAT, 0, "%s: the header "
			    "has \"%s\": this program knows no extension",
			    name, never[i]);
	KC_TRY(r, kc_json_str(j->header, "the header", "alg", &j->alg, err));
	if (json_object_get(j->header, "kid") != NULL)
		r = kc_json_str(j->header, "the header", "kid", &j->kid, err);
out:
	return kc_ok(r) ? r : kc_prefix(err, "%s", name);
}

kc_result
est_jws_read(const char *name, const void *p, size_t len, struct est_jws *ret,
    struct kc_err *err)
{
	const char *s = p, *dot[2] = { NULL, NULL };
	kc_result r;

	if (len > EST_JWS_MAX)
		return KC_FAIL(err, KC_ELIMIT, 0, "%s has %zu bytes; the limit "
		    "is %zu", name, len, EST_JWS_MAX);
	if (len > 0 && s[len - 1] == '\n')
		len--;
	for (size_t i = 0; i < len; i++) {
		if (s[i] != '.' && (s[i] == '\0' ||
		    strchr(b64url, s[i]) == NULL))
			return KC_FAIL(err, KC_EFORMAT, 0, "%s: byte %zu is "
			    "none of base64url's", name, i);
		if (s[i] != '.')
			continue;
		if (dot[1] != NULL)
			return KC_FAIL(err, KC_EFORMAT, 0, "%s: more than "
			    "three parts", name);
		dot[dot[0] != NULL] = s + i;
	}
	if (dot[1] == NULL)
		return KC_FAIL(err, KC_EFORMAT, 0, "%s: a JWS has three parts "
		    "with dots between", name);
	KC_TRY(r, object(name, "header", s, (size_t)(dot[0] - s),
	    &ret->header, err));
	KC_TRY(r, object(name, "payload", dot[0] + 1,
	    (size_t)(dot[1] - dot[0]) - 1, &ret->payload, err));
	KC_TRY(r, header(name, ret, err));
	KC_TRY(r, kc_b64url_decode(dot[1] + 1, (size_t)(s + len - dot[1]) - 1,
	    &ret->sig, err));
	r = kc_buf_add(&ret->covered, s, (size_t)(dot[1] - s), err);
out:
	if (!kc_ok(r))
		est_jws_free(ret);
	return r;
}

void
est_jws_free(struct est_jws *j)
{
	json_decref(j->header);
	json_decref(j->payload);
	kc_buf_free(&j->covered);
	kc_buf_free(&j->sig);
	*j = (struct est_jws){ 0 };
}

kc_result
est_jws_verify(const struct est_jws *j, EVP_PKEY *key, struct kc_err *err)
{
	EVP_MD_CTX *ctx;
	bool good;

	if (strcmp(j->alg, "RS256") != 0)
		return KC_FAIL(err, KC_EALG, 0, "its alg is \"%.20s\", and "
		    "RS256 alone is taken", j->alg);
	ctx = EVP_MD_CTX_new();
	good = ctx != NULL && EVP_PKEY_is_a(key, "RSA") &&
	    EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, j->sig.p, j->sig.len, j->covered.p,
	    j->covered.len) == 1;
	EVP_MD_CTX_free(ctx);
	if (good)
		return KC_DONE;
	ERR_clear_error();
	return KC_FAIL(err, KC_EREFUSED, 0, "its signature is not this key's");
}

kc_result
est_jws_chain(const struct est_jws *j, X509 *ret[static EST_CHAIN_MAX],
    size_t *ret_n, struct kc_err *err)
{
	const json_t *list = NULL;
	kc_result r;

	*ret_n = 0;
	KC_TRY(r, kc_json_arr(j->header, "the header", "x5c", 1,
	    EST_CHAIN_MAX, &list, err));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *text = json_string_value(json_array_get(list, i));
		struct kc_buf der = { 0 };

		if (text == NULL)
			return KC_FAIL(err, KC_EFORMAT, 0, "x5c[%zu] is no "
			    "text", i);
		r = kc_b64_decode(text, strlen(text), &der, err);
		if (kc_ok(r))
			r = sd_pki_cert(der.p, der.len, &ret[i], err);
		kc_buf_free(&der);
		if (!kc_ok(r))
			return kc_prefix(err, "x5c[%zu]", i);
		(*ret_n)++;
	}
out:
	return r;
}
