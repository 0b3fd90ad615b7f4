/* SPDX-License-Identifier: Apache-2.0
 *
 * An attestation's file: three shapes of JSON, two alphabets of base64, and
 * a key as JSON describes it.
 */
#include <string.h>

#include "base/b64.h"
#include "estate/attestation_in.h"
#include "estate/look.h"

#define VERSION "MRVL-1"
#define NUMBER_MAX 4096		/* characters of a number of a JWK */

kc_result
est_b64_either(const char *text, const char *where, const char *key,
    struct kc_buf *ret, struct kc_err *err)
{
	size_t n = strlen(text);
	/* Without '+', '/' and '=' the two read alike. */
	kc_result r = strpbrk(text, "+/=") != NULL ?
	    kc_b64_decode(text, n, ret, err) :
	    kc_b64url_decode(text, n, ret, err);

	return kc_ok(r) ? r : kc_prefix(err, "%s: \"%s\"", where, key);
}

/* A number of a JWK, leading zeros taken off; absent: empty. */
static kc_result
number(const json_t *key, const char *where, const char *member,
    struct kc_buf *ret, struct kc_err *err)
{
	struct kc_buf raw = { 0 };
	const char *text = NULL;
	size_t at = 0;
	kc_result r = est_may_str(key, where, member, &text, err);

	if (!kc_ok(r) || text == NULL)
		return r;
	if (strlen(text) > NUMBER_MAX)
		return KC_FAIL(err, KC_ELIMIT, 0, "%s: \"%s\" has %zu "
		    "characters", where, member, strlen(text));
	KC_TRY(r, est_b64_either(text, where, member, &raw, err));
	while (at < raw.len && raw.p[at] == 0)
		at++;
	if (at == raw.len)
		r = KC_FAIL(err, KC_EFORMAT, 0, "%s: \"%s\" is zero", where,
		    member);
	else
		r = kc_buf_add(ret, raw.p + at, raw.len - at, err);
out:
	kc_buf_free(&raw);
	return r;
}

static kc_result
no_private(const json_t *key, const char *where, struct kc_err *err)
{
	static const char *const secret[] = { "d", "dp", "dq", "k", "p", "q",
		"qi", "t", "key_hsm" };

	for (size_t i = 0; i < sizeof secret / sizeof *secret; i++) {
		const json_t *v = json_object_get(key, secret[i]);

		if (v != NULL && !json_is_null(v))
			return KC_FAIL(err, KC_EREFUSED, 0, "%s: the key has "
			    "a private member \"%s\"", where, secret[i]);
	}
	return KC_DONE;
}

kc_result
est_claim_read(const json_t *root, const char *where, struct est_claim *ret,
    struct kc_err *err)
{
	const json_t *key = NULL, *attributes = NULL;
	const char *ops;
	kc_result r;

	ret->where = where;
	ret->exportable = -1;
	KC_TRY(r, kc_json_obj(root, where, "key", &key, err));
	KC_TRY(r, kc_json_only(key, where, "kid kty crv keyOps key_ops n e x "
	    "y d dp dq k p q qi t key_hsm", err));
	KC_TRY(r, no_private(key, where, err));
	KC_TRY(r, kc_json_str(key, where, "kid", &ret->kid, err));
	KC_TRY(r, kc_json_str(key, where, "kty", &ret->type, err));
	KC_TRY(r, est_may_str(key, where, "crv", &ret->curve, err));
	ops = json_object_get(key, "keyOps") != NULL ? "keyOps" : "key_ops";
	if (strcmp(ops, "keyOps") == 0 &&
	    json_object_get(key, "key_ops") != NULL) {
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "%s has both \"keyOps\" and \"key_ops\"", where);
		goto out;
	}
	KC_TRY(r, kc_json_arr(key, where, ops, 0, 32, &ret->ops, err));
	KC_TRY(r, est_all_text(ret->ops, where, ops, err));
	KC_TRY(r, number(key, where, "n", &ret->n, err));
	KC_TRY(r, number(key, where, "e", &ret->e, err));
	KC_TRY(r, number(key, where, "x", &ret->x, err));
	KC_TRY(r, number(key, where, "y", &ret->y, err));
	KC_TRY(r, est_may_obj(root, where, "attributes", &attributes, err));
	if (attributes != NULL)
		KC_TRY(r, est_may_bool(attributes, where, "exportable",
		    &ret->exportable, err));
