/* SPDX-License-Identifier: Apache-2.0
 *
 * Sets of keys: what an attestation service publishes at its /certs, saved.
 */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "base/b64.h"
#include "estate/jws.h"
#include "sd/pki.h"

/* A number of the JWK; NULL: it has none. */
static kc_result
number(const json_t *jwk, const char *key, BIGNUM **ret, struct kc_err *err)
{
	const char *text = NULL;
	struct kc_buf b = { 0 };
	kc_result r = KC_DONE;

	if (json_object_get(jwk, key) == NULL)
		return r;
	KC_TRY(r, kc_json_str(jwk, "the key", key, &text, err));
	KC_TRY(r, kc_b64url_decode(text, strlen(text), &b, err));
	*ret = BN_bin2bn(b.p, (int)b.len, NULL);
	if (*ret == NULL)
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for a key");
out:
	kc_buf_free(&b);
	return r;
}

static EVP_PKEY *
make(const BIGNUM *n, const BIGNUM *e)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	if (ctx != NULL && b != NULL &&
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		params = OSSL_PARAM_BLD_to_param(b);
	if (params != NULL && EVP_PKEY_fromdata_init(ctx) == 1)
		(void)EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY,
		    params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return key;
}

static kc_result
by_numbers(const json_t *jwk, EVP_PKEY **ret, struct kc_err *err)
{
	BIGNUM *n = NULL, *e = NULL;
	kc_result r;

	KC_TRY(r, number(jwk, "n", &n, err));
	KC_TRY(r, number(jwk, "e", &e, err));
	if (n == NULL && e == NULL)
		goto out;
	if (n != NULL && e != NULL)
		*ret = make(n, e);
	if (*ret == NULL)
		r = KC_FAIL(err, KC_EFORMAT, 0, "its \"n\" and \"e\" are no "
		    "RSA key");
out:
	BN_free(n);
	BN_free(e);
	return r;
}

static kc_result
by_certificate(const json_t *jwk, EVP_PKEY **ret, struct kc_err *err)
{
	const json_t *list = NULL;
	const char *text;
	struct kc_buf der = { 0 };
	X509 *x = NULL;
	kc_result r = KC_DONE;

	if (json_object_get(jwk, "x5c") == NULL)
		return r;
	KC_TRY(r, kc_json_arr(jwk, "the key", "x5c", 1, EST_CHAIN_MAX, &list,
	    err));
	text = json_string_value(json_array_get(list, 0));
	if (text == NULL) {
		r = KC_FAIL(err, KC_EFORMAT, 0, "x5c[0] is no text");
		goto out;
	}
	KC_TRY(r, kc_b64_decode(text, strlen(text), &der, err));
	KC_TRY(r, sd_pki_cert(der.p, der.len, &x, err));
	*ret = X509_get_pubkey(x);
	if (*ret == NULL)
		r = KC_FAIL(err, KC_EFORMAT, 0, "x5c[0] has no key");
out:
	X509_free(x);
	kc_buf_free(&der);
	ERR_clear_error();
	return r;
}

/* Both say the same, or one of them says it. */
static kc_result
agree(EVP_PKEY *one, EVP_PKEY *two, EVP_PKEY **ret, struct kc_err *err)
{
	EVP_PKEY *key = one != NULL ? one : two;

	if (key == NULL)
		return KC_FAIL(err, KC_EFORMAT, 0, "it has neither \"n\" and "
		    "\"e\" nor \"x5c\"");
	if (one != NULL && two != NULL && EVP_PKEY_eq(one, two) != 1)
		return KC_FAIL(err, KC_EREFUSED, 0, "its numbers and its "
		    "certificate are different keys");
	if (!EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_get_bits(key) < EST_RSA_MIN)
		return KC_FAIL(err, KC_EALG, 0, "it is no RSA key of %d bits "
		    "or more", EST_RSA_MIN);
	if (EVP_PKEY_up_ref(key) != 1)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for a key");
	*ret = key;
	return KC_DONE;
}

static kc_result
add(struct est_jwks *k, const json_t *jwk, struct kc_err *err)
{
	EVP_PKEY *one = NULL, *two = NULL;
	const char *kty = NULL, *kid = NULL;
	kc_result r;

	KC_TRY(r, kc_json_str(jwk, "the key", "kty", &kty, err));
	if (strcmp(kty, "RSA") != 0)
		goto out;
	KC_TRY(r, kc_json_str(jwk, "the key", "kid", &kid, err));
	if (est_jwks_find(k, kid) != NULL) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "two keys have the kid "
		    "'%.60s'", kid);
		goto out;
	}
	KC_TRY(r, by_numbers(jwk, &one, err));
	KC_TRY(r, by_certificate(jwk, &two, err));
	KC_TRY(r, agree(one, two, &k->is[k->n].key, err));
	k->is[k->n++].kid = kid;
out:
	EVP_PKEY_free(one);
	EVP_PKEY_free(two);
	return r;
}

kc_result
est_jwks_read(const char *name, const void *p, size_t len,
    struct est_jwks *ret, struct kc_err *err)
{
	const json_t *list = NULL;
	kc_result r;

	KC_TRY(r, kc_json_read(name, p, len, EST_JWS_MAX, &ret->json, err));
	KC_TRY(r, kc_json_arr(ret->json, name, "keys", 1, EST_JWKS_MAX, &list,
	    err));
	for (size_t i = 0; i < json_array_size(list); i++) {
		r = add(ret, json_array_get(list, i), err);
		if (!kc_ok(r)) {
			r = kc_prefix(err, "%s: keys[%zu]", name, i);
			goto out;
		}
	}
	if (ret->n == 0)
		r = KC_FAIL(err, KC_EREFUSED, 0, "%s: no RSA key is in it",
		    name);
out:
	if (!kc_ok(r))
		est_jwks_free(ret);
	return r;
}

void
est_jwks_free(struct est_jwks *k)
{
	for (size_t i = 0; i < k->n; i++)
		EVP_PKEY_free(k->is[i].key);
	json_decref(k->json);
	*k = (struct est_jwks){ 0 };
}

EVP_PKEY *
est_jwks_find(const struct est_jwks *k, const char *kid)
{
	for (size_t i = 0; i < k->n; i++)
		if (strcmp(k->is[i].kid, kid) == 0)
			return k->is[i].key;
	return NULL;
}
