/* SPDX-License-Identifier: Apache-2.0
 *
 * An attestation's file as a test wants it, and its judgement.
 */
#ifndef KC_TESTS_ESTATE_ATTESTED_H
#define KC_TESTS_ESTATE_ATTESTED_H

#include "tests/estate/hsm.h"

/* struct t_paper: the file around the blobs; NULL and 0: the usual.
 *  shape     'a' the service's answer, 'b' an object in one, 'c' bare
 *  az        base64 with padding, as az writes it
 *  cert      these instead of h->x[i]; extra: one more
 *  n, e      numbers of the key's JSON, base64url
 *  public    "" or a base64 text instead of the public blob
 *  beside    further members of the key's JSON, with a comma behind
 *  outside   the key's JSON goes to --key too */
struct t_paper {
	char shape;
	bool az, reversed, outside;
	X509 *cert[T_CERTS], *extra;
	const char *kid, *kty, *ops, *n, *e, *public, *beside, *exportable;
	const char *version;
	const uint8_t *owner_root;
	struct t_blobs blobs;
};

static inline void
t_base64(struct kc_buf *b, const struct kc_buf *raw, bool az)
{
	struct kc_err err = { 0 };

	t_put(b, "\"", 1);
	t_ok(az ? kc_b64_encode(raw->p, raw->len, b, &err) :
	    kc_b64url_encode(raw->p, raw->len, b, &err), &err);
	t_put(b, "\"", 1);
}

static inline void
t_text(struct kc_buf *b, const char *s)
{
	t_put(b, s, strlen(s));
}

static inline const char *
t_or(const char *s, const char *usual)
{
	return s != NULL ? s : usual;
}

static inline void
t_bundle(const struct t_hsm *h, const struct t_paper *t, struct kc_buf *b)
{
	for (int k = T_CARD; k < T_CERTS; k++) {
		int i = t->reversed ? T_CERTS - k : k;

		t_pem(t->cert[i] != NULL ? t->cert[i] : h->x[i], b);
	}
	if (t->extra != NULL)
		t_pem(t->extra, b);
}

static inline void
t_attestation(const struct t_hsm *h, const struct t_paper *t,
    struct kc_buf *b)
{
	struct kc_buf pem = { 0 }, private = { 0 }, public = { 0 };

	t_bundle(h, t, &pem);
	t_blob(h, &t->blobs, t->blobs.together ? 3 : 1, &private);
	t_blob(h, &t->blobs, 2, &public);
	t_text(b, "{\"certificatePemFile\":");
	t_base64(b, &pem, t->az);
	t_text(b, ",\"privateKeyAttestation\":");
	t_base64(b, &private, t->az);
	t_text(b, ",\"publicKeyAttestation\":");
	if (t->blobs.together)
		t_text(b, "null");
	else if (t->public != NULL)
		t_text(b, t->public);
	else
		t_base64(b, &public, t->az);
	t_text(b, ",\"version\":\"");
	t_text(b, t_or(t->version, "MRVL-1"));
	t_text(b, "\"}");
	kc_buf_free(&pem);
	kc_buf_free(&private);
	kc_buf_free(&public);
}

static inline void
t_jwk(const struct t_hsm *h, const struct t_paper *t, struct kc_buf *b)
{
	struct kc_buf n = { 0 };
	uint8_t raw[256];
	BIGNUM *bn = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(h->attested, "n", &bn), 1);
	assert_int_equal(BN_bn2binpad(bn, raw, sizeof raw), 256);
	BN_free(bn);
	t_put(&n, raw, sizeof raw);
	t_text(b, "\"key\":{");
	t_text(b, t_or(t->beside, ""));
	t_text(b, "\"kid\":\"");
	t_text(b, t_or(t->kid, T_KID));
	t_text(b, "\",\"kty\":\"");
	t_text(b, t_or(t->kty, "RSA-HSM"));
	t_text(b, "\",\"key_ops\":[");
	t_text(b, t_or(t->ops, "\"sign\",\"verify\",\"unwrapKey\""));
	t_text(b, "],\"e\":\"");
	t_text(b, t_or(t->e, "AQAB"));
	t_text(b, "\",\"n\":");
	if (t->n != NULL)
		t_text(b, t->n);
	else
		t_base64(b, &n, t->az);
	t_text(b, "}");
	kc_buf_free(&n);
}

static inline void
t_file(const struct t_hsm *h, const struct t_paper *t, struct kc_buf *b)
{
	if (t->shape == 'c') {
		t_attestation(h, t, b);
		return;
	}
	t_text(b, t->shape == 'b' ? "{\"attestation\":" :
	    "{\"attributes\":{\"attestation\":");
	t_attestation(h, t, b);
	if (t->shape != 'b') {
		t_text(b, ",\"exportable\":");
		t_text(b, t_or(t->exportable, "false"));
		t_text(b, "},");
		t_jwk(h, t, b);
	}
	t_text(b, "}");
}

/* t_judge: make the file, judge it with the HSM's own root. */
static inline kc_result
t_judge(const struct t_hsm *h, const struct t_paper *t, struct est_attest *ret,
    struct kc_err *err)
{
	struct est_attest_root root = { h->root.p, h->root.len };
	struct kc_buf file = { 0 }, key = { 0 };
	struct est_attest_ask ask = { .name = "att.json",
		.key_name = "key.json", .owner_root = t->owner_root,
		.at_ms = kc_clock_utc_ms(), .roots = &root, .n_roots = 1 };
	kc_result r;

	t_file(h, t, &file);
	ask.p = file.p;
	ask.len = file.len;
	if (t->outside) {
		t_text(&key, "{");
		t_jwk(h, t, &key);
		t_text(&key, "}");
		ask.key = key.p;
		ask.key_len = key.len;
	}
	r = est_attest_verify(&ask, ret, err);
	kc_buf_free(&file);
	kc_buf_free(&key);
	return r;
}

/* t_refused: it fails with this code, at this link, in these words. */
static inline void
t_refused(const struct t_hsm *h, const struct t_paper *t, enum kc_code code,
    enum est_attest_link link, const char *words)
{
	struct est_attest found;
	struct kc_err err = { 0 };
	char place[64];

	(void)snprintf(place, sizeof place, "att.json: link %s: ",
	    est_attest_name(link));
	t_fails(t_judge(h, t, &found, &err), &err, code, words);
	if (strncmp(err.msg, place, strlen(place)) != 0)
		fail_msg("'%s' does not begin: %s", place, err.msg);
	assert_int_equal(found.state[link], EST_ATTEST_FAILS);
}

static inline void
t_holds(const struct t_hsm *h, const struct t_paper *t,
    struct est_attest *found)
{
	struct kc_err err = { 0 };

	t_ok(t_judge(h, t, found, &err), &err);
}

#endif