out:
	return r;
}

void
est_claim_free(struct est_claim *c)
{
	kc_buf_free(&c->n);
	kc_buf_free(&c->e);
	kc_buf_free(&c->x);
	kc_buf_free(&c->y);
}

/* The attestation object in the service's body, in an object of its own, or
 * bare as `az ... --file` writes it. */
static kc_result
find(struct est_attest_work *w, const json_t **ret, const char **ret_shape,
    struct kc_err *err)
{
	const char *name = w->ask->name;
	const json_t *attributes = NULL;
	kc_result r = KC_DONE;

	if (json_object_get(w->json, "attributes") != NULL) {
		KC_TRY(r, kc_json_obj(w->json, name, "attributes",
		    &attributes, err));
		KC_TRY(r, kc_json_obj(attributes, name, "attestation", ret,
		    err));
		KC_TRY(r, est_claim_read(w->json, name,
		    &w->claim[w->n_claims], err));
		w->n_claims++;
		*ret_shape = "the service's answer, key and attestation";
	} else if (json_object_get(w->json, "attestation") != NULL) {
		KC_TRY(r, kc_json_only(w->json, name, "attestation", err));
		KC_TRY(r, kc_json_obj(w->json, name, "attestation", ret,
		    err));
		*ret_shape = "an attestation without its key";
	} else {
		*ret = w->json;
		*ret_shape = "az's file, an attestation without its key";
	}
out:
	return r;
}

static kc_result
blob(const json_t *o, const char *name, const char *key, bool must,
    struct est_signed_blob *ret, struct kc_err *err)
{
	const char *text = NULL;
	kc_result r = must ? kc_json_str(o, name, key, &text, err) :
	    est_may_str(o, name, key, &text, err);

	ret->where = key;
	if (kc_ok(r) && text != NULL)
		r = est_b64_either(text, name, key, &ret->bytes, err);
	if (kc_ok(r) && ret->bytes.len > EST_BLOB_MAX)
		r = KC_FAIL(err, KC_ELIMIT, 0, "%s: \"%s\" has %zu bytes, "
		    "more than %zu", name, key, ret->bytes.len, EST_BLOB_MAX);
	return r;
}

kc_result
est_attest_file(struct est_attest_work *w, struct kc_err *err)
{
	const char *name = w->ask->name, *text = NULL, *shape = NULL;
	const json_t *o = NULL;
	kc_result r;

	KC_TRY(r, kc_json_read(name, w->ask->p, w->ask->len,
	    EST_ATTEST_FILE_MAX, &w->json, err));
	KC_TRY(r, find(w, &o, &shape, err));
	KC_TRY(r, kc_json_only(o, name, "certificatePemFile "
	    "privateKeyAttestation publicKeyAttestation version", err));
	KC_TRY(r, kc_json_str(o, name, "version", &text, err));
	if (strcmp(text, VERSION) != 0) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "its version is '%.40s', "
		    "not " VERSION, text);
		goto out;
	}
	KC_TRY(r, kc_json_str(o, name, "certificatePemFile", &text, err));
	KC_TRY(r, est_b64_either(text, name, "certificatePemFile", &w->pem,
	    err));
	KC_TRY(r, blob(o, name, "privateKeyAttestation", true, &w->blob[0],
	    err));
	KC_TRY(r, blob(o, name, "publicKeyAttestation", false, &w->blob[1],
	    err));
	if (w->ask->key != NULL) {
		KC_TRY(r, kc_json_read(w->ask->key_name, w->ask->key,
		    w->ask->key_len, EST_ATTEST_FILE_MAX, &w->key_json, err));
		KC_TRY(r, est_claim_read(w->key_json, w->ask->key_name,
		    &w->claim[w->n_claims], err));
		w->n_claims++;
	}
	est_attest_say(w, "%s", shape);
out:
	return r;
}
