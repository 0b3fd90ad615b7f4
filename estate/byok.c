/* SPDX-License-Identifier: Apache-2.0
 *
 * Key transfer blobs: written, and read back as far as they can be.
 */
#include "estate/byok.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/b64.h"
#include "base/json.h"
#include "sd/oaep.h"

#define SCHEMA "1.0.0"
#define ALG "dir"
#define ENC "CKM_RSA_AES_KEY_WRAP"

size_t
est_byok_bytes(size_t kek_bits, size_t len)
{
	return kek_bits / 8 + est_kwp_bytes(len);
}

/* The JSON text around the ciphertext. */
static kc_result
envelope(const struct est_kek *k, const struct kc_buf *ct,
    const char *generator, struct kc_buf *ret, struct kc_err *err)
{
	struct kc_buf text = { 0 };
	json_t *o = NULL;
	kc_result r;

	KC_TRY(r, kc_b64url_encode(ct->p, ct->len, &text, err));
	o = json_pack("{s:s,s:{s:s,s:s,s:s},s:s,s:s}", "schema_version",
	    SCHEMA, "header", "kid", k->kid, "alg", ALG, "enc", ENC,
	    "ciphertext", kc_buf_str(&text), "generator", generator);
	if (o == NULL)
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for the blob");
	else
		r = kc_json_canon(o, ret, err);
out:
	kc_buf_free(&text);
	json_decref(o);
	return r;
}

/* Whose private half lies in a file is no HSM's. */
static kc_result
not_itself(const struct est_kek *k, const struct est_target *t,
    struct kc_err *err)
{
	uint8_t hash[KC_SHA256];
	kc_result r = kc_sha256_one(t->spki.p, t->spki.len, hash, err);

	if (kc_ok(r) && CRYPTO_memcmp(hash, k->sha256,
	    sizeof hash) == 0)
		r = KC_FAIL(err, KC_EREFUSED, 0, "the key is the private half "
		    "of the KEK itself: a KEK that is outside an HSM protects "
		    "nothing");
	return r;
}

kc_result
est_byok_wrap(const struct est_kek *k, const struct est_target *t,
    const char *generator, struct kc_buf *ret, struct kc_err *err)
{
	struct kc_secret aes = { 0 };
	struct kc_buf ct = { 0 };
	kc_result r;

	KC_TRY(r, not_itself(k, t, err));
	KC_TRY(r, kc_secret_random(&aes, EST_KWP_KEY, err));
	/* The import knows SHA-1 only; OAEP stands on no collision of it. */
	KC_TRY(r, sd_oaep_seal(k->key, EVP_sha1(), &aes, &ct, err));
	KC_TRY(r, est_kwp_seal(&aes, &t->plain, &ct, err));
	r = envelope(k, &ct, generator, ret, err);
out:
	kc_secret_free(&aes);
	kc_buf_free(&ct);
	return r;
}

/* A member with the only text it may have. */
static kc_result
exactly(const json_t *o, const char *where, const char *key,
    const char *want, enum kc_code code, struct kc_err *err)
{
	const char *got = NULL;
	kc_result r = kc_json_str(o, where, key, &got, err);

	if (kc_ok(r) && strcmp(got, want) != 0)
		r = KC_FAIL(err, code, 0, "%s: \"%s\" is not %s", where, key,
		    want);
	return r;
}

static kc_result
members(const json_t *o, const char *name, const struct est_kek *k,
    size_t plain_len, struct kc_err *err)
{
	const char *text = NULL;
	struct kc_buf ct = { 0 };
	const json_t *h = NULL;
	kc_result r;

	KC_TRY(r, kc_json_only(o, name,
	    "schema_version header ciphertext generator", err));
	KC_TRY(r, exactly(o, name, "schema_version", SCHEMA, KC_EALG, err));
	KC_TRY(r, kc_json_obj(o, name, "header", &h, err));
	KC_TRY(r, kc_json_only(h, name, "kid alg enc", err));
	KC_TRY(r, exactly(h, name, "kid", k->kid, KC_EREFUSED, err));
	KC_TRY(r, exactly(h, name, "alg", ALG, KC_EALG, err));
	KC_TRY(r, exactly(h, name, "enc", ENC, KC_EALG, err));
	KC_TRY(r, kc_json_str(o, name, "generator", &text, err));
	KC_TRY(r, kc_json_str(o, name, "ciphertext", &text, err));
	r = kc_b64url_decode(text, strlen(text), &ct, err);
	if (!kc_ok(r))
		r = kc_prefix(err, "%s: \"ciphertext\"", name);
	else if (ct.len != est_byok_bytes(k->bits, plain_len))
		r = KC_FAIL(err, KC_EREFUSED, 0, "%s: its ciphertext has %zu "
		    "bytes; a key of %zu bytes under a KEK of %zu bits makes "
		    "%zu", name, ct.len, plain_len, k->bits,
		    est_byok_bytes(k->bits, plain_len));
out:
	kc_buf_free(&ct);
	return r;
}

kc_result
est_byok_check(const char *name, const void *p, size_t len,
    const struct est_kek *k, size_t plain_len, struct kc_err *err)
{
	json_t *o = NULL;
	kc_result r;

	KC_TRY(r, kc_json_read(name, p, len, EST_BYOK_MAX, &o, err));
	r = members(o, name, k, plain_len, err);
out:
	json_decref(o);
	return r;
}
