/* SPDX-License-Identifier: Apache-2.0
 *
 * An exchange key from any of its carriers, down to one certificate.
 */
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/b64.h"
#include "base/json.h"
#include "sd/evidence.h"
#include "sd/pki.h"

/* Microsoft's private arc: what an attested TLS certificate carries. */
#define OID_EVIDENCE "1.2.840.113556.10.1.1"

/* What a JWK may say its key is for; RFC 7517 section 4.3. */
static const char *const key_ops[] = {
	"sign", "verify", "encrypt", "decrypt", "wrapKey", "unwrapKey",
	"deriveKey", "deriveBits",
};

void
sd_exchange_free(struct sd_exchange *x)
{
	if (x == NULL)
		return;
	sd_cert_free(&x->cert);
	kc_buf_free(&x->spki);
	kc_buf_free(&x->evidence);
	*x = (struct sd_exchange){ 0 };
}

/* A member, if it is there, is exactly the base64url of these bytes. */
static kc_result
says(const json_t *jwk, const char *key, bool must, const uint8_t *p,
    size_t len, struct kc_err *err)
{
	struct kc_buf b = { 0 };
	const char *text = NULL;
	kc_result r;

	if (!must && json_object_get(jwk, key) == NULL)
		return KC_DONE;
	KC_TRY(r, kc_json_str(jwk, "the JWK", key, &text, err));
	KC_TRY(r, kc_b64url_encode(p, len, &b, err));
	if (strcmp(text, kc_buf_str(&b)) != 0)
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "the JWK's \"%s\" is not what its certificate says", key);
out:
	kc_buf_free(&b);
	return r;
}

/* A member, if it is there, is this text. */
static kc_result
is_text(const json_t *jwk, const char *key, const char *want,
    struct kc_err *err)
{
	const char *text = NULL;
	kc_result r;

	if (json_object_get(jwk, key) == NULL)
		return KC_DONE;
	r = kc_json_str(jwk, "the JWK", key, &text, err);
	if (kc_ok(r) && strcmp(text, want) != 0)
		r = KC_FAIL(err, KC_EALG, 0,
		    "the JWK's \"%s\" is \"%.40s\", not \"%s\"", key, text,
		    want);
	return r;
}

/* The service writes "not used" here, or a GUID; both say nothing.  Any
 * other text would be a claim that nobody checks. */
static kc_result
check_kid(const json_t *jwk, struct kc_err *err)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	const char *kid = NULL;
	kc_result r;

	if (json_object_get(jwk, "kid") == NULL)
		return KC_DONE;
	r = kc_json_str(jwk, "the JWK", "kid", &kid, err);
	if (!kc_ok(r) || strcmp(kid, "not used") == 0)
		return r;
	for (size_t i = 0; i < sizeof shape; i++)
		if (shape[i] == 'x' ? kid[i] == '\0' ||
		    strchr("0123456789abcdefABCDEF", kid[i]) == NULL :
		    kid[i] != shape[i])
			return KC_FAIL(err, KC_EREFUSED, 0,
			    "the JWK's \"kid\" is neither \"not used\" nor a "
			    "GUID: '%.40s'", kid);
	return KC_DONE;
}

static bool
is_op(const char *op)
{
	for (size_t i = 0; i < sizeof key_ops / sizeof *key_ops; i++)
		if (strcmp(op, key_ops[i]) == 0)
			return true;
	return false;
}

static kc_result
check_ops(const json_t *jwk, struct kc_err *err)
{
	const json_t *ops = NULL;
	bool wraps = false;
	kc_result r;

	if (json_object_get(jwk, "key_ops") == NULL)
		return KC_DONE;
	r = kc_json_arr(jwk, "the JWK", "key_ops", 1,
	    sizeof key_ops / sizeof *key_ops, &ops, err);
	if (!kc_ok(r))
		return r;
	for (size_t i = 0; i < json_array_size(ops); i++) {
		const char *op = json_string_value(json_array_get(ops, i));

		if (op == NULL || !is_op(op))
			return KC_FAIL(err, KC_EREFUSED, 0,
			    "the JWK's \"key_ops\"[%zu] is unknown", i);
		wraps = wraps || strcmp(op, "wrapKey") == 0;
	}
	if (!wraps)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the JWK's \"key_ops\" do not name wrapKey");
	return KC_DONE;
}

