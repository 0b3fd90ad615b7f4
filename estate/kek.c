/* SPDX-License-Identifier: Apache-2.0
 *
 * The key exchange key of a managed HSM: what can be known of it offline.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/b64.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "estate/byok.h"
#include "sd/cert.h"
#include "estate/key.h"
#include "sd/hygiene.h"
#include "sd/pki.h"

static bool
number(const EVP_PKEY *key, const char *which,
    uint8_t ret[static EST_NUMBER_MAX], size_t *ret_len)
{
	BIGNUM *v = NULL;
	bool good = EVP_PKEY_get_bn_param(key, which, &v) == 1 &&
	    BN_num_bytes(v) <= EST_NUMBER_MAX;

	if (good)
		*ret_len = (size_t)BN_bn2bin(v, ret);
	BN_free(v);
	return good;
}

bool
est_numbers_get(const EVP_PKEY *key, struct est_numbers *ret)
{
	return EVP_PKEY_is_a(key, "RSA") &&
	    number(key, OSSL_PKEY_PARAM_RSA_N, ret->n, &ret->n_len) &&
	    number(key, OSSL_PKEY_PARAM_RSA_E, ret->e, &ret->e_len);
}

kc_result
est_numbers_check(const struct est_numbers *v, const char *name,
    struct kc_err *err)
{
	const struct sd_rsa one = { .name = name, .n = v->n,
		.n_len = v->n_len, .e = v->e, .e_len = v->e_len };

	return sd_hygiene(&one, 1, err);
}

void
est_kek_free(struct est_kek *k)
{
	EVP_PKEY_free(k->key);
	free(k->kid);
	*k = (struct est_kek){ 0 };
}

/* Only a managed HSM has import keys in this form, and its host says so. */
static kc_result
check_kid(const char *kid, const char *pool, struct kc_err *err)
{
	struct est_key_facts f = { 0 };
	kc_result r = KC_DONE;
	struct kc_buf shown = { 0 };

	KC_TRY(r, kc_text_escape(kid, strlen(kid), &shown, err));
	if (!est_kid_read(kid, &f))
		r = KC_FAIL(err, KC_EREFUSED, 0, "the kid '%.200s' is not "
		    "https://HOST/keys/NAME/VERSION with a version of 32 hex "
		    "digits", kc_buf_str(&shown));
	else if (strstr(f.host.name, ".managedhsm.") == NULL)
		r = KC_FAIL(err, KC_EREFUSED, 0, "the kid's host %s is no "
		    "managed HSM's", f.host.name);
	else if (pool != NULL && !est_host_is(f.host.name, pool))
		r = KC_FAIL(err, KC_EREFUSED, 0, "the kid's host %s is not "
		    "that of the pool %.100s", f.host.name, pool);
out:
	kc_buf_free(&shown);
	return r;
}

/* Exactly one SubjectPublicKeyInfo, as PEM or as DER. */
static kc_result
read_spki(const void *p, size_t len, struct kc_buf *ret, struct kc_err *err)
{
	struct sd_text t = { p, len };
	kc_result r;

	if (!sd_pem_is(p, len))
		return kc_buf_add(ret, p, len, err);
	KC_TRY(r, sd_pem_next(&t, "PUBLIC KEY", ret, err));
	if (t.len != 0)
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "something stands behind its public key");
out:
	return r;
}

/* One key has one encoding, or its fingerprint has two. */
static kc_result
parse(const struct kc_buf *spki, EVP_PKEY **ret, struct kc_err *err)
{
	const unsigned char *at = spki->p;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)spki->len);
	unsigned char *again = NULL;
	int n = key != NULL && at == spki->p + spki->len ?
	    i2d_PUBKEY(key, &again) : -1;
	bool same = n > 0 && (size_t)n == spki->len &&
	    CRYPTO_memcmp(again, spki->p, spki->len) == 0;

	OPENSSL_free(again);
	if (!same) {
		EVP_PKEY_free(key);
		return KC_FAIL_SSL(err, KC_EFORMAT,
		    "it is no public key (SubjectPublicKeyInfo, PEM or DER)");
	}
	*ret = key;
	return KC_DONE;
}

