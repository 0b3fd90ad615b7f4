/* SPDX-License-Identifier: Apache-2.0
 *
 * What a release response says: for which request, wrapped how, and under
 * which policy.
 */
#include <stdlib.h>
#include <string.h>

#include "base/b64.h"
#include "estate/look.h"
#include "estate/release_in.h"

#define SHA1_WRAP "CKM_RSA_AES_KEY_WRAP"
#define KWP_MIN 24		/* 16 bytes of a key, wrapped */
#define KWP_MAX 4096

static const char *const wraps[] = { SHA1_WRAP, "RSA_AES_KEY_WRAP_256",
	"RSA_AES_KEY_WRAP_384" };

/* A text, or "" where there is none or it is of another type. */
static const char *
text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

kc_result
est_rel_kid(struct est_rel *r, struct kc_err *err)
{
	const char *asked = text_of(r->request, "kid");
	const char *given = text_of(r->key, "kid");

	if (strcmp(asked, r->ask->kid) != 0)
		return est_rel_no(r, err, "it answers a request for '%.120s'",
		    asked);
	if (strcmp(given, r->ask->kid) != 0)
		return est_rel_no(r, err, "the released key is '%.120s'",
		    given);
	est_rel_say(r, EST_REL_HOLDS, "request and key are %s", asked);
	return KC_DONE;
}

kc_result
est_rel_nonce(struct est_rel *r, struct kc_err *err)
{
	const char *nonce = text_of(r->request, "nonce");

	if (r->ask->nonce == NULL) {
		est_rel_say(r, EST_REL_UNPROVED, "none was given to compare: "
		    "it may be an old response");
		return KC_DONE;
	}
	if (strcmp(nonce, r->ask->nonce) != 0)
		return est_rel_no(r, err, nonce[0] == '\0' ? "the response "
		    "has none" : "it is another: an old response, or one for "
		    "somebody else");
	est_rel_say(r, EST_REL_HOLDS, "it is the one that was sent");
	return KC_DONE;
}

kc_result
est_rel_enc(struct est_rel *r, struct kc_err *err)
{
	const char *enc = text_of(r->request, "enc");
	size_t i = 0;

	while (i < sizeof wraps / sizeof *wraps && strcmp(wraps[i], enc) != 0)
		i++;
	if (i == sizeof wraps / sizeof *wraps)
		return est_rel_no(r, err, "'%.60s' is no wrapping that is "
		    "documented", enc);
	if (r->ask->enc != NULL && strcmp(enc, r->ask->enc) != 0)
		return est_rel_no(r, err, "%s, and %.60s was asked for", enc,
		    r->ask->enc);
	if (r->ask->enc == NULL && strcmp(enc, SHA1_WRAP) == 0)
		return est_rel_no(r, err, "%s is RSA-OAEP with SHA-1: it is "
		    "taken only if it was asked for", enc);
	est_rel_say(r, EST_REL_HOLDS, "%s", enc);
	return KC_DONE;
}

kc_result
est_rel_exportable(struct est_rel *r, struct kc_err *err)
{
	const json_t *v = json_object_get(json_object_get(r->bundle,
	    "attributes"), "exportable");

	if (json_is_boolean(v) && !json_is_true(v))
		return est_rel_no(r, err, "the key says that it is not "
		    "exportable");
	if (!json_is_true(v))
		est_rel_say(r, EST_REL_UNPROVED, "the response does not say");
	else
		est_rel_say(r, EST_REL_HOLDS, "true");
	return KC_DONE;
}

kc_result
est_rel_policy(struct est_rel *r, struct kc_err *err)
{
	struct est_policy *p = calloc(1, sizeof *p);
	struct est_differences *d = &r->ret->differences;
	char *text = json_dumps(r->bundle, JSON_COMPACT);
	kc_result e;

	if (p == NULL || text == NULL) {
		e = KC_FAIL(err, KC_ENOMEM, 0, "no memory for a policy");
		goto out;
	}
	e = est_policy_read("the response", text, strlen(text), p, err);
	if (e.code == KC_ENOMEM)
		goto out;
	if (!kc_ok(e)) {
		e = est_rel_no(r, err, "%s", err->msg);
		goto out;
	}
	KC_TRY(e, est_policy_compare(r->ask->policy, p, d, err));
	if (d->n + d->more > 0)
		e = est_rel_no(r, err, "it is not the approved one: %zu "
		    "difference(s); %.200s", d->n + d->more, d->is[0].text);
	else
		est_rel_say(r, EST_REL_HOLDS, "it means what the approved one "
		    "means");
out:
	free(text);
	est_policy_free(p);
	free(p);
	return e;
}

/* RSA of the machine's key, then the key wrapped with AES. */
static bool
is_length(size_t n)
{
	static const size_t modulus[] = { 256, 384, 512 };

	for (size_t i = 0; i < sizeof modulus / sizeof *modulus; i++)
		if (n >= modulus[i] + KWP_MIN && n <= modulus[i] + KWP_MAX &&
		    (n - modulus[i]) % 8 == 0)
			return true;
	return false;
}

static kc_result
look_inside(struct est_rel *r, const json_t *o, struct kc_err *err)
{
	const json_t *header = json_object_get(o, "header");
	const char *cipher = text_of(o, "ciphertext");
	struct kc_buf b = { 0 };
	kc_result e;

	if (strcmp(text_of(o, "schema_version"), "1.0.0") != 0 ||
	    strcmp(text_of(header, "alg"), "dir") != 0)
		return est_rel_no(r, err, "it is no envelope of schema 1.0.0 "
		    "with alg dir");
	if (strcmp(text_of(header, "enc"), text_of(r->request, "enc")) != 0)
		return est_rel_no(r, err, "it is wrapped with '%.60s', and "
		    "the request says '%.60s'", text_of(header, "enc"),
		    text_of(r->request, "enc"));
	e = kc_b64url_decode(cipher, strlen(cipher), &b, err);
	if (!kc_ok(e) || !is_length(b.len))
		e = est_rel_no(r, err, "its ciphertext is of no length that an "
		    "RSA key and a wrapped key have together");
	else
		est_rel_say(r, EST_REL_HOLDS, "%zu bytes, for the machine's "
		    "key '%.80s'; not opened", b.len, text_of(header, "kid"));
	kc_buf_free(&b);
	return e;
}

kc_result
est_rel_envelope(struct est_rel *r, struct kc_err *err)
{
	const char *text = text_of(r->key, "key_hsm");
	struct kc_buf b = { 0 };
	json_t *o = NULL;
	kc_result e;

	if (text[0] == '\0')
		return est_rel_no(r, err, "the response carries no key "
		    "(key_hsm)");
	e = kc_b64url_decode(text, strlen(text), &b, err);
	if (kc_ok(e))
		e = kc_json_read("key_hsm", b.p, b.len, EST_JWS_MAX, &o, err);
	e = kc_ok(e) ? look_inside(r, o, err) : est_rel_no(r, err,
	    "key_hsm is no base64url of JSON: the shape of the first "
	    "examples, or damaged");
	json_decref(o);
	kc_buf_free(&b);
	return e;
}