/* Everything a JWK says beside its certificate. */
static kc_result
check_jwk(const json_t *jwk, const struct sd_cert *c, struct kc_err *err)
{
	uint8_t sha1[20];
	kc_result r;

	if (EVP_Digest(c->der.p, c->der.len, sha1, NULL, EVP_sha1(),
	    NULL) != 1)
		return KC_FAIL_SSL(err, KC_ENOMEM, "SHA-1 failed");
	KC_TRY(r, says(jwk, "n", true, c->n.p, c->n.len, err));
	KC_TRY(r, says(jwk, "e", true, c->e.p, c->e.len, err));
	/* x5t is defined with SHA-1 (RFC 7517 4.8): a name, no security. */
	KC_TRY(r, says(jwk, "x5t", false, sha1, sizeof sha1, err));
	KC_TRY(r, says(jwk, "x5t#S256", false, c->x5t, KC_SHA256, err));
	KC_TRY(r, is_text(jwk, "alg", "RSA-OAEP-256", err));
	KC_TRY(r, is_text(jwk, "use", "enc", err));
	KC_TRY(r, check_kid(jwk, err));
	r = check_ops(jwk, err);
out:
	return r;
}

static kc_result
from_der(const char *name, const uint8_t *p, size_t len,
    struct sd_exchange *x, struct kc_err *err)
{
	ASN1_OBJECT *oid = OBJ_txt2obj(OID_EVIDENCE, 1);
	const ASN1_OCTET_STRING *value;
	unsigned char *spki = NULL;
	X509 *cert = NULL;
	kc_result r;
	int at, n;

	KC_TRY(r, sd_pki_cert(p, len, &cert, err));
	n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &spki);
	if (oid == NULL || n <= 0) {
		r = KC_FAIL_SSL(err, KC_ENOMEM, "no memory for a key");
		goto out;
	}
	KC_TRY(r, kc_buf_add(&x->spki, spki, (size_t)n, err));
	at = X509_get_ext_by_OBJ(cert, oid, -1);
	x->has_evidence = at >= 0;
	if (at >= 0 && X509_get_ext_by_OBJ(cert, oid, at) >= 0)
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "its evidence extension is there twice");
	else if (at >= 0) {
		value = X509_EXTENSION_get_data(X509_get_ext(cert, at));
		r = kc_buf_add(&x->evidence, ASN1_STRING_get0_data(value),
		    (size_t)ASN1_STRING_length(value), err);
	}
out:
	ASN1_OBJECT_free(oid);
	OPENSSL_free(spki);
	X509_free(cert);
	if (!kc_ok(r))
		return kc_prefix(err, "%s", name);
	return sd_cert_read(name, p, len, &x->cert, err);
}

static kc_result
from_jwk(const char *name, const json_t *jwk, struct sd_exchange *x,
    struct kc_err *err)
{
	struct kc_buf der = { 0 };
	const char *text = NULL;
	const json_t *x5c = NULL;
	kc_result r;

	KC_TRY(r, kc_json_only(jwk, "the JWK",
	    "kty n e x5c x5t x5t#S256 kid key_ops alg use", err));
	KC_TRY(r, kc_json_str(jwk, "the JWK", "kty", &text, err));
	if (strcmp(text, "RSA") != 0) {
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "the JWK's \"kty\" is \"%.20s\", not \"RSA\"", text);
		goto out;
	}
	KC_TRY(r, kc_json_arr(jwk, "the JWK", "x5c", 1, 1, &x5c, err));
	text = json_string_value(json_array_get(x5c, 0));
	if (text == NULL) {
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "the JWK's \"x5c\" holds no text");
		goto out;
	}
	KC_TRY(r, kc_b64_decode(text, strlen(text), &der, err));