static kc_result
judge(const char *name, struct est_kek *k, struct kc_err *err)
{
	struct est_numbers v = { 0 };

	k->bits = (size_t)EVP_PKEY_get_bits(k->key);
	if (!est_numbers_get(k->key, &v) ||
	    (k->bits != 2048 && k->bits != 3072 && k->bits != 4096))
		return KC_FAIL_SSL(err, KC_EREFUSED,
		    "a KEK is an RSA key of 2048, 3072 or 4096 bits; this is "
		    "none");
	return est_numbers_check(&v, name, err);
}

kc_result
est_kek_read(const char *name, const void *p, size_t len, const char *kid,
    const char *pool, struct est_kek *ret, struct kc_err *err)
{
	struct kc_buf spki = { 0 };
	struct est_kek k = { 0 };
	kc_result r;

	KC_TRY(r, check_kid(kid, pool, err));
	KC_TRY(r, kc_strdup(kid, &k.kid, err));
	r = len > EST_BYOK_MAX ? KC_FAIL(err, KC_ELIMIT, 0,
	    "it has %zu bytes, more than any public key", len) :
	    read_spki(p, len, &spki, err);
	if (kc_ok(r))
		r = parse(&spki, &k.key, err);
	if (!kc_ok(r)) {
		r = kc_prefix(err, "%s", name);
		goto out;
	}
	KC_TRY(r, judge(name, &k, err));
	KC_TRY(r, kc_sha256_one(spki.p, spki.len, k.sha256, err));
	*ret = k;
	k = (struct est_kek){ 0 };
out:
	kc_buf_free(&spki);
	est_kek_free(&k);
	return r;
}

/* The JSON's number is this one, leading zeros aside. */
static kc_result
same_number(const json_t *key, const char *name, const char *which,
    const uint8_t *want, size_t len, struct kc_err *err)
{
	struct kc_buf b = { 0 };
	const char *text = NULL;
	size_t at = 0;
	kc_result r;

	KC_TRY(r, kc_json_str(key, name, which, &text, err));
	KC_TRY(r, est_key_number(text, name, which, &b, err));
	while (at < b.len && b.p[at] == 0)
		at++;
	if (b.len - at != len || CRYPTO_memcmp(b.p + at, want, len) != 0)
		r = KC_FAIL(err, KC_EREFUSED, 0, "%s: its \"%s\" is not that "
		    "of the KEK's public key: two different keys", name,
		    which);
out:
	kc_buf_free(&b);
	return r;
}

static kc_result
same_key(const struct est_kek *k, const struct est_paper *p,
    const struct est_key_json *j, struct kc_err *err)
{
	const char *name = p->file->name;
	struct est_numbers v = { 0 };
	const json_t *key = NULL;
	kc_result r;

	if (j->facts.kid == NULL || strcmp(j->facts.kid, k->kid) != 0)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s: its kid is not %s",
		    name, k->kid);
	if (j->type == NULL || strcmp(j->type, "RSA-HSM") != 0)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s: \"kty\" is not "
		    "RSA-HSM", name);
	if (!est_numbers_get(k->key, &v))
		return KC_FAIL_SSL(err, KC_EBUG, "the KEK lost its numbers");
	KC_TRY(r, kc_json_obj(p->json, name, "key", &key, err));
	KC_TRY(r, same_number(key, name, "n", v.n, v.n_len, err));
	r = same_number(key, name, "e", v.e, v.e_len, err);
out:
	return r;
}

/* What the key may do: import, and nothing by which what it wraps, or the
 * key itself, could come out. */
static kc_result
only_imports(const char *name, const struct est_key_json *j,
    struct kc_err *err)
{
	const char *op = json_string_value(json_array_get(j->ops, 0));

	if (json_array_size(j->ops) != 1 || op == NULL ||
	    strcmp(op, "import") != 0)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s: its key operations "
		    "are not exactly \"import\"", name);
	if (j->priv != NULL)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s: it has \"%s\", a "
		    "part of a private key", name, j->priv);
	if (j->enabled != 1)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s: the key is not "
		    "enabled, or the file does not say so", name);
	if (j->exportable == 1 || j->has_policy)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s: the KEK is "
		    "exportable: what is wrapped to it can be opened outside "
		    "the HSM", name);
	return KC_DONE;
}

kc_result
est_kek_shown(const struct est_kek *k, const char *name, const void *p,
    size_t len, int64_t at_ms, struct kc_err *err)
{
	struct est_file file = { EST_KIND_KEY, name, p, len };
	struct est_paper paper = { .file = &file };
	struct est_key_json j = { 0 };
	kc_result r;

	KC_TRY(r, kc_json_read(name, p, len, EST_FILE_MAX, &paper.json,
	    err));
	KC_TRY(r, est_key_json_read(&paper, &j, err));
	KC_TRY(r, same_key(k, &paper, &j, err));
	KC_TRY(r, only_imports(name, &j, err));
	if ((j.has_exp && at_ms >= j.exp_ms) ||
	    (j.has_nbf && at_ms < j.nbf_ms))
		r = KC_FAIL(err, KC_EEXPIRED, 0, "%s: the KEK is outside its "
		    "dates", name);
out:
	json_decref(paper.json);
	return r;
}

kc_result
est_kek_kid(const char *name, const void *p, size_t len, struct kc_buf *ret,
    struct kc_err *err)
{
	struct est_file file = { EST_KIND_KEY, name, p, len };
	struct est_paper paper = { .file = &file };
	struct est_key_json j = { 0 };
	kc_result r;

	KC_TRY(r, kc_json_read(name, p, len, EST_FILE_MAX, &paper.json,
	    err));
	KC_TRY(r, est_key_json_read(&paper, &j, err));
	r = j.facts.kid != NULL ? kc_buf_adds(ret, j.facts.kid, err) :
	    KC_FAIL(err, KC_EFORMAT, 0, "%s: it has no kid", name);
out:
	json_decref(paper.json);
	return r;
}

static kc_result
add_number(json_t *key, const char *which, const uint8_t *p, size_t len,
    struct kc_err *err)
{
	struct kc_buf text = { 0 };
	kc_result r;

	KC_TRY(r, kc_b64url_encode(p, len, &text, err));
	r = kc_json_set_str(key, which, kc_buf_str(&text), err);
out:
	kc_buf_free(&text);
	return r;
}

/* The KEK as `key show` would tell it: what it must be attested as. */
static kc_result
as_shown(const struct est_kek *k, struct kc_buf *ret, struct kc_err *err)
{
	struct est_numbers v = { 0 };
	json_t *key = NULL, *o = NULL;
	kc_result r;

	if (!est_numbers_get(k->key, &v))
		return KC_FAIL_SSL(err, KC_EBUG, "the KEK lost its numbers");
	key = json_pack("{s:s,s:s,s:[s]}", "kid", k->kid, "kty", "RSA-HSM",
	    "key_ops", "import");
	KC_TRY(r, add_number(key, "n", v.n, v.n_len, err));
	KC_TRY(r, add_number(key, "e", v.e, v.e_len, err));
	o = json_pack("{s:O}", "key", key);
	if (o == NULL)
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for the KEK");
	else
		r = kc_json_canon(o, ret, err);
out:
	json_decref(o);
	json_decref(key);
	return r;
}

kc_result
est_kek_attested(const struct est_kek *k, struct est_attest_ask ask,
    struct est_attest *ret, struct kc_err *err)
{
	struct kc_buf shown = { 0 };
	kc_result r;

	KC_TRY(r, as_shown(k, &shown, err));
	ask.key_name = "the KEK";
	ask.key = shown.p;
	ask.key_len = shown.len;
	r = est_attest_verify(&ask, ret, err);
out:
	kc_buf_free(&shown);
	return r;
}