out:
	if (!kc_ok(r))
		r = kc_prefix(err, "%s", name);
	else
		r = from_der(name, der.p, der.len, x, err);
	kc_buf_free(&der);
	if (!kc_ok(r))
		return r;
	r = check_jwk(jwk, &x->cert, err);
	return kc_ok(r) ? r : kc_prefix(err, "%s", name);
}

/* The body az 2.45 sees holds the JWK as text and is parsed twice. */
static kc_result
from_body(const char *name, const json_t *body, struct sd_exchange *x,
    struct kc_err *err)
{
	const json_t *key = json_object_get(body, "transfer_key");
	const char *format = NULL, *text = json_string_value(key);
	json_t *inner = NULL;
	kc_result r;

	KC_TRY(r, kc_json_only(body, "the body", "key_format transfer_key",
	    err));
	KC_TRY(r, kc_json_str(body, "the body", "key_format", &format, err));
	if (strcmp(format, "jwk") != 0) {
		r = KC_FAIL(err, KC_EALG, 0,
		    "the body's \"key_format\" is \"%.20s\", not \"jwk\"",
		    format);
		goto out;
	}
	if (text != NULL)
		KC_TRY(r, kc_json_read("its transfer_key", text,
		    json_string_length(key), SD_EXCHANGE_FILE_MAX, &inner,
		    err));
out:
	if (kc_ok(r))
		r = from_jwk(name, inner != NULL ? inner : key, x, err);
	else
		r = kc_prefix(err, "%s", name);
	json_decref(inner);
	return r;
}

static kc_result
from_json(const char *name, const void *p, size_t len, struct sd_exchange *x,
    struct kc_err *err)
{
	json_t *root = NULL;
	kc_result r = kc_json_read(name, p, len, SD_EXCHANGE_FILE_MAX, &root,
	    err);

	if (!kc_ok(r))
		return r;
	if (json_object_get(root, "transfer_key") != NULL) {
		x->carrier = SD_CARRIER_BODY;
		r = from_body(name, root, x, err);
	} else {
		x->carrier = SD_CARRIER_JWK;
		r = from_jwk(name, root, x, err);
	}
	json_decref(root);
	return r;
}

/* One PEM block and nothing beside it: nothing is carried unread. */
static kc_result
from_pem(const char *name, const char *p, size_t len, struct sd_exchange *x,
    struct kc_err *err)
{
	struct sd_text t = { p, len };
	struct kc_buf der = { 0 };
	kc_result r = sd_pem_next(&t, SD_PEM_CERT, &der, err);

	if (kc_ok(r) && t.len != 0)
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "something follows its certificate");
	if (kc_ok(r))
		r = from_der(name, der.p, der.len, x, err);
	else
		r = kc_prefix(err, "%s", name);
	kc_buf_free(&der);
	return r;
}

kc_result
sd_exchange_read(const char *name, const void *p, size_t len,
    struct sd_exchange *ret, struct kc_err *err)
{
	struct sd_exchange x = { .carrier = SD_CARRIER_CERT };
	struct sd_text t = { p, len };
	kc_result r;
	size_t at = 0;

	if (len == 0 || len > SD_EXCHANGE_FILE_MAX)
		return KC_FAIL(err, len == 0 ? KC_EFORMAT : KC_ELIMIT, 0,
		    "%s has %zu bytes, no exchange key", name, len);
	while (at < len && strchr(" \t\r\n", t.p[at]) != NULL &&
	    t.p[at] != '\0')
		at++;
	if (sd_pem_at(&t, SD_PEM_CERT))
		r = from_pem(name, p, len, &x, err);
	else if (at < len && t.p[at] == '{')
		r = from_json(name, p, len, &x, err);
	else
		r = from_der(name, p, len, &x, err);
	if (kc_ok(r)) {
		*ret = x;
		return r;
	}
	sd_exchange_free(&x);
	return r;
}
